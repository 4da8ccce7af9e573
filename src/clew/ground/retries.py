"""How long to wait before something is tried again, and how late that can ever be."""

from datetime import datetime, timedelta

_FIRST_DELAY, _LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=4)


def next_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts: from a minute, doubled each time, up to four hours."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)


def latest_due(at: datetime) -> datetime:
    """Later than any delay reaches: a time beyond was set by a clock that was wrong."""
    return at + 2 * _LONGEST_DELAY
