"""How a route's shapes stand in the OpenAPI document: made from the same types that read and write the JSON."""

from typing import Any

import msgspec

from clew.records.screening import Scope
from clew.web.answers import ErrorAnswer
from clew.web.api import (
    case_shapes,
    health_shapes,
    hit_shapes,
    intake_shapes,
    list_shapes,
    measure_shapes,
    queue_shapes,
    report_shapes,
    screen_shapes,
    url_shapes,
)
from clew.web.rules import RULES

_REF = "#/components/schemas/{name}"
_SHAPES = (
    screen_shapes.ScreenGiven,
    screen_shapes.ScreenSaid,
    screen_shapes.BatchSaid,
    list_shapes.ListHeard,
    list_shapes.ListSaid,
    list_shapes.ListsSaid,
    list_shapes.ListDetailSaid,
    list_shapes.EntriesHeard,
    list_shapes.AddedSaid,
    list_shapes.ValuesHeard,
    list_shapes.RemovedSaid,
    hit_shapes.HitSaid,
    hit_shapes.HitsSaid,
    measure_shapes.ScreeningSaid,
    health_shapes.ReadySaid,
    health_shapes.AliveSaid,
    *case_shapes.HEARD,
    *case_shapes.SAID,
    report_shapes.FileHeard,
    report_shapes.RetractHeard,
    report_shapes.FilingSaid,
    report_shapes.FilingsSaid,
    report_shapes.FilingDetailSaid,
    *queue_shapes.HEARD,
    *queue_shapes.SAID,
    url_shapes.UrlHeard,
    url_shapes.UrlsTakenSaid,
    url_shapes.UrlSaid,
    url_shapes.UrlsSaid,
    url_shapes.UrlDetailSaid,
    intake_shapes.TakenInSaid,
    intake_shapes.IntakesSaid,
    intake_shapes.IntakeDetailSaid,
    intake_shapes.FoundSaid,
    intake_shapes.SendersSaid,
    ErrorAnswer,
)

# What any route may answer beside its own, by whether it asks for a key.
_ERRORS = {
    400: "it cannot be used; the message says what was expected",
    413: "it is larger than a limit",
    500: "something failed inside Clew",
    503: "it cannot be served now; nothing was recorded",
}
_KEY_ERRORS = {
    401: "no key, or none that is good",
    403: "the key lacks the scope, or there is no legal basis",
    404: "no such list, hit, case, report or address",
    409: "it is taken, or was changed by another",
    429: "too often; see Retry-After",
}


def shape(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """A JSON body of that shape."""
    return {"application/json": {"schema": {"$ref": _REF.format(name=kind.__name__)}}}


def answers_with(kind: type[msgspec.Struct], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route."""
    return {status: {"description": (kind.__doc__ or "").strip(), "content": shape(kind)}}


def takes(heard: type[msgspec.Struct], said: type[msgspec.Struct], status: int = 200) -> dict[str, Any]:
    """The arguments of a route that takes one shape and answers with another."""
    body = {"requestBody": {"required": True, "content": shape(heard)}}
    return {"responses": answers_with(said, status), "openapi_extra": body}


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with our shapes, keys and errors, and with POST /screen, which it does not know."""
    _, shapes = msgspec.json.schema_components(_SHAPES, ref_template=_REF)
    document["components"] = {
        "schemas": dict(sorted(shapes.items())),
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "clew_<id>_<secret>"}},
    }
    document["paths"]["/api/v1/screen"] = {"post": _screen()}
    needs = {(rule.path, rule.method.lower()): rule.need for rule in RULES}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            need = needs[path, method]
            scope = need if isinstance(need, Scope) else None
            operation["responses"].pop("422", None)
            errors = _ERRORS | _KEY_ERRORS if scope else _ERRORS
            for status, meaning in errors.items():
                operation["responses"].setdefault(str(status), {"description": meaning, "content": shape(ErrorAnswer)})
            if scope:
                operation["security"] = [{"key": []}]
                operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope.value}`.".strip()
    return document


def _screen() -> dict[str, Any]:
    text = {"type": "string"}
    query = [
        _query("reference", {**text, "maxLength": 1000}, "your own name for the content; kept with a hit"),
        _query("channel", {"enum": ["upload", "private-message", "hashes"]}, "where the content comes from"),
        _query("list", {"type": "array", "items": text}, "search only these lists; all if left out"),
    ]
    files = {
        "type": "object",
        "properties": {
            "file": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1},
            "reference": {"type": "array", "items": text, "description": "none, or one for each file, in order"},
            "channel": text,
            "list": {"type": "array", "items": text},
        },
        "required": ["file"],
    }
    return {
        "tags": ["screen"],
        "operationId": "screen",
        "summary": "Screen a file, a form of files, or hashes",
        "description": (
            "A raw body of any other type is one file. The answer is given when what was found is durable. What the "
            "uploader sees, and when, must not differ between the actions."
        ),
        "parameters": query,
        "requestBody": {
            "required": True,
            "content": {
                **shape(screen_shapes.ScreenGiven),
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {"schema": files},
            },
        },
        "responses": {
            "200": {
                "description": "one answer, or `results` for a batch or a form",
                "content": {
                    "application/json": {
                        "schema": {
                            "oneOf": [
                                {"$ref": _REF.format(name="ScreenSaid")},
                                {"$ref": _REF.format(name="BatchSaid")},
                            ]
                        }
                    }
                },
            }
        },
    }


def _query(name: str, schema: dict[str, Any], meaning: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": meaning}
