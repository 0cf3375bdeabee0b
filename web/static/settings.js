// The settings: what a text would cost is said while one types it; the one that was just changed lies open.

import { newest } from "./newest.js";

const PAUSE = 300; // ms without a key before it is measured

for (const form of document.querySelectorAll("[data-measure]")) {
  const text = form.querySelector("textarea");
  let waiting = 0;
  const question = newest();

  async function measure() {
    const told = await question.ask(form.dataset.measure, new FormData(form));
    if (!told) return;
    form.querySelector("[data-parts]").textContent = told.parts ?? "–";
    form.querySelector("[data-words]").textContent = told.words;
  }

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(measure, PAUSE);
  });
  if (text.value !== text.defaultValue) measure(); // typed before this listened
}

const changed = document.getElementById(location.hash.slice(1));
if (changed instanceof HTMLDetailsElement) changed.open = true;
