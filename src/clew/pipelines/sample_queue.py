"""The sample day of a clearinghouse: some sixty reports of invented accounts, taken in over a day and ordered.

Everything is invented: the senders, the accounts, their addresses (of the ranges kept for examples), the words.
They come by the same sentences as real ones.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from clew.pipelines.installation import Installation
from clew.pipelines.intake_desk import Delivery
from clew.pipelines.ordering import order_pending
from clew.pipelines.outcomes import record_outcome
from clew.pipelines.sample_cases import sample_reviewer
from clew.pipelines.senders import add_sender, built_in
from clew.pipelines.taking_in import take_in
from clew.pipelines.work_queue import claim, decide
from clew.records.identifiers import PlaceId, SenderId
from clew.records.intake import Arrival, IntakeForm, SenderKind
from clew.records.report import (
    BatchReason,
    Chat,
    Incident,
    IncidentType,
    Location,
    Person,
    QuotedMessage,
    Recipient,
    Report,
    ReportAnnotation,
    ReportedSubject,
    Reporter,
    Victim,
)
from clew.records.report_file import FileHash, ReportFile
from clew.records.review import FileAnnotation
from clew.records.subject import Device, Email, IpEvent, IpUse, Payment
from clew.records.worked import CloseReason, OutcomeKind, PlaceAct

_ACTOR = "system:sample"
_PLATFORMS = ("Harbour chat", "Lantern images", "Quarry games", "Meadow video")
_COUNTRIES = ("DE", "GB", "NL", "PL", "FR", "US", None, "CA")
_LANGUAGES = ("en", "de", None, "nl", "pl")
# How long ago each report came, spread over a day and a half so that some places wait for long.
_STEP = timedelta(minutes=37)
# Which of the reports of one file tell of more.
_ENTICING, _PAID = {4, 13, 22}, {3, 10, 17, 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One report of the sample: of whom, from which platform, and what it says."""

    name: str
    platform: int
    report: Report


def make_queue(installation: Installation) -> int:
    """The reports stand in the queue, a few of them decided or waiting for a second look; how many came."""
    at = installation.clock()
    senders = _senders(installation)
    told = list(_reports(at))
    for number, each in enumerate(told):
        arrived = at - _STEP * (len(told) - number)
        _take_in(installation, senders[each.platform], each, number, arrived)
        # In the hour in which they came, as the follower would have it.
        desk = replace(installation.queue_desk, clock=lambda arrived=arrived: arrived)  # type: ignore[misc]
        order_pending(desk, "sample")
    _work(installation)
    return len(told)


def _senders(installation: Installation) -> list[SenderId]:
    """The platforms of the sample, and the public form last."""
    store, clock = installation.store, installation.clock
    made = [add_sender(store, name, SenderKind.PLATFORM, actor=_ACTOR, clock=clock)[0].id for name in _PLATFORMS]
    return [*made, built_in(store, SenderKind.PUBLIC, clock=clock).id]


def _take_in(installation: Installation, sender: SenderId, told: _Told, number: int, arrived: datetime) -> None:
    desk = replace(installation.intake_desk, clock=lambda: arrived)
    public = told.platform == len(_PLATFORMS)
    form = IntakeForm.PUBLIC if public else IntakeForm.CYBERTIPLINE
    arrival = Arrival(
        report=told.report,
        digest=hashlib.sha256(f"sample {number}".encode()).digest(),
        reference=f"sample-{number:03}",
        language=_LANGUAGES[number % len(_LANGUAGES)],
    )
    take_in(desk, Delivery(sender_id=sender, form=form, actor=_ACTOR), arrival)


