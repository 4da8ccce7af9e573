"""The incident's type, where a flag or a verdict says it, and which of the two did; nothing is guessed."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from clew.records.case import Content, ContentKind, FlagReason
from clew.records.report import IncidentType
from clew.records.review import Verdict

# The first that was flagged decides: a file can be part of an enticement. Extortion is a mark and no type of its own.
_FLAGGED = {
    FlagReason.ENTICEMENT: IncidentType.ENTICEMENT,
    FlagReason.EXTORTION: IncidentType.ENTICEMENT,
    FlagReason.TRAFFICKING: IncidentType.TRAFFICKING,
    FlagReason.ABUSE_MATERIAL: IncidentType.MATERIAL,
}


class TypeSource(enum.StrEnum):
    """Whose word the type rests on."""

    FLAG = "flag"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidType:
    """A type, and who said it."""

    type: IncidentType
    source: TypeSource


def said_type(reported: Iterable[tuple[Content, Verdict]]) -> SaidType | None:
    """What is known of the type; None where a person must choose it.

    That somebody found words reportable does not say of which kind they are. A file that somebody found reportable is
    abuse material, and so is what was given a class of it.
    """
    found = list(reported)
    flags = {content.flagged_as for content, _ in found}
    for reason, kind in _FLAGGED.items():
        if reason in flags:
            return SaidType(type=kind, source=TypeSource.FLAG)
    if any(content.kind is ContentKind.FILE or verdict.industry_class for content, verdict in found):
        return SaidType(type=IncidentType.MATERIAL, source=TypeSource.VERDICT)
    return None
