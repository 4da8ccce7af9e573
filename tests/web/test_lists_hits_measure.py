"""/lists, /hits and /measure."""

from datetime import timedelta

import pytest

from clew.records.hashlist import Category
from clew.records.screening import Scope
from tests.web.web_desk import MORNING, WebDesk, near, pdq, signal

SOURCE = {
    "name": "ncmec",
    "kind": "clearinghouse",
    "jurisdiction": "US",
    "legal_basis": {"text": "Agreement of 1 March", "since": "2026-03-01T00:00:00Z"},
}


@pytest.fixture
def key(desk: WebDesk) -> str:
    return desk.key(*Scope)


def test_a_list_is_made_with_its_source_and_shown_as_it_was_made(desk: WebDesk, key: str) -> None:
    body = {
        "name": "national-a",
        "source": {**SOURCE, "rights": ["share"]},
        "vetted": True,
        "exact_action": "review",
        "within_bits": {"pdq": 20},
        "kept_days": 90,
    }
    made = desk.call("POST", "/api/v1/lists", key=key, json=body)
    assert made.status_code == 201
    shown = desk.call("GET", "/api/v1/lists/national-a", key=key).json()
    assert {name: shown[name] for name in ("name", "vetted", "exact_action", "within_bits", "kept_days")} == {
        name: body[name] for name in ("name", "vetted", "exact_action", "within_bits", "kept_days")
    }
    assert shown["source"]["legal_basis"] == {
        "text": "Agreement of 1 March",
        "since": "2026-03-01T00:00:00.000Z",
        "until": None,
        "holds": True,
    }
    assert shown["source"]["rights"] == ["share"]
    assert [each["name"] for each in desk.call("GET", "/api/v1/lists", key=key).json()["lists"]] == ["national-a"]


def test_a_taken_name_and_other_particulars_of_a_known_source_are_conflicts(desk: WebDesk, key: str) -> None:
    first = {"name": "one", "source": SOURCE}
    assert desk.call("POST", "/api/v1/lists", key=key, json=first).status_code == 201
    assert desk.call("POST", "/api/v1/lists", key=key, json=first).status_code == 409
    other = {"name": "two", "source": {**SOURCE, "jurisdiction": "CA"}}
    assert desk.call("POST", "/api/v1/lists", key=key, json=other).status_code == 409


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
        ({"exact_action": "delete"}, "exact_action must be one of"),
        ({"within_bits": {"pdq": 257}}, "256"),
        ({"within_bits": {"md5": 3}}, "must be 0 bits"),
        ({"within_bits": {"phash": 3}}, "must be for one of"),
        ({"kept_days": 0}, "kept_days"),
        ({"source": {**SOURCE, "kind": "friend"}}, "source.kind must be one of"),
        ({"source": {**SOURCE, "jurisdiction": "XX"}}, "jurisdiction"),
        ({"source": {**SOURCE, "rights": ["sell"]}}, "source.rights must be one of"),
        ({"source": {**SOURCE, "legal_basis": {"text": "x", "since": "2026-03-01T00:00:00"}}}, "offset"),
        ({"source": {**SOURCE, "legal_basis": {"text": "x", "since": "yesterday"}}}, "since"),
        ({"source": {**SOURCE, "legal_basis": {"text": "x", "since": "0001-01-01T00:00:00+14:00"}}}, "years"),
        ({"vetted": "yes"}, "vetted"),
        ({"colour": "red"}, "unknown field"),
    ],
)
def test_a_list_that_cannot_be_is_refused_and_not_made(
    desk: WebDesk, key: str, changed: dict[str, object], told: str
) -> None:
    answer = desk.call("POST", "/api/v1/lists", key=key, json={"name": "one", "source": SOURCE} | changed)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]
    assert desk.call("GET", "/api/v1/lists", key=key).json() == {"lists": []}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"type": "pdq", "value": "00"}, "entries[1].value: PDQ hash must be 64 hex digits, got 2"),
        ({"type": "pdq", "value": "00" * 32}, "all zero"),
        ({"type": "blockhash", "value": "00"}, "entries[1].type"),
        ({**signal(pdq(4)), "quality": 3}, "quality 3"),
        ({**signal(pdq(4)), "category": {"scheme": "", "code": "1"}}, "scheme"),
        ({**signal(pdq(4)), "expires_at": "2026-01-01"}, "expires_at"),
        ({**signal(pdq(4)), "category": {"scheme": "a\x1b[2J", "code": "1"}}, "entries[1].category must be printable"),
        ({**signal(pdq(4)), "category": {"scheme": "a", "code": "1\n2"}}, "entries[1].category must be printable"),
        ({**signal(pdq(4)), "note": "a\x9b2J"}, "entries[1].note must be printable"),
        ({**signal(pdq(4)), "note": "a\0"}, "entries[1].note must be printable"),
    ],
)
def test_entries_are_all_taken_or_none(desk: WebDesk, key: str, entry: dict[str, object], told: str) -> None:
    desk.add_list("national")
    body = {"entries": [signal(pdq(1)), entry]}
    answer = desk.call("POST", "/api/v1/lists/national/entries", key=key, json=body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]
    assert desk.call("GET", "/api/v1/lists/national", key=key).json()["entries"] == {}


