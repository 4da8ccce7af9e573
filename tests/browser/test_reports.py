"""Reports in a real browser: a draft completed by keyboard, filed at a strict clearinghouse, and one that failed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from clew.records.identifiers import CaseId
from tests.browser.conftest import AXE, Console, demand_browser
from tests.browser.reports_desk import ReportsDesk, reports_desk
from tests.browser.test_signing_in import set_up, stranger

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHO = "reporter.person.emails[0].address"
BOATS = b"boats " * 500


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReportsDesk]:
    """A reporter who is a senior reviewer too has signed in."""
    demand_browser()
    with reports_desk(tmp_path_factory.mktemp("reports")) as opened:
        page = stranger(opened.console)
        set_up(opened.console, page, "Rea", "reporter", "senior_reviewer")
        opened.console.signed_in = page.context.storage_state()
        yield opened


@pytest.fixture(scope="module")
def console(desk: ReportsDesk) -> Console:
    return desk.console


def fill(page: Page, path: str, value: str) -> None:
    """One field of "Everything else"."""
    page.get_by_label("Field", exact=True).fill(path)
    page.get_by_label("Value", exact=True).fill(value)


def saved(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("saved ", exact=False).first).to_be_visible()


def ordered(page: Page, case_id: CaseId) -> str:
    """The path of the filing of a case whose draft was completed in the browser."""
    page.goto(f"/reports/draft/{case_id}")
    fill(page, WHO, "desk@example.org")
    saved(page)
    page.get_by_role("button", name="File the report").click()
    page.wait_for_url(re.compile(r"/reports/[0-9A-Z]{26}$"))
    return re.sub(r"^https?://[^/]+", "", page.url)


def test_a_report_is_completed_by_keyboard_read_filed_and_shown_with_its_receipt(desk: ReportsDesk) -> None:
    desk.console.said.clear()
    case_id = desk.house.case(BOATS, b"a harbour at noon")
    page = desk.console.page()
    page.goto("/reports")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/reports/draft/{case_id}")
    before = page.locator(".score .figure").inner_text()

    page.keyboard.press("n")
    page.wait_for_url("**#gap-0")
    page.keyboard.press("Tab")
    expect(page.locator("#value-0")).to_be_focused()
    page.keyboard.type("192.0.2.7")
    stated = page.locator(".gapped").filter(has_text="Screen name of the reported account")
    stated.get_by_text("Leave it out, say why").press("Enter")
    stated.get_by_label("Why").select_option("not recorded here")
    stated.get_by_label("In words").fill("accounts have no names here")
    fill(page, WHO, "desk@example.org")
    page.locator("h1").click()
    page.keyboard.press("s")
    expect(page.locator(".stated")).to_contain_text("accounts have no names here")
    expect(page.locator("#addresses")).to_contain_text("192.0.2.7")
    assert page.locator(".score .figure").inner_text() != before

    page.keyboard.press("v")
    page.wait_for_url("**/receiver")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 documents, valid by every rule of the form")
    expect(page.get_by_role("region", name="XML 1")).to_contain_text("<email>desk@example.org</email>")
    expect(page.get_by_role("region", name="XML 2")).to_contain_text("<fileViewedByEsp>false</fileViewedByEsp>")
    page.get_by_role("link", name="Draft", exact=True).click()
    page.wait_for_url(f"**/reports/draft/{case_id}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waits for its turn")

    desk.work()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Filed as \d+$"))
    number = page.locator(".receipt .no").inner_text()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Filed as {number}")
    expect(page.locator(".receipt")).to_contain_text("2 acknowledged")
    with page.expect_download() as download:
        page.keyboard.press("Control+Enter")
    assert number in download.value.path().read_text("utf-8")
    assert desk.console.said == []


def test_a_failed_filing_shows_its_alert_and_goes_through_once_the_password_is_right(desk: ReportsDesk) -> None:
    page = desk.console.page()
    place = ordered(page, desk.house.case(BOATS))
    desk.work(password="not the one that was issued")
    page.goto("/reports")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 alert needs a person")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{place}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not filed: a person must act")
    expect(page.get_by_role("region", name="Alert")).to_contain_text("Check user, password")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waits for its turn")
    expect(page.get_by_role("region", name="Alert")).to_be_visible()
    desk.work()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Filed as \d+$"))
    expect(page.get_by_role("region", name="Alert")).to_have_count(0)


def test_a_field_that_is_refused_is_named_and_the_rest_of_the_page_stands(desk: ReportsDesk) -> None:
    page = desk.console.page()
    page.goto(f"/reports/draft/{desk.house.case(BOATS)}")
    fill(page, "files[0].viewed", "true")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("1 value cannot stand where typed")
    expect(page.locator("#wrong-value")).to_contain_text("Choose a field of the list")
    expect(page.locator("#files")).to_contain_text("not viewed")


def test_what_was_typed_is_saved_by_the_key_to_the_receiver_s_view_and_not_left_without_a_question(
    desk: ReportsDesk,
) -> None:
    page = desk.console.page()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"/reports/draft/{desk.house.case(BOATS)}")
    page.get_by_label("Further facts").fill("seen twice")
    page.get_by_text("All facts as JSON").click()
    text = page.get_by_label("Facts as JSON")
    text.fill(text.input_value().replace('"material"', '"molestation"'))
    page.get_by_role("link", name="Today").first.click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Further facts")).to_have_value("seen twice")
    page.locator("h1").click()
    page.keyboard.press("v")
    page.wait_for_url("**/receiver")
    expect(page.get_by_role("region", name="XML 1")).to_contain_text("seen twice")
    expect(page.get_by_role("region", name="XML 1")).to_contain_text("Child Sexual Molestation")
    page.get_by_role("link", name="Draft", exact=True).click()
    page.get_by_role("link", name="Today").first.click()
    page.wait_for_url(re.compile(r"/$"))
    assert asked == ["beforeunload"]


def test_enter_in_a_field_saves_and_does_nothing_else(desk: ReportsDesk) -> None:
    case_id = desk.house.case(BOATS)
    page = desk.console.page()
    page.goto(f"/reports/draft/{case_id}")
    fill(page, "files[0].original_file_name", "boats.png")
    page.get_by_label("Value", exact=True).press("Enter")
    expect(page.get_by_text("saved ", exact=False).first).to_be_visible()
    page.goto(f"/reports/draft/{case_id}")
    text = page.get_by_label("Facts as JSON").input_value()
    marked = text.replace('"original_file_name"', '"annotations": ["viral"], "original_file_name"')
    page.get_by_text("All facts as JSON").click()
    page.get_by_label("Facts as JSON").fill(marked)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Make it a batched report")).to_be_visible()
    fill(page, WHO, "desk@example.org")
    page.get_by_label("Value", exact=True).press("Enter")
    expect(page.get_by_label("Value", exact=True)).to_have_value("")
    with desk.installation.store.read() as reader:
        draft = reader.find_draft(case_id)
    assert draft is not None
    assert "batch" not in draft.facts


@pytest.mark.parametrize("width", [360, 1280])
def test_every_link_of_the_composer_leads_somewhere_and_nothing_overflows(desk: ReportsDesk, width: int) -> None:
    case_id = desk.house.case(b"rapids " * 100)
    page = desk.console.page(viewport={"width": width, "height": 780})
    page.goto(f"/reports/draft/{case_id}")
    fill(
        page,
        "subjects[0].location.country",
        "Finlandia, the land of a thousand lakes and of one word that is " + 60 * "a",
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("1 value cannot stand where typed")
    expect(page.locator("#wrong-value")).to_contain_text("Expected a country by its English name")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [each for each in page.locator('main a[href^="#"]').all() if not _leads(page, each)] == []


def _leads(page: Page, link: Locator) -> bool:
    target = link.get_attribute("href") or "#"
    size = page.viewport_size
    assert size is not None
    if not link.is_visible():
        return "narrow" in (link.locator("..").get_attribute("class") or "")
    box = link.bounding_box()
    within = box is not None and box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
    return within and page.locator(target).count() == 1


@pytest.fixture(scope="module")
def places(desk: ReportsDesk) -> list[str]:
    """Every page of reports: with a filing that is filed, one that failed, and a draft."""
    page = desk.console.page()
    filed = ordered(page, desk.house.case(BOATS, b"a pier"))
    desk.work()
    failed = ordered(page, desk.house.case(BOATS))
    desk.work(password="not the one that was issued")
    draft = f"/reports/draft/{desk.house.case(BOATS)}"
    page.goto(draft)
    fill(page, "subjects[0].ip_events[0].address", "198.51.100.7")
    saved(page)
    return ["/reports", "/alerts", "/reports?state=withdrawn", draft, f"{draft}/receiver", filed, failed]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_reports_has_an_accessibility_violation(
    console: Console, places: list[str], theme: str, width: int
) -> None:
    page = console.page(color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    found = []
    for address in places:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details.fold').forEach((each) => { each.open = true; })")
        page.evaluate(AXE.read_text("utf-8"))
        said = page.evaluate("async () => await axe.run()")
        found += [(address, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
    assert found == []


@pytest.mark.parametrize("width", [320, 360, 640, 1280])
def test_no_page_of_reports_scrolls_sideways(console: Console, places: list[str], width: int) -> None:
    page = console.page(viewport={"width": width, "height": 700})
    wide = []
    for address in places:
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
        if page.evaluate(
            "[...document.querySelectorAll('.scroll')].some((each) => each.scrollWidth > each.clientWidth)"
        ):
            wide.append(f"{address}: cut")
    assert wide == []
