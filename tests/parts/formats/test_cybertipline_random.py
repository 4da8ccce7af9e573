"""What composing makes of anything at all is valid, is read back as it was, and has lost nothing."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.ground.safe_xml import writable
from clew.parts.formats.cybertipline import PART
from clew.pipelines.report_forms import compose_report, details_of
from clew.records.report import Phone, Report
from tests.parts.formats.documents import spoilt
from tests.parts.formats.random_reports import many, quick, reports, statements
from tests.parts.formats.report_facts import NOW, batched, maximal, smallest, text_only


@quick
@given(facts=reports, said=statements, profile=st.sampled_from(PART.profiles))
def test_everything_that_composing_emits_is_valid(facts: Report, said, profile: str) -> None:
    composed = compose_report(facts, said, at=NOW, profile=profile)
    assert composed.faults == ()


@pytest.mark.slow
@many
@given(facts=reports, said=statements, profile=st.sampled_from(PART.profiles))
def test_everything_that_composing_emits_is_valid_and_nothing_is_lost_in_many_reports(
    facts: Report, said, profile: str
) -> None:
    composed = compose_report(facts, said, at=NOW, profile=profile)
    assert composed.faults == ()
    assert PART.read_report(composed.xml, profile) == replace(composed.report, files=())
    assert lost_words(facts, [composed.xml, *details_of(composed.report, profile)]) == []


@quick
@given(facts=reports, said=statements)
def test_a_document_is_read_back_as_the_report_that_it_was(facts: Report, said) -> None:
    composed = compose_report(facts, said, at=NOW, profile="2026-08")
    assert PART.read_report(composed.xml, "2026-08") == replace(composed.report, files=())
    for file in composed.report.files:
        xml = PART.file_details_xml(file, 4711, "f" * 32, "2026-08")
        assert PART.read_file_details(xml, "2026-08") == (replace(file, key="f" * 32), 4711, "f" * 32)


@quick
@given(facts=reports)
def test_the_stored_form_is_read_back_as_the_report_that_it_was(facts: Report) -> None:
    stored = json.loads(json.dumps(PART.write_stored(facts)))
    assert PART.read_stored(stored) == facts


@quick
@given(facts=reports, said=statements)
def test_no_word_of_the_facts_is_lost(facts: Report, said) -> None:
    composed = compose_report(facts, said, at=NOW)
    assert lost_words(facts, [composed.xml, *details_of(composed.report)]) == []


def lost_words(facts: Report, documents: list[bytes]) -> list[str]:
    """Every text of the facts that stands in no document, however it is broken into lines there."""
    texts = [
        text
        for xml in documents
        for element in ET.fromstring(xml).iter()
        for text in (element.text or "", *element.attrib.values())
    ]
    everything = "".join(" ".join(texts).split())
    keys = {file.key for file in facts.files}
    wanted = [text for text in texts_of(replace(facts, absent=())) if text not in keys]
    return [text for text in wanted if "".join(writable(text).split()) not in everything]


def texts_of(record: Any) -> Iterator[str]:
    for each in fields(record):
        value = getattr(record, each.name)
        for one in value if isinstance(value, tuple) else (value,):
            if is_dataclass(one):
                yield from texts_of(one)
            elif isinstance(record, Phone) and each.name == "number":
                yield str(one).removeprefix(record.calling_code or "").strip()  # the code stands apart, once
            elif isinstance(one, str) and not isinstance(one, Enum) and each.name not in {"kind", "label"}:
                yield one


@pytest.mark.slow
@settings(quick, max_examples=50)
@given(facts=reports, draw=st.data())
def test_a_single_corruption_of_a_random_document_is_found(facts: Report, draw) -> None:
    composed = compose_report(facts, {}, at=NOW)
    documents = [("report", composed.xml), *(("fileDetails", each) for each in details_of(composed.report))]
    root, xml = draw.draw(st.sampled_from(documents))
    every = list(spoilt(xml))
    for one in draw.draw(st.lists(st.sampled_from(every), min_size=1, max_size=20)):
        assert PART.faults_of(one.xml, root, "2025-06", at=NOW), one.what


@pytest.mark.parametrize("form", [pytest.param(maximal, marks=pytest.mark.slow), smallest, text_only, batched])
def test_every_single_corruption_of_a_document_is_found(form) -> None:
    facts = PART.read_facts(form())
    composed = compose_report(facts, {}, at=NOW)
    assert composed.faults == ()
    batch = facts.batch is not None
    missed, count = [], 0
    for root, xml in [("report", composed.xml), *(("fileDetails", each) for each in details_of(composed.report))]:
        for one in spoilt(xml):
            count += 1
            if not PART.faults_of(one.xml, root, "2025-06", at=NOW, batched=batch):  # type: ignore[arg-type]
                missed.append(one.what)
    assert missed == []
    assert count > 30
