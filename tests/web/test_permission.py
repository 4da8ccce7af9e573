"""Who may call what: every route, with every kind of key."""

import pytest

from clew.records.screening import Scope
from clew.web.app import route_methods
from clew.web.auth import KeyRing
from clew.web.rules import RULES, Need, Rule, Rules
from tests.web.web_desk import SAME_SITE, WebDesk, pdq, signal

KEYED = [rule for rule in RULES if isinstance(rule.need, Scope)]
CONSOLE = [rule for rule in RULES if rule.need is Need.SESSION]


def address(rule: Rule) -> str:
    path = rule.path.replace("{name}", "national").replace("{hit_id}", "01M822MD2WZ41659TDG2SXE3X0")
    return path.replace("{path:path}", "console.css")


def named(rule: Rule) -> str:
    return f"{rule.method} {rule.path}"


def test_every_route_has_a_rule_and_every_rule_a_route(shared_desk: WebDesk) -> None:
    there = {f"{method} {path}" for path, methods in route_methods(shared_desk.app) for method in methods}
    assert there == {named(rule) for rule in RULES}


def test_an_address_without_a_rule_does_not_exist(desk: WebDesk) -> None:
    desk.app.add_api_route("/api/v1/forgotten", lambda: {"said": "too much"})
    assert desk.call("GET", "/api/v1/forgotten").status_code == 404


@pytest.mark.parametrize("rule", KEYED, ids=named)
def test_no_key_a_wrong_key_and_a_malformed_one_are_refused_alike(shared_desk: WebDesk, rule: Rule) -> None:
    good = shared_desk.key(*Scope)
    wrong = [None, good[:-1] + ("0" if good[-1] != "0" else "1"), "clew_0123456789_" + "0" * 64, "clew", good.upper()]
    for key in wrong:
        answer = shared_desk.call(rule.method, address(rule), key=key)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert shared_desk.call(rule.method, address(rule), headers={"authorization": f"Basic {good}"}).status_code == 401


@pytest.mark.parametrize("rule", KEYED, ids=named)
def test_a_route_opens_to_its_scope_and_to_no_other(shared_desk: WebDesk, rule: Rule) -> None:
    for scope in Scope:
        answer = shared_desk.call(rule.method, address(rule), key=shared_desk.key(scope))
        if scope is rule.need:
            assert answer.status_code not in {401, 403, 500}
        else:
            assert answer.status_code == 403
            assert "scope" in answer.json()["error"]["message"]


@pytest.mark.parametrize("rule", KEYED, ids=named)
def test_an_expired_key_and_a_revoked_one_are_refused(shared_desk: WebDesk, rule: Rule) -> None:
    expired = shared_desk.key(*Scope, expires_at=shared_desk.clock())
    revoked = shared_desk.key(*Scope)
    shared_desk.revoke(revoked)
    for key in (expired, revoked):
        assert shared_desk.call(rule.method, address(rule), key=key).status_code == 401


@pytest.mark.parametrize("rule", CONSOLE, ids=named)
def test_the_console_opens_to_no_key_and_without_a_session_to_nobody(shared_desk: WebDesk, rule: Rule) -> None:
    key = shared_desk.key(*Scope)
    for given in (None, key):
        answer = shared_desk.call(rule.method, address(rule), key=given, headers=SAME_SITE)
        assert answer.status_code == (303 if rule.method == "GET" else 401)
        if rule.method == "GET":
            assert answer.headers["location"] == "/signin"


def test_a_key_that_expires_while_it_is_used_is_refused_from_then_on(desk: WebDesk) -> None:
    desk.add_list()
    key = desk.key(Scope.LISTS_READ, expires_at=desk.clock.now.replace(hour=9))
    assert desk.call("GET", "/api/v1/lists", key=key).status_code == 200
    desk.clock.move(hours=2)
    assert desk.call("GET", "/api/v1/lists", key=key).status_code == 401


