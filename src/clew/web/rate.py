"""How much each key may ask for: a bucket of a minute's contents that refills steadily."""

from collections.abc import Callable

from clew.errors import RateError, TooLargeError
from clew.ground.clock import monotonic_s
from clew.records.screening import ApiKey

_MINUTE_S = 60.0


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
