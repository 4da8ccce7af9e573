"""How often each key may call: a bucket of a minute's calls that refills steadily."""

from collections.abc import Callable

from clew.errors import RateError
from clew.ground.clock import monotonic_s
from clew.records.screening import ApiKey

_MINUTE_S = 60.0


class Buckets:
    """One bucket for each key that has a limit; a key starts with a full one."""

    def __init__(self, ticking: Callable[[], float] = monotonic_s) -> None:
        self._ticking = ticking
        self._left: dict[str, tuple[float, float]] = {}  # key id -> calls left, when that was true

    def take(self, key: ApiKey) -> None:
        """One call is taken; RateError with the time to wait when none is left."""
        if key.per_minute == 0:
            return
        now_s = self._ticking()
        left, then_s = self._left.get(key.id, (float(key.per_minute), now_s))
        left = min(key.per_minute, left + (now_s - then_s) * key.per_minute / _MINUTE_S)
        if left < 1:
            self._left[key.id] = (left, now_s)
            wait_s = (1 - left) * _MINUTE_S / key.per_minute
            raise RateError(
                f"this key may call {key.per_minute} times a minute; come again in {wait_s:.1f} s", retry_after_s=wait_s
            )
        self._left[key.id] = (left - 1, now_s)
