"""Which instruction set the kernels use."""

from clew import _native


def level() -> str:
    """`avx512`, `avx2` or `portable`; CLEW_CPU may have lowered it."""
    return str(_native.cpu())
