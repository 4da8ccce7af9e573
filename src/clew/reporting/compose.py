"""The facts become a report that can be sent: what only words can carry is put into words; the ledger has its say.

Nothing is lost here: what the grammar has no element for stands, with its label, in the additional information nearest
to it. A batched report has no such place; there it is left where it is, and validating names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from clew.records.composing import Change
from clew.records.report import (
    Absence,
    Chat,
    Game,
    IncidentDetail,
    Mail,
    Newsgroup,
    QuotedMessage,
    Report,
    ReportedSubject,
    Victim,
)
from clew.records.report_file import AiProvenance, Labelled, ReportFile, ViewingStatement, hanging
from clew.records.subject import Payment

T = TypeVar("T")

# How far two honest clocks may stand apart; a time further ahead is a mistake that a person must see.
SKEW = timedelta(minutes=5)
# A clearinghouse refuses the present moment, too: its own clock may be behind. Source: live rejections, Coop, 2026.
_MARGIN = timedelta(seconds=1)
_NOT_VIEWED = ViewingStatement()
_DETAILS_WITH_CONTENT = (Chat, Game, Mail, Newsgroup)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A report in which every fact has its place.

    Attributes:
        notes: what was done to get there.
    """

    report: Report
    notes: tuple[Change, ...]


def compose(facts: Report, statements: Mapping[str, ViewingStatement], *, at: datetime) -> Composed:
    """The report of these facts.

    Args:
        facts: what is known; what they say of viewing is passed over.
        statements: what the viewing ledger says of each file, by its key; a file without one was not viewed.
        at: now. Times up to five minutes ahead are set to one second before it, and that is said.
    """
    notes: list[Change] = []
    report = _clamped(facts, at, "", notes)
    report = replace(
        report,
        details=tuple(_told(each, each.further) for each in _with_messages(report)),
        subjects=tuple(_told(_account(each), each.further) for each in report.subjects),
        recipients=tuple(_told(each, each.further) for each in report.recipients),
        victims=tuple(_told(_account(each), each.further) for each in report.victims),
        files=tuple(_file(each, statements.get(each.key, _NOT_VIEWED), report, notes) for each in report.files),
    )
    told = (
        *(Labelled(label="Payment", text=_payment(each)) for each in report.payments),
        *report.further,
        *(Labelled(label="Left out", text=_absence(each)) for each in report.absent),
        *(Labelled(label="Clock", text=_clock(each)) for each in notes if each.told.startswith(_AHEAD)),
    )
    report = replace(_told(report, told), messages=(), payments=(), absent=())
    return Composed(report=report, notes=tuple(notes))


# ---------------------------------------------------------------- times

_AHEAD = "a time ahead of this clock"


def _clock(note: Change) -> str:
    return f"{_AHEAD}: {_in_words(note.path)}{note.told.removeprefix(_AHEAD)}"


def _clamped(record: T, at: datetime, path: str, notes: list[Change]) -> T:
    """The record with every time that is only just ahead set to a second ago."""
    changes: dict[str, Any] = {}
    for each in fields(record):  # type: ignore[arg-type]
        value = getattr(record, each.name)
        here = f"{path}.{each.name}" if path else each.name
        if isinstance(value, datetime):
            if at - _MARGIN < value <= at + SKEW:
                ahead_s = (value - at).total_seconds()
                changes[each.name] = at.astimezone(UTC) - _MARGIN
                notes.append(Change(path=here, told=f"{_AHEAD}, by {ahead_s:.3f} s; sent as one second ago"))
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changes[each.name] = tuple(
                _clamped(one, at, f"{here}[{number}]", notes) for number, one in enumerate(value)
            )
        elif is_dataclass(value):
            changes[each.name] = _clamped(value, at, here, notes)
    return replace(record, **changes) if changes else record  # type: ignore[type-var]


# ---------------------------------------------------------------- files


def _file(file: ReportFile, statement: ViewingStatement, report: Report, notes: list[Change]) -> ReportFile:
    told: list[Labelled] = []
    if report.batch is None:
        if statement.narrative:
            told.append(Labelled(label="Viewing", text=statement.narrative))
    elif statement.narrative:
        told_as = "a batched report has no room for how a file was viewed; only whether it was is sent"
        notes.append(Change(path="files", told=told_as))
    if file.reference:
        told.append(Labelled(label="Reference at the platform", text=file.reference))
    if file.ai_provenance:
        told += _provenance(file.ai_provenance)
    viewed = replace(
        file,
        viewed=statement.viewed,
        exif_viewed=statement.viewed and statement.exif_viewed,
        reference=None,
        ai_provenance=None,
    )
    composed: ReportFile = _told(viewed, (*told, *file.further))
    return composed


