"""The sample's reported addresses: one at each step of a hotline's work, all of hosts that are kept for examples.

Hosts, contacts and words of notices are invented, in files of the sample's own folder; the operator's are not touched.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from clew.pipelines import url_reports
from clew.pipelines.hotline_desk import HotlineDesk
from clew.pipelines.url_notices import send_notice
from clew.pipelines.url_reports import Origin
from clew.records.identifiers import UrlReportId
from clew.records.url_report import HostRole, UrlCame, UrlEnd, UrlFound

_ACTOR = "system:sample"
_POLICE = "Police of the sample, reference 7731"
# Source: RFC 5737 (192.0.2.0/24 is for documentation) and RFC 2606 (names that end with "example").
_HOSTING = """kind,value,asn,role,name,contact,country,as_of
domain,quay.example,,registrar,Sample Names,abuse@names.example,DE,2026-02-01
range,192.0.2.0/24,,host,Sample Hosting,abuse@hosting.example,NL,2026-02-02
"""
_WORDS = """Subject: Please remove: our reference $reference

To $name: on $assessed_on we assessed this address as: $category.
$address
$hotline
"""
_WORK = ("assess", "hold", "release", "notice", "order", "look", "close")
# Each address, and how many steps of the work are done about it.
_ADDRESSES = (
    ("https://quay.example/landscapes/7", 0),
    ("https://pier.quay.example/list?page=2", 0),
    ("https://quay.example/harbour/a.html", 1),
    ("https://lantern.quay.example/b", 2),
    ("https://lantern.quay.example/c", 3),
    ("https://quay.example/meadow/12", 4),
    ("https://quay.example/meadow/13", 5),
    ("https://quay.example/meadow/14", 6),
    ("https://quay.example/meadow/15", 7),
)
_ONION = "http://samplelanternharbour.onion/gallery/7"


def make_urls(desk: HotlineDesk, folder: Path) -> int:
    """How many addresses stand in the hotline's list, one of them of the Tor network and reported twice."""
    desk = _with_sample_files(desk, folder)
    for address, steps in _ADDRESSES:
        _worked(desk, address, steps)
    for came in (UrlCame.PARTNER, UrlCame.PUBLIC):
        url_reports.receive(desk, _ONION, Origin(came=came, actor=_ACTOR, reference="SAMPLE-7"))
    return len(_ADDRESSES) + 1


def _with_sample_files(desk: HotlineDesk, folder: Path) -> HotlineDesk:
    words = folder / "notices"
    words.mkdir(parents=True, exist_ok=True)
    (words / f"{HostRole.HOST}.en.txt").write_text(_WORDS, "utf-8")
    (folder / "hosting.csv").write_text(_HOSTING, "utf-8")
    hotline = replace(
        desk.settings.hotline,
        name="Hotline of the sample",
        categories="",
        hosting=str(folder / "hosting.csv"),
        resolver="",
        notices=str(words),
    )
    return replace(desk, settings=replace(desk.settings, hotline=hotline))


def _worked(desk: HotlineDesk, address: str, steps: int) -> None:
    origin = Origin(came=UrlCame.PARTNER, actor=_ACTOR, reference="SAMPLE")
    url_id = url_reports.receive(desk, address, origin).report.id
    for name in _WORK[:steps]:
        _STEPS[name](desk, url_id)


def _notice(desk: HotlineDesk, url_id: UrlReportId) -> None:
    url_reports.look_up_host(desk, url_id, actor=_ACTOR, network="192.0.2.7")
    send_notice(desk, url_id, HostRole.HOST, "en", actor=_ACTOR, by_mail=False)


_STEPS: dict[str, Callable[[HotlineDesk, UrlReportId], object]] = {
    "assess": lambda desk, url_id: url_reports.assess(desk, url_id, "national", actor=_ACTOR),
    "hold": lambda desk, url_id: url_reports.hold(desk, url_id, actor=_ACTOR, words=_POLICE),
    "release": lambda desk, url_id: url_reports.release(desk, url_id, actor=_ACTOR, words=_POLICE),
    "notice": _notice,
    "order": lambda desk, url_id: url_reports.order_check(desk, url_id, 24, actor=_ACTOR),
    "look": lambda desk, url_id: url_reports.check(desk, url_id, UrlFound.DOWN, actor=_ACTOR),
    "close": lambda desk, url_id: url_reports.close(desk, url_id, UrlEnd.REMOVED, actor=_ACTOR),
}
