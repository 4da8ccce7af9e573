"""The console: signing in and out, what pages say, and what they never say."""

import re

import pytest

from clew.errors import SignInError
from clew.records.hashlist import Category
from clew.records.screening import Scope
from clew.web.console.links import Links
from clew.web.console.sessions import Sessions
from tests.web.web_desk import SAME_SITE, WebDesk, near, pdq, signal

PAGES = ["/", "/hits", "/lists", "/screening", "/find"]


@pytest.fixture
def signed(desk: WebDesk) -> WebDesk:
    desk.sign_in()
    return desk


def screened(desk: WebDesk, reference: str = "uploads/anna-smith.jpg", bits: int = 5) -> str:
    """A hit's id."""
    answer = desk.screen(desk.key(Scope.SCREEN), json={"signals": [signal(near(pdq(1), bits))], "reference": reference})
    return str(answer.json()["hit"])


# ---------------------------------------------------------------- signing in


def test_a_link_signs_in_once(desk: WebDesk) -> None:
    token = Links(desk.installation.store, desk.clock).make("command:test")
    assert "Sign in as local administrator" in desk.get(f"/signin?token={token}").text
    form = {"data": {"token": token}, "headers": SAME_SITE}
    first = desk.call("POST", "/signin", **form)  # type: ignore[arg-type]
    assert first.status_code == 303
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=strict" in first.headers["set-cookie"]
    assert desk.get("/").status_code == 200
    desk.client.cookies.clear()
    again = desk.call("POST", "/signin", **form)  # type: ignore[arg-type]
    assert again.status_code == 401
    assert "no longer good" in again.text


def test_looking_at_the_link_does_not_use_it_up(desk: WebDesk) -> None:
    token = Links(desk.installation.store, desk.clock).make("command:test")
    for _ in range(3):
        desk.get(f"/signin?token={token}")
    assert desk.call("POST", "/signin", data={"token": token}, headers=SAME_SITE).status_code == 303


def test_a_link_is_good_for_ten_minutes_and_only_the_newest(desk: WebDesk) -> None:
    links = Links(desk.installation.store, desk.clock)
    old, new = links.make("command:test"), links.make("command:test")
    with pytest.raises(SignInError):
        links.use(old)
    desk.clock.move(minutes=10)
    with pytest.raises(SignInError):
        links.use(new)


def test_the_store_never_holds_the_token(desk: WebDesk) -> None:
    token = Links(desk.installation.store, desk.clock).make("command:test")
    with desk.installation.store.read() as reader:
        kept = reader.find_value("console.link")
    assert kept is not None
    assert token not in kept


def test_signing_out_ends_the_session_on_the_server(signed: WebDesk) -> None:
    cookies = dict(signed.client.cookies)
    assert signed.call("POST", "/signout", headers=SAME_SITE).status_code == 303
    signed.client.cookies.update(cookies)
    assert signed.get("/").status_code == 303


def test_a_session_ends_after_an_idle_hour_and_after_twelve() -> None:
    ticks = [0.0]
    sessions = Sessions(lambda: ticks[0])
    idle, busy = sessions.begin(), sessions.begin()
    for half_hour in range(1, 24):
        ticks[0] = half_hour * 1800
        assert sessions.find(busy) is not None
    ticks[0] = 12 * 3600
    assert sessions.find(idle) is None
    assert sessions.find(busy) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://localhost:1"},
    ],
)
def test_an_unsafe_request_from_elsewhere_is_refused(signed: WebDesk, headers: dict[str, str]) -> None:
    assert signed.call("POST", "/signout", headers=headers).status_code == 403
    assert signed.get("/").status_code == 200


def test_an_old_browser_is_known_by_its_origin(signed: WebDesk) -> None:
    assert signed.call("POST", "/signout", headers={"origin": "http://localhost"}).status_code == 303


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8080", 200), ("127.0.0.1:8080", 200), ("[::1]:8080", 200), ("evil.example", 403), ("", 403)],
)
def test_a_foreign_name_for_this_machine_is_refused(signed: WebDesk, host: str, status: int) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in signed.client.cookies.items())
    assert signed.call("GET", "/", headers={"host": host, "cookie": cookies}).status_code == status


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "hits"])
def test_preferences_lead_back_to_this_site_only(signed: WebDesk, back: str) -> None:
    answer = signed.call("POST", "/preferences", data={"theme": "dark", "back": back}, headers=SAME_SITE)
    assert answer.headers["location"] == "/"
    assert 'data-theme="dark"' in signed.get("/").text


# ---------------------------------------------------------------- what every page keeps to


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_installation_says_what_would_fill_its_pages(signed: WebDesk, page: str) -> None:
    answer = signed.get(page)
    assert answer.status_code == 200
    assert len(re.findall(r"<h1", answer.text)) == 1


