// The queue: the lease of a place is kept while somebody works at it, and what is new is said without moving the list.
const token = () => document.querySelector("meta[name=form-token]")?.content ?? "";
const LOOK_MS = 60_000;
let signsSince = false;
for (const sign of ["keydown", "pointermove", "pointerdown", "scroll"])
  addEventListener(sign, () => { signsSince = true; }, { passive: true, capture: true });

// A page that was left open lets its place go.
const held = document.querySelector("[data-renew]");
if (held) setInterval(async () => {
  if (!signsSince) return;
  signsSince = false;
  const body = new URLSearchParams({ token: held.elements.token.value });
  const answer = await fetch(`/queue/${held.dataset.place}/renew`, { method: "POST", body, headers: { accept: "application/json", "x-clew-form": token() } }).catch(() => null);
  if (answer?.ok) document.querySelector("[data-until]").textContent = (await answer.json()).until;
  else if (answer?.status === 409) location.reload();
}, 1_000 * held.dataset.renew);

// From the queue with `?act=`: that act has the focus, and is not chosen.
const act = new URLSearchParams(location.search).get("act");
if (act) document.querySelector(`input[name=act][value="${CSS.escape(act)}"]`)?.focus();

const standing = document.querySelector("[data-standing]");
if (standing) setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch("/queue/standing", { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const now = await answer.json();
  const more = Math.max(now.waiting - standing.dataset.waiting, now.urgent - standing.dataset.urgent);
  document.querySelector("[data-news]").textContent = more > 0 ? `: ${more} more` : "";
}, LOOK_MS);
