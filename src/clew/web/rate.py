"""How much each key may ask for, and each address before anybody is known: a bucket that refills steadily."""

from collections.abc import Callable

from clew.errors import RateError, TooLargeError
from clew.ground.clock import monotonic_s
from clew.records.screening import ApiKey

_MINUTE_S = 60.0
# Questions to a passkey or a provider that one address begins; an office has one address, and a person needs two.
_STARTS_A_MINUTE = 60
# Addresses are many: who has not asked for a minute has a full bucket again and need not be remembered.
_ADDRESSES = 10_000


class Buckets:
    """One bucket for each key that has a limit; a key starts with a full one."""

    def __init__(self, ticking: Callable[[], float] = monotonic_s) -> None:
        self._ticking = ticking
        self._left: dict[str, tuple[float, float]] = {}  # key id -> calls left, when that was true

    def take(self, key: ApiKey, contents: int = 1, before: int = 0) -> None:
        """So many are taken.

        Args:
            contents: that the call bears, or 1 for a call that bears none.
            before: how many of them are taken already.
        Raises:
            TooLargeError: the call bears more than a minute's worth, so that it could never be let through.
            RateError: so many are not left; it says when they will be.
        """
        if key.per_minute == 0:
            return
        if contents > key.per_minute:
            raise TooLargeError(
                f"this key may have {key.per_minute:,} contents screened a minute, and this call bears {contents:,}; "
                "send it in parts"
            )
        wanted = contents - before
        now_s = self._ticking()
        left, then_s = self._left.get(key.id, (float(key.per_minute), now_s))
        left = min(key.per_minute, left + (now_s - then_s) * key.per_minute / _MINUTE_S)
        if left < wanted:
            self._left[key.id] = (left, now_s)
            wait_s = (wanted - left) * _MINUTE_S / key.per_minute
            raise RateError(
                f"this key may have {key.per_minute:,} calls or contents a minute; come again in {wait_s:.1f} s",
                retry_after_s=wait_s,
            )
        self._left[key.id] = (left - wanted, now_s)


class Starts:
    """One bucket for each address that begins to sign in by what leaves a row with us; kept by each process."""

    def __init__(self, ticking: Callable[[], float] = monotonic_s) -> None:
        self._ticking = ticking
        self._left: dict[str, tuple[float, float]] = {}  # address -> starts left, when that was true

    def take(self, address: str) -> None:
        """One more from that address; RateError when it must wait, which nobody at another address does."""
        now_s = self._ticking()
        if address not in self._left and len(self._left) >= _ADDRESSES:
            self._left = {each: found for each, found in self._left.items() if now_s - found[1] < _MINUTE_S}
            if len(self._left) >= _ADDRESSES:
                self._left.pop(next(iter(self._left)))
        left, then_s = self._left.get(address, (float(_STARTS_A_MINUTE), now_s))
        left = min(_STARTS_A_MINUTE, left + (now_s - then_s) * _STARTS_A_MINUTE / _MINUTE_S)
        if left < 1:
            self._left[address] = (left, now_s)
            wait_s = (1 - left) * _MINUTE_S / _STARTS_A_MINUTE
            raise RateError(f"too many tries; come again in {wait_s:.0f} s", retry_after_s=wait_s)
        self._left[address] = (left - 1, now_s)
