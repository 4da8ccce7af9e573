"""What the machine says of a report that nobody has seen: a reason, and what would bring it up again.

It is no verdict: a disposition names no person, judges no content, and takes no report out of reach. A report that is
out of reach keeps its place; a copy waits in its bundle's place.
"""

import enum
from dataclasses import dataclass
from datetime import datetime


class Reason(enum.StrEnum):
    """Why nobody has looked at it."""

    OUT_OF_REACH = "out-of-reach"  # more urgent ones took the time there was
    COPY = "copy"  # it stands in the row of an incident that somebody sees or saw
    ASKED = "asked"  # nothing to act on; the sender was asked for what it already holds


class WakeUp(enum.StrEnum):
    """What brings a report up again, to be scored anew and to wait like a new one."""

    DANGER = "danger"  # a hard override now holds
    NEW_LINK = "new-link"  # it was joined to another report
    NEW_UPLOADER = "new-uploader"  # its incident has a further uploader
    NEW_FILE = "new-file"  # its incident has a file that was not known
    VICTIM = "victim"  # a sign of a victim, known or not
    ANSWER = "answer"  # the sender answered
    SCORE = "score"  # its score rose past what was reached
    PERSON = "person"  # somebody asked for it
    MORE_COPIES = "more-copies"  # volume alone: never wakes anything


# Volume alone never raises severity: a thousand copies of what was judged are one judgement.
_ALWAYS = frozenset(WakeUp) - {WakeUp.MORE_COPIES, WakeUp.ANSWER}
_WAKES = {
    Reason.OUT_OF_REACH: _ALWAYS | {WakeUp.ANSWER},
    # A copy's place is its bundle's; a link of one copy alone is a link of that bundle.
    Reason.COPY: _ALWAYS - {WakeUp.SCORE},
    Reason.ASKED: _ALWAYS | {WakeUp.ANSWER},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """A report that nobody has seen, and why; written by a machine, and worth nothing once a person has looked.

    Attributes:
        score: what it stood with, for whoever asks later why it was not reached.
        reached: the lowest score that was reached while it waited; None where the score was not the reason.
    """

    reason: Reason
    at: datetime
    rule: str
    score: float
    reached: float | None = None

    @property
    def wakes(self) -> frozenset[WakeUp]:
        """What brings the report up again."""
        return _WAKES[self.reason]

    def woken_by(self, happened: WakeUp) -> bool:
        """Whether this brings the report up again."""
        return happened in self.wakes


def out_of_reach(at: datetime, *, rule: str, score: float, reached: float | None) -> Disposition:
    """The disposition of a report that waited longer than `Rule.audit_after_us` behind more urgent ones."""
    return Disposition(reason=Reason.OUT_OF_REACH, at=at, rule=rule, score=score, reached=reached)
