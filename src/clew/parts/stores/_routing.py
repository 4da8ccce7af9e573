"""The store's contract for one area.

Recipients with their dates of validity, and referrals.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from clew.records.identifiers import ClusterId, IntakeNumber, RecipientId, ReferralId
from clew.records.referral import Referral, ReferralRecipient, ReferralState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralFilter:
    """Which referrals to show, newest first; None does not filter. `before` pages by the last id seen."""

    number: IntakeNumber | None = None
    cluster_id: ClusterId | None = None
    recipient_id: RecipientId | None = None
    state: ReferralState | None = None
    before: ReferralId | None = None
    limit: int = 50


class RoutingReader(ABC):
    """Reading them."""

    @abstractmethod
    def find_recipient(self, recipient_id: RecipientId) -> ReferralRecipient | None:
        """The recipient of that id, expired ones too."""

    @abstractmethod
    def recipients(self, countries: Sequence[str] | None = None) -> list[ReferralRecipient]:
        """All of them, or those of some countries, by country, region, county, priority and id."""

    @abstractmethod
    def find_referral(self, referral_id: ReferralId) -> Referral | None:
        """The referral of that id."""

    @abstractmethod
    def referrals(self, wanted: ReferralFilter) -> list[Referral]:
        """Referrals that fit, newest first, at most `wanted.limit`."""

    @abstractmethod
    def referrals_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, list[Referral]]:
        """The referrals that hold each report, newest first. Any number of numbers."""


class RoutingWriter(ABC):
    """Changing them."""

    @abstractmethod
    def put_recipient(self, recipient: ReferralRecipient) -> ReferralRecipient | None:
        """The recipient is stored; the one that it replaces comes back."""

    @abstractmethod
    def add_referral(self, referral: Referral) -> None:
        """The referral is stored."""

    @abstractmethod
    def change_referral(self, referral: Referral) -> Referral:
        """It has this state now, with its new version.

        Raises:
            ConflictError: somebody else has changed it since this one was read.
        """
