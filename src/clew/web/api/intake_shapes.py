"""Reports that were taken in, as JSON: rows without contents, one with them, what was found, and the senders."""

from typing import Any

from clew.web.schemas import Said


class GapSaid(Said):
    """What a report lacks or gets wrong; it repeats nothing of what stands there."""

    path: str
    because: str
    cost: str


class TakenInOneSaid(Said):
    """One line of what was given: its report's number, or why it could not be read."""

    number: int | None
    repeated: bool
    gaps: list[GapSaid]
    unread: str | None


class TakenInSaid(Said):
    """Each line in its order; what has a number is durable."""

    reports: list[TakenInOneSaid]


class IntakeSaid(Said):
    """One report without its contents; times are ISO 8601, null where nothing has happened or is known."""

    number: int
    sender: str
    form: str
    state: str
    reference: str
    received: str
    ended: str | None
    incident_type: str | None
    incident: str | None
    country: str | None
    language: str | None
    files: int
    gaps: int


class IntakesSaid(Said):
    """A page of reports, newest first; `next` goes into `before` for the page behind it."""

    reports: list[IntakeSaid]
    next: int | None


class MentionSaid(Said):
    """One identifier, whose it is in the incident, and where it stands."""

    kind: str
    value: str
    part: str
    person: int
    path: str
    at: str | None
    port: int | None
    verified: bool | None


class QuestionSaid(Said):
    """What the sender was asked, and its answer."""

    id: str
    number: int
    path: str
    text: str
    asked: str
    answered: str | None
    answer: str | None


class IntakeDetailSaid(Said):
    """One report with its contents; `mention_count` counts all identifiers, of which the first stand here."""

    number: int
    sender: str
    form: str
    state: str
    reference: str
    received: str
    ended: str | None
    incident_type: str | None
    incident: str | None
    country: str | None
    language: str | None
    files: int
    gaps: list[GapSaid]
    mentions: list[MentionSaid]
    mention_count: int
    questions: list[QuestionSaid]
    report: dict[str, Any]


class FoundOneSaid(Said):
    """An identifier and the newest reports that state it."""

    kind: str
    value: str
    reports: list[int]


class FoundSaid(Said):
    """Identifiers that begin so, by their value."""

    found: list[FoundOneSaid]


class SenderSaid(Said):
    """One sender, and what its last days were worth; shares are null where nothing was sent."""

    id: str
    name: str
    kind: str
    user: str | None
    rights: list[str]
    reports_a_day: int | None
    contact: str | None
    created: str
    blocked: str | None
    reports: int
    incomplete: int
    incomplete_share: float | None
    repeated: int
    repeated_share: float | None
    refused: int
    outcomes: dict[str, int]


class SendersSaid(Said):
    """Every sender, by name."""

    senders: list[SenderSaid]
