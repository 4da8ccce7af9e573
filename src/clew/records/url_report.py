"""Addresses that a hotline works: what was reported, what a person found, who hosts it, and every act with its date.

No content is ever fetched or stored: what stands here a person has seen for themselves, and wrote down.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import IntakeNumber, UrlReportId


class UrlCame(enum.StrEnum):
    """How an address came to us. The values are stored."""

    PUBLIC = "public"  # the public form
    PARTNER = "partner"  # another hotline, a platform, the police
    BY_HAND = "by-hand"
    REPORT = "report"  # a report that was taken in mentions it
    MOVED = "moved"  # a check found the content of another address there


class UrlState(enum.StrEnum):
    """Where the work on an address stands. The values are stored."""

    RECEIVED = "received"
    ASSESSED = "assessed"
    POLICE_HOLD = "police-hold"  # the police were told first, and nobody else is until they release it
    NOTICE_SENT = "notice-sent"
    CHECKED = "checked"
    CLOSED = "closed"


class UrlAct(enum.StrEnum):
    """What was done about an address. The values are stored."""

    RECEIVE = "receive"
    SIGHT = "sight"  # somebody reported it again
    ASSESS = "assess"
    HOST = "host"  # who hosts it, or who registered its name, was looked up
    HOLD = "hold"
    RELEASE = "release"
    ORDER_NOTICE = "order-notice"  # the mail waits to be handed in
    NOTICE = "notice"  # it has left, by mail or by a person's hand
    NOTICE_FAILED = "notice-failed"
    ORDER_CHECK = "order-check"
    CHECK = "check"
    CLOSE = "close"
    REOPEN = "reopen"


class UrlFound(enum.StrEnum):
    """What a person found when they looked whether it is still there. The values are stored."""

    UP = "up"
    DOWN = "down"
    MOVED = "moved"
    CANNOT_TELL = "cannot-tell"


class UrlEnd(enum.StrEnum):
    """Why the work on an address ended. The values are stored."""

    REMOVED = "removed"  # a person looked, and it was gone
    NOT_ILLEGAL = "not-illegal"  # it was assessed so
    NOTHING_THERE = "nothing-there"  # there was nothing to assess
    HANDED_ON = "handed-on"  # another hotline or the police work it
    POLICE_ASK = "police-ask"  # the police ask that nothing be done
    NO_ANSWER = "no-answer"  # nobody who could remove it answers


class HostRole(enum.StrEnum):
    """Who can have it removed. The values are stored."""

    HOST = "host"
    REGISTRAR = "registrar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """Who hosts an address, or registered its name.

    Attributes:
        contact: where abuse is reported, as the operator's list has it.
        country: ISO 3166-1 alpha-2; None when the list does not say.
        network: the IP address or the number of the network that was asked about; "" when it was the name.
        evidence: which list says so, by which row.
        as_of: the day of that row.
    """

    role: HostRole
    name: str
    contact: str
    country: str | None
    network: str
    evidence: str
    as_of: str
    found_at: datetime
    found_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlReport:
    """One address, however often it was reported.

    Attributes:
        given: as it came first; it is shown defanged, always.
        normal: in the one way of writing it by which two addresses are the same.
        host: of the normal form.
        category: a code of the operator's scheme; None as long as nobody has assessed it.
        actionable: whether it is to be removed, as that category says.
        hosting: the latest answer for each role.
        hold_begun_at: when the police were told.
        hold_until: None while it ends by their release alone.
        hold_ended_at: when they released it.
        notices: how many have left.
        found: what the last check found.
        check_every_h: how often a person ordered it to be looked at; 0 while nobody did.
        due_at: by when a person is to do something; None when they wait for nothing.
        sightings: how often it was reported, the first time included.
    """

    id: UrlReportId
    given: str
    normal: str
    host: str
    came: UrlCame
    state: UrlState
    received_at: datetime
    category: str | None = None
    actionable: bool = False
    assessed_at: datetime | None = None
    assessed_by: str | None = None
    hosting: tuple[Hosting, ...] = ()
    hold_begun_at: datetime | None = None
    hold_until: datetime | None = None
    hold_ended_at: datetime | None = None
    notices: int = 0
    noticed_at: datetime | None = None
    found: UrlFound | None = None
    found_at: datetime | None = None
    check_every_h: int = 0
    due_at: datetime | None = None
    end: UrlEnd | None = None
    closed_at: datetime | None = None
    sightings: int = 1
    version: int = 0

    def hosted(self, role: HostRole) -> Hosting | None:
        """The latest answer for a role."""
        return next((each for each in self.hosting if each.role is role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlAction:
    """One act, dated.

    Attributes:
        facts: small words that explain it.
        words: what the person wrote; it may name addresses, which are defanged wherever it is shown.
    """

    url_id: UrlReportId
    at: datetime
    by: str
    act: UrlAct
    facts: Mapping[str, str | int | bool | None]
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSighting:
    """That somebody reported the address.

    Attributes:
        reference: theirs; "" when they gave none.
        number: the report that mentions it; None when none does.
    """

    url_id: UrlReportId
    at: datetime
    came: UrlCame
    by: str
    reference: str = ""
    number: IntakeNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlNotice:
    """A notice as it was written, to host or registrar; the address stands in it defanged.

    Attributes:
        place: of the address's notices which one, from 1.
        sent_at: when it left; None while the mail waits, and when it never left.
        by_mail: whether Clew hands it in, or a person sent it.
    """

    url_id: UrlReportId
    place: int
    role: HostRole
    language: str
    recipient: str
    subject: str
    text: str
    ordered_at: datetime
    ordered_by: str
    by_mail: bool
    sent_at: datetime | None = None
