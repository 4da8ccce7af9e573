"""What a change of links would come to, before it is made: nothing is written."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clew.parts.stores.base import Reader
from clew.pipelines.linking_state import StoreState
from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.mention import IdentifierKind
from clew.triage.link_split import Reversal, split_evidence, split_reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One cluster as it would be: its id, and its reports, ascending."""

    id: ClusterId
    reports: tuple[IntakeNumber, ...]


def preview_split(reader: Reader, report: IntakeNumber, key: tuple[IdentifierKind, str]) -> list[Part]:
    """What would become of the cluster of a report, were the value to join that report to nobody.

    Raises:
        NotFoundError: the report was never linked, or shares no such value.
    """
    return _parts(reader, report, lambda state: split_evidence(state, report, key))


def preview_take_out(reader: Reader, reports: Sequence[IntakeNumber]) -> list[Part]:
    """What would become of their cluster, were those reports taken out of it.

    Raises:
        InputError: they are none, not of one cluster, or all of it.
    """
    return _parts(reader, min(reports), lambda state: split_reports(state, reports))


def _parts(reader: Reader, report: IntakeNumber, change: Callable[[StoreState], Reversal]) -> list[Part]:
    """The largest part first."""
    state = StoreState(reader)
    members = list(state.cluster(report).members)
    change(state)
    parts: dict[ClusterId, list[IntakeNumber]] = defaultdict(list)
    for each in sorted(members):
        parts[state.cluster(each).id].append(each)
    found = [Part(id=cluster, reports=tuple(reports)) for cluster, reports in parts.items()]
    return sorted(found, key=lambda part: (-len(part.reports), part.id))
