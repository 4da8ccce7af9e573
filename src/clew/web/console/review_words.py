"""How the pages of review say what a job is, why it is here, and how its clock stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clew.parts.stores.base import Reader
from clew.pipelines.reported import is_all_told
from clew.records.case import Content, ContentKind, FlagReason, NotHeld
from clew.records.identifiers import UserId
from clew.records.match import Hit, Match
from clew.records.review import (
    AppealState,
    AskReason,
    Decision,
    FileAnnotation,
    IndustryClass,
    JobState,
    Lane,
    Look,
    ReviewJob,
)
from clew.records.subject import IpEvent
from clew.records.viewing import Filter, ViewEvent
from clew.web.console import words

LANES = {
    Lane.LIVE_DANGER: "Danger now",
    Lane.ONGOING_EXTORTION: "Ongoing extortion",
    Lane.INFANT: "Infant",
    Lane.ACCESSIBLE_CHILD: "A child within reach",
    Lane.ORDINARY: "Ordinary",
}
LOOKS = {
    Look.FIRST: "First look",
    Look.SECOND: "Second look",
    Look.SENIOR: "For a senior reviewer",
    Look.APPEAL: "Appeal",
}
DECISIONS = {
    Decision.SAME_AS_LISTED: "Reportable, same as listed",
    Decision.NOT_LISTED: "Reportable, on no list",
    Decision.NOT_REPORTABLE: "Not reportable",
    Decision.CANNOT_TELL: "Second opinion asked",
}
FLAGS = {
    FlagReason.ABUSE_MATERIAL: "abuse material",
    FlagReason.ENTICEMENT: "enticement of a child",
    FlagReason.EXTORTION: "extortion",
    FlagReason.TRAFFICKING: "trafficking",
    FlagReason.LIVE_DANGER: "danger to a child now",
    FlagReason.OTHER: "something else",
}
HANDING_OVER = {
    AskReason.SHIFT_ENDS: "My shift ends",
    AskReason.EXPOSURE: "I need a pause from this",
    AskReason.KNOWS_PERSON: "I may know somebody in it",
    AskReason.LANGUAGE: "It is in a language I do not read",
}
ESCALATING = {
    AskReason.URGENT: "It cannot wait",
    AskReason.UNSURE: "I am not sure what it is",
    AskReason.LEGAL: "It is a legal question",
    AskReason.LANGUAGE: "It is in a language I do not read",
    AskReason.KNOWS_PERSON: "I may know somebody in it",
}
CLASSES = {
    IndustryClass.A1: "A1: prepubescent, sexual act",
    IndustryClass.A2: "A2: prepubescent, lascivious exhibition",
    IndustryClass.B1: "B1: pubescent, sexual act",
    IndustryClass.B2: "B2: pubescent, lascivious exhibition",
}
ANNOTATIONS = {
    FileAnnotation.ANIME_DRAWING_VIRTUAL_HENTAI: "Drawn or virtual",
    FileAnnotation.POTENTIAL_MEME: "Perhaps a meme",
    FileAnnotation.VIRAL: "Viral",
    FileAnnotation.POSSIBLE_SELF_PRODUCTION: "Perhaps self-produced",
    FileAnnotation.PHYSICAL_HARM: "Physical harm",
    FileAnnotation.VIOLENCE_GORE: "Violence",
    FileAnnotation.BESTIALITY: "With animals",
    FileAnnotation.LIVE_STREAMING: "Live stream",
    FileAnnotation.INFANT: "Infant",
    FileAnnotation.GENERATIVE_AI: "Made by a model",
}
NOT_HELD = {
    NotHeld.HASHES_ONLY: "the platform sent hashes and kept the bytes",
    NotHeld.NO_FILE: "there is no file",
    NotHeld.VAULT_OFF: "no vault was set up when it came",
    NotHeld.SEALING: "it is being sealed; look again in a moment",
    NotHeld.SEAL_FAILED: "sealing failed; an alert stands",
    NotHeld.DESTROYED: "destroyed on a lawful request",
}
FILTERS = {
    Filter.BLURRED_GREY: "blurred, grey, small",
    Filter.BLURRED: "blurred, small",
    Filter.GREY: "grey, small",
    Filter.KEYFRAME: "small, in colour",
    Filter.CROP: "a part",
    Filter.METADATA: "the file's own fields",
    Filter.TEXT: "the messages",
    Filter.FULL: "the whole file",
}
APPEALS = {
    AppealState.OPEN: "waits for its answer",
    AppealState.UPHELD: "answered: the verdict stands",
    AppealState.OVERTURNED: "answered: the verdict fell",
}
SOURCES = {
    "training-data": "found while training data was prepared",
    "prompt-input": "put in as a prompt",
    "output": "what the model made",
    "user-upload": "uploaded by a person",
}

_HALF, _MOST_REASONS = 0.5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How much of a lane's time is gone.

    Attributes:
        share: of 100.
        tone: of the bar; the words say it too.
    """

    share: int
    tone: str
    words: str


def clock_of(reader: Reader, job: ReviewJob, now: datetime) -> Clock | None:
    """The clock of a job in an urgent lane, from when the lane's time began; None once it has done its work.

    That is when all of it is decided, or a clearinghouse has all that is known: a second look can wait for the day.
    """
    if job.due_at is None or job.state is JobState.DECIDED or is_all_told(reader, job.case_id):
        return None
    whole, left = job.due_at - job.since, job.due_at - now
    if left <= timedelta(0):
        return Clock(share=100, tone="brick", words=f"over by {span(-left)}")
    share = (now - job.since) / whole
    tone = "brick" if job.lane is Lane.LIVE_DANGER else "amber"
    total = round(whole.total_seconds() / 60)
    return Clock(
        share=round(100 * min(1.0, max(0.0, share))),
        tone=tone,
        words=f"{int(left.total_seconds() // 60)} min left of {total}",
    )


