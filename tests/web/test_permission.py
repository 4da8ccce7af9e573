"""Who may call what: every route as nobody, with keys of every scope, and as people of every role.

Everything here walks the table, so that a route that is added is tried by all of them without a line of its own.
"""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.records.people import Role, Stage
from clew.records.screening import Scope
from clew.web import rules
from clew.web.app import route_methods
from clew.web.auth import KeyRing
from clew.web.rules import RULES, Need, Rule, Rules
from tests.web.web_desk import SAME_SITE, WebDesk, pdq, signal

KEYED = [rule for rule in RULES if isinstance(rule.need, Scope)]
CONSOLE = [rule for rule in RULES if rule.console and rule.need is not Need.SIGN_IN]
OF_ROLES = [rule for rule in RULES if isinstance(rule.need, frozenset)]
OWN = [rule for rule in RULES if rule.need is Need.SESSION]
HALF_WAY = [rule for rule in RULES if rule.need is Need.HALF_WAY]


def address(rule: Rule) -> str:
    """An address that the rule is for; of things that are there where a key's answer depends on it."""
    path = rule.path.replace("{path:path}", "console.css").replace("{name}", "national")
    return re.sub(r"\{(\w+)(:\w+)?\}", "01M822MD2WZ41659TDG2SXE3X0", path)


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
    shared_desk.client.cookies.clear()
    key = shared_desk.key(*Scope)
    for given in (None, key):
        answer = shared_desk.call(rule.method, address(rule), key=given, headers=SAME_SITE)
        assert answer.status_code == (303 if rule.method == "GET" else 401)
        if rule.method == "GET":
            assert answer.headers["location"] == "/signin"


@pytest.mark.parametrize("rule", OF_ROLES, ids=named)
def test_a_page_opens_to_its_roles_and_to_no_other(shared_desk: WebDesk, rule: Rule) -> None:
    for role in Role:
        shared_desk.sign_in(role)
        answer = shared_desk.call(rule.method, address(rule), headers=SAME_SITE)
        if role in rule.need:  # type: ignore[operator]
            assert not refused_for_its_role(answer.text)
            assert answer.status_code != 500
        else:
            assert answer.status_code == 403
            assert refused_for_its_role(answer.text)


def refused_for_its_role(text: str) -> bool:
    return "an administrator gives roles" in text


@pytest.mark.parametrize("rule", OF_ROLES, ids=named)
def test_somebody_without_a_role_works_at_nothing(shared_desk: WebDesk, rule: Rule) -> None:
    user = shared_desk.sign_in(Role.READ_ONLY)
    shared_desk.bear(replace(user, roles=frozenset()))
    answer = shared_desk.call(rule.method, address(rule), headers=SAME_SITE)
    assert answer.status_code == 403


@pytest.mark.parametrize("rule", [*OF_ROLES, *OWN], ids=named)
@pytest.mark.parametrize("stage", [Stage.HALF, Stage.SETTING_UP])
def test_one_proof_alone_opens_no_page(shared_desk: WebDesk, rule: Rule, stage: Stage) -> None:
    user = shared_desk.sign_in(*Role)
    shared_desk.bear(user, stage)
    answer = shared_desk.call(rule.method, address(rule), headers=SAME_SITE)
    assert answer.status_code == (303 if rule.method == "GET" else 401)


@pytest.mark.parametrize("rule", HALF_WAY, ids=named)
def test_the_way_in_is_closed_to_whoever_is_in(shared_desk: WebDesk, rule: Rule) -> None:
    shared_desk.sign_in(*Role)
    answer = shared_desk.call(rule.method, address(rule), headers=SAME_SITE)
    assert answer.status_code == (303 if rule.method == "GET" else 401)


@pytest.mark.parametrize("rule", [rule for rule in CONSOLE if rule.changes], ids=named)
def test_a_form_without_its_token_or_with_another_session_s_is_refused(shared_desk: WebDesk, rule: Rule) -> None:
    user = shared_desk.sign_in(*Role)
    stage = Stage.HALF if rule.need is Need.HALF_WAY else Stage.OPEN
    shared_desk.bear(user, stage)
    for token in ("", "0" * 64):
        headers = {**SAME_SITE, "x-clew-form": token}
        answer = shared_desk.call(rule.method, address(rule), headers=headers)
        assert answer.status_code == 403
        assert "earlier sign-in" in answer.text


