"""Clusters in a real browser: the weave, the way between two reports, a split seen before it is made and taken back."""

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from clew.pipelines.installation import open_store
from clew.settings import load
from tests.browser.browser_desk import launch, serving, sign_in
from tests.browser.conftest import AXE, Console, demand_browser
from tests.web.cluster_desk import fill_clusters

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    "/clusters",
    "/clusters/1",
    "/clusters/1?left=1&right=4",
    "/clusters/5",
    "/clusters/1/part",
    "/clusters/1/part?kind=phone&value=%2B31612340001&report=3",
    "/clusters/1/part?report=3&report=4",
)


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    demand_browser()
    folder = tmp_path_factory.mktemp("clusters") / "data"
    with contextlib.closing(open_store(load(folder, {}))) as store:
        fill_clusters(store)
    with serving(folder) as link, sync_playwright() as playwright:
        browser = launch(playwright)
        parts = urlsplit(link)
        page = browser.new_page()
        sign_in(page, link)
        yield Console(browser, f"{parts.scheme}://{parts.netloc}", page.context.storage_state(), [], folder)
        browser.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(clusters: Console, theme: str, width: int) -> None:
    page = clusters.page(color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    axe, found = AXE.read_text("utf-8"), []
    clusters.said.clear()
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        page.evaluate(axe)
        said = page.evaluate("async () => await axe.run()")
        found += [(address, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
    assert found == []
    assert [line for line in clusters.said if "Content Security Policy" in line] == []


@pytest.mark.parametrize("script", [True, False])
def test_a_split_is_seen_made_and_taken_back(clusters: Console, script: bool) -> None:
    page = clusters.page(java_script_enabled=script)
    page.goto("/clusters/1")
    expect(page.get_by_role("heading", level=1)).to_have_text("4 reports that tell of one subject")
    page.get_by_role("row", name="telephone +31612340001").get_by_role("link", name="Undo a join by it").click()
    expect(page.locator("input:checked")).to_have_count(0)  # nothing is chosen for a person
    page.get_by_label("Report 3").check()
    page.get_by_role("button", name="Show what would come of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It would come apart into 2")
    page.get_by_label("Why").fill("another town")
    page.get_by_role("button", name="Take apart into 2 and 2").click()
    expect(page.get_by_role("status")).to_contain_text("The join was undone")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 reports that tell of one subject")
    page.get_by_text("Take it back", exact=True).first.click()
    page.locator("details[open]").get_by_label("Why").fill("the towns are one")
    page.get_by_role("button", name="Take the change back").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("4 reports that tell of one subject")


def test_the_cluster_is_worked_by_keyboard(clusters: Console) -> None:
    page = clusters.page()
    page.goto("/clusters")
    page.get_by_label("Number of any of its reports").fill("4")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{clusters.address}/clusters/4")
    page.wait_for_load_state()
    page.keyboard.press("p")
    expect(page.get_by_label("One report")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".path .weak")).to_have_count(1)
    expect(page.locator("path.way")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("x")
    expect(page).to_have_url(f"{clusters.address}/clusters/1/part")
