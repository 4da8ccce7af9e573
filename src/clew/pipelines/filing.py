"""File a report exactly once: what people order. What a worker does with it stands in `filing_work`."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from clew.errors import ConflictError, InputError, MissingPartError, RefusedError
from clew.ground.canonical import canonical
from clew.ground.clock import Clock, iso
from clew.ground.identity import new_id
from clew.parts.clearinghouses.base import FetchingPart
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.filing_desk import KIND, Facts, FilingDesk, alert, note
from clew.pipelines.filing_journal import Stage
from clew.pipelines.filing_outcome import filed_by_hand, taken_back
from clew.pipelines.filing_papers import demand_asked_for
from clew.pipelines.holds import checked_text
from clew.pipelines.strongroom import Strongroom
from clew.records.filing import (
    Filing,
    FilingAlertKind,
    FilingState,
    StoredReport,
)
from clew.records.identifiers import AlertId, CaseId, ContentId, FilingId, ReportId
from clew.records.report import Report
from clew.settings import Settings

_PORTION = 200
_NUMBER_CHARACTERS = 100


def open_filing_desk(settings: Settings, store: Store, strongroom: Strongroom, clock: Clock) -> FilingDesk:
    """The desk that the settings name; nothing is opened or called before it is used."""
    return FilingDesk(settings=settings, store=store, strongroom=strongroom, clock=clock)


# ---------------------------------------------------------------- what people order


def file_report(
    unit: UnitOfWork,
    desk: FilingDesk,
    case_id: CaseId,
    report: Report,
    *,
    actor: str,
    supplement: bool = False,
    clearinghouse: str | None = None,
    takes_back: Sequence[ContentId] = (),
) -> Filing:
    """The report is stored and its filing promised, in this transaction; a worker does the rest.

    What the report says of viewing is passed over: each attempt asks the ledger anew. A filing of the case that has
    failed takes this report and begins anew; so there is never a second one for the same.

    Args:
        supplement: it adds to a report of the case that is filed already; its prior report numbers stand in it.
        clearinghouse: the part; None takes the setting's.
        takes_back: contents of which the report says that what was told of them holds no more.
    Raises:
        RefusedError: no verdict asks for a report, or the case is of another environment.
        NotFoundError: a file of the report has no sealed bytes in this case.
        ConflictError: the case has a filing that is under way or filed, and this is no supplement.
        InputError: a supplement names another type of incident than the report it adds to.
    """
    at = desk.clock()
    name = clearinghouse or desk.settings.reporting.clearinghouse
    _demand_environment(unit, desk, case_id)
    format_part = desk.format_of(desk.part(name))
    facts = format_part.write_stored(report)
    stored = StoredReport(
        id=ReportId(new_id(at)),
        case_id=case_id,
        format=format_part.name,
        facts=facts,
        digest=hashlib.sha256(canonical(facts)).digest(),
        created_at=at,
        created_by=actor,
        takes_back=tuple(takes_back),
    )
    earlier = _earlier(unit, desk, case_id, name)
    if supplement and earlier:
        first = format_part.read_stored(unit.get_report(earlier[0].report_id).facts)
        _demand_type(report, first)
    unit.add_report(stored)
    # A supplement never takes the place of the first report, nor the other way round.
    failed = [each for each in earlier if each.state is FilingState.FAILED and (each.part > 0) is supplement]
    if supplement and not failed and not _all_filed(earlier):
        raise ConflictError(
            "a supplement adds to a report that is filed: this case has none, or one that is still under way"
        )
    if failed:
        filing = set_going(unit, desk, replace(failed[-1], report_id=stored.id), actor)
    else:
        filing = Filing(
            id=FilingId(new_id(at)),
            report_id=stored.id,
            case_id=case_id,
            part=(earlier[-1].part + 1 if earlier else 0) if supplement else 0,
            clearinghouse=name,
            environment=desk.settings.environment,
            profile=desk.settings.reporting.profile or format_part.default_profile,
            state=_begun(desk),
            created_at=at,
            created_by=actor,
            due_at=at,
        )
        _demand_profile(filing.profile, format_part.profiles)
        unit.add_filing(filing)
        _enqueue(unit, filing, at)
        about: Facts = {
            "filing": filing.id,
            "clearinghouse": name,
            "environment": filing.environment,
            "part": filing.part,
        }
        note(unit, filing, "filing.order", at, actor, about)
    demand_asked_for(unit, filing, report)
    return filing


def file_again(unit: UnitOfWork, desk: FilingDesk, filing_id: FilingId, *, actor: str, asked: bool = False) -> Filing:
    """A filing that has failed is tried again, with what it left open there taken back first; its alerts stay until
    it is filed.

    Args:
        asked: the clearinghouse itself has told that person that the report which was left open is not filed, and
            never will be: so it is not taken back.

    Raises:
        ConflictError: it has not failed, or the same report of the case was ordered elsewhere since.
    """
    filing = unit.get_filing(filing_id)
    if filing.state is not FilingState.FAILED:
        raise ConflictError(f"only a failed filing is tried again; this one is '{filing.state}'")
    _demand_last(unit, filing)
    return set_going(unit, desk, _forgotten(unit, desk, filing, actor) if asked else filing, actor)


def record_by_hand(
    unit: UnitOfWork,
    desk: FilingDesk,
    filing_id: FilingId,
    *,
    number: str,
    filed_at: datetime,
    actor: str,
    asked: bool = False,
) -> Filing:
    """A person has filed it elsewhere, or learned from the clearinghouse that it is filed, and stands for that.

    Args:
        asked: the clearinghouse itself has told that person that what this filing left there, a report that is open or
            a package, is not filed, and never will be.

    Raises:
        InputError: number or time cannot be.
        ConflictError: it is filed already, was withdrawn or is being taken back; or a report of it lies open at the
            clearinghouse, which may have been finished, or a package that may be used.
    """
    at = desk.clock()
    text = number.strip()
    if not text or len(text) > _NUMBER_CHARACTERS or not text.isprintable():
        raise InputError(f"the number must be 1 to {_NUMBER_CHARACTERS} printable characters, as the recipient gave it")
    filing = unit.get_filing(filing_id)
    if filing.state.filed:
        raise ConflictError(f"it is filed already, as number {filing.number}")
    if filing.state is FilingState.WITHDRAWN:
        raise ConflictError("it was withdrawn; order the report anew, and record that one as filed by hand")
    if filing.state is FilingState.WITHDRAWING:
        raise ConflictError("it is being taken back; wait until that is done, order it anew, and record that one")
    _demand_time(unit, filing, filed_at, at)
    number_there = _open_number(desk, filing)
    elsewhere = left_open(desk, filing) and text != number_there
    lies = elsewhere and _may_lie(desk, filing)
    if elsewhere and not asked:
        raise ConflictError(_may_lie_twice(filing) if lies else _may_stand_twice(number_there))
    unit.cancel_task(task_key(filing), at, "filed by hand")
    done = filed_by_hand(unit, desk, filing, number=text, filed_at=filed_at, actor=actor)
    if lies:
        told = f"This report was filed by hand as {text}, and {_left_there(filing)}"
        alert(unit, done, FilingAlertKind.PACKAGE_LIES, told, at)
    return done


def withdraw(
    unit: UnitOfWork, desk: FilingDesk, filing_id: FilingId, *, because: str, actor: str, asked: bool = False
) -> Filing:
    """A filing that was not finished is taken back. What may lie open at the clearinghouse is dropped there by a worker
    first; should it turn out to be finished, the filing is filed after all, and says so.

    Args:
        asked: the clearinghouse itself has told that person that the report which was left open is not filed, and
            never will be.

    Raises:
        ConflictError: it is filed; a filed report cannot be taken back.
        InputError: no reason was given.
    """
    at = desk.clock()
    reason = checked_text(because, "why nothing is filed")
    filing = unit.get_filing(filing_id)
    if filing.state.filed:
        raise ConflictError(
            f"it is filed as {filing.number}; a filed report is corrected by a supplement, never undone"
        )
    if filing.state in {FilingState.WITHDRAWN, FilingState.WITHDRAWING}:
        return filing
    if asked and filing.state is FilingState.FAILED:
        filing = _forgotten(unit, desk, filing, actor)
    left = _open_number(desk, filing) is not None or _may_lie(desk, filing)
    if left and _is_there(desk, filing.clearinghouse):
        return set_going(unit, desk, replace(filing, told=reason), actor, state=FilingState.WITHDRAWING)
    unit.cancel_task(task_key(filing), at, "withdrawn")
    unit.clear_filing_alerts(filing.id, (FilingAlertKind.FAILED, FilingAlertKind.STUCK), actor, at)
    if left:
        # No worker can take back what lies there: its part is not installed any more.
        told = f"This report was withdrawn, and {_left_there(filing)}"
        alert(unit, filing, FilingAlertKind.PACKAGE_LIES, told, at)
    return taken_back(unit, desk, replace(filing, told=reason), actor, told=reason)


def clear_alert(unit: UnitOfWork, desk: FilingDesk, alert_id: AlertId, *, actor: str) -> bool:
    """A person has seen to an alert; False when somebody had already.

    Raises:
        RefusedError: its filing has failed: it is filed again, recorded by hand or withdrawn, never put aside.
    """
    found = unit.find_filing_alert(alert_id)
    if found is None:
        return False
    if found.kind is FilingAlertKind.FAILED and unit.get_filing(found.filing_id).state is FilingState.FAILED:
        raise RefusedError("a failed filing is filed again, recorded by hand or withdrawn; its alert goes with that")
    filing, at = unit.get_filing(found.filing_id), desk.clock()
    if not unit.clear_filing_alert(alert_id, actor, at):
        return False
    note(unit, filing, "filing.seen", at, actor, {"filing": filing.id, "kind": found.kind.value})
    return True


def left_open(desk: FilingDesk, filing: Filing) -> bool:
    """Whether an attempt left something there that may be filed: an open report, or a package nobody has noted.

    A package that is known to lie there is awaited: its number is what the recipient gives for it.
    """
    if filing.state.filed or filing.state is FilingState.HANDED:
        return False
    return _open_number(desk, filing) is not None or _may_lie(desk, filing)


# ---------------------------------------------------------------- below


def _open_number(desk: FilingDesk, filing: Filing) -> str | None:
    """Of the report that lies open there, or was finished unknown to us: by the database, else by the journal."""
    if filing.number is not None:
        return filing.number
    known = desk.journal.standing(filing)
    return None if known is None else known.number


def _forgotten(unit: UnitOfWork, desk: FilingDesk, filing: Filing, actor: str) -> Filing:
    """The filing without its open report, of which the clearinghouse has told a person that it is not filed."""
    number = _open_number(desk, filing)
    if number is None:
        return filing
    at = desk.clock()
    desk.journal.note(filing, number, Stage.GONE, at)
    note(unit, filing, "filing.forget", at, actor, {"filing": filing.id, "number": number})
    return replace(filing, number=None)


def task_key(filing: Filing) -> str:
    """The key of the task that moves a filing on; each round has its own."""
    return f"{KIND}:{filing.id}:{filing.round}"


def _demand_last(unit: UnitOfWork, filing: Filing) -> None:
    """The same report goes out by one way: whoever chose another since goes on with that."""
    if filing.case_id is None:
        return
    wanted = FilingFilter(case_id=filing.case_id, environment=filing.environment, limit=_PORTION)
    for each in unit.filings(wanted):
        later = each.part == filing.part and (each.created_at, each.id) > (filing.created_at, filing.id)
        if later and each.state is not FilingState.WITHDRAWN:
            raise ConflictError(
                f"this report was ordered to {each.clearinghouse} since, as filing {each.id}, which is '{each.state}'. "
                "Withdraw this one; if the report is to go to both, order it here anew after that"
            )


def _demand_time(unit: UnitOfWork, filing: Filing, filed_at: datetime, at: datetime) -> None:
    """Filed by hand it was after there was a case, and not in the future."""
    opened_at = unit.get_case(filing.case_id).opened_at if filing.case_id is not None else None
    if filed_at > at:
        raise InputError("the time of filing must lie in the past")
    if opened_at is not None and filed_at < opened_at:
        raise InputError(f"the time of filing must not lie before the case, which was opened at {iso(opened_at)}")


def _may_lie(desk: FilingDesk, filing: Filing) -> bool:
    """Whether a worker may have laid a package down, of which it has not said so yet; of a part that is not installed
    nobody knows.
    """
    if filing.attempts == 0:
        return False
    try:
        return isinstance(desk.part(filing.clearinghouse), FetchingPart)
    except MissingPartError:
        return True


def _is_there(desk: FilingDesk, clearinghouse: str) -> bool:
    """Whether the clearinghouse's part is installed."""
    try:
        desk.part(clearinghouse)
    except MissingPartError:
        return False
    return True


