"""What a platform says of an upload, an account and a flag, as JSON, and how it becomes records."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec

from clew.records.case import FlagReason, Message
from clew.records.identifiers import ContentId
from clew.records.subject import (
    Disabled,
    Email,
    EstimatedLocation,
    LinkedAccount,
    Particulars,
    Payment,
    Phone,
    PostalAddress,
)
from clew.web.api.screen_shapes import SignalGiven
from clew.web.schemas import Heard, Reference, Said, Short
from clew.web.upload_shapes import (
    AccountReference,
    DeviceGiven,
    IpEventGiven,
    Line,
    Moment,
    UploadGiven,
    hear_device,
    hear_ip,
    plain,
    utc,
)

Age = Annotated[int, msgspec.Meta(ge=0, le=150)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
MessageText = Annotated[str, msgspec.Meta(max_length=20_000)]
ReasonWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": list(FlagReason)})]
_MANY = msgspec.Meta(max_length=1000)


class EmailGiven(Heard):
    """An e-mail address of the account."""

    address: Line
    kind: Short | None = None
    verified: bool | None = None
    verified_at: Moment | None = None


class PhoneGiven(Heard):
    """A telephone number of the account; the calling code may stand apart."""

    number: Short
    calling_code: Annotated[str, msgspec.Meta(pattern=r"^\+[0-9]{1,3}$")] | None = None
    kind: Short | None = None
    verified: bool | None = None
    verified_at: Moment | None = None


class PostalAddressGiven(Heard):
    """Where the account says it lives."""

    street: Line | None = None
    city: Short | None = None
    postal_code: Short | None = None
    region: Short | None = None
    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")] | None = None
    kind: Short | None = None


class LocationGiven(Heard):
    """Where the platform takes the account to be."""

    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
    region: Short | None = None
    city: Short | None = None
    verified: bool | None = None
    at: Moment | None = None


class PaymentGiven(Heard):
    """A payment, or a demand for one; the amount in the currency's smallest unit."""

    method: Short
    at: Moment | None = None
    amount_minor: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    currency: Short | None = None
    account: Line | None = None
    reference: Short | None = None


class LinkedGiven(Heard):
    """Another account of the same person."""

    kind: Short
    reference: AccountReference | None = None
    platform: Short | None = None
    screen_name: Short | None = None
    profile_url: Line | None = None
    emails: Annotated[tuple[EmailGiven, ...], _MANY] = ()
    phones: Annotated[tuple[PhoneGiven, ...], _MANY] = ()


class DisabledGiven(Heard):
    """That the platform has closed the account."""

    permanently: bool
    at: Moment | None = None
    user_told: bool | None = None
    user_told_at: Moment | None = None
    reopened_at: Moment | None = None


class SubjectHeard(Heard):
    """All that the platform says of an account; it replaces what was said before, as a whole."""

    service: Short | None = None
    screen_name: Short | None = None
    display_names: Annotated[tuple[Short, ...], _MANY] = ()
    profile_urls: Annotated[tuple[Line, ...], _MANY] = ()
    biography: MessageText | None = None
    first_name: Short | None = None
    last_name: Short | None = None
    born_on: date | None = None
    age_years: Age | None = None
    emails: Annotated[tuple[EmailGiven, ...], _MANY] = ()
    every_email: bool | None = None
    phones: Annotated[tuple[PhoneGiven, ...], _MANY] = ()
    addresses: Annotated[tuple[PostalAddressGiven, ...], _MANY] = ()
    location: LocationGiven | None = None
    ip_events: Annotated[tuple[IpEventGiven, ...], _MANY] = ()
    devices: Annotated[tuple[DeviceGiven, ...], _MANY] = ()
    payments: Annotated[tuple[PaymentGiven, ...], _MANY] = ()
    linked: Annotated[tuple[LinkedGiven, ...], _MANY] = ()
    group: Short | None = None
    registered_at: Moment | None = None
    compromised: bool | None = None
    disabled: DisabledGiven | None = None
    safeguarding: bool | None = None


class MessageGiven(Heard):
    """One message of a thread; `context` says that it only stands around what was flagged."""

    text: MessageText
    author: AccountReference | None = None
    recipient: AccountReference | None = None
    at: Moment | None = None
    ip: IpEventGiven | None = None
    context: bool = False


