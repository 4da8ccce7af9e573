"""Reports routed: what they state, looked up in the operator's files, becomes a distribution with recipients."""

from dataclasses import replace
from pathlib import Path

import pytest

from clew.errors import InputError, NotFoundError
from clew.parts.stores.base import Store
from clew.pipelines import routing
from clew.pipelines.routing import RoutingAnswer
from clew.records.audit import AuditFilter
from clew.records.identifiers import IntakeNumber
from clew.records.mention import Part
from clew.records.routing import VoteKind
from tests.pipelines.routing_desk import NOW, RoutingDesk, bank, ip, open_desk, phone, report


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> RoutingDesk:
    return open_desk(store, tmp_path / "desk")


def routed(desk: RoutingDesk, *numbers: int) -> RoutingAnswer:
    with desk.store.read() as reader:
        wanted = [IntakeNumber(each) for each in numbers]
        return routing.route(reader, desk.atlas, wanted, today=NOW.date(), stale_days=180)


def test_files_that_agree_and_an_account_lead_to_a_usable_recipient(desk: RoutingDesk) -> None:
    found = routed(desk, desk.take(report(), ip("192.0.2.7"), bank("nl:ABC4471")))
    (subject,) = found.whereabouts
    assert [each.country for each in subject.shares] == ["NL"]
    assert subject.shares[0].weight > 0.999
    assert [each.recipient.id for each in found.proposal.proposed] == ["nl-desk"]
    assert found.proposal.gaps == ()
    assert not subject.contested


def test_a_contested_address_leads_to_both_countries(desk: RoutingDesk) -> None:
    found = routed(desk, desk.take(report(), ip("192.0.2.200")))
    subject = found.whereabouts[0]
    assert subject.contested
    assert {each.country for each in subject.shares} == {"NL", "BE"}
    assert [(each.recipient.id, each.lacks) for each in found.proposal.proposed] == [
        ("nl-desk", ()),
        ("be-bare", ("no channel is known",)),
    ]
    assert found.proposal.gaps == ("BE: no recipient can be used; see clew recipients check",)


def test_a_tor_exit_of_the_time_leaves_the_place_unknown(desk: RoutingDesk) -> None:
    found = routed(desk, desk.take(report(), ip("192.0.2.99")))
    subject = found.whereabouts[0]
    assert (subject.shares, subject.unknown) == ((), 1.0)
    assert "Tor exit" in (subject.unknown_because or "")
    later = desk.take(report(), ip("192.0.2.99", at=NOW.replace(month=6)), digest=2)
    assert [each.country for each in routed(desk, later).whereabouts[0].shares] == ["NL"]


def test_a_shared_address_without_port_becomes_a_question_once(desk: RoutingDesk) -> None:
    number = desk.take(report(), ip("192.0.2.66", port=None))
    found = routed(desk, number)
    assert len(found.whereabouts[0].not_attributable) == 1
    for expected in (1, 0):
        put = desk.store.transact(lambda unit: routing.put_inquiries(unit, found.inquiries, actor="user:ada", at=NOW))
        assert len(put) == expected
    with desk.store.read() as reader:
        (question,) = reader.questions(number=number)
        lines = reader.audit_lines(AuditFilter(act="question.ask"))
    assert question.path == "subjects[0].ip_events[0]"
    assert question.sender_id == "harbour"
    assert "192.0.2.66" not in question.text
    assert len(lines) == 1


def test_what_is_declared_votes_with_its_state(desk: RoutingDesk) -> None:
    found = routed(desk, desk.take(report(where="US", state="CA"), country="US", language="es-MX"))
    votes = {(each.kind, each.whence.path): each.shares[0][0].code for each in found.whereabouts[0].votes}
    assert votes == {
        (VoteKind.DECLARED, "subjects[0].person.addresses[0]"): "US-CA",
        (VoteKind.LOCALE, "language"): "MX",
    }


def test_the_country_of_the_whole_report_votes_where_nothing_else_says_it(desk: RoutingDesk) -> None:
    votes = routed(desk, desk.take(report(), country="SE")).whereabouts[0].votes
    assert [(each.whence.text, set(each.countries)) for each in votes] == [("report 1: country", {"SE"})]


