"""Route reports: what they state becomes where somebody is likely to be, and who may take them on."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from clew.errors import ClewError, InputError, NotFoundError
from clew.ground.clock import Clock
from clew.ground.identity import new_id
from clew.parts import shelf
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.identifiers.base import NumberedPart
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.atlas import Atlas
from clew.records.audit import AuditEvent
from clew.records.identifiers import IntakeNumber, QuestionId
from clew.records.intake import IntakeReport, Question
from clew.records.mention import IdentifierKind, Mention, Origin, Part
from clew.records.referral import INTERNATIONAL
from clew.records.report import Account, IncidentType, Person, Report
from clew.records.routing import Inquiry, NumberPlace, Territory, Whence, Whereabouts
from clew.triage.recipients import Proposal, propose
from clew.triage.route import weigh
from clew.triage.votes import Evidence, Stated, cast

# The form in which every report that was taken in is stored.
STORED_FORM = "cybertipline"
# Of a case file of a million rows the first ones say where its subject is.
_MOST_MENTIONS = 5_000
_MOST_REPORTS = 2_000
_COUNTRY_LETTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingAnswer:
    """Where a report, or the reports of a cluster, belong.

    Attributes:
        whereabouts: of the subject, and of the victim where something points to theirs.
        proposal: who may take it on.
    """

    numbers: tuple[IntakeNumber, ...]
    whereabouts: tuple[Whereabouts, ...]
    proposal: Proposal

    @property
    def inquiries(self) -> tuple[Inquiry, ...]:
        """What the senders are to be asked."""
        return tuple(dict.fromkeys(each for answer in self.whereabouts for each in answer.inquiries))


def route(
    reader: Reader, atlas: Atlas, numbers: Sequence[IntakeNumber], *, today: date, stale_days: int
) -> RoutingAnswer:
    """Where one report belongs, or all of a cluster together.

    Raises:
        NotFoundError: one of them is not there.
        InputError: there are none, or more than one answer can weigh.
    """
    if not 0 < len(numbers) <= _MOST_REPORTS:
        raise InputError(f"1 to {_MOST_REPORTS:,} reports are routed together, got {len(numbers):,}")
    reports = _reports(reader, numbers)
    evidence = _evidence(reader, atlas, list(reports.values()), today)
    kinds = {each for each in map(_kind, reports.values()) if each is not None}
    # Of several kinds only a recipient that takes all of them takes the cluster.
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    return _answer(reader, tuple(reports), evidence, kind, today=today, stale_days=stale_days)


def route_each(
    reader: Reader, atlas: Atlas, numbers: Sequence[IntakeNumber], *, today: date, stale_days: int
) -> dict[IntakeNumber, tuple[Whereabouts, ...]]:
    """Where each of many reports belongs by itself; all their addresses are looked up at once."""
    reports = _reports(reader, numbers)
    mentions = reader.mentions_of(list(reports), most_each=_MOST_MENTIONS)
    sought = [(m.value, m.at) for each in mentions.values() for m in each if m.kind is IdentifierKind.IP]
    seen, plans = atlas.see(sought, today), _numbers(m for each in mentions.values() for m in each)
    form, found = stored_form(), {}
    for number, report in reports.items():
        placed = _placed(number, mentions[number])
        evidence = replace(_stated(form, [report]), mentions=placed, addresses=seen, numbers=plans)
        found[number] = _whereabouts(evidence, stale_days)
    return found


def route_address(
    reader: Reader, atlas: Atlas, address: str, at: datetime | None, port: int | None, *, today: date, stale_days: int
) -> RoutingAnswer:
    """Where an address alone points, as if one report stated it of its subject."""
    mention = Mention(
        kind=IdentifierKind.IP,
        value=address,
        raw=address,
        origin=Origin(path="address"),
        part=Part.SUBJECT,
        at=at,
        port=port,
    )
    evidence = Evidence(
        mentions=[(Whence(number=None, path="address"), mention)], addresses=atlas.see([(address, at)], today)
    )
    return _answer(reader, (), evidence, None, today=today, stale_days=stale_days)


def route_shown(
    store: Store, atlas: Atlas, numbers: Sequence[IntakeNumber], *, actor: str, clock: Clock, stale_days: int
) -> RoutingAnswer:
    """`route` for a person's eyes: that they were shown what the reports state is recorded."""

    def work(unit: UnitOfWork) -> RoutingAnswer:
        at = clock()
        found = route(unit, atlas, numbers, today=at.date(), stale_days=stale_days)
        for number in found.numbers:
            facts: dict[str, str | int | bool | None] = {"reports": len(found.numbers)}
            unit.audit(AuditEvent(at=at, actor=actor, act="report.route", subject=f"intake:{number}", facts=facts))
        return found

    return store.transact(work)


def put_inquiries(unit: UnitOfWork, inquiries: Sequence[Inquiry], *, actor: str, at: datetime) -> list[Question]:
    """The senders are asked; what was asked about the same field before, answered or not, is not asked again."""
    put = []
    for each in inquiries:
        number = each.whence.number
        report = None if number is None else unit.find_intake(number)
        if number is None or report is None:
            continue
        if any(asked.path == each.whence.path for asked in unit.questions(number=number)):
            continue
        question = Question(
            id=QuestionId(new_id(at)),
            number=number,
            sender_id=report.sender_id,
            path=each.whence.path,
            text=each.text,
            asked_at=at,
            asked_by=actor,
        )
        unit.put_question(question)
        facts: dict[str, str | int | bool | None] = {"question": question.id, "path": question.path}
        unit.audit(AuditEvent(at=at, actor=actor, act="question.ask", subject=f"intake:{number}", facts=facts))
        put.append(question)
    return put


