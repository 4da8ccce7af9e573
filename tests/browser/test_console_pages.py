"""The console in a real browser: readable for everybody, usable by keyboard, whole without a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLACES = {
    "today": "/",
    "hits": "/hits",
    "no hits": "/hits?days=1&list=sample-regional",
    "lists": "/lists",
    "list": "/lists/sample-regional",
    "screening": "/screening",
    "find": "/find?q=0123456789",
    "error": "/hits/none",
    "sign-in": "/signin?token=x",
    "no link": "/signin",
}


def every_page(page: Page) -> list[str]:
    """The addresses of all pages, and of one exact and one near hit."""
    page.goto("/hits")
    rows = page.locator(".queue a")
    exact = rows.filter(has_text="Exact").first.get_attribute("href")
    near = rows.filter(has_text="Near").first.get_attribute("href")
    assert exact
    assert near
    return [*PLACES.values(), exact, near]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_has_an_accessibility_violation(console: Console, axe: str, theme: str, width: int) -> None:
    # Without motion, so that nothing is measured while it fades in.
    page = console.page(color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    found = []
    for address in every_page(page):
        page.goto(address)
        for opened in (None, "keys", "find"):
            if opened and page.locator(f"#{opened}").count():
                page.keyboard.press("?" if opened == "keys" else "/")
                expect(page.locator(f"#{opened}")).to_be_visible()
            elif opened:
                continue
            page.evaluate(axe)
            said = page.evaluate("async () => await axe.run()")
            found += [(address, opened, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
            page.keyboard.press("Escape")
    assert found == []


def test_no_page_breaks_its_policy_or_its_script(console: Console) -> None:
    page = console.page()
    console.said.clear()
    for address in every_page(page):
        page.goto(address)
    # The browser itself notes the two pages that answer with an error status.
    assert [each for each in console.said if "status of 404" not in each] == []


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_only_named_regions_scroll_sideways(console: Console, width: int) -> None:
    page = console.page(viewport={"width": width, "height": 700})
    wide = []
    for address in every_page(page):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
    assert wide == []


def test_everything_is_reached_without_a_script(console: Console) -> None:
    page = console.page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Open the hits").click()
    page.get_by_role("link", name="Near", exact=True).click()
    page.get_by_role("link", name="7 days").click()
    assert re.search(r"/hits\?near=near&days=7$", page.url)
    page.locator(".queue a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("of 256 differ")
    page.get_by_role("link", name="Lists").click()
    page.get_by_role("link", name="sample-regional").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("sample-regional: 40 entries")
    page.get_by_role("link", name="Find").click()
    page.get_by_role("textbox").fill("sample-national")
    page.get_by_role("button", name="Find").click()
    assert page.url.endswith("/lists/sample-national")
    page.get_by_text("Administrator").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/lists/sample-national")


def test_the_keyboard_leads_everywhere(console: Console) -> None:
    page = console.page()
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/hits")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".queue a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/hits/*")
    page.keyboard.press("b")
    page.wait_for_url("**/hits")
    page.keyboard.press("/")
    page.keyboard.type("gl?j")
    expect(page.locator("#find-q")).to_have_value("gl?j")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/hits/*")


def test_single_keys_can_be_switched_off(console: Console) -> None:
    page = console.page()
    page.goto("/lists")
    page.keyboard.press("?")
    page.get_by_role("button", name="Switch them off").click()
    page.wait_for_url("**/lists")
    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.locator("#keys")).to_be_hidden()
    assert page.url.endswith("/lists")
    page.get_by_text("Administrator").click()
    page.get_by_role("link", name="Keyboard").click()
    expect(page.get_by_role("button", name="Switch them on")).to_be_visible()


def test_paper_bears_the_facts_and_no_controls(console: Console) -> None:
    page = console.page()
    page.goto("/screening")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Platform desk")).to_be_hidden()
    expect(page.get_by_role("link", name="Export the figures")).to_be_hidden()
    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.locator(".foot")).to_contain_text("Environment: test")


def test_signing_out_leaves_nothing_to_go_back_to(console: Console) -> None:
    page = console.browser.new_page(base_url=console.address)
    page.goto("/hits")
    assert "/signin" in page.url
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in with a link from this machine")
