"""POST /screen with hashes alone."""

import hashlib

import pytest

from clew.parts.stores.base import HitFilter
from clew.records.hashlist import Action, Category
from clew.records.match import Channel
from clew.records.screening import CountKey, Scope
from tests.web.web_desk import WebDesk, near, pdq, signal


@pytest.fixture
def key(desk: WebDesk) -> str:
    desk.add_list("national", [pdq(1), pdq(2)], category=Category(scheme="industry", code="B1"))
    return desk.key(Scope.SCREEN)


def test_a_hash_that_is_on_no_list_passes(desk: WebDesk, key: str) -> None:
    answer = desk.screen(key, json={"signals": [signal(pdq(9), quality=90)]})
    assert answer.status_code == 200
    assert answer.json() == {
        "action": "pass",
        "hit": None,
        "matches": [],
        "total_matches": 0,
        "flooded": False,
        "unhashable": [],
        "index": answer.json()["index"],
    }


def test_a_near_hash_asks_for_review_and_says_all_that_is_known(desk: WebDesk, key: str) -> None:
    answer = desk.screen(key, json={"signals": [signal(near(pdq(1), 7))], "reference": "upload-17"}).json()
    assert answer["action"] == "review"
    assert answer["matches"] == [
        {
            "type": "pdq",
            "value": pdq(1).hex(),
            "form": None,
            "distance": 7,
            "within_bits": 31,
            "exact": False,
            "list": "national",
            "source": "source-of-national",
            "category": {"scheme": "industry", "code": "B1"},
            "vetted": True,
            "disputed": False,
            "action": "review",
        }
    ]


def test_an_answered_hit_is_already_stored(desk: WebDesk, key: str) -> None:
    answer = desk.screen(key, json={"signals": [signal(pdq(1))], "reference": "upload-17"}).json()
    with desk.installation.store.read() as reader:
        hit = reader.get_hit(answer["hit"])
    assert hit.reference == "upload-17"
    assert hit.channel is Channel.HASHES
    assert hit.matches[0].value == pdq(1)


def test_only_equal_bytes_on_a_vetted_list_block(desk: WebDesk, key: str) -> None:
    digest = hashlib.sha256(b"synthetic").digest()
    desk.add_list("bytes", [digest], "sha256")
    desk.add_list("unsure", [digest[:20]], "sha1", vetted=False)
    assert desk.screen(key, json={"signals": [signal(digest, "sha256")]}).json()["action"] == "block"
    assert desk.screen(key, json={"signals": [signal(digest[:20], "sha1")]}).json()["action"] == "review"
    assert desk.screen(key, json={"signals": [signal(pdq(1))]}).json()["action"] == "review"


def test_a_batch_is_answered_in_its_order_and_each_content_is_counted(desk: WebDesk, key: str) -> None:
    contents = [{"signals": [signal(pdq(number))], "reference": f"r{number}"} for number in (5, 1, 6, 2, 7)]
    answer = desk.screen(key, json={"batch": contents})
    assert [each["action"] for each in answer.json()["results"]] == ["pass", "review", "pass", "review", "pass"]
    day = desk.clock().date()
    with desk.installation.store.read() as reader:
        counts = reader.counts(day, day)
        assert {hit.reference for hit in reader.hits(HitFilter())} == {"r1", "r2"}
    assert counts[CountKey(day=day, channel=Channel.HASHES, action=Action.PASS)] == 3
    assert counts[CountKey(day=day, channel=Channel.HASHES, action=Action.REVIEW)] == 2


def test_a_large_batch_goes_through_a_thread_with_the_same_answers(desk: WebDesk, key: str) -> None:
    contents = [{"signals": [signal(pdq(number % 4))]} for number in range(400)]
    results = desk.screen(key, json={"batch": contents}).json()["results"]
    assert [each["action"] for each in results] == ["pass", "review", "review", "pass"] * 100


def test_a_signal_below_its_quality_is_said_and_counted_not_dropped(desk: WebDesk, key: str) -> None:
    answer = desk.screen(key, json={"signals": [signal(pdq(1), quality=12)]}).json()
    assert answer["action"] == "pass"
    assert [(each["type"], each["reason"]) for each in answer["unhashable"]] == [("pdq", "low-quality")]


