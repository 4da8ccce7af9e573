"""How long to wait before something is tried again, and how far ahead a time can lie that a right clock has set."""

from datetime import datetime, timedelta

_FIRST_DELAY, _LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=4)


def next_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts: from a minute, doubled each time, up to four hours."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)


def latest_due(at: datetime) -> datetime:
    """Later than any delay reaches: a time beyond was set by a clock that was wrong."""
    return latest_end(at, _LONGEST_DELAY)


def latest_end(at: datetime, longest: timedelta) -> datetime:
    """Later than anything of that length ends: a time beyond was set by a clock that was wrong, and counts as over.

    Twice the length, so that machines whose clocks differ by less than it do not take one another's for wrong.
    """
    return at + 2 * longest
