"""Record what became of a place: it flows to what the score learns from and to its senders' quality, or is taken back.

The machine's word at that time is kept beside it, so that weights can be learnt from what was known then, and not from
what was found out later.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from clew.errors import InputError, NotFoundError
from clew.ground.identity import new_id
from clew.ground.text import bears_controls
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.placing import LINK_SIGNS, place_again
from clew.pipelines.queue_desk import QueueDesk, note_place
from clew.pipelines.waking import wake_elsewhere
from clew.records.identifiers import IntakeNumber, OutcomeId, PlaceId
from clew.records.triage import OfficerFact, OrderedReport, Override, OverrideKind, Place, Why
from clew.records.worked import OutcomeKind, PlaceOutcome
from clew.triage.overrides import officers_override

# Why something was not actionable; the words that a sender's quality page shows.
REASONS = ("no-identifier", "no-time", "no-file", "not-an-offence", "too-old", "not-found", "other")
_ABOUT = ("supervision", "register")
_WORDS = 500
# Of a place with more reports the oldest tell whose they are.
_MOST_REPORTS = 1000


def record_outcome(
    desk: QueueDesk,
    place_id: PlaceId,
    kind: OutcomeKind,
    *,
    actor: str,
    at: datetime,
    number: IntakeNumber | None = None,
    reason: str | None = None,
    source: str = "",
) -> PlaceOutcome:
    """What became of a place, or of one report in it, is known.

    Somebody who is cleared is no subject of an officer's fact any more: those of the place are withdrawn with it.

    Args:
        at: when it came about; not in the future.
        reason: of what was not actionable, one of `REASONS`.
        source: who told: an agency or a unit.

    Raises:
        InputError: a reason is missing, unknown or too much, or a moment lies ahead.
        NotFoundError: there is no such place, or the report is not worked in it.
    """
    if (kind is OutcomeKind.NOT_ACTIONABLE) != (reason is not None) or reason not in (None, *REASONS):
        raise InputError(f"what was not actionable has one of the reasons {', '.join(REASONS)}; nothing else has one")
    _demand_words(source, "a source")
    if at > desk.clock():
        raise InputError("an outcome lies in the past; look at its date")

    def work(unit: UnitOfWork) -> PlaceOutcome:
        now = desk.clock()
        place = unit.find_place(place_id)
        if place is None:
            raise NotFoundError(f"no place {place_id}: its reports are worked in another place, or were never ordered")
        reports = _reports(unit, place_id, number)
        outcome = replace(
            _as_it_stood(place, reports, kind, now),
            at=at,
            recorded_by=actor,
            number=number,
            reason=reason,
            source=source.strip(),
        )
        unit.put_outcome(outcome)
        if kind is OutcomeKind.CLEARED:
            _withdraw_facts(unit, [report.number for report in reports], now)
            for report in reports:
                _put_overrides(unit, report, [e for e in report.overrides if e.kind is not OverrideKind.OFFICER_FACT])
        place_again(unit, desk, place_id, now)
        if kind.urgent:
            wake_elsewhere(unit, place_id, reports, now)
        note_place(unit, now, actor, "place.outcome", place_id, outcome=outcome.id, kind=kind.value)
        return outcome

    return desk.store.transact(work)


def withdraw_outcome(desk: QueueDesk, outcome_id: OutcomeId, *, actor: str) -> PlaceOutcome:
    """An outcome that was recorded by mistake counts no more; neither the score nor a sender's quality knows it."""

    def work(unit: UnitOfWork) -> PlaceOutcome:
        now = desk.clock()
        outcome = unit.withdraw_outcome(outcome_id, now)
        place_again(unit, desk, outcome.place_id, now)
        note_place(unit, now, actor, "place.outcome_withdraw", outcome.place_id, outcome=outcome_id)
        return outcome

    return desk.store.transact(work)