def _left_there(filing: Filing) -> str:
    """What may lie there, and what to do about it: the end of an alert's sentence."""
    number = f" {filing.number}" if filing.number else ""
    return (
        f"an attempt may have left a report or package{number} at {filing.place or filing.clearinghouse}: look there, "
        "take it away, and tell the recipient not to use it if they have it."
    )


def _may_lie_twice(filing: Filing) -> str:
    return (
        f"an attempt of this filing may have left a package at {filing.place or filing.clearinghouse}, which the "
        "recipient may use: filed by hand as well, the report could stand there twice. Wait until the filing is "
        "'handed', and record the number then; or withdraw it; or ask the recipient, and say that you have asked"
    )


def _may_stand_twice(number: str | None) -> str:
    return (
        f"this filing left report {number} open at the clearinghouse, and may have finished it: filed again "
        f"by hand, it could stand there twice. Withdraw the filing, which takes that report back; or ask the "
        f"clearinghouse what became of {number}. If it is filed, record that number; if it is not, say that "
        "you have asked"
    )


def _begun(desk: FilingDesk) -> FilingState:
    return FilingState.WAITING if desk.settings.reporting.filing else FilingState.OFF


def _enqueue(unit: UnitOfWork, filing: Filing, at: datetime) -> None:
    unit.enqueue(kind=KIND, key=task_key(filing), payload={"filing": filing.id}, at=at)


