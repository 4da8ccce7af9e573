"""The public form in a real browser: by keyboard, without a script, from right to left, and left in a hurry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from clew.web.selfhelp.form import LONGEST
from tests.browser.browser_desk import free_port, launch, serving
from tests.browser.conftest import AXE, demand_browser
from tests.browser.public_desk import harmless, settle_public, taken_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A form that comes back sooner is asked for once more.
_A_PERSON_S_MS = 2_100
WORDS = "Somebody on chatapp wants pictures of the lantern festival"


@dataclass
class Public:
    """A browser, where the form is, and where it leaves to.

    Attributes:
        said: what pages wrote to the browser's own console.
        asked: every address that was asked for.
    """

    browser: Browser
    address: str
    exit_url: str
    folder: Path
    said: list[str]
    asked: list[str]

    def page(self, **options: object) -> Page:
        page = self.browser.new_context(base_url=self.address, **options).new_page()  # type: ignore[arg-type]
        page.on("console", lambda message: self.said.append(message.text))
        page.on("request", lambda request: self.asked.append(request.url))
        return page

    def count(self) -> int:
        return len(taken_in(self.folder))


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    demand_browser()
    folder = tmp_path_factory.mktemp("public") / "data"
    with harmless() as exit_url:
        settle_public(folder, exit_url)
        with serving(folder) as link, sync_playwright() as playwright:
            browser = launch(playwright)
            parts = urlsplit(link)
            yield Public(browser, f"{parts.scheme}://{parts.netloc}", exit_url, folder, [], [])
            browser.close()


def send(page: Page, name: str = "Send") -> None:
    page.wait_for_timeout(_A_PERSON_S_MS)
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def check(page: Page, axe: str, what: str) -> list[tuple[str, str, str]]:
    """What the checker finds, and whether anything scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what
    page.evaluate(axe)
    said = page.evaluate("async () => await axe.run()")
    return [(what, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360, 320])
