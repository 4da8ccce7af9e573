"""A Chromium, and a real `clew serve` for it to look at."""

import hashlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
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


def clew(folder: Path, *words: str) -> None:
    """One command over a data folder; 1 is "hits found", 6 "some rows could not be used"."""
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in {0, 1, 6}, done.stderr


def fill(folder: Path) -> None:
    """The sample day, screened; and a list that asks for a person: its ground ends soon, and rows of it were bad."""
    clew(folder, "sample")
    rows = [f"sha256,{hashlib.sha256(str(number).encode()).hexdigest()}" for number in range(40)]
    file = folder / "regional.csv"
    file.write_text("\n".join(["type,value", *rows, "sha256,00ff", "pdq,xyz"]))
    today = datetime.now(UTC).date()
    source = ["--source", "regional-hotline", "--kind", "hotline", "--jurisdiction", "INT", "--vetted"]
    ground = ["--legal-basis", "Sample agreement, without effect", "--since", str(today - timedelta(days=300))]
    end = ["--until", str(today + timedelta(days=12)), "--right", "share"]
    clew(folder, "lists", "import", str(file), "--list", "sample-regional", *source, *ground, *end)
    clew(folder, "screen", str(folder / "sample" / "uploads"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[str]:
    """The address of the sign-in link of a service over a data folder; more words go to `clew serve`."""
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), "serve", "--port", str(free_port()), "--link"]
    command += words
    environ = {**os.environ, "COLUMNS": "500", "CLEW_LOG": "error"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ)
    try:
        assert process.stdout is not None
        said = process.stdout.readline() + process.stdout.readline()
        found = re.search(r"http\S+signin\S+", said)
        assert found, said
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=20)
        assert process.returncode == 0


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/$"))
