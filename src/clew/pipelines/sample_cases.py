"""The sample day's cases: hits of synthetic accounts in review, two decided and reported, one cry for help.

Everything is invented: the accounts, their addresses (of the ranges that are kept for examples), the messages.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from clew.intake.receive import Found, hold
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.case_file import case_file
from clew.pipelines.drawing import SampleDay
from clew.pipelines.files import FileHasher, HashedFile
from clew.pipelines.filing import file_report
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.filing_work import work_once
from clew.pipelines.flags import Flag, flag
from clew.pipelines.installation import Installation
from clew.pipelines.keeping import keep
from clew.pipelines.people import add_user, disable_user
from clew.pipelines.report_forms import draft_case
from clew.pipelines.review import claim
from clew.pipelines.subjects import put_subject
from clew.pipelines.uploads import Content
from clew.pipelines.verdicts import VerdictGiven, record_verdict
from clew.records.case import FlagReason, Message, UploadFacts
from clew.records.filing import Filing
from clew.records.identifiers import CaseId, ContentId, HitId
from clew.records.match import Channel
from clew.records.people import Role, User
from clew.records.review import Decision, IndustryClass, JobState
from clew.records.signal import Hashed
from clew.records.subject import Device, Email, IpEvent, IpUse, Particulars, Payment

_ACTOR = "system:sample"
_REVIEWER = "sample reviewer"
# Each account, and which of the day's known uploads are its own. The first two are decided and reported.
_ACCOUNTS = (("kestrel", 2), ("lantern", 1), ("harbour", 3), ("juniper", 2), ("quarry", 1), ("meadow", 1))
_HELP = (
    ("quarry", "You have until four o'clock to pay."),
    ("sparrow", "I do not have that much. Please stop."),
    ("quarry", "Then I send it to everyone you know."),
    ("sparrow", "Please can somebody help me."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReceiver:
    """A clearinghouse that the sample files with: where it listens and as whom to come."""

    address: str
    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCases:
    """What stands afterwards: review jobs that wait, and how the two filings ended."""

    waiting: int
    filed: Filing
    failed: Filing


def make_cases(installation: Installation, hasher: FileHasher, day: SampleDay, receiver: SampleReceiver) -> SampleCases:
    """Cases of the day stand in every state: waiting, filed with its receipt and preserved, failed with its alert."""
    ours = replace(installation.settings.reporting, first_name="Sample", last_name="Desk", email="desk@example.org")
    ours = replace(ours, company="Sample platform (invented)", clearinghouse="cybertipline", filing=True)
    hits = _screen(installation, hasher, day)
    _cry_for_help(installation)
    reviewer = sample_reviewer(installation)
    decided = [_decide(installation, reviewer, hits[reference]) for reference, _ in _ACCOUNTS[:2]]
    filings = []
    for case_id, password in zip(decided, (receiver.password, "not the password"), strict=True):
        access = replace(ours, test_url=receiver.address, test_user=receiver.user, test_password=password)
        settings = replace(installation.settings, reporting=access)
        filings.append(_file(replace(installation.filing_desk, settings=settings), case_id))
    with installation.store.read() as reader:
        waiting = reader.count_jobs(JobFilter(state=JobState.WAITING))
    return SampleCases(waiting=waiting, filed=filings[0], failed=filings[1])


# ---------------------------------------------------------------- the accounts' uploads


def _screen(installation: Installation, hasher: FileHasher, day: SampleDay) -> dict[str, list[HitId]]:
    """The hits of each account; their bytes are sealed."""
    # Of what the lists know: the untouched copy of each listed picture, which a person decides unopened.
    paths = sorted(day.uploads.glob("*same-bytes*"))
    hashed = hasher.stream([Found(os.fsencode(each), named=True) for each in paths], tuple(installation.signals))
    known = iter([each for each in hashed if _is_known(installation, each)])
    hits: dict[str, list[HitId]] = {}
    for number, (reference, count) in enumerate(_ACCOUNTS):
        put_subject(installation.review_desk, reference, _particulars(installation, number, reference), actor=_ACTOR)
        hits[reference] = [_upload(installation, each, reference, number) for each in islice(known, count)]
    return hits


def _is_known(installation: Installation, file: HashedFile) -> bool:
    found = installation.screener.look_up([file.hashed.signals], limit=1)
    return bool(found[0][1])


def _upload(installation: Installation, file: HashedFile, reference: str, number: int) -> HitId:
    path = Path(os.fsdecode(file.path))
    at = installation.clock() - timedelta(hours=2, minutes=7 * number)
    facts = UploadFacts(
        subject=reference,
        file_name=path.name,
        uploaded_at=at,
        url=f"https://platform.example/{reference}/{path.stem}",
        publicly_available=number % 2 == 0,
        ip_event=IpEvent(address=f"192.0.2.{20 + number}", use=IpUse.UPLOAD, at=at, port=40_000 + number),
    )
    content = Content(
        signals=file.hashed.signals,
        unhashable=file.hashed.unhashable,
        reference=f"upload/{reference}/{path.stem}",
        size_bytes=file.hashed.size_bytes,
        media_type=file.hashed.media_type,
        facts=facts,
    )
    answers, durable = installation.screener.screen([content], channel=Channel.UPLOAD)
    durable.result()
    hit_id = answers[0].screening.hit_id
    assert hit_id is not None, "a known file of the sample did not match its list"
    _seal(installation, hit_id, path, file.hashed)
    return hit_id


def _seal(installation: Installation, hit_id: HitId, path: Path, hashed: Hashed) -> None:
    descriptor = hold(path.read_bytes())
    try:
        desk = installation.review_desk
        keep(desk, hit_id, descriptor, size_bytes=hashed.size_bytes, media_type=hashed.media_type)
    finally:
        os.close(descriptor)


def _particulars(installation: Installation, number: int, reference: str) -> Particulars:
    at = installation.clock() - timedelta(days=40 - number)
    return Particulars(
        service="Sample platform",
        screen_name=reference,
        display_names=(reference.title(),),
        emails=(Email(address=f"{reference}@example.org", verified=number % 2 == 0),),
        born_on=date(1980 + number, 3, 1) if number % 3 else None,
        ip_events=(
            IpEvent(address=f"198.51.100.{10 + number}", use=IpUse.REGISTRATION, at=at, port=50_000 + number),
            IpEvent(address=f"203.0.113.{30 + number}", use=IpUse.LOGIN, at=at + timedelta(days=20)),
        ),
        devices=(Device(kind="advertising id", value=f"00000000-0000-4000-8000-{number:012}"),),
        registered_at=at,
    )


# ---------------------------------------------------------------- a child asks for help


def _cry_for_help(installation: Installation) -> None:
    """Messages of an account that extorts and of one that is extorted, which stands on the safeguarding track."""
    at = installation.clock() - timedelta(minutes=25)
    desk = installation.review_desk
    before = _particulars(installation, 4, "quarry")
    demand = Payment(method="gift card", at=at, amount_minor=20_000, currency="EUR")
    put_subject(desk, "quarry", replace(before, payments=(demand,)), actor=_ACTOR)
    thread = Flag(
        subject="quarry",
        reason=FlagReason.EXTORTION,
        reference="thread/7741",
        messages=tuple(_message(place, author, text, at) for place, (author, text) in enumerate(_HELP)),
    )
    flag(desk, thread, actor=_ACTOR)
    own = Flag(subject="sparrow", reason=FlagReason.EXTORTION, reference="help/12", safeguarding=True)
    flag(desk, replace(own, messages=(_message(0, *_HELP[-1], at),)), actor=_ACTOR)


def _message(place: int, author: str, text: str, at: datetime) -> Message:
    sent = IpEvent(address="203.0.113.34", use=IpUse.OTHER, at=at) if author == "quarry" else None
    return Message(
        content_id=ContentId(""),
        place=place,
        author=author,
        at=at + timedelta(minutes=place),
        text=text,
        ip_event=sent,
        context=place == 0,
    )


# ---------------------------------------------------------------- decided and filed


def sample_reviewer(installation: Installation) -> User:
    """An invented reviewer, who can never sign in."""
    store, clock = installation.store, installation.clock
    with store.read() as reader:
        there = reader.find_user(_REVIEWER)
    if there is not None:
        return there
    roles, briefly = (Role.REVIEWER, Role.SENIOR_REVIEWER), timedelta(minutes=1)
    made, _ = add_user(store, _REVIEWER, roles, setup_for=briefly, actor=_ACTOR, clock=clock)
    disable_user(store, made.id, actor=_ACTOR, clock=clock)
    return made


def _decide(installation: Installation, who: User, hits: Sequence[HitId]) -> CaseId:
    """Every content of the case of those hits is the listed picture, decided unopened."""
    desk = installation.review_desk
    with installation.store.read() as reader:
        content = reader.find_content_of_hit(hits[0])
        assert content is not None
        case = case_file(reader, content.case_id)
    lease = claim(desk, who, case.job.id).lease
    assert lease is not None
    for each in case.contents:
        given = VerdictGiven(content_id=each.id, decision=Decision.SAME_AS_LISTED, industry_class=IndustryClass.B2)
        record_verdict(desk, who, lease, given)
    return content.case_id


def _file(desk: FilingDesk, case_id: CaseId) -> Filing:
    """The report of the case was ordered, and tried once."""

    def order(unit: UnitOfWork) -> Filing:
        facts = draft_case(unit, case_id, desk.settings.reporting).facts
        return file_report(unit, desk, case_id, facts, actor=_ACTOR)

    filing = desk.store.transact(order)
    while work_once(desk, _ACTOR):
        pass
    with desk.store.read() as reader:
        return reader.get_filing(filing.id)
