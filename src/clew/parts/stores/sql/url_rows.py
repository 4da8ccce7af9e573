"""How an address, its acts, sightings and notices lie in a row, and come back."""

import hashlib
import json
from dataclasses import asdict

from sqlalchemy import RowMapping

from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import IntakeNumber, UrlReportId
from clew.records.url_report import (
    Hosting,
    HostRole,
    UrlAct,
    UrlAction,
    UrlCame,
    UrlEnd,
    UrlFound,
    UrlNotice,
    UrlReport,
    UrlSighting,
    UrlState,
)

# Later than every moment that a `datetime` can be.
NEVER = 1 << 62


def digest_of(normal: str) -> bytes:
    """By which an address is found, however long it is."""
    return hashlib.sha256(normal.encode()).digest()


def labels_of(host: str) -> str:
    """`example.board.` of `board.example`; an address in figures stays as it is."""
    if ":" in host or host.rpartition(".")[2].isdigit():
        return f"{host}."
    return "".join(f"{label}." for label in reversed(host.split(".")))


def report_row(report: UrlReport) -> Row:
    """The row of an address."""
    return {
        "id": report.id,
        "given": report.given,
        "normal": report.normal,
        "digest": digest_of(report.normal),
        "host": report.host,
        "host_labels": labels_of(report.host),
        "came": report.came.value,
        "state": report.state.value,
        "received_at": to_us(report.received_at),
        "category": report.category,
        "actionable": report.actionable,
        "assessed_at": maybe_us(report.assessed_at),
        "assessed_by": report.assessed_by,
        "hosting": compact([_hosting_row(each) for each in report.hosting]),
        "hold_begun_at": maybe_us(report.hold_begun_at),
        "hold_until": maybe_us(report.hold_until),
        "hold_ended_at": maybe_us(report.hold_ended_at),
        "notices": report.notices,
        "noticed_at": maybe_us(report.noticed_at),
        "found": report.found.value if report.found else None,
        "found_at": maybe_us(report.found_at),
        "check_every_h": report.check_every_h,
        "due_at": NEVER if report.due_at is None else to_us(report.due_at),
        "ended": report.end.value if report.end else None,
        "closed_at": maybe_us(report.closed_at),
        "sightings": report.sightings,
        "version": report.version,
    }


def report_of(row: RowMapping) -> UrlReport:
    """The address in a row."""
    return UrlReport(
        id=UrlReportId(row["id"]),
        given=row["given"],
        normal=row["normal"],
        host=row["host"],
        came=UrlCame(row["came"]),
        state=UrlState(row["state"]),
        received_at=from_us(row["received_at"]),
        category=row["category"],
        actionable=bool(row["actionable"]),
        assessed_at=maybe_at(row["assessed_at"]),
        assessed_by=row["assessed_by"],
        hosting=tuple(_hosting_of(each) for each in json.loads(row["hosting"])),
        hold_begun_at=maybe_at(row["hold_begun_at"]),
        hold_until=maybe_at(row["hold_until"]),
        hold_ended_at=maybe_at(row["hold_ended_at"]),
        notices=row["notices"],
        noticed_at=maybe_at(row["noticed_at"]),
        found=UrlFound(row["found"]) if row["found"] else None,
        found_at=maybe_at(row["found_at"]),
        check_every_h=row["check_every_h"],
        due_at=None if row["due_at"] == NEVER else from_us(row["due_at"]),
        end=UrlEnd(row["ended"]) if row["ended"] else None,
        closed_at=maybe_at(row["closed_at"]),
        sightings=row["sightings"],
        version=row["version"],
    )


def action_row(action: UrlAction) -> Row:
    """The row of an act."""
    return {
        "url_id": action.url_id,
        "at": to_us(action.at),
        "by": action.by,
        "act": action.act.value,
        "facts": compact(dict(action.facts)),
        "words": action.words,
    }


def action_of(row: RowMapping) -> UrlAction:
    """The act in a row."""
    return UrlAction(
        url_id=UrlReportId(row["url_id"]),
        at=from_us(row["at"]),
        by=row["by"],
        act=UrlAct(row["act"]),
        facts=json.loads(row["facts"]),
        words=row["words"],
    )


def sighting_row(sighting: UrlSighting) -> Row:
    """The row of a sighting."""
    return {
        "url_id": sighting.url_id,
        "at": to_us(sighting.at),
        "came": sighting.came.value,
        "by": sighting.by,
        "reference": sighting.reference,
        "number": sighting.number,
    }


def sighting_of(row: RowMapping) -> UrlSighting:
    """The sighting in a row."""
    return UrlSighting(
        url_id=UrlReportId(row["url_id"]),
        at=from_us(row["at"]),
        came=UrlCame(row["came"]),
        by=row["by"],
        reference=row["reference"],
        number=None if row["number"] is None else IntakeNumber(row["number"]),
    )


def notice_row(notice: UrlNotice) -> Row:
    """The row of a notice."""
    return {
        "url_id": notice.url_id,
        "place": notice.place,
        "role": notice.role.value,
        "language": notice.language,
        "recipient": notice.recipient,
        "subject": notice.subject,
        "body": notice.text,
        "ordered_at": to_us(notice.ordered_at),
        "ordered_by": notice.ordered_by,
        "by_mail": notice.by_mail,
        "sent_at": maybe_us(notice.sent_at),
    }


def notice_of(row: RowMapping) -> UrlNotice:
    """The notice in a row."""
    return UrlNotice(
        url_id=UrlReportId(row["url_id"]),
        place=row["place"],
        role=HostRole(row["role"]),
        language=row["language"],
        recipient=row["recipient"],
        subject=row["subject"],
        text=row["body"],
        ordered_at=from_us(row["ordered_at"]),
        ordered_by=row["ordered_by"],
        by_mail=bool(row["by_mail"]),
        sent_at=maybe_at(row["sent_at"]),
    )


def _hosting_row(hosting: Hosting) -> Row:
    return {**asdict(hosting), "role": hosting.role.value, "found_at": to_us(hosting.found_at)}


def _hosting_of(row: Row) -> Hosting:
    return Hosting(
        role=HostRole(str(row["role"])),
        name=str(row["name"]),
        contact=str(row["contact"]),
        country=None if row["country"] is None else str(row["country"]),
        network=str(row["network"]),
        evidence=str(row["evidence"]),
        as_of=str(row["as_of"]),
        found_at=from_us(int(row["found_at"] or 0)),
        found_by=str(row["found_by"]),
    )
