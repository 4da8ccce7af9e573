"""From a report to what linking takes of it: identifiers, births, names and addresses of its subject alone.

What stands for nobody (a filler, an example) is left out, so that nothing is joined by it.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from clew.parts.identifiers.base import is_placeholder
from clew.records.intake import IntakeReport
from clew.records.linking import Name, StatedAddress, StatedValue, Statement
from clew.records.mention import IdentifierKind, Mention, Part
from clew.records.report import Report, ReportedSubject

# A person has few names and addresses; who states a thousand floods, and each comparison would pay for it.
_MOST_VALUES, _MOST_ADDRESSES, _MOST_FACTS = 200, 50, 10


def statement_of(intake: IntakeReport, report: Report, mentions: Sequence[Mention]) -> Statement:
    """What the report states of its subject; of a flood the first identifiers."""
    subjects = report.subjects
    stated = [each for each in mentions if each.part is Part.SUBJECT and not is_placeholder(each)]
    return Statement(
        number=intake.number,
        sender=intake.sender_id,
        at_s=int(intake.received_at.timestamp()),
        values=tuple(_values(stated))[:_MOST_VALUES],
        births=tuple(sorted({day for each in subjects for day in _births(each)}))[:_MOST_FACTS],
        names=tuple(sorted({name for each in subjects for name in _names(each)}))[:_MOST_FACTS],
        addresses=tuple(_addresses(stated))[:_MOST_ADDRESSES],
        several=len(subjects) > 1,
    )


def _values(stated: Iterable[Mention]) -> list[StatedValue]:
    """Each identifier once; verified when any of its mentions is."""
    found: dict[tuple[IdentifierKind, str], bool] = {}
    for each in stated:
        if each.kind.names_somebody:
            key = (each.kind, each.value)
            found[key] = found.get(key, False) or bool(each.verified)
    return [StatedValue(kind=kind, value=value, verified=verified) for (kind, value), verified in found.items()]


def _addresses(stated: Iterable[Mention]) -> list[StatedAddress]:
    """The latest use of each; one whose time is not told says nothing."""
    latest: dict[str, int] = {}
    for each in stated:
        if each.kind is IdentifierKind.IP and each.at is not None:
            latest[each.value] = max(int(each.at.timestamp()), latest.get(each.value, 0))
    newest_first = sorted(latest.items(), key=lambda pair: (-pair[1], pair[0]))
    return [StatedAddress(ip=ip, at_s=at_s) for ip, at_s in newest_first]


def _births(subject: ReportedSubject) -> list[int]:
    told = [subject.person.birth_date if subject.person else None, *(each.birth_date for each in subject.associated)]
    return [day.toordinal() for day in told if day is not None]


def _names(subject: ReportedSubject) -> list[Name]:
    person = subject.person
    told = [(person.first_name, person.last_name)] if person else []
    whole = [folded(*names) for names in told]
    whole += [folded(each.first_name, each.middle_name, each.last_name) for each in subject.associated]
    return [name for name in whole if name]


def folded(*parts: str | None) -> Name:
    """The words of a name in any script, without case or marks, sorted, each once.

    Source: Unicode Standard Annex 15 (compatibility decomposition); default case folding, Unicode 3.13.
    """
    whole = unicodedata.normalize("NFKD", " ".join(part for part in parts if part)).casefold()
    letters = (
        character if unicodedata.category(character)[0] in "LM" else " "
        for character in whole
        if not unicodedata.combining(character)
    )
    return tuple(sorted(set("".join(letters).split())))