def test_entries_keep_their_particulars(desk: WebDesk, key: str) -> None:
    desk.add_list("national")
    entry = {**signal(pdq(1), quality=90), "category": {"scheme": "vics-us", "code": "1"}, "vetted": False}
    body = {"entries": [{**entry, "made_at": "2025-12-24T12:00:00+02:00", "note": "from a test"}]}
    assert desk.call("POST", "/api/v1/lists/national/entries", key=key, json=body).json()["new"] == 1
    assert desk.call("POST", "/api/v1/lists/national/entries", key=key, json=body).json()["unchanged"] == 1
    desk.installation.index.follow_once()
    match = desk.screen(key, json={"signals": [signal(pdq(1))]}).json()["matches"][0]
    assert (match["vetted"], match["category"]) == (False, {"scheme": "vics-us", "code": "1"})


def test_hits_are_paged_newest_first_without_gap_or_repetition(desk: WebDesk, key: str) -> None:
    desk.add_list("national", [pdq(1)])
    made = []
    for _ in range(7):
        desk.clock.move(minutes=1)
        made.append(desk.screen(key, json={"signals": [signal(pdq(1))]}).json()["hit"])
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = desk.call("GET", "/api/v1/hits", key=key, params={"limit": "3", **before}).json()
        seen += [each["id"] for each in page["hits"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert seen == made[::-1]


def test_hits_are_filtered_by_list_exactness_and_time(desk: WebDesk, key: str) -> None:
    desk.add_list("near", [pdq(1)], category=Category(scheme="industry", code="A1"))
    desk.add_list("bytes", [bytes(range(16))], "md5")
    desk.screen(key, json={"signals": [signal(near(pdq(1), 3))]})
    desk.clock.move(hours=2)
    desk.screen(key, json={"signals": [signal(bytes(range(16)), "md5")]})

    def count(**asked: str) -> int:
        return len(desk.call("GET", "/api/v1/hits", key=key, params=asked).json()["hits"])

    assert count() == 2
    assert count(list="near") == count(list="bytes") == 1
    assert count(exact="true") == count(exact="false") == 1
    assert count(exact="true", list="near") == 0
    assert count(since=MORNING.replace(hour=9).isoformat()) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 400),
        ("limit=501", 400),
        ("limit=many", 400),
        ("since=2026-03-01T00:00:00", 400),
        ("exact=perhaps", 400),
        ("list=nowhere", 404),
    ],
)
def test_a_query_for_hits_that_does_not_fit_is_refused(desk: WebDesk, key: str, query: str, status: int) -> None:
    answer = desk.call("GET", f"/api/v1/hits?{query}", key=key)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == ("input" if status == 400 else "not-found")


def test_a_hit_that_is_not_there_is_not_found(desk: WebDesk, key: str) -> None:
    assert desk.call("GET", "/api/v1/hits/01M822MD2WZ41659TDG2SXE3X0", key=key).status_code == 404


def test_screening_is_measured_by_day_channel_action_and_reason(desk: WebDesk, key: str) -> None:
    desk.add_list("national", [pdq(1)])
    desk.screen(key, json={"batch": [{"signals": [signal(pdq(each), quality=30 * each)]} for each in (1, 2, 3)]})
    desk.clock.move(days=1)
    desk.screen(key, json={"signals": [signal(pdq(1))], "channel": "upload"})
    said = desk.call("GET", "/api/v1/measure/screening", key=key, params={"since": "2026-03-01"}).json()
    assert said["days"] == [
        {
            "day": "2026-03-01",
            "channel": "hashes",
            "screened": 3,
            "actions": {"pass": 3},
            "unhashable": [{"type": "pdq", "reason": "low-quality", "contents": 1}],
        },
        {"day": "2026-03-02", "channel": "upload", "screened": 1, "actions": {"review": 1}, "unhashable": []},
    ]


def test_days_the_wrong_way_round_are_refused(desk: WebDesk, key: str) -> None:
    query = "since=2026-03-02&until=2026-03-01"
    assert desk.call("GET", f"/api/v1/measure/screening?{query}", key=key).status_code == 400


def test_a_list_and_its_particulars_are_made_together_or_not_at_all(
    desk: WebDesk, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each transaction could be the process's last."""
    works = []
    transact = desk.installation.store.transact

    def noted(work):
        works.append(work)
        return transact(work)

    monkeypatch.setattr(desk.installation.store, "transact", noted)
    body = {"name": "one", "source": SOURCE, "exact_action": "review", "kept_days": 9}
    assert desk.call("POST", "/api/v1/lists", key=key, json=body).json()["exact_action"] == "review"
    assert len(works) == 1


def test_a_source_whose_legal_basis_has_ended_takes_no_entries_but_lets_them_go(desk: WebDesk, key: str) -> None:
    desk.add_list("national", [pdq(1)], until=desk.clock.now + timedelta(hours=1))
    desk.clock.move(hours=2)
    path, body = "/api/v1/lists/national/entries", {"entries": [signal(pdq(2))]}
    refused = desk.call("POST", path, key=key, json=body)
    assert refused.status_code == 403
    assert "legal basis of the source 'source-of-national' ended" in refused.json()["error"]["message"]
    removed = desk.call("DELETE", path, key=key, json={"entries": [signal(pdq(1))]})
    assert removed.json() == {"removed": 1}


def test_a_name_that_the_query_of_hits_does_not_know_is_refused(desk: WebDesk) -> None:
    key = desk.key(Scope.HITS_READ)
    assert desk.call("GET", "/api/v1/hits", key=key, params={"limit": 3}).status_code == 200
    answer = desk.call("GET", "/api/v1/hits", key=key, params={"foo": 1})
    assert answer.status_code == 400
    assert "before, exact, limit, list, since" in answer.json()["error"]["message"]
