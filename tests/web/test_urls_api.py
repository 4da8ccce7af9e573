"""/api/v1/urls: partners report and read; every answer is defanged, and a reading is noted."""

import pytest

from clew.records.audit import AuditFilter
from clew.records.screening import Scope
from tests.web.web_desk import WebDesk


def report(desk: WebDesk, *addresses: str, **more: object):
    body = {"addresses": list(addresses), **more}
    return desk.call("POST", "/api/v1/urls", key=desk.key(Scope.URLS_WRITE), json=body)


def test_addresses_are_taken_in_each_for_itself_and_what_is_none_says_why(desk: WebDesk) -> None:
    answer = report(desk, "https://board.example/a", "no address", "hxxp://board[.]example/a", reference="NL-1")
    assert answer.status_code == 201
    first, wrong, again = answer.json()["urls"]
    assert (first["new"], again["new"], again["id"]) == (True, False, first["id"])
    assert (wrong["id"], "no host" in wrong["fault"]) == (None, True)


def test_what_is_read_is_defanged_and_noted(desk: WebDesk) -> None:
    url_id = report(desk, "https://board.example/a.html", words="also at https://pier.example/").json()["urls"][0]["id"]
    key = desk.key(Scope.URLS_READ)
    page = desk.call("GET", "/api/v1/urls?state=received&limit=1", key=key)
    detail = desk.call("GET", f"/api/v1/urls/{url_id}", key=key)
    assert page.json()["urls"][0]["address"] == "hxxps[:]//board[.]example/a[.]html"
    assert detail.json()["actions"][0]["words"] == "also at hxxps[:]//pier[.]example/"
    assert "://" not in page.text + detail.text
    with desk.installation.store.read() as reader:
        acts = {each.event.act for each in reader.audit_lines(AuditFilter()) if each.event}
    assert {"url.receive", "url.list", "url.read"} <= acts


def test_pages_follow_one_another(desk: WebDesk) -> None:
    report(desk, *(f"https://board.example/{number}" for number in range(5)))
    key, seen, after = desk.key(Scope.URLS_READ), [], ""
    while True:
        page = desk.call("GET", f"/api/v1/urls?limit=2{after}", key=key).json()
        seen += [each["id"] for each in page["urls"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("query", ["state=gone", "limit=0", "who=me"])
def test_a_question_that_is_not_understood_is_refused(desk: WebDesk, query: str) -> None:
    assert desk.call("GET", f"/api/v1/urls?{query}", key=desk.key(Scope.URLS_READ)).status_code == 400


@pytest.mark.parametrize("body", [{"addresses": []}, {"addresses": ["x"] * 101}, {"addresses": ["a\x00"], "words": 1}])
def test_a_body_that_does_not_fit_is_refused(desk: WebDesk, body: dict[str, object]) -> None:
    assert desk.call("POST", "/api/v1/urls", key=desk.key(Scope.URLS_WRITE), json=body).status_code == 400


def test_what_is_not_there_is_said_without_the_id(desk: WebDesk) -> None:
    answer = desk.call("GET", "/api/v1/urls/quorvane", key=desk.key(Scope.URLS_READ))
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "no address of that id")
