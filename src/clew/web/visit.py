"""One request on its way through the service: who calls, by which rule, under which id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Any

from clew.records.people import Session, User
from clew.records.screening import ApiKey
from clew.web.rules import Rule

# Ids are told apart by these, not kept secret by them: asking the system for each would cost as much as a search.
_ids = Random(SystemRandom().getrandbits(128))  # noqa: S311  (ids of log lines, no secret; seeded by the system)
_ID_BITS = 64


@dataclass(slots=True)
class Visit:
    """What is known of a request; it stands in the ASGI scope under "clew".

    Attributes:
        rule: None as long as, and if, no route was found.
        key: the API key that calls; None on open routes and in the console.
        user: who is signed in to the console; None elsewhere, and while somebody is still on the way in.
        arriving: who has given one proof or followed a set-up link, and is not in yet.
        session: the console's session, of the one or the other.
        form_token: what the session's forms bear.
        status: what was answered; 0 until the answer begins.
    """

    request_id: str = field(default_factory=lambda: f"{_ids.getrandbits(_ID_BITS):016x}")
    rule: Rule | None = None
    key: ApiKey | None = None
    user: User | None = None
    arriving: User | None = None
    session: Session | None = None
    form_token: str = ""
    status: int = 0

    @property
    def actor(self) -> str:
        """As audit rows name it."""
        return f"key:{self.key.id}" if self.key else self.user.actor if self.user else "nobody"


def visit_of(scope: Mapping[str, Any]) -> Visit:
    """The visit of an ASGI scope that came through the gate."""
    found = scope["clew"]
    assert isinstance(found, Visit)
    return found


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """A header of the request, the first of that name; `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None
