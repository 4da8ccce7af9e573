"""Mentions: what a report states, one identifier at a time, each with its place of origin."""

import enum
from dataclasses import dataclass
from datetime import datetime


class IdentifierKind(enum.StrEnum):
    """What kind of thing a mention names. The values are stored."""

    ACCOUNT = "account"  # "service:handle", both in lower case where the service folds case
    EMAIL = "email"
    PHONE = "phone"  # E.164
    DEVICE = "device"
    WALLET = "wallet"  # "coin:address", in the coin's one way of writing it
    BANK = "bank"  # an IBAN, or "country:account"
    PAYMENT = "payment"  # a handle at a payment service, "service:handle"

    GROUP = "group"  # a chat group or channel; many people are in it
    URL = "url"
    IP = "ip"
    FILE = "file"  # a digest of bytes, "sha256:...", "sha1:...", "md5:..."
    PICTURE = "picture"  # a PDQ hash, 64 hexadecimal digits

    @property
    def names_somebody(self) -> bool:
        """Whether two reports that state it may be joined by it; what does not is context and never joins alone."""
        return self in _NAMING


_NAMING = frozenset(
    {
        IdentifierKind.ACCOUNT,
        IdentifierKind.EMAIL,
        IdentifierKind.PHONE,
        IdentifierKind.DEVICE,
        IdentifierKind.WALLET,
        IdentifierKind.BANK,
        IdentifierKind.PAYMENT,
    }
)


class Part(enum.StrEnum):
    """Whose identifier it is, in the incident that the report tells of. Only a subject's may join reports."""

    SUBJECT = "subject"
    VICTIM = "victim"
    RECIPIENT = "recipient"
    REPORTER = "reporter"
    OTHER = "other"  # stated in words, or of the incident as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where in a report it stands.

    Attributes:
        path: of the field, as in "subjects[0].person.emails[1]".
        start: of the raw text within that field, in characters; None when the field is the identifier.
    """

    path: str
    start: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One identifier as one report states it.

    Attributes:
        value: in the one way of writing it that makes equal what is equal; compared byte by byte.
        raw: as it stood.
        person: of the subjects, victims or recipients, which one, from 0; 0 where there is no such order.
        at: when it was used, as the report says; None when it does not.
        port: of an address.
        verified: the sender has checked that it belongs to the account.
    """

    kind: IdentifierKind
    value: str
    raw: str
    origin: Origin
    part: Part
    person: int = 0
    at: datetime | None = None
    port: int | None = None
    verified: bool | None = None
