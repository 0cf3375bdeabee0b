// Everything on every page that is nicer with a script: live parts, revealed passwords, focus on errors.
// Without it every page still works; it then shows what was true when it was opened.

const EVERY = 2000; // ms between two questions, where the server cannot tell by itself
const LONGEST = 30000; // after failures the pause doubles up to this
const LEAST = 1000; // ms between two renewals, however much happens
const MINUTE = 60000; // "3 min ago" grows old by itself; a place among the listeners may be free again

const body = document.body;
let shown = body.dataset.version;
let wanted = shown;
let renewing = false;
let refreshed = Date.now();
let pause = EVERY;
let stream = null;
let timer = 0; // of the next question
let later = 0; // of the next try to listen

// ---- live parts: the server tells; where it has no place for one listener more, the page asks -----

function follow() {
  if (document.hidden || stream) return;
  rest();
  if (!window.EventSource) return void look();
  stream = new EventSource(address(body.dataset.events));
  stream.addEventListener("message", (event) => renew(event.data));
  stream.addEventListener("over", () => location.reload());
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return; // it connects again by itself
    rest();
    look();
    later = setTimeout(follow, MINUTE);
  });
}

function rest() {
  clearTimeout(timer);
  clearTimeout(later);
  stream?.close();
  stream = null;
}

function address(path) {
  const there = new URL(path, location.href);
  there.searchParams.set("version", shown);
  there.searchParams.set("of", body.dataset.of);
  return there;
}

async function look() {
  try {
    const answer = await fetch(address(body.dataset.live));
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    renew((await answer.json()).version);
    pause = EVERY;
  } catch {
    pause = Math.min(pause * 2, LONGEST); // the appliance restarts, or the network is away
  }
  if (!stream && !document.hidden) timer = setTimeout(look, pause);
}

async function renew(version) {
  wanted = version;
  if (renewing) return;
  renewing = true;
  let wait = LEAST;
  while (wanted !== shown) {
    const fresh = wanted;
    try {
      await refresh();
      shown = fresh;
      wait = LEAST;
    } catch {
      wait = Math.min(wait * 2, LONGEST);
    }
    await new Promise((done) => setTimeout(done, wait));
  }
  renewing = false;
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  refreshed = Date.now();
  for (const part of document.querySelectorAll("[data-swap]")) {
    const other = fresh.getElementById(part.id);
    if (other) swap(part, other);
    else part.remove();
  }
  for (const other of fresh.querySelectorAll("[data-swap]")) appear(other);
}

// Changes only what differs, piece by piece where pieces have a key: what stays keeps its focus, its
// scroll and its typed text, and a screen reader hears only what is new.
function swap(old, fresh) {
  if (old.isEqualNode(fresh) || old.contains(document.activeElement) && !keyed(fresh)) return;
  if (!keyed(fresh)) {
    old.replaceChildren(...fresh.childNodes);
    return;
  }
  const follow = nearEnd(old);
  const known = new Map([...old.children].map((child) => [child.dataset.key, child]));
  const children = [...fresh.children].map((child) => merged(known.get(child.dataset.key), child));
  for (const child of [...old.children]) if (!children.includes(child)) child.remove();
  children.forEach((child, at) => {
    if (old.children[at] !== child) old.insertBefore(child, old.children[at] ?? null);
  });
  if (follow) toEnd(old);
}

function merged(known, child) {
  if (!known) {
    requestAnimationFrame(() => arrive(child));
    return child;
  }
  if (known.isEqualNode(child)) return known;
  const screen = known.querySelector("[data-follow]");
  if (screen) {
    fill(screen, child.querySelector("[data-follow]"));
    return known;
  }
  if (known.matches("details[open], [data-keep]") || (known.contains(document.activeElement) && !keyed(child))) return known;
  if (keyed(child)) {
    swap(known, child);
    return known;
  }
  return child;
}

// A page that had no such part when it was opened (the first message's panel, an answer's reason).
function appear(other) {
  if (document.getElementById(other.id) || !other.previousElementSibling?.id) return;
  document.getElementById(other.previousElementSibling.id)?.after(other);
}

function arrive(part) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  part.animate([{ opacity: 0, transform: "translateY(6px)" }, {}], { duration: 400, easing: "ease-out" });
}

function fill(screen, fresh) {
  if (screen.isEqualNode(fresh)) return;
  screen.replaceChildren(...fresh.childNodes);
  screen.scrollTop = screen.scrollHeight;
}

function keyed(part) {
  return part.children.length > 0 && [...part.children].every((child) => child.dataset.key);
}

// ---- a conversation stays at its end, unless somebody reads further up ------------------------

function nearEnd(part) {
  if (!part.hasAttribute("data-follow")) return false;
  return window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 160;
}

function toEnd(part) {
  if (part.hasAttribute("data-follow")) window.scrollTo(0, document.documentElement.scrollHeight);
}

for (const screen of document.querySelectorAll(".screen[data-follow]")) screen.scrollTop = screen.scrollHeight;
if (!location.hash || location.hash === "#end") for (const part of document.querySelectorAll("#thread[data-follow]")) toEnd(part);

// ---- small things ---------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
}

// What a page's own script does while one types needs no button.
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;

document.querySelector("[data-focus]")?.focus();

// On a telephone the tabs go on beyond the edge: the one that is open is brought into sight.
for (const here of document.querySelectorAll(".chips [aria-current]")) {
  const strip = here.parentElement;
  strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

document.addEventListener("click", (event) => {
  for (const sheet of document.querySelectorAll("details.more[open]")) {
    if (!sheet.contains(event.target)) sheet.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of document.querySelectorAll("details.more[open]")) {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault(); // a second click sends nothing twice
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

if (body.dataset.live) {
  follow();
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : follow()));
  setInterval(() => {
    if (!document.hidden && Date.now() - refreshed >= MINUTE) refresh().catch(() => {});
  }, MINUTE / 4);
}
