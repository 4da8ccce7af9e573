// Review: views shown in their place and covered again, the lease kept, the marked job explained. Pages work without it.
const form = document.querySelector("form[data-open]");
const stage = document.querySelector("[data-stage]");
const part = (name) => stage?.querySelector(`[data-${name}]`);
const token = () => document.querySelector("meta[name=form-token]")?.content ?? "";
const IDLE_MS = 30_000;
let lastSign = performance.now();
let signsSince = false;

// What is shown goes away for good: nothing is hidden that could be brought back without another view.
let showing = 0;
function cover(why) {
  showing += 1; // what is still on its way is not shown any more
  const shown = part("shown");
  if (!shown || shown.hidden) return;
  for (const each of shown.querySelectorAll("img")) each.removeAttribute("src");
  for (const each of shown.querySelectorAll("video")) unload(each);
  shown.replaceChildren();
  shown.hidden = true;
  part("cover").hidden = false;
  part("cover").querySelector("h2, h3").textContent = "Covered";
  const said = part("said");
  if (said) said.textContent = `${why ? `${why}. ` : ""}Opening it again is another view.`;
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
  for (const each of document.querySelectorAll("[data-once-opened]")) each.textContent = each.dataset.onceOpened;
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

// A view may be confirmed once its page has proved that all of it came; else the page says why it stays a part.
function offer(view = "", proof = "", why = "") {
  const confirm = document.querySelector("form[data-confirm]");
  confirm.hidden = !proof;
  confirm.elements.view.value = proof ? view : "";
  confirm.elements.proof.value = proof;
  const unproved = document.querySelector("[data-unproved]");
  unproved.hidden = !why;
  unproved.textContent = why ? `${why} The view stays a part: the report goes on to say “not viewed”.` : "";
}

// SHA-256 over the id of this serving and the bytes that came: nobody can say it who has not received them all.
async function prove(view, bytes) {
  const id = new TextEncoder().encode(view);
  const salted = new Uint8Array(id.length + bytes.byteLength);
  salted.set(id);
  salted.set(new Uint8Array(bytes), id.length);
  const digest = await crypto.subtle.digest("SHA-256", salted);
  return Array.from(new Uint8Array(digest), (each) => each.toString(16).padStart(2, "0")).join("");
}

// The pictures of a file that moves; null of one that does not, undefined when this browser cannot tell.
const STILL = ["image/jpeg", "image/bmp"];
async function movingPictures(bytes, type) {
  if (STILL.includes(type)) return null;
  if (!globalThis.ImageDecoder || !(await ImageDecoder.isTypeSupported(type))) return undefined;
  const decoder = new ImageDecoder({ data: bytes, type });
  await Promise.all([decoder.tracks.ready, decoder.completed]);
  if (decoder.tracks.selectedTrack.frameCount > 1) return decoder;
  decoder.close();
  return null;
}

async function play(decoder, canvas, mine, played) {
  const count = decoder.tracks.selectedTrack.frameCount;
  for (let place = 0; mine === showing; place = (place + 1) % count) {
    const { image } = await decoder.decode({ frameIndex: place });
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const lasts_ms = Math.max(20, (image.duration ?? 0) / 1_000);
    image.close();
    await new Promise((done) => setTimeout(done, lasts_ms));
    if (place === count - 1 && mine === showing) played();
  }
  decoder.close();
}

const UNPROVED = "A browser proves what reached it only over https or on this machine itself (localhost).";
const UNSHOWN = "Behind what is shown the file holds more, such as a phone's film or a second picture, and a browser does not show it.";
const UNPLAYED = "Not all of it was played yet, and what is skipped is not seen.";

function uncover(element) {
  part("shown").replaceChildren(element);
  part("shown").hidden = false;
  part("cover").hidden = true;
}

// The whole file comes through the script, which shows the very bytes whose digest it then says.
async function showWhole(told) {
  cover();
  offer();
  const mine = showing;
  part("said").textContent = "The file is on its way.";
  const answer = await fetch(told.source, { cache: "no-store" });
  if (!answer.ok) return say("It could not be shown. Nothing counts as viewed.");
  const type = answer.headers.get("content-type").split(";")[0];
  if (type.startsWith("video/")) return showFilm(told, answer, type, mine);
  let bytes, picture, moving;
  try {
    bytes = await answer.arrayBuffer();
    picture = await createImageBitmap(new Blob([bytes], { type }));
    moving = await movingPictures(bytes, type);
  } catch {
    return say("It could not be shown. Nothing counts as viewed.");
  }
  const whole = isOnePicture(bytes, type);
  const proof = crypto.subtle && whole && moving !== undefined ? await prove(told.view, bytes) : "";
  if (mine !== showing) {
    part("said").textContent = "It was covered before all of it had come. Nothing counts as viewed.";
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.className = "whole";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `What was asked for: ${told.words}`);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  picture.close();
  uncover(canvas);
  let why = "";
  if (!crypto.subtle) why = UNPROVED;
  else if (!whole) why = UNSHOWN;
  else if (moving) why = UNPLAYED;
  else if (moving === undefined) why = "This browser cannot tell whether the file moves, and shows its first picture only.";
  offer(told.view, moving ? "" : proof, why);
  enter(told);
  if (moving) play(moving, canvas, mine, () => { if (proof) offer(told.view, proof); });
}

// A film starts when its person starts it, and is theirs to confirm once all of it was played; while it plays they are here.
async function showFilm(told, answer, type, mine) {
  let bytes, film;
  try {
    bytes = await answer.arrayBuffer();
    film = await filmOf(bytes, type, told.words);
  } catch {
    return say("This browser could not play it. Nothing counts as viewed.");
  }
  const proof = crypto.subtle ? await prove(told.view, bytes) : "";
  if (mine !== showing) {
    unload(film);
    part("said").textContent = "It was covered before all of it had come. Nothing counts as viewed.";
    return;
  }
  uncover(film);
  offer(told.view, "", proof ? UNPLAYED : UNPROVED);
  enter(told);
  const follow = () => {
    if (mine !== showing) return;
    lastSign = performance.now();
    signsSince = true;
    if (proof && playedWhole(film)) offer(told.view, proof);
  };
  for (const event of ["timeupdate", "pause", "ended"]) film.addEventListener(event, follow);
}

function show(told) {
  if (told.whole) return showWhole(told);
  cover();
  offer();
  const picture = new Image();
  picture.alt = `What was asked for: ${told.words}`;
  picture.addEventListener("load", () => enter(told));
  picture.addEventListener("error", () => { if (picture.isConnected) say("It could not be shown. Nothing counts as viewed."); });
  picture.className = "small-view";
  picture.src = told.source;
  uncover(picture);
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
    else if (told.source) await show({ ...told, part: form.dataset.open });
    else say(`It is not shown: ${told.message}.`);
  } catch {
    say("The service did not answer. Nothing was shown; try again.");
  }
});

for (const sign of ["keydown", "pointermove", "pointerdown", "scroll"])
  addEventListener(sign, () => { lastSign = performance.now(); signsSince = true; }, { passive: true, capture: true });
addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) cover(); });
addEventListener("blur", () => cover("Another window was in front"));
addEventListener("pagehide", () => cover());
document.addEventListener("visibilitychange", () => { if (document.hidden) cover("The page was left"); });
setInterval(() => { if (performance.now() - lastSign > IDLE_MS) cover("Half a minute passed without a sign of you"); }, 1_000);

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
  else if (answer) { cover("You do not hold this job any more"); location.reload(); }
}, 1_000 * held.dataset.renew);

// A menu opened by its key begins with its first choice.
document.addEventListener("toggle", (event) => { if (event.target.open) event.target.querySelector("[data-first]")?.focus(); }, true);
