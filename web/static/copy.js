// A button that copies what stands in a field.  Without a script one marks the field and copies by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector("span");
  const before = words.textContent;
  let timer = 0;
  button.hidden = false;
  button.addEventListener("click", async () => {
    words.textContent = (await copied(field)) ? button.dataset.done : button.dataset.failed;
    clearTimeout(timer);
    timer = setTimeout(() => (words.textContent = before), 4000);
  });
  field.addEventListener("focus", () => field.select());
}

// The clipboard is given only to pages over HTTPS or on the machine itself; on the LAN the older way works.
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
}
