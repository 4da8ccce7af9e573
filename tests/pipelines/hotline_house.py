"""A hotline's desk for tests: a store, a clock that is moved, and the operator's own lists and words in a folder."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clew.parts import shelf
from clew.parts.jurisdictions.base import Jurisdiction
from clew.parts.stores.base import Store
from clew.pipelines import url_reports
from clew.pipelines.hotline_desk import HotlineDesk
from clew.pipelines.url_reports import Origin
from clew.records.audit import AuditFilter
from clew.records.identifiers import UrlReportId
from clew.records.url_report import UrlCame, UrlReport
from clew.settings import Hotline, Review, Settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA = "user:ada"
HOSTING = """kind,value,asn,role,name,contact,country,as_of
domain,board.example,,registrar,Names Ltd,abuse@names.example,DE,2026-02-01
domain,shop.board.example,,host,Shop Host,,FR,2026-02-01
range,192.0.2.0/24,,host,Quay Hosting,abuse@quay.example,NL,2026-02-02
range,192.0.2.128/25,64500,,,,,2026-02-03
range,2001:db8::/32,,host,Six Hosting,abuse@six.example,,2026-02-04
asn,AS64500,,host,Pier Networks,abuse@pier.example,SE,2026-02-05
"""
RESOLVED = "host,address,seen_at\nboard.example,192.0.2.7,2026-02-28T10:00:00Z\n"
WORDS = """Subject: Removal of illegal material, our reference $reference

To $name: on $assessed_on we assessed this address as: $category.
$address
$hotline
"""


@dataclass
class HotlineHouse:
    desk: HotlineDesk
    move: Callable[..., None]
    folder: Path

    def add(self, text: str = "https://board.example/a.html", came: UrlCame = UrlCame.PARTNER) -> UrlReport:
        return url_reports.receive(self.desk, text, Origin(came=came, actor=ADA)).report

    def read(self, url_id: UrlReportId) -> UrlReport:
        with self.desk.store.read() as reader:
            return reader.get_url_report(url_id)

    def free(self, report: UrlReport) -> UrlReport:
        """Assessed as illegal, hosted, and released by the police."""
        url_reports.assess(self.desk, report.id, "national", actor=ADA)
        url_reports.look_up_host(self.desk, report.id, actor=ADA)
        url_reports.hold(self.desk, report.id, actor=ADA, words="State police, 7731")
        return url_reports.release(self.desk, report.id, actor=ADA, words="State police")

    def told(self, report: UrlReport) -> list[tuple[str, dict[str, object]]]:
        """The audit rows about an address: act and facts."""
        with self.desk.store.read() as reader:
            rows = reader.audit_lines(AuditFilter(subject=f"url:{report.id}", limit=200))
        return [(each.event.act, dict(each.event.facts)) for each in reversed(rows) if each.event]


def open_house(store: Store, folder: Path, *, mail_port: int = 9, **hotline: object) -> HotlineHouse:
    """The house over a store; settings of the hotline may be given, and the mail server's port (nobody's, else)."""
    now = [NOON]

    def move(**by: float) -> None:
        now[0] += timedelta(**by)

    (folder / "hosting.csv").write_text(HOSTING)
    (folder / "resolved.csv").write_text(RESOLVED)
    (folder / "words").mkdir()
    for name in ("host.en", "host.de", "registrar.en"):
        (folder / "words" / f"{name}.txt").write_text(WORDS)
    given = Hotline(
        name="Harbour Hotline",
        hosting=str(folder / "hosting.csv"),
        resolver=str(folder / "resolved.csv"),
        notices=str(folder / "words"),
        notice_from="notices@harbour.example",
    )
    settings = Settings(
        data_dir=folder,
        hotline=replace(given, **hotline),  # type: ignore[arg-type]
        review=Review(smtp_host=f"127.0.0.1:{mail_port}"),
    )
    law = shelf.load("jurisdictions", "eu", Jurisdiction)
    desk = HotlineDesk(settings=settings, store=store, jurisdiction=law, clock=lambda: now[0])
    return HotlineHouse(desk=desk, move=move, folder=folder)
