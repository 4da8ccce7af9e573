"""What a real browser proves of a whole view: still and moving pictures, and where nothing can be proved."""

import hashlib
import io
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.browser_desk import clew
from tests.browser.conftest import Console, demand_browser
from tests.browser.review_desk import key_of, review_desk
from tests.pictures import chart, landscape

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    demand_browser()
    with review_desk(tmp_path_factory.mktemp("viewed") / "data", views_a_day=20) as opened:
        yield opened


def moving_picture() -> bytes:
    """Three pictures, one after another."""
    first, *others = ((landscape if each % 2 else chart)(each, 160, 120) for each in range(3))
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=50, loop=0)
    return file.getvalue()


def send_hit(console: Console, page: Page, sent: bytes, kind: str) -> None:
    file = console.folder / "moving.csv"
    file.write_text(f"type,value\nsha256,{hashlib.sha256(sent).hexdigest()}")
    source = ["--source", "sample-centre", "--kind", "hotline", "--jurisdiction", "INT", "--vetted"]
    ground = ["--legal-basis", "Sample agreement, without effect", "--since", "2026-01-01"]
    clew(console.folder, "lists", "import", str(file), "--list", "sample-moving", *source, *ground)
    headers = {"authorization": f"Bearer {key_of(console.folder)}", "content-type": kind}
    for _ in range(50):  # the service follows the lists within seconds
        answer = httpx.post(
            f"{console.address}/api/v1/screen",
            headers=headers,
            content=sent,
            params={"subject": "account-moving"},
            timeout=60,
        )
        if answer.json()["hit"]:
            return
        page.wait_for_timeout(200)
    raise AssertionError("it is no hit")


def take(page: Page, *, last: bool = False) -> None:
    page.goto("/review?show=free")
    found = page.locator(".q a", has_text="1 file")
    (found.last if last else found.first).click()
    page.get_by_role("button", name="Take this job").click()
    expect(page.get_by_text("held by you until")).to_be_visible()
    page.wait_for_load_state()


def open_whole(page: Page) -> None:
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Open the whole file").click()
    expect(page.get_by_role("img", name="What was asked for: the whole file")).to_be_visible()


def drawn(page: Page) -> str:
    return str(page.locator("[data-shown] canvas").evaluate("(canvas) => canvas.toDataURL()"))


def test_a_moving_picture_plays_and_can_be_confirmed(console: Console) -> None:
    page = console.page()
    send_hit(console, page, moving_picture(), "image/gif")
    take(page, last=True)
    open_whole(page)
    first = drawn(page)
    page.wait_for_function(
        "(first) => document.querySelector('[data-shown] canvas').toDataURL() !== first", arg=first, timeout=5_000
    )
    page.get_by_role("button", name="I viewed all of it").click()
    expect(page.locator(".evs")).to_contain_text("Viewed in full")


def test_a_browser_that_can_prove_nothing_shows_the_file_and_says_why_it_stays_a_part(console: Console) -> None:
    page = console.page()
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    take(page)
    open_whole(page)
    expect(page.get_by_text("only over https or on this machine itself")).to_be_visible()
    expect(page.get_by_role("button", name="I viewed all of it")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("[data-shown] canvas")).to_have_count(0)
    for _ in range(2):  # at once, and as the page says it when it is loaded again
        expect(page.locator(".evs")).to_contain_text("Partly viewed")
        expect(page.get_by_text("parts of it, or filtered views, were opened")).to_be_visible()
        expect(page.locator("[data-views]")).to_have_text("2")
        page.reload()


def test_bytes_that_break_off_on_the_way_are_not_shown_and_not_confirmed(console: Console) -> None:
    page = console.page()
    page.route(
        "**/views/*/bytes",
        lambda route: route.fulfill(body=route.fetch().body()[:300], content_type="image/png"),
    )
    take(page)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Open the whole file").click()
    expect(page.get_by_text("It could not be shown. Nothing counts as viewed.")).to_be_visible()
    expect(page.get_by_role("button", name="I viewed all of it")).to_be_hidden()
