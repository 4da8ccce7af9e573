"""One contender of `benchmarks.hashing` in a process, and if need be a venv, of its own.

Reads a JPEG's path a line; answers a JSON line: for each step its CPU seconds from bytes in memory, the hash in
hexadecimal and the quality.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Hash = tuple[str, int] | None
# A scaled decode keeps this many pixels on the short side: below it, hashes begin to drift.
SCALED_SIDE = 512


def peer_steps() -> dict[str, Callable[[bytes], Hash]]:
    from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

    return {"peer": pdq_from_bytes}


def clew_steps() -> dict[str, Callable[[bytes], Hash]]:
    import simplejpeg

    from clew.kernels.pdq import pdq

    last: dict[str, Any] = {}

    def whole(content: bytes) -> Hash:
        found = pdq(simplejpeg.decode_jpeg(content, "RGB"))
        return found.value.hex(), found.quality

    def decode(content: bytes) -> Hash:
        last["pixels"] = simplejpeg.decode_jpeg(content, "RGB")
        return None

    def kernel(_: bytes) -> Hash:
        found = pdq(last.pop("pixels"))
        return found.value.hex(), found.quality

    def scaled(content: bytes) -> Hash:
        height, width = simplejpeg.decode_jpeg_header(content)[:2]
        scale = next((each for each in (8, 4, 2) if min(height, width) // each >= SCALED_SIDE), 1)
        if scale == 1:
            return whole(content)
        small = [-(-side // scale) for side in (height, width)]
        pixels = simplejpeg.decode_jpeg(content, "RGB", min_height=small[0], min_width=small[1], min_factor=1)
        found = pdq(pixels, full_size=(height, width), scale=scale)
        return found.value.hex(), found.quality

    return {"whole": whole, "decode": decode, "kernel": kernel, "scaled": scaled}


def main(contender: str) -> int:
    steps = {"peer": peer_steps, "clew": clew_steps}[contender]()
    for line in sys.stdin:
        content = Path(line.strip()).read_bytes()
        answer = {}
        for name, step in steps.items():
            start = time.process_time()
            found = step(content)
            answer[name] = (time.process_time() - start, *(found or ("", 0)))
        print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
