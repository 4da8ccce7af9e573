"""Review in a real browser: ten jobs by keyboard alone, views that are covered again, the limit, and no script."""

import hashlib
import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.browser_desk import clew
from tests.browser.conftest import Console, demand_browser
from tests.browser.review_desk import WORDS, key_of, review_desk
from tests.browser.test_signing_in import give_password, set_up, sign_out, stranger

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS_A_DAY = 3


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A service of its own with jobs that wait, under a policy of three views a day."""
    demand_browser()
    with review_desk(tmp_path_factory.mktemp("review") / "data", views_a_day=VIEWS_A_DAY) as opened:
        yield opened


# A film of one second, which the browser itself makes: plain colours, one after another.
FILM_MAKER = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  document.body.append(canvas);
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: "video/webm;codecs=vp8" });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  for (let step = 0; step < 10; step++) {
    pen.fillStyle = `rgb(${25 * step}, 80, 120)`;
    pen.fillRect(0, 0, 64, 48);
    await new Promise((done) => setTimeout(done, 100));
  }
  recorder.stop();
  await ended;
  return Array.from(new Uint8Array(await new Blob(parts).arrayBuffer()));
}"""


def arrive(console: Console, name: str = "Ada Reviewer") -> Page:
    """A reviewer has signed in with password and code, and goes to the queue; their views are their own."""
    page = stranger(console)
    reviewer = set_up(console, page, name, "reviewer")
    sign_out(page)
    give_password(page, reviewer)
    expect(page.get_by_role("heading", name="Your second proof")).to_be_visible()
    page.wait_for_load_state()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(reviewer.code())
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="The thread of today")).to_be_visible()
    page.wait_for_load_state()  # keys act once the page's script has come
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


def meter(page: Page) -> tuple[list[list[str]], str, str]:
    """The drawing of the person's exposure, and its words."""
    read = "ticks => ticks.map(tick => ['class', 'x', 'y', 'width', 'height'].map(name => tick.getAttribute(name)))"
    words = page.locator("[data-views]").inner_text() + page.locator("[data-budget]").inner_text()
    said = page.locator("svg.meter").get_attribute("aria-label")
    return page.locator("svg.meter rect").evaluate_all(read), words, str(said)


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
    drawn = meter(page)
    assert [each[0] for each in drawn[0]] == ["part", "left", "left"]
    page.keyboard.press("Escape")
    expect(page.locator("[data-shown] img")).to_have_count(0)
    expect(page.locator("[data-cover] h3")).to_have_text("Covered")
    expect(page.locator("[data-said]")).to_contain_text("Opening it again is another view")
    page.reload()
    assert meter(page) == drawn, "what the script drew is what the page says"
    decide(page)

    # The whole of another.
    take(page)
    open_whole_and_confirm(page)
    decide(page)

    # One view more, covered by another window; the next is not served, and the job goes on to others.
    take(page)
    page.wait_for_load_state()
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


def test_f_leads_to_the_filters_of_the_queue(console: Console) -> None:
    page = console.page()
    page.goto("/review")
    page.wait_for_load_state()
    page.keyboard.press("f")
    expect(page.locator(".chip").first).to_be_focused()


PLAYED = "(film) => new Promise((done) => { film.onended = () => done(true); film.play(); })"


def open_film(page: Page) -> Locator:
    """The whole film stands in its place, and nothing of it runs."""
    if not page.get_by_role("button", name="Open the whole film").is_visible():
        page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Open the whole film").click()
    shown = page.locator("[data-shown] video")
    expect(shown).to_be_visible()
    assert shown.evaluate("(film) => [film.paused, film.muted, film.played.length]") == [True, True, 0]
    return shown


def test_a_film_counts_as_viewed_once_all_of_it_was_played_and_not_by_a_leap_to_its_end(console: Console) -> None:
    page = arrive(console, "Bo Reviewer")
    blank = console.browser.new_page()
    film = bytes(blank.evaluate(FILM_MAKER))
    blank.close()
    file = console.folder / "films.csv"
    file.write_text(f"type,value\nsha256,{hashlib.sha256(film).hexdigest()}")
    source = ["--source", "sample-centre", "--kind", "hotline", "--jurisdiction", "INT", "--vetted"]
    ground = ["--legal-basis", "Sample agreement, without effect", "--since", "2026-01-01"]
    clew(console.folder, "lists", "import", str(file), "--list", "sample-films", *source, *ground)
    headers = {"authorization": f"Bearer {key_of(console.folder)}", "content-type": "video/webm"}
    query = {"subject": "account-film", "reference": "upload-film"}
    for _ in range(50):  # the service follows the lists within seconds
        answer = httpx.post(
            f"{console.address}/api/v1/screen", headers=headers, content=film, params=query, timeout=60
        ).json()
        if answer["hit"]:
            break
        page.wait_for_timeout(200)
    assert answer["hit"]
    page.goto("/review?show=free")
    page.locator(".q a").last.click()
    page.get_by_role("button", name="Take this job").click()
    expect(page.get_by_text("No part here can make keyframes of video/webm")).to_be_visible()
    expect(page.get_by_role("button", name="Open it")).to_have_count(0)
    shown = open_film(page)
    shown.evaluate("(film) => { film.currentTime = 0.7 * film.duration; }")
    shown.evaluate(PLAYED)
    assert shown.evaluate("(film) => [film.ended, film.muted, film.videoWidth]") == [True, True, 64]
    expect(page.get_by_text("what is skipped is not seen")).to_be_visible()
    expect(page.get_by_role("button", name="I viewed all of it")).to_be_hidden()
    address = shown.evaluate("(film) => film.src")
    page.keyboard.press("Escape")
    expect(page.locator("video")).to_have_count(0)
    gone = "async (address) => { try { await fetch(address); return false; } catch { return true; } }"
    assert page.evaluate(gone, address), "its bytes are gone with it"
    shown = open_film(page)
    shown.evaluate(PLAYED)
    page.get_by_role("button", name="I viewed all of it").click()
    expect(page.locator(".evs")).to_contain_text("Viewed in full")


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
    places = [
        "/",
        "/review",
        "/review?show=decided",
        *waiting,
        "/alerts",
        "/exposure",
        "/exposure?stopped=true",
        "/exposure/team",
    ]
    for address in places:
        page.goto(str(address))
        page.evaluate(axe)
        said = page.evaluate("async () => await axe.run()")
        found += [(address, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((address, "scrolls sideways", json.dumps(width)))
    assert found == []
