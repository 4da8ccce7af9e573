"""Addresses, what was done about them, who reported them and what was written, on each kind of database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._url_reports import UrlFilter
from clew.parts.stores.base import Store
from clew.records.identifiers import IntakeNumber, UrlReportId
from clew.records.url_report import (
    Hosting,
    HostRole,
    UrlAct,
    UrlAction,
    UrlCame,
    UrlEnd,
    UrlFound,
    UrlNotice,
    UrlReport,
    UrlSighting,
    UrlState,
)
from tests.parts.stores.store_records import DAY, NOON

FIRST = UrlReport(
    id=UrlReportId("U1"),
    given="https://Board.example/a",
    normal="board.example/a",
    host="board.example",
    came=UrlCame.PARTNER,
    state=UrlState.RECEIVED,
    received_at=NOON,
    due_at=NOON + DAY,
)
HOSTING = Hosting(
    role=HostRole.HOST,
    name="Quay Hosting",
    contact="abuse@quay.example",
    country="NL",
    network="192.0.2.7",
    evidence="row 3",
    as_of="2026-03-01",
    found_at=NOON,
    found_by="user:ada",
)
FULL = replace(
    FIRST,
    state=UrlState.CLOSED,
    category="national",
    actionable=True,
    assessed_at=NOON,
    assessed_by="user:ada",
    hosting=(HOSTING, replace(HOSTING, role=HostRole.REGISTRAR, country=None)),
    hold_begun_at=NOON,
    hold_until=NOON + DAY,
    hold_ended_at=NOON + DAY / 2,
    notices=2,
    noticed_at=NOON + DAY,
    found=UrlFound.DOWN,
    found_at=NOON + 2 * DAY,
    check_every_h=24,
    due_at=None,
    end=UrlEnd.REMOVED,
    closed_at=NOON + 2 * DAY,
    sightings=3,
)


def add(store: Store, *reports: UrlReport) -> list[UrlReport]:
    return store.transact(lambda unit: [unit.add_url_report(each) for each in reports])


def numbered(number: int, **more: object) -> UrlReport:
    normal = f"host-{number}.example/"
    return replace(FIRST, id=UrlReportId(f"U{number}"), normal=normal, host=normal[:-1], **more)  # type: ignore[arg-type]


def test_an_address_comes_back_as_it_was_stored_with_every_field(any_store: Store):
    (added,) = add(any_store, FIRST)
    changed = any_store.transact(lambda unit: unit.change_url_report(replace(FULL, version=added.version)))
    with any_store.read() as reader:
        assert reader.get_url_report(FIRST.id) == changed == replace(FULL, version=2)
        assert reader.find_url_report("board.example/a") == changed
        assert reader.find_url_report("board.example/b") is None
        with pytest.raises(NotFoundError):
            reader.get_url_report(UrlReportId("none"))


def test_one_address_is_stored_once(any_store: Store):
    add(any_store, FIRST)
    with pytest.raises(ConflictError, match="known already"):
        add(any_store, replace(FIRST, id=UrlReportId("U2")))


def test_an_address_of_any_length_is_found(any_store: Store):
    long = "board.example/" + "ü" * 3_900
    add(any_store, replace(FIRST, normal=long))
    with any_store.read() as reader:
        found = reader.find_url_report(long)
    assert found is not None
    assert found.normal == long


def test_a_change_over_anothers_is_refused(any_store: Store):
    (added,) = add(any_store, FIRST)
    any_store.transact(lambda unit: unit.change_url_report(added))
    with pytest.raises(ConflictError, match="somebody else"):
        any_store.transact(lambda unit: unit.change_url_report(added))


def test_what_is_due_first_stands_first_and_pages_go_on_where_they_ended(any_store: Store):
    dues = [5, 1, 1, None, 3, None, 0]
    reports = [numbered(number, due_at=None if due is None else NOON + due * DAY) for number, due in enumerate(dues)]
    add(any_store, *reports)
    seen: list[str] = []
    with any_store.read() as reader:
        while found := reader.url_reports(UrlFilter(after=UrlReportId(seen[-1]) if seen else None, limit=2)):
            seen += [each.id for each in found]
        assert seen == ["U6", "U1", "U2", "U4", "U0", "U3", "U5"]
        due = reader.url_reports(UrlFilter(due_by=NOON + DAY))
        assert [each.id for each in due] == ["U6", "U1", "U2"]
        assert reader.count_urls_due(NOON + DAY) == 3
        assert reader.url_reports(UrlFilter(after=UrlReportId("none"))) == []


def test_states_are_filtered_and_counted(any_store: Store):
    add(any_store, numbered(0), numbered(1, state=UrlState.CLOSED), numbered(2, state=UrlState.CLOSED))
    with any_store.read() as reader:
        assert reader.count_url_reports() == {UrlState.RECEIVED: 1, UrlState.CLOSED: 2}
        found = reader.url_reports(UrlFilter(states=(UrlState.CLOSED,)))
    assert {each.id for each in found} == {"U1", "U2"}


@pytest.mark.parametrize(
    ("host", "wanted", "fits"),
    [
        ("a.board.example", "board.example", True),
        ("board.example", "board.example", True),
        ("keyboard.example", "board.example", False),
        ("board.example.net", "board.example", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.77", "192.0.2.7", False),
        ("2001:db8::1", "2001:db8::1", True),
        ("boxrd.example", "bo_rd.example", False),
    ],
)
def test_a_host_is_asked_for_with_the_names_below_it(any_store: Store, host: str, wanted: str, fits: bool):
    add(any_store, replace(FIRST, host=host))
    with any_store.read() as reader:
        assert bool(reader.url_reports(UrlFilter(host=wanted))) is fits


def test_a_stream_takes_what_was_received_in_a_time_of_any_number(any_store: Store):
    add(any_store, *(numbered(number, received_at=NOON + timedelta(minutes=number)) for number in range(1_100)))
    with any_store.read() as reader:
        found = list(reader.stream_url_reports(NOON + timedelta(minutes=10), NOON + timedelta(minutes=1_090)))
    assert len(found) == len({each.id for each in found}) == 1_080


def test_acts_stand_in_their_order_with_their_words(any_store: Store):
    add(any_store, FIRST)
    acts = [
        UrlAction(url_id=FIRST.id, at=NOON, by="user:ada", act=UrlAct.RECEIVE, facts={"came": "partner", "n": 1}),
        UrlAction(url_id=FIRST.id, at=NOON, by="user:ada", act=UrlAct.CHECK, facts={}, words="moved to x.example"),
    ]
    any_store.transact(lambda unit: [unit.add_url_action(each) for each in acts])
    with any_store.read() as reader:
        assert reader.url_actions(FIRST.id) == acts
        assert reader.url_actions(UrlReportId("none")) == []


def test_a_report_that_is_looked_through_twice_counts_once(any_store: Store):
    add(any_store, FIRST)
    by_report = UrlSighting(url_id=FIRST.id, at=NOON, came=UrlCame.REPORT, by="system:intake", number=IntakeNumber(7))
    by_partner = UrlSighting(url_id=FIRST.id, at=NOON, came=UrlCame.PARTNER, by="key:a", reference="r-1")
    said = any_store.transact(
        lambda unit: [unit.add_url_sighting(each) for each in (by_report, by_report, by_partner, by_partner)]
    )
    assert said == [True, False, True, True]
    with any_store.read() as reader:
        assert reader.url_sightings(FIRST.id, 2) == [by_partner, by_partner]
        assert reader.url_sightings(FIRST.id, 10)[-1] == by_report


def test_a_notice_is_replaced_by_its_sent_self(any_store: Store):
    add(any_store, FIRST)
    notice = UrlNotice(
        url_id=FIRST.id,
        place=1,
        role=HostRole.HOST,
        language="en",
        recipient="abuse@quay.example",
        subject="Please remove",
        text="board[.]example",
        ordered_at=NOON,
        ordered_by="user:ada",
        by_mail=True,
    )
    sent = replace(notice, sent_at=NOON + DAY)
    second = replace(notice, place=2, by_mail=False)
    any_store.transact(lambda unit: [unit.put_url_notice(each) for each in (notice, second, sent)])
    with any_store.read() as reader:
        assert reader.url_notices(FIRST.id) == [sent, second]
