// Review: views shown in their place and covered again, the lease kept, the marked job explained. Pages work without it.
const form = document.querySelector("form[data-open]");
const stage = document.querySelector("[data-stage]");
const part = (name) => stage?.querySelector(`[data-${name}]`);
const token = () => document.querySelector("meta[name=form-token]")?.content ?? "";
const IDLE_MS = 30_000;
let lastSign = performance.now();
let signsSince = false;

// What is shown goes away for good: nothing is hidden that could be brought back without another view.
function cover(why) {
  const shown = part("shown");
  if (!shown || shown.hidden) return;
  for (const each of shown.querySelectorAll("img, video")) each.removeAttribute("src");
  shown.replaceChildren();
  shown.hidden = true;
  part("cover").hidden = false;
  const said = part("said");
  if (said) said.textContent = `Covered${why ? `, ${why}` : ""}. Opening it again is another view.`;
}

function say(text) {
  cover();
  const said = part("said");
  said.textContent = text;
  said.setAttribute("role", "alert");
}

// The ledger says at once what was just shown.
function enter(told) {
  for (const gone of document.querySelectorAll("[data-unopened], [data-nothing]")) gone.hidden = true;
  const line = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = "just now";
  line.append(time, `${told.part}: ${told.words}.`);
  document.querySelector("[data-ledger]").prepend(line);
}

// Drawn anew from what the service counted, as the page draws it: a view counts when it is asked for.
const TICKS = { full: [0, 0, 5, 16], part: [0.5, 0.5, 4, 15], left: [0, 5, 5, 6] };
function measure(meter) {
  document.querySelector("[data-views]").textContent = meter.views;
  document.querySelector("[data-budget]").textContent = meter.words;
  const drawing = document.querySelector("svg.meter");
  drawing.setAttribute("aria-label", meter.said);
  drawing.replaceChildren(...meter.ticks.map((kind, place) => {
    const tick = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const [x, y, width, height] = TICKS[kind];
    for (const [name, value] of Object.entries({ class: kind, x: 8 * place + x, y, width, height })) tick.setAttribute(name, value);
    return tick;
  }));
}

function show(told) {
  cover();
  const picture = new Image();
  picture.alt = `What was asked for: ${told.words}`;
  picture.addEventListener("load", () => {
    const confirm = document.querySelector("form[data-confirm]");
    confirm.hidden = !told.whole;
    confirm.elements.view.value = told.whole ? told.view : "";
    enter(told);
  });
  picture.addEventListener("error", () => { if (picture.isConnected) say("It could not be shown. Nothing counts as viewed."); });
  picture.className = told.whole ? "whole" : "small-view";
  picture.src = told.source;
  part("shown").replaceChildren(picture);
  part("shown").hidden = false;
  part("cover").hidden = true;
}

form?.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button || "plain" in button.dataset) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, button));
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json", "x-clew-form": token() } });
    const told = await answer.json();
    if (told.meter) measure(told.meter);
    if (told.go) location.assign(told.go);
    else if (told.source) show({ ...told, part: form.dataset.open });
    else say(`It is not shown: ${told.message}.`);
  } catch {
    say("The service did not answer. Nothing was shown; try again.");
  }
});

for (const sign of ["keydown", "pointermove", "pointerdown", "scroll"])
  addEventListener(sign, () => { lastSign = performance.now(); signsSince = true; }, { passive: true, capture: true });
addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) cover(); });
addEventListener("blur", () => cover("another window was in front"));
addEventListener("pagehide", () => cover());
document.addEventListener("visibilitychange", () => { if (document.hidden) cover("the page was left"); });
setInterval(() => { if (performance.now() - lastSign > IDLE_MS) cover("half a minute without a sign of you"); }, 1_000);

// What is true only with this script is said only with it.
for (const each of document.querySelectorAll("[data-scripted]")) each.hidden = false;

// Says in the button what will be opened.
const how = document.querySelector("[data-how]");
function describe() {
  const ticked = ["blur", "grey"].filter((name) => form.elements[name].checked).map((name) => ({ blur: "blurred", grey: "grey" })[name]);
  how.textContent = [...ticked, "small"].join(", ");
}
if (how) { describe(); form.addEventListener("change", describe); }

// The lease lasts while somebody works here; a page that was left open lets the job go.
const held = document.querySelector("[data-renew]");
if (held) setInterval(async () => {
  if (!signsSince) return;
  signsSince = false;
  const lease = document.querySelector("input[name=lease]").value;
  const answer = await fetch(`/review/${held.dataset.job}/renew`, { method: "POST", body: new URLSearchParams({ lease }), headers: { accept: "application/json", "x-clew-form": token() } }).catch(() => null);
  if (answer?.ok) document.querySelector("[data-until]").textContent = (await answer.json()).until;
  else if (answer) { cover("you do not hold this job any more"); location.reload(); }
}, 1_000 * held.dataset.renew);

// The queue: the row with the focus is the marked one, and the pane beside it explains it.
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-why]");
  if (!row) return;
  for (const each of document.querySelectorAll("[data-why]")) {
    each.toggleAttribute("aria-current", each === row);
    if (each === row) each.setAttribute("aria-current", "true");
    document.getElementById(each.dataset.why).hidden = each !== row;
  }
});

// A menu opened by its key begins with its first choice.
document.addEventListener("toggle", (event) => { if (event.target.open) event.target.querySelector("[data-first]")?.focus(); }, true);
