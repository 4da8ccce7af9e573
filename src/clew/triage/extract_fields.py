"""What each field of a report holds: identifiers and of which sort, words, further records, or nothing to be found.

Every field of every record of a report stands here, so that a new one is either read or left out for a stated reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from clew.records.mention import Part
from clew.records.report import (
    Absence,
    Address,
    AssociatedAccount,
    CellPhone,
    Chat,
    Contact,
    Game,
    Incident,
    LawEnforcement,
    Location,
    Mail,
    Newsgroup,
    OutsideInternet,
    PeerToPeer,
    PermanentClosure,
    Person,
    Phone,
    QuotedMessage,
    Recipient,
    Report,
    ReportedSubject,
    Reporter,
    TemporaryClosure,
    Victim,
    WebPage,
)
from clew.records.report_file import AiProvenance, FileHash, FileMetadata, Labelled, NamedValue, ReportFile
from clew.records.subject import Device, Email, IpEvent, Payment


@dataclass(frozen=True, slots=True)
class Of:
    """An identifier, as the first of the parts that can read it says; or, with `every`, as each that can.

    Attributes:
        label: what the part is told that the field says; with `label_field`, what a field beside it says.
    """

    parts: tuple[str, ...]
    label: str | None = None
    label_field: str | None = None
    every: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Words in which identifiers may stand."""


@dataclass(frozen=True, slots=True)
class Within:
    """A record or several, read field by field; of a person in their own part of the incident, if one is given."""

    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """No identifier, and why."""

    because: str


Holds = Of | Words | Within | Nothing


def _all(holds: Holds, *names: str) -> dict[str, Holds]:
    return dict.fromkeys(names, holds)


_WORDS, _WITHIN = Words(), Within()
_NAME = Nothing("a name or a place; it is compared, not looked up")
_FACT = Nothing("a number, a time, a yes or no, or one of a few words")
_USED = Nothing("read beside the field that it belongs to")
_CLOSED = Nothing("holds times and yes or no only")
_REPORTS = Nothing("the number of an earlier report; it ties reports together by itself and is no identifier")
_ID, _HANDLE = Of(("account",), label="id"), Of(("account",))
_PROFILES = Of(("account", "group", "payment", "url"), every=True)

_CONTACT: dict[str, Holds] = {
    "first_name": _NAME, "last_name": _NAME, "phones": _WITHIN, "emails": _WITHIN, "addresses": _WITHIN,
}  # fmt: skip
_DETAIL: dict[str, Holds] = {"additional_info": _WORDS, "further": _WITHIN}
_ACCOUNT: dict[str, Holds] = {
    "identifier": _ID, "service": _USED, "compromised": _FACT, "screen_name": _HANDLE, "display_names": _WORDS,
    "profile_urls": _PROFILES, "profile_bio": _WORDS, "ip_events": _WITHIN, "devices": _WITHIN,
    "prior_reports": _REPORTS,
    "temporarily_closed": _CLOSED, "permanently_closed": _CLOSED, "location": _WITHIN, "all_emails_reported": _FACT,
    "further": _WITHIN,
}  # fmt: skip
_CLOSURE: dict[str, Holds] = {"closed": _FACT, "at": _FACT, "notified": _FACT, "notified_at": _FACT}