def span(length: timedelta) -> str:
    """`41 min`, `2 h 10 min`, `3 days`."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:  # noqa: PLR2004
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"


def waited(job: ReviewJob, now: datetime) -> str:
    """How long a job waits or was worked at."""
    return f"{span(max(now - job.opened_at, timedelta(0)))} old"


def what(contents: Sequence[Content]) -> str:
    """`3 files, 12 messages`."""
    files = sum(each.kind is ContentKind.FILE for each in contents)
    messages = sum(each.messages for each in contents)
    parts = [words.count(files, "file")] if files else []
    if messages:
        parts.append(words.count(messages, "message"))
    return ", ".join(parts) or "nothing but the account"


def why(job: ReviewJob, contents: Sequence[Content], hits: Sequence[Hit]) -> list[str]:
    """Why it is here, most telling first."""
    said = []
    if job.look is not Look.FIRST and job.state is not JobState.DECIDED:
        said.append(
            {
                Look.SECOND: "a second look is asked for",
                Look.SENIOR: "it went up to a senior reviewer",
                Look.APPEAL: "a verdict is appealed against",
            }[job.look]
        )
    flagged = {each.flagged_as for each in contents if each.flagged_as is not None}
    said += [f"reported as {FLAGS[each]}" for each in FlagReason if each in flagged]
    exact = [hit for hit in hits if any(match.exact for match in hit.matches)]
    near = [hit for hit in hits if hit.matches and hit not in exact]
    if exact:
        said.append(f"{words.count(len(exact), 'exact match', 'exact matches')} on {_lists(exact)}")
    if near:
        bits = min(hit.matches[0].distance for hit in near)
        said.append(f"{words.count(len(near), 'near match', 'near matches')} on {_lists(near)}, from {bits} bits")
    known = sum(each.known is not None for each in contents)
    if known:
        said.append(f"{words.count(known, 'file')} judged before")
    return said or ["the platform sent it along"]


def short_why(said: Sequence[str]) -> str:
    """The first of the reasons, as a row has room for."""
    text = " · ".join(said[:_MOST_REASONS])
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMatch:
    """What one list says of a file: equal digests and the nearest picture hash, in one row.

    Attributes:
        same: the digests that are equal, as "MD5, SHA-256"; "" when none is.
        nearest: the nearest match of a picture hash; None when there is none.
    """

    list_name: str
    same: str
    nearest: Match | None
    vetted: bool
    disputed: bool


def by_list(hits: Sequence[Hit]) -> list[ListMatch]:
    """The matches of a file's hits, a row for each list, in the order of nearness."""
    found: dict[str, list[Match]] = {}
    for hit in hits:
        for match in hit.matches:
            found.setdefault(match.list_name, []).append(match)
    rows = []
    for name, matches in found.items():
        same = dict.fromkeys(words.TYPES.get(each.signal.type, each.signal.type) for each in matches if each.exact)
        near = [each for each in matches if not each.exact]
        rows.append(
            ListMatch(
                list_name=name,
                same=", ".join(same),
                nearest=min(near, key=lambda each: each.distance) if near else None,
                vetted=any(each.vetted for each in matches),
                disputed=any(each.disputed for each in matches),
            )
        )
    return rows


def _lists(hits: Sequence[Hit]) -> str:
    return ", ".join(sorted({match.list_name for hit in hits for match in hit.matches[:1]}))


def name_of(reader: Reader, who: UserId, you: UserId) -> str:
    """`you`, or the person's name."""
    return "you" if who == you else reader.get_user(who).name


def part_names(contents: Sequence[Content]) -> list[str]:
    """`F1`, `F2`, `T1`: files and threads, numbered apart."""
    counts = {ContentKind.FILE: 0, ContentKind.THREAD: 0}
    names = []
    for each in contents:
        counts[each.kind] += 1
        names.append(f"{'F' if each.kind is ContentKind.FILE else 'T'}{counts[each.kind]}")
    return names


def kind_of(content: Content) -> str:
    """`picture, 412 kB`."""
    if content.kind is ContentKind.THREAD:
        return words.count(content.messages, "message")
    family = (content.media_type or "").partition("/")[0]
    name = {"image": "picture", "video": "video", "audio": "sound"}.get(family, "file")
    return f"{name}, {words.size(content.size_bytes)}"


def viewing(event: ViewEvent) -> str:
    """One line of the ledger."""
    if event.filter is Filter.FULL:
        return "whole file served" if event.whole else "whole file, broken off"
    return FILTERS[event.filter] + ("" if event.completed_at else ", not completed")


def addresses(events: Sequence[IpEvent]) -> str:
    """`3, each with time; 1 without port`."""
    if not events:
        return "none were sent"
    times = sum(each.at is None for each in events)
    ports = sum(each.port is None for each in events)
    said = "each with time" if not times else f"{times} without time"
    return f"{len(events)}, {said}; " + ("each with port" if not ports else f"{ports} without port")


def moment(at: datetime) -> str:
    """`02:11:08`."""
    return at.astimezone(UTC).strftime("%H:%M:%S")
