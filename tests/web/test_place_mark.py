"""Where a page of the queue ends is written as one word and read back exactly; anything else is refused."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import InputError
from clew.records.identifiers import PlaceId
from clew.records.triage import PlaceMark
from clew.web.place_mark import read_mark, write_mark

marks = st.builds(
    PlaceMark,
    override=st.booleans(),
    score=st.floats(-99, 99),
    since=st.integers(0, 10**15).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)),
    id=st.integers(1, 10**18 - 1).map(PlaceId),
)


@given(marks)
def test_a_mark_is_read_as_it_was_written(mark: PlaceMark) -> None:
    assert read_mark(write_mark(mark)) == mark


@given(st.text(max_size=60))
def test_what_is_no_mark_is_refused_and_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(InputError):
        read_mark(text)


@pytest.mark.parametrize("text", ["", "1_nan_1_1", "1_inf_1_1", "1_1e999_1_1", "2_1_1_1", "1_1_-1_1", "1_1_1_٣"])
def test_these_are_no_marks(text: str) -> None:
    with pytest.raises(InputError):
        read_mark(text)
