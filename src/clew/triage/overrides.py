"""What stands ahead of every score: nine kinds of danger, each told by a report's own fields or by an officer.

Words alone override only where a child, or somebody for one, wrote the report, or where two kinds of them agree. A
sender that marks everything as urgent is met by the reserve of the queue, not by a weaker rule.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from clew.records.identifiers import IntakeNumber
from clew.records.intake import IntakeReport
from clew.records.triage import OfficerFact, Override, OverrideKind
from clew.triage.signs import Told

# Extortion that was last seen longer ago is a matter for the score: whoever is pressed now was pressed this month.
_ONGOING = timedelta(days=30)


def overrides_of(told: Told, intake: IntakeReport, facts: Sequence[OfficerFact] = ()) -> tuple[Override, ...]:
    """The overrides that one report gives, in the order of `OverrideKind`."""
    found: dict[OverrideKind, str] = {}
    for kind, names in _FIELDS.items():
        for name in names:
            if told.has(name):
                found.setdefault(kind, told.source(name))
    if told.has("extortion") and _is_ongoing(intake):
        found[OverrideKind.ONGOING_EXTORTION] = told.source("extortion")
    _from_words(told, found)
    given = [Override(kind=kind, number=intake.number, source=source) for kind, source in found.items()]
    given += [officers_override(fact) for fact in facts if fact.withdrawn_at is None]
    order = list(OverrideKind)
    return tuple(sorted(given, key=lambda each: order.index(each.kind)))


def officers_override(fact: OfficerFact) -> Override:
    """An officer's fact as it stands ahead of the score: dated, with who confirmed it."""
    return Override(
        kind=OverrideKind.OFFICER_FACT,
        number=fact.number,
        source=fact.about,
        officer=fact.officer,
        confirmed_at=fact.confirmed_at,
    )


def repeat_subject(newest: IntakeNumber, platforms: int, incidents: int) -> Override | None:
    """That one subject was reported by several platforms, of several incidents; copies of one are no repeat.

    Args:
        newest: the newest report of the cluster.
        platforms: distinct senders of the cluster's incidents.
        incidents: bundles, a copy counting with its first.
    """
    if platforms < 2 or incidents < 2:  # noqa: PLR2004  (several are two)
        return None
    return Override(
        kind=OverrideKind.REPEAT_SUBJECT, number=newest, source=f"{incidents} incidents from {platforms} senders"
    )


# Fields that say it outright.
_FIELDS = {
    OverrideKind.CHILD_IN_DANGER: ("urgent",),
    OverrideKind.LIVE_STREAM: ("live-stream",),
    OverrideKind.NEW_MATERIAL: ("new-material",),
    OverrideKind.HANDS_ON: ("molestation", "physical-harm"),
    OverrideKind.VICTIM: ("victim-found", "victim"),
}
# What a child, or somebody for one, writes on the public form.
_PUBLIC_WORDS = {
    "danger-words": OverrideKind.CHILD_IN_DANGER,
    "self-harm-words": OverrideKind.CHILD_IN_DANGER,
    "live-words": OverrideKind.LIVE_STREAM,
    "extortion-words": OverrideKind.ONGOING_EXTORTION,
    "hands-on-words": OverrideKind.HANDS_ON,
}
_BESIDE_TRUST = ("danger-words", "self-harm-words", "hands-on-words", "molestation", "urgent")


def _from_words(told: Told, found: dict[OverrideKind, str]) -> None:
    if told.has("from-public"):
        for name, kind in _PUBLIC_WORDS.items():
            if told.has(name):
                found.setdefault(kind, told.source(name))
    if told.has("trust-words") and any(told.has(name) for name in _BESIDE_TRUST):
        found.setdefault(OverrideKind.POSITION_OF_TRUST, told.source("trust-words"))


def _is_ongoing(intake: IntakeReport) -> bool:
    """Whether it may go on: it has no end that is said, and no old beginning."""
    if _is_before(intake.ended_at, intake.received_at - _ONGOING):
        return False
    return not _is_before(intake.incident_at, intake.received_at - _ONGOING)


def _is_before(at: datetime | None, moment: datetime) -> bool:
    return at is not None and at < moment
