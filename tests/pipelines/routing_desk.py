"""Reports that were taken in, files of addresses and recipients, for the tests of routing and referring."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from clew.parts import shelf
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.atlas import Atlas, open_atlas
from clew.records.identifiers import IntakeNumber, RecipientId, SenderId
from clew.records.intake import Gap, IntakeForm, IntakeReport, IntakeSender, IntakeState, SenderKind
from clew.records.mention import IdentifierKind, Mention, Origin, Part
from clew.records.referral import RecipientKind, ReferralRecipient
from clew.records.report import Address, Incident, IncidentType, Person, Report, ReportedSubject, Reporter
from clew.records.report_file import FileHash, ReportFile
from clew.records.subject import Email, IpEvent, IpUse
from clew.settings import Geography, Reporting, Settings
from tests.parts.geography.mmdb_writer import country, write

NOW = datetime(2026, 5, 2, 9, tzinfo=UTC)
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
SENDER = IntakeSender(
    id=SenderId("harbour"), name="Harbour Pictures", kind=SenderKind.PLATFORM, created_at=AT, created_by="user:ada"
)
DESK = ReferralRecipient(
    id=RecipientId("nl-desk"),
    name="National desk",
    kind=RecipientKind.CENTRAL,
    country="NL",
    valid_from=date(2026, 1, 1),
    legal_basis="agreement of 2025",
    language="nl",
    channel="portal",
    contact="desk 4",
    confirmed_at=date(2026, 4, 1),
)


@dataclass(frozen=True)
class RoutingDesk:
    """A store with a sender and recipients, and an atlas of documentation ranges."""

    store: Store
    settings: Settings

    @property
    def atlas(self) -> Atlas:
        return open_atlas(self.settings.geography)

    def take(self, report: Report, *mentions: Mention, digest: int = 1, **more: Any) -> IntakeNumber:
        """The report as taken in."""
        form = shelf.load("formats", "cybertipline", ClearinghouseFormat)
        taken = IntakeReport(
            number=IntakeNumber(0),
            sender_id=SENDER.id,
            form=IntakeForm.FACTS,
            state=IntakeState.TAKEN_IN,
            reference="h-1",
            digest=bytes([digest]) * 32,
            received_at=AT,
            document=json.dumps(form.write_stored(report)),
            incident_type=report.incident.type.value if report.incident.type else None,
            gaps=(Gap(path="subjects[0].ip_events[0].port", because="missing"),),
        )

        def work(unit: UnitOfWork) -> IntakeNumber:
            stored = unit.add_intake(replace(taken, **more))
            unit.add_mentions([(stored.number, each) for each in mentions])
            return stored.number

        return self.store.transact(work)


def open_desk(store: Store, folder: Path) -> RoutingDesk:
    """192.0.2.0/24 is NL in one file and half of it BE in the other; .66 is shared, .99 was a Tor exit."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.mmdb").write_bytes(write({"192.0.2.0/24": country("NL"), "2001:db8::/32": country("NL")}))
    (folder / "b.mmdb").write_bytes(write({"192.0.2.0/25": country("NL"), "192.0.2.128/25": country("BE")}))
    (folder / "exits").mkdir(exist_ok=True)
    (folder / "exits" / "tor-2026-05-01.txt").write_text("192.0.2.99\n")
    (folder / "exits" / "shared-2026-04-01.txt").write_text("192.0.2.64/28\n")
    geography = Geography(files=f"mmdb:{folder / 'a.mmdb'}, mmdb:{folder / 'b.mmdb'}", exits=str(folder / "exits"))
    settings = Settings(data_dir=folder / "data", geography=geography, reporting=Reporting(company="Lighthouse desk"))

    def work(unit: UnitOfWork) -> None:
        unit.put_sender(SENDER)
        unit.put_recipient(DESK)
        unit.put_recipient(replace(DESK, id=RecipientId("be-bare"), country="BE", channel=""))

    store.transact(work)
    return RoutingDesk(store=store, settings=settings)


def ip(address: str, *, at: datetime | None = AT, port: int | None = 40_123, part: Part = Part.SUBJECT) -> Mention:
    origin = Origin(path="subjects[0].ip_events[0]")
    return Mention(kind=IdentifierKind.IP, value=address, raw=address, origin=origin, part=part, at=at, port=port)


def phone(number: str, part: Part = Part.SUBJECT) -> Mention:
    origin = Origin(path="subjects[0].person.phones[0]")
    return Mention(kind=IdentifierKind.PHONE, value=number, raw=number, origin=origin, part=part)


def report(*, where: str | None = None, state: str | None = None, note: str = "seen at the pier") -> Report:
    """A report of a synthetic person, with one file's digests and no file."""
    addresses = (Address(country=where, state=state),) if where else ()
    person = Person(first_name="Ada", emails=(Email(address="ada@example.org"),), addresses=addresses)
    return Report(
        incident=Incident(type=IncidentType.MATERIAL, at=AT, platform="Harbour"),
        reporter=Reporter(person=Person(emails=(Email(address="desk@example.org"),))),
        subjects=(
            ReportedSubject(
                identifier="account-771",
                person=person,
                ip_events=(IpEvent(address="192.0.2.7", use=IpUse.LOGIN, at=AT, port=40_123),),
            ),
        ),
        files=(
            ReportFile(
                key="f1",
                file_name="boats.jpg",
                viewed=True,
                hashes=(FileHash(type="SHA256", value="ab" * 32), FileHash(type="other", value="x")),
            ),
        ),
        additional_info=note,
    )


def bank(account: str) -> Mention:
    origin = Origin(path="subjects[0].further[0]")
    return Mention(kind=IdentifierKind.BANK, value=account, raw=account, origin=origin, part=Part.SUBJECT)
