"""The facts of one report to a clearinghouse: what happened, who was involved, which files, and what is not held.

The shape follows the CyberTipline grammar, since every other recipient asks for less. Words are ours; the grammar's own
literals stand in its format. A value that is None or an empty tuple is absent; `Report.absent` may say why.
"""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from clew.records.report_file import Labelled, ReportFile
from clew.records.subject import Device, Email, IpEvent, Payment

# What people write beside the digits of a telephone number: before it, before an extension, between its parts.
_BESIDE_DIGITS = ("tel", "extension", "ext", "x")
_BETWEEN_DIGITS = " ()+./*#-:"
# Numbers of emergencies and short messages.
_LEAST_DIGITS = 3


class IncidentType(enum.StrEnum):
    """What is reported; extortion is an annotation and no type of its own."""

    MATERIAL = "material"  # possession, manufacture, distribution of abuse material
    TRAFFICKING = "trafficking"
    TOURISM = "tourism"
    MOLESTATION = "molestation"
    MISLEADING_DOMAIN = "misleading-domain"
    MISLEADING_WORDS = "misleading-words"
    ENTICEMENT = "enticement"
    UNSOLICITED_MATERIAL = "unsolicited-material"


class ReportAnnotation(enum.StrEnum):
    """What else is true of the incident."""

    SEXTORTION = "sextortion"
    SOLICITATION = "solicitation"
    MINOR_TO_MINOR = "minor-to-minor"
    SPAM = "spam"
    SADISTIC_EXPLOITATION = "sadistic-exploitation"
    INFORMATIONAL = "informational"  # nothing in it asks for action


class BatchReason(enum.StrEnum):
    """Why many accounts stand in one report."""

    VIRAL_MEME = "viral-meme"


class PhoneKind(enum.StrEnum):
    """What a telephone number is used for."""

    MOBILE = "mobile"
    HOME = "home"
    BUSINESS = "business"
    WORK = "work"
    FAX = "fax"
    INTERNET = "internet"
    RECOVERY = "recovery"


class AddressKind(enum.StrEnum):
    """What a postal address is used for."""

    HOME = "home"
    BUSINESS = "business"
    BILLING = "billing"
    SHIPPING = "shipping"
    TECHNICAL = "technical"


class AccountTie(enum.StrEnum):
    """How an associated account belongs to the account that names it."""

    BILLING = "billing"
    LINKED = "linked"
    BUSINESS = "business"
    CREATOR = "creator"
    GUARDIAN = "guardian"
    OTHER = "other"


