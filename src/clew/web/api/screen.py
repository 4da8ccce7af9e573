"""POST /screen: a file, a form of files, or hashes alone; answered once what was found is durable.

A plain ASGI route, for it answers thousands of requests a second: no thread is changed for a few hashes, and nothing
is parsed twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from clew.errors import InputError, TooLargeError
from clew.pipelines.uploads import Answer, Content, parse_signal, say_nothing
from clew.records.case import UploadFacts
from clew.records.identifiers import ListName
from clew.records.match import Channel
from clew.records.signal import Hashed, Signal
from clew.web import answers, schemas
from clew.web.api import screen_shapes
from clew.web.body import MEGABYTE, Room, declared_bytes, media_type, no_encoding, pour_body, read_body
from clew.web.door import Door
from clew.web.form_token import HEADER as TOKEN_HEADER
from clew.web.multipart import Form
from clew.web.upload_shapes import PLAIN_FACTS, hear_plain_facts, hear_upload
from clew.web.uploads import Kept, Upload
from clew.web.visit import visit_of

_JSON_BYTES = 8 * MEGABYTE
_HASHES = 10_000
# What a form needs beside its files: boundaries, headers, fields.
_FORM_BYTES = MEGABYTE
_REFERENCE_CHARACTERS = 1000
# A picture with its turned and mirrored forms has eleven; what bears more counts more against a key's limit.
_HASHES_OF_ONE = 16

# What may stand before JSON: white space, and the mark that some editors write. So much of a file is looked at first.
_BLANK = b" \t\r\n\xef\xbb\xbf"
_HEAD_BYTES = 4096

_HEADERS = b"x-clew-"
_NAMES = frozenset({"reference", "channel", "list", *PLAIN_FACTS})
# What a caller may name; folders are screened by the command alone.
_CHANNELS = (Channel.UPLOAD, Channel.PRIVATE_MESSAGE, Channel.HASHES)


@dataclass(slots=True)
class _Asked:
    """What stands beside the content: in the query, in headers, or among a form's fields."""

    references: list[str] = field(default_factory=list)
    channel: str | None = None
    lists: list[str] = field(default_factory=list)
    file_names: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