@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(
    public: Public, theme: str, width: int, language: str
) -> None:
    page = public.page(color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    axe, found = AXE.read_text("utf-8"), []
    page.goto(f"/write/{language}/more")
    found += check(page, axe, "more")
    page.goto(f"/write/{language}")
    found += check(page, axe, "form")
    page.locator("[name=may][value=way]").check()
    page.locator("form button").click()  # too soon, empty, and without a way
    found += check(page, axe, "faults")
    page.locator("#words").fill(WORDS)
    page.locator("#way").fill("mara@example.org")
    page.wait_for_timeout(_A_PERSON_S_MS)
    page.locator("form button").click()
    expect(page.locator("[data-code]")).to_be_visible()
    found += check(page, axe, "sent")
    assert found == []


def test_the_whole_way_by_keyboard(public: Public) -> None:
    page = public.page()
    page.goto("/write/en")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the form")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="555 0112")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="in danger right now")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="It is about me")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type("https://board.example/keyboard")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="No, do not contact me")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Please tell nobody")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send")).to_be_focused()  # nothing that nobody sees stands between
    page.wait_for_timeout(_A_PERSON_S_MS)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")
    report = taken_in(public.folder)[-1]
    assert report.additional_info == "By keyboard"
    assert report.details[0].urls == ("https://board.example/keyboard",)  # type: ignore[union-attr]
    assert report.further[0].text == "Do not contact who wrote this."


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_with_and_without_a_script(public: Public, script: bool) -> None:
    page = public.page(java_script_enabled=script)
    before = public.count()
    page.goto("/write")
    page.get_by_label("in danger right now").check()
    page.get_by_label("I am a parent").check()
    page.get_by_label("In your own words").fill(f"{WORDS} {script}")
    page.get_by_label("Which country are you in?").select_option("Harbourland")
    page.get_by_label("Yes, but only this way").check()
    page.get_by_label("E-mail address or phone number").fill("mara@example.org")
    page.get_by_label("When is it safe to reach you?").fill("2 to 3")
    send(page)
    code = page.locator("[data-code]").inner_text()
    assert WORDS not in page.content()
    assert "mara" not in page.content()
    page.get_by_role("link", name="Add to something you sent").click()
    page.get_by_label("Your code").fill(code.upper())
    page.get_by_label("In your own words").fill("And one line more")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have added it")
    assert WORDS not in page.content()
    first, added = taken_in(public.folder)[before:]
    assert first.incident.urgent_because
    assert first.additional_info == f"{WORDS} {script}"
    assert added.further[0].label == "Adds to report"
    assert page.context.cookies() == []


def test_a_no_hides_what_asks_for_a_way_even_without_a_script(public: Public) -> None:
    page = public.page(java_script_enabled=False)
    page.goto("/write/en")
    way = page.get_by_label("E-mail address or phone number")
    page.get_by_label("Yes, but only this way").check()
    expect(way).to_be_visible()
    page.get_by_label("No, do not contact me").check()
    expect(way).to_be_hidden()


def test_in_arabic_the_page_runs_from_right_to_left_at_360_pixels(public: Public) -> None:
    page = public.page(viewport={"width": 360, "height": 760}, locale="ar-EG", java_script_enabled=False)
    page.goto("/write")
    assert page.url.endswith("/write/ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    leave, first = page.locator(".leave").bounding_box(), page.locator(".langs a").first.bounding_box()
    assert leave is not None
    assert first is not None
    assert leave["x"] < 40
    assert first["x"] > leave["x"] + leave["width"]
    radio, words = (
        page.locator("[name=who]").first.bounding_box(),
        page.locator("[name=who] + span").first.bounding_box(),
    )
    assert radio is not None
    assert words is not None
    assert radio["x"] > words["x"]
    page.locator("#words").fill("شخص ما يهددني على chatapp")
    page.locator("#places").fill("https://board.example/ar")
    send(page, "أرسل")
    expect(page.locator("[data-code]")).to_have_text(re.compile(r"^[a-z2-9]{4}(-[a-z2-9]{4}){3}$"))
    assert taken_in(public.folder)[-1].additional_info == "شخص ما يهددني على chatapp"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_way_out_stays_in_sight_on_a_telephone_and_takes_no_tenth_of_it(public: Public, language: str) -> None:
    page = public.page(viewport={"width": 360, "height": 760})
    page.goto(f"/write/{language}")
    for place in (0, 1_000, 10_000):
        page.evaluate("place => scrollTo(0, place)", place)
        box = page.locator(".pub-exit").bounding_box()
        assert box is not None
        assert (box["y"], box["width"]) == (0, 360)
        assert box["height"] < 76
        expect(page.locator(".leave")).to_be_in_viewport(ratio=1)


def test_the_quick_exit_is_a_plain_link_where_there_is_no_script(public: Public) -> None:
    page = public.page(java_script_enabled=False)
    page.goto("/write/en")
    with page.expect_response(public.exit_url) as answered:
        page.get_by_role("link", name="Leave this page").click()
    assert answered.value.headers["x-referrer-seen"] == "none"
    expect(page.get_by_role("heading")).to_have_text("It shines")


@pytest.mark.parametrize("by", ["link", "keys"])
def test_leaving_takes_the_page_s_place_in_what_back_leads_to(public: Public, by: str) -> None:
    page = public.page()
    page.goto(public.exit_url)
    page.goto("/write/en")
    page.get_by_label("In your own words").fill(WORDS)
    if by == "link":
        page.get_by_role("link", name="Leave this page").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    expect(page.get_by_role("heading")).to_have_text("It shines")
    page.go_back()
    assert page.url == public.exit_url
    assert WORDS not in page.content()


def test_escape_once_closes_nothing_and_loses_nothing(public: Public) -> None:
    page = public.page()
    page.goto("/write/en")
    page.get_by_label("In your own words").fill(WORDS)
    page.keyboard.press("Escape")
    page.wait_for_timeout(1_300)
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    expect(page.get_by_label("In your own words")).to_have_value(WORDS)


def test_who_comes_back_finds_an_empty_form(public: Public) -> None:
    page = public.page()
    page.goto("/write/en")
    page.get_by_label("In your own words").fill(WORDS)
    page.goto(public.exit_url)
    page.go_back()
    expect(page.get_by_label("In your own words")).to_have_value("")


def test_sent_twice_by_a_double_click_is_one_report(public: Public) -> None:
    page = public.page()
    before = public.count()
    page.goto("/write/en")
    page.get_by_label("In your own words").fill("Twice")
    page.wait_for_timeout(_A_PERSON_S_MS)
    page.get_by_role("button", name="Send", exact=True).dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")
    code = page.locator("[data-code]").inner_text()
    page.reload()  # which sends it again
    expect(page.locator("[data-code]")).to_have_text(code)
    assert public.count() == before + 1


def test_a_text_too_long_stays_on_the_page_with_what_to_do(public: Public) -> None:
    page = public.page()
    page.goto("/write/en")
    text = "wave " * (LONGEST["words"] // 5) + "too far"
    page.get_by_label("In your own words").fill(text)
    page.get_by_label("I saw something online").check()
    send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("too long by 7 characters")
    expect(page.get_by_label("In your own words")).to_have_value(text)
    expect(page.get_by_label("I saw something online")).to_be_checked()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("In your own words")).to_be_focused()
    page.get_by_label("In your own words").fill(text[:-10])
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")


def test_pages_break_no_policy_ask_nobody_else_and_leave_nothing_in_the_browser(public: Public) -> None:
    page = public.page()
    public.said.clear()
    public.asked.clear()
    for path in ("/write", "/write/ar", "/write/en/more"):
        page.goto(path)
    page.get_by_label("In your own words").fill(WORDS)
    send(page)
    assert public.said == ["Failed to load resource: the server responded with a status of 400 (Bad Request)"]
    assert {urlsplit(each).netloc for each in public.asked} == {urlsplit(public.address).netloc}
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.title() == "Write to us"


def test_a_form_that_was_open_while_the_service_was_started_anew_is_taken_in_once(
    tmp_path: Path, public: Public
) -> None:
    folder, port = tmp_path / "data", ["--port", str(free_port())]
    settle_public(folder, public.exit_url)
    page = public.page()
    with serving(folder, *port) as link:
        page.goto(f"{link.split('/signin')[0]}/write/en")
        page.get_by_label("In your own words").fill(WORDS)
    with serving(folder, *port):
        send(page)
        code = page.locator("[data-code]").inner_text()
    with serving(folder, *port):
        page.reload()
        expect(page.locator("[data-code]")).to_have_text(code)
    assert len(taken_in(folder)) == 1
