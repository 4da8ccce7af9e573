"""Seeded pictures for PDQ: near-ties, sizes on both sides of every edge, and things that look like photographs."""

import hashlib
from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from clew.kernels.pdq import pdq, pdq_dihedral

Pixels = NDArray[np.uint8]

# The sides at which a window, a vector or the thumbnail itself begins or ends.
EDGES = (5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 130, 255, 256, 257, 383, 384, 385)


def landscape(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Soft hills of colour at three sizes, and grain."""
    out = rng.integers(122, 135, (3, height, width), dtype=np.int16).astype(np.float32)
    for cells in (3, 9, 27):
        grid = rng.normal(0, 70 / np.sqrt(cells), (3, cells, cells)).astype(np.float32)
        out += _between(height, cells) @ grid @ _between(width, cells).T
    return np.ascontiguousarray(np.clip(out, 0, 255).astype(np.uint8).transpose(1, 2, 0))


def noise(rng: np.random.Generator, height: int, width: int) -> Pixels:
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def flat(rng: np.random.Generator, height: int, width: int) -> Pixels:
    return np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)


def gradient(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Rising evenly in one direction, in the other, or in both."""
    down, across = rng.choice([(0, 1), (1, 0), (1, 1)])
    ramp = down * np.linspace(0, 1, height)[:, None] + across * np.linspace(0, 1, width)
    return _painted(rng, ramp / (down + across))


def stripes(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Bands of one width, lying, standing or slanting."""
    down, across = rng.choice([(0, 1), (1, 0), (1, 1), (1, -1)])
    places = down * np.arange(height)[:, None] + across * np.arange(width)
    return _painted(rng, places // rng.integers(1, 40) % 2)


def checkers(rng: np.random.Generator, height: int, width: int) -> Pixels:
    size = rng.integers(1, 40)
    return _painted(rng, (np.arange(height)[:, None] // size + np.arange(width) // size) % 2)


def mirrored(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A landscape that is its own mirror image, in one direction or both: half of its terms are nearly equal."""
    half = landscape(rng, height, width)
    if rng.integers(2):
        half = np.where(np.arange(width)[None, :, None] < width / 2, half, half[:, ::-1])
    return np.ascontiguousarray(np.where(np.arange(height)[:, None, None] < height / 2, half, half[::-1]))


def chart(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Bars of full colours on white, with a rule under them."""
    out = np.full((height, width, 3), 255, np.uint8)
    for bar in range(8):
        left, right = (bar * width) // 8, ((2 * bar + 1) * width) // 16
        out[int(rng.integers(0, height)) :, left:right] = rng.choice([0, 255], 3)
    out[-1:] = 0
    return out


KINDS = (landscape, noise, flat, gradient, stripes, checkers, mirrored, chart)


def stream_pictures(seed: int = 1) -> Iterator[Pixels]:
    """More than a thousand pictures, the same for the same seed."""
    rng = np.random.default_rng(seed)
    sizes = [(side, int(rng.integers(5, 300))) for side in EDGES]
    sizes += [(int(rng.integers(5, 300)), side) for side in EDGES]
    sizes += [(side, side) for side in EDGES]
    sizes += [(5, 2000), (2000, 5), (9, 1300), (1300, 9), (480, 640), (700, 500)]
    sizes += [(int(a), int(b)) for a, b in rng.integers(5, 420, (55, 2))]
    for height, width in sizes:
        for kind in KINDS:
            yield kind(rng, height, width)


def everything() -> str:
    """One digest over the hashes of many pictures: equal on two machines when every hash is."""
    digest = hashlib.sha256()
    for pixels in islice(stream_pictures(), 0, None, 3):
        digest.update(repr((pdq(pixels), pdq(pixels[:, :, 0].copy()), pdq_dihedral(pixels))).encode())
    return digest.hexdigest()


def _between(length: int, cells: int) -> NDArray[np.float32]:
    """How much each cell counts at each place: all at its own, nothing at the next one's."""
    places = np.linspace(0, cells - 1, length, dtype=np.float32)[:, None]
    share: NDArray[np.float32] = np.clip(1 - np.abs(places - np.arange(cells, dtype=np.float32)), 0, 1)
    return share


def _painted(rng: np.random.Generator, share: NDArray[np.float64]) -> Pixels:
    """From one colour to another by a share of 0 to 1."""
    first, second = rng.integers(0, 256, (2, 3))
    colours: Pixels = (first + share[:, :, None] * (second - first)).astype(np.uint8)
    return colours


if __name__ == "__main__":
    print(everything())  # noqa: T201 - the answer to the test that started it
