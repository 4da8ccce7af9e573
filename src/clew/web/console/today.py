"""Today: what needs a person now, and what the day has brought."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.parts.stores.base import HitFilter
from clew.pipelines.holds import deadlines
from clew.pipelines.installation import Installation
from clew.records.filing import FilingState
from clew.records.hashlist import LegalBasis, ListState
from clew.records.match import Hit
from clew.records.screening import CountKey, Purpose, PurposeBasis, Run
from clew.web.api.health import faults
from clew.web.console import review_words, words
from clew.web.console.exposure import meter_of
from clew.web.console.navigation import desks_of, may_open
from clew.web.console.pages import page
from clew.web.console.screening import by_day
from clew.web.console.today_work import Knot, Work, work_of
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_SOON = timedelta(days=30)
_RUNS, _HITS, _EVENTS = 5, 500, 6
_PURPOSES = {Purpose.PRIVATE_MESSAGES: "screening private messages", Purpose.KEPT_SIGNALS: "keeping signals"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that asks for a person.

    Attributes:
        tone: "danger", "ongoing" or "plain"; the words say it too.
        told: what a machine said of it, for who mends it; "" when there is no more to say.
        link: where it can be looked at; "" when only a command helps.
    """

    tone: str
    what: str
    why: str
    told: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened."""

    at: datetime
    what: str


@router.get("/")
def show_today(request: Request) -> Response:
    """The page."""
    door = door_of(request)
    installation = door.installation
    now = installation.clock().astimezone(UTC)
    midnight = datetime.combine(now.date(), time(), UTC)
    who = visit_of(request.scope).user
    assert who is not None, "Today is for people with a role"
    if "platform" not in installation.settings.desks:  # whose day this page tells of
        desks = desks_of(who, installation.settings.desks)
        return RedirectResponse(desks[0].link if desks else "/account", 303)
    opens_hits = may_open(who, "/hits")
    with installation.store.read() as reader:
        counts = reader.counts(now.date(), now.date())
        hits = reader.hits(HitFilter(since=midnight, limit=_HITS))
        hit_count = reader.count_hits(HitFilter(since=midnight))
        exact_count = reader.count_hits(HitFilter(since=midnight, exact=True))
        work = work_of(reader, installation.settings, who, midnight, now)
        states = reader.list_states(now)
        bases = [found for purpose in Purpose if (found := reader.find_basis(purpose)) is not None]
        runs = reader.runs(_RUNS)
        overdue = len(deadlines(reader, now, timedelta()))
    needs = [
        *_broken(faults(door)),
        *_unanswered(overdue, "/evidence" if may_open(who, "/evidence") else ""),
        *_alerted(work),
        *_unreported(work),
        *_unreviewed(work),
        *_flooded(hits, opens_hits=opens_hits),
        *_grounds(bases, states, now),
        *_list_needs(states),
    ]
    return page(
        request,
        "today.html",
        place="today",
        says=_says(needs, work) if states else "Nothing is searched yet: there is no list.",
        screened=sum(n for key, n in counts.items() if key.action is not None),
        knots=(*_screening(counts, hit_count, exact_count, opens_hits=opens_hits), *work.knots),
        work=work,
        meter=meter_of(installation.review_desk, who) if may_open(who, "/exposure") else None,
        review_words=review_words,
        hit_count=hit_count,
        exact_count=exact_count,
        needs=needs,
        events=_events(hits, runs, states, now)[:_EVENTS],
        lists=states,
        index=installation.index.status(),
        lasting=_lasting(installation),
    )


def _says(needs: list[Need], work: Work) -> str:
    """The headline; an urgent job that nobody holds comes before it."""
    if not work.urgent:
        return headline(needs, work.waiting)
    return (
        f"{words.count(work.urgent, 'urgent job waits', 'urgent jobs wait')} and nobody holds "
        f"{'it' if work.urgent == 1 else 'them'}. Everything else can keep its order."
    )


def _screening(counts: dict[CountKey, int], hit_count: int, exact_count: int, *, opens_hits: bool) -> tuple[Knot, Knot]:
    """The first two knots of the day's thread."""
    screened = sum(contents for key, contents in counts.items() if key.action is not None)
    rows = by_day(counts)
    lacking = {
        "not in full": sum(each.not_in_full for each in rows),
        "no pictures": sum(each.no_pictures for each in rows),
    }
    return (
        Knot(
            name="Screened",
            figure=words.number(screened),
            small="files and sets of hashes",
            quiet=", ".join(f"{words.number(number)} {what}" for what, number in lacking.items() if number),
            link="/screening",
        ),
        Knot(
            name="Hits",
            figure=words.number(hit_count),
            small=f"{words.number(exact_count)} exact, {words.number(hit_count - exact_count)} near",
            quiet=f"{words.share(hit_count, screened)} of what was screened" if screened else "",
            link="/hits?days=today" if opens_hits else "",
        ),
    )


