"""The linker's state in memory: the reference for the store's, and that of the bench."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.linking import EdgeState, StatedValue, Statement
from clew.triage.link_facts import Facts
from clew.triage.link_state import Change, Cluster, Evidence, Holder, Key, Value
from clew.triage.link_weights import Weights


@dataclass(slots=True)
class MemoryState:
    """All of it in dictionaries.

    Most values are stated once and most reports share none: such a value maps to its report's number, and a cluster is
    made when it is first asked for.
    """

    weights: Weights = field(default_factory=Weights)
    changes: list[Change] = field(default_factory=list)
    suggested: list[tuple[ClusterId, ClusterId, float]] = field(default_factory=list)
    _statements: dict[IntakeNumber, Statement] = field(default_factory=dict)
    _values: dict[Key, Value | IntakeNumber] = field(default_factory=dict)
    _of_value: dict[Key, list[Evidence]] = field(default_factory=dict)
    _of_report: dict[IntakeNumber, list[Evidence]] = field(default_factory=dict)
    _clusters: dict[IntakeNumber, Cluster] = field(default_factory=dict)
    _judged: dict[tuple[IntakeNumber, bool], set[IntakeNumber]] = field(default_factory=dict)

    def statement(self, report: IntakeNumber) -> Statement:
        """What a report that was taken states."""
        return self._statements[report]

    def add_report(self, statement: Statement) -> None:
        """The report is known, alone."""
        self._statements[statement.number] = statement

    def find_value(self, key: Key) -> Value | None:
        """A value that some report has stated."""
        value = self._values.get(key)
        return self._unfold(key, value) if isinstance(value, int) else value

    def add_value(self, statement: Statement, stated: StatedValue) -> None:
        """The report is the first to state it."""
        if statement.several:
            self._values[stated.key] = Value(stated.key, statement.at_s, stated.verified)
            self.add_evidence(Evidence(statement.number, stated.key, EdgeState.HELD))
        else:
            self._values[stated.key] = statement.number

    def add_evidence(self, evidence: Evidence) -> None:
        """A report states a value."""
        self._of_value.setdefault(evidence.key, []).append(evidence)
        self._of_report.setdefault(evidence.report, []).append(evidence)

    def of_value(self, key: Key) -> Sequence[Evidence]:
        """Who states a value that at least two state."""
        return self._of_value.get(key, ())

    def of_report(self, report: IntakeNumber) -> Sequence[Evidence]:
        """What a report states that others state, too."""
        return self._of_report.get(report, ())

    def cluster(self, report: IntakeNumber) -> Cluster:
        """The cluster that a report is in."""
        cluster = self._clusters.get(report)
        if cluster is None:
            facts = Facts.of(self._statements[report])
            cluster = self._clusters[report] = Cluster(ClusterId(report), [report], facts)
        return cluster

    def label(self, report: IntakeNumber) -> ClusterId:
        """The id of the cluster that a report is in, and nothing is made for it."""
        cluster = self._clusters.get(report)
        return ClusterId(report) if cluster is None else cluster.id

    def judged(self, report: IntakeNumber, *, same: bool) -> Collection[IntakeNumber]:
        """What a person has said of a report and others."""
        return self._judged.get((report, same), ())

    def judge(self, left: IntakeNumber, right: IntakeNumber, *, same: bool, stands: bool) -> None:
        """A person's word stands, or no longer does."""
        for one, other in ((left, right), (right, left)):
            others = self._judged.setdefault((one, same), set())
            if stands:
                others.add(other)
            else:
                others.discard(other)
            if not others:
                del self._judged[(one, same)]

    def place(self, cluster: Cluster, moved: Iterable[IntakeNumber]) -> None:
        """Those reports are in that cluster."""
        for report in moved:
            self._clusters[report] = cluster

    def note(self, change: Change) -> None:
        """The change is in `changes`."""
        self.changes.append(change)

    def suggest(self, left: Cluster, right: Cluster, bits: float) -> None:
        """The pair is in `suggested`."""
        self.suggested.append((min(left.id, right.id), max(left.id, right.id), bits))

    def _unfold(self, key: Key, report: IntakeNumber) -> Value:
        """A value that only one report has stated so far."""
        statement = self._statements[report]
        verified = next(each.verified for each in statement.values if each.key == key)
        value = self._values[key] = Value(key, statement.at_s, verified, holders=[Holder(report)])
        self.add_evidence(Evidence(report, key, EdgeState.JOINED, home=report))
        return value
