"""The public's reports: in once, found by a code of which only the digest is kept, and hidden by no flood."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import NotFoundError, RefusedError
from clew.ground.tokens import new_recovery_code, recovery_digest
from clew.parts.stores._triage import PlaceFilter
from clew.parts.stores.base import Store
from clew.pipelines.intake_desk import open_intake_desk
from clew.pipelines.ordering import order_pending
from clew.pipelines.public_reports import PUBLIC_SENDER, add_public, send_public
from clew.pipelines.queue_desk import open_queue_desk
from clew.records.audit import AuditFilter
from clew.records.intake import IntakeForm, IntakeReport, SenderKind
from clew.records.mention import IdentifierKind, Part
from clew.records.public_report import PublicReport, PublicWho, SafeContact
from clew.records.triage import OverrideKind, Place
from clew.settings import Settings
from tests.pipelines.filing_house import SetClock
from tests.pipelines.intake_house import IntakeHouse

CODE = "abcd-efgh-jkmn-pqrs"
TOLD = PublicReport(words="Somebody asks at seal@example.net", places="https://board.example/a", language="nl")


@pytest.fixture
def house(any_store: Store) -> IntakeHouse:
    return IntakeHouse(any_store)


def send(house: IntakeHouse, told: PublicReport = TOLD, code: str = CODE) -> IntakeReport:
    return send_public(house.desk, told, code).report


def test_a_form_is_a_report_of_the_public_s_own_sender(house: IntakeHouse) -> None:
    report = send(house, replace(TOLD, country="NL"))
    assert (report.sender_id, report.form) == (PUBLIC_SENDER, IntakeForm.PUBLIC)
    assert (report.country, report.language, report.incident_at) == ("NL", "nl", None)
    assert house.pending() == [report.number]
    assert house.questions(report.number) == []  # nobody can be asked
    assert house.acts()[-1] == "intake.take_in"


def test_the_sender_is_made_by_the_first_report_and_cannot_sign_in(any_store: Store) -> None:
    desk = open_intake_desk(Settings(), any_store, SetClock())
    for _ in range(2):
        send_public(desk, TOLD, new_recovery_code())
    with any_store.read() as reader:
        (sender,) = reader.senders()
        acts = [line.event.act for line in reader.audit_lines(AuditFilter(limit=100)) if line.event is not None]
    assert (sender.id, sender.kind, sender.user, sender.secret_digest) == (PUBLIC_SENDER, SenderKind.PUBLIC, None, None)
    assert acts.count("sender.add") == 1


def test_only_the_digest_of_a_code_is_kept_and_it_finds_the_report(house: IntakeHouse) -> None:
    report = send(house)
    assert report.digest == recovery_digest(CODE)
    assert CODE.replace("-", "") not in f"{report}".replace("-", "")
    added = add_public(house.desk, replace(TOLD, words="And this"), CODE.upper()).report
    assert added.number != report.number
    assert added.reference == report.reference != ""
    (first,) = [each for each in house.desk.read(added.document).further if each.label == "Adds to report"]
    assert first.text == str(report.number)


def test_the_same_form_twice_is_one_report_whenever_it_comes(house: IntakeHouse) -> None:
    first = send(house)
    house.clock.now += timedelta(hours=3)
    again = send_public(house.desk, TOLD, CODE)
    assert (again.repeated, again.report.number) == (True, first.number)
    assert house.pending() == [first.number]


def test_another_form_under_one_code_adds_to_it_once(house: IntakeHouse) -> None:
    first = send(house)
    changed = replace(TOLD, words="More than before", contact=SafeContact())
    added = [send_public(house.desk, changed, CODE) for _ in range(2)]
    assert [each.repeated for each in added] == [False, True]
    assert {each.report.number for each in added} != {first.number}
    assert len(house.pending()) == 2


def test_a_code_of_no_report_and_one_of_what_was_added_find_nothing(house: IntakeHouse) -> None:
    send(house)
    for code in ("", "abcd", new_recovery_code()):
        with pytest.raises(NotFoundError, match="no report has that code"):
            add_public(house.desk, TOLD, code)


def test_a_blocked_public_is_refused(house: IntakeHouse) -> None:
    send(house)
    house.put(PUBLIC_SENDER, SenderKind.PUBLIC, blocked_at=house.clock())
    with pytest.raises(RefusedError):
        send(house, code=new_recovery_code())


def test_what_is_written_is_read_for_identifiers_that_join_nothing_and_who_writes_stays_apart(
    house: IntakeHouse,
) -> None:
    contact = SafeContact(allowed=True, way="mara@example.org")
    report = send(house, replace(TOLD, contact=contact))
    found = {(each.kind, each.value, each.part) for each in house.mentions(report.number)}
    assert (IdentifierKind.EMAIL, "seal@example.net", Part.OTHER) in found
    assert [part for _, value, part in found if value == "mara@example.org"] == [Part.REPORTER]
    assert not [each for each in found if each[2] is Part.SUBJECT]


def line_of(house: IntakeHouse) -> list[Place]:
    desk = open_queue_desk(Settings(), house.store, house.clock)
    while order_pending(desk, "test"):
        pass
    with house.store.read() as reader:
        return reader.places(PlaceFilter(limit=1000))


def test_the_box_for_danger_stands_ahead_of_every_score(house: IntakeHouse) -> None:
    send(house, PublicReport(danger=True), new_recovery_code())
    (place,) = line_of(house)
    assert [each.kind for each in place.overrides] == [OverrideKind.CHILD_IN_DANGER]


def test_a_flood_of_near_empty_forms_hides_no_danger_and_no_full_report(store: Store) -> None:
    """Many came before and after; whoever works the queue meets neither first."""
    house = IntakeHouse(store)
    empty = [PublicReport(words=word) for word in ("x", "test", "hello", "asdf")]

    def flood() -> None:
        for number in range(100):
            send(house, empty[number % len(empty)], new_recovery_code())

    flood()
    urgent = send(house, PublicReport(danger=True, words="please"), new_recovery_code())
    child = send(house, PublicReport(who=PublicWho.CHILD, words="My teacher touched me"), new_recovery_code())
    flood()
    line = line_of(house)
    assert {int(place.id) for place in line[:2]} == {int(urgent.number), int(child.number)}
    assert not [place for place in line[2:] if place.overrides]
