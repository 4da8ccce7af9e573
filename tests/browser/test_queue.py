"""The queue in a real browser: worked by keyboard from the line to the decision and back, and without a script."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from clew.ground.clock import system_clock
from clew.pipelines.installation import open_installation
from clew.pipelines.sample_queue import make_queue
from clew.settings import load
from tests.browser.browser_desk import launch, serving, sign_in
from tests.browser.conftest import AXE, Console, demand_browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = [
    "/queue",
    "/queue?show=decided",
    "/queue/56",
    "/queue/44?whole=1",
    "/queue/19",
    "/queue/41/reports/41",
    "/order",
]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    demand_browser()
    folder = tmp_path_factory.mktemp("queue") / "data"
    with open_installation(load(folder, {}), clock=system_clock, follow=False) as installation:
        make_queue(installation)
    with serving(folder) as link, sync_playwright() as playwright:
        browser = launch(playwright)
        parts = urlsplit(link)
        page = browser.new_page()
        sign_in(page, link)
        yield Console(browser, f"{parts.scheme}://{parts.netloc}", page.context.storage_state(), [], folder)
        browser.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(queue: Console, theme: str, width: int) -> None:
    page = queue.page(color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    axe, found = AXE.read_text("utf-8"), []
    for address in [*PAGES, "/queue/41/reports/41?whole=1", "/simulator"]:
        page.goto(address)
        for fold in page.locator("main details").all():
            fold.locator("summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        page.evaluate(axe)
        said = page.evaluate("async () => await axe.run()")
        found += [(address, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
    assert found == []


def test_no_page_breaks_its_policy_shows_a_picture_or_names_anybody(queue: Console) -> None:
    page = queue.page()
    queue.said.clear()
    for address in ["/queue", "/queue/56", "/queue/41/reports/41", "/queue/55/reports/55?whole=1"]:
        page.goto(address)
        assert page.locator("img, video, canvas, picture").count() == 0
        text = page.content()
        assert "://board.example" not in text
        if "whole" not in address:
            for name in ("linnet", "sparrow", "Harbour school", "on the way to the house"):
                assert name not in text, (address, name)
    assert queue.said == []


def test_the_pane_explains_the_row_that_has_the_focus(queue: Console) -> None:
    page = queue.page()
    page.goto("/queue")
    for _ in range(2):
        page.keyboard.press("j")
    marked = page.locator(".q a[aria-current]")
    expect(marked).to_be_focused()
    place = (marked.get_attribute("href") or "").rsplit("/", 1)[1]
    expect(page.locator(".peek:not([hidden]) .crumb")).to_have_text(f"place {place}")


def test_the_second_look_at_somebody_elses_word_is_taken_and_given(queue: Console) -> None:
    page = queue.page()
    page.goto("/queue/41")
    expect(page.get_by_role("heading", name="A second look is asked for")).to_be_visible()
    page.get_by_role("button", name="Claim it").click()
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Lower it").check()
    page.get_by_role("button", name="Record the decision").click()
    page.goto("/queue/41")
    expect(page.get_by_text("Nothing stands ahead of the score.")).to_be_visible()


def test_the_line_is_worked_by_keyboard_from_taking_to_deciding_and_back(queue: Console) -> None:
    page = queue.page()
    page.goto("/queue")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    place = page.url.rsplit("/", 1)[1]
    expect(page.locator("input:checked")).to_have_count(0)  # nothing is chosen for a person
    page.get_by_label("I cannot tell").press(" ")
    page.get_by_label("Note").blur()
    page.keyboard.press("e")
    expect(page.get_by_label("Escalate it")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text(f"Escalated: place {place}")
    page.wait_for_load_state()
    page.keyboard.press("u")
    expect(page.locator(".toast")).to_contain_text("taken back")
    expect(page).to_have_url(f"{queue.address}/queue/{place}?said=undone")
    page.wait_for_load_state()
    page.keyboard.press("b")
    expect(page).to_have_url(f"{queue.address}/queue?at={place}")
    expect(page.locator("#here")).to_be_focused()


def test_a_marked_row_is_claimed_and_released_by_its_key(queue: Console) -> None:
    page = queue.page()
    page.goto("/queue?show=score")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("c")
    expect(page.locator(".toast")).to_contain_text("waits again where it stood")


def test_lowering_waits_for_another_person_and_says_why_one_cannot_do_it_alone(queue: Console) -> None:
    page = queue.page()
    page.goto("/queue/42")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("2")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator(".toast")).to_contain_text("Another person looks before it holds")
    page.goto("/queue/42")
    expect(page.get_by_text("it waits for another person's look at what you decided")).to_be_visible()
    expect(page.get_by_role("button", name="Claim it")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_a_place_is_worked_to_its_end_with_and_without_a_script(queue: Console, script: bool) -> None:
    page = queue.page(java_script_enabled=script)
    page.goto("/queue?show=score")
    page.locator(".q a").last.click()
    place = page.url.rsplit("/", 1)[1]
    page.get_by_role("button", name="Claim it").click()
    _close(page)
    expect(page.locator(".toast")).to_contain_text(f"Closed: place {place}")
    page.goto(f"/queue/{place}")
    page.get_by_role("button", name="Let it wait again").click()
    expect(page.locator(".toast")).to_contain_text("waits again")


def _close(page: Page) -> None:
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Close it").check()
    page.get_by_label("Why it is closed").select_option("spam")
    page.get_by_role("button", name="Record the decision").click()


def test_names_and_words_are_shown_only_once_they_are_asked_for(queue: Console) -> None:
    page = queue.page()
    page.goto("/queue/56/reports/56")
    expect(page.get_by_text("linnet")).to_have_count(0)
    page.keyboard.press("o")
    expect(page.get_by_text("linnet").first).to_be_visible()
    words = page.get_by_text("I am alone.")
    expect(words).to_be_hidden()
    page.locator(".thread summary").first.click()
    expect(words).to_be_visible()


def test_the_line_keeps_its_place_when_it_is_loaded_anew(queue: Console) -> None:
    page = queue.page()
    page.goto("/queue?show=score")
    link = page.get_by_role("link", name="Next 25").get_attribute("href") or ""
    page.goto(link)
    first = page.locator(".q a").first.get_attribute("href")
    page.keyboard.press("r")
    page.wait_for_load_state()
    assert page.locator(".q a").first.get_attribute("href") == first
    expect(page.locator("#here")).to_be_focused()


def test_a_site_is_simulated_drawn_and_told_in_figures(queue: Console) -> None:
    page = queue.page()
    page.goto("/simulator")
    page.get_by_label("Reports a day").fill("2000")
    page.get_by_label("People at work").fill("1")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".plot svg", timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("of the urgent are seen within the hour")
    expect(page.get_by_role("region", name="Table of the orders").locator("tbody tr")).to_have_count(5)
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("async () => (await axe.run()).violations.map(each => each.id)") == []
    page.get_by_label("Days").fill("2")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("Days is 4 or more")
