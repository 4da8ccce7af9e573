"""PNG, GIF, WebP, BMP, TIFF, AVIF, and the JPEGs that the fast decoder leaves, by Pillow.

Every mode becomes 8-bit RGB here. This is the part that a reference hasher gets wrong in silence: palettes read as
brightness, inks read as light, sixteen bits cut to the low eight.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin, ExifTags, Image, ImageCms, ImageFile, UnidentifiedImageError

from clew.ground.clock import monotonic_s
from clew.parts.decoders import _alpha, _brands
from clew.parts.decoders.base import (
    TRUNCATED,
    DecoderPart,
    Frame,
    Limits,
    UndecodableError,
    already_upright,
    frames_left_out,
    joined,
    require_pixels,
    upright_and_unrotated,
)
from clew.records.signal import Reason

# Sizes are compared with our own limit, after the header and before any pixel.
Image.MAX_IMAGE_PIXELS = None
# One thread: a worker decodes one file and may not start another.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

# Media type -> Pillow's name of the format; no other of its many formats is ever tried.
_FORMATS = {
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
    "image/jpeg": "JPEG",
}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
# Lengths of a bitmap's second header; "BM" alone begins many a text. Source: Microsoft, BITMAPV5HEADER.
_BITMAP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
# Frames of an animation are made one from another: to reach a late one all before it are decoded. So many times the
# largest picture may be decoded on the way.
_WALKED_PICTURES = 4
_ORIENTATION_TAG = 0x0112
_BAND_ROWS = 512
_MOST_FIELDS = 500
_FIELD_CHARACTERS = 200
# What Pillow's plugins raise over damaged files, by reading them and by feeding them damage.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)


class PillowPart(DecoderPart):
    """The common still and animated formats."""

    name = "pillow"
    media_types = tuple(_FORMATS)
    precedence = 60

    def accepts(self, head: bytes) -> str | None:
        """A format whose first bytes are known; for TIFF and bitmaps also what follows must fit."""
        for magic, media_type in _MAGIC:
            if head.startswith(magic):
                return media_type
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return "image/webp"
        if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS:
            return "image/bmp"
        return "image/avif" if _brands.media_type(head) == "image/avif" else None

    def decode(self, content: memoryview, limits: Limits) -> Iterator[Frame]:
        """Every frame, or as many as the limits allow; several forms of each where it is turned or transparent."""
        started = monotonic_s()
        media_type = self.accepts(bytes(content[:64])) or ""
        picture = _open(content, media_type)
        require_pixels(*picture.size, limits)
        count = _count(picture)
        taken = 0
        for index in _chosen(picture, count, limits):
            if index and monotonic_s() - started > limits.seconds:
                break
            form = f"frame-{index + 1}" if index else None
            try:
                yield from _frames_of(_load(picture, index, limits), form, only=count == 1)
            except UndecodableError:
                if index or not _may_be_repaired(media_type):
                    raise
                yield from _repaired(content, media_type, limits)
                taken += 1
                break
            taken += 1
        if taken < count:
            raise frames_left_out(taken, count)

    def fields(self, content: memoryview, limits: Limits) -> tuple[tuple[str, str], ...]:
        """The tags of the picture and of its EXIF and GPS directories, as names and printable texts."""
        picture = _open(content, self.accepts(bytes(content[:64])) or "")
        require_pixels(*picture.size, limits)
        with _damage_is_refused("the metadata"):
            exif = picture.getexif()
            groups = [
                (exif, ExifTags.TAGS),
                (exif.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS),
                (exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS),
            ]
            return tuple(
                (str(names.get(tag, tag)), _as_text(value))
                for tags, names in groups
                for tag, value in sorted(tags.items())
            )[:_MOST_FIELDS]

    def warm_up(self) -> None:
        """One small picture of each format is made and decoded, so that every plugin is loaded."""
        sample = Image.new("RGB", (8, 8))
        for name in _FORMATS.values():
            file = io.BytesIO()
            sample.save(file, name)
            list(self.decode(memoryview(file.getvalue()), Limits(pixels=64, frames=1)))
            self.fields(memoryview(file.getvalue()), Limits(pixels=64, frames=1))
        list(_frames_of(Image.new("LAB", (8, 8)), None))


def _as_text(value: object) -> str:
    """A tag's value for a person; bytes only as how many they are."""
    text = f"{len(value)} bytes" if isinstance(value, bytes) else str(value)
    return "".join(each if each.isprintable() else "?" for each in text[:_FIELD_CHARACTERS])


