"""Signing in, in a real browser: set-up, password and code, wrong codes, waits, recovery, passkeys, and going anew."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from clew.ground.totp import code_of
from tests.browser.conftest import Console

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "seven lighthouses in fog"


@dataclass
class Person:
    """Somebody who has set up how they sign in."""

    name: str
    secret: str
    codes: list[str]
    used: int = 0
    seen: list[str] = field(default_factory=list)

    def code(self) -> str:
        """A code that was not used yet: the app's now, or the next, which is taken as well."""
        self.used += 1
        return code_of(self.secret, datetime.now(UTC) + timedelta(seconds=30 * (self.used - 1)))


def add_user(console: Console, name: str, *roles: str) -> str:
    """The path of the person's set-up link."""
    words = [word for role in roles for word in ("--role", role)]
    command = [sys.executable, "-m", "clew", "--data-dir", str(console.folder), "users", "add", name, *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return re.sub(r"^https?://[^/]+", "", str(json.loads(done.stdout)["link"]))


def stranger(console: Console, **options: object) -> Page:
    """A window in which nobody is signed in."""
    page = console.browser.new_context(base_url=console.address, **options).new_page()  # type: ignore[arg-type]
    page.on("console", lambda message: console.said.append(message.text))
    return page


def set_up(console: Console, page: Page, name: str, *roles: str) -> Person:
    page.goto(add_user(console, name, *roles))
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    secret = page.locator("#app-secret").inner_text().replace(" ", "")
    person = Person(name, secret, [], used=0)
    # The step before this one, so that two codes are left for the test within the same half minute.
    page.get_by_label("The code that the app shows").fill(code_of(secret, datetime.now(UTC) - timedelta(seconds=30)))
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_role("heading", name="Ten recovery codes")).to_be_visible()
    person.codes = [each.inner_text() for each in page.locator(".codes li").all()]
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("navigation", name="Platform desk")).to_be_visible()
    return person


def give_password(page: Page, person: Person, password: str = PASSWORD) -> None:
    page.goto("/signin")
    page.get_by_label("Name", exact=True).fill(person.name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def sign_out(page: Page) -> None:
    page.locator(".end details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"/signin$"))


def test_a_person_sets_up_signs_out_and_in_with_password_and_code(console: Console) -> None:
    console.said.clear()
    page = stranger(console)
    ada = set_up(console, page, "Ada Lovelace", "reviewer")
    sign_out(page)
    page.goto("/hits")
    page.wait_for_url(re.compile(r"/signin$"))
    give_password(page, ada)
    expect(page.get_by_role("heading", name="Your second proof")).to_be_visible()
    page.wait_for_load_state()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(ada.code())
    page.keyboard.press("Control+Enter")
    expect(page.locator(".end details.menu > summary")).to_contain_text("Ada Lovelace")
    assert console.said == []


def test_a_wrong_code_is_said_and_a_recovery_code_lets_in_once(console: Console) -> None:
    page = stranger(console)
    ben = set_up(console, page, "Ben", "auditor")
    sign_out(page)
    give_password(page, ben)
    page.get_by_label("Code of your authenticator").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    for expected in ("in", "refused"):
        page.get_by_text("Neither is at hand?").click()
        page.get_by_label("Recovery code").fill(ben.codes[0].upper())
        page.get_by_role("button", name="Sign in with it").click()
        if expected == "in":
            expect(page.locator(".end details.menu > summary")).to_contain_text("Ben")
            sign_out(page)
            give_password(page, ben)
        else:
            expect(page.get_by_role("alert")).to_contain_text("was used")


def test_whoever_tries_and_tries_must_wait_and_is_told_how_long(console: Console) -> None:
    page = stranger(console)
    eve = Person("nobody of that name", "", [])
    for _ in range(6):
        give_password(page, eve, "some password or other")
        expect(page.get_by_role("alert")).to_contain_text("The name or the password is not right")
    give_password(page, eve, "some password or other")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Too many tries; come again in \d+ s"))


def test_a_passkey_is_made_and_signs_in_alone(console: Console) -> None:
    page = stranger(console)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    set_up(console, page, "Cleo", "reporter")
    page.goto("/account")
    page.get_by_label("What you call it").fill("the tower's laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("the tower's laptop", exact=True)).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Use a passkey alone").click()
    expect(page.locator(".end details.menu > summary")).to_contain_text("Cleo")


def test_an_administrator_adds_a_person_gives_roles_and_shuts_them_out(console: Console) -> None:
    page = console.page()
    page.goto("/administration")
    page.get_by_label("Name", exact=True).fill("Dana")
    page.get_by_label("Reviewer", exact=False).first.check()
    page.get_by_role("button", name="Make their set-up link").click()
    link = page.locator("#once").inner_text()
    assert "/setup?token=" in link
    page.get_by_role("link", name="Back to administration").click()
    page.get_by_role("link", name="Dana").click()
    page.get_by_label("Auditor", exact=False).check()
    page.get_by_role("button", name="Save the roles").click()
    expect(page.get_by_label("Auditor", exact=False)).to_be_checked()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("button", name="Enable")).to_be_visible()
    gone = stranger(console)
    gone.goto(re.sub(r"^https?://[^/]+", "", link))
    gone.get_by_role("button", name="Begin").click()
    expect(gone.get_by_role("heading", name="no longer good")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_signing_in_has_an_accessibility_violation(  # noqa: PLR0915  (one walk over all pages)
    console: Console, axe: str, theme: str, width: int
) -> None:
    options = {"color_scheme": theme, "viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
    found: list[tuple[str, str, str]] = []
    seen: list[str] = []

    def check(page: Page) -> None:
        page.evaluate(axe)
        said = page.evaluate("async () => await axe.run()")
        seen.append(page.locator("h1").inner_text())
        found.extend((seen[-1], each["id"], each["nodes"][0]["html"]) for each in said["violations"])
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append((seen[-1], "scrolls sideways", str(wide)))

    name = f"Person {theme} {width}"
    page = stranger(console, **options)
    page.goto("/signin")
    check(page)
    page.goto("/setup")
    check(page)
    page.goto(add_user(console, name, "administrator"))
    check(page)
    page.get_by_role("button", name="Begin").click()
    check(page)
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same again").fill("short")
    page.evaluate("document.querySelector('form[action=\"/setup/password\"]').noValidate = true")
    page.get_by_role("button", name="Set the password").click()
    check(page)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    check(page)
    secret = page.locator("#app-secret").inner_text().replace(" ", "")
    page.get_by_label("The code that the app shows").fill(code_of(secret, datetime.now(UTC)))
    page.get_by_role("button", name="Use this app").click()
    check(page)
    for address in ("/account", "/stepup?back=/account", "/administration"):
        page.goto(address)
        check(page)
    page.get_by_role("link", name=name).click()
    check(page)
    page.goto("/account")
    page.get_by_role("button", name="Change the authenticator").click()
    check(page)
    page.goto("/administration")
    page.get_by_label("What or whom it is for").fill("a test")
    page.get_by_label("read hits").check()
    page.get_by_role("button", name="Make the key").click()
    check(page)
    sign_out(page)
    give_password(page, Person(name, secret, []))
    expect(page.get_by_role("heading", name="Your second proof")).to_be_visible()
    check(page)
    page.get_by_label("Code of your authenticator").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    assert found == []
    assert len(seen) == 15
