"""What counts as having been shown all of a picture, by the console's own scripts in a real browser."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

import clew.web
from tests.browser.browser_desk import launch
from tests.browser.conftest import demand_browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPTS = [Path(clew.web.__file__).parent / "static" / name for name in ("picture.js", "film.js", "review.js")]
STAGE = """<body><div data-stage><div data-shown hidden></div><div data-cover><h2></h2></div><p data-said></p></div>
<form data-confirm hidden><input name=view><input name=proof></form><p data-unproved hidden></p><ul data-ledger></ul>"""
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(5_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    demand_browser()
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


def plain(colour: str) -> Image.Image:
    return Image.new("RGB", (64, 48), colour)


def file_of(kind: str, *colours: str, **more: object) -> bytes:
    """A file with a picture of each of the colours."""
    first, *others = [plain(each) for each in colours]
    target = io.BytesIO()
    if others:
        more |= {"save_all": True, "append_images": others}
    first.save(target, kind, **more)
    return target.getvalue()


def stage(browser: Browser, body: bytes, media_type: str) -> Page:
    """A page with the scripts of the job's page, at an address that serves the file."""
    page = browser.new_page()

    def answer(route: Route) -> None:
        if route.request.url.endswith("/bytes"):
            route.fulfill(body=body, content_type=media_type)
        else:
            route.fulfill(body=STAGE, content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://localhost/page")
    for script in SCRIPTS:
        page.add_script_tag(content=script.read_text())
    return page


def show(page: Page) -> None:
    page.evaluate("showWhole({ view: 'V', source: '/bytes', words: 'the whole file', part: 'F1' })")
    expect(page.locator("[data-shown] canvas")).to_be_visible()


EXIF = Image.Exif()
EXIF[0x010E] = "a landscape \xff\xd9 with markers in its words"
WHOLE = {
    "jpeg": ("image/jpeg", file_of("JPEG", "green")),
    "progressive jpeg": ("image/jpeg", file_of("JPEG", "green", progressive=True, exif=EXIF.tobytes())),
    "jpeg with restarts": ("image/jpeg", file_of("JPEG", "green", restart_marker_blocks=2)),
    "png": ("image/png", file_of("PNG", "green")),
    "webp": ("image/webp", file_of("WEBP", "green")),
    "avif": ("image/avif", file_of("AVIF", "green")),
    "bmp": ("image/bmp", file_of("BMP", "green")),
    "gif": ("image/gif", file_of("GIF", "green")),
    "padded": ("image/jpeg", file_of("JPEG", "green") + bytes(64)),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_picture_with_nothing_behind_it_may_be_confirmed(browser: Browser, name: str) -> None:
    media_type, body = WHOLE[name]
    page = stage(browser, body, media_type)
    show(page)
    expect(page.locator("[data-confirm]")).to_be_visible()
    page.close()


@pytest.mark.parametrize("behind", [FILM, file_of("JPEG", "red"), b"words"], ids=["film", "picture", "words"])
@pytest.mark.parametrize("name", [each for each in WHOLE if each != "padded"])
def test_a_picture_with_more_behind_it_is_not_all_that_its_file_holds(
    browser: Browser, name: str, behind: bytes
) -> None:
    media_type, body = WHOLE[name]
    page = stage(browser, body + behind, media_type)
    show(page)
    expect(page.get_by_text("Behind what is shown the file holds more")).to_be_visible()
    expect(page.locator("[data-confirm]")).to_be_hidden()
    page.close()


def test_of_a_camera_file_with_two_pictures_one_is_not_all(browser: Browser) -> None:
    page = stage(browser, file_of("MPO", "green", "red"), "image/jpeg")
    show(page)
    expect(page.get_by_text("Behind what is shown the file holds more")).to_be_visible()
    page.close()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_what_moves_may_be_confirmed_once_its_last_picture_was_shown(browser: Browser, kind: str) -> None:
    body = file_of(kind, "green", "blue", "red", duration=[1_500, 50, 50], loop=0)
    page = stage(browser, body, f"image/{kind.lower()}")
    show(page)
    expect(page.get_by_text("Not all of it was played yet")).to_be_visible()
    expect(page.locator("[data-confirm]")).to_be_hidden()
    expect(page.locator("[data-confirm]")).to_be_visible(timeout=10_000)
    assert len(page.locator("input[name=proof]").input_value()) == 64
    page.close()
