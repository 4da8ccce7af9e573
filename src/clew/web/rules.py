"""Which permission each route needs: one table, and what is not in it does not exist."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from starlette.routing import compile_path

from clew.records.screening import Scope


class Need(Enum):
    """What a route asks for when it is not a key's scope."""

    NOTHING = "nothing"  # anybody who reaches the port
    SESSION = "session"  # the local administrator, signed in to the console
    SIGN_IN = "sign-in"  # nobody yet: the pages by which one signs in


# A request's body where no route says otherwise: forms and small documents.
_SMALL_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One method of one path, who may call it, and how much it takes.

    Attributes:
        path: as the route declares it, with parameters in braces.
        body_bytes: largest body; None leaves it to the route, which reads by parts and has limits of its own.
    """

    method: str
    path: str
    need: Scope | Need
    body_bytes: int | None = _SMALL_BYTES

    @property
    def console(self) -> bool:
        """Whether people see it in a browser: their errors are pages, and other sites' requests are refused."""
        return self.need in {Need.SESSION, Need.SIGN_IN}


def _rule(call: str, need: Scope | Need, body_bytes: int | None = _SMALL_BYTES) -> Rule:
    method, path = call.split(" ")
    return Rule(method=method, path=path, need=need, body_bytes=body_bytes)


RULES: tuple[Rule, ...] = (
    _rule("POST /api/v1/screen", Scope.SCREEN, None),
    _rule("GET /api/v1/lists", Scope.LISTS_READ),
    _rule("POST /api/v1/lists", Scope.LISTS_WRITE),
    _rule("GET /api/v1/lists/{name}", Scope.LISTS_READ),
    _rule("POST /api/v1/lists/{name}/entries", Scope.LISTS_WRITE, 8_000_000),
    _rule("DELETE /api/v1/lists/{name}/entries", Scope.LISTS_WRITE, 8_000_000),
    _rule("GET /api/v1/hits", Scope.HITS_READ),
    _rule("GET /api/v1/hits/{hit_id}", Scope.HITS_READ),
    _rule("GET /api/v1/measure/screening", Scope.MEASURE_READ),
    _rule("GET /api/openapi.json", Need.NOTHING),
    _rule("GET /healthz", Need.NOTHING),
    _rule("GET /readyz", Need.NOTHING),
    _rule("GET /metrics", Scope.MEASURE_READ),
    _rule("GET /static/{path:path}", Need.NOTHING),
    _rule("GET /favicon.ico", Need.NOTHING),
    _rule("GET /signin", Need.SIGN_IN),
    _rule("POST /signin", Need.SIGN_IN),
    _rule("POST /signout", Need.SESSION),
    _rule("POST /preferences", Need.SESSION),
    _rule("GET /", Need.SESSION),
    _rule("GET /hits", Need.SESSION),
    _rule("GET /hits/{hit_id}", Need.SESSION),
    _rule("GET /lists", Need.SESSION),
    _rule("GET /lists/{name}", Need.SESSION),
    _rule("GET /screening", Need.SESSION),
    _rule("GET /screening.csv", Need.SESSION),
    _rule("GET /find", Need.SESSION),
)


class Rules:
    """The table, ready to be asked for each request."""

    def __init__(self, rules: Iterable[Rule] = RULES) -> None:
        self._plain: dict[str, dict[str, Rule]] = {}
        self._patterns: list[tuple[re.Pattern[str], Rule]] = []
        for rule in rules:
            if "{" in rule.path:
                # The router's own pattern, so that the table and the router never read one path differently.
                self._patterns.append((compile_path(rule.path)[0], rule))
            else:
                self._plain.setdefault(rule.path, {})[rule.method] = rule

    def of(self, path: str) -> dict[str, Rule]:
        """The rules of a path by method; empty when there is no such path."""
        plain = self._plain.get(path)
        if plain is not None:
            return plain
        return {rule.method: rule for pattern, rule in self._patterns if pattern.match(path)}
