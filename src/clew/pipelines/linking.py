"""Link reports that were taken in, and let people see, split, merge, clear and undo what was linked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.errors import ConflictError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.linking_reversal import reversal_of, reversal_text
from clew.pipelines.linking_state import LINKER, StoreState
from clew.records.audit import AuditEvent
from clew.records.identifiers import ClusterId, IntakeNumber, SuggestionId
from clew.records.linking import (
    ChangeKind,
    ClusterChange,
    LinkPath,
    Statement,
    Suggestion,
    SuggestionKind,
)
from clew.records.mention import IdentifierKind
from clew.triage.link import Linker
from clew.triage.link_path import why
from clew.triage.link_split import Reversal, clear, merge, split_evidence, split_reports
from clew.triage.link_split import undo as put_back

_GIANTS = "both clusters are large: a person says whether they are one"

Held = Callable[[IntakeNumber], bool]  # whether a report is kept by a legal hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A person's act on clusters: by whom, when, why."""

    by: str
    at: datetime
    reason: str


def link_batch(unit: UnitOfWork, statements: Sequence[Statement], *, at: datetime) -> set[ClusterId]:
    """Those reports are linked, oldest first, all or none of them; what was linked before is passed over.

    Returns:
        The clusters that changed: those that the reports are in, those that were joined, came apart or are gone.
    """
    unit.be_alone()
    known = unit.link_statements([each.number for each in statements])
    new = sorted((each for each in statements if each.number not in known), key=lambda each: each.number)
    if not new:
        return set()
    state = StoreState(unit)
    state.read_ahead(new)
    linker = Linker(state)
    for each in new:
        linker.take(each)
    touched = state.write_back(unit, at=at) | {state.cluster(each.number).id for each in new}
    _write_history(unit, state, at, LINKER)
    for left, right, bits in state.suggested:
        _suggest(unit, left, right, bits, at)
    facts = {"reports": len(new), "changes": len(state.changes), "suggested": len(state.suggested)}
    unit.audit(AuditEvent(at=at, actor=f"system:{LINKER}", act="report.link", subject="linking", facts=facts))
    return touched


def explain(reader: Reader, left: IntakeNumber, right: IntakeNumber) -> LinkPath:
    """Why two reports are in one cluster. NotFoundError when they are not."""
    return why(StoreState(reader), left, right)


def split(unit: UnitOfWork, report: IntakeNumber, key: tuple[IdentifierKind, str], act: Act) -> set[ClusterId]:
    """The value no longer joins that report to anybody, and the sides stay apart; again is no change.

    Returns:
        The clusters that changed.
    """
    return _changed(unit, act, ChangeKind.SPLIT, report, lambda state: split_evidence(state, report, key))


def take_out(unit: UnitOfWork, reports: Sequence[IntakeNumber], act: Act) -> set[ClusterId]:
    """Those reports are no longer with the others of their cluster, and stay apart."""
    return _changed(unit, act, ChangeKind.SPLIT, min(reports), lambda state: split_reports(state, reports))


def join(unit: UnitOfWork, left: IntakeNumber, right: IntakeNumber, act: Act) -> set[ClusterId]:
    """The clusters of both reports are one. ConflictError when a person has split them, until that is undone."""
    return _changed(unit, act, ChangeKind.MERGED, min(left, right), lambda state: merge(state, left, right))


def cleared(unit: UnitOfWork, report: IntakeNumber, act: Act, *, held: Held) -> set[ClusterId]:
    """Whoever that report's cluster is about was cleared: every link of its reports is withdrawn, and stays so.

    Raises:
        RefusedError: a legal hold keeps one of the reports as it is; no link is withdrawn until it ends.
    """

    def withdraw(state: StoreState) -> Reversal:
        cluster = state.cluster(report)
        kept = sorted(each for each in cluster.members if held(each))
        if kept:
            raise RefusedError(f"a legal hold keeps report {kept[0]}, {len(kept)} in all; its links stay until it ends")
        return clear(state, cluster)

    return _changed(unit, act, ChangeKind.CLEARED, report, withdraw)