@pytest.mark.parametrize("page", [*PAGES, "/signin", "/nowhere"])
def test_a_page_bears_the_policy_and_nothing_inline(signed: WebDesk, page: str) -> None:
    answer = signed.call("GET", page, headers={"accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|<script(?! src=\"/static/)| style=| on[a-z]+=", answer.text)


def test_errors_are_pages_for_people_and_json_for_programs(signed: WebDesk) -> None:
    page = signed.call("GET", "/hits/none", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["x-request-id"] in page.text
    assert "<h1>There is nothing here</h1>" in page.text
    assert signed.get("/nowhere").headers["content-type"] == "application/json"


def test_what_came_in_is_shown_as_text(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    hit = screened(signed, "<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in signed.get(f"/hits/{hit}").text
    assert "<script>alert" not in signed.get(f"/hits/{hit}").text + signed.get("/find?q=<script>alert(1)").text


# ---------------------------------------------------------------- the pages


def test_a_reference_is_short_until_its_hit_is_opened_and_opening_is_written_down(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    hit = screened(signed)
    assert "anna-smith" not in signed.get("/hits").text + signed.get("/").text
    assert "uploads/anna-smith.jpg" in signed.get(f"/hits/{hit}").text


def test_no_page_shows_a_whole_hash(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    hit = screened(signed, bits=0)
    shown = "".join(signed.get(page).text for page in [*PAGES, f"/hits/{hit}", "/lists/national"])
    assert pdq(1).hex() not in shown
    assert pdq(1).hex()[:8] in signed.get(f"/hits/{hit}").text


def test_a_hit_tells_distance_list_category_in_words_and_index_state(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)], category=Category(scheme="industry", code="B2"))
    text = signed.get(f"/hits/{screened(signed)}").text
    for told in (
        "5 bits of 256 differ",
        "of 31 allowed",
        "national",
        "Industry classification of the hash-sharing agreement: B2",
        "fewer than one in 10",
        "Generation",
    ):
        assert told in text


def test_hits_are_filtered_by_plain_links(signed: WebDesk) -> None:
    signed.add_list("one", [pdq(1)])
    signed.add_list("two", [bytes(range(16))], "md5")
    screened(signed)
    signed.screen(signed.key(Scope.SCREEN), json={"signals": [signal(bytes(range(16)), "md5")]})
    assert "<h1>2 hits</h1>" in signed.get("/hits").text
    assert "<h1>1 hit on one</h1>" in signed.get("/hits?list=one").text
    assert "<h1>1 hit</h1>" in signed.get("/hits?near=exact").text
    assert "No hit fits" in signed.get("/hits?near=exact&list=one").text
    assert signed.get("/hits?list=nowhere").status_code == 404
    assert signed.get("/hits?near=rubbish&days=-1&before=x").status_code == 200


def test_more_hits_than_a_page_holds_are_reached_by_a_link(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    key = signed.key(Scope.SCREEN)
    signed.screen(key, json={"batch": [{"signals": [signal(pdq(1))]}] * 60})
    first = signed.get("/hits").text
    link = re.search(r'href="(/hits\?before=[^"]+)">Next', first)
    assert link
    second = signed.get(link[1]).text
    assert "10 of 60 shown" in second
    assert "Back to the newest" in second


def test_today_names_what_needs_a_person(signed: WebDesk) -> None:
    soon = signed.clock.now.replace(day=10)
    signed.add_list("ending", [pdq(1)], until=soon)
    signed.add_list("empty")
    text = signed.get("/").text
    assert "Legal basis of the source source-of-ending ends in 9 days" in text
    assert "The list empty is empty" in text
    signed.clock.move(days=10)
    assert "Legal basis of the source source-of-ending ended 1 day ago" in signed.get("/").text


def test_screening_statistics_and_their_export_tell_the_same(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    key = signed.key(Scope.SCREEN)
    signed.screen(key, json={"batch": [{"signals": [signal(pdq(each), quality=30 * each)]} for each in (1, 2, 3)]})
    page, export = signed.get("/screening").text, signed.get("/screening.csv")
    assert "<h1>3 screened in 30 days</h1>" in page
    assert "too little structure for a safe comparison" in page
    assert export.headers["content-disposition"] == 'attachment; filename="clew-screening-2026-03-01.csv"'
    assert export.text.splitlines() == [
        "day_utc,channel,action,missing_type,reason,contents",
        "2026-03-01,hashes,,pdq,low-quality,1",
        "2026-03-01,hashes,pass,,,3",
    ]


def test_a_list_shows_its_ground_rights_and_rule(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)], vetted=False)
    text = signed.get("/lists/national").text
    for told in ("Agreement of the test", "no right is recorded", "31 of 256 bits, the default", "Not vetted"):
        assert told in text
    assert "source-of-national" in signed.get("/lists").text


def test_find_leads_to_hits_lists_and_hashes(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    hit = screened(signed)
    assert signed.get(f"/find?q={hit.lower()}").headers["location"] == f"/hits/{hit}"
    assert signed.get("/find?q=national").headers["location"] == "/lists/national"
    assert "Found in 1 hit and on 0 lists" in signed.get(f"/find?q={pdq(1).hex()[:8]}").text
    assert "Found in 1 hit and on 1 list" in signed.get(f"/find?q={pdq(1).hex()}").text
    assert "Nothing of that name" in signed.get(f"/find?q={pdq(1).hex()[:7]}").text
