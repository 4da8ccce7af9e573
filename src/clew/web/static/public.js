// Leaving in a hurry, and nothing kept behind; every page works without it. Nothing is stored.
const quick = document.querySelector("[data-quick-exit]");
let escapedAt = -1e6;

function leave() {
  document.body.classList.add("gone");
  for (const form of document.forms) form.reset();
  location.replace(quick.href);
}

quick?.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !quick) return;
  if (event.timeStamp - escapedAt < 1200) leave();  // twice, so that closing a menu does not lose the text
  escapedAt = event.timeStamp;
});

// Coming back shows an empty page, whatever the browser had kept.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

document.querySelector("[data-wrong]")?.focus();
