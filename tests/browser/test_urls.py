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


# What the focus stands on, as a person hears it: its label, else its words.
_HEARD = """(() => { const at = document.activeElement;
    return (at.labels?.length ? at.labels[0].innerText : at.innerText || '').trim().split('\\n')[0] })()"""
_MOST_STOPS = 60


def _tab_to(page: Page, heard: str) -> None:
    """Tab is pressed until the focus is where a person wants it; that it can be reached is part of the test."""
    stops = []
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stops.append(str(page.evaluate(_HEARD)))
        if stops[-1].startswith(heard):
            return
    raise AssertionError(f"Tab never came to '{heard}', only to {stops}")


def _send(page: Page, title: str) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.wait_for_load_state()


def test_the_whole_way_goes_by_keyboard_alone_and_a_close_is_undone(hotline: HotlineConsole) -> None:
    page = hotline.page()
    page.goto("/urls")
    page.keyboard.press("n")
    page.keyboard.type("hxxps[:]//board[.]example/keys")
    _tab_to(page, "How it came")
    page.keyboard.type("from a partner")
    _send(page, "Nobody has assessed this address yet")
    _tab_to(page, "Illegal everywhere")
    page.keyboard.press("ArrowDown")
    _send(page, "The police come first, and nobody told them yet")
    _tab_to(page, "Whom you told")
    page.keyboard.type("State police, 7731")
    _send(page, "With the police; nobody else is told")
    _tab_to(page, "Who of the police released it")
    page.keyboard.type("State police, by telephone")
    _tab_to(page, "Record the release")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Whoever hosts it may be told now")
    page.wait_for_load_state()
    _send(page, "Whoever hosts it may be told now")  # the main act: your own lists are asked
    _send(page, "The notice to the host, Quay Hosting")
    expect(page.get_by_role("main")).to_contain_text("Removal of illegal material")  # the operator's own words
    _send(page, "Nobody ordered a look whether it is still there")
    _tab_to(page, "A person looks")
    page.keyboard.type("every day")
    _send(page, "A person looks whether it is still there")
    _tab_to(page, "It is still there")
    page.keyboard.press("ArrowDown")
    _send(page, "Nothing is left but to close it")
    _tab_to(page, "It was removed")
    page.keyboard.press("Space")
    _send(page, "It was removed")
    _tab_to(page, "Open it again")
    page.keyboard.press("Enter")
    _tab_to(page, "Why it is opened again")
    page.keyboard.type("The partner reports it anew")
    _tab_to(page, "Open it again")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody has assessed this address yet")
    expect(page.get_by_role("region", name="What was done")).to_contain_text("Closed: it was removed")


def test_on_a_narrow_page_the_form_is_one_link_away(hotline: HotlineConsole) -> None:
    page = hotline.page(viewport={"width": 360, "height": 760})
    page.goto("/urls")
    page.get_by_role("link", name="Report an address").click()
    expect(page.get_by_role("heading", name="Report an address")).to_be_in_viewport()


def test_the_history_says_a_category_in_its_words(hotline: HotlineConsole) -> None:
    page = hotline.page()
    page.goto(hotline.link("assessed"))
    expect(page.get_by_role("region", name="What was done")).to_contain_text("Assessed: illegal under national law")


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
