"""The work on an address: which act follows which, the police first, and something is always due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import ConflictError, RefusedError
from clew.hotline.categories import DEFAULT, UrlCategory
from clew.hotline.url_work import (
    ALLOWED,
    UrlPolicy,
    assessed,
    check_ordered,
    checked,
    closed,
    demand,
    demand_notice,
    held,
    hosted,
    next_act,
    noticed,
    released,
    reopened,
    sighted,
)
from clew.records.identifiers import UrlReportId
from clew.records.url_report import Hosting, HostRole, UrlAct, UrlCame, UrlEnd, UrlFound, UrlReport, UrlState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = UrlPolicy(police_first=True, hold=2 * DAY, assess_within=DAY)
ILLEGAL, HARMLESS = DEFAULT[0], DEFAULT[-1]
NEW = UrlReport(
    id=UrlReportId("U1"),
    given="https://board.example/",
    normal="board.example/",
    host="board.example",
    came=UrlCame.PARTNER,
    state=UrlState.RECEIVED,
    received_at=NOON,
    due_at=NOON + DAY,
)
FOUND_ILLEGAL = assessed(NEW, ILLEGAL, "user:ada", NOON)


def told(report: UrlReport = FOUND_ILLEGAL) -> UrlReport:
    return noticed(released(held(report, POLICY, NOON), NOON + DAY), NOON + DAY)


def test_the_whole_way_to_a_removed_address() -> None:
    report = told()
    assert (report.state, report.notices, report.noticed_at) == (UrlState.NOTICE_SENT, 1, NOON + DAY)
    ordered = check_ordered(report, POLICY, 24, NOON + DAY)
    assert ordered.due_at == NOON + 2 * DAY
    up = checked(ordered, UrlFound.UP, NOON + 2 * DAY)
    assert (up.state, up.due_at) == (UrlState.CHECKED, NOON + 3 * DAY)
    gone = checked(up, UrlFound.DOWN, NOON + 3 * DAY)
    assert next_act(gone, POLICY, NOON + 3 * DAY) is UrlAct.CLOSE
    end = closed(gone, UrlEnd.REMOVED, NOON + 3 * DAY)
    assert (end.state, end.end, end.due_at) == (UrlState.CLOSED, UrlEnd.REMOVED, None)


def test_nobody_is_told_before_the_police_and_while_they_hold_it() -> None:
    with pytest.raises(RefusedError, match="police come first"):
        demand_notice(FOUND_ILLEGAL, POLICY, NOON)
    report = held(FOUND_ILLEGAL, POLICY, NOON)
    with pytest.raises(RefusedError, match="2026-03-03 12:00"):
        demand_notice(report, POLICY, NOON + 2 * DAY - timedelta(seconds=1))
    demand_notice(report, POLICY, NOON + 2 * DAY)  # their time is over
    demand_notice(released(report, NOON + DAY), POLICY, NOON + DAY)


def test_a_hold_without_an_end_ends_by_release_alone() -> None:
    report = held(FOUND_ILLEGAL, replace(POLICY, hold=None), NOON)
    with pytest.raises(RefusedError, match="until they release it"):
        demand_notice(report, POLICY, NOON + 1_000 * DAY)
    assert next_act(report, POLICY, NOON + 1_000 * DAY) is None


def test_where_no_law_puts_the_police_first_a_notice_needs_no_hold() -> None:
    demand_notice(FOUND_ILLEGAL, replace(POLICY, police_first=False), NOON)


def test_what_is_not_to_be_removed_is_told_to_nobody() -> None:
    harmless = assessed(NEW, HARMLESS, "user:ada", NOON)
    with pytest.raises(ConflictError, match="nobody is told"):
        demand_notice(harmless, POLICY, NOON)
    with pytest.raises(ConflictError, match="nobody is told"):
        held(harmless, POLICY, NOON)
    assert closed(harmless, UrlEnd.NOT_ILLEGAL, NOON).end is UrlEnd.NOT_ILLEGAL


def test_it_is_closed_as_removed_only_when_somebody_saw_that_it_is_gone() -> None:
    for found in (UrlFound.UP, UrlFound.CANNOT_TELL):
        with pytest.raises(ConflictError, match="gone"):
            closed(checked(told(), found, NOON), UrlEnd.REMOVED, NOON)
    with pytest.raises(ConflictError, match="gone"):
        closed(told(), UrlEnd.REMOVED, NOON)
    with pytest.raises(ConflictError, match="assessed so"):
        closed(FOUND_ILLEGAL, UrlEnd.NOT_ILLEGAL, NOON)


@pytest.mark.parametrize("act", [act for act in UrlAct if act is not UrlAct.RECEIVE])
def test_an_act_in_a_state_that_does_not_bear_it_is_refused_and_says_what_is_possible(act: UrlAct) -> None:
    for state in UrlState:
        report = replace(FOUND_ILLEGAL, state=state)
        if state in ALLOWED[act]:
            demand(report, act)
        else:
            with pytest.raises(ConflictError, match=r"can be done now: .*sight"):
                demand(report, act)


def test_the_latest_answer_for_each_role_stands() -> None:
    first = Hosting(
        role=HostRole.HOST, name="Quay", contact="a@quay.example", country="NL", network="", evidence="row 1",
        as_of="2026-01-01", found_at=NOON, found_by="user:ada",
    )  # fmt: skip
    other = replace(first, role=HostRole.REGISTRAR, name="Names")
    report = hosted(hosted(NEW, (first, other)), (replace(first, name="Pier"),))
    assert {each.role: each.name for each in report.hosting} == {HostRole.HOST: "Pier", HostRole.REGISTRAR: "Names"}


def test_a_new_sighting_opens_again_what_was_gone_and_leaves_what_was_judged() -> None:
    gone = closed(checked(told(), UrlFound.DOWN, NOON), UrlEnd.REMOVED, NOON)
    back = sighted(gone, POLICY, NOON + 9 * DAY)
    assert (back.state, back.sightings, back.category, back.due_at) == (UrlState.RECEIVED, 2, None, NOON + 10 * DAY)
    with pytest.raises(ConflictError):
        demand_notice(back, POLICY, NOON + 9 * DAY)  # what the police released then was something else
    harmless = closed(assessed(NEW, HARMLESS, "user:ada", NOON), UrlEnd.NOT_ILLEGAL, NOON)
    assert sighted(harmless, POLICY, NOON) == replace(harmless, sightings=2)
    left = closed(FOUND_ILLEGAL, UrlEnd.POLICE_ASK, NOON)
    assert sighted(left, POLICY, NOON).state is UrlState.CLOSED
    assert reopened(left, POLICY, NOON).state is UrlState.RECEIVED


def test_checks_are_ordered_within_bounds() -> None:
    for hours in (-1, 90 * 24 + 1):
        with pytest.raises(ConflictError, match="hours"):
            check_ordered(told(), POLICY, hours, NOON)
    assert next_act(check_ordered(told(), POLICY, 0, NOON), POLICY, NOON) is UrlAct.ORDER_CHECK


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["assess", "harmless", "hold", "release", "notice", "order", "check", "close", "sight"]),
        st.sampled_from(list(UrlFound)),
        st.sampled_from(list(UrlEnd)),
        st.integers(0, 60),
    ),
    max_size=25,
)


def stepped(report: UrlReport, name: str, found: UrlFound, end: UrlEnd, at: datetime, policy: UrlPolicy) -> UrlReport:
    def notice() -> UrlReport:
        demand_notice(report, policy, at)
        return noticed(report, at)

    return {
        "assess": lambda: assessed(report, ILLEGAL, "user:ada", at),
        "harmless": lambda: assessed(report, HARMLESS, "user:ada", at),
        "hold": lambda: held(report, policy, at),
        "release": lambda: released(report, at),
        "notice": notice,
        "order": lambda: check_ordered(report, policy, 12, at),
        "check": lambda: checked(report, found, at),
        "close": lambda: closed(report, end, at),
        "sight": lambda: sighted(report, policy, at),
    }[name]()


@given(_STEPS, st.sampled_from([None, DAY]))
def test_whatever_is_done_no_notice_precedes_the_police_and_no_open_address_is_forgotten(
    steps: list[tuple[str, UrlFound, UrlEnd, int]], hold: timedelta | None
) -> None:
    policy, report, at = replace(POLICY, hold=hold), NEW, NOON
    for name, found, end, hours in steps:
        at += timedelta(hours=hours)
        before = report
        try:
            report = stepped(report, name, found, end, at, policy)
        except (ConflictError, RefusedError):
            continue
        if report.notices > before.notices:
            over = before.hold_until is not None and before.hold_until <= at
            assert before.hold_begun_at is not None
            assert before.hold_ended_at is not None or over
            assert before.actionable
        waits_for_police = report.state is UrlState.POLICE_HOLD and hold is None
        if report.state is not UrlState.CLOSED and not waits_for_police:
            assert report.due_at is not None
        act = next_act(report, policy, at)
        assert (act is None) == (
            report.state is UrlState.CLOSED
            or (report.state is UrlState.POLICE_HOLD and (report.hold_until is None or at < report.hold_until))
        )


def test_what_is_named_as_next_can_be_done() -> None:
    category = UrlCategory(code="x", words="x", actionable=False)
    for report in (NEW, FOUND_ILLEGAL, assessed(NEW, category, "a", NOON), held(FOUND_ILLEGAL, POLICY, NOON), told()):
        act = next_act(report, POLICY, NOON + 3 * DAY)
        assert act is not None
        demand(report, act)