def test_a_role_that_only_reads_changes_nothing_but_its_own_account() -> None:
    """What everybody may change is listed here by hand, so that a route comes to it by decision only."""
    reading = {role for role in Role if not role.may_write}
    wrong = [named(rule) for rule in OF_ROLES if rule.changes and reading & rule.need]  # type: ignore[operator]
    assert wrong == ["POST /audit/verify"]  # it reads: a form, so that no browser fetches it beforehand
    own = {re.sub(r"^(POST /(?:account|stepup))/.*", r"\1", named(rule)) for rule in OWN if rule.changes}
    assert own == {"POST /signout", "POST /preferences", "POST /account", "POST /stepup"}


def test_who_reads_counts_only_is_led_to_no_single_hit_and_to_no_search(desk: WebDesk) -> None:
    """A hit bears the platform's own reference of what somebody uploaded."""
    desk.add_list("national", [pdq(1)])
    desk.screen(desk.key(Scope.SCREEN), json={"signals": [signal(pdq(1))], "reference": "upload 4711"})
    desk.sign_in(Role.READ_ONLY)
    for path in ("/", "/lists", "/lists/national", "/screening", "/account"):
        text = desk.get(path).text
        assert not re.search(r'(?:href|action)="/(?:hits|find)', text), path
        assert "4711" not in text
    desk.sign_in(Role.AUDITOR)
    assert 'href="/hits' in desk.get("/").text


def test_what_anybody_may_reach_is_listed_by_hand() -> None:
    open_to_all = {named(rule) for rule in RULES if rule.need in {Need.NOTHING, Need.SIGN_IN, Need.PUBLIC}}
    assert open_to_all == {
        "GET /api/openapi.json",
        "GET /healthz",
        "GET /readyz",
        "GET /static/{path:path}",
        "GET /favicon.ico",
        "GET /write",
        "GET /write/{language}",
        "POST /write/{language}",
        "GET /write/{language}/more",
        "POST /write/{language}/more",
        "GET /signin",
        "POST /signin",
        "POST /signin/passkey/ask",
        "POST /signin/passkey",
        "POST /signin/oidc",
        "GET /signin/oidc/back",
        "GET /setup",
        "POST /setup",
    }


def test_every_form_of_a_template_bears_the_token() -> None:
    """The pages before there is a session are those that need none."""
    before = {"signin.html", "signin_link.html", "setup_link.html"}
    for file in sorted((Path(rules.__file__).parent / "templates").rglob("*.html")):
        if file.name not in before:
            for form in re.findall(r"<form\b[^>]*method=.post.*?</form>", file.read_text("utf-8"), re.DOTALL):
                assert "{{ token_field }}" in form, file.name


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.step_up], ids=named)
def test_a_proof_that_is_too_old_is_asked_for_anew(shared_desk: WebDesk, rule: Rule) -> None:
    _demand_proof_again(shared_desk, rule, timedelta(minutes=-15))


def test_a_proof_from_the_future_is_none(shared_desk: WebDesk) -> None:
    _demand_proof_again(shared_desk, next(rule for rule in RULES if rule.step_up), timedelta(days=365))
    _demand_proof_again(shared_desk, next(rule for rule in RULES if rule.step_up), timedelta(seconds=1))


def _demand_proof_again(shared_desk: WebDesk, rule: Rule, dated: timedelta) -> None:
    user = shared_desk.sign_in(*Role)
    session = shared_desk.bear(user)
    late = replace(session, proved_at=session.proved_at + dated)
    shared_desk.installation.store.transact(lambda unit: unit.put_session(late))
    answer = shared_desk.call(rule.method, address(rule), headers=SAME_SITE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/stepup?back=%2F")
    script = {**SAME_SITE, "sec-fetch-dest": "empty"}
    assert shared_desk.call(rule.method, address(rule), headers=script).status_code == 403


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
    table = Rules()
    assert table.of("/api/v1/lists/a/b") == {}
    assert set(table.of("/api/v1/lists/a")) == {"GET"}
    assert set(table.of("/api/v1/lists/a/entries")) == {"POST", "DELETE"}


def test_a_known_path_with_another_method_says_which_there_are(shared_desk: WebDesk) -> None:
    answer = shared_desk.call("PUT", "/api/v1/lists")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.json()["error"]["message"] == "this address answers to GET, POST only"


def test_every_answer_bears_its_request_id_and_is_not_stored(shared_desk: WebDesk) -> None:
    ids = set()
    for path in ("/healthz", "/api/v1/lists", "/nowhere", "/signin", "/"):
        answer = shared_desk.call("GET", path)
        ids.add(answer.headers["x-request-id"])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert len(ids) == 5
