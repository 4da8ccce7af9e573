"""Makes docs/images/console.png, the picture in the README: python -m tests.browser.take_pictures [FOLDER]

The data are the sample day's: drawn pictures, synthetic hashes, invented lists.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.browser_desk import fill, launch, serving, sign_in


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as room:
        data = Path(room, "data")
        fill(data)
        with serving(data) as link, sync_playwright() as playwright:
            browser = launch(playwright)
            page = browser.new_page(viewport={"width": 1280, "height": 880}, color_scheme="light")
            sign_in(page, link)
            page.screenshot(path=folder / "console.png")
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent.parent / "docs" / "images")
