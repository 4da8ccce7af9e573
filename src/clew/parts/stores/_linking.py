"""The store's contract for one area.

Evidence edges between reports and identifiers, and the clusters that follow from them.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from clew.records.identifiers import ClusterId, IntakeNumber, LinkValueId, SuggestionId
from clew.records.linking import (
    ClusterChange,
    EvidenceEdge,
    KnownCluster,
    LearntWeight,
    LinkedValue,
    Statement,
    Suggestion,
    Word,
)
from clew.records.mention import IdentifierKind


class LinkingReader(ABC):
    """Reading them. Any number of reports, values or clusters may be asked for at once."""

    @abstractmethod
    def link_values(self, keys: Sequence[tuple[IdentifierKind, str]]) -> list[LinkedValue]:
        """Those of the identifiers that some report has stated."""

    @abstractmethod
    def link_doubted(self, most_bits: float, limit: int) -> list[LinkedValue]:
        """Identifiers whose trust is that low or lower, the lowest first; those that are set aside among them."""

    @abstractmethod
    def link_count_stated(self, ids: Sequence[LinkValueId]) -> dict[LinkValueId, int]:
        """How many reports state each of those identifiers."""

    @abstractmethod
    def link_edges_of_values(self, ids: Sequence[LinkValueId]) -> list[EvidenceEdge]:
        """Who states those identifiers, by report."""

    @abstractmethod
    def link_edges_of_reports(self, reports: Sequence[IntakeNumber]) -> list[EvidenceEdge]:
        """What those reports state."""

    @abstractmethod
    def link_statements(self, reports: Sequence[IntakeNumber]) -> dict[IntakeNumber, Statement]:
        """What those that were linked state beside identifiers; `values` is empty, the edges bear them."""

    @abstractmethod
    def clusters_of(self, reports: Sequence[IntakeNumber]) -> dict[IntakeNumber, ClusterId]:
        """The cluster of each that is or was with others; one that is not there stands alone."""

    @abstractmethod
    def link_clusters(self, ids: Sequence[ClusterId]) -> list[KnownCluster]:
        """Those of the clusters that have, or had, several reports."""

    @abstractmethod
    def link_words(self, reports: Sequence[IntakeNumber]) -> list[Word]:
        """What people have said of those reports and any other."""

    @abstractmethod
    def link_changes(self, cluster: ClusterId) -> list[ClusterChange]:
        """The history of a cluster, newest first."""

    @abstractmethod
    def get_link_change(self, number: int) -> ClusterChange:
        """One change. NotFoundError when there is none of that number."""

    @abstractmethod
    def link_suggestions(self, limit: int) -> list[Suggestion]:
        """Those that wait for a person, the likeliest first."""

    @abstractmethod
    def get_link_suggestion(self, suggestion_id: SuggestionId) -> Suggestion:
        """One suggestion. NotFoundError when there is none of that id."""

    @abstractmethod
    def link_weights(self, senders: Sequence[str]) -> list[LearntWeight]:
        """What was learnt of all senders together, and of those."""

    @abstractmethod
    def last_link_value(self) -> LinkValueId:
        """The highest id of an identifier; 0 when there is none."""


class LinkingWriter(ABC):
    """Changing them. One process links at a time; `be_alone` before the first read."""

    @abstractmethod
    def add_link_values(self, values: Sequence[LinkedValue]) -> None:
        """Identifiers that no report stated before, with ids over the last."""

    @abstractmethod
    def change_link_values(self, values: Sequence[LinkedValue]) -> None:
        """Identifiers that are known are worth what these say."""

    @abstractmethod
    def add_link_edges(self, edges: Sequence[EvidenceEdge]) -> None:
        """Edges of reports that were just taken."""

    @abstractmethod
    def change_link_edges(self, edges: Sequence[EvidenceEdge]) -> None:
        """Edges that are there are so from now on."""

    @abstractmethod
    def add_link_statements(self, statements: Sequence[Statement]) -> None:
        """What reports that were just taken state; those that are there already are left."""

    @abstractmethod
    def put_link_clusters(
        self, clusters: Sequence[KnownCluster], moved: Sequence[tuple[IntakeNumber, ClusterId]]
    ) -> None:
        """Clusters are as these say, and those reports are in those clusters. One without members is gone."""

    @abstractmethod
    def put_link_weights(self, weights: Sequence[LearntWeight]) -> None:
        """These are what was learnt."""

    @abstractmethod
    def put_link_word(self, word: Word, *, stands: bool) -> None:
        """A person's word stands, or no longer does."""

    @abstractmethod
    def add_link_change(self, change: ClusterChange) -> ClusterChange:
        """A line of the history; with its number."""

    @abstractmethod
    def undo_link_change(self, number: int, by: int) -> None:
        """That change was taken back by another.

        Raises:
            ConflictError: it was before.
        """

    @abstractmethod
    def add_link_suggestion(self, suggestion: Suggestion) -> bool:
        """A person is asked; False when the pair was suggested before, whatever became of it."""

    @abstractmethod
    def decide_link_suggestion(self, suggestion_id: SuggestionId, *, accepted: bool, by: str) -> Suggestion:
        """A person has said.

        Raises:
            ConflictError: somebody has before.
        """
