"""A recent proof of who somebody is, demanded where a session that was left open must not be enough."""

from datetime import datetime, timedelta

from fastapi import Request

from clew.errors import RefusedError
from clew.web.door import door_of
from clew.web.visit import Visit, visit_of


class StepUpError(RefusedError):
    """The person is signed in and must prove themselves anew; a page leads them there and back."""


def demand_step_up(request: Request, max_age_s: float | None = None) -> None:
    """The person has proved themselves within that time.

    A link or a form that comes too late is led to the page of the proof and back; a script gets 403 with the code
    "step-up", and leads there itself.

    Args:
        max_age_s: None takes `people.step_up_minutes`.
    Raises:
        StepUpError: the proof is older.
    """
    installation = door_of(request).installation
    age_s = 60 * installation.settings.people.step_up_minutes if max_age_s is None else max_age_s
    demand_proof(visit_of(request.scope), installation.clock(), age_s)


def demand_proof(visit: Visit, at: datetime, max_age_s: float) -> None:
    """The same of a visit."""
    if not proved_lately(visit, at, max_age_s):
        raise StepUpError("this asks for a fresh proof that it is you; open /stepup, then do it again")


def proved_lately(visit: Visit, at: datetime, max_age_s: float) -> bool:
    """Whether the person proved themselves within that time, by signing in or anew; one from the future is no proof."""
    session = visit.session
    if visit.user is None or session is None:
        return False
    return timedelta(0) <= at - session.proved_at < timedelta(seconds=max_age_s)
