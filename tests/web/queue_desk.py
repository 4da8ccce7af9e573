"""A clearinghouse's queue behind a service for tests: reports taken in by the test, ordered into places."""

from dataclasses import dataclass

from clew.parts.stores._triage import PlaceFilter
from clew.pipelines.ordering import order_pending
from clew.pipelines.queue_desk import QueueDesk
from clew.records.identifiers import PlaceId
from clew.records.people import Role, User
from clew.records.report import Incident, IncidentType, Person, Report, ReportedSubject, Reporter
from clew.records.subject import Email
from clew.records.triage import Place, PlaceState
from tests.pipelines.queue_house import QueueHouse
from tests.web.web_desk import SAME_SITE, WebDesk

WORDS = "He wrote https://board.example/room?a=1 and asked for more."


def report(
    desk: WebDesk, name: str = "mara", *, urgent: str = "", kind: IncidentType = IncidentType.MATERIAL
) -> Report:
    """A report on the account of that name."""
    incident = Incident(type=kind, at=desk.clock(), urgent_because=urgent or None)
    subject = ReportedSubject(screen_name=name, person=Person(emails=(Email(address=f"{name}@example.org"),)))
    return Report(incident=incident, reporter=Reporter(person=Person()), subjects=(subject,), additional_info=WORDS)


@dataclass
class QueueSite:
    """The service with its queue."""

    web: WebDesk
    house: QueueHouse

    @property
    def desk(self) -> QueueDesk:
        return self.web.installation.queue_desk

    def take_in(self, *names: str, urgent: str = "") -> list[int]:
        """Reports of accounts of those names, each in a place of its own; the places."""
        taken = [self.house.take_in(report(self.web, name, urgent=urgent)) for name in names]
        while order_pending(self.desk, "test"):
            pass
        return taken

    def place(self, number: int) -> Place:
        with self.web.installation.store.read() as reader:
            place = reader.find_place(PlaceId(number))
        assert place is not None
        return place

    def waiting(self) -> list[int]:
        with self.web.installation.store.read() as reader:
            wanted = PlaceFilter(states=frozenset({PlaceState.WAITING}), limit=1000)
            return [int(each.id) for each in reader.places(wanted)]

    def post(self, path: str, **fields: object):
        return self.web.call("POST", path, data={name: str(value) for name, value in fields.items()}, headers=SAME_SITE)

    def sign_in(self, *roles: Role) -> User:
        return self.web.sign_in(*(roles or (Role.REVIEWER,)))

    def hold(self, number: int) -> Place:
        """Claimed by whoever is signed in."""
        assert self.post(f"/queue/{number}/claim").status_code == 303
        return self.place(number)

    def decide(self, number: int, act: str, **fields: object):
        place = self.place(number)
        return self.post(f"/queue/{number}/decide", token=place.token, act=act, **{"urgent": "no", **fields})


def open_site(web: WebDesk) -> QueueSite:
    return QueueSite(web, QueueHouse(web.installation.store, clock=web.clock))
