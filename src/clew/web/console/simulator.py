"""The simulator: what staff and order would do to the urgent of a site, before it decides."""

import math
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, InputError, UnavailableError
from clew.pipelines.simulating import Simulation
from clew.records.identifiers import UserId
from clew.triage.outcome_plot import draw
from clew.triage.queue import Rule
from clew.triage.simulate import Order, Share, Staffing
from clew.triage.site import HOURS_A_DAY, ScoreBin, Site
from clew.web.console.forms import Fields, Form
from clew.web.console.holding import SEE_OTHER
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.simulating import MOST_REPORTS
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

ORDERS = {
    Order.FIFO: ("First come, first served", "what waits longest is next"),
    Order.LIFO: ("Newest first", "what came last is next"),
    Order.SCORE: ("By score", "overrides, then the highest score"),
    Order.RESERVE: ("As Clew works", "by score, with reserved turns for the oldest and the audit"),
    Order.BUNDLED: ("As Clew works, bundled", "the same, one row for each incident; its figures count rows"),
}
WITHINS = ("15 min", "1 h", "24 h")
_LINE_PARTS = 3
# Of so few urgent reports the error over days is itself a guess.
_FEW = 100
_MOST_BINS = 200
_MOST_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing that the service made, which stands in a page as it is."""

    svg: str

    def __html__(self) -> str:
        return self.svg


@router.get("/simulator")
def show_simulator(request: Request) -> Response:
    """The form, and the person's last simulation."""
    return _page(request)


@router.post("/simulator")
def begin(request: Request, form: Form) -> Response:
    """The simulation is under way; its page says when it is done."""
    try:
        asked = _asked(form)
        door_of(request).simulating.begin(_who(request), asked)
    except (InputError, UnavailableError) as error:
        return _page(request, fault=error, typed=form)
    note(request, "queue.simulate", "simulator", reports=asked.reports)
    return RedirectResponse("/simulator", SEE_OTHER)


def _page(request: Request, *, fault: ClewError | None = None, typed: Fields | None = None) -> Response:
    run = door_of(request).simulating.last(_who(request))
    result = None if run is None else run.result
    site = Site(days=4, urgent_reports_per_bundle=1.25) if run is None else run.asked.site
    text = str(fault) if fault else ""
    return page(
        request,
        "simulator.html",
        place="simulator",
        status=fault.http_status if fault else 200,
        run=run,
        result=result,
        drawing=None if result is None else Drawing(draw(result.outcomes)),
        fields=typed if typed is not None else _fields(site, run.asked if run else None),
        example=run is None,
        orders=ORDERS,
        withins=WITHINS,
        share=share,
        people=people,
        most=MOST_REPORTS,
        few=_FEW,
        fault=f"{text[:1].upper()}{text[1:]}." if text else "",
        Staffing=Staffing,
    )


def share(given: Share) -> str:
    """A share with its standard error."""
    if math.isnan(given.share):
        return "unknown"
    return f"{100 * given.share:.1f} %" + ("" if math.isnan(given.error) else f" ± {100 * given.error:.1f}")


def people(staff: tuple[int, ...]) -> str:
    """Who is at work: one number, or the fewest and the most of a day."""
    low, high = min(staff), max(staff)
    return f"{low:,} at all hours" if low == high else f"{low:,} to {high:,} by the hour, {sum(staff):,} hours a day"


def _who(request: Request) -> UserId:
    user = visit_of(request.scope).user
    assert user is not None, "a rule without roles leads to the simulator"
    return user.id


