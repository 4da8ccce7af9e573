"""The work of the day as Today shows it: the job that comes first, and how far the day's hits have come."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clew.parts.stores._evidence import Kept
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import Reader
from clew.pipelines.alerts import count_alerts, standing_alerts
from clew.pipelines.filing_shown import FilingStanding, filing_standing
from clew.pipelines.reported import untold_jobs
from clew.pipelines.review import jobs_for_nobody
from clew.pipelines.review_desk import senior
from clew.records.audit import AuditFilter
from clew.records.filing import FilingState
from clew.records.people import User
from clew.records.review import JobState, ReviewJob
from clew.settings import Settings
from clew.web.console import alerts, review_words, words
from clew.web.console.navigation import may_open

# Verdicts and filings of one day; more are said to be more.
_ALERTS = 50
_MOST = 1_000
_AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knot:
    """One step of the day's thread; `link` is "" where the person may not go."""

    name: str
    figure: str
    small: str
    quiet: str = ""
    link: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextJob:
    """The job that comes first for this person.

    Attributes:
        clock: None when nothing is urgent.
    """

    job: ReviewJob
    what: str
    why: str
    clock: review_words.Clock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How the day's work stands.

    Attributes:
        waiting: jobs that this person may take now.
        urgent: of them, those in an urgent lane whose case is not all told to a clearinghouse.
        others: jobs that wait for other people alone.
        urgent_others: of them, those that are urgent.
        alerts: what stands until a person has seen to it, and where; the newest.
        older_alerts: how many stand besides those.
        all_alerts: where all of them stand; "" where the person may not go.
        standing: how filing stands.
        reports: where reports stand; "" where the person may not go.
        alone: whether one person works here, who looks again later.
        stranded: jobs that nobody who works here may take.
    """

    next: NextJob | None
    waiting: int
    urgent: int
    others: int
    urgent_others: int
    knots: tuple[Knot, ...]
    alerts: tuple[alerts.Shown, ...]
    older_alerts: int
    all_alerts: str
    standing: FilingStanding
    reports: str
    alone: bool
    stranded: int


def work_of(reader: Reader, settings: Settings, who: User, midnight: datetime, now: datetime) -> Work:
    """How it stands for that person; figures of the day count from midnight."""
    standing = filing_standing(reader, settings)
    waiting = reader.count_jobs(JobFilter(state=JobState.WAITING))
    urgent = reader.count_jobs(JobFilter(state=JobState.WAITING, urgent=True))
    held = reader.count_jobs(JobFilter(state=JobState.HELD))
    reviews = may_open(who, "/review")
    mine = JobFilter(open_to=who.id, senior=senior(who), at=now)
    free = reader.count_jobs(replace(mine, state=JobState.WAITING)) if reviews else 0
    mine_urgent = untold_jobs(reader, replace(mine, urgent=True)) if reviews else set()
    in_review = Knot(
        name="In review",
        figure=words.number(waiting + held),
        small=f"{words.number(urgent)} urgent, {words.number(waiting - urgent)} in order",
        quiet=f"{words.number(held)} held now",
        link="/review" if reviews else "",
        here=bool(waiting),
    )
    reports = "/reports" if may_open(who, "/reports") else ""
    filed = _filed(reader, standing, midnight, reports)
    kept = _preserved(reader, now, "/evidence" if may_open(who, "/evidence") else "")
    return Work(
        next=_next(reader, who, now) if reviews else None,
        waiting=reader.count_jobs(mine) if reviews else 0,
        urgent=len(mine_urgent),
        others=waiting - free,
        urgent_others=len(untold_jobs(reader, JobFilter(state=JobState.WAITING, urgent=True)) - mine_urgent),
        knots=(in_review, _verdicts(reader, midnight, "/review?show=decided" if reviews else ""), filed, kept),
        alerts=tuple(alerts.shown(reader, who, standing_alerts(reader, most=_ALERTS))),
        older_alerts=max(count_alerts(reader) - _ALERTS, 0),
        all_alerts="/alerts" if may_open(who, "/alerts") else "",
        standing=standing,
        reports=reports,
        alone=settings.review.one_person,
        stranded=len(jobs_for_nobody(reader)),
    )


def _next(reader: Reader, who: User, now: datetime) -> NextJob | None:
    found = reader.jobs(JobFilter(open_to=who.id, senior=senior(who), at=now, limit=1))
    if not found:
        return None
    job = found[0]
    contents = reader.contents_of(job.case_id)
    hits = [reader.get_hit(hit_id) for each in contents[:8] for hit_id in each.hit_ids[:1]]
    return NextJob(
        job=job,
        what=review_words.what(contents),
        why=review_words.short_why(review_words.why(job, contents, hits)),
        clock=review_words.clock_of(reader, job, now),
    )


def _verdicts(reader: Reader, midnight: datetime, link: str) -> Knot:
    lines = reader.audit_lines(AuditFilter(act="review.verdict", since=midnight, limit=_MOST))
    facts = [line.event.facts for line in lines if line.event is not None]
    unopened = sum(not each.get("opened", True) for each in facts)
    second = sum(bool(each.get("second_look")) for each in facts)
    return Knot(
        name="Verdicts",
        figure=_counted(len(facts)),
        small=f"{words.number(unopened)} decided unopened",
        quiet=f"{words.number(second)} second looks" if second else "",
        link=link,
    )


def _filed(reader: Reader, standing: FilingStanding, midnight: datetime, link: str) -> Knot:
    done = reader.filings(FilingFilter(states=(FilingState.FILED, FilingState.FILED_BY_HAND), limit=_MOST))
    today = [each for each in done if each.finished_at is not None and each.finished_at >= midnight]
    failed = standing.counts.get(FilingState.FAILED, 0)
    going = sum(number for state, number in standing.counts.items() if not state.ended)
    return Knot(
        name="Filed",
        figure=_counted(len(today)),
        small=f"{words.number(failed)} failed, {words.number(going)} on the way",
        quiet="" if standing.on else "filing is switched off",
        link=link,
    )


def _preserved(reader: Reader, now: datetime, link: str) -> Knot:
    ends = reader.endings(now, now + _AHEAD)
    return Knot(
        name="Preserved",
        figure=words.number(reader.count_preservations(now).get(Kept.HELD, 0)),
        small="cases held",
        quiet=f"next ends {words.left(ends[0][1], now)}" if ends else "",
        link=link,
    )


def _counted(number: int) -> str:
    return f"{words.number(number)}+" if number >= _MOST else words.number(number)