class FlagHeard(Heard):
    """What somebody at the platform reported: an account, with a file by its hashes, a thread, or neither."""

    subject: AccountReference
    reason: ReasonWord
    reference: Reference | None = None
    signals: Annotated[tuple[SignalGiven, ...], msgspec.Meta(max_length=100)] = ()
    size_bytes: Bytes | None = None
    media_type: Short | None = None
    upload: UploadGiven | None = None
    messages: Annotated[tuple[MessageGiven, ...], msgspec.Meta(max_length=5_000)] = ()
    infant: bool = False
    accessible_child: bool = False
    safeguarding: bool | None = None


class ThreadHeard(Heard):
    """Messages that belong to what is already known of a subject."""

    subject: AccountReference
    messages: Annotated[tuple[MessageGiven, ...], msgspec.Meta(min_length=1, max_length=5_000)]
    reference: Reference | None = None
    upload: UploadGiven | None = None


class AppealHeard(Heard):
    """Against what a user of the platform appeals: a case or an account; of it one content, or all that was reported.

    `reference` is the platform's own name for the appeal; what its user wrote stays with the platform.
    """

    case: Short | None = None
    subject: AccountReference | None = None
    content: Short | None = None
    content_reference: Reference | None = None
    reference: Annotated[str, msgspec.Meta(max_length=255)] | None = None


class AppealSaid(Said):
    """One appeal: a person who did not give the verdict answers it; nobody is told by Clew."""

    id: str
    case: str
    content: str
    state: str


class AppealsSaid(Said):
    """The appeals that are open now."""

    appeals: list[AppealSaid]


class SubjectSaid(Said):
    """What is known of an account: only whether it is there and how it is handled."""

    id: str
    reference: str
    safeguarding: bool


class FlaggedSaid(Said):
    """Where what was sent in has its place."""

    case: str
    content: str
    job: str
    lane: str


HEARD = (SubjectHeard, FlagHeard, ThreadHeard, AppealHeard)
SAID = (SubjectSaid, FlaggedSaid, AppealSaid, AppealsSaid)


# ---------------------------------------------------------------- into records


def hear_particulars(heard: SubjectHeard) -> Particulars:
    """The account's particulars."""
    return Particulars(
        service=heard.service,
        screen_name=heard.screen_name,
        display_names=tuple(heard.display_names),
        profile_urls=tuple(heard.profile_urls),
        biography=heard.biography,
        first_name=heard.first_name,
        last_name=heard.last_name,
        born_on=heard.born_on,
        age_years=heard.age_years,
        emails=tuple(_email(each) for each in heard.emails),
        every_email=heard.every_email,
        phones=tuple(_phone(each) for each in heard.phones),
        addresses=tuple(PostalAddress(**plain(each)) for each in heard.addresses),
        location=None if heard.location is None else EstimatedLocation(**plain(heard.location)),
        ip_events=tuple(hear_ip(each, f"ip_events[{place}]") for place, each in enumerate(heard.ip_events)),
        devices=tuple(hear_device(each, f"devices[{place}]") for place, each in enumerate(heard.devices)),
        payments=tuple(Payment(**plain(each)) for each in heard.payments),
        linked=tuple(_linked(each) for each in heard.linked),
        group=heard.group,
        registered_at=utc(heard.registered_at),
        compromised=heard.compromised,
        disabled=None if heard.disabled is None else Disabled(**plain(heard.disabled)),
    )


def hear_messages(given: Sequence[MessageGiven]) -> tuple[Message, ...]:
    """The messages of a thread; whoever stores them gives each its thread and place."""
    return tuple(
        Message(
            content_id=ContentId(""),
            place=place,
            author=each.author,
            at=utc(each.at),
            text=each.text,
            recipient=each.recipient,
            ip_event=None if each.ip is None else hear_ip(each.ip, f"messages[{place}].ip"),
            context=each.context,
        )
        for place, each in enumerate(given)
    )


def _email(given: EmailGiven) -> Email:
    return Email(**plain(given))


def _phone(given: PhoneGiven) -> Phone:
    return Phone(**plain(given))


def _linked(given: LinkedGiven) -> LinkedAccount:
    fields = plain(given) | {
        "emails": tuple(_email(each) for each in given.emails),
        "phones": tuple(_phone(each) for each in given.phones),
    }
    return LinkedAccount(**fields)