def _work(installation: Installation) -> None:
    """Two places are closed, of one something became known, and one that stands ahead waits for a second look."""
    desk, who = installation.queue_desk, sample_reviewer(installation)
    with desk.store.read() as reader:
        places = reader.places_by_id(PlaceId(0), 200)
    calm = [each for each in places if not each.overrides and each.reports == 1][:2]
    for place, reason in zip(calm, (CloseReason.VIRAL, CloseReason.NOT_ACTIONABLE), strict=False):
        held = claim(desk, place.id, who.id, actor=_ACTOR)
        decide(desk, place.id, held.token, who.id, PlaceAct.CLOSE, actor=_ACTOR, reason=reason, urgent=False)
    if calm:
        kind, at = OutcomeKind.NOT_ACTIONABLE, desk.clock()
        record_outcome(desk, calm[0].id, kind, actor=_ACTOR, at=at, reason="no-time", source="harbour unit")
    ahead = next((each for each in places if each.overrides), None)
    if ahead is not None:
        held = claim(desk, ahead.id, who.id, actor=_ACTOR)
        decide(desk, ahead.id, held.token, who.id, PlaceAct.DOWNGRADE, actor=_ACTOR, urgent=False)


# ---------------------------------------------------------------- what is told


def _reports(at: datetime) -> Iterator[_Told]:
    """All of them, the oldest first."""
    for number in range(18):
        yield _of_a_file(number, at)
    yield from _copies(at)
    for number in range(10):
        yield _thin(number, at)
    yield from _ahead(at)
    yield from _repeated(at)
    for number in range(18, 26):
        yield _of_a_file(number, at)
    yield _public(at)
    yield _urgent(at)


def _of_a_file(number: int, at: datetime) -> _Told:
    """A report of one file, more or less complete, of an account of its own."""
    name = f"account{number:02}"
    marks = (frozenset[FileAnnotation](), frozenset({FileAnnotation.VIRAL}), frozenset({FileAnnotation.GENERATIVE_AI}))
    file = replace(_file(name), annotations=marks[number % 3], viewed=number % 2 == 0, uploaded_at=_before(at, number))
    notes = (frozenset[ReportAnnotation](), frozenset({ReportAnnotation.INFORMATIONAL}))
    kinds = (IncidentType.MATERIAL, IncidentType.UNSOLICITED_MATERIAL, IncidentType.ENTICEMENT)
    incident = Incident(
        type=kinds[2] if number in _ENTICING else kinds[number % 2],
        at=_before(at, number),
        annotations=notes[number % 4 == 1],
    )
    report = replace(_of(name, incident, number, at), files=(file,))
    if number in _PAID:
        report = replace(
            report, payments=(Payment(method="gift card", at=incident.at, amount_minor=2_000, currency="EUR"),)
        )
    return _Told(name=name, platform=number % len(_PLATFORMS), report=report)


def _copies(at: datetime) -> Iterator[_Told]:
    """One file that twelve accounts passed on."""
    for number in range(12):
        name = f"passer{number:02}"
        incident = Incident(type=IncidentType.MATERIAL, at=_before(at, number))
        batch = BatchReason.VIRAL_MEME if number == 11 else None  # noqa: PLR2004
        report = replace(_of(name, incident, number, at), files=(_file("passed on"),), batch=batch)
        yield _Told(name=name, platform=1 + number % 2, report=report)


def _thin(number: int, at: datetime) -> _Told:
    """Hardly anything: an account and a day."""
    name = f"bare{number:02}"
    incident = Incident(type=IncidentType.MATERIAL, at=_before(at, number))
    subject = ReportedSubject(screen_name=name, service="chat")
    report = Report(incident=incident, reporter=Reporter(person=Person()), subjects=(subject,))
    return _Told(name=name, platform=number % len(_PLATFORMS), report=report)


