// The list of messages: ticking all without a reload, a row of boxes with Shift, how many are ticked; and the
// page that shows how far a long work is.  Without a script the links and the button do the same.

const EVERY = 1000; // ms between two looks at a work that goes on

const bar = document.getElementById("several");
const ticked = document.getElementById("ticked");
const all = bar?.querySelector("[data-tick]");
let last = null;

function boxes() {
  return [...document.querySelectorAll("#list .pick input")];
}

function tell() {
  const number = boxes().filter((box) => box.checked).length;
  ticked.textContent = number ? `${bar.dataset.ticked} ${number}` : bar.dataset.ticked;
}

if (bar) {
  document.getElementById("list").addEventListener("click", (event) => {
    if (!event.target.matches(".pick input")) return;
    const shown = boxes();
    const [from, to] = [shown.indexOf(last), shown.indexOf(event.target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const box of shown.slice(from, to + 1)) box.checked = event.target.checked;
    last = event.target;
    tell();
  });
  all.addEventListener("click", (event) => {
    event.preventDefault();
    const shown = boxes();
    const none = shown.every((box) => box.checked);
    for (const box of shown) box.checked = !none;
    tell();
  });
  window.addEventListener("pageshow", tell); // a browser that goes back remembers the ticks
}

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("round");
    const shown = document.getElementById("round");
    if (!fresh) return location.reload();
    for (const part of ["label", "progress", ".hint"]) {
      const old = shown.querySelector(part);
      if (old && fresh.hasAttribute("data-running")) old.replaceWith(fresh.querySelector(part));
    }
    if (!fresh.hasAttribute("data-running")) return shown.replaceWith(fresh);
  } catch {
    // the appliance restarts, or the network is away: the next look tells
  }
  setTimeout(look, EVERY);
}

if (document.querySelector("#round[data-running]")) setTimeout(look, EVERY);
