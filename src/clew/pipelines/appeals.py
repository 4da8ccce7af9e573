"""Appeal against a verdict, and answer the appeal."""

from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.review_desk import ReviewDesk, note, senior
from clew.pipelines.review_steps import at_job, standing_on, take_back, take_verdict
from clew.pipelines.settling import Recorded, judges_of, settle_job
from clew.records.case import Case
from clew.records.identifiers import AppealId, CaseId, ContentId, VerdictId
from clew.records.people import User
from clew.records.review import Appeal, AppealState, Lease, ReviewJob, Verdict, VerdictStanding
from clew.review import decide

# The platform's own name for it; what its user wrote stays with the platform.
_REFERENCE_CHARACTERS = 255
_OWN = "an appeal is answered by somebody who did not give the verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealedAgainst:
    """What an appeal is about, as the platform knows it: a case, or an account; of it one content, or all.

    Attributes:
        content_id, content_reference: ours, or the platform's own name of it; both None is all that was reportable.
    """

    case_id: CaseId | None = None
    subject: str | None = None
    content_id: ContentId | None = None
    content_reference: str | None = None


def lodge(desk: ReviewDesk, against: AppealedAgainst, *, reference: str | None, actor: str) -> list[Appeal]:
    """Each final verdict that is meant is appealed against; one on which an appeal is open already stays as it is.

    The same appeal sent again, told by its reference, is the appeal that there is, answered or not.

    Nobody is told of it, now or when it is answered: that is the platform's to say.

    Args:
        reference: the platform's own name for the appeal, without content.
    Raises:
        NotFoundError: there is no such case, account or content.
        InputError: neither of them is named, or the reference is too long.
        ConflictError: nothing that is meant is decided for good.
    """
    at = desk.clock()
    called = _checked(reference)

    def work(unit: UnitOfWork) -> list[Appeal]:
        meant = [each for case in _cases(unit, against) for each in _final(unit, case, against)]
        if not meant:
            raise ConflictError("nothing of that is decided for good: it is still in review, or nothing was reportable")
        return [_open(unit, desk, each, at, called, actor) for each in meant]

    return desk.store.transact(work)


def appeal(desk: ReviewDesk, verdict_id: VerdictId, *, reference: str | None, actor: str) -> Appeal:
    """Somebody says that the verdict is wrong: its job waits for a senior reviewer who did not give it.

    Raises:
        NotFoundError: there is no such verdict.
        ConflictError: it is not final; an appeal against its content is open, or of that reference answered already.
    """
    at = desk.clock()
    called = _checked(reference)

    def work(unit: UnitOfWork) -> Appeal:
        verdict = unit.get_verdict(verdict_id)
        if _find_open(unit, verdict) is not None:
            raise ConflictError("an appeal against this verdict is open already")
        if _find_called(unit, verdict, called) is not None:
            raise ConflictError("the appeal of that reference against this content was answered already")
        return _open(unit, desk, verdict, at, called, actor)

    return desk.store.transact(work)


def answer_appeal(desk: ReviewDesk, who: User, lease: Lease, appeal_id: AppealId, *, uphold: bool) -> Recorded:
    """The verdict stands, or is reversed and its content decided again by whoever holds the job.

    Raises:
        NotFoundError: the job has no such appeal.
        RefusedError: the person is no senior reviewer, or gave the verdict (alone: and the delay is not over).
        ConflictError: the lease is over, or the appeal was answered before.
    """

    def work(unit: UnitOfWork, at: datetime, case: Case, job: ReviewJob) -> Recorded:
        made = unit.get_appeal(appeal_id)
        if made.case_id != case.id:
            raise NotFoundError("the job has no appeal of that id")
        if made.state is not AppealState.OPEN:
            raise ConflictError(f"this appeal was answered: {made.state}")
        refusal = why_not_judge(unit, desk, who, made, at)
        if refusal:
            raise RefusedError(refusal)
        state = AppealState.UPHELD if uphold else AppealState.OVERTURNED
        unit.put_appeal(replace(made, state=state, answered_by=who.id, answered_at=at))
        if not uphold:
            take_back(unit, case, standing_on(unit, job, unit.get_verdict(made.verdict_id).content_id), at)
        own = who.id in judges_of(unit, made)
        note(unit, at, who.actor, "review.answer_appeal", case.id, state=state, self_review=own)
        return settle_job(unit, desk, job, who, at)

    return at_job(desk, who, lease, work)


