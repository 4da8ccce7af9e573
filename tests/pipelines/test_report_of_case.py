"""The draft of a case: what the store holds stands in it, the ledger's word and the numbers of earlier reports too."""

import hashlib
from datetime import timedelta

import pytest

from clew.parts.stores.base import UnitOfWork
from clew.pipelines import serving, views
from clew.pipelines.report_forms import CaseDraft, compose_report, draft_case, report_format
from clew.pipelines.subjects import put_subject
from clew.pipelines.views import Asked
from clew.records.case import Content, FlagReason
from clew.records.filing import Filing, FilingState, StoredReport
from clew.records.identifiers import CaseId, FilingId, ReportId
from clew.records.report import IncidentType, ReportAnnotation
from clew.records.review import Decision
from clew.records.subject import EstimatedLocation, IpEvent, Particulars
from clew.records.viewing import Filter
from clew.settings import Reporting
from tests.pipelines.review_house import MORNING, House, thread
from tests.review.review_records import ADA

WHO = Reporting(email="desk@example.org", company="Fjord")


def decided(house: House, *contents: Content) -> None:
    lease = house.lease(ADA, contents[0])
    for content in contents:
        house.decide(ADA, lease, content.id, Decision.SAME_AS_LISTED)


def drafted(house: House, case_id: CaseId) -> CaseDraft:
    with house.store.read() as reader:
        return draft_case(reader, case_id, WHO)


def test_a_case_becomes_a_valid_report_with_what_the_ledger_says(any_house: House) -> None:
    seen, unseen = any_house.sealed_hit(1), any_house.sealed_hit(2)
    lease = any_house.lease(ADA, seen)
    asked = Asked(content_id=seen.id, filter=Filter.FULL)
    view = views.request_view(any_house.desk, ADA, lease, asked, proved_at=any_house.clock.now)
    begun = serving.begin_serving(any_house.desk, ADA, lease.job_id, view.event.id)
    arrived = b"".join(serving.stream_whole(any_house.desk, begun))
    proof = hashlib.sha256(view.event.id.encode() + arrived).digest()
    serving.confirm_view(any_house.desk, ADA, view.event.id, proof=proof)
    for content in (seen, unseen):
        any_house.decide(ADA, lease, content.id, Decision.SAME_AS_LISTED)
    draft = drafted(any_house, seen.case_id)
    composed = compose_report(draft.facts, draft.statements, at=any_house.clock() + timedelta(hours=1))
    assert composed.faults == ()
    files = {file.key: file for file in composed.report.files}
    assert {key: (file.viewed, file.exif_viewed) for key, file in files.items()} == {
        seen.id: (True, False),
        unseen.id: (False, False),
    }
    assert "Viewing: A person of this service viewed the entire file" in files[seen.id].additional_info[0]
    assert "Viewing: No person of this service viewed this file." in files[unseen.id].additional_info[0]
    assert files[seen.id].hashes[0].type == "SHA256"


def test_a_saved_form_of_a_case_says_nothing_of_viewing(any_house: House) -> None:
    content = any_house.sealed_hit(1)
    decided(any_house, content)
    draft = drafted(any_house, content.case_id)
    form = report_format().write_facts(draft.facts)
    assert "viewed" not in repr(form)
    assert report_format().read_facts(form) == draft.facts


def test_what_the_platform_says_of_an_account_stands_in_the_draft(any_house: House) -> None:
    content = any_house.hit(1)
    known = Particulars(
        service="Fjord Photos",
        screen_name="heron",
        ip_events=(IpEvent(address="192.0.2.1", port=5, at=MORNING),),
        location=EstimatedLocation(country="NO"),
    )
    put_subject(any_house.desk, "account-7", known, actor="key:test")
    decided(any_house, content)
    facts = drafted(any_house, content.case_id).facts
    assert (facts.subjects[0].identifier, facts.subjects[0].screen_name) == ("account-7", "heron")
    assert facts.incident.platform == "Fjord Photos"
    assert facts.files == ()  # its bytes are not held: told in words
    assert facts.further[0].label == "A further reported file"


def test_a_text_only_case_becomes_a_report_with_its_messages(any_house: House) -> None:
    flagged = any_house.flag(FlagReason.EXTORTION, messages=thread("a demand", "an answer"))
    lease = any_house.lease(ADA, flagged.content)
    any_house.decide(ADA, lease, flagged.content.id, Decision.SAME_AS_LISTED)
    draft = drafted(any_house, flagged.case.id)
    assert draft.facts.incident.type is IncidentType.ENTICEMENT
    assert draft.facts.incident.annotations == {ReportAnnotation.SEXTORTION}
    composed = compose_report(draft.facts, draft.statements, at=any_house.clock() + timedelta(hours=1))
    assert composed.faults == ()
    assert composed.report.files == ()
    assert b"account-0 [reported]: a demand\n" in composed.xml
    assert b"account-1: an answer" in composed.xml


@pytest.mark.parametrize(
    ("state", "clearinghouse", "number", "prior", "told"),
    [
        (FilingState.FILED, "cybertipline", "90114207", (90_114_207,), []),
        (FilingState.FILED_BY_HAND, "cybertipline", "90114207", (), ["90114207 (cybertipline)"]),
        (FilingState.FILED, "folder", "A-17", (), ["A-17 (folder)"]),
        (FilingState.FAILED, "cybertipline", "90114207", (), []),
        (FilingState.WITHDRAWN, "cybertipline", None, (), []),
    ],
)
def test_earlier_reports_on_the_subject_are_named(
    any_house: House,
    state: FilingState,
    clearinghouse: str,
    number: str | None,
    prior: tuple[int, ...],
    told: list[str],
) -> None:
    content = any_house.sealed_hit(1)
    decided(any_house, content)
    report = StoredReport(
        id=ReportId("report"),
        case_id=content.case_id,
        format="cybertipline",
        facts={},
        digest=b"\0" * 32,
        created_at=MORNING,
        created_by="user:ada",
    )
    filing = Filing(
        id=FilingId("filing"),
        report_id=report.id,
        case_id=content.case_id,
        part=0,
        clearinghouse=clearinghouse,
        environment="test",
        profile="2025-06",
        state=state,
        number=number,
        created_at=MORNING,
        created_by="user:ada",
    )

    def work(unit: UnitOfWork) -> None:
        unit.add_report(report)
        unit.add_filing(filing)

    any_house.store.transact(work)
    facts = drafted(any_house, content.case_id).facts
    assert facts.subjects[0].prior_reports == prior
    assert [each.text for each in facts.further if each.label == "Earlier report"] == told
