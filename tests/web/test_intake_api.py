"""/api/v1/intake and /api/v1/senders: given in a line each, durable when answered; read without or with contents."""

import json
from dataclasses import replace
from operator import methodcaller

import pytest

from clew.parts.formats.ids_json import PART as IDS_JSON
from clew.pipelines.senders import block, set_quota
from clew.records.audit import AuditFilter
from clew.records.identifiers import SenderId
from clew.records.screening import Scope
from tests.parts.formats.filed_reports import filed_report
from tests.parts.stores.intake_records import sender_of
from tests.web.web_desk import WebDesk

HARBOUR = sender_of("Harbour")


@pytest.fixture
def giving(desk: WebDesk):
    """Reports are given in for the sender Harbour."""
    desk.installation.store.transact(methodcaller("put_sender", HARBOUR))
    key = desk.key(Scope.INTAKE_WRITE)

    def give(content: bytes, query: str = "sender=harbour"):
        return desk.call("POST", f"/api/v1/intake?{query}", key=key, content=content)

    return give


def line(name: str) -> bytes:
    return json.dumps(
        {"incident": {}, "subjects": [{"screen_name": name}], "additional_info": f"{name} wrote"}
    ).encode()


def test_each_line_is_answered_in_its_place_and_again_with_its_number(desk: WebDesk, giving) -> None:
    answer = giving(line("mara") + b"\n{broken\n\n" + line("noor") + b"\n")
    assert answer.status_code == 201
    first, broken, second = answer.json()["reports"]
    assert (first["number"], second["number"], broken["number"]) == (1, 2, None)
    assert "line 2" in broken["unread"]
    assert "mara" not in json.dumps(first["gaps"])
    (again,) = giving(line("noor")).json()["reports"]
    assert (again["number"], again["repeated"]) == (2, True)
    with desk.installation.store.read() as reader:
        assert reader.pending(10) == [1, 2]


def test_the_polices_json_comes_in_the_same_way(giving) -> None:
    (taken,) = giving(IDS_JSON.write(filed_report()), "sender=harbour&form=ids-json").json()["reports"]
    assert taken["number"] == 1
    assert giving(line("mara"), "sender=harbour&form=vics").status_code == 400


def test_over_the_quota_nothing_is_taken_and_the_call_is_counted(desk: WebDesk, giving) -> None:
    set_quota(desk.installation.store, HARBOUR.id, 2, actor="test", clock=desk.clock)
    assert giving(line("a") + b"\n" + line("b") + b"\n" + line("c")).status_code == 429
    assert giving(line("a") + b"\n" + line("b")).status_code == 201
    refused = giving(line("c"))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    (row,) = desk.call("GET", "/api/v1/senders", key=desk.key(Scope.INTAKE_READ)).json()["senders"]
    assert (row["reports"], row["refused"], row["reports_a_day"]) == (2, 2, 2)


def test_a_blocked_or_unknown_sender_gives_nothing(desk: WebDesk, giving) -> None:
    assert giving(line("a"), "sender=nobody").status_code == 404
    assert giving(line("a"), "form=facts").status_code == 400
    block(desk.installation.store, HARBOUR.id, actor="test", clock=desk.clock)
    assert giving(line("a")).status_code == 403


def test_what_came_in_is_listed_without_contents_and_read_with_them(desk: WebDesk, giving) -> None:
    giving(b"\n".join(line(name) for name in ("mara", "noor", "otis")))
    key = desk.key(Scope.INTAKE_READ)
    page = desk.call("GET", "/api/v1/intake?limit=2&sender=harbour&incomplete=true", key=key).json()
    assert [each["number"] for each in page["reports"]] == [3, 2]
    rest = desk.call("GET", f"/api/v1/intake?before={page['next']}", key=key)
    assert [each["number"] for each in rest.json()["reports"]] == [1]
    assert "mara" not in rest.text
    detail = desk.call("GET", "/api/v1/intake/1", key=key).json()
    assert detail["report"]["subjects"] == [{"screen_name": "mara"}]
    assert detail["mention_count"] == len(detail["mentions"])
    with desk.installation.store.read() as reader:
        acts = [each.event.act for each in reader.audit_lines(AuditFilter()) if each.event]
    assert acts.count("intake.read") == 1


def test_an_identifier_is_found_and_what_was_searched_for_is_written_nowhere(desk: WebDesk, giving) -> None:
    giving(json.dumps({"incident": {}, "additional_info": "mail ada@example.org"}).encode())
    key = desk.key(Scope.INTAKE_READ)
    found = desk.call("GET", "/api/v1/intake/search?q=ada%40ex&kind=email", key=key).json()["found"]
    assert found == [{"kind": "email", "value": "ada@example.org", "reports": [1]}]
    assert desk.call("GET", "/api/v1/intake/search?q=ad", key=key).status_code == 400
    with desk.installation.store.read() as reader:
        events = [each.event for each in reader.audit_lines(AuditFilter(act="intake.search")) if each.event]
    assert events
    assert "ada" not in repr(events)


def test_senders_are_shown_without_anything_secret(desk: WebDesk, giving) -> None:
    secret = replace(HARBOUR, id=SenderId("tide"), name="Tide", user="tide", secret_digest=b"s" * 32)
    desk.installation.store.transact(methodcaller("put_sender", secret))
    answer = desk.call("GET", "/api/v1/senders", key=desk.key(Scope.INTAKE_READ))
    assert [each["name"] for each in answer.json()["senders"]] == ["Harbour", "Tide"]
    assert "digest" not in answer.text
    assert "c3" * 8 not in answer.text


@pytest.mark.parametrize("path", ["intake/0", "intake/x", "intake/99", "intake/" + "9" * 30, "intake/%00"])
def test_what_is_not_there_is_said_without_the_number(desk: WebDesk, path: str) -> None:
    answer = desk.call("GET", f"/api/v1/{path}", key=desk.key(Scope.INTAKE_READ))
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "no report of that number")


@pytest.mark.parametrize(
    "query", ["intake?form=x", "intake?limit=0", "intake?who=me", "senders?a=1", "intake?before=0"]
)
def test_a_question_that_is_not_understood_is_refused(desk: WebDesk, query: str) -> None:
    assert desk.call("GET", f"/api/v1/{query}", key=desk.key(Scope.INTAKE_READ)).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "intake"), ("GET", "intake/1"), ("GET", "senders"), ("POST", "intake")]
)
def test_a_key_without_the_scope_gets_nothing(desk: WebDesk, method: str, path: str) -> None:
    others = [each for each in Scope if each not in {Scope.INTAKE_READ, Scope.INTAKE_WRITE}]
    assert desk.call(method, f"/api/v1/{path}", key=desk.key(*others)).status_code == 403
