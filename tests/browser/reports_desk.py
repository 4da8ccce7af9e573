"""A console whose reports go to a strict clearinghouse on this machine, and a worker that waits for the test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import StorageState, sync_playwright

from clew.pipelines.filing_work import reconcile, work_once
from clew.pipelines.installation import Installation, open_installation
from clew.settings import Settings, load
from tests.browser.browser_desk import launch, serving
from tests.browser.conftest import Console
from tests.pipelines.filing_house import FilingHouse, SetClock
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, clearinghouse_process


@dataclass
class ReportsDesk:
    """The console, and the other end of its filings.

    Attributes:
        house: makes decided cases in the service's own store.
    """

    console: Console
    house: FilingHouse
    installation: Installation

    def work(self, *, password: str = PASSWORD) -> None:
        """The worker does all that is due now, with a password of its own."""
        house = self.house.with_settings(test_password=password)
        reconcile(house.desk)
        while work_once(house.desk, "test"):
            pass


@contextmanager
def reports_desk(folder: Path) -> Iterator[ReportsDesk]:
    """Everything stands, and nobody is signed in."""
    data = folder / "data"
    with clearinghouse_process(folder / "clearinghouse") as clearinghouse:
        data.mkdir()
        settings = _settings(data, clearinghouse.address)
        with (
            serving(data, "--no-worker") as link,
            open_installation(settings, follow=False) as installation,
            sync_playwright() as playwright,
        ):
            browser = launch(playwright)
            parts = urlsplit(link)
            nobody = StorageState(cookies=[], origins=[])
            console = Console(browser, f"{parts.scheme}://{parts.netloc}", nobody, [], data)
            house = FilingHouse(installation.filing_desk, SetClock(datetime.now(UTC)))
            yield ReportsDesk(console, house, installation)
            browser.close()


def _settings(data: Path, address: str) -> Settings:
    """As the service has them too, from its file."""
    lines = ["[reporting]", "filing = true", f'test_url = "{address}"', f'test_user = "{USER}"']
    (data / "clew.toml").write_text("\n".join([*lines, f'test_password = "{PASSWORD}"', ""]))
    return load(data, os.environ)
