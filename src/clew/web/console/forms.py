"""A console form's fields, read once and bounded."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from clew.errors import InputError
from clew.web.body import read_body
from clew.web.door import door_of

_FORM_BYTES = 20_000
_FIELDS = 50
# A whole report with its messages, and every field of the page around it.
_LARGE_BYTES = 1_000_000
_LARGE_FIELDS = 500


class Fields(dict[str, str]):
    """The fields of a form; the last of a name that is there twice, and `all` of them."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def all(self, name: str) -> list[str]:
        """Every value of a name, as ticked boxes give them."""
        return [value for each, value in self._pairs if each == name]


async def _form(request: Request) -> Fields:
    return await _read(request, _FORM_BYTES, _FIELDS)


async def _large_form(request: Request) -> Fields:
    return await _read(request, _LARGE_BYTES, _LARGE_FIELDS)


async def _read(request: Request, most_bytes: int, most_fields: int) -> Fields:
    with door_of(request).held.room() as room:
        body = await read_body(request.receive, room, most_bytes)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=most_fields)
    except ValueError:
        raise InputError("the form must be sent as the page has it") from None
    return Fields(pairs)


Form = Annotated[Fields, Depends(_form)]
LargeForm = Annotated[Fields, Depends(_large_form)]


def same_twice(form: Fields) -> str:
    """A new password, typed twice; InputError when they differ."""
    password = form.get("password", "")
    if password != form.get("again", ""):
        raise InputError("the two passwords differ; type the same one twice")
    return password


def way_back(path: str, otherwise: str = "/") -> str:
    """The path when it is one of this site, else another."""
    # One slash and no more: "//elsewhere" would leave this site, and browsers read a backslash as a slash.
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if local else otherwise
