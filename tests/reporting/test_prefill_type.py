"""The type of an incident: who said it, and when nobody did."""

from dataclasses import replace

import pytest

from clew.records.case import Content, ContentKind, FlagReason
from clew.records.report import IncidentType
from clew.records.review import IndustryClass
from clew.reporting.prefill_type import SaidType, TypeSource, said_type
from tests.reporting.test_draft import CONTENT, VERDICT

PLAIN = replace(VERDICT, industry_class=None, annotations=())
WORDS = replace(CONTENT, kind=ContentKind.THREAD, object_id=None)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (FlagReason.ABUSE_MATERIAL, IncidentType.MATERIAL),
        (FlagReason.ENTICEMENT, IncidentType.ENTICEMENT),
        (FlagReason.EXTORTION, IncidentType.ENTICEMENT),
        (FlagReason.TRAFFICKING, IncidentType.TRAFFICKING),
    ],
)
@pytest.mark.parametrize("content", [CONTENT, WORDS], ids=["file", "words"])
def test_what_a_flag_said_is_from_the_flag(content: Content, reason: FlagReason, kind: IncidentType) -> None:
    said = said_type([(replace(content, flagged_as=reason), PLAIN)])
    assert said == SaidType(type=kind, source=TypeSource.FLAG)


@pytest.mark.parametrize("reason", [None, FlagReason.OTHER, FlagReason.LIVE_DANGER])
def test_what_no_flag_says_the_verdict_on_a_file_or_its_class_says(reason: FlagReason | None) -> None:
    material = SaidType(type=IncidentType.MATERIAL, source=TypeSource.VERDICT)
    words = replace(WORDS, flagged_as=reason)
    assert said_type([(replace(CONTENT, flagged_as=reason), PLAIN)]) == material
    assert said_type([(words, replace(PLAIN, industry_class=IndustryClass.A2))]) == material
    assert said_type([(words, PLAIN)]) is None


def test_a_file_beside_an_enticement_is_part_of_it() -> None:
    both = [(CONTENT, VERDICT), (replace(WORDS, flagged_as=FlagReason.ENTICEMENT), PLAIN)]
    assert said_type(both) == SaidType(type=IncidentType.ENTICEMENT, source=TypeSource.FLAG)
    assert said_type([]) is None
