"""The same corpus against the clearinghouse's own schema, where somebody has it: we may not ship it."""

import os
from pathlib import Path

import pytest
from hypothesis import given

from clew.parts.formats.base import Answer
from clew.parts.formats.cybertipline import PART
from clew.pipelines.report_forms import compose_report, details_of
from clew.records.report import Report
from clew.records.report_file import ViewingStatement
from tests.parts.formats.documents import spoilt
from tests.parts.formats.random_reports import quick, reports, statements
from tests.parts.formats.report_facts import NOW, batched, maximal, smallest, text_only

SCHEMA = os.environ.get("CLEW_CYBERTIPLINE_XSD", "")
pytestmark = pytest.mark.skipif(not SCHEMA, reason="CLEW_CYBERTIPLINE_XSD names no schema; fetch yours from GET /xsd")
VIEWED = {"file-one": ViewingStatement(viewed=True, exif_viewed=True, narrative="seen")}


@pytest.fixture(scope="module")
def schema() -> bytes:
    return Path(SCHEMA).read_bytes()


def documents(form) -> list[tuple[str, bytes]]:
    composed = compose_report(PART.read_facts(form()), VIEWED, at=NOW)
    assert composed.faults == ()
    return [("report", composed.xml), *(("fileDetails", each) for each in details_of(composed.report))]


@pytest.mark.parametrize("form", [smallest, text_only, batched, maximal])
def test_the_schema_takes_what_we_write(schema: bytes, form) -> None:
    assert [PART.schema_faults(xml, schema) for _, xml in documents(form)] == [[] for _ in documents(form)]


def test_the_schema_takes_our_answers(schema: bytes) -> None:
    answers = [
        Answer(code=0),
        Answer(code=0, report_number=1, file_id="f", hash="0"),
        Answer(code=0, report_number=1, done=True, file_ids=("a",)),
    ]
    assert [PART.schema_faults(PART.write_response(each), schema) for each in answers] == [[], [], []]


@quick
@given(facts=reports, said=statements)
def test_the_schema_takes_what_we_make_of_anything(schema: bytes, facts: Report, said) -> None:
    composed = compose_report(facts, said, at=NOW)
    for xml in (composed.xml, *details_of(composed.report)):
        assert PART.schema_faults(xml, schema) == []


@pytest.mark.slow
@pytest.mark.parametrize("form", [smallest, text_only, batched, maximal])
def test_the_schema_refuses_the_corruptions_of_structure_that_we_refuse(schema: bytes, form) -> None:
    taken = [
        one.what
        for _, xml in documents(form)
        for one in spoilt(xml)
        if one.structure and not PART.schema_faults(one.xml, schema)
    ]
    assert taken == []
