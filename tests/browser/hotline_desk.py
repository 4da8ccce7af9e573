"""A hotline's service for a browser: the operator's lists and words, and addresses at every state of the work."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from clew.ground.clock import system_clock
from clew.pipelines import url_reports
from clew.pipelines.hotline_desk import HotlineDesk, open_hotline
from clew.pipelines.installation import open_store
from clew.pipelines.url_notices import send_notice
from clew.pipelines.url_reports import Origin
from clew.records.identifiers import UrlReportId
from clew.records.url_report import HostRole, UrlCame, UrlEnd, UrlFound
from clew.settings import load
from tests.pipelines.hotline_house import HOSTING, RESOLVED, WORDS

ACTOR = "command:hotline"
# Each stands at another state; the word is its path.
STATES = ("received", "assessed", "held", "released", "noticed", "ordered", "up", "gone", "closed")


def settle(folder: Path) -> None:
    """The operator's files and the settings that name them, before anything is started."""
    folder.mkdir(parents=True, exist_ok=True)
    words = folder / "words"
    words.mkdir()
    for name in ("host.en", "host.de", "registrar.en"):
        (words / f"{name}.txt").write_text(WORDS)
    (folder / "hosting.csv").write_text(HOSTING)
    (folder / "resolved.csv").write_text(RESOLVED)
    with (folder / "clew.toml").open("a") as file:
        file.write(
            f'[hotline]\nname = "Harbour Hotline"\nnotices = "{words}"\n'
            f'hosting = "{folder / "hosting.csv"}"\nresolver = "{folder / "resolved.csv"}"\n'
        )


@contextlib.contextmanager
def hotline(folder: Path) -> Iterator[HotlineDesk]:
    with contextlib.closing(open_store(load(folder, {}))) as store:
        yield open_hotline(load(folder, {}), store, system_clock)


def fill_hotline(folder: Path) -> dict[str, UrlReportId]:
    """An address at each state, and one of the Tor network that was reported twice."""
    with hotline(folder) as desk:
        made = {name: _at(desk, name) for name in STATES}
        for came in (UrlCame.PARTNER, UrlCame.BY_HAND):
            made["onion"] = _add(desk, "http://harbourlanternfestivalpictures.onion/gallery/7", came)
    return made


def _add(desk: HotlineDesk, address: str, came: UrlCame = UrlCame.PARTNER) -> UrlReportId:
    origin = Origin(came=came, actor=ACTOR, reference="NL-2231")
    return url_reports.receive(desk, address, origin, words="seen at https://quay.example/list").report.id


def _at(desk: HotlineDesk, name: str) -> UrlReportId:
    url_id = _add(desk, f"https://board.example/{name}/a.html?page=2")
    steps = STATES.index(name)
    work = (
        lambda: url_reports.assess(desk, url_id, "national", actor=ACTOR),
        lambda: url_reports.hold(desk, url_id, actor=ACTOR, words="State police, 7731"),
        lambda: url_reports.release(desk, url_id, actor=ACTOR, words="State police, by telephone"),
        lambda: (
            url_reports.look_up_host(desk, url_id, actor=ACTOR),
            send_notice(desk, url_id, HostRole.HOST, "en", actor=ACTOR, by_mail=False),
        ),
        lambda: url_reports.order_check(desk, url_id, 24, actor=ACTOR),
        lambda: url_reports.check(desk, url_id, UrlFound.UP, actor=ACTOR),
        lambda: url_reports.check(desk, url_id, UrlFound.DOWN, actor=ACTOR),
        lambda: url_reports.close(desk, url_id, UrlEnd.REMOVED, actor=ACTOR),
    )
    for step in work[:steps]:
        step()
    return url_id
