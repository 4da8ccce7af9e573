"""The OpenAPI document, and whether the service keeps to it when it is called with whatever it allows."""

from collections.abc import Iterator

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.specs.openapi import checks as openapi_checks
from schemathesis.schemas import APIOperation

from clew.records.screening import Scope
from clew.web.rules import RULES
from tests.web.web_desk import WebDesk, pdq

# Not whether every generated body is taken: a hash must also be one, which no schema says.
CHECKS = [
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
API = [rule for rule in RULES if rule.path.startswith("/api/v1/")]


@pytest.fixture(scope="module")
def operations(shared_desk: WebDesk) -> Iterator[dict[tuple[str, str], APIOperation]]:
    shared_desk.add_list("national", [pdq(1)])
    schema = schemathesis.openapi.from_dict(shared_desk.get("/api/openapi.json").json())
    found = [each.ok() for each in schema.get_all_operations()]
    yield {(each.method.upper(), each.path): each for each in found}


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
    shared_desk: WebDesk, operations: dict[tuple[str, str], APIOperation], rule: object
) -> None:
    """Generated calls: no failure of the service, no undeclared status, content type or body."""
    key = shared_desk.key(*Scope)
    operation = operations[rule.method, rule.path]  # type: ignore[attr-defined]

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
        asked = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
        asked.headers["authorization"] = f"Bearer {key}"
        answer = shared_desk.runner.run(
            shared_desk.client.request(asked.method or "", asked.url or "", headers=dict(asked.headers), content=asked.body)
        )
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    keeps()