def test_lists_that_are_named_are_the_only_ones_searched(desk: WebDesk, key: str) -> None:
    desk.add_list("other", [pdq(3)])
    body = {"signals": [signal(pdq(1)), signal(pdq(3))]}
    everything = desk.screen(key, json=body).json()
    named = desk.screen(key, json={**body, "lists": ["other"]}).json()
    by_query = desk.screen(key, json=body, params={"list": "national"}).json()
    assert {each["list"] for each in everything["matches"]} == {"national", "other"}
    assert {each["list"] for each in named["matches"]} == {"other"}
    assert {each["list"] for each in by_query["matches"]} == {"national"}


def test_private_messages_are_refused_until_their_basis_is_recorded(desk: WebDesk, key: str) -> None:
    answer = desk.screen(key, json={"signals": [signal(pdq(1))], "channel": "private-message"})
    assert answer.status_code == 403
    assert "legal basis" in answer.json()["error"]["message"]
    day = desk.clock().date()
    with desk.installation.store.read() as reader:
        assert not reader.counts(day, day)


def test_a_new_entry_matches_and_a_removed_one_is_silent(desk: WebDesk, key: str) -> None:
    writer = desk.key(Scope.LISTS_WRITE)
    entries = {"entries": [signal(pdq(50))]}
    added = desk.call("POST", "/api/v1/lists/national/entries", key=writer, json=entries)
    assert added.json() == {"new": 1, "changed": 0, "unchanged": 0}
    desk.installation.index.follow_once()
    assert desk.screen(key, json={"signals": [signal(pdq(50))]}).json()["action"] == "review"
    removed = desk.call("DELETE", "/api/v1/lists/national/entries", key=writer, json=entries)
    assert removed.json() == {"removed": 1}
    desk.installation.index.follow_once()
    assert desk.screen(key, json={"signals": [signal(pdq(50))]}).json()["action"] == "pass"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "must be JSON"),
        (b"{", "must be JSON"),
        (b"\xff\xfe", "must be JSON"),
        (b"[]", "does not fit"),
        (b"{}", "either 'signals'"),
        (b'{"signals": []}', "does not fit"),
        (b'{"signals": [{"type": "pdq"}]}', "value"),
        (b'{"signals": [{"type": "pdq", "value": 5}]}', "$.signals[0].value"),
        (b'{"signals": [{"type": "pdq", "value": "00ff"}]}', "64 hex digits, got 4"),
        (b'{"signals": [{"type": "md5", "value": "' + b"zz" * 16 + b'"}]}', "hex digits"),
        (b'{"signals": [{"type": "blockhash", "value": "00"}]}', "must be one of"),
        (b'{"signals": [{"type": "pdq", "value": "00", "quality": 101}]}', "quality"),
        (b'{"signal": [{"type": "pdq", "value": "00"}]}', "unknown field"),
        (b'{"signals": [{"type": "md5", "value": "00"}], "batch": []}', "batch"),
        (b'{"signals": ' + b"[" * 100_000, "does not fit"),
        (b'{"lists": ' + b'{"a":' * 100_000, "does not fit"),
        (b'{"batch": [{"signals": []}]}', "does not fit"),
    ],
)
def test_a_body_that_does_not_fit_is_named_and_not_repeated(desk: WebDesk, key: str, body: bytes, told: str) -> None:
    answer = desk.screen(key, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]
    assert "zzzz" not in answer.text


def test_an_unknown_list_is_not_found_and_nothing_is_counted(desk: WebDesk, key: str) -> None:
    answer = desk.screen(key, json={"signals": [signal(pdq(1))], "lists": ["nowhere"]})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "no list of that name"
    day = desk.clock().date()
    with desk.installation.store.read() as reader:
        assert not reader.counts(day, day)


def test_more_hashes_than_a_call_may_bear_are_refused_as_too_large(desk: WebDesk, key: str) -> None:
    hashes = [signal(bytes(16), "md5")] * 101
    answer = desk.screen(key, json={"batch": [{"signals": hashes}] * 100})
    assert answer.status_code == 413
    assert "10,100" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?channel=folder", 400),
        ("?channel=", 400),
        ("?lists=national", 400),
        ("?reference=a&reference=b", 400),
        ("?reference=%FF", 400),
        ("?reference=" + "r" * 1001, 400),
        ("?list=nowhere", 404),
    ],
)
def test_a_query_that_does_not_fit_is_refused(desk: WebDesk, key: str, query: str, status: int) -> None:
    answer = desk.call("POST", f"/api/v1/screen{query}", key=key, json={"signals": [signal(pdq(1))]})
    assert answer.status_code == status


