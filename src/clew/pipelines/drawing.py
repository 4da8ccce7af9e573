"""The sample day: seeded landscapes, charts and shapes, altered copies of some, and files that cannot be hashed.

Nothing in it shows a person. Every file is a function of the seed, so two installations draw the same day.
"""

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

_SIZES = ((640, 480), (800, 600), (480, 640), (960, 540))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDay:
    """Where the sample stands.

    Attributes:
        known: pictures that the sample lists name; they are hashed and never screened themselves.
        uploads: the day's uploads, to be screened.
    """

    folder: Path
    known: Path
    uploads: Path


def draw(folder: Path, *, seed: int, pictures: int, advance: Callable[[int], None] = lambda _: None) -> SampleDay:
    """The sample day stands in the folder; files of an earlier drawing with the same names are written anew.

    Args:
        pictures: how many different pictures; a fifth of them are known, and each of those comes back altered.
        advance: told how many files more are drawn.
    """
    day = SampleDay(folder=folder, known=folder / "known", uploads=folder / "uploads")
    for each in (day.known, day.uploads):
        each.mkdir(parents=True, exist_ok=True)
    for number in range(pictures):
        random = Random(f"{seed}-{number}")  # noqa: S311  (a drawing, not a secret)
        picture = _PAINTERS[number % len(_PAINTERS)](random)
        if number % 5 == 0:
            original = _jpeg(picture, 90)
            (day.known / f"known-{number:04}.jpg").write_bytes(original)
            for name, content in _altered(picture, original, random):
                (day.uploads / f"upload-{number:04}-{name}").write_bytes(content)
                advance(1)
        else:
            (day.uploads / f"upload-{number:04}.jpg").write_bytes(_jpeg(picture, random.choice((75, 85, 92))))
            advance(1)
    for name, content in _unhashable(seed):
        (day.uploads / name).write_bytes(content)
        advance(1)
    return day


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    return _encode(picture, "JPEG", quality=quality)