def set_going(
    unit: UnitOfWork, desk: FilingDesk, filing: Filing, actor: str, *, state: FilingState | None = None
) -> Filing:
    """A new round begins with a task of its own; whoever held the old one has lost it."""
    at = desk.clock()
    unit.cancel_task(task_key(filing), at, "a new round began")
    again = replace(filing, state=state or _begun(desk), round=filing.round + 1, due_at=at, attempting_since=None)
    changed = unit.change_filing(again)
    _enqueue(unit, changed, at)
    facts: Facts = {"filing": filing.id, "round": again.round, "state": again.state.value, "number": filing.number}
    note(unit, changed, "filing.again", at, actor, facts)
    return changed


def _all_filed(earlier: Sequence[Filing]) -> bool:
    """Whether there is something to add to, and nothing of it is on its way."""
    return bool(earlier) and all(each.state.filed or each.state is FilingState.HANDED for each in earlier)


def _earlier(unit: UnitOfWork, desk: FilingDesk, case_id: CaseId, clearinghouse: str) -> list[Filing]:
    """Filings of the case to the same place, oldest first, without those that were withdrawn."""
    wanted = FilingFilter(case_id=case_id, environment=desk.settings.environment, limit=_PORTION)
    return sorted(
        (
            each
            for each in unit.filings(wanted)
            if each.clearinghouse == clearinghouse and each.state is not FilingState.WITHDRAWN
        ),
        key=lambda each: each.part,
    )


def _demand_type(supplement: Report, first: Report) -> None:
    """What the clearinghouse has sorted by its type is not sorted anew by what is added to it."""
    if supplement.incident.type is not first.incident.type:
        raise InputError(
            f"a supplement keeps the incident type of the report it adds to, which is '{first.incident.type}', and got "
            f"'{supplement.incident.type}': say in the additional information what else it was"
        )


def _demand_environment(unit: UnitOfWork, desk: FilingDesk, case_id: CaseId) -> None:
    """A test never reaches production."""
    case = unit.get_case(case_id)
    if case.environment != desk.settings.environment:
        raise RefusedError(
            f"this case was opened in '{case.environment}', and this installation is "
            f"'{desk.settings.environment}' now: it is never filed there"
        )


def _demand_profile(profile: str, known: Sequence[str]) -> None:
    if profile not in known:
        raise InputError(f"reporting.profile must be one of {', '.join(known)}, got '{profile}'")
