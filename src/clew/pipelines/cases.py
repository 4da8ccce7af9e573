"""Open a case from a hit or a flag, add to it what belongs to its subject, and read all of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import InputError
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.paging import tell
from clew.pipelines.review_desk import ReviewDesk, note
from clew.records.audit import AuditEvent
from clew.records.case import (
    NO_FACTS,
    Case,
    CaseAlert,
    CaseState,
    Content,
    ContentKind,
    FlagReason,
    Message,
    NotHeld,
    Origin,
    ReportRoute,
    UploadFacts,
)
from clew.records.identifiers import CaseId, ContentId, HitId, JobId, SubjectId
from clew.records.match import Channel, Hit
from clew.records.people import User
from clew.records.review import (
    Appeal,
    JobState,
    Lane,
    Lease,
    Look,
    ReviewJob,
    SecondOpinion,
    Verdict,
    VerdictStanding,
)
from clew.records.signal import Signal
from clew.records.subject import Particulars, Subject
from clew.records.viewing import EarlierViewing, FileViewing
from clew.review import decide, queue
from clew.review.ledger import file_viewing
from clew.settings import Review

# Of one call; a longer thread comes in parts.
MOST_MESSAGES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How cases are opened.

    Attributes:
        seals: whether the bytes of uploads are about to be sealed.
    """

    policy: Review
    environment: str
    seals: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HitContent:
    """A hit with what was known of its upload."""

    hit: Hit
    signals: tuple[Signal, ...]
    facts: UploadFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A case that somebody asks for: of whom, why, in which lane.

    Attributes:
        reference: the subject's; None is one of whom nothing is known.
    """

    reference: str | None
    at: datetime
    origin: Origin = Origin.HIT
    lane: Lane = Lane.ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What somebody at the platform reported: a file by its digests, a thread, or only that something is wrong.

    Attributes:
        subject: the platform's own id of the account that is reported.
        lane: an urgent lane that the platform asks for itself.
        messages: a thread, with context; `content_id` and `place` are given anew.
    """

    subject: str
    reason: FlagReason
    reference: str | None = None
    signals: tuple[Signal, ...] = ()
    media_type: str | None = None
    size_bytes: int | None = None
    facts: UploadFacts = NO_FACTS
    messages: tuple[Message, ...] = ()
    infant: bool = False
    accessible_child: bool = False
    safeguarding: bool | None = None
    origin: Origin = Origin.FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """What became of a flag."""

    case: Case
    job: ReviewJob
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything about one case but the text of its messages, which is read apart and logged."""

    case: Case
    subject: Subject
    job: ReviewJob
    contents: list[Content]
    verdicts: list[Verdict]
    opinions: list[SecondOpinion]
    appeals: list[Appeal]
    viewings: dict[ContentId, FileViewing]
    alerts: list[CaseAlert]


# ---------------------------------------------------------------- opening


def open_from_hits(unit: UnitOfWork, found: Sequence[HitContent], opening: Opening) -> list[Content]:
    """Each hit is a content of its subject's open case, which is opened if there is none, and its job waits.

    Each case is opened or joined once, whatever the number of its hits, and in the order of their subjects' names: two
    works that join the same cases take them in the same order. A hit of an unnamed subject has a case of its own.
    """
    groups: dict[tuple[str, str], list[HitContent]] = defaultdict(list)
    for each in found:
        name = each.facts.subject
        groups[("", each.hit.id) if name is None else (name, "")].append(each)
    in_order = sorted(groups)
    wanted = [Wanted(reference=key[0] or None, at=groups[key][0].hit.at) for key in in_order]
    opened = _open_cases(unit, wanted, opening, "system:screening")
    contents = {
        each.hit.id: _content_of_hit(each, case, opening)
        for key, (case, _) in zip(in_order, opened, strict=True)
        for each in groups[key]
    }
    return _add(unit, [contents[each.hit.id] for each in found])


def _content_of_hit(found: HitContent, case: Case, opening: Opening) -> Content:
    hit = found.hit
    content = Content(
        id=ContentId(new_id(hit.at)),
        case_id=case.id,
        kind=ContentKind.FILE,
        origin=Origin.HIT,
        added_at=hit.at,
        reference=hit.reference,
        hit_ids=(hit.id,),
        signals=_kept(found.signals),
        size_bytes=hit.size_bytes,
        media_type=hit.media_type,
        not_held=_why_not_held(hit, opening),
    )
    return _with_facts(content, found.facts)


def open_cases(desk: ReviewDesk, hit_ids: Sequence[HitId], *, actor: str) -> list[Content]:
    """Hits that were found without opening a case, such as those of a folder run, are reviewed from now on."""
    at = desk.clock()
    opening = Opening(policy=desk.policy, environment=desk.environment, seals=False)

    def work(unit: UnitOfWork) -> list[Content]:
        made = []
        for hit_id in hit_ids:
            there = unit.find_content_of_hit(hit_id)
            if there is None:
                hit = unit.get_hit(hit_id)
                signals = tuple({match.signal: None for match in hit.matches})
                (there,) = open_from_hits(unit, [HitContent(hit=hit, signals=signals, facts=NO_FACTS)], opening)
                note(unit, at, actor, "case.open_hit", there.case_id)
            made.append(there)
        return made

    return desk.store.transact(work)


def flag(desk: ReviewDesk, wanted: Flag, *, actor: str) -> Flagged:
    """What was reported is a content of its subject's open case, and its job waits, in the lane that it asks for.

    Raises:
        InputError: the thread is longer than one call may bear.
    """
    if len(wanted.messages) > MOST_MESSAGES:
        raise InputError(f"a thread may bear {MOST_MESSAGES:,} messages, got {len(wanted.messages):,}")
    at = desk.clock()
    lane = queue.lane_of(wanted.reason, infant=wanted.infant, accessible_child=wanted.accessible_child)
    if wanted.origin is Origin.CONTEXT:
        lane = Lane.ORDINARY
    opening = Opening(policy=desk.policy, environment=desk.environment, seals=False)

    def work(unit: UnitOfWork) -> Flagged:
        asked = Wanted(reference=wanted.subject, at=at, origin=wanted.origin, lane=lane)
        ((case, job),) = _open_cases(unit, [asked], opening, actor)
        if wanted.safeguarding is not None and wanted.safeguarding != case.safeguarding:
            case = _mark(unit, case, wanted.safeguarding, at, actor)
        (content,) = _add(unit, [_with_facts(_flagged_content(wanted, case, at), wanted.facts)])
        if wanted.messages:
            unit.add_messages(
                [replace(each, content_id=content.id, place=place) for place, each in enumerate(wanted.messages)]
            )
        note(unit, at, actor, "case.flag", case.id, reason=wanted.reason, lane=lane, messages=len(wanted.messages))
        return Flagged(case=case, job=unit.get_job(job.id), content=unit.get_content(content.id))

    return desk.store.transact(work)


def _flagged_content(wanted: Flag, case: Case, at: datetime) -> Content:
    is_file = bool(wanted.signals) or wanted.size_bytes is not None
    return Content(
        id=ContentId(new_id(at)),
        case_id=case.id,
        kind=ContentKind.THREAD if wanted.messages or not is_file else ContentKind.FILE,
        origin=wanted.origin,
        added_at=at,
        reference=wanted.reference,
        signals=wanted.signals,
        size_bytes=wanted.size_bytes,
        media_type=wanted.media_type,
        not_held=NotHeld.HASHES_ONLY if is_file else NotHeld.NO_FILE,
        flagged_as=wanted.reason if wanted.origin is Origin.FLAG else None,
    )


def _open_cases(
    unit: UnitOfWork, wanted: Sequence[Wanted], opening: Opening, actor: str
) -> list[tuple[Case, ReviewJob]]:
    """Each subject's open case and its job: joined when there is one, else opened. They are held till the commit."""
    subjects = unit.take_subjects([_new_subject(each) for each in wanted])
    ours = [_new_case(each, subject, opening) for each, subject in zip(wanted, subjects, strict=True)]
    cases = unit.take_open_cases(ours)
    new = {case.id: _new_job(each, case, opening.policy) for each, case in zip(wanted, ours, strict=True)}
    unit.add_jobs([new[case.id] for case in cases if case.id in new])
    opened = []
    for each, case in zip(wanted, cases, strict=True):
        if case.id in new:
            job = new[case.id]
            note(unit, each.at, actor, "case.open", case.id, origin=each.origin, lane=each.lane)
            tell(unit, job, opening.policy, each.at)
        else:
            job = _join(unit, each, case, opening.policy)
            note(unit, each.at, actor, "case.join", case.id, origin=each.origin, lane=job.lane)
        opened.append((case, job))
    return opened


