// Writing: the cost follows the typing, with what marketing adds to the text and as the person shown reads it;
// the cheaper spelling is one click, the departure follows the hour.

import { explain, priced } from "./cost.js";
import { count } from "./counter.js";
import { newest } from "./newest.js";

const letter = document.querySelector("[data-letter]");
const text = letter.querySelector("textarea.text");
const shown = (name) => letter.querySelector(`[data-show="${name}"]`);

// ---- the cost -------------------------------------------------------------------------------

const cost = letter.querySelector("[data-cost]");
const line = letter.querySelector("[data-cost-line]");
const marks = letter.querySelector("[data-findings]");
let added = marks?.dataset.added ?? ""; // what is put behind a marketing text before it leaves

function completed(typed) {
  return added && typed.trim() ? typed.trimEnd() + added : typed;
}

function measure() {
  const now = count(completed(filled(text.value)));
  now.cheaper = cheaperOf(text.value);
  for (const name of ["parts", "left", "alphabet", "characters"]) {
    if (shown(name)) shown(name).textContent = now[name];
  }
  for (const money of letter.querySelectorAll("[data-money]")) money.textContent = priced(money.dataset, now.parts);
  if (line) line.hidden = text.value === "";
  if (cost) explain(cost, now);
}

// The cheaper spelling is the text's own: what is added comes again by itself.
function cheaperOf(typed) {
  const cheaper = isPersonal() ? null : count(typed).cheaper;
  return cheaper && { text: cheaper.text, parts: count(completed(cheaper.text)).parts };
}

text.addEventListener("input", measure);

// ---- gaps: what stands there for the person who is shown ---------------------------------------

const stage = letter.querySelector("[data-sample]");
const texts = letter.querySelector("[data-texts]");
const shownOf = (name) => stage.querySelector(`[data-of="${name}"]`);
let values = {}; // of the person who is shown, by the gap as it is typed
let place = 0;
let sampling = 0;
const reader = newest();

function isPersonal() {
  return text.value.includes("{") || text.value.includes("}}");
}

// The same answer as the server's, but for gaps that it was not asked about yet.
function filled(typed) {
  return typed.replace(/\{\{|\}\}|\{([^{}\n]*)\}/g, (mark, gap) => {
    if (gap === undefined) return mark[0];
    const [name, instead] = gap.split(/\|(.*)/s);
    return values[name.trim()] || instead?.trim() || (instead === undefined ? mark : "");
  });
}

async function sample() {
  const form = new FormData(letter);
  form.set("place", place);
  const told = await reader.ask(texts.dataset.sampleAt, form);
  if (!told) return;
  const { sample: seen, fault } = told;
  const complaint = letter.querySelector("[data-sample-fault]");
  complaint.hidden = !fault;
  complaint.querySelector("span").textContent = fault;
  stage.hidden = !seen;
  if (!seen) return;
  place = seen.at;
  values = seen.values;
  perform(seen);
  measure();
}

function perform(seen) {
  shownOf("who").textContent = seen.who || stage.dataset.nobody;
  shownOf("place").textContent = seen.total ? `${seen.at + 1}/${seen.total}` : "";
  shownOf("text").textContent = seen.text;
  shownOf("missing").hidden = seen.missing.length === 0;
  shownOf("gaps").textContent = seen.missing.map((gap) => `{${gap}}`).join(", ");
  for (const step of stage.querySelectorAll("[data-step]")) {
    const to = seen.at + Number(step.dataset.step);
    step.disabled = to < 0 || to >= seen.total;
  }
}

function perhapsSample() {
  clearTimeout(sampling);
  if (!isPersonal()) {
    reader.forget();
    stage.hidden = true;
    letter.querySelector("[data-sample-fault]").hidden = true;
  } else sampling = setTimeout(sample, 300);
}

if (stage) {
  text.addEventListener("input", perhapsSample);
  letter.addEventListener("addressed", () => { place = 0; perhapsSample(); departure(); });
  stage.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (!step) return;
    event.preventDefault();
    place += Number(step.dataset.step);
    sample();
  });
  perhapsSample();
}

// Into the text where the cursor stands, so that the browser's own undo takes it back.
function insert(words) {
  text.focus();
  if (!document.execCommand("insertText", false, words)) text.setRangeText(words);
  text.dispatchEvent(new Event("input"));
}

for (const gap of document.querySelectorAll("[data-gap]")) {
  gap.addEventListener("click", () => insert(gap.dataset.gap));
}

letter.elements.template?.addEventListener?.("change", ({ target }) => {
  const chosen = target.selectedOptions[0];
  if (!chosen.value) return;
  const category = letter.querySelector(`[name=category][value="${chosen.dataset.category}"]`);
  if (category) category.click();
  text.select();
  insert(chosen.dataset.text);
  target.value = "";
});

measure();

letter.querySelector("[data-use-cheaper]")?.addEventListener("click", (event) => {
  event.preventDefault();
  text.value = shown("cheaper").textContent;
  measure();
  text.focus();
});

// ---- what marketing lacks --------------------------------------------------------------------

const PAUSE = 300; // ms without a key before the text is looked over
let looking = 0;
const lookedOver = newest();

function isMarketing() {
  return letter.elements.category.value === "marketing";
}

async function review() {
  const told = await lookedOver.ask(letter.dataset.measure, new FormData(letter));
  if (told) show(told.added, told.findings);
}

function show(more, findings) {
  added = more;
  marks.querySelector("ul").replaceChildren(...findings.map(finding));
  measure();
}

function finding({ wrong, words }) {
  const mark = letter.querySelector(`[data-finding="${wrong ? "wrong" : "remark"}"]`).content.cloneNode(true);
  mark.querySelector("span").textContent = words;
  return mark;
}

function look() {
  clearTimeout(looking);
  const hint = letter.querySelector("[data-of-marketing]");
  if (hint) hint.hidden = !isMarketing();
  if (isMarketing()) looking = setTimeout(review, PAUSE);
  else {
    lookedOver.forget();
    show("", []);
  }
}

if (marks) {
  text.addEventListener("input", () => isMarketing() && look());
  for (const choice of letter.elements.category) choice.addEventListener("change", look);
}

// ---- Ctrl-Enter sends -----------------------------------------------------------------------

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) letter.requestSubmit();
});

// ---- when it leaves -------------------------------------------------------------------------

const hour = letter.querySelector("[name=at]");
const leaving = newest();

async function departure() {
  if (!letter.dataset.departure) return;
  const told = await leaving.ask(letter.dataset.departure, new FormData(letter));
  if (!told) return;
  letter.querySelector("[data-elsewhere]").replaceChildren(...told.elsewhere.map(hint));
  for (const [category, words] of Object.entries(told.departures)) {
    letter.querySelector(`[data-leaves="${category}"]`).textContent = words;
  }
}

function hint(words) {
  const item = document.createElement("li");
  item.className = "hint";
  item.textContent = words;
  return item;
}

if (hour) {
  const later = () => { hour.required = letter.elements.when.value === "later"; };
  for (const choice of letter.elements.when) choice.addEventListener("change", () => { later(); departure(); });
  hour.addEventListener("change", departure);
  later();
}

// ---- what was typed before this listened, or kept by the browser over a way back ----------------

const fields = [...letter.querySelectorAll("input, textarea")];
if (fields.some((one) => one.value !== one.defaultValue || one.checked !== one.defaultChecked)) {
  if (marks) look();
  if (hour) departure();
}
