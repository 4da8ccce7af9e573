"""Review in a real browser: ten jobs by keyboard alone, views that are covered again, the limit, and no script."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.browser.browser_desk import CHROMIUM, clew, launch, serving, sign_in
from tests.browser.conftest import AXE, Console
from tests.browser.test_signing_in import give_password, set_up, sign_out, stranger
from tests.pictures import chart, encoded, landscape

pytestmark = [pytest.mark.browser, pytest.mark.slow]

JOBS, VIEWS_A_DAY = 14, 3
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


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A service of its own with jobs that wait, under a policy of three views a day."""
    missing = next((f"{path} is not there" for path in (CHROMIUM, AXE) if not path.exists()), None)
    if missing:
        if "browser" in os.environ.get("CLEW_TEST_FORBID_SKIPS", ""):
            pytest.fail(f"{missing}, and skips are forbidden")
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("review") / "data"
    folder.mkdir()
    rows = [f"sha256,{hashlib.sha256(each).hexdigest()}" for each in pictures()]
    file = folder / "known.csv"
    file.write_text("\n".join(["type,value", *rows]))
    source = ["--source", "sample-centre", "--kind", "hotline", "--jurisdiction", "INT", "--vetted"]
    ground = ["--legal-basis", "Sample agreement, without effect", "--since", "2026-01-01"]
    clew(folder, "lists", "import", str(file), "--list", "sample-known", *source, *ground)
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("CLEW_REVIEW_VIEWS_A_DAY", str(VIEWS_A_DAY))
        with serving(folder) as link, sync_playwright() as playwright:
            browser = launch(playwright)
            parts = urlsplit(link)
            address = f"{parts.scheme}://{parts.netloc}"
            send_jobs(address, key_of(folder))
            page = browser.new_page()
            sign_in(page, link)
            yield Console(browser, address, page.context.storage_state(), [], folder)
            browser.close()


def arrive(console: Console) -> Page:
    """A reviewer has signed in with password and code, and goes to the queue."""
    page = stranger(console)
    reviewer = set_up(console, page, "Ada Reviewer", "reviewer")
    sign_out(page)
    give_password(page, reviewer)
    expect(page.get_by_role("heading", name="Your second proof")).to_be_visible()
    page.wait_for_load_state()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(reviewer.code())
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="The thread of today")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/review")
    return page


def take(page: Page) -> None:
    """The main act of the queue, and of a job that nobody holds."""
    page.wait_for_load_state()  # keys act once the page's script has come
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("held by you until")).to_be_visible()


def decide(page: Page, key: str = "1", said: str = "Reportable, same as listed.") -> None:
    """A verdict; the page of the next job, or the queue, says which."""
    page.wait_for_load_state()
    page.keyboard.press(key)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text(said)
    expect(page.get_by_text("held by you until")).to_have_count(0)


def open_smallest(page: Page, words: str) -> None:
    page.wait_for_load_state()
    page.keyboard.press("o")
    expect(page.get_by_role("img", name=f"What was asked for: {words}")).to_be_visible()


def open_whole_and_confirm(page: Page) -> None:
    page.get_by_text("More", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open the whole file").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="What was asked for: the whole file")).to_be_visible()
    page.get_by_role("button", name="I viewed all of it").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".evs")).to_contain_text("Viewed in full")
    expect(page.get_by_text("A person of this service viewed the entire file")).to_be_visible()


def test_ten_files_are_reviewed_by_keyboard_alone_until_the_limit_and_beyond(console: Console) -> None:
    console.said.clear()
    page = arrive(console)
    take(page)
    expect(page.get_by_role("heading", name="One subject, 2 messages")).to_be_visible()
    decide(page, "2", "another person looks too")

    # The smallest view, covered again by Esc.
    take(page)
    open_smallest(page, "blurred, grey, small")
    page.keyboard.press("Escape")
    expect(page.locator("[data-shown] img")).to_have_count(0)
    expect(page.locator("[data-said]")).to_contain_text("Opening it again is another view")
    decide(page)

    # The whole of another.
    take(page)
    open_whole_and_confirm(page)
    decide(page)

    # One view more, covered by another window; the next is not served, and the job goes on to others.
    take(page)
    page.keyboard.press("b")
    open_smallest(page, "grey, small")
    page.evaluate("dispatchEvent(new Event('blur'))")
    expect(page.locator("[data-shown] img")).to_have_count(0)
    page.keyboard.press("o")
    page.wait_for_url("**/exposure?stopped=true*")
    expect(page.get_by_role("alert")).to_contain_text("The job was handed over")
    expect(page.locator("main img")).to_have_count(0)

    # What is left is decided unopened.
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/review")
    for _ in range(8):
        take(page)
        decide(page)
    page.goto("/review?show=decided")
    expect(page.locator(".q")).to_have_count(10)
    assert console.said == []


def test_without_a_script_a_view_is_a_page_and_messages_another(console: Console) -> None:
    page = without_script(console)
    page.goto("/review")
    page.locator(".q a", has_text="1 file").first.click()
    page.get_by_role("button", name="Take this job").click()
    page.get_by_role("button", name="Open it small").click()
    picture = page.get_by_role("img", name="What was asked for")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.naturalWidth") > 0
    page.reload()
    expect(page.locator("main img")).to_have_count(0)
    page.get_by_role("link", name="Back to the job").click()
    page.get_by_text("Hand over").first.click()
    page.get_by_label("To whoever comes next, because").select_option("shift-ends")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("The job waits again")).to_be_visible()
    page.locator(".q a", has_text="2 messages").click()
    page.get_by_role("button", name="Take this job").click()
    expect(page.get_by_text(WORDS[0])).to_have_count(0)
    page.get_by_role("button", name="Read the messages").click()
    expect(page.get_by_text(WORDS[0])).to_be_visible()


def without_script(console: Console) -> Page:
    context: BrowserContext = console.context(java_script_enabled=False)
    return context.new_page()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_of_review_has_an_accessibility_violation(console: Console, axe: str, theme: str, width: int) -> None:
    page = console.page(color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.goto("/review")
    waiting = [each.get_attribute("href") for each in page.locator(".q a").all()]
    page.goto(str(waiting[-1]))
    if page.get_by_role("button", name="Take this job").count():
        page.get_by_role("button", name="Take this job").click()
        expect(page.get_by_text("held by you until")).to_be_visible()
    found = []
    places = ["/", "/review", "/review?show=decided", *waiting, "/exposure", "/exposure?stopped=true", "/exposure/team"]
    for address in places:
        page.goto(str(address))
        page.evaluate(axe)
        said = page.evaluate("async () => await axe.run()")
        found += [(address, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((address, "scrolls sideways", json.dumps(width)))
    assert found == []
