"""The linker's state as a part of the store, read ahead for a batch and written back in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from clew.errors import NotFoundError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.linking_weights import WEIGHTS, changed_weights, weights_of, weights_text
from clew.records.identifiers import ClusterId, IntakeNumber, LinkValueId
from clew.records.linking import EdgeState, EvidenceEdge, KnownCluster, LinkedValue, StatedValue, Statement, Word
from clew.triage.link import RULE_VERSION
from clew.triage.link_facts import Facts
from clew.triage.link_state import Change, Cluster, Evidence, Holder, Key, Value
from clew.triage.link_weights import Weights

LINKER = "linker"  # who brought an edge to its state when no person did


class StoreState:
    """What the linker needs of the store, fetched when it is first asked for, a cluster or a value at a time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.weights = Weights()
        self._stored_weights: dict[tuple[object, ...], tuple[float, float]] = {}
        self.changes: list[Change] = []
        self.suggested: list[tuple[ClusterId, ClusterId, float]] = []
        self._said: list[tuple[Word, bool]] = []
        self._moved: set[IntakeNumber] = set()  # reports whose cluster is another, or has others in it
        self._last = reader.last_link_value()
        self._values: dict[Key, Value | None] = {}
        self._ids: dict[Key, LinkValueId] = {}
        self._stored_values: dict[Key, LinkedValue] = {}
        self._edges: dict[tuple[IntakeNumber, Key], Evidence] = {}
        self._stored_edges: dict[tuple[IntakeNumber, Key], EvidenceEdge] = {}
        self._by_report: dict[IntakeNumber, list[Evidence]] = {}
        self._by_value: dict[Key, list[Evidence]] = {}
        self._unread: dict[Key, list[Evidence]] = {}  # new edges of values whose stored ones were not asked for
        self._statements: dict[IntakeNumber, Statement] = {}
        self._new: list[Statement] = []
        self._clusters: dict[IntakeNumber, Cluster] = {}
        self._stored_members: dict[IntakeNumber, ClusterId] = {}
        self._stored_clusters: set[ClusterId] = set()
        self._words: dict[IntakeNumber, dict[bool, set[IntakeNumber]]] = {}

    # ---------------------------------------------------------------- reading

    def read_ahead(self, statements: Sequence[Statement]) -> None:
        """Their values, the clusters that these are at home in and the weights, in a few queries for all."""
        self.weights = weights_of(
            self._reader.find_value(WEIGHTS), self._reader.link_weights(sorted({each.sender for each in statements}))
        )
        self._stored_weights = {context: (counts[0], counts[1]) for context, counts in self.weights.apart.items()}
        self._load_values(sorted({each.key for statement in statements for each in statement.values}))
        holders = {holder.report for value in self._values.values() if value for holder in value.holders}
        self._load_clusters(sorted(holders))

    def statement(self, report: IntakeNumber) -> Statement:
        """From the store with those of its whole cluster, which will be asked for next."""
        if report not in self._statements:
            missing = [each for each in self._together(report) if each not in self._statements]
            self._statements |= self._reader.link_statements(missing)
        return self._statements[report]

    def find_value(self, key: Key) -> Value | None:
        """From the store when it was not asked for before."""
        if key not in self._values:
            self._load_values([key])
        return self._values[key]

    def of_value(self, key: Key) -> Sequence[Evidence]:
        """All of them, by report."""
        if key not in self._by_value:
            self.find_value(key)
            stored = self._reader.link_edges_of_values([self._ids[key]]) if key in self._ids else []
            self._by_value[key] = [self._evidence(edge) for edge in stored] + self._unread.pop(key, [])
        return self._by_value[key]

    def of_report(self, report: IntakeNumber) -> Sequence[Evidence]:
        """With those of its whole cluster."""
        if report not in self._by_report:
            missing = [each for each in self._together(report) if each not in self._by_report]
            for each in missing:
                self._by_report[each] = []
            stored = self._reader.link_edges_of_reports(missing)
            for edge in stored:
                self._by_report[edge.report].append(self._evidence(edge))
            self._load_values(sorted({(edge.kind, edge.value) for edge in stored}))
        return self._by_report[report]

    def cluster(self, report: IntakeNumber) -> Cluster:
        """One that is not stored stands alone. NotFoundError when the report was never linked."""
        if report not in self._clusters:
            self._load_clusters([report])
        return self._clusters[report]

    def judged(self, report: IntakeNumber, *, same: bool) -> Collection[IntakeNumber]:
        """With those of its whole cluster."""
        if report not in self._words:
            missing = [each for each in self._together(report) if each not in self._words]
            for each in missing:
                self._words[each] = {True: set(), False: set()}
            for word in self._reader.link_words(missing):
                for one, other in ((word.left, word.right), (word.right, word.left)):
                    if one in self._words:
                        self._words[one][word.same].add(other)
        return self._words[report][same]

    # ---------------------------------------------------------------- changing

    def add_report(self, statement: Statement) -> None:
        """Nothing of it is in the store."""
        number = statement.number
        self._statements[number] = statement
        self._new.append(statement)
        self._by_report[number] = []
        self._words[number] = {True: set(), False: set()}
        self._clusters[number] = Cluster(ClusterId(number), [number], Facts.of(statement))

    def add_value(self, statement: Statement, stated: StatedValue) -> None:
        """With the edge of the report that is the first to state it."""
        self._last = LinkValueId(self._last + 1)
        self._ids[stated.key] = self._last
        value = self._values[stated.key] = Value(stated.key, statement.at_s, stated.verified)
        self._by_value[stated.key] = []
        evidence = Evidence(statement.number, stated.key, EdgeState.HELD)
        if not statement.several:
            value.holders.append(Holder(statement.number))
            evidence.found()
        self.add_evidence(evidence)

    def add_evidence(self, evidence: Evidence) -> None:
        """Beside those that were read, when they were."""
        self._edges[evidence.report, evidence.key] = evidence
        self._by_report[evidence.report].append(evidence)
        of_value = self._by_value.get(evidence.key)
        (self._unread.setdefault(evidence.key, []) if of_value is None else of_value).append(evidence)

    def place(self, cluster: Cluster, moved: Iterable[IntakeNumber]) -> None:
        """The cluster will be written back."""
        self._moved.update(cluster.members)
        for report in moved:
            self._clusters[report] = cluster

    def note(self, change: Change) -> None:
        """It waits in `changes`."""
        self.changes.append(change)

    def suggest(self, left: Cluster, right: Cluster, bits: float) -> None:
        """It waits in `suggested`."""
        self.suggested.append((min(left.id, right.id), max(left.id, right.id), bits))

    def judge(self, left: IntakeNumber, right: IntakeNumber, *, same: bool, stands: bool) -> None:
        """It waits in `said`."""
        for one, other in ((left, right), (right, left)):
            self.judged(one, same=same)
            others = self._words[one][same]
            (others.add if stands else others.discard)(other)
        self._said.append((Word(left=min(left, right), right=max(left, right), same=same), stands))

    # ---------------------------------------------------------------- writing back

    def write_back(self, unit: UnitOfWork, *, at: datetime, by: str = LINKER, reason: str = "") -> set[ClusterId]:
        """The store knows what has changed.

        Returns:
            The clusters that changed, those that are gone and reports that came to stand alone among them.
        """
        if self._new:
            unit.put_value(WEIGHTS, weights_text(self.weights))
            unit.put_link_weights(changed_weights(self.weights, self._stored_weights))
        unit.add_link_statements(self._new)
        values = [self._linked(value) for value in self._values.values() if value is not None]
        unit.add_link_values([each for each in values if (each.kind, each.value) not in self._stored_values])
        known = [each for each in values if (each.kind, each.value) in self._stored_values]
        unit.change_link_values([each for each in known if self._stored_values[each.kind, each.value] != each])
        self._write_edges(unit, at, by, reason)
        for word, stands in self._said:
            unit.put_link_word(word, stands=stands)
        return self._write_clusters(unit)

    def _write_edges(self, unit: UnitOfWork, at: datetime, by: str, reason: str) -> None:
        new: list[EvidenceEdge] = []
        changed: list[EvidenceEdge] = []
        for (report, key), each in self._edges.items():
            stored = self._stored_edges.get((report, key))
            now = (each.state, each.prior_bits, each.facts_bits, each.home)
            if stored is not None and now == (stored.state, stored.prior_bits, stored.facts_bits, stored.home):
                continue
            edge = EvidenceEdge(
                report=report,
                value_id=self._ids[key],
                kind=key[0],
                value=key[1],
                state=each.state,
                prior_bits=each.prior_bits,
                facts_bits=each.facts_bits,
                home=each.home,
                rule_version=RULE_VERSION if stored is None or by == LINKER else stored.rule_version,
                at=at,
                by=by,
                reason=reason,
            )
            (new if stored is None else changed).append(edge)
        unit.add_link_edges(new)
        unit.change_link_edges(changed)

    def _write_clusters(self, unit: UnitOfWork) -> set[ClusterId]:
        clusters: dict[ClusterId, Cluster] = {}
        moved: list[tuple[IntakeNumber, ClusterId]] = []
        former: set[ClusterId] = set()
        for report in sorted(self._moved):
            cluster = self._clusters[report]
            clusters[cluster.id] = cluster
            stored = self._stored_members.get(report)
            former.update(() if stored is None else (stored,))
            if stored != cluster.id:
                moved.append((report, cluster.id))
        gone = (former - set(clusters)) & self._stored_clusters
        unit.put_link_clusters([_known(each) for each in clusters.values()] + [_nobody(each) for each in gone], moved)
        return set(clusters) | gone

    def _linked(self, value: Value) -> LinkedValue:
        return LinkedValue(
            id=self._ids[value.key],
            kind=value.key[0],
            value=value.key[1],
            trust_bits=value.trust_bits,
            compared=value.compared,
            verified=value.verified,
            seen_s=value.seen_s,
            holders=tuple((holder.report, holder.share) for holder in value.holders),
        )

    # ---------------------------------------------------------------- from the store

    def _together(self, report: IntakeNumber) -> list[IntakeNumber]:
        return self.cluster(report).members

    def _load_values(self, keys: Sequence[Key]) -> None:
        missing = [key for key in keys if key not in self._values]
        for key in missing:
            self._values[key] = None
        for stored in self._reader.link_values(missing):
            key = (stored.kind, stored.value)
            self._ids[key], self._stored_values[key] = stored.id, stored
            holders = [Holder(report, share) for report, share in stored.holders]
            self._values[key] = Value(key, stored.seen_s, stored.verified, stored.trust_bits, stored.compared, holders)

    def _load_clusters(self, reports: Sequence[IntakeNumber]) -> None:
        missing = [report for report in reports if report not in self._clusters]
        found = self._reader.clusters_of(missing)
        for known in self._reader.link_clusters(sorted(set(found.values()))):
            facts = Facts(dict(known.births), dict(known.names), dict(known.addresses), known.newest_s)
            cluster = Cluster(known.id, list(known.members), facts, set(known.apart))
            self._stored_clusters.add(known.id)
            for member in known.members:
                self._clusters[member], self._stored_members[member] = cluster, known.id
        alone = [report for report in missing if report not in self._clusters]
        unread = [report for report in alone if report not in self._statements]
        self._statements |= self._reader.link_statements(unread)
        for report in alone:
            if report not in self._statements:
                raise NotFoundError(f"no report of the number {report} was linked; it waits, or was never taken in")
            facts = Facts.of(self._statements[report])
            self._clusters[report] = Cluster(ClusterId(report), [report], facts)

    def _evidence(self, edge: EvidenceEdge) -> Evidence:
        """One object for one edge, by whichever way it was read."""
        place = (edge.report, (edge.kind, edge.value))
        if place not in self._edges:
            self._stored_edges[place] = edge
            self._ids[place[1]] = edge.value_id
            self._edges[place] = Evidence(
                edge.report, place[1], edge.state, edge.prior_bits, edge.facts_bits, edge.home
            )
        return self._edges[place]


def _known(cluster: Cluster) -> KnownCluster:
    facts = cluster.facts
    return KnownCluster(
        id=cluster.id,
        members=tuple(sorted(cluster.members)),
        births=facts.births,
        names=facts.names,
        addresses=facts.addresses,
        newest_s=facts.newest_s,
        apart=tuple(sorted(cluster.apart)),
    )


def _nobody(cluster_id: ClusterId) -> KnownCluster:
    return KnownCluster(id=cluster_id, members=(), births={}, names={}, addresses={}, newest_s=0)
