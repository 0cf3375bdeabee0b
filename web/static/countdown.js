// How long an offer lasts yet.  The server says how many seconds are left, so that a phone's wrong clock
// changes nothing; without this script the page names the day and the hour all the same.

const clock = document.querySelector("[data-left]");
const ends = performance.now() + Number(clock.dataset.left) * 1000;

function two(number) {
  return String(number).padStart(2, "0");
}

function show() {
  const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
  const days = Math.floor(left / 86400);
  const hours = Math.floor((left % 86400) / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const time = `${two(hours)}:${two(minutes)}:${two(left % 60)}`;
  clock.textContent = left === 0 ? clock.dataset.over : days > 0 ? `${days} ${clock.dataset.day} ${time}` : time;
  clock.hidden = false;
  if (left > 0) {
    setTimeout(show, 1000 - (performance.now() % 1000));
  }
}

show();
