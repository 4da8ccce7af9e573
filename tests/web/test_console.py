"""The console: signing in and out, what pages say, and what they never say."""

import html
import re

import pytest

from clew.errors import SignInError
from clew.ground.identity import new_id
from clew.parts.stores.base import HitFilter
from clew.records.hashlist import Action, Category, NewEntry
from clew.records.identifiers import (
    ChangeSequence,
    EntryId,
    HitId,
    ListId,
    ListName,
    RunId,
    SignalType,
    SourceName,
)
from clew.records.match import Channel, Hit, IndexState, Match
from clew.records.people import Role
from clew.records.screening import CountKey, FileMark, Run, Scope
from clew.records.signal import Reason, Signal
from clew.web.browser import FILM_PAGE_HEADERS, PAGE_HEADERS
from clew.web.console import words
from clew.web.console.links import Links
from clew.web.console.today import Need, headline
from clew.web.rules import RULES
from tests.web.web_desk import MORNING, SAME_SITE, WebDesk, near, pdq, signal

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
    assert "was used already" in again.text


def test_looking_at_the_link_does_not_use_it_up(desk: WebDesk) -> None:
    token = Links(desk.installation.store, desk.clock).make("command:test")
    for _ in range(3):
        desk.get(f"/signin?token={token}")
    assert desk.call("POST", "/signin", data={"token": token}, headers=SAME_SITE).status_code == 303


def test_a_link_is_good_for_ten_minutes_and_only_the_newest(desk: WebDesk) -> None:
    links = Links(desk.installation.store, desk.clock)
    old, new = links.make("command:test"), links.make("command:test")
    with pytest.raises(SignInError):
        links.use(old, lambda _: None)
    desk.clock.move(minutes=10)
    with pytest.raises(SignInError):
        links.use(new, lambda _: None)


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
    assert "media-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|<script(?! src=\"/static/)| style=| on[a-z]+=", answer.text)


def test_only_the_page_of_a_job_plays_what_its_script_received() -> None:
    assert [(each.method, each.path) for each in RULES if each.plays_films] == [("GET", "/review/{job_id}")]
    policies = [dict(each)[b"content-security-policy"].decode() for each in (PAGE_HEADERS, FILM_PAGE_HEADERS)]
    assert policies[1] == policies[0].replace("media-src 'self'", "media-src blob:")


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


def block_and_review(desk: WebDesk) -> None:
    """One hit to block; two for review, of which one is exact, on a list that is not vetted."""
    desk.add_list("national", [bytes(range(16))], "md5")
    desk.add_list("rumours", [bytes(16)], "md5", vetted=False)
    desk.add_list("pictures", [pdq(1)])
    key = desk.key(Scope.SCREEN)
    for content in (signal(bytes(range(16)), "md5"), signal(bytes(16), "md5"), signal(near(pdq(1), 5))):
        assert desk.screen(key, json={"signals": [content]}).status_code == 200


def test_each_knot_of_today_opens_as_many_hits_as_it_says(signed: WebDesk) -> None:
    block_and_review(signed)
    # Yesterday's hits are within 24 hours and no part of today.
    signed.clock.move(hours=17)
    signed.sign_in()
    block_and_review_again = signed.key(Scope.SCREEN)
    signed.screen(block_and_review_again, json={"signals": [signal(bytes(range(16)), "md5")]})
    signed.screen(block_and_review_again, json={"signals": [signal(bytes(16), "md5")]})
    text = signed.get("/").text
    knots = re.findall(r'href="(/hits[^"]*)"><span class="name">([^<]+)</span><span class="figure">(\d+)<', text)
    assert [(name, figure) for _, name, figure in knots] == [("Hits", "2")]
    for link, _, figure in knots:
        page = signed.get(html.unescape(link)).text
        assert f"<h1>{figure} hit" in page
        assert f"{figure} of {figure} shown" in page


def test_hits_are_filtered_by_what_follows(signed: WebDesk) -> None:
    block_and_review(signed)
    assert "<h1>2 hits for review</h1>" in signed.get("/hits?action=review").text
    assert "<h1>1 hit to block on national</h1>" in signed.get("/hits?action=block&list=national").text
    assert "<h1>No hits to block on rumours</h1>" in signed.get("/hits?action=block&list=rumours").text
    assert "<h1>3 hits</h1>" in signed.get("/hits?action=rubbish").text


def test_a_list_beside_the_hits_counts_what_its_link_opens(signed: WebDesk) -> None:
    block_and_review(signed)
    text = signed.get("/hits?action=review").text
    assert re.findall(
        r'list=(\w+)&amp;action=review"[^>]*>\w+</a></th><td class="num">(\d)</td><td class="num">(\d)<', text
    ) == [
        ("national", "0", "0"),
        ("pictures", "0", "1"),
        ("rumours", "1", "0"),
    ]


