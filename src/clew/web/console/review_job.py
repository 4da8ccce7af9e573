"""One review job: what is known of each file without opening it, the decision, and what was viewed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from clew.parts.stores.base import Reader
from clew.pipelines.alerts import standing_alerts
from clew.pipelines.appeals import why_not_judge
from clew.pipelines.case_file import CaseFile, case_file
from clew.pipelines.lanes import why_not_agree
from clew.pipelines.reported import has_unordered, is_filed
from clew.pipelines.review import who_may_take
from clew.pipelines.review_desk import senior
from clew.pipelines.settling import waits_for
from clew.pipelines.views import COST_OF_NOT_VIEWING, earlier_verdict, narrative
from clew.records.case import Content, ContentKind, Message, NotHeld, ReportRoute
from clew.records.identifiers import ContentId, JobId
from clew.records.match import Hit
from clew.records.people import Role, User
from clew.records.review import (
    AppealState,
    JobState,
    Lane,
    Look,
    Verdict,
    VerdictStanding,
)
from clew.records.viewing import FileViewing
from clew.web.console import alerts, review_words
from clew.web.console.exposure import meter_of
from clew.web.console.holding import desk_of
from clew.web.console.pages import page
from clew.web.console.review import barred
from clew.web.console.undoing import holds, may_reverse, undo_of
from clew.web.console.views import ANIMATED, FILM_MB, FILMS, PICTURES, no_picture, streams
from clew.web.door import door_of
from clew.web.reads import note

router = APIRouter(include_in_schema=False)

_HITS_READ = 50
TOLD = {
    "viewed": "The ledger says that you viewed all of it.",
    "second": "A second look at that file is asked for.",
    "raised": "The job is in the lane of danger now, and people on call are told. Decide the file too.",
    "raised-already": "The job was in the lane of danger already. Decide the file too.",
    "lane": "The lane is changed.",
    "lane-asked": "A less urgent lane is asked for; it holds once a second look agrees.",
    "undone": "The verdict is taken back. Its file is to be decided again.",
    "appeal": "The appeal is answered. Nobody is told of it: that is yours to do.",
    "appealed": "The appeal is passed on, and waits for its answer.",
    "route": "The route is changed.",
    "safeguarding": "The safeguarding mark is changed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file or thread of the job, as its card shows it.

    Attributes:
        pane: "known", "viewed", "partly", "locked" or "sealed": its pattern and icon.
        left: whether the person who holds the job can still decide it.
        earlier: the final verdict on identical bytes of another case.
    """

    content: Content
    name: str
    pane: str
    words: str
    small: str
    verdict: Verdict | None
    left: bool
    earlier: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the job's ledger."""

    at: datetime
    words: str


