// Films: played from the very bytes whose digest is said, silent until asked; whole once every second of them was played.
const GAP_S = 0.3; // played ranges are rounded to pictures, and sound may last a moment longer than the last of them
const FASTEST = 2; // what browsers offer; whoever goes through it faster has not seen it

// A film element of those bytes, ready to be started; rejects when this browser cannot play them.
async function filmOf(bytes, type, words) {
  const film = document.createElement("video");
  Object.assign(film, { controls: true, muted: true, playsInline: true, preload: "auto", disablePictureInPicture: true, disableRemotePlayback: true });
  film.setAttribute("controlslist", "nodownload noremoteplayback");
  film.setAttribute("aria-label", `What was asked for: ${words}`);
  film.addEventListener("contextmenu", (event) => event.preventDefault()); // it offers to save it, and to play it in a loop
  film.addEventListener("ratechange", () => { if (film.playbackRate > FASTEST) film.playbackRate = FASTEST; });
  film.src = URL.createObjectURL(new Blob([bytes], { type }));
  await once(film, "loadeddata");
  if (!Number.isFinite(film.duration)) { // as a browser records it: the length is known once its end was looked for
    film.currentTime = Number.MAX_SAFE_INTEGER;
    while (!Number.isFinite(film.duration)) await once(film, "durationchange");
    film.currentTime = 0;
    await once(film, "seeked");
  }
  return film;
}

function once(film, name) {
  return new Promise((done, failed) => {
    film.addEventListener(name, done, { once: true });
    film.addEventListener("error", failed, { once: true });
  });
}

// Whether what was played leaves nothing out. That it has ended proves nothing: one may leap to the end.
function playedWhole(film) {
  let until = 0;
  for (let place = 0; place < film.played.length; place += 1) {
    if (film.played.start(place) - until > GAP_S) return false;
    until = Math.max(until, film.played.end(place));
  }
  return film.duration - until <= GAP_S;
}

// It is gone for good, and its bytes with it.
function unload(film) {
  film.pause();
  URL.revokeObjectURL(film.src);
  film.removeAttribute("src");
  film.load();
}