def undo(unit: UnitOfWork, number: int, act: Act) -> set[ClusterId]:
    """A person's change is taken back, and evidence leads where it did before.

    Raises:
        ConflictError: it was undone before; it is a machine's, to be split instead; or a later change of the same
            clusters builds on it, which is named and is undone first.
    """
    unit.be_alone()
    change = unit.get_link_change(number)
    if not change.reversal:
        raise ConflictError(f"change {number} was made by evidence, not by a person; split the clusters instead")
    state = StoreState(unit)
    reversal = reversal_of(change.reversal)
    for cluster in sorted({state.cluster(report).id for report in reversal.reports}):
        for later in unit.link_changes(cluster):
            if later.number > number and later.reversal and later.undone_by is None:
                raise ConflictError(f"change {later.number} builds on change {number}; undo that one first")
    put_back(state, reversal)
    touched = state.write_back(unit, at=act.at, by=act.by, reason=act.reason)
    line = _line(ChangeKind.UNDONE, change.kept, change.other, change.moved, act, undoes=number)
    unit.undo_link_change(number, unit.add_link_change(line).number)
    _audit(unit, act, ChangeKind.UNDONE, change.kept, {"undoes": number, "clusters": len(touched)})
    return touched


def decide(unit: UnitOfWork, suggestion_id: SuggestionId, *, accepted: bool, act: Act) -> set[ClusterId]:
    """A person has said whether two reports tell of one subject; when they do, their clusters are one.

    Returns:
        The clusters that changed.
    """
    suggestion = unit.decide_link_suggestion(suggestion_id, accepted=accepted, by=act.by)
    touched = join(unit, suggestion.left, suggestion.right, act) if accepted else set()
    facts = {"accepted": accepted, "kind": suggestion.kind.value}
    subject = f"cluster:{suggestion.left}"
    unit.audit(AuditEvent(at=act.at, actor=act.by, act="suggestion.decide", subject=subject, facts=facts))
    return touched


def _changed(
    unit: UnitOfWork, act: Act, kind: ChangeKind, report: IntakeNumber, change: Callable[[StoreState], Reversal]
) -> set[ClusterId]:
    unit.be_alone()
    state = StoreState(unit)
    before = state.cluster(report)
    reversal = change(state)
    if not reversal.reports:
        return set()
    touched = state.write_back(unit, at=act.at, by=act.by, reason=act.reason)
    members = sorted(reversal.reports)
    moved = [each for each in members if state.cluster(each).id != before.id]
    other = state.cluster(moved[0]).id if moved else before.id
    line = _line(
        kind, min(before.id, state.cluster(members[0]).id), other, moved, act, reversal=reversal_text(reversal)
    )
    number = unit.add_link_change(line).number
    _audit(unit, act, kind, before.id, {"change": number, "clusters": len(touched), "moved": len(moved)})
    return touched


def _line(
    kind: ChangeKind,
    kept: ClusterId,
    other: ClusterId,
    moved: Iterable[IntakeNumber],
    act: Act,
    *,
    undoes: int | None = None,
    reversal: str = "",
) -> ClusterChange:
    return ClusterChange(
        number=0,
        kind=kind,
        kept=kept,
        other=other,
        moved=tuple(moved),
        at=act.at,
        by=act.by,
        reason=act.reason,
        undoes=undoes,
        reversal=reversal,
    )


def _write_history(unit: UnitOfWork, state: StoreState, at: datetime, by: str) -> None:
    for each in state.changes:
        act = Act(by=by, at=at, reason=each.reason)
        unit.add_link_change(_line(each.kind, each.kept, each.other, each.moved, act))


def _suggest(unit: UnitOfWork, left: ClusterId, right: ClusterId, bits: float, at: datetime) -> None:
    suggestion = Suggestion(
        id=SuggestionId(new_id(at)),
        kind=SuggestionKind.GIANTS,
        left=IntakeNumber(left),
        right=IntakeNumber(right),
        bits=bits,
        because=_GIANTS,
        at=at,
    )
    unit.add_link_suggestion(suggestion)


def _audit(unit: UnitOfWork, act: Act, kind: ChangeKind, cluster: ClusterId, facts: dict[str, int]) -> None:
    event = AuditEvent(at=act.at, actor=act.by, act=f"cluster.{kind.value}", subject=f"cluster:{cluster}", facts=facts)
    unit.audit(event)