def headline(needs: list[Need], to_review: int) -> str:
    """The day in a sentence or two, which say nothing else than what stands under "Needs a person"."""
    urgent = sum(each.tone == "danger" for each in needs)
    if urgent:
        return f"{words.count(urgent, 'thing')} cannot wait."
    if not needs:
        return "Nothing waits for a person."
    if not to_review:
        return f"Nothing is urgent. {_ask(len(needs), 'thing below', 'things below')} for a person."
    others = len(needs) - 1
    rest = (
        f"{_ask(others, 'other thing below', 'other things below')} for a person too"
        if others
        else "Nothing else waits"
    )
    return f"{words.count(to_review, 'job waits', 'jobs wait')} for review. {rest}."


def _ask(number: int, one: str, many: str) -> str:
    return f"{words.count(number, one, many)} {'asks' if number == 1 else 'ask'}"


def _broken(reasons: list[str]) -> Iterator[Need]:
    for reason in reasons:
        yield Need(tone="danger", what="The service is not ready", why=reason)


def _unanswered(overdue: int, link: str) -> Iterator[Need]:
    """Of legal requests."""
    if overdue:
        what = f"{words.count(overdue, 'legal request is', 'legal requests are')} overdue"
        why = "An authority waits for an answer past its day. Answer it, and mark it answered."
        yield Need(tone="danger", what=what, why=why, link=link)


def _unreported(work: Work) -> Iterator[Need]:
    """Of reports that have not left the house."""
    standing = work.standing
    if standing.unreported:
        cases = words.count(len(standing.unreported), "decided case", "decided cases")
        urgent = f", {words.number(standing.urgent)} of them urgent" if standing.urgent else ""
        yield Need(
            tone="danger" if standing.urgent else "ongoing",
            what=f"{'At least ' if standing.unreported_more else ''}{cases} without a report{urgent}",
            why="Nothing goes out by itself: a person composes the report and files it, of an urgent case at once.",
            link=work.reports,
        )
    if standing.elsewhere:
        yield Need(
            tone="ongoing",
            what=f"{words.count(standing.elsewhere, 'reportable case', 'reportable cases')} of another environment",
            why="None is ever filed from here. Was it a trial, end it with: clew reports set-aside CASE. Was it real, "
            "file it by the clearinghouse's own form at once, and see why Clew was not in production.",
            link=work.reports,
        )
    handed = standing.counts.get(FilingState.HANDED, 0)
    if handed:
        yield Need(
            tone="ongoing",
            what=f"{words.count(handed, 'package lies', 'packages lie')} ready to be carried to a recipient",
            why="It is filed once its receipt is there, or its number is recorded by hand.",
            link=work.reports,
        )
    going = sum(number for state, number in standing.counts.items() if not state.ended) - handed
    if going and not standing.on:
        yield Need(
            tone="ongoing",
            what=f"{words.count(going, 'report waits', 'reports wait')} because filing is switched off",
            why="It is sent once reporting.filing is set.",
            link=work.reports,
        )


def _alerted(work: Work) -> Iterator[Need]:
    for each in work.alerts:
        alert = each.alert
        yield Need(tone="danger", what=alert.title, why=alert.to_do, told=alert.told, link=each.link)
    if work.older_alerts:
        yield Need(
            tone="danger",
            what=f"{words.count(work.older_alerts, 'older alert stands', 'older alerts stand')} besides",
            why="Each stands until a person has seen to it.",
            link=work.all_alerts,
        )


