"""What the machine says of a report that nobody has seen: a reason, and what would bring it up again.

It is no verdict: a disposition names no person, judges no content, and takes no report out of reach. A report that is
out of reach keeps its place; a copy waits in its bundle's place.
"""

from datetime import datetime

from clew.records.triage import Disposition, Reason


def out_of_reach(at: datetime, *, rule: str, score: float, reached: float | None) -> Disposition:
    """The disposition of a report that waited longer than `Rule.audit_after_us` behind more urgent ones."""
    return Disposition(reason=Reason.OUT_OF_REACH, at=at, rule=rule, score=score, reached=reached)
