"""A console with jobs that wait: a hit of each of some accounts, and messages of one more."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.browser_desk import clew, launch, serving, sign_in
from tests.browser.conftest import Console
from tests.pictures import chart, encoded, landscape

JOBS = 14
WORDS = ("You have until four to pay.", "Please stop.")


def pictures() -> list[bytes]:
    made = [(landscape if number % 2 else chart)(number, 320, 240) for number in range(JOBS)]
    return [encoded(each, "PNG") for each in made]


def key_of(folder: Path) -> str:
    words = ["keys", "create", "test", "--scope", "screen", "--scope", "cases:write", "--json"]
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    (found,) = re.findall(r"clew_\w+", done.stdout)
    return str(found)


def send_jobs(address: str, key: str) -> None:
    """A hit of each of so many accounts, with its bytes; and messages of one more."""
    headers = {"authorization": f"Bearer {key}", "content-type": "image/png"}
    for number, picture in enumerate(pictures()):
        query = {"subject": f"account-{number}", "reference": f"upload-{number}"}
        answer = httpx.post(f"{address}/api/v1/screen", headers=headers, content=picture, params=query, timeout=60)
        assert answer.json()["hit"], answer.text
    body = {"subject": "heron", "reason": "extortion", "messages": [{"text": text} for text in WORDS]}
    sent = httpx.post(f"{address}/api/v1/flags", headers={"authorization": f"Bearer {key}"}, json=body, timeout=60)
    assert sent.status_code == 201, sent.text


@contextmanager
def review_desk(folder: Path, *, views_a_day: int) -> Iterator[Console]:
    """The local administrator is signed in, and may be shown so much a day."""
    folder.mkdir()
    rows = [f"sha256,{hashlib.sha256(each).hexdigest()}" for each in pictures()]
    file = folder / "known.csv"
    file.write_text("\n".join(["type,value", *rows]))
    source = ["--source", "sample-centre", "--kind", "hotline", "--jurisdiction", "INT", "--vetted"]
    ground = ["--legal-basis", "Sample agreement, without effect", "--since", "2026-01-01"]
    clew(folder, "lists", "import", str(file), "--list", "sample-known", *source, *ground)
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("CLEW_REVIEW_VIEWS_A_DAY", str(views_a_day))
        with serving(folder) as link, sync_playwright() as playwright:
            browser = launch(playwright)
            parts = urlsplit(link)
            address = f"{parts.scheme}://{parts.netloc}"
            send_jobs(address, key_of(folder))
            page = browser.new_page()
            sign_in(page, link)
            yield Console(browser, address, page.context.storage_state(), [], folder)
            browser.close()
