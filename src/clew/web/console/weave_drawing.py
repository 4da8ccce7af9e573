"""The weave with its measures: where each line, knot and word of the drawing stands, in units of the view."""

from collections.abc import Mapping
from dataclasses import dataclass

from clew.records.identifiers import IntakeNumber
from clew.records.linking import EdgeState
from clew.records.mention import IdentifierKind
from clew.triage.link_weave import Weave

_LEFT, _TOP, _ROW, _COLUMN, _RIGHT = 210, 58, 32, 92, 56
# A small cluster is drawn at the same scale as a large one.
_NARROWEST = 850
# Of an identifier only its ends are drawn: the table has it whole.
_ENDS, _SHORT = 4, 10
_SENDER = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A thread, with its words at the near end."""

    at: int
    near: int
    far: int
    words: str
    beside: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A knot."""

    x: int
    y: int
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All of it. `way` is a path's data."""

    width: int
    height: int
    wefts: tuple[Line, ...]
    warps: tuple[Line, ...]
    dots: tuple[Dot, ...]
    way: str


def drawing(woven: Weave, senders: Mapping[IntakeNumber, str], kinds: Mapping[IdentifierKind, str]) -> Drawing:
    """The weave, measured.

    Args:
        senders: of those reports that the page names; others bear none.
    """
    ends = {woven.rows[woven.way[0].row], woven.rows[woven.way[-1].row]} if woven.way else set()
    wefts = []
    for place, number in enumerate(woven.rows):
        columns = [each.column for each in woven.knots if each.row == place]
        sender = senders.get(number, "")
        wefts.append(
            Line(
                at=_y(place),
                near=_LEFT,
                far=_x(max(columns)) if columns else _LEFT,
                words=str(number),
                beside=sender if len(sender) <= _SENDER else f"{sender[: _SENDER - 1]}…",
                marked=number in ends,
            )
        )
    warps = []
    for place, (kind, value) in enumerate(woven.columns):
        rows = [each.row for each in woven.knots if each.column == place]
        warps.append(
            Line(at=_x(place), near=_TOP - 14, far=_y(max(rows)), words=_short(value), beside=kinds[kind], marked=False)
        )
    return Drawing(
        width=max(_NARROWEST, _x(max(len(woven.columns) - 1, 0)) + _RIGHT),
        height=_y(max(len(woven.rows) - 1, 0)) + _RIGHT,
        wefts=tuple(wefts),
        warps=tuple(warps),
        dots=tuple(
            Dot(
                x=_x(each.column),
                y=_y(each.row),
                look="on" if each.on_way else "merge" if each.state is EdgeState.JOINED else "",
            )
            for each in woven.knots
        ),
        way=" ".join(
            f"{'L' if place else 'M'}{_x(each.column)} {_y(each.row)}" for place, each in enumerate(woven.way)
        ),
    )


def _x(column: int) -> int:
    return _LEFT + 36 + column * _COLUMN


def _y(row: int) -> int:
    return _TOP + 12 + row * _ROW


def _short(value: str) -> str:
    return value if len(value) <= _SHORT else f"{value[:_ENDS]}…{value[-_ENDS:]}"