def _ahead(at: datetime) -> Iterator[_Told]:
    """What stands ahead of every score, for one reason each."""
    child = Victim(person=Person(age=12), screen_name="sparrow", school="Harbour school")
    extorted = Incident(
        type=IncidentType.ENTICEMENT, at=_before(at, 2), annotations=frozenset({ReportAnnotation.SEXTORTION})
    )
    demand = Payment(method="gift card", at=extorted.at, amount_minor=20_000, currency="EUR", account="pay/4471")
    messages = (
        QuotedMessage(sender="quarry", text="You have until four o'clock to pay.", at=extorted.at, reported=True),
        QuotedMessage(sender="sparrow", text="I have no more money. Please stop.", at=extorted.at),
    )
    report = replace(_of("quarry", extorted, 1, at), victims=(child,), messages=messages, payments=(demand,))
    yield _Told(name="quarry", platform=0, report=report)
    stream = replace(_file("announced"), annotations=frozenset({FileAnnotation.LIVE_STREAMING}), viewed=True)
    incident = Incident(type=IncidentType.TRAFFICKING, at=_before(at, 5))
    yield _Told(name="juniper", platform=3, report=replace(_of("juniper", incident, 4, at), files=(stream,)))
    found = Incident(type=IncidentType.ENTICEMENT, at=_before(at, 8))
    named = replace(_of("lantern", found, 5, at), victims=(replace(child, screen_name="wren", school=None),))
    yield _Told(name="lantern", platform=2, report=named)


def _repeated(at: datetime) -> Iterator[_Told]:
    """One subject, reported by three platforms."""
    for number in range(3):
        incident = Incident(type=IncidentType.ENTICEMENT, at=_before(at, number))
        report = _of("kestrel", incident, 2, at)
        talk = Chat(client="Direct messages", room=f"room-{number}")
        others = tuple(Recipient(screen_name=f"friend{each}") for each in range(2))
        yield _Told(name="kestrel", platform=number, report=replace(report, details=(talk,), recipients=others))


def _public(at: datetime) -> _Told:
    incident = Incident(type=IncidentType.ENTICEMENT, at=_before(at, 1))
    text = "A coach of my team writes to my friend every night and wants to meet. See https://board.example/team."
    subject = ReportedSubject(screen_name="coach.meadow", service="chat")
    report = Report(incident=incident, reporter=Reporter(person=Person()), subjects=(subject,), additional_info=text)
    return _Told(name="coach.meadow", platform=len(_PLATFORMS), report=report)


def _urgent(at: datetime) -> _Told:
    because = "The child's message of this hour says that the person is on the way to the house."
    incident = Incident(type=IncidentType.ENTICEMENT, at=_before(at, 0), urgent_because=because)
    child = Victim(person=Person(age=11), screen_name="linnet")
    said = QuotedMessage(sender="linnet", text="He says he is here at four. I am alone.", at=incident.at, reported=True)
    report = replace(_of("harbour", incident, 0, at), victims=(child,), messages=(said,))
    return _Told(name="harbour", platform=0, report=report)


def _of(name: str, incident: Incident, number: int, at: datetime) -> Report:
    """A report on the account of that name, as complete as a good platform's."""
    country = _COUNTRIES[number % len(_COUNTRIES)]
    event = IpEvent(
        address=f"198.51.100.{10 + number}",
        use=IpUse.LOGIN,
        at=_before(at, number),
        port=None if number % 3 == 0 else 40_000 + number,
    )
    subject = ReportedSubject(
        identifier=f"id-{name}",
        screen_name=name,
        service="chat",
        person=Person(emails=(Email(address=f"{name}@post.example", verified=number % 2 == 0),)),
        ip_events=(event,),
        devices=(Device(kind="advertising id", value=_device(name)),),
        location=Location(country=country) if country else None,
    )
    return Report(incident=incident, reporter=Reporter(person=Person()), subjects=(subject,))


def _device(name: str) -> str:
    """An advertising id of the account, which it keeps on every platform."""
    return str(UUID(bytes=hashlib.sha256(f"device {name}".encode()).digest()[:16], version=4))


def _file(name: str) -> ReportFile:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return ReportFile(
        key=digest[:8], original_file_name=f"{name}.jpg", hashes=(FileHash(type="sha256", value=digest),), viewed=False
    )


def _before(at: datetime, number: int) -> datetime:
    return at - timedelta(hours=40 + number)