def _join(unit: UnitOfWork, wanted: Wanted, case: Case, policy: Review) -> ReviewJob:
    """The job of a case that more has come to: what was decided stays, and what has come now is open to anybody."""
    job = unit.take_job(unit.get_job_of_case(case.id).id)
    joined = queue.raised(job, wanted.lane, wanted.at, policy)
    if job.state is JobState.DECIDED:
        joined = replace(joined, since=wanted.at, due_at=queue.due_at(joined.lane, wanted.at, policy))
    if job.state is not JobState.HELD:
        joined = replace(
            joined, state=JobState.WAITING, look=_look_of_joined(job), not_by=(), not_before=None, decided_at=None
        )
    if joined != job:
        unit.change_job(joined)
    if joined.since != job.since:
        tell(unit, joined, policy, wanted.at)
    return joined


def _new_subject(wanted: Wanted) -> Subject:
    return Subject(
        id=SubjectId(new_id(wanted.at)),
        reference=wanted.reference,
        particulars=Particulars(),
        safeguarding=False,
        created_at=wanted.at,
        changed_at=wanted.at,
    )


def _new_case(wanted: Wanted, subject: Subject, opening: Opening) -> Case:
    return Case(
        id=CaseId(new_id(wanted.at)),
        subject_id=subject.id,
        state=CaseState.OPEN,
        origin=wanted.origin,
        opened_at=wanted.at,
        safeguarding=subject.safeguarding,
        environment=opening.environment,
    )


