"""An intake desk for tests: a store, a clock moved by hand, three senders, reports with own identifiers."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from operator import methodcaller

from clew.parts.stores.base import Store
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken, open_intake_desk
from clew.pipelines.taking_in import take_in, take_in_all
from clew.records.audit import AuditFilter
from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.intake import Arrival, IntakeForm, IntakeReport, IntakeSender, SenderKind
from clew.records.mention import Mention
from clew.records.report import Incident, IncidentType, Person, Report, ReportedSubject, Reporter
from clew.records.subject import Email, IpEvent
from clew.settings import Settings
from tests.pipelines.filing_house import SetClock

HARBOUR, PUBLIC = SenderId("harbour"), SenderId("public")
DELIVERY = Delivery(sender_id=HARBOUR, form=IntakeForm.FACTS, actor="command:test")


def facts_of(name: str, clock: SetClock, **changes) -> Report:
    """A report on the account of that name, seen at one address without its port."""
    subject = ReportedSubject(
        screen_name=name,
        person=Person(emails=(Email(address=f"{name}@example.org", verified=True),)),
        ip_events=(IpEvent(address="8.8.4.4", at=clock() - timedelta(hours=2)),),
    )
    incident = Incident(type=IncidentType.MATERIAL, at=clock() - timedelta(hours=1))
    made = Report(incident=incident, reporter=Reporter(person=Person()), subjects=(subject,))
    return replace(made, **changes)


def digest_of(what: str) -> bytes:
    return hashlib.sha256(what.encode()).digest()


@dataclass
class IntakeHouse:
    store: Store
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.put(HARBOUR, SenderKind.PLATFORM)
        self.put(SenderId("coast"), SenderKind.HOTLINE)
        self.put(PUBLIC, SenderKind.PUBLIC)

    @cached_property
    def desk(self) -> IntakeDesk:
        return open_intake_desk(Settings(), self.store, self.clock)

    def put(self, sender_id: SenderId, kind: SenderKind, **particulars) -> None:
        sender = IntakeSender(
            id=sender_id, name=sender_id.title(), kind=kind, created_at=self.clock(), created_by="test", **particulars
        )
        self.store.transact(methodcaller("put_sender", sender))

    def arrival(self, name: str = "mara", **changes) -> Arrival:
        report = changes.pop("report", None) or facts_of(name, self.clock)
        return Arrival(**{"report": report, "digest": digest_of(name), "reference": f"H-{name}", **changes})

    def take_in(self, name: str = "mara", sender: SenderId = HARBOUR, **changes) -> Taken:
        return take_in(self.desk, replace(DELIVERY, sender_id=sender), self.arrival(name, **changes))

    def take_in_all(self, *names: str) -> list[Taken]:
        return take_in_all(self.desk, DELIVERY, [self.arrival(name) for name in names])

    def find(self, number: int) -> IntakeReport:
        with self.store.read() as reader:
            found = reader.find_intake(IntakeNumber(number))
        assert found is not None
        return found

    def mentions(self, number: int) -> list[Mention]:
        with self.store.read() as reader:
            return reader.mentions_of([IntakeNumber(number)])[IntakeNumber(number)]

    def pending(self) -> list[int]:
        with self.store.read() as reader:
            return [int(each) for each in reader.pending(1000)]

    def questions(self, number: int) -> list[str]:
        with self.store.read() as reader:
            return sorted(each.path for each in reader.questions(number=IntakeNumber(number)))

    def acts(self) -> list[str]:
        with self.store.read() as reader:
            return [
                line.event.act
                for line in reversed(reader.audit_lines(AuditFilter(limit=500)))
                if line.event is not None
            ]

    def day(self, sender: SenderId = HARBOUR) -> tuple[int, int, int]:
        """What the sender sent today: reports, incomplete ones, repeated ones."""
        with self.store.read() as reader:
            (day,) = reader.sender_days(sender, 1)
        return day.reports, day.incomplete, day.repeated
