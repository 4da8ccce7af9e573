"""From a case to facts: each thing in its field, the rest labelled, nothing decided that is a person's to decide."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clew.records.case import (
    Case,
    CaseState,
    Content,
    ContentKind,
    FlagReason,
    Message,
    NotHeld,
    Origin,
    Provenance,
    ReportRoute,
)
from clew.records.identifiers import CaseId, ContentId, JobId, ObjectId, SignalType, SubjectId, UserId, VerdictId
from clew.records.report import Chat, IncidentType, Person, ReportAnnotation, Reporter, WebPage
from clew.records.review import Decision, FileAnnotation, IndustryClass, Verdict, VerdictStanding
from clew.records.signal import Signal
from clew.records.subject import (
    Device,
    Disabled,
    Email,
    EstimatedLocation,
    IpEvent,
    IpUse,
    LinkedAccount,
    Particulars,
    Payment,
    Phone,
    PostalAddress,
    Subject,
)
from clew.reporting.draft import CaseFacts, Reportable, draft

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CASE = Case(id=CaseId("case"), subject_id=SubjectId("subject"), state=CaseState.OPEN, origin=Origin.HIT, opened_at=AT)
CONTENT = Content(
    id=ContentId("content"),
    case_id=CASE.id,
    kind=ContentKind.FILE,
    origin=Origin.HIT,
    added_at=AT,
    reference="upload-1",
    signals=(
        Signal(type=SignalType("md5"), value=b"\x01" * 16),
        Signal(type=SignalType("blockmean"), value=b"\x02" * 4),
    ),
    size_bytes=4711,
    media_type="image/jpeg",
    file_name="lighthouse.jpg",
    uploaded_at=AT - timedelta(hours=2),
    url="https://example.org/1",
    publicly_available=True,
    ip_event=IpEvent(address="192.0.2.1", port=5),
    device=Device(kind="IMEI", value="9"),
    object_id=ObjectId("0" * 64),
)
VERDICT = Verdict(
    id=VerdictId("v"),
    job_id=JobId("j"),
    case_id=CASE.id,
    content_id=CONTENT.id,
    by=UserId("u"),
    at=AT,
    decision=Decision.NOT_LISTED,
    standing=VerdictStanding.FINAL,
    industry_class=IndustryClass.B2,
    annotations=(FileAnnotation.VIRAL,),
)
PARTICULARS = Particulars(
    service="Fjord Photos",
    screen_name="heron",
    first_name="Heron",
    emails=(Email(address="heron@example.org"),),
    phones=(Phone(number="22 33", calling_code="+47", kind="mobile"),),
    addresses=(PostalAddress(region="OR", country="US", kind="home"), PostalAddress(region="Vestland", country="NO")),
    location=EstimatedLocation(country="NO"),
    payments=(Payment(method="card"),),
    linked=(LinkedAccount(kind="parent-guardian", reference="7F-2", profile_url="https://example.org/2"),),
    group="Rowers",
    registered_at=AT,
    disabled=Disabled(permanently=True, at=AT, user_told=False),
)
SUBJECT = Subject(
    id=SubjectId("subject"),
    reference="7F-1",
    particulars=PARTICULARS,
    safeguarding=False,
    created_at=AT,
    changed_at=AT,
)
FACTS = CaseFacts(
    case=CASE,
    subject=SUBJECT,
    reportables=(Reportable(content=CONTENT, verdict=VERDICT),),
    reporter=Reporter(person=Person()),
    platform="Fjord",
    prior_reports=(90_114_207,),
)


def thread(**changes: object) -> Reportable:
    content = replace(
        CONTENT, id=ContentId("thread"), kind=ContentKind.THREAD, object_id=None, url=None, uploaded_at=None
    )
    message = Message(content_id=content.id, place=0, author="7F-1", at=AT, text="a demand", recipient="7F-9")
    around = Message(content_id=content.id, place=1, author=None, at=None, text="an answer", context=True)
    return Reportable(content=replace(content, **changes), verdict=VERDICT, messages=(message, around))  # type: ignore[arg-type]


def test_an_account_stands_in_its_fields() -> None:
    [subject] = draft(FACTS).subjects
    assert (subject.identifier, subject.service, subject.screen_name) == ("7F-1", "Fjord Photos", "heron")
    assert subject.person is not None
    assert [(each.state, each.region) for each in subject.person.addresses] == [("OR", None), (None, "Vestland")]
    assert subject.permanently_closed is not None
    assert (subject.permanently_closed.closed, subject.permanently_closed.notified) == (True, False)
    assert subject.associated[0].tie.value == "guardian"
    assert (subject.group_identifier, subject.prior_reports) == ("Rowers", (90_114_207,))
    assert [each.label for each in subject.further] == ["Account registered at"]


def test_a_child_on_the_safeguarding_track_is_never_a_subject() -> None:
    for facts in (
        replace(FACTS, subject=replace(SUBJECT, safeguarding=True)),
        replace(FACTS, case=replace(CASE, safeguarding=True)),
    ):
        report = draft(facts)
        assert report.subjects == ()
        assert [each.identifier for each in report.victims] == ["7F-1"]
        assert {each.label: each.text for each in report.victims[0].further}["Group of the account"] == "Rowers"


def test_a_file_stands_with_its_hashes_verdict_and_source() -> None:
    [file] = draft(FACTS).files
    assert (file.key, file.reference, file.original_file_name) == ("content", "upload-1", "lighthouse.jpg")
    assert [(each.type, each.value) for each in file.hashes] == [("MD5", "01" * 16), ("BLOCKMEAN", "02" * 4)]
    assert (file.industry_class, file.annotations) == (IndustryClass.B2, frozenset({FileAnnotation.VIRAL}))
    seen = Device(kind="IMEI", value="9", use=IpUse.UPLOAD, at=CONTENT.uploaded_at)
    assert (file.ip_event, file.devices) == (UPLOAD, (seen,))
    assert {each.label: each.text for each in file.further} == {"Size in bytes": "4711", "Media type": "image/jpeg"}
    assert (file.viewed, file.exif_viewed) == (None, None)


def test_a_file_whose_bytes_are_not_held_is_told_in_words() -> None:
    content = replace(CONTENT, object_id=None, not_held=NotHeld.HASHES_ONLY)
    report = draft(replace(FACTS, reportables=(Reportable(content=content, verdict=VERDICT),)))
    assert report.files == ()
    told = report.further[0].text
    for part in (
        "the platform sent hashes",
        "MD5 0101",
        "upload-1",
        "lighthouse.jpg",
        "192.0.2.1 port 5",
        "4711 bytes",
    ):
        assert part in told


def test_a_text_only_case_needs_no_file() -> None:
    report = draft(replace(FACTS, reportables=(thread(),)))
    assert report.files == ()
    assert [(each.sender, each.reported) for each in report.messages] == [
        ("7F-1 to 7F-9", True),
        ("an account that is not held", False),
    ]
    assert isinstance(report.details[0], Chat)
    assert report.details[0].further[0].text == "upload-1"


def test_where_nobody_said_of_which_kind_the_words_are_the_type_stays_open() -> None:
    words = thread(flagged_as=None)
    plain = replace(words, verdict=replace(VERDICT, industry_class=None, annotations=()))
    for reason in (None, FlagReason.OTHER, FlagReason.LIVE_DANGER):
        flagged = replace(plain, content=replace(plain.content, flagged_as=reason))
        assert draft(replace(FACTS, reportables=(flagged,))).incident.type is None


def test_words_that_a_flag_or_a_verdict_calls_abuse_material_are_reported_as_that() -> None:
    flagged = thread(flagged_as=FlagReason.ABUSE_MATERIAL)
    plain = replace(flagged, verdict=replace(VERDICT, industry_class=None, annotations=()))
    for each in (plain, thread(flagged_as=FlagReason.OTHER)):
        assert draft(replace(FACTS, reportables=(each,))).incident.type is IncidentType.MATERIAL


def test_an_account_that_was_flagged_without_words_is_given_no_chat() -> None:
    flagged = replace(thread(flagged_as=FlagReason.ENTICEMENT), messages=())
    report = draft(replace(FACTS, reportables=(flagged,)))
    assert report.details == ()
    assert [(each.label, each.text) for each in report.further] == [("Flagged at the platform", "upload-1")]


def test_an_address_makes_a_web_page_incident() -> None:
    assert draft(FACTS).details == (WebPage(urls=("https://example.org/1",)),)


@pytest.mark.parametrize(
    ("flag", "kind", "extorted"),
    [
        (None, IncidentType.MATERIAL, False),
        (FlagReason.ABUSE_MATERIAL, IncidentType.MATERIAL, False),
        (FlagReason.EXTORTION, IncidentType.ENTICEMENT, True),
        (FlagReason.ENTICEMENT, IncidentType.ENTICEMENT, False),
        (FlagReason.TRAFFICKING, IncidentType.TRAFFICKING, False),
    ],
)
def test_a_flag_outranks_the_kind_of_content(flag: FlagReason | None, kind: IncidentType, extorted: bool) -> None:
    flagged = Reportable(content=replace(CONTENT, flagged_as=flag), verdict=VERDICT)
    incident = draft(replace(FACTS, reportables=(flagged,))).incident
    assert (incident.type, ReportAnnotation.SEXTORTION in incident.annotations) == (kind, extorted)


def test_the_incidents_time_is_the_earliest_held_and_says_whose_it_is() -> None:
    incident = draft(replace(FACTS, reportables=(*FACTS.reportables, thread()))).incident
    assert (incident.at, incident.at_described) == (AT - timedelta(hours=2), "upload of the first reported file")
    bare = Reportable(content=replace(CONTENT, uploaded_at=None), verdict=VERDICT)
    incident = draft(replace(FACTS, reportables=(bare,))).incident
    assert incident.at == CASE.opened_at
    assert incident.at_described is not None
    assert "no time of an upload" in incident.at_described


def test_the_informational_route_is_marked_and_its_reason_told() -> None:
    case = replace(CASE, route=ReportRoute.INFORMATIONAL, informational_because="training data")
    report = draft(replace(FACTS, case=case))
    assert ReportAnnotation.INFORMATIONAL in report.incident.annotations
    assert report.further[-1].text == "training data"


def test_a_generated_file_bears_its_provenance() -> None:
    made = Provenance(generated=True, model="m", prompt="p", upload_source="training-data")
    [file] = draft(
        replace(FACTS, reportables=(Reportable(content=replace(CONTENT, provenance=made), verdict=VERDICT),))
    ).files
    assert file.ai_provenance is not None
    assert (file.ai_provenance.model, file.ai_provenance.by_user) == ("m", False)


LOGIN = IpEvent(address="198.51.100.7", use=IpUse.LOGIN, port=9, at=AT - timedelta(days=1))
UPLOAD = IpEvent(address="192.0.2.1", use=IpUse.UPLOAD, port=5, at=AT - timedelta(hours=2))


def test_the_addresses_of_uploads_and_of_the_account_s_own_messages_stand_on_the_account() -> None:
    known = replace(FACTS, subject=replace(SUBJECT, particulars=replace(PARTICULARS, ip_events=(LOGIN,))))
    said = Message(
        content_id=ContentId("thread"),
        place=0,
        author="7F-1",
        at=AT,
        text="a demand",
        ip_event=IpEvent(address="203.0.113.4", port=77),
    )
    answer = replace(said, place=1, author="7F-9", ip_event=IpEvent(address="203.0.113.99", port=1))
    talk = replace(thread(ip_event=None, device=None), messages=(said, answer))
    [subject] = draft(replace(known, reportables=(*known.reportables, talk))).subjects
    at_message = IpEvent(address="203.0.113.4", use=IpUse.OTHER, port=77, at=AT)
    assert subject.ip_events == (LOGIN, UPLOAD, at_message)


def test_an_address_that_the_account_record_has_already_is_not_told_twice() -> None:
    both = replace(PARTICULARS, ip_events=(UPLOAD, LOGIN))
    [subject] = draft(replace(FACTS, subject=replace(SUBJECT, particulars=both))).subjects
    assert subject.ip_events == (UPLOAD, LOGIN)


def test_the_device_of_an_upload_stands_on_the_account_with_its_time() -> None:
    [subject] = draft(FACTS).subjects
    assert subject.devices == (Device(kind="IMEI", value="9", use=IpUse.UPLOAD, at=AT - timedelta(hours=2)),)
    known = replace(PARTICULARS, devices=(Device(kind="IMEI", value="9"),))
    [again] = draft(replace(FACTS, subject=replace(SUBJECT, particulars=known))).subjects
    assert [each.value for each in again.devices] == ["9"]


def test_the_addresses_of_an_extorted_child_s_uploads_stand_with_the_child() -> None:
    [child] = draft(replace(FACTS, case=replace(CASE, safeguarding=True))).victims
    assert child.ip_events == (UPLOAD,)
