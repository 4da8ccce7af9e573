"""Bodies of calls read within their limits, and answers written: documents, forms, files of which a digest is kept."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from clew.errors import InputError
from clew.web.body import Held, Room, declared_bytes, media_type, no_encoding, pour_body, read_body
from clew.web.multipart import Form, Part
from clew.web.uploads import Upload

# Text alone can make a report long; a chat of years has some megabytes.
DOCUMENT_BYTES = 16 << 20
# Documents in memory at one time, in whole ones of the largest size.
DOCUMENTS_HELD = 8
# A report's number, and the wrapping of a form around a file.
_FORM_BYTES = 65_536
# One is right; what comes beyond is told so, and not that there is no room.
_FILES_OF_FORM = 256
XML = b"text/xml; charset=utf-8"
_MULTIPART, _URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
_CHARSETS = {"", "utf-8", "utf8"}


class Digested(Upload):
    """A file of which size and MD5 are kept, and no byte."""

    def __init__(self) -> None:
        super().__init__()
        self._md5 = hashlib.md5(usedforsecurity=False)

    def write(self, piece: bytes | memoryview) -> None:
        """The next bytes are counted and digested."""
        self.size_bytes += len(piece)
        self._md5.update(piece)

    @property
    def md5(self) -> str:
        """Of what has come, in hexadecimal digits."""
        return self._md5.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form: a report's number, and a file where the call asks for one."""

    number: str
    file: Digested | None = None


async def read_document(scope: Scope, receive: Receive, room: Room) -> bytes:
    """The XML document that is the body.

    Args:
        room: for it, of all that documents may hold; whoever opened it keeps it open while the document is in hand.
    Raises:
        InputError: it says that it is something else, or is too large.
        UnavailableError: too many documents are under way.
    """
    name, parameters = media_type(scope)
    if name not in {"text/xml", "application/xml"}:
        raise InputError("expected Content-Type: text/xml; charset=utf-8")
    if _charset(parameters) not in _CHARSETS:
        raise InputError("expected charset=utf-8 in the Content-Type")
    no_encoding(scope)
    declared_bytes(scope, DOCUMENT_BYTES)
    return await read_body(receive, room, DOCUMENT_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRoom:
    """How a form's one file is read.

    Attributes:
        most_bytes: largest file.
        new_file: makes that into which its bytes go.
        room: for all that the form bears; whoever opened it keeps it open while the file is in hand.
    """

    most_bytes: int
    new_file: Callable[[], Digested]
    room: Room


def form_bytes(file_bytes: int) -> int:
    """The largest form whose file has so many bytes at most."""
    return _FORM_BYTES + file_bytes


def of_one_form(file_bytes: int) -> Held:
    """Room for one such form, for who holds no bytes of it."""
    return Held(form_bytes(file_bytes), _FILES_OF_FORM)


async def read_form(scope: Scope, receive: Receive, file: FileRoom | None = None) -> Filled:
    """The form that is the body; whoever asked for a file closes it.

    Args:
        file: of the file that the form must have; None when it has only the number.
    Raises:
        InputError: other fields, twice the same, no form, too large, or cut off.
    """
    name, parameters = media_type(scope)
    no_encoding(scope)
    if name == _MULTIPART:
        return await _read_multipart(scope, receive, parameters, file)
    if name == _URLENCODED and file is None:
        declared_bytes(scope, _FORM_BYTES)
        with Held(_FORM_BYTES, 0).room() as room:
            body = await read_body(receive, room, _FORM_BYTES)
        return _filled(_fields(body), None)
    raise InputError(f"expected a form as {_MULTIPART}" + (f" or {_URLENCODED}" if file is None else ""))


async def _read_multipart(scope: Scope, receive: Receive, parameters: str, wanted: FileRoom | None) -> Filled:
    limit_bytes = form_bytes(wanted.most_bytes if wanted else 0)
    declared_bytes(scope, limit_bytes)
    if wanted is None:
        with Held(limit_bytes, _FILES_OF_FORM).room() as room:
            form = Form(parameters, 0, room, new_file=Digested)
            return await _poured(receive, form, room, limit_bytes, with_file=False)
    form = Form(parameters, wanted.most_bytes, wanted.room, new_file=wanted.new_file)
    return await _poured(receive, form, wanted.room, limit_bytes, with_file=True)


async def _poured(receive: Receive, form: Form, room: Room, limit_bytes: int, *, with_file: bool) -> Filled:
    try:
        await pour_body(receive, room, limit_bytes, form.feed)
        form.check_whole()
        return _of_parts(form.parts, with_file=with_file)
    except BaseException:
        for part in form.parts:
            if part.file is not None:
                part.file.close()
        raise


def _of_parts(parts: Sequence[Part], *, with_file: bool) -> Filled:
    fields: list[tuple[str, str]] = []
    files: list[Digested] = []
    for part in parts:
        if isinstance(part.file, Digested):
            if part.name != "file" or not with_file:
                raise InputError("expected a file in the field 'file' of an upload only")
            files.append(part.file)
        else:
            fields.append((part.name, part.text.decode("utf-8", "replace")))
    if with_file != (len(files) == 1):
        raise InputError(f"expected one file in the field 'file', with a file name, came {len(files)}")
    return _filled(fields, files[0] if files else None)


def _filled(fields: list[tuple[str, str]], file: Digested | None) -> Filled:
    if [name for name, _ in fields] != ["id"]:
        raise InputError("expected the field 'id' once, and no other" + (" beside the file" if file else ""))
    return Filled(number=fields[0][1].strip(), file=file)


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=8)
    except ValueError as error:  # UnicodeDecodeError is one, too
        raise InputError(f"the body is no well-formed {_URLENCODED}") from error


def _charset(parameters: str) -> str:
    for each in parameters.split(";"):
        name, _, value = each.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""


async def send_answer(
    send: Send, status: int, body: bytes, media: bytes = XML, headers: Mapping[bytes, bytes] | None = None
) -> None:
    """A whole answer; an empty body bears no type."""
    fields = [(b"content-length", str(len(body)).encode()), *(headers or {}).items()]
    if body:
        fields.append((b"content-type", media))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