def test_a_hit_leads_to_its_neighbours_and_back_within_what_was_asked_for(signed: WebDesk) -> None:
    signed.add_list("mine", [pdq(1)])
    hits = []
    for bits in (5, 0, 5, 0, 5):
        signed.clock.move(seconds=1)
        hits.append(screened(signed, bits=bits))
    block_and_review(signed)
    page = signed.get(f"/hits/{hits[2]}?list=mine&near=near").text
    asked = "list=mine&amp;near=near"
    assert f'href="/hits/{hits[3]}?{asked}" rel="prev"' in page
    assert f'href="/hits/{hits[1]}?{asked}" rel="next"' in page
    assert f'href="/hits?{asked}&amp;at={hits[2]}#here"' in page
    oldest = signed.get(f"/hits/{hits[0]}?{asked}").text
    assert 'rel="next"' not in oldest
    assert (
        f'href="/hits?list=mine&amp;at={hits[0]}#here"' in signed.get(f"/hits/{hits[0]}?list=mine&near=x&days=9").text
    )


def test_the_way_back_is_on_this_site_whatever_the_address_says(signed: WebDesk) -> None:
    signed.add_list("mine", [pdq(1)])
    hit = screened(signed)
    page = signed.get(f"/hits/{hit}?back=https://evil.example&list=%2F%2Fevil.example&at=javascript:x").text
    assert f'href="/hits?at={hit}#here"' in page
    assert 'href="//' not in page
    assert 'href="https:' not in page
    assert 'href="javascript' not in signed.get("/hits?at=javascript:x").text


def test_a_hit_far_down_is_marked_on_its_page(signed: WebDesk) -> None:
    signed.add_list("mine", [pdq(1)])
    key = signed.key(Scope.SCREEN)
    signed.screen(key, json={"batch": [{"signals": [signal(pdq(1))]}] * 60})
    signed.screen(key, json={"batch": [{"signals": [signal(pdq(1))]}] * 60})
    with signed.installation.store.read() as reader:
        ids = [each.id for each in reader.hits(HitFilter(limit=200))]
    for place in (0, 49, 50, 119):
        text = signed.get(f"/hits?at={ids[place]}").text
        assert len(re.findall(r'aria-current="true"><\/?|id="here" aria-current="true"', text)) >= 1
        assert f'href="/hits/{ids[place]}" data-row id="here"' in text
        assert ("Back to the newest" in text) == (place >= 50)


def test_changing_the_colours_keeps_the_place(signed: WebDesk) -> None:
    signed.add_list("mine")
    assert 'name="back" value="/hits?list=mine&amp;near=exact"' in signed.get("/hits?list=mine&near=exact").text


def test_rows_bear_no_reference_and_are_told_apart_by_the_end_of_their_ids(signed: WebDesk) -> None:
    signed.add_list("mine", [pdq(1)])
    one, other = screened(signed, "u1.jpg"), screened(signed, "u2.jpg")
    text = signed.get("/hits").text
    assert ".jpg" not in text
    assert f"…{one[-4:]}<" in text
    assert f"…{other[-4:]}<" in text


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
    signed.sign_in()
    assert "Legal basis of the source source-of-ending ended 1 day ago" in signed.get("/").text


def needs(text: str) -> list[str]:
    """What Today says needs a person, in its order."""
    return re.findall(r'<li class="item"><div>(?:<span[^>]*>)(?:<svg.*?</svg>)?([^<]+)<', text)


def test_what_waits_for_review_stands_first_after_a_service_that_is_not_ready(signed: WebDesk) -> None:
    signed.add_list("ending", [pdq(1)], until=signed.clock.now.replace(day=10))
    screened(signed)
    found = needs(signed.get("/").text)
    assert found[0] == "The service is not ready"
    assert [each for each in found if each != found[0]] == [
        "1 job waits for review",
        "Legal basis of the source source-of-ending ends in 9 days",
    ]


REVIEW, PLAIN = Need(tone="ongoing", what="hits", why=""), Need(tone="plain", what="rows", why="")
DANGER = Need(tone="danger", what="index", why="")


