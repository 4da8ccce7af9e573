"""multipart/form-data, parsed as it streams into memory: no part ever becomes a temporary file."""

from collections.abc import Callable
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from clew.errors import InputError, TooLargeError
from clew.web.body import Room
from clew.web.uploads import Upload

# A field is a word such as a channel or a reference; a file says that it is one by a filename.
_FIELD_BYTES = 4_096
_PARTS = 1_000
# Each file takes descriptors, of which a process has not many.
_FILES = 256
# Ways to write bytes that leave them as they are. Source: RFC 2045, section 6.
_AS_THEY_ARE = frozenset({b"7bit", b"8bit", b"binary"})


@dataclass(slots=True)
class Part:
    """One part of a form.

    Attributes:
        file: set when it came with a filename; the filename itself is not kept, for it can name a person.
        text: the bytes of a field, which has no filename.
    """

    name: str
    file: Upload | None
    text: bytes = b""


class Form:
    """Fed with pieces of a body, it holds the parts; `check_whole` says whether it was whole.

    Args:
        new_file: makes that into which the bytes of one file go.
    """

    def __init__(
        self, parameters: str, file_bytes: int, room: Room, *, new_file: Callable[[], Upload] = Upload
    ) -> None:
        """A form with the boundary that the content type's parameters name."""
        _, options = parse_options_header("multipart/form-data;" + parameters)
        boundary = options.get(b"boundary")
        if not boundary:
            raise InputError("multipart/form-data needs a boundary in its Content-Type")
        self.parts: list[Part] = []
        self._file_bytes = file_bytes
        self._room = room
        self._new_file = new_file
        self._ended = False
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition: bytes | None = None
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise InputError("the boundary of the form cannot be used") from error

    def feed(self, piece: bytes) -> None:
        """The next bytes of the body are taken in."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise InputError("the body is no well-formed multipart/form-data") from error

    def check_whole(self) -> None:
        """InputError unless the last boundary has come."""
        if not self._ended:
            raise InputError("the form ends before its last boundary: it was cut off, nothing of it was screened")

    def close(self) -> None:
        """The bytes of files that nobody has taken are let go."""
        for part in self.parts:
            if part.file:
                part.file.close()

    # ---- what the parser calls

    def _begin(self) -> None:
        if len(self.parts) >= _PARTS:
            raise TooLargeError(f"a form may have at most {_PARTS} parts; send the rest in another")
        self._disposition = None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        name, value = bytes(self._header[0]).lower(), bytes(self._header[1])
        self._header = (bytearray(), bytearray())
        # What is screened must be what the platform will read: nothing that one reader takes so and another otherwise.
        place = len(self.parts) + 1
        if name == b"content-disposition":
            if self._disposition is not None:
                raise InputError(f"part {place} of the form has Content-Disposition twice; send it once")
            self._disposition = value
        elif name == b"content-transfer-encoding" and value.strip().lower() not in _AS_THEY_ARE:
            raise InputError(f"part {place} of the form is encoded; send its bytes as they are, without an encoding")
        elif name == b"content-type" and value.strip().lower().startswith(b"multipart/"):
            raise InputError(f"part {place} of the form is a form itself; send each file as a part of its own")

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind != b"form-data" or b"name" not in options:
            raise InputError(
                f"part {len(self.parts) + 1} of the form has no name; expected 'Content-Disposition: form-data; name='"
            )
        is_file = b"filename" in options or b"filename*" in options
        if is_file:
            if self._room.files >= _FILES:
                raise TooLargeError(f"a form may have at most {_FILES} files; send the rest in another")
            self._room.take_file()
        self.parts.append(Part(options[b"name"].decode("utf-8", "replace"), self._new_file() if is_file else None))

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        held_bytes = (part.file.size_bytes if part.file else len(part.text)) + end - start
        limit_bytes = self._file_bytes if part.file else _FIELD_BYTES
        if held_bytes > limit_bytes:
            raise TooLargeError(f"part {len(self.parts)} of the form may have at most {limit_bytes:,} bytes")
        if part.file:
            part.file.write(memoryview(data)[start:end])
        else:
            part.text += data[start:end]

    def _end(self) -> None:
        self._ended = True
