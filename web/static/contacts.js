// The contacts: how many are ticked, one tick for all; a segment's count follows its rules.

import { newest } from "./newest.js";

// ---- ticking ---------------------------------------------------------------------------------

const list = document.querySelector("[data-ticking]");
if (list) {
  const act = document.getElementById("do-several");
  const shown = act.querySelector("[data-ticked]");
  const ticks = [...list.querySelectorAll('input[name="number"]')];

  function follow() {
    const ticked = ticks.filter((tick) => tick.checked).length;
    shown.hidden = ticked === 0;
    shown.textContent = ticked;
    if (ticked) act.open = true;
  }

  list.addEventListener("change", follow);
  follow(); // the browser may have kept them over a way back
}

// ---- a segment -------------------------------------------------------------------------------

const PAUSE = 350; // ms without a key before it is counted
const FIGURES = ["days", "years", "times", "score", "number", "money"]; // what these take is typed in figures

const form = document.querySelector("[data-segment]");
if (form) {
  const rules = form.querySelector("[data-rules]");
  const blank = form.querySelector("[data-blank-rule]");
  const tally = form.querySelector("[data-tally]");
  let waiting = 0;
  const question = newest();
  let lines = rules.children.length;

  function fit(rule) {
    const takes = rule.querySelector("select").selectedOptions[0].dataset.takes;
    const value = rule.querySelector("input");
    value.parentElement.classList.toggle("unneeded", !takes);
    value.inputMode = FIGURES.includes(takes) ? "decimal" : "text";
    if (takes && document.getElementById(`known-${takes}`)) value.setAttribute("list", `known-${takes}`);
    else value.removeAttribute("list");
  }

  function add() {
    const rule = blank.content.firstElementChild.cloneNode(true);
    const id = `rule-${lines++}`;
    for (const part of rule.querySelectorAll("[id], [for]")) {
      for (const name of ["id", "for"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("rule-new", id));
      }
    }
    rules.append(rule);
    fit(rule);
    rule.querySelector("select").focus();
  }

  function ask(after) {
    const there = new URL(form.dataset.count, location.href);
    there.searchParams.set("after", after);
    return question.ask(there, new FormData(form));
  }

  async function count() {
    let found = 0;
    for (let after = 0; after !== null; ) {
      const part = await ask(after);
      if (!part) return; // refused, or something was typed meanwhile
      if (part.fault) return void (tally.textContent = tally.dataset.fault);
      found += part.found;
      after = part.next;
      if (after !== null) tally.textContent = tally.dataset.more.replace("{num}", found);
    }
    tally.textContent = found === 1 ? tally.dataset.one : tally.dataset.many.replace("{num}", found);
  }

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(() => count().catch(() => {}), PAUSE);
  }

  form.addEventListener("input", later);
  form.addEventListener("change", (event) => {
    const rule = event.target.closest("[data-rule]");
    if (rule) fit(rule);
    later();
  });
  form.querySelector('[name="more"]').addEventListener("click", (event) => {
    event.preventDefault();
    add();
  });
  for (const rule of rules.children) fit(rule);
  later();
}
