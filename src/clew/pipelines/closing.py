"""End a case, in the transaction of what ends it; open it again when it is reportable after all."""

from dataclasses import replace
from datetime import datetime

from clew.errors import ConflictError, RefusedError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.holds import begin_open_case, checked_text, end_open_case, keep_open_case, standing_holds
from clew.pipelines.reported import awaits_filing, has_unreported, is_filed
from clew.pipelines.review_desk import ReviewDesk, note
from clew.pipelines.strongroom import Strongroom
from clew.records.case import Case, CaseState
from clew.records.evidence import HoldKind
from clew.records.identifiers import CaseId
from clew.records.review import JobState, ReviewJob, Verdict, VerdictStanding

_ACTOR = "system:review"


def close_case(unit: UnitOfWork, case_id: CaseId, at: datetime, *, actor: str, because: str) -> Case:
    """The case is over: nothing joins it any more. Called in the transaction of what ended it, such as a receipt."""
    case = unit.take_case(case_id)
    if case.state is CaseState.CLOSED:
        return case
    closed = replace(case, state=CaseState.CLOSED, closed_at=at)
    unit.change_case(closed)
    note(unit, at, actor, "case.close", case_id, because=because)
    return closed


def end_when_filed(unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, at: datetime, *, actor: str) -> None:
    """The case is over once all of it is decided and reported; until then it is open, held, and a supplement follows.

    Called in the transaction of a receipt, after the evidence is preserved. A supplement that waits or has failed keeps
    the case open, and its own end closes it.
    """
    case = unit.take_case(case_id)
    if case.state is CaseState.CLOSED:
        return
    if _is_done(unit, case_id):
        close_case(unit, case_id, at, actor=actor, because="filed")
    else:
        keep_open_case(unit, strongroom, case_id, actor=actor)


def end_when_withdrawn(unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, at: datetime, *, actor: str) -> None:
    """The case is over when it had waited for the filing that was taken back, and is reported without it."""
    unit.take_case(case_id)
    if is_filed(unit, case_id) and _is_done(unit, case_id):
        close_case(unit, case_id, at, actor=actor, because="filed")
        end_open_case(unit, strongroom, case_id, ground="the report is finished, and nothing is added", actor=actor)


def set_aside(
    unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, *, environment: str, ground: str, actor: str
) -> Case:
    """A case of another environment, which is never filed in this one, is over without a report.

    Args:
        environment: in which the installation is now.
        ground: why, such as that it was a trial.
    Raises:
        RefusedError: the case is of this environment: it is decided and reported.
        ConflictError: it is over already.
        InputError: no ground was given.
    """
    why = checked_text(ground, "why the case is over")
    case = unit.take_case(case_id)
    if case.environment == environment:
        raise RefusedError(
            f"that case was opened in '{environment}', as this installation is: it is decided, and reported when it is "
            "reportable"
        )
    if case.state is CaseState.CLOSED:
        raise ConflictError("that case is over already")
    closed = close_case(unit, case_id, strongroom.clock(), actor=actor, because=f"of '{case.environment}'")
    end_open_case(unit, strongroom, case_id, ground=why, actor=actor)
    return closed


def end_or_reopen(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, verdicts: list[Verdict], at: datetime) -> None:
    """Once all is decided, the case is over when nothing of it is left to report, and open when something is."""
    final = [each for each in verdicts if each.standing is VerdictStanding.FINAL]
    if not any(each.decision.reportable for each in final):
        _end(unit, desk, job.case_id, at, "not reportable", "decided: nothing of it is reportable")
    elif has_unreported(unit, job.case_id):
        _reopen(unit, desk, job.case_id, at)
    elif is_filed(unit, job.case_id) and not awaits_filing(unit, job.case_id):
        _end(unit, desk, job.case_id, at, "filed", "decided: the report holds all of it that is reportable")


def keep_while_judged(unit: UnitOfWork, desk: ReviewDesk, case_id: CaseId) -> None:
    """What is judged again is kept until it is decided, in a closed case too, whatever else keeps it for a while."""
    if desk.strongroom is None:
        return
    unit.lock_case_key(case_id)  # a destruction that is decided meanwhile sees it, or comes first
    standing = standing_holds(unit, case_id, desk.strongroom.clock())
    if not any(each.kind is HoldKind.OPEN_CASE for each in standing):
        begin_open_case(unit, desk.strongroom, case_id, actor=_ACTOR)


def _is_done(unit: UnitOfWork, case_id: CaseId) -> bool:
    """Whether all of it is decided, stands in a report, and nothing is on its way."""
    decided = unit.get_job_of_case(case_id).state is JobState.DECIDED
    return decided and not has_unreported(unit, case_id) and not awaits_filing(unit, case_id)


def _end(unit: UnitOfWork, desk: ReviewDesk, case_id: CaseId, at: datetime, because: str, ground: str) -> None:
    close_case(unit, case_id, at, actor=_ACTOR, because=because)
    # A closed case that was judged again is held as well, and kept no longer on that ground.
    if desk.strongroom is not None:
        end_open_case(unit, desk.strongroom, case_id, ground=ground, actor=_ACTOR)


def _reopen(unit: UnitOfWork, desk: ReviewDesk, case_id: CaseId, at: datetime) -> None:
    """A case that was dismissed and is reportable after all is open and held again, so that its report is asked for."""
    case = unit.take_case(case_id)
    if case.state is CaseState.OPEN or is_filed(unit, case_id):
        return
    if unit.find_open_case(case.subject_id, case.environment) is None:
        unit.change_case(replace(case, state=CaseState.OPEN, closed_at=None))
    if desk.strongroom is not None:
        keep_open_case(unit, desk.strongroom, case.id, actor=_ACTOR)
    note(unit, at, _ACTOR, "case.reopen", case.id)
