"""The token that every form of a signed-in person bears, so that no other page can send one for them.

It is derived from the session's own token, which scripts and pages never see, and stands beside the check of where a
request comes from: browsers without that header, and pages of this host that are not ours, are kept out too.
"""

from urllib.parse import parse_qs

from starlette.types import Message, Receive, Scope

from clew.errors import InputError, RefusedError
from clew.ground.tokens import same
from clew.web.body import Held, media_type, read_body
from clew.web.visit import Visit, header

FIELD, HEADER = "form_token", b"x-clew-form"

# As much as a form of a person's typing can be; larger bodies are uploads, whose scripts send the header.
_FORM_BYTES = 1_000_000
_FIELDS = 5_000
_FORM = "application/x-www-form-urlencoded"


async def demand_form_token(
    scope: Scope, receive: Receive, visit: Visit, limit_bytes: int | None, held: Held
) -> Receive:
    """Where the route reads the body from, once its token, or the header's, was found to be the session's.

    Raises:
        RefusedError: there is none, or it is another session's.
    """
    given = header(scope, HEADER)
    if given is not None:
        _compare(given, visit)
        return receive
    if media_type(scope)[0] not in {_FORM, ""}:
        raise RefusedError("a request that is no form bears its token in the header X-Clew-Form")
    with held.room() as room:
        body = await read_body(receive, room, min(_FORM_BYTES, limit_bytes or _FORM_BYTES))
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=_FIELDS)
    except ValueError:
        raise InputError("the form must be sent as the page has it") from None
    _compare(fields.get(FIELD, [""])[0], visit)
    return _again(body, receive)


def _compare(given: str, visit: Visit) -> None:
    if not visit.form_token or not same(given, visit.form_token):
        raise RefusedError("this form is from an earlier sign-in; load its page again and send it once more")


def _again(body: bytes, receive: Receive) -> Receive:
    """The body that was read, and after it whatever comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read
