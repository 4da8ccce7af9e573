"""What a platform says of one upload, as JSON, and how it becomes records; shared by screening and by flags."""

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec

from clew.errors import InputError
from clew.records.case import NO_FACTS, Provenance, UploadFacts
from clew.records.subject import Device, IpEvent, IpUse
from clew.web import misfits

T = TypeVar("T", bound=StrEnum)

# What an index of every database takes, in characters of any script.
AccountReference = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Line = Annotated[str, msgspec.Meta(max_length=2083)]
Word = Annotated[str, msgspec.Meta(max_length=200)]
Prose = Annotated[str, msgspec.Meta(max_length=20_000)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
UseWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": list(IpUse)})]


class Given(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A part of what comes in: a field that we do not know is an error, for it may be a misspelt one."""


class IpEventGiven(Given):
    """An address that was seen: behind carrier NAT it names nobody without its port and its moment."""

    address: Word
    use: UseWord = IpUse.UNKNOWN.value
    at: Moment | None = None
    port: Port | None = None
    proxy: bool | None = None


class DeviceGiven(Given):
    """A device that was seen."""

    kind: Word
    value: Line
    use: UseWord = IpUse.UNKNOWN.value
    at: Moment | None = None


class ProvenanceGiven(Given):
    """Where generated material came from, as far as the platform knows."""

    generated: bool | None = None
    model: Word | None = None
    prompt: Prose | None = None
    upload_source: Word | None = None


class UploadGiven(Given):
    """What the platform says of an upload; kept only with a hit, or with the flag that it comes in."""

    subject: AccountReference | None = None
    file_name: Line | None = None
    uploaded_at: Moment | None = None
    url: Line | None = None
    publicly_available: bool | None = None
    ip: IpEventGiven | None = None
    device: DeviceGiven | None = None
    provenance: ProvenanceGiven | None = None


# By what name each fact stands in a query, a header (X-Clew-File-Name) or a form, and where in the shape it goes.
PLAIN_FACTS: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject",),
    "file_name": ("file_name",),
    "uploaded_at": ("uploaded_at",),
    "url": ("url",),
    "publicly_available": ("publicly_available",),
    "ip": ("ip", "address"),
    "ip_port": ("ip", "port"),
    "ip_at": ("ip", "at"),
}


def hear_upload(given: UploadGiven | None, where: str = "upload") -> UploadFacts:
    """The facts of an upload."""
    if given is None:
        return NO_FACTS
    demand_storable(given)
    source = given.provenance
    return UploadFacts(
        subject=given.subject,
        file_name=given.file_name,
        uploaded_at=utc(given.uploaded_at),
        url=given.url,
        publicly_available=given.publicly_available,
        ip_event=None if given.ip is None else hear_ip(given.ip, f"{where}.ip"),
        device=None if given.device is None else hear_device(given.device, f"{where}.device"),
        provenance=None if source is None else Provenance(**plain(source)),
    )


def hear_plain_facts(facts: Mapping[str, str]) -> UploadFacts:
    """The same from texts of a query, of headers or of a form.

    Raises:
        InputError: one is not what it must be; it is named.
    """
    if not facts:
        return NO_FACTS
    nested: dict[str, Any] = {}
    for name, text in facts.items():
        head, *rest = PLAIN_FACTS[name]
        if rest:
            nested.setdefault(head, {})[rest[0]] = text
        else:
            nested[head] = text
    if "ip" in nested:
        nested["ip"]["use"] = IpUse.UPLOAD.value
    try:
        return hear_upload(msgspec.convert(nested, UploadGiven, strict=False), "the upload")
    except msgspec.ValidationError as error:
        told = misfits.of_body(str(error).split(" - got")[0])
        raise InputError(f"a fact of the upload cannot be used: {told}") from None


# ---------------------------------------------------------------- small ones, for every shape


def hear_ip(given: IpEventGiven, where: str) -> IpEvent:
    """An address and how it was used."""
    try:
        address = ipaddress.ip_address(given.address)
    except ValueError:
        raise InputError(f"{where}.address must be an IPv4 or IPv6 address") from None
    use = hear_word(IpUse, given.use, f"{where}.use")
    return IpEvent(address=str(address), use=use, at=utc(given.at), port=given.port, proxy=given.proxy)


def hear_device(given: DeviceGiven, where: str) -> Device:
    """A device and how it was used."""
    use = hear_word(IpUse, given.use, f"{where}.use")
    return Device(kind=given.kind, value=given.value, use=use, at=utc(given.at))


def hear_word(kind: type[T], given: str, where: str) -> T:
    """The word of a choice; InputError names the choices."""
    try:
        return kind(given)
    except ValueError:
        raise InputError(f"{where} must be one of {', '.join(kind)}") from None


def plain(given: msgspec.Struct) -> dict[str, Any]:
    """The fields of a shape that has the record's own names, its moments in UTC."""
    fields = msgspec.structs.asdict(given)
    return {name: utc(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def utc(at: datetime | None) -> datetime | None:
    """The moment in UTC."""
    return None if at is None else at.astimezone(UTC)


def demand_storable(heard: msgspec.Struct) -> None:
    """InputError when a text bears what no database keeps; the place is named, not the text."""
    _walk(msgspec.to_builtins(heard), "")


def _walk(value: object, where: str) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise InputError(f"{where or 'the text'} must not bear the character NUL")
    elif isinstance(value, dict):
        for name, each in value.items():
            _walk(each, f"{where}.{name}" if where else str(name))
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            _walk(each, f"{where}[{place}]")
