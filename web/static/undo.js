// The seconds in which what was sent can be taken back; when they are over the page shows what became of it.

const EVERY = 200; // ms
const ends = new WeakMap(); // bar → when its time is over; a bar may come later, when the page renews itself

function tick(bar) {
  if (!ends.has(bar)) ends.set(bar, performance.now() + Number(bar.dataset.left) * 1000);
  const left = Math.ceil((ends.get(bar) - performance.now()) / 1000);
  const words = bar.querySelector("[data-seconds]");
  const said = words.dataset.seconds.replace("{seconds}", left);
  if (left <= 0) bar.hidden = true; // the button would come too late
  else if (words.textContent !== said) words.textContent = said;
}

function look() {
  for (const bar of document.querySelectorAll("[data-undo]")) tick(bar);
}

look();
setInterval(look, EVERY);
