"""A clearinghouse's queue for tests: a store, a clock moved by hand, reports taken in and linked as the test says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import methodcaller

import msgspec

from clew.ground.clock import Clock
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.shelf import load
from clew.parts.stores._triage import PlaceFilter
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.ordering import order_pending
from clew.pipelines.queue_desk import QueueDesk, open_queue_desk
from clew.records.identifiers import ClusterId, IntakeNumber, PlaceId, SenderId, UserId
from clew.records.intake import IntakeForm, IntakeReport, IntakeSender, IntakeState, SenderKind
from clew.records.linking import Statement
from clew.records.mention import Mention
from clew.records.report import Incident, IncidentType, Person, Report, Reporter
from clew.records.triage import Place
from clew.settings import Review, Settings, Triage
from tests.pipelines.filing_house import SetClock

ADA, BEN = UserId("ada"), UserId("ben")
FORMAT = load("formats", "cybertipline", ClearinghouseFormat)


@dataclass
class QueueHouse:
    store: Store
    clock: SetClock = field(default_factory=SetClock)
    linked: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        for name in ("S1", "S2", "S3"):
            sender = IntakeSender(
                id=SenderId(name), name=name, kind=SenderKind.PLATFORM, created_at=self.clock(), created_by="user:ada"
            )
            self.store.transact(methodcaller("put_sender", sender))
        self.desk = self.open()

    def open(self, **policy: object) -> QueueDesk:
        """The desk under other settings."""
        settings = Settings(triage=Triage(**policy), review=self.settings.review)  # type: ignore[arg-type]
        self.desk = open_queue_desk(settings, self.store, self._clock(), link=self._link)
        return self.desk

    def alone(self) -> None:
        """One person works here."""
        self.settings = Settings(review=Review(one_person=True))
        self.open()

    def take_in(self, report: Report | None = None, *mentions: Mention, sender: str = "S1", **particulars) -> int:
        """A report, acknowledged and pending; its number. Its cluster is what `linked` says; `moved` are others."""
        facts = report or Report(incident=_incident(self.clock), reporter=Reporter(person=Person()))
        intake = IntakeReport(
            **{
                "number": IntakeNumber(0),
                "sender_id": SenderId(sender),
                "form": IntakeForm.CYBERTIPLINE,
                "state": IntakeState.TAKEN_IN,
                "reference": "",
                "digest": self._digest(),
                "received_at": self.clock(),
                "document": msgspec.json.encode(FORMAT.write_stored(facts)).decode(),
                "incident_at": facts.incident.at,
                **particulars,
            }
        )

        def work(unit: UnitOfWork) -> int:
            number = unit.add_intake(intake).number
            unit.add_mentions([(number, each) for each in mentions])
            unit.put_pending([number])
            return int(number)

        return self.store.transact(work)

    def order(self) -> int:
        """All that wait are ordered."""
        done = 0
        while taken := order_pending(self.desk, "test"):
            done += taken
        return done

    def ordered(self, *args, **particulars) -> Place:
        """One report, taken in and ordered; the place it is worked in."""
        number = self.take_in(*args, **particulars)
        self.order()
        return self.place_of(number)

    def place(self, number: int) -> Place:
        with self.store.read() as reader:
            place = reader.find_place(PlaceId(number))
        assert place is not None, f"no place {number}"
        return place

    def place_of(self, number: int) -> Place:
        with self.store.read() as reader:
            report = reader.find_ordered(IntakeNumber(number))
        assert report is not None, f"report {number} is not ordered"
        return self.place(report.place_id)

    def waiting(self) -> list[int]:
        with self.store.read() as reader:
            return [int(place.id) for place in reader.places(PlaceFilter(limit=1000))]

    def _link(
        self, _unit: UnitOfWork, statements: Sequence[Statement], _at: datetime
    ) -> Mapping[IntakeNumber, ClusterId]:
        told = {each.number: ClusterId(self.linked.get(each.number, each.number)) for each in statements}
        return {**{IntakeNumber(number): ClusterId(to) for number, to in self.moved.items()}, **told}

    def _clock(self) -> Clock:
        return self.clock

    def _digest(self) -> bytes:
        self._digests = getattr(self, "_digests", 0) + 1
        return self._digests.to_bytes(32, "big")


def _incident(clock: SetClock) -> Incident:
    return Incident(type=IncidentType.MATERIAL, at=clock() - timedelta(hours=1))
