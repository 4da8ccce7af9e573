"""Jurisdictions: every fact has its source, its date and how it reached us; none claims more than was read."""

from datetime import UTC, datetime

import pytest

from clew.parts import shelf
from clew.parts.jurisdictions.base import Jurisdiction, Reading
from clew.records.evidence import ProcessKind

ALL = shelf.load_all("jurisdictions", Jurisdiction)
STATEMENTS = [(name, each) for name, place in ALL.items() for each in place.statements]


def test_the_three_are_there() -> None:
    assert {name: place.code for name, place in ALL.items()} == {"us": "US", "uk": "GB", "eu": "EU"}


@pytest.mark.parametrize(("name", "statement"), STATEMENTS)
def test_every_fact_has_a_source_a_date_and_says_whether_it_was_verified(name: str, statement) -> None:
    assert statement.text.endswith(".")
    assert statement.source
    assert 2026 <= statement.as_of.year <= datetime.now(UTC).year + 1
    assert ("unverified" in statement.label) == (statement.reading is not Reading.SOURCE)


def test_facts_of_law_that_were_not_read_at_the_source_are_never_called_verified() -> None:
    """What was read at the source is the clearinghouse's own documentation; no statute was."""
    verified = {statement.source for _, statement in STATEMENTS if statement.verified}
    assert verified == {"CyberTipline Reporting API documentation, last updated 11 June 2025"}


def test_the_us_keeps_a_year_and_locks_what_nobody_viewed() -> None:
    place = ALL["us"]
    assert place.retention.years == 1
    assert place.viewing.unviewed_on == {ProcessKind.WARRANT, ProcessKind.EXIGENCY}
    assert place.viewing.unviewed_on < place.viewing.bytes_on


@pytest.mark.parametrize("name", ["uk", "eu"])
def test_a_period_that_nobody_read_is_not_invented(name: str) -> None:
    retention = ALL[name].retention
    assert retention.until(datetime(2026, 3, 8, tzinfo=UTC)) is None
    assert "until a person records" in retention.statement.text


@pytest.mark.parametrize("name", list(ALL))
def test_bytes_leave_no_place_on_a_request_to_keep_or_to_destroy(name: str) -> None:
    viewing = ALL[name].viewing
    assert not viewing.bytes_on & {ProcessKind.PRESERVATION_REQUEST, ProcessKind.DESTRUCTION_REQUEST}
    assert viewing.unviewed_on <= viewing.bytes_on