@pytest.mark.parametrize(
    ("some", "to_review", "said"),
    [
        ([], 0, "Nothing waits for a person."),
        ([REVIEW], 1, "1 job waits for review. Nothing else waits."),
        (
            [REVIEW, PLAIN],
            90,
            "90 jobs wait for review. 1 other thing below asks for a person too.",
        ),
        ([PLAIN, PLAIN], 0, "Nothing is urgent. 2 things below ask for a person."),
        ([DANGER, REVIEW, PLAIN], 90, "1 thing cannot wait."),
    ],
)
def test_the_headline_of_today_says_what_stands_below_it(some: list[Need], to_review: int, said: str) -> None:
    assert headline(some, to_review) == said


def test_an_unfinished_run_is_not_said_to_be_going_on(signed: WebDesk) -> None:
    run = Run(
        id=RunId("r"),
        key="k",
        against="a",
        sequence=ChangeSequence(0),
        roots=(b"/uploads",),
        started_at=signed.clock(),
        finished_at=None,
    )
    marks = [
        FileMark(path=b"%d" % each, size_bytes=1, modified_ns=1, changed_ns=1, action=Action.PASS) for each in range(3)
    ]
    signed.installation.store.transact(lambda unit: (unit.create_run(run), unit.add_marks(run.id, marks)))
    text = html.unescape(signed.get("/").text)
    assert "A folder's screening is not finished: 3 files are done, 0 hits, 0 not hashed in full; the same" in text
    assert "is being screened" not in text
    signed.installation.store.transact(lambda unit: unit.finish_run(run.id, signed.clock(), unread=2))
    text = html.unescape(signed.get("/").text)
    assert "A folder was screened: 3 files, 0 hits, 2 not hashed in full." in text


def hit_of(*matches: Match, channel: Channel = Channel.UPLOAD, action: Action = Action.REVIEW) -> Hit:
    return Hit(
        id=HitId(new_id(MORNING)),
        at=MORNING,
        channel=channel,
        reference=None,
        action=action,
        size_bytes=1,
        media_type=None,
        matches=matches,
        total_matches=len(matches),
        index=IndexState(generation=0, sequence=0),
    )


def exact_match(
    kind: str, list_id: int, *, disputed: bool = False, vetted: bool = True, action: Action | None = Action.BLOCK
) -> Match:
    return Match(
        signal=Signal(type=SignalType(kind), value=bytes(16)),
        entry_id=EntryId(1),
        value=bytes(16),
        distance=0,
        within_bits=0,
        exact=True,
        list_id=ListId(list_id),
        list_name=ListName(f"list-{list_id}"),
        source=SourceName("s"),
        category=None,
        vetted=vetted,
        disputed=disputed,
        action=action,
    )


def test_two_digests_of_one_file_are_two_entries_not_two_files(signed: WebDesk) -> None:
    hit = hit_of(exact_match("md5", 1), exact_match("sha256", 1), action=Action.BLOCK)
    signed.installation.store.transact(lambda unit: unit.add_hits([hit]))
    assert "<h1>The same bytes: 2 entries match exactly</h1>" in signed.get(f"/hits/{hit.id}").text


@pytest.mark.parametrize(
    ("hit", "said"),
    [
        (hit_of(channel=Channel.FOLDER), "Clew answered: hold it for a person."),
        (hit_of(), "The platform was told to hold it for a person."),
        (
            hit_of(exact_match("md5", 1), channel=Channel.FOLDER, action=Action.BLOCK),
            "An exact match, vetted and undisputed on list-1. Clew answered: block.",
        ),
        # Only the list that led to it is a ground.
        (
            hit_of(exact_match("md5", 1, action=Action.REVIEW), exact_match("md5", 2), action=Action.BLOCK),
            "An exact match, vetted and undisputed on list-2. The platform was told to block.",
        ),
        # A hit of a version that did not keep what each led to: no list is named.
        (
            hit_of(exact_match("md5", 1, action=None), action=Action.BLOCK),
            "An exact match on a vetted list. The platform was told to block.",
        ),
    ],
)
def test_a_hit_says_what_was_answered_to_whom_and_why(hit: Hit, said: str) -> None:
    assert words.answer(hit) == said


def test_contents_that_lack_several_types_stand_once_in_the_table(signed: WebDesk) -> None:
    counts = {
        CountKey(day=MORNING.date(), channel=Channel.FOLDER, action=Action.PASS): 9,
        **{
            CountKey(
                day=MORNING.date(), channel=Channel.FOLDER, type=SignalType(kind), reason=Reason.UNREADABLE
            ): contents
            for kind, contents in (("md5", 2), ("sha1", 2), ("sha256", 2), ("pdq", 5))
        },
    }
    signed.installation.store.transact(lambda unit: unit.add_counts(counts))
    text = signed.get("/screening").text
    assert text.count('scope="col" class="num">Not in full</th>') == 1
    assert re.findall(r'data-label="Not in full">(\d+)<', text) == ["5", "5"]
    for kind in ("MD5", "SHA-1", "SHA-256", "PDQ"):
        assert f"{kind}: could not be opened or read" in text