def _fields(site: Site, asked: Simulation | None) -> Fields:
    """The form as it was sent, or as the stated example has it."""
    rule = asked.rule if asked else Rule()
    return Fields(
        [
            ("reports", _numbers([round(each, 1) for each in _by_day(site)])),
            ("staff", _numbers(site.staff)),
            ("urgent", f"{1000 * site.urgent_share:.3g}"),
            ("ordinary_minutes", f"{site.ordinary_minutes:g}"),
            ("urgent_minutes", f"{site.urgent_minutes:g}"),
            ("auc", f"{site.auc:g}"),
            ("bins", "\n".join(f"{each.score:g}, {each.ordinary}, {each.urgent}" for each in site.histogram)),
            ("bundle", f"{site.reports_per_bundle:g}"),
            ("urgent_bundle", f"{site.urgent_reports_per_bundle:g}"),
            ("reserve", f"{rule.reserve_permille / 10:g}"),
            ("days", str(site.days)),
            ("target", "" if asked is None or asked.target is None else f"{100 * asked.target:g}"),
            ("within", asked.within if asked else "1 h"),
            ("seed", str(asked.seed) if asked else "1"),
        ]
    )


def _by_day(site: Site) -> list[float]:
    """Reports a day when all hours are alike, or each hour's."""
    if len(site.reports_per_hour) == 1:
        return [HOURS_A_DAY * site.reports_per_hour[0]]
    return list(site.reports_per_hour)


def _numbers(some: "list[float] | tuple[int, ...]") -> str:
    return ", ".join(f"{each:g}" for each in some)


def _asked(form: Fields) -> Simulation:
    reports = _many(form, "reports", "reports a day")
    per_hour = tuple(reports) if len(reports) > 1 else (reports[0] / HOURS_A_DAY,)
    staff = _many(form, "staff", "people")
    if any(each != int(each) for each in staff):
        raise InputError("people are counted in whole numbers")
    target = form.get("target", "").strip()
    site = Site(
        reports_per_hour=per_hour,
        staff=tuple(int(each) for each in staff),
        urgent_share=_number(form, "urgent", "urgent of 1,000") / 1000,
        ordinary_minutes=_number(form, "ordinary_minutes", "minutes of an ordinary look"),
        urgent_minutes=_number(form, "urgent_minutes", "minutes of an urgent look"),
        auc=_number(form, "auc", "the area under the curve"),
        reports_per_bundle=_number(form, "bundle", "reports of one incident"),
        urgent_reports_per_bundle=_number(form, "urgent_bundle", "urgent reports of one incident"),
        days=_whole(form, "days", "days"),
    )
    return Simulation(
        site=replace(site, histogram=_bins(form.get("bins", ""))),
        rule=Rule(reserve_permille=round(10 * _number(form, "reserve", "reserved turns of 100"))),
        seed=_whole(form, "seed", "the seed"),
        target=_number(form, "target", "the target") / 100 if target else None,
        within=form.get("within", "1 h"),
    )


def _many(form: Fields, name: str, what: str) -> list[float]:
    parts = form.get(name, "").replace(";", ",").split(",")
    if len(parts) not in {1, HOURS_A_DAY}:
        raise InputError(f"{what}: one number, or one for each of 24 hours with commas between; got {len(parts)}")
    return [_read(each, what) for each in parts]


def _number(form: Fields, name: str, what: str) -> float:
    return _read(form.get(name, ""), what)


def _whole(form: Fields, name: str, what: str) -> int:
    text = form.get(name, "").strip()
    if not (text.isdecimal() and text.isascii() and len(text) <= 9):  # noqa: PLR2004
        raise InputError(f"{what}: a whole number, 0 or more")
    return int(text)


def _read(text: str, what: str) -> float:
    text = text.strip()
    try:
        number = float(text) if len(text) <= _MOST_LETTERS else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{what}: a number, with a point before decimals")
    return number


def _bins(text: str) -> tuple[ScoreBin, ...]:
    """The site's own scores: a line each of score, ordinary and urgent reports."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > _MOST_BINS:
        raise InputError(f"scores have at most {_MOST_BINS} lines here; got {len(lines)}")
    bins = []
    for number, line in enumerate(lines, start=1):
        parts = line.replace(";", ",").split(",")
        if len(parts) != _LINE_PARTS:
            raise InputError(f"scores, line {number}: a score, ordinary reports, urgent reports, with commas between")
        score, ordinary, urgent = (_read(part, f"scores, line {number}") for part in parts)
        bins.append(ScoreBin(score=score, ordinary=int(ordinary), urgent=int(urgent)))
    return tuple(bins)
