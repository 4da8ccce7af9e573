"""The OpenAPI document, and whether the service keeps to it when it is called with whatever it allows."""

import schemathesis
from hypothesis import HealthCheck, Phase, settings

from clew.records.screening import Scope
from clew.web.rules import RULES
from tests.web.web_desk import WebDesk, pdq


def test_the_document_holds_every_route_under_api_and_its_scope(shared_desk: WebDesk) -> None:
    document = shared_desk.get("/api/openapi.json").json()
    told = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    api = {(rule.method, rule.path) for rule in RULES if rule.path.startswith("/api/v1/")}
    assert api <= told
    for rule in RULES:
        if isinstance(rule.need, Scope):
            operation = document["paths"][rule.path][rule.method.lower()]
            assert operation["security"] == [{"key": []}]
            assert f"`{rule.need.value}`" in operation["description"]


def test_every_reference_in_the_document_leads_somewhere(shared_desk: WebDesk) -> None:
    text = shared_desk.get("/api/openapi.json").text
    document = shared_desk.get("/api/openapi.json").json()
    named = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])


def test_the_service_keeps_to_its_contract(shared_desk: WebDesk) -> None:
    """Each operation with generated calls, in process; failures of the service, undeclared answers and bodies count."""
    shared_desk.add_list("national", [pdq(1)])
    key = shared_desk.key(*Scope)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", shared_desk.app)
    checks = schemathesis.checks.load_all_checks
    assert checks is not None
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) >= 10
    for operation in operations:

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @schema.include(path=operation.path, method=operation.method.upper()).parametrize()
        def keeps(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"authorization": f"Bearer {key}"})

        del keeps