def _provenance(known: AiProvenance) -> list[Labelled]:
    said = None if known.by_user is None else "a user" if known.by_user else "material that the platform gathered"
    pairs = [
        ("Generated by the model", known.model),
        ("Prompt", known.prompt),
        ("How it came to the platform", known.source),
        ("Brought by", said),
    ]
    return [Labelled(label=label, text=text) for label, text in pairs if text]


# ---------------------------------------------------------------- accounts


def _account(account: T) -> T:
    """An account whose associated accounts have said in words what they have no field for."""
    if isinstance(account, ReportedSubject | Victim):
        return replace(account, associated=tuple(_told(each, each.further) for each in account.associated))
    return account


# ---------------------------------------------------------------- messages


def _with_messages(report: Report) -> tuple[IncidentDetail, ...]:
    """The details, the first that has room for words bearing the messages; a chat is added when none has."""
    if not report.messages:
        return report.details
    text = "\n".join(hanging(_message(each)) for each in report.messages)
    place = next((n for n, each in enumerate(report.details) if isinstance(each, _DETAILS_WITH_CONTENT)), None)
    if place is None:
        return (*report.details, Chat(client=report.incident.platform, content=text))
    details = list(report.details)
    chosen = details[place]
    if isinstance(chosen, Chat | Game | Mail | Newsgroup):
        details[place] = replace(chosen, content=f"{chosen.content}\n\n{text}" if chosen.content else text)
    return tuple(details)


def _message(message: QuotedMessage) -> str:
    """One message as a line: when, who, whether it is itself reported, the words, and from where."""
    when = _time(message.at) if message.at else "time not held"
    mark = " [reported]" if message.reported else ""
    event = message.ip_event
    if event is None:
        return f"{when} {message.sender}{mark}: {message.text}"
    port = f" port {event.port}" if event.port is not None else ""
    seen = f" at {_time(event.at)}" if event.at else ""
    proxy = ", possibly a proxy" if event.proxy else ""
    return f"{when} {message.sender}{mark}: {message.text} [from {event.address}{port}{seen}{proxy}, {event.use.value}]"


# ---------------------------------------------------------------- in words


def _payment(payment: Payment) -> str:
    amount = None
    if payment.amount_minor is not None:
        amount = f"{payment.amount_minor} (smallest units of {payment.currency or 'a currency that is not held'})"
    elif payment.currency:
        amount = f"an amount in {payment.currency}"
    pairs = [
        ("account", payment.account),
        ("reference", payment.reference),
        ("at", _time(payment.at) if payment.at else None),
    ]
    return "; ".join(
        [payment.method, *([amount] if amount else []), *(f"{name} {text}" for name, text in pairs if text)]
    )


def _absence(absence: Absence) -> str:
    reasons = {
        "not-held": "not held",
        "not-known": "not known",
        "not-shared": "held and not shared",
        "does-not-apply": "does not apply",
    }
    because = f": {absence.because}" if absence.because else ""
    return f"{_in_words(absence.field)} ({reasons[absence.reason.value]}){because}"


def _in_words(path: str) -> str:
    """A field as a person reads it: "subjects[0].ip_events[1].port" becomes "subjects 1, ip events 2, port"."""
    steps = []
    for step in path.split("."):
        name, _, number = step.partition("[")
        words = name.replace("_", " ")
        digits = number.rstrip("]")
        steps.append(f"{words} {int(digits) + 1}" if digits.isdigit() else words)
    return ", ".join(steps)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _told(record: Any, told: tuple[Labelled, ...]) -> Any:
    """The record with these facts as lines of its additional information, and none left without a place."""
    changes: dict[str, Any] = {"further": ()}
    if told:
        lines = "\n".join(each.line for each in told)
        info = record.additional_info
        if isinstance(info, tuple):
            changes["additional_info"] = (*info, lines)
        else:
            changes["additional_info"] = f"{info}\n{lines}" if info else lines
    return replace(record, **changes)
