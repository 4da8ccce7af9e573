// Where the picture in a file ends. What lies behind it, such as a phone's film or a camera's second picture, no browser shows.

// Whether nothing but padding follows the one picture that is shown; false, too, of what is not understood.
function isOnePicture(bytes, type) {
  const all = new Uint8Array(bytes);
  const end = { "image/jpeg": endOfJpeg, "image/png": endOfPng, "image/gif": endOfGif, "image/webp": endOfRiff, "image/bmp": endOfBitmap, "image/avif": endOfBoxes }[type]?.(all) ?? NaN;
  return end <= all.length && all.subarray(end).every((each) => each === 0);
}

const INDEX_OF_PICTURES = [0x4d, 0x50, 0x46, 0]; // "MPF": the file names further pictures
function endOfJpeg(all) {
  let at = 2;
  while (at < all.length) {
    if (all[at] !== 0xff) return NaN;
    while (all[at] === 0xff) at += 1;
    const marker = all[at];
    at += 1;
    if (marker === 0xd9) return at;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    if (marker === 0xe2 && INDEX_OF_PICTURES.every((each, place) => all[at + 2 + place] === each)) return NaN;
    at += number(all, at, 2);
    if (marker === 0xda) while (at < all.length && (all[at] !== 0xff || all[at + 1] === 0 || (all[at + 1] >= 0xd0 && all[at + 1] <= 0xd7))) at += 1;
  }
  return NaN;
}

const LAST_CHUNK = 0x49454e44; // "IEND"
function endOfPng(all) {
  for (let at = 8; at + 12 <= all.length;) {
    const last = number(all, at + 4, 4) === LAST_CHUNK;
    at += 12 + number(all, at, 4);
    if (last) return at;
  }
  return NaN;
}

function endOfGif(all) {
  const table = (flags) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + table(all[10]);
  while (at < all.length) {
    if (all[at] === 0x3b) return at + 1;
    if (all[at] === 0x2c) at += 11 + table(all[at + 9]);
    else if (all[at] === 0x21) at += 2;
    else return NaN;
    while (all[at]) at += 1 + all[at];
    at += 1;
  }
  return NaN;
}

const endOfRiff = (all) => { const size = little(all, 4); return 8 + size + (size % 2); };
const endOfBitmap = (all) => little(all, 2);

// A file of boxes has no end of its own; what it may hold beside one picture is told by their names.
const BOXES = new Set(["ftyp", "meta", "mdat", "free", "skip"]);
function endOfBoxes(all) {
  let at = 0;
  while (at + 8 <= all.length) {
    const size = number(all, at, 4);
    if (size < 8 || !BOXES.has(String.fromCharCode(...all.subarray(at + 4, at + 8)))) return NaN;
    at += size;
  }
  return at;
}

function number(all, at, width) {
  let sum = 0;
  for (let place = 0; place < width; place += 1) sum = sum * 256 + all[at + place];
  return sum;
}
const little = (all, at) => number(all.slice(at, at + 4).reverse(), 0, 4);
