// Writing a question: the numbered answers are asked for where there are some, and the parts are counted while
// one types, as the whole will leave.

import { count } from "./counter.js";

for (const box of document.querySelectorAll("[data-question]")) {
  const field = (name) => box.querySelector(`[name="${name}"]`);
  const hints = JSON.parse(box.dataset.hints);
  const told = box.querySelector("[data-parts]");
  const lines = () => field("labels").value.split("\n").map((line) => line.trim()).filter(Boolean);

  function show() {
    const kind = field("kind").value;
    for (const part of box.querySelectorAll("[data-only]")) part.hidden = part.dataset.only !== kind;
    const labels = kind === "choice" ? lines() : [];
    const usual = hints[kind].replace("{most}", labels.length);
    field("hint").placeholder = usual;
    const numbered = labels.map((label, at) => `${at + 1} ${label}`);
    const whole = [field("text").value.trim(), ...numbered, field("hint").value.trim() || usual];
    const { parts } = count(whole.filter(Boolean).join("\n"));
    const words = parts === 1 ? told.dataset.one : told.dataset.more.replace("{parts}", parts);
    if (field("text").value.trim() && told.textContent !== words) told.textContent = words;
  }

  // The usual words for one kind say nothing about another.
  field("kind").addEventListener("change", () => {
    field("hint").value = "";
  });
  box.addEventListener("input", show);
  box.addEventListener("change", show);
  show();
}
