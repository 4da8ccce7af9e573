"""Clusters behind a service for tests: reports that state identifiers, linked by the product as they are ordered."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from clew.parts.stores.base import Store
from clew.pipelines.queue_desk import open_queue_desk
from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.mention import IdentifierKind, Mention
from clew.records.report import Person, Report, ReportedSubject
from clew.settings import Settings
from tests.parts.stores.intake_records import mention_of
from tests.pipelines.filing_house import SetClock
from tests.pipelines.queue_house import QueueHouse
from tests.triage.facts import PLAIN
from tests.web.web_desk import SAME_SITE, WebDesk

KIM, ROE, PHONE = "kim@harbour-post.org", "roe@harbour-post.org", "+31612340001"


def email(value: str) -> Mention:
    return mention_of(IdentifierKind.EMAIL, value, verified=True)


def of_day(day: int, birth: date | None = date(1980, 1, 2)) -> Report:
    """Each day is an incident of its own, so that none is a copy of another."""
    incident = replace(PLAIN.incident, at=datetime(2026, 1, day, tzinfo=UTC))
    subject = ReportedSubject(person=Person(birth_date=birth))
    return Report(incident=incident, reporter=PLAIN.reporter, subjects=(subject,))


@dataclass
class ClusterSite:
    web: WebDesk
    house: QueueHouse

    def cluster_of(self, number: int) -> int:
        with self.web.installation.store.read() as reader:
            of = IntakeNumber(number)
            return reader.clusters_of([of]).get(of, ClusterId(number))

    def post(self, path: str, **fields: object):
        return self.web.call("POST", path, data=fields, headers=SAME_SITE)


def open_clusters(web: WebDesk) -> ClusterSite:
    """The reports of `fill_clusters`, behind a service."""
    return ClusterSite(web, fill_clusters(web.installation.store, web.clock))


def fill_clusters(store: Store, clock: SetClock | None = None) -> QueueHouse:
    """Five reports: four of one subject, joined by two e-mails and a telephone, and one of another."""
    house = QueueHouse(store, clock=clock or SetClock())
    house.desk = open_queue_desk(Settings(), store, house.clock)
    phone = mention_of(IdentifierKind.PHONE, PHONE, verified=True)
    stated: list[tuple[str, list[Mention]]] = [
        ("S1", [email(KIM)]),
        ("S2", [email(KIM), phone]),
        ("S3", [phone, email(ROE)]),
        ("S1", [email(ROE)]),
        ("S1", [email("jo@harbour-post.org")]),
    ]
    for day, (sender, mentions) in enumerate(stated, start=1):
        house.take_in(of_day(day), *mentions, sender=sender)
        house.order()
    return house
