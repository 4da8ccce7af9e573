"""One call on its way through the server: who calls what, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from clew.web.ispws.senders import Sender


@dataclass(slots=True)
class Call:
    """What is known of a call; it stands in the ASGI scope under "ispws".

    Attributes:
        endpoint: "submit", "upload" ...; empty when it is none of the seven.
        sender: None until, and unless, the caller is known.
        status: what was answered over HTTP; 0 when the connection broke first.
        code: the response code that the call came to, whether the answer bore it or not; None when nothing was done.
        fault: how the plan made it fail.
        retry_after_s: when the caller may come again; None is at once.
        began_s: on a clock that only goes forward.
    """

    request_id: str
    endpoint: str = ""
    sender: Sender | None = None
    status: int = 0
    code: int | None = None
    report: int | None = None
    file: str | None = None
    fault: str | None = None
    retry_after_s: int | None = None
    began_s: float = field(default_factory=perf_counter)


def call_of(scope: Mapping[str, Any]) -> Call:
    """The call of an ASGI scope that came through the front."""
    found = scope["ispws"]
    assert isinstance(found, Call)
    return found


def sender_of(scope: Mapping[str, Any]) -> Sender:
    """Who calls; the front lets nobody else through."""
    sender = call_of(scope).sender
    assert sender is not None
    return sender
