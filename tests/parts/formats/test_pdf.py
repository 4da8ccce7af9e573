"""The report on paper."""

import re
import zlib
from dataclasses import replace

import pytest

from clew.parts.formats.pdf import PART
from clew.parts.formats.pdf.certificate import certificate
from clew.parts.formats.pdf.paper import paper_of
from tests.parts.formats.filed_reports import filed_report, text_only


def _values(paper: object) -> str:
    return "\n".join(
        f"{label}: {value}"
        for section in paper.sections  # type: ignore[attr-defined]
        for label, value in [*section.rows, *(("", text) for text in section.text)]
    )


def test_the_paper_is_an_accessible_pdf_and_the_same_bytes_each_time() -> None:
    first, second = PART.write(filed_report()), PART.write(filed_report())
    assert first.startswith(b"%PDF-")
    assert first == second
    assert b"pdfuaid:part" in first or any(b"pdfuaid:part" in each for each in _streams(first))


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for each in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(each))
        except zlib.error:
            found.append(each)
    return found


def test_a_moment_between_two_seconds_can_be_set() -> None:
    filed = filed_report()
    assert PART.write(replace(filed, made_at=filed.made_at.replace(microsecond=123_456))).startswith(b"%PDF-")


def test_markup_in_a_message_is_set_as_text() -> None:
    assert PART.write(filed_report()).startswith(b"%PDF-")
    assert "<b>#set page(fill: red)</b>" in _values(paper_of(filed_report()))


def test_absence_is_said_and_a_file_that_nobody_viewed_says_no() -> None:
    said = _values(paper_of(filed_report()))
    assert "Uploaded at: not held" in said
    assert "Viewed in full by the platform: no" in said
    assert "Viewed in full by the platform: yes" in said
    assert "subjects[0].devices: not held: no app is offered" in said


def test_every_value_that_an_officer_needs_stands_on_the_paper() -> None:
    said = _values(paper_of(filed_report()))
    for wanted in ("192.0.2.17 port 40123", "2001:db8::5, port not held", "ada@example.org", "4000001", "Bell Rock"):
        assert wanted in said
    assert "250000 smallest units of BTC" in said
    assert "2026-03-08 01:58:12 UTC" in said


def test_a_test_report_says_so_on_every_page_of_report_and_certificate() -> None:
    assert paper_of(filed_report()).environment == "TEST: not a real report"
    assert certificate(filed_report()).environment == "TEST: not a real report"
    assert paper_of(replace(filed_report(), environment="production")).environment == "Confidential"


def test_a_case_of_text_alone_says_that_it_has_no_files() -> None:
    assert "Files: none: a case of text alone" in _values(paper_of(text_only()))
    assert PART.write(text_only()).startswith(b"%PDF-")


def test_the_certificate_is_a_draft_that_names_each_file_by_its_digest() -> None:
    paper = certificate(filed_report())
    assert paper.lead[-1].startswith("Draft.")
    assert "File 1, SHA-256: e3b0c442" in _values(paper)
    assert "File 2, SHA-256: not held" in _values(paper)
    assert PART.certificate(filed_report()).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["Ωμέγα", "船", "مرفأ", "e\u0301", "\u202egpj.exe", "tab\tand\nline"])
def test_names_in_any_script_can_be_set(name: str) -> None:
    filed = filed_report()
    subject = filed.report.subjects[0]
    named = replace(filed.report, subjects=(replace(subject, screen_name=name),))
    assert PART.write(replace(filed, report=named)).startswith(b"%PDF-")
