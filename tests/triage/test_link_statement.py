"""What linking takes of a report: the subject's, nobody else's, and nothing that stands for nobody."""

from datetime import UTC, date, datetime

import pytest

from clew.records.identifiers import IntakeNumber
from clew.records.linking import StatedAddress, StatedValue
from clew.records.mention import IdentifierKind, Part
from clew.records.report import (
    AccountTie,
    AssociatedAccount,
    Incident,
    Person,
    Report,
    ReportedSubject,
    Reporter,
)
from clew.triage.link_statement import folded, statement_of
from tests.parts.stores.intake_records import intake_of, mention_of
from tests.parts.stores.store_records import NOON

EMAIL = mention_of(IdentifierKind.EMAIL, "kim@host.org")
USED = datetime(2026, 1, 1, 9, tzinfo=UTC)


def report_of(*subjects: ReportedSubject) -> Report:
    return Report(incident=Incident(at=NOON), reporter=Reporter(person=Person()), subjects=subjects)


def stated(*mentions, report: Report | None = None):
    return statement_of(intake_of("a", number=IntakeNumber(7)), report or report_of(ReportedSubject()), mentions)


def test_an_identifier_is_stated_once_and_verified_when_any_mention_is():
    sure = mention_of(IdentifierKind.EMAIL, EMAIL.value, verified=True)
    assert stated(EMAIL, sure).values == (StatedValue(kind=IdentifierKind.EMAIL, value=EMAIL.value, verified=True),)


@pytest.mark.parametrize("part", [part for part in Part if part is not Part.SUBJECT])
def test_what_is_not_the_subjects_is_not_stated(part: Part):
    address = mention_of(IdentifierKind.IP, "192.0.2.7", at=USED, part=part)
    statement = stated(mention_of(IdentifierKind.EMAIL, EMAIL.value, part=part), address)
    assert (statement.values, statement.addresses) == ((), ())


def test_what_stands_for_nobody_and_what_names_nobody_is_left_out():
    filler = mention_of(IdentifierKind.EMAIL, "test@test.com")
    group = mention_of(IdentifierKind.GROUP, "telegram:climbers")
    assert stated(filler, group).values == ()


def test_an_address_counts_by_its_latest_use_and_not_without_a_time():
    at = [mention_of(IdentifierKind.IP, "8.8.4.4", at=moment) for moment in (USED, NOON, None)]
    untimed = mention_of(IdentifierKind.IP, "8.8.8.8")
    assert stated(*at, untimed).addresses == (StatedAddress(ip="8.8.4.4", at_s=int(NOON.timestamp())),)


def test_births_and_names_are_the_subjects_and_those_of_its_further_accounts():
    further = AssociatedAccount(
        tie=AccountTie.LINKED, first_name="Kim", middle_name="Ada", last_name="Roe", birth_date=date(1980, 1, 3)
    )
    person = Person(first_name="Kim", last_name="Roe", birth_date=date(1980, 1, 2))
    statement = stated(report=report_of(ReportedSubject(person=person, associated=(further,))))
    assert statement.births == (date(1980, 1, 2).toordinal(), date(1980, 1, 3).toordinal())
    assert statement.names == (("ada", "kim", "roe"), ("kim", "roe"))
    assert not statement.several


def test_several_subjects_are_said_to_be_several():
    assert stated(EMAIL, report=report_of(ReportedSubject(), ReportedSubject())).several


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("José", "GARCÍA"), ("jose garcia", None)),
        (("Straße", None), ("STRASSE", None)),
        (("Ада", "Иванова"), ("иванова ада", None)),
        (("علي", "حَسَن"), ("حسن", "علي")),
        (("\uff2b\uff49\uff4d", "O'Roe"), ("roe-kim", "o")),
        (("किरण", None), ("किरण.", None)),
    ],
)
def test_names_are_compared_without_case_marks_or_order_in_every_script(one, other):
    assert folded(*one) == folded(*other) != ()


def test_a_word_of_a_script_with_signs_for_vowels_stays_one_word():
    assert len(folded("किरण")) == 1


def test_no_letters_are_no_name():
    assert folded("1234", "...") == folded(None, None) == ()
