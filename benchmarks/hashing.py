"""PDQ from the bytes of a JPEG beside threatexchange's hasher, file by file in turn: CPU time of one core.

    python -m benchmarks.hashing [--peer-python VENV/bin/python] [--rounds N] [--files N] [--json FILE]

Decoding is included. Pictures: wallpapers without people where Debian's gnome-backgrounds and mate-backgrounds are
installed, else drawn ones; cut to 4:3, brought to 640 x 480, 2 MP and 12 MP, JPEG quality 88, 4:2:0.

Each contender runs in a fresh process for each size. That matters: whether malloc gives freed memory back, to be
fetched again page by page, depends on the largest block that a process ever freed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any, Self

import numpy as np
from PIL import Image

from clew import _native
from tests.kernels.pdq_pictures import landscape

SIZES = {"640x480": (640, 480), "2 MP": (1632, 1224), "12 MP": (4000, 3000)}
# How many times the peer's speed is asked for.
GOALS = {"640x480": 6.0, "2 MP": 4.5, "12 MP": 4.0}
WALLPAPERS = Path("/usr/share/backgrounds")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One size: milliseconds of CPU time (medians over files and rounds), and bits of difference to the peer.

    Attributes:
        whole_ms: decoded at full size and hashed; of it, measured apart, `decode_ms` and `kernel_ms`.
        whole_differing: answers that were not the peer's, in hash or quality.
        scaled_ms: decoded at 1/2, 1/4 or 1/8, no smaller than 512 on the short side.
    """

    size: str
    files: int
    goal: float
    peer_ms: float
    whole_ms: float
    times_faster: float
    decode_ms: float
    kernel_ms: float
    whole_differing: int
    scaled_ms: float
    scaled_times_faster: float
    scaled_mean_bits: float
    scaled_max_bits: int


class Child:
    """A contender, asked for one file at a time."""

    def __init__(self, python: str, contender: str) -> None:
        script = Path(__file__).with_name("_hashing_child.py")
        command = [python, str(script), contender]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def hash(self, path: Path) -> dict[str, tuple[float, str, int]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            sys.exit("a contender gave no answer; --peer-python must name one with requirements/bench.lock installed")
        answer: dict[str, tuple[float, str, int]] = json.loads(line)
        return answer


def measure(size: str, paths: list[Path], peer_python: str, rounds: int) -> Row:
    times: dict[str, list[float]] = defaultdict(list)
    differing, scaled_bits = 0, []
    with Child(peer_python, "peer") as peer, Child(sys.executable, "clew") as ours:
        for turn in range(rounds + 1):
            for path in paths:
                answer = peer.hash(path) | ours.hash(path)
                if turn == 0:  # imports, tables and the page cache are warmed
                    continue
                for name, (seconds, *_) in answer.items():
                    times[name].append(1000 * seconds)
                differing += answer["whole"][1:] != answer["peer"][1:]
                if answer["peer"][2] >= 50:
                    scaled_bits.append((int(answer["scaled"][1], 16) ^ int(answer["peer"][1], 16)).bit_count())
    ms = {name: median(each) for name, each in times.items()}
    return Row(
        size=size,
        files=len(paths),
        goal=GOALS[size],
        peer_ms=ms["peer"],
        whole_ms=ms["whole"],
        times_faster=ms["peer"] / ms["whole"],
        decode_ms=ms["decode"],
        kernel_ms=ms["kernel"],
        whole_differing=differing,
        scaled_ms=ms["scaled"],
        scaled_times_faster=ms["peer"] / ms["scaled"],
        scaled_mean_bits=mean(scaled_bits),
        scaled_max_bits=max(scaled_bits),
    )


def write_pictures(folder: Path, files: int) -> dict[str, list[Path]]:
    """For each size the paths of its JPEG files; fewer of 12 MP, which take long."""
    paths: dict[str, list[Path]] = {size: [] for size in SIZES}
    for number, picture in enumerate(stream_sources(files)):
        for size, (width, height) in SIZES.items():
            if size == "12 MP" and number % 3:
                continue
            path = folder / f"{width}-{number}.jpg"
            picture.resize((width, height), Image.Resampling.LANCZOS).save(path, quality=88, subsampling=2)
            paths[size].append(path)
    return paths


def stream_sources(files: int) -> Iterator[Image.Image]:
    found = sorted(path for path in WALLPAPERS.rglob("*") if path.suffix in {".jpg", ".png", ".webp"})
    chosen = found[:: max(1, len(found) // files)][:files]
    for path in chosen:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        width, height = min(picture.width, picture.height * 4 // 3), min(picture.height, picture.width * 3 // 4)
        left, upper = (picture.width - width) // 2, (picture.height - height) // 2
        yield picture.crop((left, upper, left + width, upper + height))
    rng = np.random.default_rng(1)
    for _ in range(files - len(chosen)):
        yield Image.fromarray(landscape(rng, 1224, 1632))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter that has threatexchange")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=36)
    parser.add_argument("--json", type=Path, help="where to write the figures, too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        paths = write_pictures(Path(folder), options.files)
        rows = [measure(size, paths[size], options.peer_python, options.rounds) for size in SIZES]
    figures: dict[str, Any] = {"cpu": _native.cpu(), "rounds": options.rounds, "rows": [asdict(row) for row in rows]}
    show(rows)
    print(json.dumps(figures))
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if all(row.times_faster >= row.goal and not row.whole_differing for row in rows) else 1


def show(rows: list[Row]) -> None:
    print(f"CPU ms a file, medians; instruction set {_native.cpu()}; 'differing' counts answers unlike the peer's\n")
    head = "size, files, threatexchange, Clew, faster, goal, decode, kernel, differing, scaled, faster, bits mean / max"
    print("| " + " | ".join(head.split(", ")) + " |")
    print("|---" * len(head.split(", ")) + "|")
    for row in rows:
        print(
            f"| {row.size} | {row.files} | {row.peer_ms:.2f} | {row.whole_ms:.2f} | {row.times_faster:.1f}x | "
            f"{row.goal}x | {row.decode_ms:.2f} | {row.kernel_ms:.2f} | {row.whole_differing} | {row.scaled_ms:.2f} | "
            f"{row.scaled_times_faster:.1f}x | {row.scaled_mean_bits:.2f} / {row.scaled_max_bits} |"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
