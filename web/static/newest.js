// Questions put to the server while somebody types: an answer that comes after a newer question was put is
// not shown, for it would say again what is no longer so.

export function newest() {
  let asked = 0;
  return {
    // The server's answer, or null: it refused, or something newer was asked (or forgotten) meanwhile.
    async ask(address, filled) {
      const turn = ++asked;
      const answer = await fetch(address, filled && { method: "POST", body: new URLSearchParams(filled) });
      const told = answer.ok ? await answer.json() : null;
      return turn === asked ? told : null;
    },
    forget() {
      asked += 1;
    },
  };
}
