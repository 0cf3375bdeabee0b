// To whom: names are suggested while one types; what is complete becomes a chip, checked by the server.
// Without this the box takes the same words, and the button "Look them up" does the rest.

import { newest } from "./newest.js";

const place = document.querySelector("[data-recipients]");
const letter = place.closest("form");
const box = place.querySelector("textarea");
const options = place.querySelector("[role=listbox]");
const told = place.querySelector("[data-told]");

const PAUSE = 150; // ms without a key before it is asked
let timer = 0;
const question = newest();
let active = -1;

// ---- suggestions, for what stands in the last line --------------------------------------------

function word() {
  return box.value.split(/[,;\n]/).pop().trimStart();
}

async function suggest() {
  const sought = word().trim();
  if (!/^[@#]|^[^\d+].|^[+\d][\d ]{3}/u.test(sought)) return close();
  const address = new URL(place.dataset.suggest, location.href);
  address.searchParams.set("q", sought);
  const told = await question.ask(address);
  if (told && document.activeElement === box) offer(told.suggestions);
}

function offer(suggestions) {
  options.replaceChildren(...suggestions.map(option));
  options.hidden = suggestions.length === 0;
  box.setAttribute("aria-expanded", String(!options.hidden));
  point(-1);
}

function option({ typed, label, more }, at) {
  const item = document.createElement("li");
  const soft = document.createElement("span");
  soft.className = "soft number";
  soft.textContent = more;
  item.append(label, " ", soft);
  item.id = `to-option-${at}`;
  item.setAttribute("role", "option");
  item.dataset.typed = typed;
  return item;
}

function point(at) {
  const items = [...options.children];
  active = items.length ? (at + items.length + 1) % (items.length + 1) : -1;
  if (active === items.length) active = -1;
  items.forEach((item, n) => item.setAttribute("aria-selected", String(n === active)));
  if (active < 0) box.removeAttribute("aria-activedescendant");
  else box.setAttribute("aria-activedescendant", items[active].id);
}

function close() {
  question.forget();
  options.hidden = true;
  options.replaceChildren();
  box.setAttribute("aria-expanded", "false");
  point(-1);
}

function take(item) {
  box.value = box.value.slice(0, box.value.length - word().length) + item.dataset.typed;
  close();
  complete();
  box.focus();
}

// ---- chips: the server says who is meant -------------------------------------------------------

let looking = Promise.resolve();

// All that stands in the box is complete: what is typed meanwhile belongs to the next one.
function complete() {
  if (box.value && !/[,;\n]$/.test(box.value)) box.value += "\n";
  return look("add");
}

function look(action, button) {
  looking = looking.then(() => send(action, button)).catch(() => {});
  return looking;
}

async function send(action, button) {
  const form = new FormData(letter, button);
  const head = action ? box.value.slice(0, box.value.search(/[^,;\n]*$/)) : box.value;
  form.set("to", head);
  if (action) form.set("action", action);
  const answer = await fetch(place.dataset.lookup, { method: "POST", body: new URLSearchParams(form) });
  if (!answer.ok || answer.redirected) return; // the form itself says what is wrong
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("meant");
  const rest = fresh.dataset.rest && `${fresh.dataset.rest}\n`;
  if (box.value.startsWith(head)) box.value = rest + box.value.slice(head.length).trimStart();
  document.getElementById("meant").replaceWith(fresh);
  told.textContent = fresh.querySelector(".meant-count")?.firstChild.textContent.trim() ?? "";
  settle();
}

function settle() {
  box.required = !letter.elements.chosen.value;
  box.rows = Math.min(6, Math.max(1, box.value.split("\n").length));
  letter.dispatchEvent(new CustomEvent("addressed"));
}

// ---- keys, a paste, a click ----------------------------------------------------------------------

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", options.id);
box.setAttribute("aria-expanded", "false");

box.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (event.inputType === "insertFromPaste" || /[,;\n]$/.test(box.value)) return void (close(), complete());
  timer = setTimeout(suggest, PAUSE);
});

box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (!options.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    point(event.key === "ArrowDown" ? active + 1 : active < 0 ? options.children.length - 1 : active - 1);
  } else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (active >= 0) take(options.children[active]);
    else if (word().trim()) {
      close();
      complete();
    }
  } else if (event.key === "Escape" && !options.hidden) {
    event.stopPropagation();
    close();
  } else if (event.key === "Backspace" && box.value === "") {
    const last = [...document.querySelectorAll("#meant [name=drop]")].pop();
    if (last) look("", last);
  }
});

// Whoever leaves the box for a button presses it first: nothing may move away under the finger.
box.addEventListener("blur", (event) => {
  close();
  if (word().trim() && event.relatedTarget?.tagName !== "BUTTON") setTimeout(complete, 250);
});

place.addEventListener("mousedown", (event) => {
  if (event.target.closest("#meant button, [role=option]")) event.preventDefault(); // the box keeps the focus
});

options.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (item) take(item);
});

place.addEventListener("click", (event) => {
  const button = event.target.closest("#meant button");
  if (!button || button.value === "edit") return;
  event.preventDefault();
  look("", button).then(() => box.focus());
});

// Typed before this listened: a word on which somebody still is belongs to them.
if (document.activeElement === box && box.value !== box.defaultValue) suggest();
else if (box.value.trim()) complete();