def why_not_judge(reader: Reader, desk: ReviewDesk, who: User, made: Appeal, at: datetime) -> str:
    """Why a person may not answer an appeal, in words; "" when they may."""
    if not senior(who):
        return "an appeal is answered by a senior reviewer"
    if who.id not in judges_of(reader, made):
        return ""
    return decide.why_not_own(made.at, at, desk.policy, another=_OWN)


def _checked(reference: str | None) -> str | None:
    called = (reference or "").strip() or None
    if called is not None and (len(called) > _REFERENCE_CHARACTERS or not called.isprintable()):
        raise InputError(f"an appeal's reference has at most {_REFERENCE_CHARACTERS} printable characters")
    return called


def _cases(unit: UnitOfWork, against: AppealedAgainst) -> list[Case]:
    """The cases that are meant, each taken before anything of it, oldest first; all that is named must fit together."""
    named = against.case_id
    if against.content_id is not None:
        case_id = unit.get_content(against.content_id).case_id
        if named not in {None, case_id}:
            raise InputError("the content that the appeal names is of another case than the one that it names")
        named = case_id
    if against.subject is None:
        if named is None:
            raise InputError("an appeal names the case, the content or the account that it is about")
        return [unit.take_case(named)]
    subject = unit.find_subject(against.subject)
    if subject is None:
        raise NotFoundError("no account of that reference is known here")
    cases = [each.id for each in reversed(unit.cases_of(subject.id))]
    if named is not None and named not in cases:
        raise InputError("the case or content that the appeal names is of another account than the one that it names")
    return [unit.take_case(each) for each in cases if named in {None, each}]


def _final(unit: UnitOfWork, case: Case, against: AppealedAgainst) -> list[Verdict]:
    """The last final verdict on each content that is meant; where none is named, those that call it reportable."""
    named = against.content_id is not None or against.content_reference is not None
    meant = {
        each.id
        for each in unit.contents_of(case.id)
        if against.content_id in {None, each.id} and against.content_reference in {None, each.reference}
    }
    last = {
        each.content_id: each
        for each in unit.verdicts_of(case.id)
        if each.content_id in meant and each.standing is VerdictStanding.FINAL
    }
    return [each for each in last.values() if named or each.decision.reportable]


def _open(
    unit: UnitOfWork, desk: ReviewDesk, verdict: Verdict, at: datetime, reference: str | None, actor: str
) -> Appeal:
    case, job, verdict = take_verdict(unit, verdict.id)
    if verdict.standing is not VerdictStanding.FINAL:
        raise ConflictError("only a final verdict can be appealed against; this one is still in review or reversed")
    there = _find_open(unit, verdict) or _find_called(unit, verdict, reference)
    if there is not None:
        return there
    made = Appeal(
        id=AppealId(new_id(at)),
        case_id=case.id,
        verdict_id=verdict.id,
        at=at,
        reference=reference,
        state=AppealState.OPEN,
    )
    unit.put_appeal(made)
    note(unit, at, actor, "review.appeal", case.id, verdict=verdict.id)
    settle_job(unit, desk, job, None, at)
    return made


def _find_open(unit: UnitOfWork, verdict: Verdict) -> Appeal | None:
    """An open appeal against what was said of that content: two people who agreed gave two verdicts, and one answer."""
    return next(
        (
            each
            for each in unit.appeals_of(verdict.case_id)
            if each.state is AppealState.OPEN and unit.get_verdict(each.verdict_id).content_id == verdict.content_id
        ),
        None,
    )


def _find_called(unit: UnitOfWork, verdict: Verdict, reference: str | None) -> Appeal | None:
    """The appeal of that reference against that content, in whatever state; one without a reference is always new."""
    if reference is None:
        return None
    return next(
        (
            each
            for each in unit.appeals_of(verdict.case_id)
            if each.reference == reference and unit.get_verdict(each.verdict_id).content_id == verdict.content_id
        ),
        None,
    )
