"""Time, as an argument: whoever needs the present is given a clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """A moment as ISO 8601 in UTC with milliseconds and `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def monotonic_s() -> float:
    """Seconds on a clock that never goes back; for durations, never for dates."""
    return time.monotonic()
