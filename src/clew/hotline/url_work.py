"""What may be done about an address, in which state, and by when: the police first, then whoever hosts it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clew.errors import ConflictError, RefusedError
from clew.hotline.categories import UrlCategory
from clew.records.url_report import Hosting, UrlAct, UrlEnd, UrlFound, UrlReport, UrlState

_OPEN = frozenset(UrlState) - {UrlState.CLOSED}
_TOLD = frozenset({UrlState.NOTICE_SENT, UrlState.CHECKED})
_GONE = frozenset({UrlFound.DOWN, UrlFound.MOVED})
_MAY_BE_TOLD = frozenset({UrlState.ASSESSED, UrlState.POLICE_HOLD}) | _TOLD

# In which states each act is possible; what else an act asks for, its function says.
ALLOWED: Mapping[UrlAct, frozenset[UrlState]] = {
    UrlAct.RECEIVE: frozenset(),
    UrlAct.SIGHT: frozenset(UrlState),
    UrlAct.ASSESS: frozenset({UrlState.RECEIVED, UrlState.ASSESSED}),
    UrlAct.HOST: _OPEN,
    UrlAct.HOLD: frozenset({UrlState.ASSESSED}),
    UrlAct.RELEASE: frozenset({UrlState.POLICE_HOLD}),
    UrlAct.ORDER_NOTICE: _MAY_BE_TOLD,
    UrlAct.NOTICE: _MAY_BE_TOLD,
    UrlAct.NOTICE_FAILED: _OPEN,
    UrlAct.ORDER_CHECK: _TOLD,
    UrlAct.CHECK: _TOLD,
    UrlAct.CLOSE: _OPEN,
    UrlAct.REOPEN: frozenset({UrlState.CLOSED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlPolicy:
    """What the jurisdiction and the operator ask for.

    Attributes:
        police_first: nobody else is told before the police, and while they hold it.
        hold: how long they may; None as long as they do not release it.
        assess_within: how long an address may wait for its assessment.
        longest_check: no order to look again is further apart.
    """

    police_first: bool
    hold: timedelta | None
    assess_within: timedelta
    longest_check: timedelta = timedelta(days=90)


def demand(report: UrlReport, act: UrlAct) -> None:
    """ConflictError unless the act is possible in the state that the address is in."""
    if report.state not in ALLOWED[act]:
        possible = ", ".join(sorted(each.value for each in UrlAct if report.state in ALLOWED[each]))
        raise ConflictError(f"this address is '{report.state}'; what can be done now: {possible}")


def assessed(report: UrlReport, category: UrlCategory, by: str, at: datetime) -> UrlReport:
    """A person has said what stands there; what is to be removed is due at once."""
    demand(report, UrlAct.ASSESS)
    return replace(
        report,
        state=UrlState.ASSESSED,
        category=category.code,
        actionable=category.actionable,
        assessed_at=at,
        assessed_by=by,
        due_at=at,
    )


def hosted(report: UrlReport, answers: tuple[Hosting, ...]) -> UrlReport:
    """The latest answer for each role stands; the earlier ones are in the history."""
    demand(report, UrlAct.HOST)
    new = {each.role for each in answers}
    return replace(report, hosting=(*(each for each in report.hosting if each.role not in new), *answers))


def held(report: UrlReport, policy: UrlPolicy, at: datetime) -> UrlReport:
    """The police were told, and nobody else is until they release it or their time is over."""
    demand(report, UrlAct.HOLD)
    _demand_actionable(report)
    until = None if policy.hold is None else at + policy.hold
    return replace(
        report,
        state=UrlState.POLICE_HOLD,
        hold_begun_at=at,
        hold_until=until,
        hold_ended_at=None,
        due_at=until,
    )


def released(report: UrlReport, at: datetime) -> UrlReport:
    """The police have nothing against it that others are told."""
    demand(report, UrlAct.RELEASE)
    return replace(report, state=UrlState.ASSESSED, hold_ended_at=at, due_at=at)


def demand_notice(report: UrlReport, policy: UrlPolicy, at: datetime) -> None:
    """Whoever hosts it may be told now.

    Raises:
        ConflictError: it is in no state for it, or nobody assessed it as something to be removed.
        RefusedError: the police were not told, or hold it still.
    """
    demand(report, UrlAct.ORDER_NOTICE)
    _demand_actionable(report)
    if not policy.police_first or report.hold_ended_at is not None:
        return
    if report.hold_begun_at is None:
        raise RefusedError("the police come first: tell them, and record it (clew urls hold), before anybody else")
    if report.hold_until is None or at < report.hold_until:
        until = "they release it" if report.hold_until is None else f"{report.hold_until:%Y-%m-%d %H:%M} UTC"
        raise RefusedError(f"the police hold it until {until}: nobody else is told before")


def noticed(report: UrlReport, at: datetime) -> UrlReport:
    """A notice has left: the next step is to look, which a person orders."""
    demand(report, UrlAct.NOTICE)
    return replace(
        report,
        state=UrlState.NOTICE_SENT,
        notices=report.notices + 1,
        noticed_at=at,
        due_at=_next_check(report, at),
    )


def check_ordered(report: UrlReport, policy: UrlPolicy, every_h: int, at: datetime) -> UrlReport:
    """A person wants it looked at every so many hours; 0 takes the order back."""
    demand(report, UrlAct.ORDER_CHECK)
    if not 0 <= every_h <= policy.longest_check / timedelta(hours=1):
        raise ConflictError(f"a check is ordered every 1 to {policy.longest_check // timedelta(hours=1):,} hours")
    ordered = replace(report, check_every_h=every_h)
    return replace(ordered, due_at=_next_check(ordered, at))


def checked(report: UrlReport, found: UrlFound, at: datetime) -> UrlReport:
    """A person has looked; what is gone waits to be closed, what is not is looked at again as ordered."""
    demand(report, UrlAct.CHECK)
    due_at = at if found in _GONE else _next_check(report, at)
    return replace(report, state=UrlState.CHECKED, found=found, found_at=at, due_at=due_at)


def closed(report: UrlReport, end: UrlEnd, at: datetime) -> UrlReport:
    """Nothing more is done about it.

    Raises:
        ConflictError: what a person found does not bear the reason.
    """
    demand(report, UrlAct.CLOSE)
    if end not in possible_ends(report):
        raise ConflictError(
            "it is closed as removed once a person looked and it was gone (clew urls check)"
            if end is UrlEnd.REMOVED
            else "it is closed as not illegal once it was assessed so (clew urls assess)"
        )
    return replace(report, state=UrlState.CLOSED, end=end, closed_at=at, due_at=None, check_every_h=0)


def possible_ends(report: UrlReport) -> tuple[UrlEnd, ...]:
    """The reasons that what a person found bears."""
    harmless = report.category is not None and not report.actionable
    borne = {UrlEnd.REMOVED: report.found in _GONE, UrlEnd.NOT_ILLEGAL: harmless}
    return tuple(end for end in UrlEnd if borne.get(end, True))


def sighted(report: UrlReport, policy: UrlPolicy, at: datetime) -> UrlReport:
    """It was reported again: one more sighting; what was closed as gone or unworkable waits for a person again.

    What was assessed as not illegal, and what the police asked to leave alone, stays closed.
    """
    more = replace(report, sightings=report.sightings + 1)
    if report.state is UrlState.CLOSED and report.end not in {UrlEnd.NOT_ILLEGAL, UrlEnd.POLICE_ASK}:
        return reopened(more, policy, at)
    return more


def reopened(report: UrlReport, policy: UrlPolicy, at: datetime) -> UrlReport:
    """It is assessed anew: what stands at an address may have changed."""
    demand(report, UrlAct.REOPEN)
    return replace(
        report,
        state=UrlState.RECEIVED,
        category=None,
        actionable=False,
        assessed_at=None,
        assessed_by=None,
        hold_begun_at=None,
        hold_until=None,
        hold_ended_at=None,
        found=None,
        found_at=None,
        end=None,
        closed_at=None,
        due_at=at + policy.assess_within,
    )


def next_act(report: UrlReport, policy: UrlPolicy, at: datetime) -> UrlAct | None:
    """What a person is to do next; None when they wait for the police, or nothing is left to do."""
    match report.state:
        case UrlState.RECEIVED:
            return UrlAct.ASSESS
        case UrlState.ASSESSED if report.actionable:
            return UrlAct.HOLD if policy.police_first and report.hold_begun_at is None else UrlAct.NOTICE
        case UrlState.POLICE_HOLD:
            return UrlAct.NOTICE if report.hold_until is not None and at >= report.hold_until else None
        case UrlState.NOTICE_SENT | UrlState.CHECKED if report.found not in _GONE:
            return UrlAct.CHECK if report.check_every_h else UrlAct.ORDER_CHECK
        case UrlState.CLOSED:
            return None
        case _:
            return UrlAct.CLOSE


def _demand_actionable(report: UrlReport) -> None:
    if not report.actionable:
        raise ConflictError("it was not assessed as something to be removed: nobody is told of it")


def _next_check(report: UrlReport, at: datetime) -> datetime:
    """As ordered; without an order at once, for then the order itself is what is due."""
    return at + timedelta(hours=report.check_every_h)