def _new_job(wanted: Wanted, case: Case, policy: Review) -> ReviewJob:
    return ReviewJob(
        id=JobId(new_id(wanted.at)),
        case_id=case.id,
        subject_id=case.subject_id,
        lane=wanted.lane,
        state=JobState.WAITING,
        look=Look.FIRST,
        opened_at=wanted.at,
        since=wanted.at,
        due_at=queue.due_at(wanted.lane, wanted.at, policy),
    )


def _look_of_joined(job: ReviewJob) -> Look:
    return job.look if job.look in {Look.SENIOR, Look.APPEAL} and job.state is not JobState.DECIDED else Look.FIRST


def _add(unit: UnitOfWork, contents: Sequence[Content]) -> list[Content]:
    """The contents are stored; known, when a final verdict on identical bytes stands."""
    known = unit.known_verdicts({each.sha256 for each in contents if each.sha256 is not None})
    stored = [replace(each, known=None if each.sha256 is None else known.get(each.sha256)) for each in contents]
    unit.add_contents(stored)
    return stored


def _kept(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Of the upright whole only: turned forms and frames are for searching, and a report wants none of them."""
    return tuple(each for each in signals if each.form is None)


def _why_not_held(hit: Hit, opening: Opening) -> NotHeld:
    if hit.channel is Channel.HASHES or hit.size_bytes is None or hit.channel is Channel.FOLDER:
        return NotHeld.HASHES_ONLY
    return NotHeld.SEALING if opening.seals else NotHeld.VAULT_OFF


def _with_facts(content: Content, facts: UploadFacts) -> Content:
    return replace(
        content,
        file_name=facts.file_name,
        uploaded_at=facts.uploaded_at,
        url=facts.url,
        publicly_available=facts.publicly_available,
        ip_event=facts.ip_event,
        device=facts.device,
        provenance=facts.provenance,
    )


# ---------------------------------------------------------------- what belongs to it


def put_subject(
    desk: ReviewDesk, reference: str, particulars: Particulars, *, safeguarding: bool | None = None, actor: str
) -> Subject:
    """The subject has these particulars from now on; it need not have a case yet."""
    at = desk.clock()

    def work(unit: UnitOfWork) -> Subject:
        made = Subject(
            id=SubjectId(new_id(at)),
            reference=reference,
            particulars=particulars,
            safeguarding=bool(safeguarding),
            created_at=at,
            changed_at=at,
        )
        (there,) = unit.take_subjects([made])
        if there.id != made.id:
            unit.change_subject(there.id, at, particulars=particulars, safeguarding=safeguarding)
        open_case = unit.find_open_case(there.id, desk.environment)
        if safeguarding is not None and open_case is not None and open_case.safeguarding != safeguarding:
            _mark(unit, unit.take_case(open_case.id), safeguarding, at, actor)
        facts: dict[str, str | int | bool | None] = {
            "emails": len(particulars.emails),
            "phones": len(particulars.phones),
            "ip_events": len(particulars.ip_events),
            "devices": len(particulars.devices),
            "payments": len(particulars.payments),
            "safeguarding": safeguarding,
        }
        unit.audit(AuditEvent(at=at, actor=actor, act="subject.put", subject=f"subject:{there.id}", facts=facts))
        return unit.get_subject(there.id)

    return desk.store.transact(work)


def set_safeguarding(desk: ReviewDesk, who: User, lease: Lease, *, on: bool) -> Case:
    """The child behind the account was extorted, or was not: the case is on the safeguarding track, or off it.

    Raises:
        ConflictError: the lease is over.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> Case:
        case = unit.take_case(unit.get_job(lease.job_id).case_id)
        queue.demand_lease(unit.take_job(lease.job_id), lease, at)
        return _mark(unit, case, on, at, who.actor)

    return desk.store.transact(work)


def set_route(desk: ReviewDesk, who: User, case_id: CaseId, route: ReportRoute, because: str | None = None) -> Case:
    """The case goes to the receiver for action, or as information only, which needs its reason."""
    if route is ReportRoute.INFORMATIONAL and not (because or "").strip():
        raise InputError("an informational report needs its reason: why nobody can act on it")
    at = desk.clock()

    def work(unit: UnitOfWork) -> Case:
        case = unit.take_case(case_id)
        changed = replace(
            case, route=route, informational_because=because if route is ReportRoute.INFORMATIONAL else None
        )
        unit.change_case(changed)
        note(unit, at, who.actor, "case.route", case_id, route=route)
        return changed

    return desk.store.transact(work)


def close_case(unit: UnitOfWork, case_id: CaseId, at: datetime, *, actor: str, because: str) -> Case:
    """The case is over: nothing joins it any more. Called in the transaction of what ended it, such as a receipt."""
    case = unit.take_case(case_id)
    if case.state is CaseState.CLOSED:
        return case
    closed = replace(case, state=CaseState.CLOSED, closed_at=at)
    unit.change_case(closed)
    note(unit, at, actor, "case.close", case_id, because=because)
    return closed


def _mark(unit: UnitOfWork, case: Case, on: bool, at: datetime, actor: str) -> Case:
    marked = replace(case, safeguarding=on)
    unit.change_case(marked)
    unit.change_subject(case.subject_id, at, safeguarding=on)
    note(unit, at, actor, "case.safeguarding", case.id, on=on)
    return marked


# ---------------------------------------------------------------- reading


def case_file(reader: Reader, case_id: CaseId) -> CaseFile:
    """All of a case but its messages' text."""
    case = reader.get_case(case_id)
    job = reader.get_job_of_case(case_id)
    contents = reader.contents_of(case_id)
    return CaseFile(
        case=case,
        subject=reader.get_subject(case.subject_id),
        job=job,
        contents=contents,
        verdicts=reader.verdicts_of(case_id),
        opinions=reader.opinions_of(job.id),
        appeals=reader.appeals_of(case_id),
        viewings=viewings_of(reader, case_id, contents),
        alerts=reader.case_alerts(case_id=case_id),
    )


def viewing_of(reader: Reader, content: Content) -> FileViewing:
    """What the ledger says of one content."""
    return file_viewing(
        content,
        reader.views_of(content.id),
        reader.confirmations_of(content.id),
        _earlier(content, reader.full_viewings([] if content.sha256 is None else [content.sha256])),
    )


def viewings_of(reader: Reader, case_id: CaseId, contents: Sequence[Content]) -> dict[ContentId, FileViewing]:
    """What the ledger says of contents of a case, read once for all of them."""
    views, words = defaultdict(list), defaultdict(list)
    for view in reader.views_of_case(case_id):
        views[view.content_id].append(view)
    for word in reader.confirmations_of_case(case_id):
        words[word.content_id].append(word)
    full = reader.full_viewings({each.sha256 for each in contents if each.sha256 is not None})
    return {each.id: file_viewing(each, views[each.id], words[each.id], _earlier(each, full)) for each in contents}


def _earlier(content: Content, full: Mapping[bytes, Sequence[EarlierViewing]]) -> list[EarlierViewing]:
    """Full viewings of identical bytes in other uploads."""
    same = full.get(content.sha256, ()) if content.sha256 is not None else ()
    return [each for each in same if each.content_id != content.id]


def reportable_contents(reader: Reader, case_id: CaseId) -> list[tuple[Content, Verdict, FileViewing]]:
    """What belongs into a report of the case now: contents with a verdict that a report may rest on, in their order."""
    job = reader.get_job_of_case(case_id)
    latest: dict[ContentId, Verdict] = {}
    for verdict in reader.verdicts_of(case_id):
        if verdict.standing is not VerdictStanding.REVERSED:
            latest[verdict.content_id] = verdict
    wanted = [
        each for each in reader.contents_of(case_id) if each.id in latest and decide.may_file(latest[each.id], job.lane)
    ]
    viewings = viewings_of(reader, case_id, wanted)
    return [(each, latest[each.id], viewings[each.id]) for each in wanted]