@router.get("/review/{job_id}")
def show_job(
    request: Request,
    job_id: str,
    content: Annotated[str, Query(max_length=64)] = "",
    facts: bool = False,
    prompt: bool = False,
    undo: Annotated[str, Query(max_length=64)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The page. Facts of the subject and the files stand there for whoever holds the job.

    Args:
        content: the one to judge; else the first that is left.
        facts: show the subject's identifiers whole, which is written down.
        prompt: show what was asked of a model, which is written down too.
    """
    desk, who = desk_of(request)
    now = desk.clock()
    with desk.store.read() as reader:
        whole = case_file(reader, reader.get_job(JobId(job_id)).case_id)
        held = holds(who, whole.job, now)
        waiting = waits_for(reader, desk, whole.job, who if held else None, now)
        left = waiting.left_to_holder
        takers = [each.name for each in who_may_take(reader, whole.job)]
        file = replace(whole, verdicts=_open_to(who, whole.verdicts))
        parts = _parts(reader, file, left)
        appealed = {reader.get_verdict(each.verdict_id).content_id for each in whole.open_appeals}
        chosen = _chosen(parts, content, appealed)
        hits = [reader.get_hit(each) for each in (chosen.content.hit_ids if chosen else ())[:_HITS_READ]]
        shown: dict[str, Any] = {
            "hits": hits,
            "ledger": _ledger(reader, file, who),
            "undoing": undo_of(desk, reader, who, undo, now),
            "reasons": review_words.why(file.job, file.contents, _hits(reader, file)),
            "earlier": [each for each in reader.cases_of(file.subject.id) if each.id != file.case.id],
            "names": {each.by: review_words.name_of(reader, each.by, who.id) for each in file.verdicts},
            "asked": _asked_for(reader, file, who),
            "alerts": alerts.shown(reader, who, standing_alerts(reader, case_id=file.case.id)),
            "refusals": {each.id: why_not_judge(reader, desk, who, each, now) for each in file.appeals},
            "appealed": {each.id: reader.get_verdict(each.verdict_id).content_id for each in file.appeals},
            "addressed": sum(each.ip_event is not None for each in _messages(reader, chosen)),
            "clock": review_words.clock_of(reader, file.job, now),
            "filed": is_filed(reader, file.case.id),
            "to_report": has_unordered(reader, file.case.id),
            "states": {each.hash_list.id: each for each in reader.list_states(now)},
        }
    in_appeal = {shown["appealed"][each.id] for each in file.open_appeals}
    facts, prompt = facts and held, prompt and held
    note(request, "review.open", f"case:{file.case.id}", held=held, facts=facts, prompt=prompt)
    searched = sum(each.entries for each in door_of(request).installation.index.status().types)
    return page(
        request,
        "review_job.html",
        place="review",
        file=file,
        job=file.job,
        held=held,
        barred=barred(file.job, who, now),
        takers=takers,
        alone=desk.policy.one_person,
        parts=parts,
        chosen=chosen,
        left=left,
        part_names={part.content.id: part.name for part in parts},
        next_name=_next_name(parts, chosen),
        facts=facts,
        prompt=prompt,
        searched=searched,
        viewing=file.viewings.get(chosen.content.id) if chosen else None,
        narrative=narrative,
        once_opened=lambda viewing: narrative(replace(viewing, partial_views=1)),
        cost=COST_OF_NOT_VIEWING,
        whole_shown=chosen is not None and chosen.content.media_type in PICTURES | FILMS,
        animated=ANIMATED,
        no_picture=no_picture(chosen.content) if chosen else "",
        streams=chosen is not None and streams(chosen.content),
        film_mb=FILM_MB,
        is_film=chosen is not None and chosen.content.media_type in FILMS,
        meter=meter_of(desk, who),
        renew_s=20 * desk.policy.lease_minutes,
        is_senior=senior(who),
        composes=who.has(Role.REPORTER, Role.SENIOR_REVIEWER),
        in_appeal=in_appeal,
        may_end=alerts.may_end(who),
        may_reverse=lambda verdict: verdict.content_id not in in_appeal and may_reverse(who, verdict, whole, now),
        not_agree=why_not_agree(desk, who, file.job, now),
        free_at=waiting.not_before,
        told=TOLD.get(said, ""),
        review_words=review_words,
        JobState=JobState,
        Lane=Lane,
        Look=Look,
        ContentKind=ContentKind,
        ReportRoute=ReportRoute,
        VerdictStanding=VerdictStanding,
        AppealState=AppealState,
        **shown,
    )


def _open_to(who: User, verdicts: list[Verdict]) -> list[Verdict]:
    """What the person may know: another's verdict that waits for a second look would lead whoever gives it."""
    return [each for each in verdicts if each.standing is not VerdictStanding.PROVISIONAL or each.by == who.id]


def _hits(reader: Reader, file: CaseFile) -> list[Hit]:
    ids = [hit_id for each in file.contents for hit_id in each.hit_ids]
    return [reader.get_hit(hit_id) for hit_id in ids[:_HITS_READ]]


def _parts(reader: Reader, file: CaseFile, left: tuple[ContentId, ...]) -> list[Part]:
    standing = {each.content_id: each for each in file.verdicts if each.standing is not VerdictStanding.REVERSED}
    asked = {each.content_id for each in file.opinions if each.answered_at is None}
    parts = []
    for content, name in zip(file.contents, review_words.part_names(file.contents), strict=True):
        earlier = earlier_verdict(reader, content)
        pane, state, small = _state(content, file.viewings[content.id], earlier)
        verdict = standing.get(content.id)
        if verdict is not None:
            state, small = review_words.DECISIONS[verdict.decision], state.lower()
        if content.id in asked:
            small = "a second look is due"
        parts.append(
            Part(
                content=content,
                name=name,
                pane=pane,
                words=state,
                small=small,
                verdict=verdict,
                left=content.id in left,
                earlier=earlier,
            )
        )
    return parts


def _messages(reader: Reader, chosen: Part | None) -> list[Message]:
    """Of the chosen thread; of them nothing is shown here but how many came with an address."""
    thread = chosen is not None and chosen.content.kind is ContentKind.THREAD
    return reader.messages_of(chosen.content.id) if chosen is not None and thread else []


def _state(content: Content, viewing: FileViewing, earlier: Verdict | None) -> tuple[str, str, str]:
    """Pane, words and small words of a content."""
    destroyed = content.not_held is NotHeld.DESTROYED  # whatever was seen of it before: nobody opens it again
    if not destroyed and earlier is not None and earlier.decision.reportable:
        return "known", "Known, reportable", "will not be shown again"
    kind = review_words.kind_of(content)
    if content.kind is ContentKind.THREAD:
        seen = viewing.partial_views > 0
        return ("partly", "Read", kind) if seen else ("sealed", "Hidden", kind)
    if viewing.viewed and not destroyed:
        return "viewed", "Viewed in full", "and confirmed"
    if content.object_id is None:
        why = review_words.NOT_HELD[content.not_held] if content.not_held else "no bytes are held"
        return "locked", "Not held", why
    if viewing.partial_views:
        return "partly", "Partly viewed", "does not count as viewed"
    return "sealed", "Sealed, not opened", kind


def _chosen(parts: list[Part], wanted: str, appealed: set[ContentId]) -> Part | None:
    """The part that is asked for; else one to decide, else one that is appealed against."""
    named = [part for part in parts if part.content.id == wanted]
    left = [part for part in parts if part.left]
    asked = [part for part in parts if part.content.id in appealed]
    return next(iter(named or left or asked or parts), None)


def _next_name(parts: list[Part], chosen: Part | None) -> str:
    """Where recording leads: the next file that is left, in the order of the list; "" for the next job."""
    left = [part for part in parts if part.left and part is not chosen]
    if not left or chosen is None:
        return ""
    at = parts.index(chosen)
    return next((part.name for part in left if parts.index(part) > at), left[0].name)


def _ledger(reader: Reader, file: CaseFile, who: User) -> list[Line]:
    """Views, the words given on them, and verdicts, newest first."""
    names = dict(zip((each.id for each in file.contents), review_words.part_names(file.contents), strict=True))
    lines = []
    for content in file.contents:
        for event in reader.views_of(content.id):
            by = "" if event.person == who.id else ", by another person"
            lines.append(Line(at=event.at, words=f"{names[content.id]}: {review_words.viewing(event)}{by}."))
        for word in reader.confirmations_of(content.id):
            by = "you" if word.person == who.id else "another person"
            lines.append(Line(at=word.at, words=f"{names[content.id]}: confirmed by {by}."))
    for verdict in file.verdicts:
        said = review_words.DECISIONS[verdict.decision]
        gone = ", reversed since" if verdict.standing is VerdictStanding.REVERSED else ""
        unopened = "" if verdict.opened else ", unopened"
        lines.append(Line(at=verdict.at, words=f"{names[verdict.content_id]}: {said.lower()}{unopened}{gone}."))
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _asked_for(reader: Reader, file: CaseFile, who: User) -> dict[ContentId, list[str]]:
    """Which second opinions are open, and who asked."""
    found: dict[ContentId, list[str]] = {}
    for each in file.opinions:
        if each.answered_at is None:
            by = review_words.name_of(reader, each.asked_by, who.id)
            found.setdefault(each.content_id, []).append(by)
    return found
