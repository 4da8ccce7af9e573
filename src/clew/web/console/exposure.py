"""A person's own exposure, which nobody else is shown; and totals in which nobody can be told apart."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clew.errors import NotFoundError
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.views import own_exposure, team_totals
from clew.records.identifiers import JobId
from clew.records.people import Role, User
from clew.records.viewing import Exposure
from clew.web.console.holding import desk_of
from clew.web.console.pages import page
from clew.web.console.undoing import holds
from clew.web.console.words import count
from clew.web.reads import note

router = APIRouter(include_in_schema=False)

# Of the drawing: as many ticks as the limit, side by side.
_STEP, _WIDE = 8, 5
_MOST_TICKS = 200


@dataclass(frozen=True, slots=True)
class Meter:
    """What a person was served, as ticks.

    Attributes:
        ticks: "full", "part" or "left", in this order.
    """

    exposure: Exposure
    ticks: tuple[str, ...]

    @property
    def width(self) -> int:
        """Of the drawing."""
        return max(_STEP * len(self.ticks) - (_STEP - _WIDE), _WIDE)

    @property
    def said(self) -> str:
        """The drawing in words."""
        seen = self.exposure
        parts = f"{seen.whole} whole, {seen.partial} partial, {seen.texts} texts"
        return f"{seen.views} of {seen.limit} views used: {parts}"

    @property
    def words(self) -> str:
        """What is left, and until when."""
        seen = self.exposure
        if seen.left == 0:
            free = f"; the next is possible at {seen.free_again_at:%H:%M}" if seen.free_again_at else ""
            return f"Your views are used up{free}. You decide by what is known without opening."
        if seen.break_until:
            return f"A break until {seen.break_until:%H:%M}: nothing is shown meanwhile."
        kinds = f"{seen.whole} whole, {seen.partial} partial, {count(seen.texts, 'text')}"
        return f"{kinds}. A break after {count(seen.views_to_break, 'more view')}."

    @property
    def told(self) -> dict[str, object]:
        """The same for the script of a page, which draws it anew after a view."""
        return {"views": self.exposure.views, "said": self.said, "words": self.words, "ticks": self.ticks}


def meter_of(desk: ReviewDesk, who: User) -> Meter:
    """The person's own."""
    seen = own_exposure(desk, who)
    ticks = ["full"] * seen.whole + ["part"] * (seen.partial + seen.texts) + ["left"] * seen.left
    return Meter(seen, tuple(ticks[:_MOST_TICKS]))


@router.get("/exposure")
def show_exposure(request: Request, job: Annotated[str, Query(max_length=64)] = "", stopped: bool = False) -> Response:
    """The person's own page.

    Args:
        job: of which something was asked for when policy stopped the person.
        stopped: whether it did.
    """
    desk, who = desk_of(request)
    meter = meter_of(desk, who)
    return page(
        request,
        "exposure.html",
        place="exposure",
        meter=meter,
        policy=desk.policy,
        # An address alone says nothing: only what the ledger bears out.
        stopped=stopped and (meter.exposure.stopped or meter.exposure.whole_left == 0),
        job=_job(desk, who, job),
        alone=desk.policy.one_person,
    )


def _job(desk: ReviewDesk, who: User, job_id: str) -> tuple[JobId, bool] | None:
    """The job, and whether the person holds it still."""
    if not job_id:
        return None
    try:
        with desk.store.read() as reader:
            job = reader.get_job(JobId(job_id))
    except NotFoundError:
        return None
    return job.id, holds(who, job, desk.clock())


@router.get("/exposure/team")
def show_team(request: Request) -> Response:
    """Totals of everybody who reviews; nothing where they are too few to hide in."""
    desk, _ = desk_of(request)
    note(request, "exposure.team", "review")
    with desk.store.read() as reader:
        people = [each.id for each in reader.users() if each.has(Role.REVIEWER, Role.SENIOR_REVIEWER)]
    (total,) = team_totals(desk, {"everybody who reviews": people})
    return page(request, "exposure_team.html", place="exposure", total=total, policy=desk.policy)
