"""The hotline's pages in a real browser: by keyboard, without a script, in both themes, and no link to any address."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from clew.records.identifiers import UrlReportId
from tests.browser.browser_desk import launch, serving, sign_in
from tests.browser.conftest import AXE, Console, demand_browser
from tests.browser.hotline_desk import fill_hotline, settle

# Whatever leads somewhere, as the page has it.
_LINKS = """[...document.querySelectorAll('*')].flatMap(each =>
    ['href', 'src', 'action', 'formaction', 'ping', 'poster'].map(name => each.getAttribute(name))).filter(Boolean)"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class HotlineConsole(Console):
    """A console with addresses at each state of the work."""

    urls: dict[str, UrlReportId]

    def link(self, name: str) -> str:
        return f"/urls/{self.urls[name]}"


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HotlineConsole]:
    demand_browser()
    folder = tmp_path_factory.mktemp("hotline") / "data"
    settle(folder)
    urls = fill_hotline(folder)
    with serving(folder) as link, sync_playwright() as playwright:
        browser = launch(playwright)
        parts = urlsplit(link)
        page = browser.new_page()
        sign_in(page, link)
        console = HotlineConsole(browser, f"{parts.scheme}://{parts.netloc}", page.context.storage_state(), [], folder)
        console.urls = urls
        yield console
        browser.close()


def pages_of(hotline: HotlineConsole) -> list[str]:
    of_each = [hotline.link(name) for name in hotline.urls]
    return ["/urls", "/urls?state=closed", *of_each, f"{hotline.link('ordered')}/notice?role=host&language=en"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(
    hotline: HotlineConsole, theme: str, width: int
) -> None:
    page = hotline.page(color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    axe, found = AXE.read_text("utf-8"), []
    for address in pages_of(hotline):
        page.goto(address)
        for fold in page.locator("main details").all():
            fold.locator("summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        page.evaluate(axe)
        said = page.evaluate("async () => await axe.run()")
        found += [(address, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
    assert found == []


def test_no_page_breaks_its_policy_and_none_links_or_writes_an_address(hotline: HotlineConsole) -> None:
    page = hotline.page()
    hotline.said.clear()
    for address in pages_of(hotline):
        page.goto(address)
        links = page.evaluate(_LINKS)
        assert not [link for link in links if "example" in link or "onion" in link]
        text = page.content()
        for bare in ("board.example", "quay.example/list", "pictures.onion", "192.0.2.7"):
            assert bare not in text, (address, bare)
    assert hotline.said == []


def test_addresses_are_walked_and_opened_by_keyboard(hotline: HotlineConsole) -> None:
    page = hotline.page()
    page.goto("/urls")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The police come first, and nobody told them yet")
    page.wait_for_load_state()
    page.keyboard.press("b")
    expect(page).to_have_url(f"{hotline.address}/urls")
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.get_by_label("The address")).to_be_focused()
    page.get_by_label("The address").blur()
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page).to_have_url(f"{hotline.address}/urls")


def test_what_due_first_means_is_what_stands_first(hotline: HotlineConsole) -> None:
    page = hotline.page()
    page.goto("/urls")
    rows = page.locator(".u")
    expect(rows.first).to_contain_text("Due now")
    expect(rows.last).to_contain_text("waits for the police")


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_works_with_and_without_a_script(hotline: HotlineConsole, script: bool) -> None:
    page = hotline.page(java_script_enabled=script)
    page.goto("/urls")
    page.get_by_label("The address").fill(f"hxxps[:]//board[.]example/way/{script}")
    page.get_by_label("How it came").select_option("partner")
    page.get_by_role("button", name="Take it in").click()
    _assess_and_tell_the_police(page)
    page.get_by_role("button", name="Ask your lists").click()
    page.get_by_role("button", name="Read the notice").first.click()
    expect(page.get_by_role("main")).to_contain_text(f"hxxps[:]//board[.]example/way/{script}")
    page.get_by_role("button", name="I have sent it").click()
    page.get_by_label("A person looks").select_option("24")
    page.get_by_role("button", name="Order it").click()
    page.get_by_label("It is gone").check()
    page.get_by_role("button", name="Record what you found").click()
    page.get_by_label("It was removed").check()
    page.get_by_role("button", name="Close the address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It was removed")


def _assess_and_tell_the_police(page: Page) -> None:
    expect(page.locator("input:checked")).to_have_count(0)  # nothing is chosen for a person
    page.get_by_label("Illegal under national law").check()
    page.get_by_role("button", name="Record what you found").click()
    page.get_by_label("Whom you told").fill("State police, 7731")
    page.get_by_role("button", name="Record that the police were told").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("With the police; nobody else is told")
    page.get_by_label("Who of the police").fill("State police, by telephone")
    page.get_by_role("button", name="Record the release").click()


def test_a_refused_form_says_why_where_it_was_and_keeps_what_was_typed(hotline: HotlineConsole) -> None:
    page = hotline.page()
    page.goto("/urls")
    page.get_by_label("The address").fill("mailto:somebody@board.example")
    page.get_by_label("How it came").select_option("by-hand")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("alert")).to_contain_text("e-mail address")
    expect(page.get_by_label("How it came")).to_have_value("by-hand")
    expect(page.get_by_label("The address")).to_have_value("mailto:somebody@board[.]example")


def test_two_people_at_one_address_do_not_overwrite_each_other(hotline: HotlineConsole) -> None:
    first, second = hotline.page(), hotline.page()
    for page in (first, second):
        page.goto(hotline.link("received"))
        page.get_by_label("Not illegal").check()
    first.get_by_role("button", name="Record what you found").click()
    second.get_by_role("button", name="Record what you found").click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody else has worked at this address")
