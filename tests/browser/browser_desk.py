"""A Chromium, and a real `clew serve` for it to look at."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=_FLAGS)


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """The address of the sign-in link of a service over a data folder."""
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), "serve", "--port", str(port), "--link"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "500"})
    try:
        assert process.stdout is not None
        said = process.stdout.readline() + process.stdout.readline()
        found = re.search(r"http\S+signin\S+", said)
        assert found, said
        yield found[0]
    finally:
        process.terminate()
        assert process.wait(20) == 0


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/$"))
