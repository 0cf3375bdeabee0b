// Texts in boxes of their own on one page: what each costs follows the typing, with what will be put into it
// and behind it; templates and the cheaper spelling are one click.

import { explain, priced } from "./cost.js";
import { count } from "./counter.js";
import { newest } from "./newest.js";

const PAUSE = 300; // ms without a key before the server is asked
const MARK = /\{\{|\}\}|\{[^{}\n]*\}|https?:\/\/[^\s<>"«»]+/gi; // what may read otherwise than it is typed

for (const form of document.querySelectorAll("form[data-texts-of]")) {
  for (const box of form.querySelectorAll("[data-text-box]")) follow(form, box);
}

function follow(form, box) {
  const text = box.querySelector("textarea");
  const cost = box.querySelector("[data-cost]");
  let swaps = {}; // as it is typed → as it will be read
  let added = "";
  let timer = 0;
  const question = newest();

  const whole = (typed) => {
    const read = typed.replace(MARK, (mark) => swaps[mark] ?? { "{{": "{", "}}": "}" }[mark] ?? mark);
    return added && read.trim() ? read.trimEnd() + added : read;
  };

  const measure = () => {
    const now = count(whole(text.value));
    const spelled = count(text.value).cheaper?.text ?? null;
    const same = spelled !== null && String(spelled.match(MARK)) === String(text.value.match(MARK));
    now.cheaper = same ? { text: spelled, parts: count(whole(spelled)).parts } : null;
    for (const name of ["parts", "left", "alphabet", "characters"]) {
      box.querySelector(`[data-show="${name}"]`).textContent = now[name];
    }
    for (const all of box.querySelectorAll("[data-times]")) all.textContent = now.parts * Number(all.dataset.times);
    for (const money of box.querySelectorAll("[data-money]")) money.textContent = priced(money.dataset, now.parts);
    box.querySelector("[data-counted]").hidden = text.value.trim() === "";
    explain(cost, now);
  };

  const ask = async () => {
    const filled = new FormData(form);
    for (const [name, value] of [...filled]) if (value instanceof File) filled.delete(name);
    filled.set("box", box.dataset.textBox);
    const told = await question.ask(form.dataset.textsOf, filled);
    if (!told) return;
    ({ swaps, added } = told);
    box.querySelector("[data-note]").textContent = told.note;
    box.querySelector("[data-marks]").replaceChildren(...told.findings.map((found) => finding(box, found)));
    measure();
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  const put = (words) => {
    text.focus();
    text.select();
    if (!document.execCommand("insertText", false, words)) text.setRangeText(words); // the browser takes it back
    measure();
    soon();
  };

  text.addEventListener("input", () => { measure(); soon(); });
  form.addEventListener("change", ({ target }) => { if (!box.contains(target)) soon(); });
  box.querySelector("[data-use-cheaper]").addEventListener("click", (event) => {
    event.preventDefault();
    put(box.querySelector('[data-show="cheaper"]').textContent);
  });
  box.querySelector("select[data-template]")?.addEventListener("change", ({ target }) => {
    const chosen = target.selectedOptions[0];
    if (!chosen.value) return;
    put(chosen.dataset.text);
    target.value = "";
  });
  ask();
}

function finding(box, { wrong, words }) {
  const mark = box.querySelector(`[data-finding="${wrong ? "wrong" : "remark"}"]`).content.cloneNode(true);
  mark.querySelector("span").textContent = words;
  return mark;
}
