// Conversations: single keys that go through them, ready answers under the cursor, the cost of an answer.

import { count } from "./counter.js";

// ---- the answer ----------------------------------------------------------------------------------

const answer = document.querySelector("[data-answer]");
if (answer) write(answer);

function write(form) {
  const text = form.querySelector("textarea");
  const line = form.querySelector("[data-cost-line]");
  const measure = () => {
    const now = count(text.value);
    for (const part of line.querySelectorAll("[data-show]")) part.textContent = now[part.dataset.show];
    line.hidden = text.value === "";
  };
  text.addEventListener("input", measure);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  for (const button of form.querySelectorAll("[data-insert]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      insert(text, button.dataset.insert);
      measure();
    });
  }
  measure();
}

function insert(field, words) {
  const before = field.value.slice(0, field.selectionStart);
  const blank = before && !/\s$/.test(before) ? " " : "";
  field.focus();
  field.setRangeText(blank + words, field.selectionStart, field.selectionEnd, "end");
}

// ---- single keys: never while somebody types, and only for whoever wants them --------------------

const OFF = "chappe.keys.off";
const help = document.querySelector("[data-keys]");
const toggle = help?.querySelector("button");

function areWanted() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true; // this browser remembers nothing
  }
}

function want(wanted) {
  try {
    if (wanted) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    return;
  }
  toggle.setAttribute("aria-pressed", String(areWanted()));
}

if (help) {
  help.hidden = false;
  toggle.setAttribute("aria-pressed", String(areWanted()));
  toggle.addEventListener("click", () => want(!areWanted()));
}

const NAMES = { "/": "slash" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !areWanted() || isTyping(event.target)) return;
  if (press(event.key)) event.preventDefault();
});

function isTyping(place) {
  return place.matches("input, textarea, select") || place.isContentEditable;
}

// Whether the key means something here.
function press(key) {
  if (!["j", "k", "r", "n", "/"].includes(key)) return false;
  if (key === "n") return note();
  const there = document.querySelector(`[data-key-${NAMES[key] ?? key}]`);
  if (there) {
    if (there.matches("a")) there.click();
    else there.focus();
    return true;
  }
  return (key === "j" || key === "k") && step(key === "j" ? 1 : -1);
}

function note() {
  const sheet = document.querySelector("details.noting");
  if (!sheet) return false;
  sheet.open = true;
  sheet.querySelector("textarea").focus();
  return true;
}

function step(by) {
  const rows = [...document.querySelectorAll("main .row-link")];
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 && by < 0 ? rows.length - 1 : at + by];
  next?.focus();
  return Boolean(next);
}
