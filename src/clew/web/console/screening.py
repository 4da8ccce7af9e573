"""Screening statistics: what was screened, what was hit, what could not be hashed and why; and the same as CSV."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from clew.records.hashlist import Action
from clew.records.match import Channel
from clew.records.screening import CountKey
from clew.records.signal import NO_PICTURE, Reason
from clew.web.console.pages import page
from clew.web.door import door_of

router = APIRouter(include_in_schema=False)

# Of these nothing could be read: they are not among what was screened, and a share of it says nothing of them.
_UNSCREENED = frozenset({Reason.NOT_A_FILE, Reason.UNREADABLE})
_SPANS = {"7": 7, "30": 30, "90": 90, "365": 365}


@dataclass(slots=True)
class Day:
    """One day through one channel."""

    day: date
    channel: Channel
    actions: Counter[Action] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    without_picture: Counter[str] = field(default_factory=Counter)

    @property
    def screened(self) -> int:
        """Contents in all."""
        return self.actions.total()

    @property
    def not_in_full(self) -> int:
        """Contents without the type that was missing most often; counts are kept by type, not by content."""
        return max(self.missing.values(), default=0)

    @property
    def no_pictures(self) -> int:
        """Contents of which no picture was to be expected, likewise."""
        return max(self.without_picture.values(), default=0)


@router.get("/screening")
def show_screening(request: Request, days: str = "30") -> Response:
    """The page."""
    days = days if days in _SPANS else "30"
    counts = _counts(request, days)
    rows = by_day(counts)
    missing: Counter[tuple[str, Reason]] = Counter()
    for key, contents in counts.items():
        if key.type is not None and key.reason is not None:
            missing[key.type, key.reason] += contents
    screened = sum(each.screened for each in rows)
    return page(
        request,
        "screening.html",
        place="screening",
        days=days,
        spans=_SPANS,
        rows=rows,
        screened=screened,
        actions={action: sum(each.actions[action] for each in rows) for action in Action},
        missing=missing.most_common(),
        unscreened=_UNSCREENED,
        most=max((each.screened for each in rows), default=0),
        Action=Action,
    )


@router.get("/screening.csv")
def export_screening(request: Request, days: str = "30") -> Response:
    """Every line of the counts, as they are stored."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(["day_utc", "channel", "action", "missing_type", "reason", "contents"])
    for key, contents in sorted(
        _counts(request, days if days in _SPANS else "30").items(), key=lambda it: _order(it[0])
    ):
        lines.writerow([*_order(key), contents])
    name = f"clew-screening-{door_of(request).installation.clock().date().isoformat()}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _counts(request: Request, days: str) -> dict[CountKey, int]:
    installation = door_of(request).installation
    last = installation.clock().date()
    with installation.store.read() as reader:
        return reader.counts(last - timedelta(days=_SPANS[days] - 1), last)


def by_day(counts: dict[CountKey, int]) -> list[Day]:
    """By day, newest first, then by channel."""
    rows: dict[tuple[date, Channel], Day] = {}
    for key, contents in counts.items():
        row = rows.setdefault((key.day, key.channel), Day(key.day, key.channel))
        if key.action is not None:
            row.actions[key.action] += contents
        elif key.type is not None:
            (row.without_picture if key.reason in NO_PICTURE else row.missing)[key.type] += contents
    return sorted(rows.values(), key=lambda each: (-each.day.toordinal(), each.channel))


def _order(key: CountKey) -> tuple[str, str, str, str, str]:
    return key.day.isoformat(), key.channel, key.action or "", key.type or "", key.reason or ""
