"""A subject: an account at the platform, with all that the platform has said of it."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from clew.records.identifiers import SubjectId


class IpUse(enum.StrEnum):
    """What was done from an address. Source: NCMEC CyberTipline Reporting API, eventName."""

    LOGIN = "login"
    REGISTRATION = "registration"
    PURCHASE = "purchase"
    UPLOAD = "upload"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class IpEvent:
    """An address that was seen. Behind carrier NAT it names nobody without its port and its moment.

    Attributes:
        address: IPv4, IPv6 or IPv4-mapped, as text.
        proxy: whether the platform takes it for a proxy; None is "it does not say".
    """

    address: str
    use: IpUse = IpUse.UNKNOWN
    at: datetime | None = None
    port: int | None = None
    proxy: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that was seen: "IMEI", "ICCID", "advertising id", and its value."""

    kind: str
    value: str
    use: IpUse = IpUse.UNKNOWN
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """An e-mail address of the account; `kind` is "home", "work", "business" or "recovery"."""

    address: str
    kind: str | None = None
    verified: bool | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number of the account.

    Attributes:
        number: without the calling code when that is given apart.
        calling_code: "+31".
        kind: "mobile", "home", "business", "work", "fax", "internet" or "recovery".
    """

    number: str
    calling_code: str | None = None
    kind: str | None = None
    verified: bool | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Where the account says it lives; `kind` is "home", "business", "billing", "shipping" or "technical".

    Attributes:
        country: ISO 3166-1 alpha-2.
        region: a state or province; the two letters of a US state.
    """

    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    region: str | None = None
    country: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedLocation:
    """Where the platform takes the account to be, and how it knows."""

    country: str  # ISO 3166-1 alpha-2
    region: str | None = None
    city: str | None = None
    verified: bool | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment or a demand for one.

    Attributes:
        method: "card", "gift card", "bitcoin", in the platform's words.
        amount_minor: in the currency's smallest unit (cents, satoshi).
        currency: ISO 4217 code or a coin's ticker.
        account: the address, card ending or wallet it went to or came from.
    """

    method: str
    at: datetime | None = None
    amount_minor: int | None = None
    currency: str | None = None
    account: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAccount:
    """Another account that belongs to the same person, here or elsewhere.

    Attributes:
        kind: "billing", "linked", "business", "creator", "parent-guardian" or "other".
        platform: where, if it is not here.
    """

    kind: str
    reference: str | None = None
    platform: str | None = None
    screen_name: str | None = None
    profile_url: str | None = None
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabled:
    """That the platform has closed the account, or for a time."""

    permanently: bool
    at: datetime | None = None
    user_told: bool | None = None
    user_told_at: datetime | None = None
    reopened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What the platform says of an account; a new statement replaces the one before as a whole.

    Attributes:
        service: which of the platform's services the account is at.
        group: a name of the group the account belongs to.
        every_email: whether these are all the addresses that the platform knows; None is "it does not say".
    """

    service: str | None = None
    screen_name: str | None = None
    display_names: tuple[str, ...] = ()
    profile_urls: tuple[str, ...] = ()
    biography: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    born_on: date | None = None
    age_years: int | None = None
    emails: tuple[Email, ...] = ()
    every_email: bool | None = None
    phones: tuple[Phone, ...] = ()
    addresses: tuple[PostalAddress, ...] = ()
    location: EstimatedLocation | None = None
    ip_events: tuple[IpEvent, ...] = ()
    devices: tuple[Device, ...] = ()
    payments: tuple[Payment, ...] = ()
    linked: tuple[LinkedAccount, ...] = ()
    group: str | None = None
    registered_at: datetime | None = None
    compromised: bool | None = None
    disabled: Disabled | None = None


class AccountIdentifier(enum.StrEnum):
    """By what a subject is found again."""

    REFERENCE = "reference"
    SCREEN_NAME = "screen-name"
    EMAIL = "email"
    PHONE = "phone"
    IP = "ip"
    DEVICE = "device"
    PAYMENT_ACCOUNT = "payment-account"
    PROFILE_URL = "profile-url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An account at the platform.

    Attributes:
        reference: the platform's own id of it; None when the platform did not say whose upload it was.
        safeguarding: a child who is here because somebody extorts or abuses them: a victim's track, with its own
            recipient in a report, never a subject's.
    """

    id: SubjectId
    reference: str | None
    particulars: Particulars
    safeguarding: bool
    created_at: datetime
    changed_at: datetime