def test_a_revoked_key_is_refused_within_a_second(desk: WebDesk) -> None:
    """The lookup is trusted by seconds that never go back, so the test turns those itself."""
    ticks = [0.0]
    ring = KeyRing(desk.installation.store, desk.clock, ticking=lambda: ticks[0])
    desk.app.state.door.keys = ring
    key = desk.key(Scope.LISTS_READ)
    assert desk.call("GET", "/api/v1/lists", key=key).status_code == 200
    desk.revoke(key)
    ticks[0] = 0.99
    assert desk.call("GET", "/api/v1/lists", key=key).status_code == 401


def test_a_limited_key_gets_429_with_the_time_to_wait(shared_desk: WebDesk) -> None:
    key = shared_desk.key(Scope.SCREEN, per_minute=3)
    body = {"signals": [signal(pdq(1))]}
    assert [shared_desk.screen(key, json=body).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = shared_desk.screen(key, json=body)
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert shared_desk.screen(shared_desk.key(Scope.SCREEN), json=body).status_code == 200


def test_a_limit_counts_contents_not_calls(shared_desk: WebDesk) -> None:
    key = shared_desk.key(Scope.SCREEN, per_minute=10)
    content = {"signals": [signal(pdq(1))]}
    assert shared_desk.screen(key, json={"batch": [content] * 6}).status_code == 200
    assert shared_desk.screen(key, json={"batch": [content] * 6}).status_code == 429
    assert shared_desk.screen(key, json={"batch": [content] * 3}).status_code == 200


def test_a_call_larger_than_a_minute_allows_is_told_so_and_not_to_come_again(shared_desk: WebDesk) -> None:
    key = shared_desk.key(Scope.SCREEN, per_minute=5)
    many = shared_desk.screen(key, json={"batch": [{"signals": [signal(pdq(1))]}] * 6})
    heavy = shared_desk.screen(key, json={"signals": [signal(pdq(each)) for each in range(1, 102)]})
    assert [each.status_code for each in (many, heavy)] == [413, 413]
    assert "5 contents screened a minute, and this call bears 6" in many.json()["error"]["message"]
    assert "bears 7" in heavy.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/api/v1/lists/nope", "no list of that name"),
        ("DELETE", "/api/v1/lists/nope/entries", "no list of that name"),
        ("GET", "/api/v1/hits?list=nope", "no list of that name"),
        ("GET", "/api/v1/hits/" + "x" * 3_000, "no hit of that id"),
        ("POST", "/api/v1/screen?list=nope", "no list of that name"),
    ],
)
def test_what_is_not_there_is_said_without_what_is_and_what_was_sent(
    desk: WebDesk, method: str, path: str, told: str
) -> None:
    desk.add_list("secret-list")
    body = {"entries": [signal(pdq(1))]} if method == "DELETE" else {"signals": [signal(pdq(1))]}
    answer = desk.call(method, path, key=desk.key(*Scope), json=body)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == told


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", "", "http://elsewhere.example"])
def test_an_origin_that_is_not_ours_is_refused_whatever_its_form(shared_desk: WebDesk, origin: str) -> None:
    answer = shared_desk.call("POST", "/signin", data={"token": "x"}, headers={"origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path", ["//api/v1/lists", "/api/v1/lists/", "/api/v1//lists", "/API/v1/lists", "/static/../web"]
)
def test_a_path_written_otherwise_is_not_another_way_in(shared_desk: WebDesk, path: str) -> None:
    assert shared_desk.call("GET", path, key=shared_desk.key(*Scope)).status_code in {303, 404}


def test_the_rules_read_a_path_as_the_router_does() -> None:
    rules = Rules()
    assert rules.of("/api/v1/lists/a/b") == {}
    assert set(rules.of("/api/v1/lists/a")) == {"GET"}
    assert set(rules.of("/api/v1/lists/a/entries")) == {"POST", "DELETE"}


def test_a_known_path_with_another_method_says_which_there_are(shared_desk: WebDesk) -> None:
    answer = shared_desk.call("PUT", "/api/v1/lists")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_every_answer_bears_its_request_id_and_is_not_stored(shared_desk: WebDesk) -> None:
    ids = set()
    for path in ("/healthz", "/api/v1/lists", "/nowhere", "/signin", "/"):
        answer = shared_desk.call("GET", path)
        ids.add(answer.headers["x-request-id"])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert len(ids) == 5
