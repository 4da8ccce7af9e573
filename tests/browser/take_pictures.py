"""Makes the pictures of the console in docs/images: python -m tests.browser.take_pictures [FOLDER]

The data are those of `clew run`: drawn pictures, synthetic hashes, invented lists, accounts and messages.
"""

import contextlib
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.browser_desk import launch, serving, sign_in
from tests.browser.hotline_desk import settle
from tests.browser.public_desk import settle_public

WIDE, NARROW = {"width": 1280, "height": 880}, {"width": 360, "height": 760}
# Few colours are in a page, and few are kept: a picture is a fifth of its size. Half of them are its most frequent ones
# as they are, so that a word in amber stays amber beside a picture; the others stand for the rest.
COLOURS = 256


@contextmanager
def running(data: Path) -> Iterator[str]:
    """A `clew run` on a free port; the link by which to sign in."""
    command = [sys.executable, "-m", "clew", "--data-dir", str(data), "run", "--port", "8377"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            found = re.search(r"http://\S+token=\S+", line)
            if found:
                yield found[0]
                return
        raise AssertionError("clew run ended without a link")
    finally:
        process.terminate()
        process.wait()


def of_few_colours(picture: Image.Image) -> Image.Image:
    """The same picture with a palette."""
    counted = picture.getcolors(picture.width * picture.height) or []
    frequent = [colour for _, colour in sorted(counted, reverse=True)[: COLOURS // 2]]
    others = picture.quantize(COLOURS // 2, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in frequent for part in colour] + others[: 3 * COLOURS // 2])  # type: ignore[attr-defined]
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def shoot(page: Page, folder: Path, name: str) -> None:
    """The page as it is, light, dark and narrow."""
    for kind, scheme, size in (("light", "light", WIDE), ("dark", "dark", WIDE), ("narrow", "light", NARROW)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        of_few_colours(picture).save(folder / f"{name}-{kind}.png", optimize=True)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def shoot_public(folder: Path) -> None:
    """The public form: empty, with faults, in Arabic, and after sending."""
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        settle_public(Path(room, "data"), "https://weather.example/")
        with serving(Path(room, "data")) as link:
            browser = launch(playwright)
            page = browser.new_page(viewport=WIDE, color_scheme="light", base_url=link.split("/signin")[0])  # type: ignore[arg-type]
            for name, language in (("public", "en"), ("public-arabic", "ar")):
                page.goto(f"/write/{language}")
                shoot(page, folder, name)
            page.goto("/write/en")
            page.get_by_label("Yes, but only this way").check()
            page.get_by_role("button", name="Send", exact=True).click()
            page.wait_for_load_state()
            shoot(page, folder, "public-faults")
            page.get_by_label("In your own words").fill("Somebody wants pictures of the lantern festival.")
            page.get_by_label("No, do not contact me").check()
            page.wait_for_timeout(2_100)
            page.get_by_role("button", name="Send", exact=True).click()
            page.locator("[data-code]").wait_for()
            shoot(page, folder, "public-sent")
            browser.close()


def shoot_addresses(page: Page, folder: Path, base: str) -> None:
    """A hotline's list, an address in work, and a notice in the operator's words."""
    page.goto(f"{base}/urls")
    shoot(page, folder, "addresses")
    page.locator(".u a", has_text="Look whether it is there").first.click()
    page.wait_for_load_state()
    shoot(page, folder, "address")
    address = page.url.split("?")[0]
    page.goto(f"{address}/notice?role=host&language=en")
    shoot(page, folder, "notice")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shoot_public(folder)
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright, contextlib.ExitStack() as stack:
        settle(Path(room, "data"))
        link = stack.enter_context(running(Path(room, "data")))
        browser = launch(playwright)
        page = browser.new_page(viewport=WIDE, color_scheme="light")  # type: ignore[arg-type]
        base = link.split("/signin")[0]
        page.goto(f"{base}/signin")
        shoot(page, folder, "signin")
        sign_in(page, link)
        shoot(page, folder, "today")
        shoot_addresses(page, folder, base)
        page.goto(f"{base}/review")
        shoot(page, folder, "queue")
        page.get_by_text("exact match").first.click()
        page.get_by_role("button", name="Take this job").click()
        page.wait_for_load_state()
        page.keyboard.press("o")
        page.locator(".stage img").wait_for()
        shoot(page, folder, "job")
        page.goto(f"{base}/reports")
        filed = page.locator("tr", has_text="1000001").get_by_role("link").first.get_attribute("href")
        failed = page.locator("tr", has_text="Failed").get_by_role("link").first.get_attribute("href")
        for name, address in (("receipt", filed), ("failed", failed)):
            page.goto(f"{base}{address}")
            shoot(page, folder, name)
        case = page.locator("a[href^='/evidence/']").first.get_attribute("href") or ""
        page.goto(f"{base}/reports/draft/{case.rsplit('/', 1)[1]}")
        shoot(page, folder, "composer")
        page.goto(f"{base}{case}")
        shoot(page, folder, "preserved")
        for name in ("evidence", "hits", "lists", "screening", "exposure", "account", "administration", "audit"):
            page.goto(f"{base}/{name}")
            shoot(page, folder, name)
        page.get_by_role("button", name="Verify the log").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("as it was sealed")
        shoot(page, folder, "verification")
        page.goto(f"{base}/hits")
        page.locator(".queue a").first.click()
        shoot(page, folder, "hit")
        shoot_queue(page, base, folder)
        browser.close()


def shoot_queue(page: Page, base: str, folder: Path) -> None:
    """The clearinghouse's line, a place of it, one report, the simulator, and how well the order works."""
    page.goto(f"{base}/queue")
    shoot(page, folder, "line")
    page.locator(".q.p a", has_text="Child in danger").click()
    page.get_by_role("button", name="Claim it").click()
    page.get_by_role("heading", name="Your decision").wait_for()
    shoot(page, folder, "place")
    page.locator("[data-row]").first.click()
    page.wait_for_load_state()
    shoot(page, folder, "place-report")
    page.goto(f"{base}/simulator")
    page.get_by_label("Reports a day").fill("40000")
    page.get_by_label("People at work").fill("8")
    page.get_by_role("button", name="Run").click()
    page.locator(".plot svg").wait_for(timeout=90_000)
    shoot(page, folder, "simulator")
    page.goto(f"{base}/order")
    shoot(page, folder, "order")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent.parent / "docs" / "images")