def _unreviewed(work: Work) -> Iterator[Need]:
    if work.stranded:
        yield Need(
            tone="danger",
            what=f"{words.count(work.stranded, 'job waits', 'jobs wait')} that nobody who works here may take",
            why="It needs a reviewer who has not judged it yet, or a senior one: an administrator adds somebody.",
            link=work.knots[0].link,
        )
    if work.waiting:
        yield Need(
            tone="ongoing",
            what=f"{words.count(work.waiting, 'job waits', 'jobs wait')} for review",
            why="A match is a lead: a person decides, most urgent first.",
            link=work.knots[0].link,
        )
    if work.urgent_others:
        yield Need(
            tone="danger",
            what=f"{words.count(work.urgent_others, 'urgent job waits', 'urgent jobs wait')} for "
            f"{'your second look' if work.alone else 'another person'}",
            why="It comes later; its report does not wait for it, so compose it now."
            if work.alone
            else "Nobody holds it, and you may not take it. Tell a person who reviews, at once.",
            link=work.knots[0].link,
        )
    elif work.others:
        yield Need(
            tone="plain",
            what=f"{words.count(work.others, 'job waits', 'jobs wait')} for other people",
            why="You may not take them: they need another role, a second pair of eyes, or another day.",
            link=work.knots[0].link,
        )


def _flooded(hits: list[Hit], *, opens_hits: bool) -> Iterator[Need]:
    floods = [each for each in hits if each.total_matches > len(each.matches)]
    if floods:
        yield Need(
            tone="ongoing",
            what=f"{words.count(len(floods), 'hit')} with more matches than are kept",
            why="An entry that many pictures come near may be a blank or a template. Look at it before trusting it.",
            link=f"/hits/{floods[0].id}" if opens_hits else "",
        )


def _grounds(bases: list[PurposeBasis], states: list[ListState], now: datetime) -> Iterator[Need]:
    for each in bases:
        what = f"Legal basis for {_PURPOSES[each.purpose]}"
        command = f"clew legal set {each.purpose.value}"
        yield from _ground(each.basis, what, f"It stops by itself. Renew it with: {command}", "", now)
    for state in states:
        what = f"Legal basis of the source {state.source.name}"
        why = f"Its list {state.hash_list.name} is searched until it is removed. Renew the basis or remove the list."
        yield from _ground(state.source.legal_basis, what, why, f"/lists/{state.hash_list.name}", now)


def _ground(basis: LegalBasis, what: str, why: str, link: str, now: datetime) -> Iterator[Need]:
    if basis.until is None or basis.until - now > _SOON:
        return
    ended = basis.until <= now
    yield Need(
        tone="danger" if ended else "ongoing",
        what=f"{what} {'ended' if ended else 'ends'} {words.left(basis.until, now)}",
        why=why,
        link=link,
    )


def _list_needs(states: list[ListState]) -> Iterator[Need]:
    for state in states:
        link = f"/lists/{state.hash_list.name}"
        if state.last_import_faults:
            yield Need(
                tone="plain",
                what=f"{words.count(state.last_import_faults, 'row')} of {state.hash_list.name} could not be taken",
                why="The last import took the good rows. The others are named with what was wrong.",
                link=link,
            )
        if not any(state.entries.values()):
            yield Need(
                tone="plain",
                what=f"The list {state.hash_list.name} is empty",
                why=f"Fill it with: clew lists import FILE --list {state.hash_list.name}",
                link=link,
            )


def _events(hits: list[Hit], runs: list[Run], states: list[ListState], now: datetime) -> list[Event]:
    """What happened, newest first."""
    since = now - timedelta(days=1)
    events = [
        Event(
            at=run.finished_at or run.started_at,
            what=_run(run),
        )
        for run in runs
    ]
    events += [
        Event(at=state.last_import_at, what=f"The list {state.hash_list.name} was imported.")
        for state in states
        if state.last_import_at is not None
    ]
    if hits:
        events.append(Event(at=hits[0].at, what=f"The latest hit: {words.nearness(hits[0]).lower()}."))
    return sorted((each for each in events if each.at > since), key=lambda each: each.at, reverse=True)


def _run(run: Run) -> str:
    """What is known of a folder's screening; whether somebody works on an unfinished one is not."""
    found = f"{words.count(run.hits, 'hit')}, {run.unhashable + run.unread:,} not hashed in full"
    if run.finished_at is not None:
        return f"A folder was screened: {words.count(run.files, 'file')}, {found}."
    done = f"{words.count(run.files, 'file')} {'is' if run.files == 1 else 'are'} done"
    return f"A folder's screening is not finished: {done}, {found}; the same command goes on."


def _lasting(installation: Installation) -> list[tuple[str, bool]]:
    """What is off until it has a legal basis, and whether it is on."""
    at = installation.clock()
    with installation.store.read() as reader:
        found = {purpose: reader.find_basis(purpose) for purpose in Purpose}
    return [(_PURPOSES[purpose], basis is not None and basis.basis.holds(at)) for purpose, basis in found.items()]
