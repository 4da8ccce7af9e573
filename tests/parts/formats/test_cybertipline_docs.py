"""The guide's tables are the schema's, and every word that a user meets is explained."""

import re

import pytest

from clew.parts.formats.base import Rule
from clew.parts.formats.cybertipline import PART
from clew.pipelines.report_forms import compose_report, read_facts_file
from clew.records.report import AbsenceReason
from clew.reporting.completeness import GapState
from tests.parts.formats.fields_page import PAGE, inserted
from tests.parts.formats.report_facts import NOW

METHOD = PAGE.parents[1] / "methods" / "cybertipline.md"


def test_the_guides_tables_are_made_from_the_schema() -> None:
    page = PAGE.read_text("utf-8")
    assert page == inserted(page), "run: python -m tests.parts.formats.fields_page"


@pytest.mark.parametrize(("words", "page"), [(Rule, METHOD), (AbsenceReason, PAGE), (GapState, PAGE)])
def test_every_word_of_judging_is_explained(words, page) -> None:
    text = page.read_text("utf-8")
    assert [word.value for word in words if f"| `{word.value}` |" not in text] == []


def test_every_profile_is_explained() -> None:
    assert [each for each in PART.profiles if f"| `{each}` |" not in METHOD.read_text("utf-8")] == []


def test_the_guides_example_is_valid_and_scored_as_it_says() -> None:
    page = PAGE.read_text("utf-8")
    [form] = re.findall(r'(?ms)^    \{\n      "incident".*?^    \}\n', page)
    composed = compose_report(read_facts_file(form.encode()), {}, at=NOW)
    found = composed.completeness
    assert composed.faults == ()
    assert f"report.xml: valid, {len(composed.xml):,} bytes, 0 files" in page
    assert f"{found.percent} % complete: {found.held} of {found.wanted} things" in page