def test_a_compressed_body_is_refused(desk: WebDesk, key: str) -> None:
    answer = desk.screen(key, content=b"x", headers={"content-encoding": "gzip"})
    assert answer.status_code == 400


def test_a_clock_that_goes_back_neither_stops_screening_nor_loses_a_hit(desk: WebDesk, key: str) -> None:
    first = desk.screen(key, json={"signals": [signal(pdq(1))]}).json()["hit"]
    desk.clock.move(hours=-3)
    second = desk.screen(key, json={"signals": [signal(pdq(1))]}).json()["hit"]
    with desk.installation.store.read() as reader:
        assert {hit.id for hit in reader.hits(HitFilter())} == {first, second}


def test_a_list_that_was_made_a_moment_ago_is_searched_by_its_name(desk: WebDesk, key: str) -> None:
    assert desk.screen(key, json={"signals": [signal(pdq(1))]}).status_code == 200
    basis = {"text": "Terms", "since": "2026-01-01T00:00:00Z"}
    source = {"name": "own", "kind": "own", "jurisdiction": "DE", "legal_basis": basis}
    writer = desk.key(Scope.LISTS_WRITE)
    assert desk.call("POST", "/api/v1/lists", key=writer, json={"name": "new", "source": source}).status_code == 201
    assert desk.screen(key, json={"signals": [signal(pdq(1))], "lists": ["new"]}).status_code == 200


def test_a_batch_of_floods_keeps_so_many_matches_in_all_and_says_what_it_left_out(desk: WebDesk, key: str) -> None:
    desk.add_list("flood", [near(pdq(60), bits) for bits in range(1, 32)])
    batch = [{"signals": [signal(pdq(60))]}] * 2_000
    results = desk.screen(key, json={"batch": batch}).json()["results"]
    assert sum(len(each["matches"]) for each in results) == 20_000
    assert all(each["flooded"] and each["total_matches"] == 31 for each in results)
    assert all(each["matches"][0]["distance"] == 1 for each in results)
    alone = desk.screen(key, json=batch[0]).json()
    assert (len(alone["matches"]), alone["flooded"]) == (31, False)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"type": "pdq", "value": "00ff"}, "batch[1].signals[0]: PDQ hash must be 64 hex digits, got 4"),
        ({"type": "phash-of-mine", "value": "00"}, "batch[1].signals[0].type must be one of "),
    ],
)
def test_a_bad_hash_in_a_batch_is_named_and_nothing_of_the_batch_is_screened(
    desk: WebDesk, key: str, bad: dict[str, object], told: str
) -> None:
    answer = desk.screen(key, json={"batch": [{"signals": [signal(pdq(1))]}, {"signals": [bad]}]})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(told)
    assert "of-mine" not in answer.text
    with desk.installation.store.read() as reader:
        assert not reader.counts(desk.clock().date(), desk.clock().date())


def test_a_reference_may_bear_anything_but_nul(desk: WebDesk, key: str) -> None:
    kept = "a\x1b[2J\n\u202e"
    hit = desk.screen(key, json={"signals": [signal(pdq(1))], "reference": kept}).json()["hit"]
    with desk.installation.store.read() as reader:
        assert reader.get_hit(hit).reference == kept
    bodies = (
        {"signals": [signal(pdq(1))], "reference": "a\0"},
        {"batch": [{"signals": [signal(pdq(1))]} | {"reference": "\0"}]},
    )
    assert [desk.screen(key, json=each).status_code for each in bodies] == [400, 400]
    assert desk.screen(key, json={"signals": [signal(pdq(1))]}, params={"reference": "\0"}).status_code == 400


def test_hashes_that_stand_for_no_file_are_told(desk: WebDesk, key: str) -> None:
    """A hasher that fails sends them, and a pass by them means nothing."""
    empty, zero, real = hashlib.md5(b"").hexdigest(), "0" * 64, hashlib.sha1(b"x").hexdigest()
    signals = [{"type": kind, "value": value} for kind, value in (("md5", empty), ("pdq", zero), ("sha1", real))]
    alone = desk.screen(key, json={"signals": signals}).json()
    batched = desk.screen(key, json={"batch": [{"signals": signals}]}).json()["results"][0]
    for answer in (alone, batched):
        assert [(each["type"], each["reason"]) for each in answer["unhashable"]] == [("md5", "empty"), ("pdq", "empty")]
