// Keyboard and dialogs; every page works without it. No eval, no inline handlers, nothing stored.
const $ = (selector, root = document) => root.querySelector(selector);
const singleKeys = document.documentElement.dataset.keys !== "off";
let afterG = -1e6;

const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select");

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog?.showModal || dialog.open) return;
  dialog.showModal();
  $("[data-first]", dialog)?.focus();
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement.closest("[data-row]"));
  rows[Math.max(0, Math.min(rows.length - 1, at + by))].focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && document.getElementById(opener.dataset.dialog)) { event.preventDefault(); openDialog(opener.dataset.dialog); }
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = $("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); }
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { $("[data-main]")?.click(); return; }
  if (!singleKeys || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
  const place = event.timeStamp - afterG < 1200 ? $(`[data-go~="${CSS.escape(event.key)}"]`) : null;
  const pressed = $(`[data-key="${CSS.escape(event.key)}"]:not([hidden] *)`);
  if (place) location.href = place.href;
  else if (event.key === "g") afterG = event.timeStamp;
  else if (event.key === "?") openDialog("keys");
  else if (event.key === "/") { event.preventDefault(); openDialog("find"); }
  else if (pressed) { event.preventDefault(); if ("focus" in pressed.dataset) pressed.focus(); else pressed.click(); }
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
});

// A queue: the row with the focus is the marked one, and the pane beside it explains it.
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-why]");
  if (!row) return;
  for (const each of document.querySelectorAll("[data-why]")) {
    each.toggleAttribute("aria-current", each === row);
    if (each === row) each.setAttribute("aria-current", "true");
    document.getElementById(each.dataset.why).hidden = each !== row;
  }
});

// Back from a hit: the row that was left is marked again.
$("#here")?.focus();

// In a narrow window the pages stand in a row that scrolls: the one that is open is in sight.
const here = $(".pages [aria-current]");
function bringInSight() {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
if (here) { bringInSight(); addEventListener("resize", bringInSight); }

// What is under way is looked at again, unless somebody is in a dialog.
if ($("[data-under-way]")) setInterval(() => { if (!$("dialog[open]")) location.reload(); }, 2_000);
