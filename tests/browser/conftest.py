"""A Chromium over a real service with the sample day; skipped, and said, where there is no Chromium."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.browser.browser_desk import CHROMIUM, fill, launch, serving, sign_in

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Console:
    """A browser and where the console is.

    Attributes:
        said: what pages wrote to the browser's own console: errors, and breaches of the policy.
        folder: the service's data, for commands beside it.
    """

    browser: Browser
    address: str
    signed_in: StorageState
    said: list[str]
    folder: Path

    def context(self, **options: object) -> BrowserContext:
        """A window of its own, signed in."""
        return self.browser.new_context(base_url=self.address, storage_state=self.signed_in, **options)  # type: ignore[arg-type]

    def page(self, **options: object) -> Page:
        page = self.context(**options).new_page()
        page.on("console", lambda message: self.said.append(message.text))
        return page


def demand_browser() -> None:
    """The test is skipped where there is no Chromium, and fails where skips are forbidden."""
    missing = next((f"{path} is not there" for path in (CHROMIUM, AXE) if not path.exists()), None)
    if missing:
        if "browser" in os.environ.get("CLEW_TEST_FORBID_SKIPS", ""):
            pytest.fail(f"{missing}, and skips are forbidden")
        pytest.skip(missing)


# For one file, not for the session: while Playwright is open its thread has an event loop, and others find it running.
@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    demand_browser()
    folder = tmp_path_factory.mktemp("console") / "data"
    fill(folder)
    with serving(folder) as link, sync_playwright() as playwright:
        browser = launch(playwright)
        parts = urlsplit(link)
        page = browser.new_page()
        sign_in(page, link)
        yield Console(browser, f"{parts.scheme}://{parts.netloc}", page.context.storage_state(), [], folder)
        browser.close()


@pytest.fixture(scope="module")
def axe(console: Console) -> str:
    """The checker; only where there is a console to check."""
    return AXE.read_text("utf-8")
