// The settings: what a text would cost is said while one types it; the one that was just changed lies open.

const PAUSE = 300; // ms without a key before it is measured

for (const form of document.querySelectorAll("[data-measure]")) {
  const text = form.querySelector("textarea");
  let waiting = 0;
  let asked = 0;

  async function measure() {
    const turn = ++asked;
    const answer = await fetch(form.dataset.measure, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok || turn !== asked) return; // a later question was put meanwhile
    const { parts, words } = await answer.json();
    form.querySelector("[data-parts]").textContent = parts ?? "–";
    form.querySelector("[data-words]").textContent = words;
  }

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(measure, PAUSE);
  });
}

const changed = document.getElementById(location.hash.slice(1));
if (changed instanceof HTMLDetailsElement) changed.open = true;
