"""Turn the jurisdiction's rule into a permit, without which the vault opens nothing; the only place that makes one."""

from datetime import datetime, timedelta

from clew.errors import InputError, NotFoundError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.strongroom import Facts, Strongroom, event
from clew.records.evidence import LegalProcess, SealedObject
from clew.records.identifiers import CaseId, ObjectId, PermitId
from clew.records.permits import Opening, OpeningPurpose, Seen, ViewingPermit

_OWN_RULE = "own-people"
# Reading a whole vault takes days; each object is opened once, by the machine.
_VERIFY_TIME = timedelta(days=30)
# As much of an object's name as tells objects of one case apart.
SHOWN_DIGITS = 12


def permit(strongroom: Strongroom, opening: Opening, seen: Seen) -> ViewingPermit:
    """`grant` in a transaction of its own; a refusal is recorded too.

    Raises:
        RefusedError: as `grant`.
    """
    refused: list[RefusedError] = []

    def work(unit: UnitOfWork) -> ViewingPermit | None:
        try:
            return grant(unit, strongroom, opening, seen)
        except RefusedError as error:
            # Recorded, and raised once that is durable.
            sealed = unit.get_object(opening.object_id)
            facts: Facts = {"purpose": opening.purpose.value, "object": _short(sealed.id)}
            unit.audit(event(strongroom.clock(), opening.actor, "evidence.refuse", sealed.case_id, facts))
            refused[:] = [error]
            return None

    made = strongroom.store.transact(work)
    if made is None:
        raise refused[0]
    return made


def grant(unit: UnitOfWork, strongroom: Strongroom, opening: Opening, seen: Seen) -> ViewingPermit:
    """A permit for one object, recorded in this transaction.

    The platform's own people may review, and send bytes with a report. The state's side gets bytes on a recorded legal
    process only, and where the jurisdiction locks what nobody at the platform has viewed, on one that unlocks it.

    Args:
        seen: from the viewing ledger alone; asked for a hand-over only.
    Raises:
        RefusedError: the rule says no; the message says what would unlock it.
        NotFoundError: there is no such object, or its key was destroyed.
        InputError: no ground was given.
    """
    at = strongroom.clock()
    if not opening.ground.strip():
        raise InputError("evidence is opened on a ground: say for which job, filing or legal process")
    if opening.purpose is OpeningPurpose.VERIFY:
        raise InputError("a permit to verify is made by clew.pipelines.verification alone")
    sealed = unit.get_object(opening.object_id)
    key = unit.find_case_key(sealed.case_id)
    if sealed.gone_at is not None or (key is not None and key.wrapped is None):
        raise NotFoundError("that object was destroyed; its case has the certificate")
    rule = _OWN_RULE
    if opening.purpose is OpeningPurpose.HAND_OVER:
        rule = _demand_process(unit, strongroom, opening, seen, sealed, at)
    until = at + timedelta(minutes=strongroom.settings.vault.permit_minutes)
    made = _made(opening, sealed.case_id, rule, at, until)
    facts: Facts = {
        "permit": made.id,
        "purpose": made.purpose.value,
        "object": _short(made.object_id),
        "rule": made.rule,
        "process": made.process_id,
    }
    unit.audit(event(at, opening.actor, "evidence.permit", sealed.case_id, facts))
    return made


def grant_verifying(object_id: ObjectId, case_id: CaseId, actor: str, ground: str, at: datetime) -> ViewingPermit:
    """A permit for the machine to compare digests; the run that asks for it is one audit row, not each object."""
    opening = Opening(object_id=object_id, purpose=OpeningPurpose.VERIFY, actor=actor, ground=ground)
    return _made(opening, case_id, "verify", at, at + _VERIFY_TIME)


def _made(opening: Opening, case_id: CaseId, rule: str, at: datetime, until: datetime) -> ViewingPermit:
    return ViewingPermit(
        id=PermitId(new_id(at)),
        object_id=opening.object_id,
        case_id=case_id,
        purpose=opening.purpose,
        actor=opening.actor,
        ground=opening.ground,
        rule=rule,
        process_id=opening.process_id,
        made_at=at,
        until=until,
    )


def _demand_process(
    unit: UnitOfWork, strongroom: Strongroom, opening: Opening, seen: Seen, sealed: SealedObject, at: datetime
) -> str:
    """The name of the rule that lets the state's side have it."""
    process: LegalProcess | None = None
    if opening.process_id is not None:
        process = unit.get_process(opening.process_id)
        if process.case_id != sealed.case_id:
            raise RefusedError("that legal process was recorded for another case; record it for this one")
    rule = strongroom.jurisdiction.viewing
    refusal = rule.refusal(seen, process, at)
    if refusal is not None:
        raise RefusedError(refusal)
    return rule.name


def _short(object_id: ObjectId) -> str:
    return object_id[:SHOWN_DIGITS]
