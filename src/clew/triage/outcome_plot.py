"""The outcomes of a simulation as a drawing: one row an order, one mark for each time limit, whiskers for the error.

Plain SVG without style of its own beyond `currentColor`, so that a page gives it its colours by class and a printed
page stays readable; marks differ by shape, not by colour alone.
"""

import math
from collections.abc import Sequence

from clew.triage.simulate import Outcome, Share

_LEFT, _WIDTH, _ROW, _TOP = 90, 480, 34, 30
_MARGIN = 20
# Two-sided 95 % of a normal distribution.
_ERRORS = 1.96
_SHAPES = {"15 min": "triangle", "1 h": "circle", "24 h": "square"}
# Marks of one row stand a little apart, so that none hides another.
_OFFSETS = {"15 min": -8, "1 h": 0, "24 h": 8}


def draw(outcomes: Sequence[Outcome]) -> str:
    """An SVG of share of urgent reports seen, 0 to 100 %, with title and description for who does not see it."""
    height = _TOP + _ROW * len(outcomes) + 56
    told = "; ".join(f"{each.order.value}: {_percent(each.within['1 h'])} within 1 h" for each in outcomes)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + _MARGIN} {height}" role="img" '
        'aria-labelledby="seen-title seen-text" font-family="inherit" font-size="12" fill="currentColor">'
    )
    parts = [
        opening,
        '<title id="seen-title">Urgent reports seen in time, by order of work</title>',
        f'<desc id="seen-text">{told}</desc>',
        f'<text x="{_LEFT}" y="16">Urgent reports seen in time; lines: 95 % interval</text>',
        *_axis(_TOP + _ROW * len(outcomes)),
    ]
    for number, outcome in enumerate(outcomes):
        y = _TOP + _ROW * number + _ROW / 2
        parts.append(f'<text x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{outcome.order.value}</text>')
        for within, share in outcome.within.items():
            parts += _mark(share, _SHAPES[within], y + _OFFSETS[within], f"{outcome.order.value}, {within}")
    return "\n".join([*parts, *_legend(height - 14), "</svg>", ""])


def _x(share: float) -> float:
    return _LEFT + _WIDTH * min(1.0, max(0.0, share))


def _percent(share: Share) -> str:
    return "unknown" if math.isnan(share.share) else f"{100 * share.share:.1f} %"


def _axis(bottom: float) -> list[str]:
    parts = []
    for tenths in range(0, 11, 2):
        x = _x(tenths / 10)
        parts.append(
            f'<line class="grid" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="currentColor" '
            'stroke-opacity="0.2"/>'
        )
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tenths * 10} %</text>')
    return parts


def _mark(share: Share, shape: str, y: float, told: str) -> list[str]:
    """The whisker, where there is an error, under the mark; nothing where nothing was measured."""
    if math.isnan(share.share):
        return []
    parts = []
    if share.error > 0:
        low, high = _x(share.share - _ERRORS * share.error), _x(share.share + _ERRORS * share.error)
        parts.append(
            f'<line class="whisker" x1="{low:.1f}" y1="{y:.1f}" x2="{high:.1f}" y2="{y:.1f}" stroke="currentColor"/>'
        )
    parts.append(
        f'<path class="{shape}" d="{_path(shape, _x(share.share), y)}"><title>{told}: {_percent(share)}</title></path>'
    )
    return parts


def _path(shape: str, x: float, y: float) -> str:
    if shape == "triangle":
        return f"M{x - 4.5:.1f} {y + 4:.1f}h9l-4.5 -8z"
    if shape == "square":
        return f"M{x - 3.5:.1f} {y - 3.5:.1f}h7v7h-7z"
    return f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"


def _legend(y: float) -> list[str]:
    parts = []
    for number, (within, shape) in enumerate(_SHAPES.items()):
        x = _LEFT + 130 * number
        parts.append(f'<path class="{shape}" d="{_path(shape, x, y - 4)}"/>')
        parts.append(f'<text x="{x + 10}" y="{y}">within {within}</text>')
    return parts
