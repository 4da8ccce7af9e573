"""Let links decide where reports are worked: new ones are linked as they are ordered, others follow each change."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.linking import link_batch
from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.linking import Statement

# Says in which cluster each of the reports is, and each other report that is in another one than before.
Link = Callable[[UnitOfWork, Sequence[Statement], datetime], Mapping[IntakeNumber, ClusterId]]


def link_as_ordered(
    unit: UnitOfWork, statements: Sequence[Statement], at: datetime
) -> Mapping[IntakeNumber, ClusterId]:
    """The reports are linked by what they state, in the transaction that orders them."""
    touched = link_batch(unit, statements, at=at)
    new = unit.clusters_of([each.number for each in statements])
    of_batch = {each.number: new.get(each.number, ClusterId(each.number)) for each in statements}
    return {**moved_by(unit, touched), **of_batch}


def moved_by(reader: Reader, touched: Collection[ClusterId]) -> dict[IntakeNumber, ClusterId]:
    """Reports that stand in the order of work under another cluster than they are in now.

    Args:
        touched: clusters whose evidence changed; those that are gone among them.
    """
    ordered = {member.number: member.cluster_id for member in reader.members_of(touched)}
    now = {number: ClusterId(number) for number in ordered}
    now |= {number: each.id for each in reader.link_clusters(sorted(touched)) for number in each.members}
    return {number: cluster_id for number, cluster_id in now.items() if ordered.get(number) != cluster_id}
