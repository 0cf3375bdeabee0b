// The box that says what a text costs (cost.html), kept up to date from what counter.js gives.

const speaking = new WeakMap(); // box → the timer after which it is read out

// What makes the text dear, the cheaper spelling, and whether it is too long.
export function explain(cost, now) {
  const shown = (name) => cost.querySelector(`[data-show="${name}"]`);
  cost.querySelector("[data-dear]").hidden = now.culprits.length === 0;
  cost.querySelector("[data-culprits]").replaceChildren(...grouped(now.culprits).map(culprit));
  cost.querySelector("[data-cheaper]").hidden = now.cheaper === null;
  shown("cheaper").textContent = now.cheaper?.text ?? "";
  shown("cheaper-parts").textContent = now.cheaper?.parts ?? "";
  cost.querySelector("[data-too-long]").hidden = now.parts <= Number(cost.dataset.most);
  clearTimeout(speaking.get(cost));
  speaking.set(cost, setTimeout(() => speak(cost, now), 1500)); // once the typing pauses
}

// A small amount keeps the tenths of its cents, as on the server.
export function priced({ cents, currency }, parts) {
  const amount = (Number(cents) * parts) / 100;
  const digits = amount >= 1 ? {} : { minimumFractionDigits: 2, maximumFractionDigits: 6 };
  const style = { style: "currency", currency, ...digits };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(amount);
}

function speak(cost, now) {
  const place = cost.querySelector("[data-say]");
  place.textContent = place.dataset.say.replace("{parts}", now.parts).replace("{left}", now.left);
}

function grouped(chars) {
  const counts = new Map();
  for (const char of chars) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts];
}

function culprit([char, times]) {
  const item = document.createElement("li");
  const key = document.createElement("kbd");
  key.textContent = visible(char);
  item.append(key, times > 1 ? ` ×${times}` : "");
  return item;
}

function visible(char) {
  const code = char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  return /^[\p{Z}\p{C}\p{M}]$/u.test(char) ? `U+${code}` : char;
}