FIELDS: dict[type, dict[str, Holds]] = {
    Report: {
        "incident": _WITHIN, "reporter": Within(Part.REPORTER), "batch": _FACT, "details": _WITHIN,
        "law_enforcement": Within(Part.OTHER), "subjects": Within(Part.SUBJECT), "recipients": Within(Part.RECIPIENT),
        "victims": Within(Part.VICTIM), "additional_info": _WORDS, "files": _WITHIN, "messages": _WITHIN,
        "payments": _WITHIN, "further": _WITHIN, "absent": Nothing("says what is not in the report"),
    },
    Incident: {
        "type": _FACT, "at": _FACT, "platform": _USED, "urgent_because": _WORDS, "annotations": _FACT,
        "at_described": _WORDS,
    },
    Reporter: {
        "person": _WITHIN, "contact": _WITHIN, "company_text": Nothing("the same in each of a platform's reports"),
        "terms_of_service": Nothing("the same in each of a platform's reports"),
        "legal_url": Nothing("the same in each of a platform's reports"),
    },
    LawEnforcement: {
        "agency": _NAME, "case_number": Nothing("an agency's own number; a person searches by it, nothing is joined"),
        "officer": _WITHIN, "reported_to": _FACT, "served_domestic": _FACT, "served_international": _FACT,
        "process_country": _FACT,
    },
    Contact: _CONTACT,
    Person: {**_CONTACT, "age": _FACT, "age_contested": _FACT, "birth_date": _FACT},
    Phone: {
        "number": Of(("phone",)), "kind": _FACT, "verified": _USED, "verified_at": _FACT, "calling_code": _USED,
        "extension": _USED,
    },
    Email: {"address": Of(("email",)), "kind": _FACT, "verified": _USED, "verified_at": _FACT},
    Address: {**_all(_NAME, "street", "city", "postal_code", "state", "region", "country"), "kind": _FACT},
    Location: {**_all(_NAME, "city", "region", "country"), "verified": _FACT, "at": _FACT},
    PermanentClosure: _CLOSURE,
    TemporaryClosure: {**_CLOSURE, "reopened_at": _FACT},
    ReportedSubject: {
        **_ACCOUNT, "person": _WITHIN, "vehicle": _WORDS, "third_party": _FACT, "group_identifier": Of(("group",)),
        "associated": _WITHIN, "additional_info": _WORDS,
    },
    Recipient: {**_ACCOUNT, "person": _WITHIN, "group_identifier": Of(("group",)), "additional_info": _WORDS},
    Victim: {**_ACCOUNT, "person": _WITHIN, "school": _NAME, "associated": _WITHIN, "additional_info": _WORDS},
    AssociatedAccount: {
        **{name: holds for name, holds in _ACCOUNT.items() if name != "location"},
        "tie": _FACT, "platform": _USED, "third_party": _FACT, "first_name": _NAME, "middle_name": _NAME,
        "last_name": _NAME, "approximate_age": _FACT, "birth_date": _FACT, "phones": _WITHIN, "emails": _WITHIN,
        "addresses": _WITHIN, "group_identifier": Of(("group",)), "additional_info": _WORDS,
    },
    IpEvent: {"address": Of(("ip",)), "use": _FACT, "at": _USED, "port": _USED, "proxy": _FACT},
    Device: {"kind": _USED, "value": Of(("device",), label_field="kind"), "use": _FACT, "at": _USED},
    Payment: {
        "method": _USED, "at": _USED, "amount_minor": _FACT, "currency": _FACT,
        "account": Of(("wallet", "payment", "bank", "email"), label_field="method"), "reference": _WORDS,
    },
    WebPage: {**_DETAIL, "urls": _PROFILES, "third_party_hosted": _FACT},
    Mail: {**_DETAIL, "addresses": _WITHIN, "content": _WORDS},
    Newsgroup: {**_DETAIL, "name": _WORDS, "addresses": _WITHIN, "content": _WORDS},
    Chat: {**_DETAIL, "client": _USED, "room": Of(("group",)), "content": _WORDS},
    Game: {**_DETAIL, "name": _NAME, "console": _NAME, "content": _WORDS},
    CellPhone: {**_DETAIL, "number": _WITHIN, "latitude_deg": _FACT, "longitude_deg": _FACT},
    OutsideInternet: {**_DETAIL, "place": _WORDS, "addresses": _WITHIN},
    PeerToPeer: {**_DETAIL, "client": _NAME, "ip_events": _WITHIN, "file_names": _WORDS},
    QuotedMessage: {"sender": _HANDLE, "text": _WORDS, "at": _USED, "ip_event": _WITHIN, "reported": _FACT},
    ReportFile: {
        "key": Nothing("the installation's own"), "reference": Nothing("the platform's id of an upload, of nobody"),
        "file_name": _WORDS, "original_file_name": _WORDS, "uploaded_at": _FACT, "url": Of(("url",)), "viewed": _FACT,
        "exif_viewed": _FACT, "publicly_available": _FACT, "relevance": _FACT, "potential_meme": _FACT,
        "annotations": _FACT, "industry_class": _FACT, "hashes": _WITHIN, "ip_event": _WITHIN, "devices": _WITHIN,
        "metadata": _WITHIN, "additional_info": _WORDS, "ai_provenance": _WITHIN, "further": _WITHIN,
    },
    FileHash: {"type": _USED, "value": Of(("pdq", "digest"), label_field="type")},
    FileMetadata: {"values": _WITHIN, "kind": _FACT},
    NamedValue: {"name": _USED, "value": _WORDS},
    AiProvenance: {"model": _NAME, "prompt": _WORDS, "source": _WORDS, "by_user": _FACT},
    Labelled: {"label": _USED, "text": _WORDS},
    Absence: _all(Nothing("says what is not in the report"), "field", "reason", "because"),
}  # fmt: skip

# What of a record has something to be found, for the walk: the fields that hold nothing cost nothing.
READ = {kind: tuple((n, h) for n, h in held.items() if not isinstance(h, Nothing)) for kind, held in FIELDS.items()}


def _values(kind: type) -> Callable[[object], tuple[object, ...]]:
    """Reads those fields of a record at once: most are empty, and asking for each by itself is half the walk."""
    names = [name for name, _ in READ[kind]]
    if not names:
        return lambda record: ()  # noqa: ARG005 -- the others need it
    read = attrgetter(*names)
    return read if len(names) > 1 else lambda record: (read(record),)


VALUES = {kind: _values(kind) for kind in READ}
# Which of the fields that say how others are read a record has: asking for one that is not there is slow.
BESIDE = {
    kind: frozenset(held) & {"platform", "client", "service", "at", "calling_code", "extension", "port", "verified"}
    for kind, held in FIELDS.items()
}
