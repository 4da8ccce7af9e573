"""What every shape of the HTTP interface is made of, and how the JSON that comes in is read.

The shapes are also the OpenAPI document's, so a field that is in none of them is not in the contract. Those of one
subject stand together in `clew.web.api`, with how records become them.
"""

from typing import Annotated, TypeVar

import msgspec

from clew.errors import InputError
from clew.web import misfits

T = TypeVar("T")

Name = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Reference = Annotated[str, msgspec.Meta(max_length=1000)]
HexValue = Annotated[str, msgspec.Meta(min_length=1, max_length=1024, extra_json_schema={"pattern": "^[0-9a-fA-F]+$"})]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Heard(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What comes in: a field that we do not know is an error, for it may be a misspelt one."""


class Said(msgspec.Struct, kw_only=True):
    """What goes out."""


def hear(body: bytes, kind: type[T]) -> T:
    """The request of that kind; InputError names the field at fault and never repeats its value."""
    return hear_with(msgspec.json.Decoder(kind), body)


def hear_with(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """The same, with a decoder that the caller keeps."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise InputError(f"the request does not fit: {_without_values(str(error), decoder.type)}") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise InputError("the body must be JSON in UTF-8, as /api/openapi.json describes it") from None


def _without_values(message: str, kind: object) -> str:
    """The decoder repeats an unknown field's name and an unknown word of a choice; both may bear anything.

    Of a field of the request itself, the fields that the call knows are named in its place.
    """
    head, _, place = message.rpartition(" - at ")
    text = head or message
    if text.startswith("Object contains unknown field"):
        text = "Object contains an unknown field"
        if not head and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            text += f"; this call knows {', '.join(kind.__struct_encode_fields__)}"
    if text.startswith("Invalid enum value"):
        text = "Invalid word"
    text = misfits.of_body(text)
    return f"{text} at {place}" if head else text