def test_the_victim_is_weighed_apart(desk: RoutingDesk) -> None:
    found = routed(desk, desk.take(report(), ip("192.0.2.7"), phone("+442079460018", Part.VICTIM)))
    assert [(each.about, each.shares[0].country) for each in found.whereabouts] == [
        (Part.SUBJECT, "NL"),
        (Part.VICTIM, "GB"),
    ]


def test_the_reports_of_a_cluster_are_weighed_together_whatever_their_order(desk: RoutingDesk) -> None:
    one = desk.take(report(), ip("192.0.2.99"))
    two = desk.take(report(note="another"), phone("+46701740605"), digest=2)
    found = routed(desk, two, one)
    assert found == routed(desk, one, two)
    assert found.numbers == (one, two)
    assert [each.whence.text for each in found.whereabouts[0].votes] == ["report 2: subjects[0].person.phones[0]"]
    assert [each.whence.number for each in found.whereabouts[0].left_out] == [one]


def test_many_reports_are_routed_each_by_itself_as_one_would_be(desk: RoutingDesk) -> None:
    numbers = [
        desk.take(report(note=str(place)), ip(f"192.0.2.{last}"), digest=place)
        for place, last in enumerate((7, 66, 99, 200), 1)
    ]
    with desk.store.read() as reader:
        found = routing.route_each(reader, desk.atlas, numbers, today=NOW.date(), stale_days=180)
    assert found == {each: routed(desk, each).whereabouts for each in numbers}


def test_an_address_alone_is_routed_without_any_report(desk: RoutingDesk) -> None:
    with desk.store.read() as reader:
        found = routing.route_address(reader, desk.atlas, "2001:db8::7", None, None, today=NOW.date(), stale_days=180)
    assert found.whereabouts[0].shares[0].country == "NL"
    assert found.numbers == ()


def test_an_old_file_counts_less(desk: RoutingDesk) -> None:
    number = desk.take(report(), ip("192.0.2.7"))
    with desk.store.read() as reader:
        fresh, old = (
            routing.route(reader, desk.atlas, [number], today=NOW.date(), stale_days=days) for days in (180, 30)
        )
    assert fresh.whereabouts[0].shares[0].weight > old.whereabouts[0].shares[0].weight
    assert "made 120 days from the event" in old.whereabouts[0].votes[0].told


def test_that_a_person_was_shown_it_is_recorded(desk: RoutingDesk) -> None:
    number = desk.take(report(), ip("192.0.2.7"))
    found = routing.route_shown(desk.store, desk.atlas, [number], actor="user:ada", clock=lambda: NOW, stale_days=180)
    assert found == routed(desk, number)
    with desk.store.read() as reader:
        (line,) = reader.audit_lines(AuditFilter(subject=f"intake:{number}"))
    assert line.event is not None
    assert (line.event.act, line.event.actor) == ("report.route", "user:ada")
    assert "192.0.2.7" not in str(line)


def test_a_document_that_cannot_be_read_is_routed_by_its_mentions(desk: RoutingDesk) -> None:
    number = desk.take(report(where="US"), phone("+46701740605"), document='{"incident": 7}', country="FI")
    votes = routed(desk, number).whereabouts[0].votes
    assert [(each.kind, set(each.countries)) for each in votes] == [
        (VoteKind.PHONE, {"SE"}),
        (VoteKind.DECLARED, {"FI"}),
    ]


def test_a_report_that_is_not_there_is_named(desk: RoutingDesk) -> None:
    with pytest.raises(NotFoundError, match="no report 77"):
        routed(desk, 77)
    with pytest.raises(InputError, match="1 to 2,000 reports"):
        routed(desk)


def test_without_any_file_the_answer_says_so(desk: RoutingDesk) -> None:
    bare = replace(desk, settings=replace(desk.settings, geography=replace(desk.settings.geography, files="")))
    found = routed(bare, desk.take(report(), ip("192.0.2.7")))
    assert found.whereabouts[0].unknown_because == "no file of addresses is here"
