"""Two words where nobody alone decides: whose second word counts, and from when one's own does."""

from datetime import datetime, timedelta

from clew.errors import RefusedError
from clew.pipelines.strongroom import Strongroom

_DOORS = {"user": "at the console", "command": "by a command"}


def free_at(strongroom: Strongroom, asked_at: datetime) -> datetime:
    """From when on a person who is alone may give the second word too, having slept on it."""
    return asked_at + timedelta(hours=strongroom.settings.review.self_review_hours)


def same_person(strongroom: Strongroom, first: str, second: str) -> bool:
    """Whether two words may be one person's, as the audit names those who gave them.

    Where the settings say that one person works here, every word is that person's, by whichever door. Elsewhere two
    names are two people only at the same door: whoever runs the machine gives commands under a name of their own.
    """
    return not strongroom.two_people or first == second or _door(first) != _door(second)


def second_word(
    strongroom: Strongroom, *, first: str, asked_at: datetime, second: str, at: datetime, otherwise: str
) -> bool:
    """The second word counts; whether it is the same person's, who is alone and has slept on it.

    Args:
        first: who gave the first word, at `asked_at`.
        otherwise: what is said where another person must give it.
    Raises:
        RefusedError: it may be the same person's, and that person is not alone here, or has not waited.
    """
    if not same_person(strongroom, first, second):
        return False
    if strongroom.two_people:
        apart = _door(first) != _door(second)
        raise RefusedError(f"{otherwise}{_told(first)}" if apart else otherwise)
    free = free_at(strongroom, asked_at)
    if at < free:
        raise RefusedError(f"you are alone here: agree with yourself after {free:%Y-%m-%d %H:%M} UTC, not before")
    return True


def _door(actor: str) -> str:
    return actor.partition(":")[0]


def _told(first: str) -> str:
    door = _DOORS.get(_door(first), "by another way")
    return f"; the first word was given {door}, and the second counts there alone, so that nobody counts as two"
