"""The keys of the console in a real browser: each does what its page says it does."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console, demand_browser
from tests.browser.review_desk import WORDS, review_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    demand_browser()
    with review_desk(tmp_path_factory.mktemp("keys") / "data", views_a_day=40) as opened:
        yield opened


def press(page: Page, *keys: str) -> None:
    """Keys act once the page's script has come."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def in_hand(page: Page) -> None:
    expect(page.get_by_text("held by you until")).to_be_visible()


PAGES = {
    "q": "/review",
    "r": "/review",
    "t": "/",
    "h": "/hits",
    "f": "/reports",
    "p": "/evidence",
    "l": "/lists",
    "s": "/screening",
    "a": "/audit",
}


@pytest.mark.parametrize(("key", "path"), PAGES.items())
def test_g_and_a_letter_lead_to_a_page(console: Console, key: str, path: str) -> None:
    page = console.page()
    page.goto("/account")
    press(page, "g", key)
    page.wait_for_url(f"{console.address}{path}")


def test_the_page_that_is_open_is_in_sight_among_the_pages_of_a_phone(console: Console) -> None:
    page = console.page(viewport={"width": 360, "height": 700})
    for path in ("/", "/lists", "/audit"):
        page.goto(path)
        box = page.locator(".pages [aria-current]").bounding_box()
        assert box is not None
        assert box["x"] >= 0, path
        assert box["x"] + box["width"] <= 360, path


def test_the_marked_job_of_the_queue_is_explained_claimed_and_released(console: Console) -> None:
    page = console.page()
    page.goto("/review")
    press(page, "j", "j")
    row = page.locator(".q a[aria-current]")
    job = str(row.get_attribute("href")).removeprefix("/review/")
    press(page, "w")
    page.wait_for_url(f"**/review?at={job}*")
    press(page, "c")
    in_hand(page)
    page.goto(f"/review?at={job}")
    press(page, "c")
    expect(page.get_by_role("status")).to_contain_text("The job waits again")


def test_a_job_of_the_queue_is_escalated_or_given_to_a_second_look(console: Console) -> None:
    page = console.page()
    page.goto("/review")
    page.locator(".q a").last.focus()
    press(page, "e")
    reasons = page.locator(".peek:not([hidden])").get_by_label("To a senior reviewer, because")
    expect(reasons).to_be_focused()
    press(page, "Escape", "2")
    expect(page.get_by_role("status")).to_be_visible()


def test_a_job_is_worked_and_its_last_act_undone_by_its_keys(console: Console) -> None:
    page = console.page()
    page.goto("/review")
    page.locator(".q a", has_text="exact match").first.click()
    press(page, "Control+Enter")
    in_hand(page)
    for key in ("1", "2", "3", "4", "5"):
        press(page, key)
        expect(page.locator(f'input[name=verdict][value="{key}"]')).to_be_checked()
    for key, name in (("b", "blur"), ("y", "grey")):
        press(page, key)
        expect(page.locator(f"input[name={name}]")).not_to_be_checked()
    press(page, "o")
    expect(page.get_by_role("img", name="What was asked for: small")).to_be_visible()
    press(page, "?", "o", "Escape")
    expect(page.locator("#keys")).to_be_hidden()
    press(page, "h")
    expect(page.get_by_label("To whoever comes next, because")).to_be_visible()
    press(page, "Escape", "e")
    expect(page.get_by_label("To a senior reviewer, because")).to_be_visible()
    press(page, "Escape", "3", "Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Not reportable")
    press(page, "u")
    expect(page.get_by_role("status")).to_contain_text(re.compile("taken back|undone|open again", re.IGNORECASE))


def test_messages_are_read_by_their_key(console: Console) -> None:
    page = console.page()
    page.goto("/review")
    page.locator(".q a", has_text="2 messages").click()
    press(page, "Control+Enter")
    in_hand(page)
    press(page, "m")
    expect(page.get_by_text(WORDS[0])).to_be_visible()
