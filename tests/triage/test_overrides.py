from dataclasses import replace
from datetime import timedelta

import pytest

from clew.records.identifiers import IntakeNumber
from clew.records.triage import OfficerFact, OverrideKind
from clew.triage.overrides import overrides_of, repeat_subject
from tests.triage.facts import AT, INTAKE, told

FACT = OfficerFact(
    number=INTAKE.number,
    about="supervision",
    officer="J. Doe, harbour police",
    confirmed_at=AT,
    recorded_by="user:ada",
    recorded_at=AT,
)


def kinds(*names: str, **particulars) -> list[OverrideKind]:
    return [each.kind for each in overrides_of(told(*names), replace(INTAKE, **particulars))]


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("urgent",), OverrideKind.CHILD_IN_DANGER),
        (("live-stream",), OverrideKind.LIVE_STREAM),
        (("extortion",), OverrideKind.ONGOING_EXTORTION),
        (("new-material",), OverrideKind.NEW_MATERIAL),
        (("molestation",), OverrideKind.HANDS_ON),
        (("trust-words", "hands-on-words"), OverrideKind.POSITION_OF_TRUST),
        (("victim",), OverrideKind.VICTIM),
        (("from-public", "danger-words"), OverrideKind.CHILD_IN_DANGER),
        (("from-public", "self-harm-words"), OverrideKind.CHILD_IN_DANGER),
    ],
)
def test_each_kind_of_danger_stands_ahead_of_the_score(names: tuple[str, ...], kind: OverrideKind) -> None:
    assert kinds(*names) == [kind]


@pytest.mark.parametrize("names", [(), ("danger-words",), ("trust-words",), ("payment", "viewed"), ("from-public",)])
def test_a_hint_alone_overrides_nothing(names: tuple[str, ...]) -> None:
    assert kinds(*names) == []


def test_extortion_that_is_over_is_left_to_the_score() -> None:
    old = INTAKE.received_at - timedelta(days=31)
    assert kinds("extortion", incident_at=old) == []
    assert kinds("extortion", incident_at=None) == [OverrideKind.ONGOING_EXTORTION]
    assert kinds("extortion", ended_at=old, incident_at=None) == []


def test_an_override_says_where_it_comes_from() -> None:
    (override,) = overrides_of(told("live-stream"), INTAKE)
    assert (override.number, override.source) == (INTAKE.number, "at live-stream")


def test_an_officers_fact_bears_name_and_date_and_ends_when_it_is_withdrawn() -> None:
    (override,) = overrides_of(told(), INTAKE, [FACT])
    assert (override.kind, override.officer, override.confirmed_at) == (OverrideKind.OFFICER_FACT, FACT.officer, AT)
    assert overrides_of(told(), INTAKE, [replace(FACT, withdrawn_at=AT)]) == ()


def test_a_subject_repeats_across_platforms_and_not_by_copies_of_one_incident() -> None:
    assert repeat_subject(IntakeNumber(9), platforms=2, incidents=1) is None
    assert repeat_subject(IntakeNumber(9), platforms=1, incidents=5) is None
    repeated = repeat_subject(IntakeNumber(9), platforms=2, incidents=2)
    assert repeated is not None
    assert (repeated.kind, repeated.number) == (OverrideKind.REPEAT_SUBJECT, 9)
