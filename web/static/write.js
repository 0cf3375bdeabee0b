// Writing: the cost follows the typing, the cheaper spelling is one click, the departure follows the hour.

import { count } from "./counter.js";

const letter = document.querySelector("[data-letter]");
const text = letter.querySelector("textarea.text");
const shown = (name) => letter.querySelector(`[data-show="${name}"]`);

// ---- the cost -------------------------------------------------------------------------------

const cost = letter.querySelector("[data-cost]");
const line = letter.querySelector("[data-cost-line]");
let speaking = 0;

function measure() {
  const now = count(text.value);
  for (const name of ["parts", "left", "alphabet", "characters"]) {
    if (shown(name)) shown(name).textContent = now[name];
  }
  if (line) line.hidden = text.value === "";
  if (cost) explain(now);
}

function explain(now) {
  cost.querySelector("[data-dear]").hidden = now.culprits.length === 0;
  cost.querySelector("[data-culprits]").replaceChildren(...grouped(now.culprits).map(culprit));
  cost.querySelector("[data-cheaper]").hidden = now.cheaper === null;
  shown("cheaper").textContent = now.cheaper?.text ?? "";
  shown("cheaper-parts").textContent = now.cheaper?.parts ?? "";
  cost.querySelector("[data-too-long]").hidden = now.parts <= Number(cost.dataset.most);
  clearTimeout(speaking);
  speaking = setTimeout(() => speak(now), 1500); // once the typing pauses
}

function speak(now) {
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

text.addEventListener("input", measure);
measure();

letter.querySelector("[data-use-cheaper]")?.addEventListener("click", (event) => {
  event.preventDefault();
  text.value = shown("cheaper").textContent;
  measure();
  text.focus();
});
for (const button of letter.querySelectorAll("[data-without-script]")) button.hidden = true;

// ---- Ctrl-Enter sends -----------------------------------------------------------------------

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) letter.requestSubmit();
});

// ---- when it leaves -------------------------------------------------------------------------

const hour = letter.querySelector("[name=at]");

async function departure() {
  const address = new URL(letter.dataset.departure, location.href);
  address.searchParams.set("when", letter.elements.when.value);
  address.searchParams.set("at", hour.value);
  const answer = await fetch(address);
  if (!answer.ok) return;
  const { departures } = await answer.json();
  for (const [category, words] of Object.entries(departures)) {
    letter.querySelector(`[data-leaves="${category}"]`).textContent = words;
  }
}

if (hour) {
  const later = () => { hour.required = letter.elements.when.value === "later"; };
  for (const choice of letter.elements.when) choice.addEventListener("change", () => { later(); departure(); });
  hour.addEventListener("change", departure);
  later();
}
