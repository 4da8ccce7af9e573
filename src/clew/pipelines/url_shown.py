"""What people and other installations are shown of addresses: defanged, and in a public export not at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from clew.ground.clock import iso
from clew.ground.defang import defanged, defanged_words
from clew.hotline.address import is_onion
from clew.hotline.url_work import next_act
from clew.parts.stores.base import Reader
from clew.pipelines.hotline_desk import HotlineDesk
from clew.records.identifiers import UrlReportId
from clew.records.url_report import HostRole, UrlAct, UrlAction, UrlEnd, UrlNotice, UrlReport, UrlSighting, UrlState

_MOST_SIGHTINGS = 100
# Counts of a public export are multiples of this: neither a small one nor the difference of two points at one report.
_ROUNDED_TO = 5

Cell = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownUrl:
    """An address as people read it.

    Attributes:
        address: defanged.
        category: in the words of the scheme; "" while it is not assessed.
        next: what a person is to do; None when they wait or nothing is left.
        due: whether it is to be done by now.
    """

    report: UrlReport
    address: str
    host: str
    onion: bool
    category: str
    next: UrlAct | None
    due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlFile:
    """One address with all that was done."""

    shown: ShownUrl
    actions: Sequence[UrlAction]
    sightings: Sequence[UrlSighting]
    notices: Sequence[UrlNotice]


def shown_url(desk: HotlineDesk, report: UrlReport, words: dict[str, str]) -> ShownUrl:
    """The address as people read it; `words` are the categories' by their code."""
    at = desk.clock()
    return ShownUrl(
        report=report,
        address=defanged(report.given),
        host=defanged(report.host),
        onion=is_onion(report.host),
        category=words.get(report.category or "", report.category or ""),
        next=next_act(report, desk.policy, at),
        due=report.due_at is not None and report.due_at <= at,
    )


def shown_urls(desk: HotlineDesk, reports: Sequence[UrlReport]) -> list[ShownUrl]:
    """Many of them, the scheme read once."""
    words = category_words(desk)
    return [shown_url(desk, each, words) for each in reports]


def category_words(desk: HotlineDesk) -> dict[str, str]:
    """What each category of the scheme is called."""
    return {each.code: each.words for each in desk.categories}


def url_file(reader: Reader, desk: HotlineDesk, url_id: UrlReportId) -> UrlFile:
    """One address, whole; NotFoundError when there is none. That it is read is the door's to note."""
    report = reader.get_url_report(url_id)
    return UrlFile(
        shown=shown_url(desk, report, category_words(desk)),
        actions=reader.url_actions(url_id),
        sightings=reader.url_sightings(url_id, _MOST_SIGHTINGS),
        notices=reader.url_notices(url_id),
    )


def url_row(shown: ShownUrl) -> dict[str, Cell]:
    """An address as JSON and as a row of an export to partners; nothing in it can be opened."""
    report = shown.report
    host = report.hosted(HostRole.HOST)
    return {
        "id": report.id,
        "address": shown.address,
        "host": shown.host,
        "onion": shown.onion,
        "state": report.state.value,
        "came": report.came.value,
        "received_at": iso(report.received_at),
        "sightings": report.sightings,
        "category": report.category,
        "actionable": report.actionable,
        "assessed_at": _iso(report.assessed_at),
        "hosted_by": host.name if host else None,
        "hosted_in": host.country if host else None,
        "held_since": _iso(report.hold_begun_at),
        "released_at": _iso(report.hold_ended_at),
        "notices": report.notices,
        "noticed_at": _iso(report.noticed_at),
        "found": report.found.value if report.found else None,
        "found_at": _iso(report.found_at),
        "due_at": _iso(report.due_at),
        "next": shown.next.value if shown.next else None,
        "end": report.end.value if report.end else None,
        "closed_at": _iso(report.closed_at),
    }


def action_row(action: UrlAction) -> dict[str, object]:
    """An act as JSON; addresses in its words are defanged."""
    return {
        "at": iso(action.at),
        "by": action.by,
        "act": action.act.value,
        "facts": dict(action.facts),
        "words": defanged_words(action.words),
    }


def export_rows(reader: Reader, desk: HotlineDesk, since: datetime, until: datetime) -> Iterator[dict[str, Cell]]:
    """Every address received in [since, until), for partners who work them too, in constant memory."""
    words = category_words(desk)
    for report in reader.stream_url_reports(since, until):
        yield url_row(shown_url(desk, report, words))


def public_figures(reader: Reader, since: datetime, until: datetime) -> dict[str, object]:
    """How many addresses came in [since, until) and what became of them: counts alone, in multiples of five.

    No address, no host and no name of anybody is in it.
    """
    totals: dict[str, Counter[str]] = {
        name: Counter() for name in ("state", "came", "category", "hosted_in", "end", "onion")
    }
    hours: list[float] = []
    received = sightings = 0
    for report in reader.stream_url_reports(since, until):
        received, sightings = received + 1, sightings + report.sightings
        host = report.hosted(HostRole.HOST)
        facts = {
            "state": report.state.value,
            "came": report.came.value,
            "category": report.category or "not assessed",
            "hosted_in": (host.country if host else None) or "not known",
            "end": report.end.value if report.end else "not closed",
            "onion": "yes" if is_onion(report.host) else "no",
        }
        for name, value in facts.items():
            totals[name][value] += 1
        if report.end is UrlEnd.REMOVED and report.noticed_at and report.found_at:
            hours.append((report.found_at - report.noticed_at).total_seconds() / 3_600)
    return {
        "since": iso(since),
        "until": iso(until),
        "counts_are_multiples_of": _ROUNDED_TO,
        "received": _rounded(received),
        "sightings": _rounded(sightings),
        **{f"by_{name}": {value: _rounded(n) for value, n in sorted(found.items())} for name, found in totals.items()},
        "removed_after_last_notice_hours": {
            "n": _rounded(len(hours)),
            "median": round(median(hours), 1) if len(hours) >= _ROUNDED_TO else None,
        },
    }


def waiting(reader: Reader, at: datetime) -> dict[str, int]:
    """How many stand in each state, and at how many something is due."""
    counted = reader.count_url_reports()
    return {**{state.value: counted.get(state, 0) for state in UrlState}, "due": reader.count_urls_due(at)}


def _rounded(number: int) -> int:
    return (number + _ROUNDED_TO // 2) // _ROUNDED_TO * _ROUNDED_TO


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
