# The compiled extension; use it through clew.kernels.

import numpy as np
import numpy.typing as npt

def cpu() -> str: ...

# Exact digests and Hamming distance.

class ExactIndex:
    def __init__(
        self,
        rows: npt.NDArray[np.uint8],
        entry_ids: npt.NDArray[np.int64],
        lists: npt.NDArray[np.uint32],
        offsets: npt.NDArray[np.uint32],
    ) -> None: ...
    def sound(self) -> bool: ...
    def search(
        self,
        queries: npt.NDArray[np.uint8],
        radius_by_list: npt.NDArray[np.int16],
        silent: npt.NDArray[np.uint8] | None,
        limit: int,
    ) -> tuple[int, bytes] | None: ...

class HammingIndex:
    def __init__(
        self,
        rows: npt.NDArray[np.uint8],
        entry_ids: npt.NDArray[np.int64],
        lists: npt.NDArray[np.uint32],
        width: int,
        source_of_bit: npt.NDArray[np.uint8] | None = None,
        tables: npt.NDArray[np.uint8] | None = None,
    ) -> None: ...
    def sound(self) -> bool: ...
    def search(
        self,
        queries: npt.NDArray[np.uint8],
        radius_by_list: npt.NDArray[np.int16],
        silent: npt.NDArray[np.uint8] | None,
        limit: int,
    ) -> tuple[int, bytes] | None: ...

def exact_fill_offsets(rows: npt.NDArray[np.uint8], out: npt.NDArray[np.uint32]) -> int: ...
def hamming_fill_table(
    rows: npt.NDArray[np.uint8],
    chunk: int,
    out: npt.NDArray[np.uint8],
    waiting: npt.NDArray[np.uint64],
) -> int: ...
def hamming_permute(
    values: npt.NDArray[np.uint8],
    source_of_bit: npt.NDArray[np.uint8],
    out: npt.NDArray[np.uint8],
) -> None: ...
def hamming_table_bytes(count: int) -> int: ...

# Confining a decode worker.

def sandbox_available() -> bool: ...
def sandbox_enter() -> int: ...
def die_with_parent() -> int: ...

# PDQ: (the hashes one behind the other, quality, contrast).

def pdq(pixels: npt.NDArray[np.uint8]) -> tuple[bytes, int, float]: ...
def pdq_dihedral(pixels: npt.NDArray[np.uint8]) -> tuple[bytes, int, float]: ...
def pdq_scaled(
    pixels: npt.NDArray[np.uint8], full_height: int, full_width: int, scale: int, dihedral: bool
) -> tuple[bytes, int, float]: ...