@contextmanager
def _damage_is_refused(what: str) -> Iterator[None]:
    """Whatever Pillow raises over a file becomes a refusal; its warnings about odd metadata are of no use here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UndecodableError:
        raise
    except _DAMAGE as error:
        raise UndecodableError(Reason.DAMAGED, what) from error


def _open(content: memoryview, media_type: str) -> Image.Image:
    name = _FORMATS[media_type]
    try:
        with _damage_is_refused(f"{name}: its header cannot be read"):
            return Image.open(io.BytesIO(content), formats=[name])
    except UndecodableError as error:
        if name == "JPEG" and isinstance(error.__cause__, UnidentifiedImageError):
            raise UndecodableError(Reason.UNSUPPORTED, "JPEG: a coding that no decoder here reads") from error
        raise


def _count(picture: Image.Image) -> int:
    with _damage_is_refused("the frames cannot be counted"):
        return int(getattr(picture, "n_frames", 1))


def _chosen(picture: Image.Image, count: int, limits: Limits) -> list[int]:
    """Which frames are hashed: all that can be reached; when they are too many, the first and others evenly spaced."""
    reach = max(1, _WALKED_PICTURES * limits.pixels // (picture.width * picture.height))
    later = min(count, reach) - 1
    wanted = min(later, limits.frames - 1)
    return [0, *(1 + int((place + limits.offset) * later / wanted) for place in range(wanted))]


def _load(picture: Image.Image, index: int, limits: Limits) -> Image.Image:
    """The picture at one of its frames, decoded."""
    with _damage_is_refused(f"{picture.format}: frame {index + 1} cannot be decoded"):
        if index:
            picture.seek(index)
            require_pixels(*picture.size, limits)
        picture.info["clew_orientation"] = _orientation(picture)
        picture.load()
    return picture


def _orientation(picture: Image.Image) -> int:
    """What the EXIF block states; a corrupt block states nothing."""
    try:
        stated = picture.getexif().get(_ORIENTATION_TAG, 1)
    except _DAMAGE:
        return 1
    return stated if isinstance(stated, int) else 1


def _may_be_repaired(media_type: str) -> bool:
    """Formats of which Pillow can show the part that is there."""
    return media_type in {"image/png", "image/gif", "image/bmp", "image/tiff", "image/jpeg"}


def _repaired(content: memoryview, media_type: str, limits: Limits) -> Iterator[Frame]:
    """What can be seen of a file that breaks off or is damaged inside, said to be so."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        frames = list(_frames_of(_load(_open(content, media_type), 0, limits), TRUNCATED))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    yield from frames


def _frames_of(picture: Image.Image, form: str | None, *, only: bool = False) -> Iterator[Frame]:
    """The frame in every form in which it is hashed.

    Args:
        only: the picture is not needed any more; it is closed as soon as its pixels are copied.
    """
    orientation = picture.info.get("clew_orientation", 1)
    if picture.mode == "CMYK" and picture.format == "JPEG" and "adobe" not in picture.info:
        # Without Adobe's marker nobody can say whether 0 is no ink or all of it; Pillow takes it as Adobe does.
        inverted = Image.fromarray(255 - np.asarray(picture), "CMYK")
        yield from upright_and_unrotated(_rgb(inverted), orientation, joined(form, "inks-inverted"))
    with _damage_is_refused(f"{picture.format}: mode {picture.mode} cannot be converted"):
        pixels = _rgb(picture)
    # Pillow turns a TIFF while loading it, and nothing else.
    turn = already_upright if picture.format == "TIFF" else upright_and_unrotated
    if only:
        picture.close()
    yield from _alpha.frames(pixels, orientation, form, turn)


def _rgb(picture: Image.Image) -> NDArray[np.uint8]:
    """Height x width x 3, or x 4 where the picture can be transparent, 8 bits, whatever the mode."""
    make = _WIDE.get(picture.mode.partition(";")[0])
    if make is not None:
        values = np.asarray(picture)
        grey = make(values)
        clear = picture.info.get("transparency")
        # Pillow would cut sixteen bits to the low eight to make this one value transparent.
        alpha = [np.where(values == clear, 0, 255).astype(np.uint8)] if isinstance(clear, int) else []
        return np.stack([grey, grey, grey, *alpha], axis=2)
    if picture.mode in {"LA", "PA", "La", "RGBa", "RGBA"} or "transparency" in picture.info:
        if picture.mode == "La":
            picture = picture.convert("LA")
        # Converting makes a copy even of what is RGBA already: 400 MB of a picture of 100 million pixels.
        plain = picture.mode == "RGBA" and "transparency" not in picture.info
        return _array(picture if plain else picture.convert("RGBA"))
    if picture.mode == "LAB":
        converted = ImageCms.applyTransform(picture, _lab_to_rgb())
        assert converted is not None  # only a transform in place gives nothing
        return _array(converted)
    return _array(picture if picture.mode == "RGB" else picture.convert("RGB"))


def _array(picture: Image.Image) -> NDArray[np.uint8]:
    """The pixels, copied in bands: Pillow's own way holds a large picture twice more while it copies."""
    out = np.empty((picture.height, picture.width, len(picture.getbands())), np.uint8)
    for top in range(0, picture.height, _BAND_ROWS):
        end = min(top + _BAND_ROWS, picture.height)
        out[top:end] = np.asarray(picture.crop((0, top, picture.width, end)))
    return out


def _eight_of_integers(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """The upper eight of the bits that are in use: twelve bits in sixteen are common, and a hash does not see light."""
    wide = values.astype(np.int64)
    low, high = int(wide.min()), int(wide.max())
    if low < 0:
        return _spread(values.astype(np.float64), low, high)
    return (wide >> max(high.bit_length() - 8, 0)).astype(np.uint8)


def _eight_of_floats(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey of floats: 0 to 1 and 0 to 255 as they are meant, any other range spread; what is no number is black."""
    real = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(real.min()), float(real.max())
    if low >= 0 and high <= 1:
        return _spread(real, 0, 1)
    if low >= 0 and high <= 255:  # noqa: PLR2004  (the range of eight bits)
        return _spread(real, 0, 255)
    return _spread(real, low, high)


def _spread(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint8]:
    return np.rint((values - low) * (255 / ((high - low) or 1))).astype(np.uint8)


_WIDE: dict[str, Callable[[NDArray[np.generic]], NDArray[np.uint8]]] = {
    "I": _eight_of_integers,
    "F": _eight_of_floats,
}


def _lab_to_rgb() -> ImageCms.ImageCmsTransform:
    lab, screen = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(lab, screen, "LAB", "RGB")


PART = PillowPart()