def record_fact(
    desk: QueueDesk, number: IntakeNumber, about: str, *, officer: str, confirmed_at: datetime, actor: str
) -> OfficerFact:
    """An officer's fact about a report's subject stands ahead of the score: dated, and with who confirmed it.

    Args:
        about: "supervision" or "register".
        officer: name or badge, and agency.

    Raises:
        InputError: it is about something else, nobody is named, or the moment lies ahead.
        NotFoundError: the report is not ordered.
    """
    if about not in _ABOUT:
        raise InputError(f"an officer's fact is about {' or '.join(_ABOUT)}; anything else is no fact of this kind")
    if not officer.strip():
        raise InputError("say which officer confirmed it: name or badge, and agency")
    _demand_words(officer, "an officer")
    if confirmed_at > desk.clock():
        raise InputError("it was confirmed in the past; look at its date")

    def work(unit: UnitOfWork) -> OfficerFact:
        now = desk.clock()
        report = _ordered(unit, number)
        fact = OfficerFact(
            number=number,
            about=about,
            officer=officer.strip(),
            confirmed_at=confirmed_at,
            recorded_by=actor,
            recorded_at=now,
        )
        unit.put_officer_fact(fact)
        kept = [each for each in report.overrides if not _is_about(each, about)]
        _put_overrides(unit, report, [*kept, officers_override(fact)])
        place_again(unit, desk, report.place_id, now)
        note_place(unit, now, actor, "place.fact", report.place_id, report=int(number), about=about)
        return fact

    return desk.store.transact(work)


def withdraw_fact(desk: QueueDesk, number: IntakeNumber, about: str, *, actor: str) -> None:
    """An officer's fact holds no more; NotFoundError when none of the kind stands."""

    def work(unit: UnitOfWork) -> None:
        now = desk.clock()
        report = _ordered(unit, number)
        if not _withdraw_facts(unit, [number], now, about):
            raise NotFoundError(f"no officer's fact about {about[:20]} stands on report {number}")
        _put_overrides(unit, report, [each for each in report.overrides if not _is_about(each, about)])
        place_again(unit, desk, report.place_id, now)
        note_place(unit, now, actor, "place.fact_withdraw", report.place_id, report=int(number), about=about)

    desk.store.transact(work)


def _as_it_stood(place: Place, reports: Sequence[OrderedReport], kind: OutcomeKind, now: datetime) -> PlaceOutcome:
    """The outcome, with what the machine had said of the place, and by what recall is told apart."""
    signs = {factor.name for factor in place.risk.factors if factor.number is not None or factor.name in LINK_SIGNS}
    return PlaceOutcome(
        id=OutcomeId(new_id(now)),
        place_id=place.id,
        kind=kind,
        at=now,
        recorded_at=now,
        recorded_by="",
        senders=tuple(sorted({report.sender_id for report in reports})),
        signs=frozenset(signs),
        untold=place.risk.untold,
        figure=place.risk.high,
        override=bool(place.overrides),
        model=place.risk.model,
        chance=place.lot.chance if place.why is Why.AUDIT else 1.0,
        country=place.country,
        language=place.language,
        platform=reports[0].sender_id if reports else None,
        completeness=place.completeness.figure,
    )


def _reports(unit: UnitOfWork, place_id: PlaceId, number: IntakeNumber | None) -> list[OrderedReport]:
    if number is None:
        return unit.reports_of_place(place_id, limit=_MOST_REPORTS)
    report = unit.find_ordered(number)
    if report is None or report.place_id != place_id:
        raise NotFoundError(f"report {number} is not worked in place {place_id}")
    return [report]


def _ordered(unit: UnitOfWork, number: IntakeNumber) -> OrderedReport:
    report = unit.find_ordered(number)
    if report is None:
        raise NotFoundError(f"report {number} is not ordered yet, or does not exist")
    return report


def _withdraw_facts(unit: UnitOfWork, numbers: Sequence[IntakeNumber], at: datetime, about: str | None = None) -> int:
    stands = [
        fact
        for facts in unit.officer_facts_of(numbers).values()
        for fact in facts
        if fact.withdrawn_at is None and about in (None, fact.about)
    ]
    for fact in stands:
        unit.put_officer_fact(replace(fact, withdrawn_at=at))
    return len(stands)


def _put_overrides(unit: UnitOfWork, report: OrderedReport, overrides: Sequence[Override]) -> None:
    if tuple(overrides) != report.overrides:
        unit.put_ordered([replace(report, overrides=tuple(overrides))])


def _is_about(override: Override, about: str) -> bool:
    return override.kind is OverrideKind.OFFICER_FACT and override.source == about


def _demand_words(text: str, what: str) -> None:
    if len(text) > _WORDS or bears_controls(text):
        raise InputError(f"{what} is said in at most {_WORDS} printable characters")