def _encode(picture: Image.Image, form: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


# ---------------------------------------------------------------- what an uploader does to a copy


def _altered(picture: Image.Image, original: bytes, random: Random) -> Iterator[tuple[str, bytes]]:
    """The same bytes, and the changes that copies go through on their way around."""
    width, height = picture.size
    yield "same-bytes.jpg", original
    yield "re-encoded.jpg", _jpeg(picture, 60)
    yield "re-encoded.webp", _encode(picture, "WEBP", quality=70)
    yield "resized.png", _encode(picture.resize((width * 3 // 5, height * 3 // 5), Image.Resampling.LANCZOS), "PNG")
    yield "brightened.jpg", _jpeg(ImageEnhance.Brightness(picture).enhance(random.uniform(1.1, 1.2)), 85)
    edge = max(2, width // 120)
    yield "cropped.jpg", _jpeg(picture.crop((edge, edge, width - edge, height - edge)), 85)
    yield "captioned.jpg", _jpeg(_caption(picture, "as seen on the ridge"), 85)
    yield "turned.jpg", _jpeg(picture.transpose(Image.Transpose.ROTATE_90), 85)


def _caption(picture: Image.Image, text: str) -> Image.Image:
    copy = picture.copy()
    pen = ImageDraw.Draw(copy)
    width, height = copy.size
    pen.rectangle((width // 3, height - 24, 2 * width // 3, height - 8), fill=(20, 20, 20))
    pen.text((width // 3 + 6, height - 22), text, fill=(240, 240, 240))
    return copy


def _unhashable(seed: int) -> Iterator[tuple[str, bytes]]:
    """Files as they really come: empty, cut off, renamed, flat, too large to decode."""
    random = Random(f"{seed}-unhashable")  # noqa: S311  (the same pictures each time)
    whole = _jpeg(_landscape(random), 85)
    yield "empty.jpg", b""
    yield "cut-off.png", _encode(_shapes(random), "PNG")[:4000]
    yield "text-renamed.jpg", b"This is a shopping list, not a picture.\n"
    yield "flat.png", _encode(Image.new("RGB", (320, 240), (90, 120, 150)), "PNG")
    yield "damaged.jpg", whole[:300] + bytes(200) + whole[500:600]
    huge = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(huge, "PNG", compress_level=1)
    yield "thirty-thousand-square.png", huge.getvalue()


# ---------------------------------------------------------------- painters


def _landscape(random: Random) -> Image.Image:
    """Sky, sun, ranges of hills, grain."""
    width, height = random.choice(_SIZES)
    rows = np.linspace(0, 1, height)[:, None, None]
    top, bottom = _colour(random, 60, 160), _colour(random, 170, 250)
    pixels = np.broadcast_to(top + (bottom - top) * rows, (height, width, 3)).copy()
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    sun_x, sun_y, radius = random.randrange(width), random.randrange(height // 3), random.randrange(20, 60)
    pixels[(across - sun_x) ** 2 + (down - sun_y) ** 2 < radius**2] = (250, 230, 170)
    for layer in range(random.randrange(3, 6)):
        line = _ridge(random, width) * height * 0.18 + height * (0.4 + 0.14 * layer)
        shade = _colour(random, 30, 150) * (1 - 0.12 * layer)
        pixels[down > line[None, :]] = shade
    return _grain(pixels, random, 9)


def _chart(random: Random) -> Image.Image:
    """Axes, bars or lines, a legend."""
    width, height = random.choice(_SIZES)
    picture = Image.new("RGB", (width, height), (250, 250, 246))
    pen = ImageDraw.Draw(picture)
    left, base = width // 10, height - height // 8
    bars = random.randrange(5, 14)
    step = (width - 2 * left) / bars
    for bar in range(bars):
        colour = _tuple(_colour(random, 40, 210))
        high = random.randrange(height // 10, base - height // 10)
        at = left + bar * step
        pen.rectangle((at + step * 0.1, base - high, at + step * 0.85, base), fill=colour)
    points = [(left + each * step, random.randrange(height // 10, base)) for each in range(bars + 1)]
    pen.line(points, fill=_tuple(_colour(random, 0, 120)), width=5)
    pen.line((left, height // 12, left, base, width - left, base), fill=(30, 30, 30), width=3)
    pen.text((left + 8, height // 30), f"Rainfall, station {random.randrange(900)}", fill=(20, 20, 20))
    return _grain(np.asarray(picture, np.float64), random, 3)


def _shapes(random: Random) -> Image.Image:
    """Overlapping polygons, circles and rings on a soft ground."""
    width, height = random.choice(_SIZES)
    ground = _grain(np.full((height, width, 3), _colour(random, 90, 220)), random, 20)
    picture = ground.filter(ImageFilter.GaussianBlur(6))
    pen = ImageDraw.Draw(picture)
    for _ in range(random.randrange(14, 30)):
        x, y, radius = random.randrange(width), random.randrange(height), random.randrange(20, 140)
        colour = _tuple(_colour(random, 0, 255))
        if random.choice((True, False)):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline=(20, 20, 20), width=3)
        else:
            pen.regular_polygon((x, y, radius), random.randrange(3, 8), rotation=random.randrange(360), fill=colour)
    return _grain(np.asarray(picture, np.float64), random, 4)


_PAINTERS: tuple[Callable[[Random], Image.Image], ...] = (_landscape, _shapes, _chart)


def _ridge(random: Random, width: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A smooth line between -1 and 1: a few sines of random phase."""
    x = np.arange(width) / width
    waves = [(random.uniform(1, 9), random.uniform(0, 2 * math.pi), random.uniform(0.2, 1)) for _ in range(5)]
    line = sum(weight * np.sin(2 * math.pi * turns * x + phase) for turns, phase, weight in waves)
    return np.asarray(line, np.float64) / sum(weight for *_, weight in waves)


def _colour(random: Random, low: int, high: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([random.uniform(low, high) for _ in range(3)])


def _tuple(colour: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[int, int, int]:
    red, green, blue = (int(each) for each in colour)
    return red, green, blue


def _grain(pixels: np.ndarray[tuple[int, ...], np.dtype[np.float64]], random: Random, strength: float) -> Image.Image:
    noise = np.random.default_rng(random.randrange(2**32)).normal(0, strength, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))