# ---------------------------------------------------------------- the evidence


def _answer(
    reader: Reader,
    numbers: tuple[IntakeNumber, ...],
    evidence: Evidence,
    kind: IncidentType | None,
    *,
    today: date,
    stale_days: int,
) -> RoutingAnswer:
    answers = _whereabouts(evidence, stale_days)
    countries = sorted({share.country for each in answers for share in each.shares} | {INTERNATIONAL})
    proposal = propose(answers, reader.recipients(countries), kind, today)
    return RoutingAnswer(numbers=numbers, whereabouts=answers, proposal=proposal)


def _whereabouts(evidence: Evidence, stale_days: int) -> tuple[Whereabouts, ...]:
    subject, victim = (
        weigh(cast(evidence, about, stale_days=stale_days), about) for about in (Part.SUBJECT, Part.VICTIM)
    )
    return (subject, victim) if victim.votes or victim.left_out else (subject,)


def _reports(reader: Reader, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, IntakeReport]:
    found = reader.intakes_of(numbers)
    missing = [each for each in numbers if each not in found]
    if missing:
        raise NotFoundError(f"no report {missing[0]} was taken in here")
    return {each: found[each] for each in sorted(set(numbers))}


def _evidence(reader: Reader, atlas: Atlas, reports: Sequence[IntakeReport], today: date) -> Evidence:
    mentions = reader.mentions_of([each.number for each in reports], most_each=_MOST_MENTIONS)
    placed = [pair for number, given in sorted(mentions.items()) for pair in _placed(number, given)]
    sought = [(each.value, each.at) for _, each in placed if each.kind is IdentifierKind.IP]
    plans = _numbers(each for _, each in placed)
    return replace(_stated(stored_form(), reports), mentions=placed, addresses=atlas.see(sought, today), numbers=plans)


def _numbers(mentions: Iterable[Mention]) -> dict[str, NumberPlace]:
    """What the numbering plans say of each telephone number, once."""
    plans = shelf.load("identifiers", "phone", NumberedPart)
    found = {each.value: plans.place(each.value) for each in mentions if each.kind is IdentifierKind.PHONE}
    return {number: place for number, place in found.items() if place is not None}


def _placed(number: IntakeNumber, mentions: Sequence[Mention]) -> list[tuple[Whence, Mention]]:
    return [(Whence(number=number, path=each.origin.path), each) for each in mentions]


def _stated(form: ClearinghouseFormat, reports: Sequence[IntakeReport]) -> Evidence:
    """What the reports say in so many words; the country of a report is its subject's."""
    stated: list[tuple[Part, Stated]] = []
    languages: list[tuple[Whence, str]] = []
    for each in reports:
        stated += _territories(each, _readable(form, each))
        if each.language:
            languages.append((Whence(number=each.number, path="language"), each.language))
    return Evidence(mentions=[], stated=stated, languages=languages)


def stored_form() -> ClearinghouseFormat:
    """What reads reports as they are stored; loading a part costs more than reading a report, so keep it."""
    return shelf.load("formats", STORED_FORM, ClearinghouseFormat)


def stored_report(form: ClearinghouseFormat, report: IntakeReport) -> Report:
    """The facts of a report that was taken in."""
    facts: Mapping[str, object] = json.loads(report.document)
    return form.read_stored(facts)


def _readable(form: ClearinghouseFormat, report: IntakeReport) -> Report | None:
    """The facts; None where the document cannot be read: its mentions alone still say where it belongs."""
    try:
        return stored_report(form, report)
    except (ClewError, ValueError):
        return None


def _territories(taken: IntakeReport, report: Report | None) -> Iterator[tuple[Part, Stated]]:
    met: set[tuple[Part, str]] = set()
    people: list[tuple[Part, str, Account, Person | None]] = [
        *(
            (Part.SUBJECT, f"subjects[{place}]", each, each.person)
            for place, each in enumerate(report.subjects if report else ())
        ),
        *(
            (Part.VICTIM, f"victims[{place}]", each, each.person)
            for place, each in enumerate(report.victims if report else ())
        ),
    ]
    for part, path, account, person in people:
        where = account.location
        if where is not None and _is_country(where.country):
            met.add((part, where.country or ""))
            # A location's region is a name in words; only an address's state is a code.
            yield part, _one(taken, f"{path}.location", where.country)
        for place, address in enumerate(person.addresses if person else ()):
            if _is_country(address.country):
                met.add((part, address.country or ""))
                region = address.state or ""
                yield part, _one(taken, f"{path}.person.addresses[{place}]", address.country, region)
    if _is_country(taken.country) and (Part.SUBJECT, taken.country or "") not in met:
        yield Part.SUBJECT, _one(taken, "country", taken.country)


def _one(taken: IntakeReport, path: str, country: str | None, region: str = "") -> Stated:
    code = region.strip().upper()
    fits = len(code) <= 3 and code.isalnum()  # noqa: PLR2004  the longest code of ISO 3166-2 after the country
    territory = Territory(country=(country or "").upper(), region=code if fits else "")
    return Stated(whence=Whence(number=taken.number, path=path), territory=territory)


def _is_country(code: str | None) -> bool:
    return code is not None and len(code) == _COUNTRY_LETTERS and code.isascii() and code.isalpha()


def _kind(report: IntakeReport) -> IncidentType | None:
    try:
        return IncidentType(report.incident_type) if report.incident_type else None
    except ValueError:
        return None