def test_not_in_full_is_what_was_to_be_expected_and_no_pictures_stand_apart(signed: WebDesk) -> None:
    day, folder, type_ = MORNING.date(), Channel.FOLDER, SignalType("pdq")
    missing = {
        Reason.NOT_A_PICTURE: 4,
        Reason.CONTAINER: 3,
        Reason.DAMAGED: 2,
        Reason.NOT_A_FILE: 20,
    }
    counts = {CountKey(day=day, channel=folder, action=Action.PASS): 10} | {
        CountKey(day=day, channel=folder, type=type_, reason=reason): contents for reason, contents in missing.items()
    }
    signed.installation.store.transact(lambda unit: unit.add_counts(counts))
    text = html.unescape(signed.get("/screening").text)
    assert re.findall(r'data-label="Not in full">(\d+)<', text) == ["22", "22"]
    assert re.findall(r'data-label="No pictures">(\d+)<', text) == ["7", "7"]
    assert re.findall(r'not a regular file</th><td class="num">20<br><span class="tiny quiet">([^<]*)<', text) == [
        "not screened"
    ]
    assert "22 not in full, 7 no pictures" in html.unescape(signed.get("/").text)


def test_screening_statistics_and_their_export_tell_the_same(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    key = signed.key(Scope.SCREEN)
    signed.screen(key, json={"batch": [{"signals": [signal(pdq(each), quality=30 * each)]} for each in (1, 2, 3)]})
    page, export = signed.get("/screening").text, signed.get("/screening.csv")
    assert "<h1>3 contents screened in 30 days</h1>" in page
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
    for told in ("Agreement of the test", "no right is recorded", "31 of 256 bits, the default", "list is not vetted"):
        assert told in text
    assert "source-of-national" in signed.get("/lists").text


def test_what_a_match_leads_to_is_said_by_the_entries_not_by_the_list(signed: WebDesk) -> None:
    signed.add_list("tips", [bytes(15) + b"\1"], "md5", vetted=False)
    assert "0 of 1 entry vetted: whatever matches goes to a person." in signed.get("/lists/tips").text
    with signed.installation.store.read() as reader:
        (found,) = (each for each in reader.lists() if each.name == "tips")
    own = [NewEntry(type=SignalType("md5"), value=bytes(15) + b"\2", vetted=True)]
    signed.installation.store.transact(lambda unit: unit.add_entries(found.id, own, signed.clock()))
    text, table = signed.get("/lists/tips").text, signed.get("/lists").text
    assert "1 of 2 entries vetted: exact matches on those lead to block" in text
    assert "goes to a person" not in text
    assert "1 of 2 entries vetted" in table
    assert "block if vetted, else review" in table
    assert "until vetted" not in table


def test_find_names_the_lists_that_bear_a_part_of_a_name(signed: WebDesk) -> None:
    signed.add_list("national-a", [pdq(1)])
    signed.add_list("regional", [pdq(2)])
    text = signed.get("/find?q=NATIONAL").text
    assert "<h1>1 list bears that in the name</h1>" in text
    assert 'href="/lists/national-a"' in text
    assert 'href="/lists/regional"' not in text


def test_a_hit_of_hashes_alone_says_that_no_bytes_are_held(desk: WebDesk) -> None:
    desk.sign_in(Role.REVIEWER)
    desk.add_list("mine", [pdq(1)])
    hashes_alone = desk.get(f"/hits/{screened(desk)}").text
    assert "not held: the platform sent hashes and kept the bytes" in hashes_alone


def test_find_leads_to_hits_lists_and_hashes(signed: WebDesk) -> None:
    signed.add_list("national", [pdq(1)])
    hit = screened(signed)
    assert signed.get(f"/find?q={hit.lower()}").headers["location"] == f"/hits/{hit}"
    assert signed.get("/find?q=national").headers["location"] == "/lists/national"
    prefix = signed.get(f"/find?q={pdq(1).hex()[:8]}").text
    assert "<h1>Found in 1 hit</h1>" in prefix
    assert "they need the whole hash" in prefix
    assert "they need the whole hash" not in signed.get(f"/find?q={pdq(1).hex()}").text
    assert "Found in 1 hit and on 1 list" in signed.get(f"/find?q={pdq(1).hex()}").text
    assert "Nothing of that name" in signed.get(f"/find?q={pdq(1).hex()[:7]}").text
