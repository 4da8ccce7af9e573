"""What people are shown of clusters: who is in one, by what, why two reports are together; each look is audited."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from clew.parts.stores.base import UnitOfWork
from clew.pipelines.linking import explain
from clew.pipelines.linking_state import StoreState
from clew.records.audit import AuditEvent
from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.linking import ClusterChange, EdgeState, EvidenceEdge, LinkedValue, LinkPath
from clew.triage.link_state import SET_ASIDE_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedValue:
    """An identifier that reports of a cluster state.

    Attributes:
        here: how many reports of the cluster state it. joins: how many of them it joins.
        everywhere: how many reports at all state it.
        trust_bits: what births and names say of it being one person's; `set_aside` when it is several people's.
    """

    value: LinkedValue
    here: int
    joins: int
    everywhere: int
    set_aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPage:
    """A cluster as a person sees it.

    Attributes:
        members: ascending. values: those that most of its reports state first. edges: all that its reports state.
        held: evidence that was not enough to join by, towards other reports.
        history: newest first.
    """

    id: ClusterId
    members: tuple[IntakeNumber, ...]
    values: tuple[SharedValue, ...]
    edges: tuple[EvidenceEdge, ...]
    held: tuple[EvidenceEdge, ...]
    history: tuple[ClusterChange, ...]


def cluster_page(unit: UnitOfWork, report: IntakeNumber, *, by: str, at: datetime) -> ClusterPage:
    """The cluster that a report is in; that it was looked at stands in the audit log.

    Raises:
        NotFoundError: no such report was linked.
    """
    cluster = StoreState(unit).cluster(report)
    members = tuple(sorted(cluster.members))
    edges = unit.link_edges_of_reports(members)
    here, joins = (
        Counter(each.value_id for each in edges),
        Counter(each.value_id for each in edges if each.state is EdgeState.JOINED),
    )
    everywhere = unit.link_count_stated(sorted(here))
    values = [
        SharedValue(
            value=value,
            here=here[value.id],
            joins=joins[value.id],
            everywhere=everywhere[value.id],
            set_aside=value.trust_bits <= SET_ASIDE_BITS,
        )
        for value in unit.link_values(sorted({(each.kind, each.value) for each in edges}))
    ]
    unit.audit(_looked("cluster.read", cluster.id, by, at, {"reports": len(members)}))
    return ClusterPage(
        id=cluster.id,
        members=members,
        values=tuple(sorted(values, key=lambda each: (-each.here, each.value.kind, each.value.value))),
        edges=tuple(edges),
        held=tuple(each for each in edges if each.state is EdgeState.HELD),
        history=tuple(unit.link_changes(cluster.id)),
    )


def explained(unit: UnitOfWork, left: IntakeNumber, right: IntakeNumber, *, by: str, at: datetime) -> LinkPath:
    """Why two reports are together; that somebody asked stands in the audit log. NotFoundError when they are not."""
    path = explain(unit, left, right)
    cluster = unit.clusters_of([left]).get(left, ClusterId(left))
    unit.audit(_looked("cluster.explain", cluster, by, at, {"steps": len(path.steps)}))
    return path


def hubs(unit: UnitOfWork, limit: int, *, by: str, at: datetime) -> list[tuple[LinkedValue, int]]:
    """Identifiers that are set aside, the least trusted first, and how many reports state each."""
    found = unit.link_doubted(SET_ASIDE_BITS, limit)
    stated = unit.link_count_stated([each.id for each in found])
    unit.audit(AuditEvent(at=at, actor=by, act="hubs.read", subject="linking", facts={"values": len(found)}))
    return [(each, stated[each.id]) for each in found]


def _looked(act: str, cluster: ClusterId, by: str, at: datetime, facts: dict[str, int]) -> AuditEvent:
    return AuditEvent(at=at, actor=by, act=act, subject=f"cluster:{cluster}", facts=facts)
