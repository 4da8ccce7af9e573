"""The OpenAPI document, and whether the service keeps to it when it is called with whatever it allows."""

from operator import methodcaller
from pathlib import Path

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks as openapi_checks

from clew.pipelines.ordering import order_pending
from clew.records.screening import Scope
from clew.web.rules import RULES, Rule
from tests.parts.stores.intake_records import sender_of
from tests.web.web_desk import WebDesk, pdq, signal

# Not whether every generated body is taken: a hash must also be one, which no schema says.
CHECKS = [
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
API = [rule for rule in RULES if rule.path.startswith("/api/v1/")]


@pytest.fixture(scope="module")
def operations(shared_desk: WebDesk) -> dict[tuple[str, str], APIOperation]:
    shared_desk.add_list("national", [pdq(1)])
    schema = schemathesis.openapi.from_dict(shared_desk.get("/api/openapi.json").json())
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(found) >= len(API)
    return {(each.method.upper(), each.path): each for each in found}


def test_the_document_holds_every_route_under_api_and_its_scope(shared_desk: WebDesk) -> None:
    document = shared_desk.get("/api/openapi.json").json()
    told = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert {(rule.method, rule.path) for rule in API} <= told
    for rule in RULES:
        if isinstance(rule.need, Scope):
            operation = document["paths"][rule.path][rule.method.lower()]
            assert operation["security"] == [{"key": []}]
            assert f"`{rule.need.value}`" in operation["description"]


def test_every_reference_in_the_document_leads_somewhere(shared_desk: WebDesk) -> None:
    answer = shared_desk.get("/api/openapi.json")
    named = {part.split('"')[0] for part in answer.text.split('"#/components/schemas/')[1:]}
    assert named <= set(answer.json()["components"]["schemas"])


@pytest.mark.parametrize("rule", API, ids=lambda rule: f"{rule.method} {rule.path}")
def test_whatever_the_contract_allows_is_answered_as_it_says(
    shared_desk: WebDesk, operations: dict[tuple[str, str], APIOperation], rule: Rule
) -> None:
    """Generated calls: no failure of the service, no undeclared status, content type or body."""
    key = shared_desk.key(*Scope)
    hit = shared_desk.screen(key, json={"signals": [signal(pdq(1))]}).json()["hit"]
    reported = shared_desk.call("POST", "/api/v1/urls", key=key, json={"addresses": ["https://board.example/"]})
    url_id = reported.json()["urls"][0]["id"]
    shared_desk.installation.store.transact(methodcaller("put_sender", sender_of("Harbour")))
    shared_desk.call("POST", "/api/v1/intake?sender=harbour", key=key, content=b'{"incident": {}}')
    while order_pending(shared_desk.installation.queue_desk, "test"):
        pass
    there = {
        "number": "1",
        "name": "national",
        "hit_id": hit,
        "reference": "account-7",
        "filing_id": "0" * 26,
        "url_id": url_id,
        "place_id": "1",
        "decision_id": "0" * 26,
    }
    operation = operations[rule.method, rule.path]

    @hypothesis.settings(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def keeps(case: schemathesis.Case) -> None:
        if case.path_parameters:  # what is there; what is not was answered with 404 in other tests
            case.path_parameters = {name: there[name] for name in case.path_parameters}
        asked = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
        asked.headers["authorization"] = f"Bearer {key}"
        headers = {name: str(value) for name, value in asked.headers.items()}
        body = asked.body if isinstance(asked.body, bytes | str) else None
        asking = shared_desk.client.request(asked.method or "", asked.url or "", headers=headers, content=body)
        answer = shared_desk.runner.run(asking)
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    keeps()


@pytest.mark.parametrize("rule", API, ids=lambda rule: f"{rule.method} {rule.path}")
def test_every_call_stands_in_the_guide_with_its_scope(rule: Rule) -> None:
    guide = (Path(__file__).parent.parent.parent / "docs" / "guides" / "http.md").read_text("utf-8")
    assert isinstance(rule.need, Scope)
    assert f"| `{rule.method} {rule.path}` | `{rule.need.value}` |" in guide
