"""Facts by their paths: which one value closes a gap best."""

import pytest

from clew.parts.formats.cybertipline import PART
from clew.records.report import WebPage
from clew.reporting.edit import leaf_of, set_fact

FIELDS = PART.fields(PART.default_profile)


@pytest.mark.parametrize(
    ("gap", "leaf"),
    [
        ("subjects[0].screen_name", "subjects[0].screen_name"),
        ("subjects[1].ip_events", "subjects[1].ip_events[0].address"),
        ("subjects[0].location", "subjects[0].location.country"),
        ("files[2].hashes", "files[2].hashes[0].value"),
        ("details", "details[0].web_page.urls[0]"),
    ],
)
def test_a_gap_is_closed_by_the_value_that_says_most_never_by_a_label(gap: str, leaf: str) -> None:
    assert leaf_of(gap, FIELDS) == leaf


def test_the_value_that_closes_a_gap_makes_facts_that_the_form_takes() -> None:
    reporter = {"person": {"first_name": "Rea"}}
    facts: dict[str, object] = {
        "incident": {"type": "material", "at": "2026-03-01T08:00:00Z"},
        "reporter": reporter,
    }
    set_fact(facts, leaf_of("details", FIELDS), "https://forum.example/7", FIELDS)
    assert PART.read_facts(facts).details == (WebPage(urls=("https://forum.example/7",)),)