class Screen:
    """The endpoint."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._decoder = msgspec.json.Decoder(screen_shapes.ScreenGiven)
        self._parts = door.installation.signals
        self._parse = {name: part.parse for name, part in self._parts.items()}
        self._file_bytes = door.installation.settings.decode.file_mb * MEGABYTE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        kind, parameters = media_type(scope)
        no_encoding(scope)
        asked = _asked(scope)
        with self._door.held.room() as room:
            if kind == "application/json":
                said = await self._hashes(scope, receive, room, asked)
            elif kind == "multipart/form-data":
                said = await self._form(scope, receive, room, asked, parameters)
            elif kind.startswith("multipart/"):
                raise InputError("of bodies in parts only multipart/form-data is read; send the files in such a form")
            else:
                said = await self._file(scope, receive, room, asked)
        await answers.send_json(send, 200, answers.encode(said))

    async def _hashes(
        self, scope: Scope, receive: Receive, room: Room, asked: _Asked
    ) -> screen_shapes.ScreenSaid | screen_shapes.BatchSaid:
        declared = declared_bytes(scope, _JSON_BYTES)
        body = await read_body(receive, room, _JSON_BYTES, declared)
        given = schemas.hear_with(self._decoder, body)
        channel = _channel(asked.channel if given.channel is None else given.channel, Channel.HASHES)
        lists = [ListName(name) for name in (given.lists or asked.lists)]
        self._take(scope, [len(each.signals) for each in given.batch or ()] or [len(given.signals or ())])
        if given.signals is not None and given.batch is None:
            reference = given.reference if given.reference is not None else _only(asked.references)
            _only(asked.file_names)
            signals = self._signals(given.signals, "")
            content = Content(
                signals=signals,
                unhashable=say_nothing(signals, self._parts),
                reference=_clean(reference),
                facts=_facts(asked, 0) if given.upload is None else hear_upload(given.upload),
            )
            return screen_shapes.say_answer((await self._door.screen([content], channel, lists))[0])
        alone = given.reference is None and given.upload is None and not (asked.references or asked.facts)
        if given.batch is not None and given.signals is None and alone and not asked.file_names:
            return _batch(await self._door.screen(self._contents(given.batch), channel, lists))
        raise InputError("send either 'signals' for one content or 'batch' for many; a batch has references inside")

    def _contents(self, batch: Sequence[screen_shapes.ContentGiven]) -> list[Content]:
        hashes = sum(len(each.signals) for each in batch)
        if hashes > _HASHES:
            raise TooLargeError(f"one call may bear {_HASHES:,} hashes, got {hashes:,}; send the rest in another")
        return [
            Content(
                signals=signals,
                unhashable=say_nothing(signals, self._parts),
                reference=_clean(each.reference),
                facts=hear_upload(each.upload, f"batch[{place}].upload"),
            )
            for place, each in enumerate(batch)
            for signals in [self._signals(each.signals, f"batch[{place}].")]
        ]

    def _signals(self, given: Sequence[screen_shapes.SignalGiven], where: str) -> tuple[Signal, ...]:
        signals = []
        for place, each in enumerate(given):
            if each.type not in self._parse:
                raise InputError(f"{where}signals[{place}].type must be one of {', '.join(sorted(self._parse))}")
            try:
                signals.append(parse_signal(each.type, each.value, each.quality, self._parse))
            except InputError as error:
                raise InputError(f"{where}signals[{place}]: {error}") from None
        return tuple(signals)

    def _take(self, scope: Scope, hashes: Sequence[int]) -> None:
        """The contents, by their numbers of hashes, are taken from what the key may; the gate has taken one."""
        key = visit_of(scope).key
        if key is not None and key.per_minute:
            self._door.buckets.take(key, sum(1 + (each - 1) // _HASHES_OF_ONE for each in hashes), before=1)

    async def _file(self, scope: Scope, receive: Receive, room: Room, asked: _Asked) -> screen_shapes.ScreenSaid:
        declared = declared_bytes(scope, self._file_bytes)
        channel, reference = _channel(asked.channel, Channel.UPLOAD), _only(asked.references)
        _only(asked.file_names)
        facts = _facts(asked, 0)
        room.take_file()
        upload = Upload()
        with Kept() as kept:
            try:
                await pour_body(receive, room, self._file_bytes, upload.write, declared)
                self._demand_no_hashes(upload)
                kept.share(upload)
                hashed = await self._door.hashing.hash(upload)
            finally:
                upload.close()
            content = _content(hashed, reference, facts)
            found = await self._door.screen([content], channel, [ListName(name) for name in asked.lists])
            await self._door.keep(found, kept)
        return screen_shapes.say_answer(found[0])

    def _demand_no_hashes(self, upload: Upload) -> None:
        """InputError when the file is hashes that came without their content type: they would pass as an odd file."""
        if upload.size_bytes > _JSON_BYTES or not upload.read(_HEAD_BYTES).strip(_BLANK).startswith(b"{"):
            return
        try:
            given = self._decoder.decode(upload.read(_JSON_BYTES).strip(_BLANK))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return
        if given.signals is not None or given.batch is not None:
            raise InputError("these are hashes, not a file: send Content-Type: application/json")

    async def _form(
        self, scope: Scope, receive: Receive, room: Room, asked: _Asked, parameters: str
    ) -> screen_shapes.BatchSaid:
        declared = declared_bytes(scope, self._file_bytes + _FORM_BYTES)
        form = Form(parameters, self._file_bytes, room)
        with Kept() as kept:
            try:
                await pour_body(receive, room, self._file_bytes + _FORM_BYTES, form.feed, declared)
                form.check_whole()
                files = _read_form(form, asked)
                channel = _channel(asked.channel, Channel.UPLOAD)
                facts = [_facts(asked, place) for place in range(len(files))]
                self._take(scope, [1] * len(files))
                for each in files:
                    kept.share(each)
                hashed = await self._door.hashing.hash_all(files)
            finally:
                form.close()
            references: list[str] | list[None] = asked.references or [None] * len(files)
            contents = [_content(*each) for each in zip(hashed, references, facts, strict=True)]
            found = await self._door.screen(contents, channel, [ListName(name) for name in asked.lists])
            await self._door.keep(found, kept)
        return _batch(found)


def _read_form(form: Form, asked: _Asked) -> list[Upload]:
    """The files of a form; its fields are taken into what is asked."""
    for part in form.parts:
        if part.file is None:
            _take(asked, part.name, part.text.decode("utf-8", "replace"))
    files = [part.file for part in form.parts if part.file is not None]
    if not files:
        raise InputError("the form bears no file: a file part needs a filename in its Content-Disposition")
    if asked.references and len(asked.references) != len(files):
        raise InputError(f"{len(files)} files came with {len(asked.references)} references; send one each, or none")
    if asked.file_names and len(asked.file_names) != len(files):
        raise InputError(f"{len(files)} files came with {len(asked.file_names)} file names; send one each, or none")
    return files


def _facts(asked: _Asked, place: int) -> UploadFacts:
    """What was said of one upload; the same of each but for its name."""
    facts = hear_plain_facts(asked.facts)
    if not asked.file_names:
        return facts
    return replace(facts, file_name=hear_plain_facts({"file_name": asked.file_names[place]}).file_name)


def _content(hashed: Hashed, reference: str | None, facts: UploadFacts) -> Content:
    return Content(
        facts=facts,
        signals=hashed.signals,
        unhashable=hashed.unhashable,
        reference=reference,
        size_bytes=hashed.size_bytes,
        media_type=hashed.media_type,
    )


def _batch(found: Sequence[Answer]) -> screen_shapes.BatchSaid:
    return screen_shapes.BatchSaid(results=[screen_shapes.say_answer(each) for each in found])


def _asked(scope: Scope) -> _Asked:
    """What query and headers say."""
    asked = _Asked()
    if scope["query_string"]:
        try:
            pairs = parse_qsl(scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict")
        except ValueError:
            raise InputError("the query must be percent-encoded UTF-8") from None
        for name, value in pairs:
            _take(asked, name, value)
    for given, text in scope["headers"]:
        if given.startswith(_HEADERS) and given != TOKEN_HEADER:
            _take(asked, given[len(_HEADERS) :].decode("latin-1").replace("-", "_"), text.decode("utf-8", "replace"))
    return asked


def _take(asked: _Asked, name: str, value: str) -> None:
    if name == "reference":
        if len(value) > _REFERENCE_CHARACTERS:
            raise InputError(f"a reference may have at most {_REFERENCE_CHARACTERS} characters, got {len(value)}")
        _clean(value)
        asked.references.append(value)
    elif name == "channel":
        if asked.channel not in {None, value}:
            raise InputError("channel was given twice, and not the same; give one")
        asked.channel = value
    elif name == "list":
        asked.lists.append(value)
    elif name == "file_name":
        asked.file_names.append(value)
    elif name in PLAIN_FACTS:
        if name in asked.facts:
            raise InputError(f"{name} was given twice")
        asked.facts[name] = value
    else:
        raise InputError(f"beside the content only these are known: {', '.join(sorted(_NAMES))}")


def _clean(reference: str | None) -> str | None:
    """The platform's own name for a content; it may bear anything that every store can keep."""
    if reference is not None and "\0" in reference:
        raise InputError("a reference must not bear the character NUL")
    return reference


def _only(references: Sequence[str]) -> str | None:
    if len(references) > 1:
        raise InputError(f"one content takes one reference and one file name, got {len(references)}")
    return references[0] if references else None


def _channel(name: str | None, default: Channel) -> Channel:
    if name is None:
        return default
    if name not in _CHANNELS:
        raise InputError(f"channel must be one of {', '.join(_CHANNELS)}")
    return Channel(name)
