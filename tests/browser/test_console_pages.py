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
    "audit": "/audit",
    "audit, filtered": "/audit?act=list.import",
    "verification": "/audit/verified",
    "find": "/find?q=0123456789",
    "error": "/hits/none",
    "sign-in": "/signin?token=x",
    "no link": "/signin",
}


def every_page(page: Page) -> list[str]:
    """The addresses of all pages, of one exact and one near hit, and of the hits with one marked."""
    page.goto("/hits")
    rows = page.locator(".queue a")
    exact = rows.filter(has_text="Exact").first.get_attribute("href")
    near = rows.filter(has_text="Near").first.get_attribute("href")
    assert exact
    assert near
    return [*PLACES.values(), exact, near, f"/hits?at={near.removeprefix('/hits/')}#here"]


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


@pytest.mark.parametrize("width", [360, 1280])
def test_no_table_is_cut_on_a_phone_or_on_a_desk(console: Console, width: int) -> None:
    page = console.page(viewport={"width": width, "height": 700})
    cut = []
    for address in every_page(page):
        page.goto(address)
        wide = "[...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth).length"
        if page.evaluate(wide):
            cut.append(address)
    assert cut == []


def test_a_card_names_each_of_its_values(console: Console) -> None:
    page = console.page(viewport={"width": 360, "height": 700})
    for address in every_page(page):
        page.goto(address)
        for cell in page.locator(".cards tbody :is(th, td):visible").all():
            assert cell.get_attribute("data-label"), (address, cell.inner_text())


def test_the_place_among_the_hits_is_kept_from_page_to_page(console: Console) -> None:
    page = console.page()
    page.goto("/hits?list=sample-national&near=exact")
    rows = [each.get_attribute("href") for each in page.locator(".queue a").all()]
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(f"**{rows[1]}")
    page.keyboard.press("j")
    page.wait_for_url(f"**{rows[2]}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{rows[1]}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{rows[0]}")
    expect(page.get_by_role("link", name="Previous")).to_have_count(0)
    page.keyboard.press("j")
    page.wait_for_url(f"**{rows[1]}")
    page.keyboard.press("b")
    page.wait_for_url("**/hits?list=sample-national&near=exact&at=*#here")
    expect(page.locator(".queue a").nth(1)).to_be_focused()
    expect(page.locator(".queue a").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{rows[2]}")


def test_the_keys_that_a_page_lists_are_those_that_work_on_it(console: Console) -> None:
    page = console.page()
    for address in every_page(page):
        page.goto(address)
        if not page.locator("#keys").count():
            continue
        shown = page.locator("#keys kbd:not([data-close] *)")
        listed = set(shown.evaluate_all("keys => keys.map((each) => each.textContent)"))
        works = {each.get_attribute("data-key") for each in page.locator("[data-key]").all()}
        works |= {"j", "k", "Enter"} if page.locator("[data-row]").count() else set()
        works |= {"Ctrl", "Enter"} if page.locator("[data-main]").count() else set()
        works |= {key for each in page.locator("[data-go]").all() for key in str(each.get_attribute("data-go")).split()}
        assert listed == works | {"/", "g", "?", "Esc"}, address


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
    page.wait_for_url("**/hits?at=*")
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
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in")
