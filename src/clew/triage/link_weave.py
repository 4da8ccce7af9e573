"""The weave: reports across, identifiers down, a knot where one states the other, ordered so that threads run together.

No physics and no chance: the same cluster gives the same picture.
Source: Sugiyama, Tagawa, Toda, "Methods for Visual Understanding of Hierarchical System Structures", IEEE Transactions
on Systems, Man and Cybernetics 11 (2), 1981 (barycentres).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clew.records.identifiers import IntakeNumber
from clew.records.linking import EdgeState, EvidenceEdge, LinkPath
from clew.records.mention import IdentifierKind

Key = tuple[IdentifierKind, str]

# More rows are no picture; the rest is a counted line, and the table has all.
MOST_ROWS, MOST_COLUMNS = 60, 14
_PASSES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Knot:
    """A report states an identifier.

    Attributes:
        row, column: places in the weave.
        on_way: the way that was asked for goes through it.
    """

    row: int
    column: int
    state: EdgeState
    on_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weave:
    """The picture, without any size.

    Attributes:
        rows: reports, from the top. columns: identifiers, from the left.
        left_out: reports and identifiers that are not drawn.
        way: knots of the way that was asked for, in its order.
    """

    rows: tuple[IntakeNumber, ...]
    columns: tuple[Key, ...]
    knots: tuple[Knot, ...]
    left_out: tuple[int, int]
    way: tuple[Knot, ...] = ()


def weave(members: Sequence[IntakeNumber], edges: Iterable[EvidenceEdge], path: LinkPath | None = None) -> Weave:
    """The strongest part of a cluster, drawn.

    Args:
        edges: what its reports state; an identifier that only one of them states holds nothing together.
        path: whose reports and identifiers are drawn in any case.
    """
    edges = list(edges)
    stating = Counter((each.kind, each.value) for each in edges)
    shared = [each for each in edges if stating[each.kind, each.value] > 1]
    asked_rows = {report for step in path.steps for report in (step.left, step.right)} if path else set()
    asked_columns = {(step.kind, step.value) for step in path.steps if step.kind is not None} if path else set()
    weight = Counter(each.report for each in shared if each.state is EdgeState.JOINED)
    rows = sorted(members, key=lambda each: (each not in asked_rows, -weight[each], each))[:MOST_ROWS]
    drawn = set(rows)
    here = Counter((each.kind, each.value) for each in shared if each.report in drawn)
    keys = sorted(here, key=lambda key: (key not in asked_columns, -here[key], key))[:MOST_COLUMNS]
    states = {(each.report, (each.kind, each.value)): each.state for each in shared}
    found = [(report, key, states[report, key]) for report in rows for key in keys if (report, key) in states]
    row_order, column_order = _ordered(rows, keys, [(report, key) for report, key, _ in found])
    row_at = {report: place for place, report in enumerate(row_order)}
    column_at = {key: place for place, key in enumerate(column_order)}
    way = _way(path, row_at, column_at)
    on_way = set(way)
    knots = [
        Knot(
            row=row_at[report],
            column=column_at[key],
            state=state,
            on_way=(row_at[report], column_at[key]) in on_way,
        )
        for report, key, state in found
    ]
    at = {(each.row, each.column): each for each in knots}
    return Weave(
        rows=tuple(row_order),
        columns=tuple(column_order),
        knots=tuple(sorted(knots, key=lambda each: (each.row, each.column))),
        left_out=(len(members) - len(rows), len({(each.kind, each.value) for each in shared}) - len(keys)),
        way=tuple(at[place] for place in way if place in at),
    )


def _ordered(
    rows: Sequence[IntakeNumber], keys: Sequence[Key], crossings: Sequence[tuple[IntakeNumber, Key]]
) -> tuple[list[IntakeNumber], list[Key]]:
    """Both orders, each by the mean place of what crosses it, in turns."""
    of_row: dict[IntakeNumber, list[Key]] = defaultdict(list)
    of_key: dict[Key, list[IntakeNumber]] = defaultdict(list)
    for report, key in crossings:
        of_row[report].append(key)
        of_key[key].append(report)
    row_order, key_order = sorted(rows), list(keys)
    for _ in range(_PASSES):
        places: Mapping[Key, int] = {key: place for place, key in enumerate(key_order)}
        # A report that crosses nothing stands last.
        row_order = sorted(row_order, key=lambda each: (_mean([places[key] for key in of_row[each]]), each))
        row_places = {report: place for place, report in enumerate(row_order)}
        key_order = sorted(key_order, key=lambda key: (_mean([row_places[each] for each in of_key[key]]), key))
    return row_order, key_order


def _mean(places: Sequence[int]) -> float:
    return sum(places) / len(places) if places else float("inf")


def _way(
    path: LinkPath | None, row_at: Mapping[IntakeNumber, int], column_at: Mapping[Key, int]
) -> list[tuple[int, int]]:
    """The knots of a path: each step goes from a report to the identifier, and from there to the next report."""
    if path is None:
        return []
    way: list[tuple[int, int]] = []
    for step in path.steps:
        if step.kind is not None and (step.kind, step.value) in column_at:
            column = column_at[step.kind, step.value]
            way += [(row_at[report], column) for report in (step.left, step.right) if report in row_at]
    return way
