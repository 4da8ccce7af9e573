"""Recipients, who take reports on, and referrals: what was sent to whom."""

import enum
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clew.records.identifiers import ClusterId, IntakeNumber, RecipientId, ReferralId
from clew.records.report import IncidentType

# A recipient of this country takes what belongs to a country that has none of its own.
INTERNATIONAL = "INT"
# A contact that nobody has confirmed for longer is used with a warning. A judgement: offices move, officers change.
CONFIRMED_FOR = timedelta(days=365)


class RecipientKind(enum.StrEnum):
    """What kind of body takes a referral. The values are stored."""

    TASK_FORCE = "task-force"
    POLICE = "police"  # of a country, a region or a place
    CENTRAL = "central"  # a national centre that passes on within its country
    LIAISON = "liaison"  # an attaché who reaches a country's police
    INTERNATIONAL = "international"  # INTERPOL, Europol
    HOTLINE = "hotline"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRecipient:
    """Who takes referrals, as the operator's own table says; Clew invents none of it.

    Attributes:
        country: ISO 3166-1 alpha-2, or INTERNATIONAL.
        region: what follows the country in ISO 3166-2; "" takes the whole country.
        county: part of the region in words; "" takes the whole region.
        valid_from, valid_until: days; from the first on, and not on the last any more. None: not said, and without end.
        legal_basis: on what ground reports may be sent there.
        language: in which they read, ISO 639-1.
        channel: how a package goes there, in words: "portal", "encrypted mail", "SIENA". "" is not known.
        contact: address or name within the channel; "" is not known.
        confirmed_at: the day on which somebody made sure of channel and contact.
        takes: kinds of incident; empty takes all.
        priority: the lowest number is asked first.
    """

    id: RecipientId
    name: str
    kind: RecipientKind
    country: str
    region: str = ""
    county: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    legal_basis: str = ""
    language: str = ""
    channel: str = ""
    contact: str = ""
    confirmed_at: date | None = None
    takes: frozenset[IncidentType] = frozenset()
    priority: int = 100
    note: str = ""

    def lacks(self, day: date) -> tuple[str, ...]:
        """Why nothing may be sent there on a day; empty when it may."""
        missing = {
            "no channel is known": not self.channel,
            "no contact is known": not self.contact,
            "no legal basis is recorded": not self.legal_basis,
            "nobody has confirmed channel and contact": self.confirmed_at is None,
            "it does not say from when it is valid": self.valid_from is None,
            "it is not valid yet": self.valid_from is not None and self.valid_from > day,
            "it is not valid any more": self.valid_until is not None and self.valid_until <= day,
        }
        return tuple(reason for reason, holds in missing.items() if holds)

    def stale(self, day: date) -> bool:
        """Whether channel and contact were confirmed too long ago."""
        return self.confirmed_at is not None and day - self.confirmed_at > CONFIRMED_FOR

    def takes_kind(self, kind: IncidentType | None) -> bool:
        """Whether it takes reports of that kind; of an unsaid kind, whether it takes all."""
        return not self.takes or (kind is not None and kind in self.takes)


class ReferralState(enum.StrEnum):
    """What has become of a referral. The values are stored."""

    MADE = "made"  # the package lies ready
    SENT = "sent"  # a person sent it by the recipient's channel
    RECEIVED = "received"  # the recipient says so
    RETURNED = "returned"  # not theirs: the wrong place
    WITHDRAWN = "withdrawn"  # it is not to be acted on


# From which state a person may bring it to which.
NEXT_STATES = {
    ReferralState.MADE: frozenset({ReferralState.SENT, ReferralState.WITHDRAWN}),
    ReferralState.SENT: frozenset({ReferralState.RECEIVED, ReferralState.RETURNED, ReferralState.WITHDRAWN}),
    ReferralState.RECEIVED: frozenset({ReferralState.RETURNED, ReferralState.WITHDRAWN}),
    ReferralState.RETURNED: frozenset[ReferralState](),
    ReferralState.WITHDRAWN: frozenset[ReferralState](),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A report, or the reports of a cluster, as it was packed for a recipient.

    Attributes:
        recipient_name: as it was then.
        numbers: the reports in it, ascending.
        cluster_id: the cluster that was referred; None where a report was referred by itself.
        package: the name of the package.
        digest: SHA-256 of its signed manifest.
        because: why this recipient, in words of whoever referred.
        told: what was said at the last change of state; "" when nothing.
        version: rises with each change; a change made from an older one is refused.
    """

    id: ReferralId
    recipient_id: RecipientId
    recipient_name: str
    numbers: tuple[IntakeNumber, ...]
    package: str
    digest: bytes
    made_at: datetime
    made_by: str
    because: str
    state: ReferralState
    state_at: datetime
    state_by: str
    cluster_id: ClusterId | None = None
    told: str = ""
    version: int = 0