class AbsenceReason(enum.StrEnum):
    """Why a value is not in the report."""

    NOT_HELD = "not-held"  # the platform does not record it
    NOT_KNOWN = "not-known"  # it is recorded in general, and empty here
    NOT_SHARED = "not-shared"  # held, and left out by a decision
    DOES_NOT_APPLY = "does-not-apply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """That one value is absent on purpose, and why.

    Attributes:
        field: where it would stand, as in "subjects[0].ip_events[1].port".
        because: in words for a person; it is sent.
    """

    field: str
    reason: AbsenceReason
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number; the calling code, if given apart, is not repeated in the number."""

    number: str
    kind: PhoneKind | None = None
    verified: bool | None = None
    verified_at: datetime | None = None
    calling_code: str | None = None  # "+49"
    extension: str | None = None

    @property
    def is_dialable(self) -> bool:
        """Whether the number is made of what can be dialled: at least three digits, and no words beside them."""
        text = self.number.strip().lower()
        for word in _BESIDE_DIGITS:
            text = text.replace(word, "", 1)
        digits = [each for each in text if each.isdecimal()]
        return len(digits) >= _LEAST_DIGITS and all(each in digits or each in _BETWEEN_DIGITS for each in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address; `state` for the United States, `region` elsewhere; `country` as ISO 3166-1 alpha-2."""

    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    state: str | None = None
    region: str | None = None
    country: str | None = None
    kind: AddressKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person who can be asked."""

    first_name: str | None = None
    last_name: str | None = None
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Contact):
    """A person involved.

    Attributes:
        age_contested: what the person says of their age does not agree with what is known.
    """

    age: int | None = None
    age_contested: bool | None = None
    birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where the platform believes an account to be."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    verified: bool | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermanentClosure:
    """That an account was closed for good, or was not."""

    closed: bool
    at: datetime | None = None
    notified: bool | None = None
    notified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryClosure(PermanentClosure):
    """That an account was closed for a time, or was not."""

    reopened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociatedAccount:
    """A further account of the same person, here or elsewhere."""

    tie: AccountTie
    platform: str | None = None
    third_party: bool | None = None  # needs the platform
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    approximate_age: int | None = None
    birth_date: date | None = None
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    all_emails_reported: bool | None = None
    addresses: tuple[Address, ...] = ()
    service: str | None = None
    identifier: str | None = None
    profile_urls: tuple[str, ...] = ()
    screen_name: str | None = None
    display_names: tuple[str, ...] = ()
    profile_bio: str | None = None
    group_identifier: str | None = None
    compromised: bool | None = None
    temporarily_closed: TemporaryClosure | None = None
    permanently_closed: PermanentClosure | None = None
    ip_events: tuple[IpEvent, ...] = ()
    devices: tuple[Device, ...] = ()
    prior_reports: tuple[int, ...] = ()
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a platform knows of an account, whatever its part in the incident.

    Attributes:
        identifier: the platform's own id of the account.
        service: which of the platform's products was used.
        prior_reports: numbers that a clearinghouse gave to earlier reports on this account; a supplement names them.
        further: facts that have no field of their own; composing puts them into the additional information.
    """

    identifier: str | None = None
    service: str | None = None
    compromised: bool | None = None
    screen_name: str | None = None
    display_names: tuple[str, ...] = ()
    profile_urls: tuple[str, ...] = ()
    profile_bio: str | None = None
    ip_events: tuple[IpEvent, ...] = ()
    devices: tuple[Device, ...] = ()
    prior_reports: tuple[int, ...] = ()
    temporarily_closed: TemporaryClosure | None = None
    permanently_closed: PermanentClosure | None = None
    location: Location | None = None
    all_emails_reported: bool | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSubject(Account):
    """The account that is reported."""

    person: Person | None = None
    vehicle: str | None = None
    third_party: bool | None = None
    group_identifier: str | None = None
    associated: tuple[AssociatedAccount, ...] = ()
    additional_info: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Account):
    """An account to which something was sent or meant to be sent."""

    person: Person | None = None
    group_identifier: str | None = None
    additional_info: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim(Account):
    """A child, with the child's account if there is one; an account of an extorted child stands here."""

    person: Person
    school: str | None = None
    associated: tuple[AssociatedAccount, ...] = ()
    additional_info: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LawEnforcement:
    """An agency that knows of the incident already.

    Attributes:
        process_country: from which country's authorities the process came; needs `served_international`.
    """

    agency: str
    case_number: str | None = None
    officer: Contact | None = None
    reported_to: bool | None = None
    served_domestic: bool | None = None
    served_international: bool | None = None
    process_country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who reports: the same in every report of a platform."""

    person: Person
    contact: Contact | None = None
    company_text: str | None = None
    terms_of_service: str | None = None
    legal_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What kind of incident, when, and how urgent.

    Attributes:
        type: None in a draft whose type nobody has said yet; no such report is filed.
        urgent_because: why a child is in danger now; only given when the report is to be raised above others.
        at_described: what there is to say about `at`, such as which event it is the time of.
    """

    type: IncidentType | None = None
    at: datetime
    platform: str | None = None
    urgent_because: str | None = None
    annotations: frozenset[ReportAnnotation] = frozenset()
    at_described: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """The incident happened on a web page."""

    urls: tuple[str, ...] = ()
    third_party_hosted: bool | None = None
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The incident happened by mail; each address stands under an account of the report, too."""

    addresses: tuple[Email, ...] = ()
    content: str | None = None
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsgroup:
    """The incident happened in a newsgroup; each address stands under an account of the report, too."""

    name: str | None = None
    addresses: tuple[Email, ...] = ()
    content: str | None = None
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The incident happened in a chat or by direct messages."""

    client: str | None = None
    room: str | None = None
    content: str | None = None
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """The incident happened in an online game."""

    name: str | None = None
    console: str | None = None
    content: str | None = None
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPhone:
    """The incident happened by telephone or text messages; north and east are positive degrees."""

    number: Phone | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideInternet:
    """The incident happened without any network."""

    place: str | None = None
    addresses: tuple[Address, ...] = ()
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerToPeer:
    """The incident happened in a file-sharing network."""

    client: str | None = None
    ip_events: tuple[IpEvent, ...] = ()
    file_names: str | None = None
    additional_info: str | None = None
    further: tuple[Labelled, ...] = ()


IncidentDetail = WebPage | Mail | Newsgroup | Chat | Game | CellPhone | OutsideInternet | PeerToPeer


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedMessage:
    """One message of a conversation that is reported, with what surrounds it.

    Attributes:
        sender: the platform's id or name of the account that wrote it.
        reported: the message is itself what is reported; else it is context.
    """

    sender: str
    text: str
    at: datetime | None = None
    ip_event: IpEvent | None = None
    reported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report: the facts, before or after composing.

    Attributes:
        batch: set when many accounts that spread one viral file stand in it; then nearly everything else is forbidden.
        subjects: at most one, unless it is a batch.
        files: none in a case of text alone.
        messages, payments: told in words where the grammar has room for words.
        further: facts that have no field of their own.
        absent: what is left out on purpose, and why; composing states it in the additional information.
    """

    incident: Incident
    reporter: Reporter
    batch: BatchReason | None = None
    details: tuple[IncidentDetail, ...] = ()
    law_enforcement: LawEnforcement | None = None
    subjects: tuple[ReportedSubject, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    victims: tuple[Victim, ...] = ()
    additional_info: str | None = None
    files: tuple[ReportFile, ...] = ()
    messages: tuple[QuotedMessage, ...] = ()
    payments: tuple[Payment, ...] = ()
    further: tuple[Labelled, ...] = ()
    absent: tuple[Absence, ...] = ()
