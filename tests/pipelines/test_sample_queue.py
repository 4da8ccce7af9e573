"""The sample's queue holds every kind of place, made by the same sentences as real ones."""

from pathlib import Path

import pytest

from clew.ground.clock import system_clock
from clew.parts.stores._triage import PlaceFilter
from clew.pipelines.installation import open_installation
from clew.pipelines.sample_queue import make_queue
from clew.records.triage import OverrideKind, PlaceState
from clew.settings import Settings


@pytest.mark.slow
def test_the_sample_has_copies_a_repeat_subject_what_stands_ahead_and_a_second_look(tmp_path: Path) -> None:
    with open_installation(Settings(data_dir=tmp_path), clock=system_clock, follow=False) as installation:
        made = make_queue(installation)
        with installation.store.read() as reader:
            places = reader.places(PlaceFilter(states=frozenset(PlaceState), limit=1000))
            assert reader.count_pending() == 0
            assert sum(reader.outcome_totals().values()) == 1
    assert sum(each.reports for each in places) == made == 56
    assert {kind for each in places for kind in (o.kind for o in each.overrides)} >= {
        OverrideKind.CHILD_IN_DANGER,
        OverrideKind.LIVE_STREAM,
        OverrideKind.ONGOING_EXTORTION,
        OverrideKind.REPEAT_SUBJECT,
        OverrideKind.VICTIM,
    }
    assert max(each.copies for each in places) == 11
    assert {each.state for each in places} == {PlaceState.WAITING, PlaceState.SECOND_LOOK, PlaceState.DECIDED}
    assert len({each.since.hour for each in places}) > 5  # they came over a day, not all at once
