from dataclasses import replace

import pytest

from clew.records.mention import IdentifierKind
from clew.records.report import Incident, Location, Person, Report, ReportedSubject, Reporter
from clew.records.subject import Email, IpEvent
from clew.triage.completeness import completeness_of
from tests.triage.facts import AT, FILE, INTAKE, PLAIN, account, incident

EVENT = IpEvent(address="192.0.2.7", at=AT, port=4711)
WHOLE = replace(
    PLAIN,
    reporter=Reporter(person=Person(emails=(Email(address="desk@forum.example"),))),
    subjects=(ReportedSubject(ip_events=(EVENT,), location=Location(country="NL")),),
    files=(replace(FILE, viewed=True),),
)
NAMED = (replace(account("kim"), verified=True),)


def gaps(report: Report, mentions=NAMED, intake=INTAKE) -> tuple[int, list[str]]:
    found = completeness_of(report, intake, mentions)
    return found.figure, [gap.because for gap in found.gaps]


def test_a_whole_report_has_a_hundred_and_no_gap() -> None:
    assert gaps(WHOLE) == (100, [])


def test_an_empty_report_has_nothing_and_every_gap() -> None:
    empty = Report(incident=Incident(at=AT), reporter=Reporter(person=Person()))
    figure, because = gaps(empty, (), replace(INTAKE, incident_at=None))
    assert figure == 0
    assert len(because) == 7


@pytest.mark.parametrize(
    ("event", "figure"),
    [(replace(EVENT, port=None), 90), (replace(EVENT, port=None, address="2001:db8::1"), 100), (None, 75)],
)
def test_an_address_counts_by_what_it_can_lead_to(event: IpEvent | None, figure: int) -> None:
    subject = replace(WHOLE.subjects[0], ip_events=() if event is None else (event,))
    assert gaps(replace(WHOLE, subjects=(subject,)))[0] == figure


def test_the_costliest_gap_stands_first_and_each_says_what_it_costs() -> None:
    found = completeness_of(PLAIN, INTAKE, ())
    assert found.gaps[0].because == "nothing names the account"
    assert found.gaps[-1].because in {"no country", "nobody to ask"}
    assert all(gap.cost for gap in found.gaps)


def test_danger_does_not_make_a_report_complete() -> None:
    assert gaps(incident(urgent_because="now"), ()) == gaps(PLAIN, ())


def test_an_identifier_of_context_names_nobody() -> None:
    address = replace(account("kim"), kind=IdentifierKind.IP)
    assert "nothing names the account" in gaps(WHOLE, (address,))[1]
