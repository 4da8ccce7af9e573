"""The report on paper."""

import json
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.parts.formats.pdf import _NOT_ASCII, _UNUSUAL, PART, _compile, shown
from clew.parts.formats.pdf.certificate import certificate
from clew.parts.formats.pdf.paper import Paper, Section, paper_of
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


def paper_with(*texts: str) -> Paper:
    section = Section("File 1", rows=[("Name at upload", each) for each in texts])
    return Paper("a title", "h", "f", "s", "e", [], [section])


def set_values(texts: Sequence[str]) -> list[str]:
    """What typst drew, character by character: it refuses the accessible form when a font lacks one of them."""
    for beyond in (re.compile("(?!)"), _UNUSUAL, _NOT_ASCII):
        document = shown(paper_with(*texts), beyond)
        try:
            _compile(json.dumps(document, ensure_ascii=False), filed_report().made_at)
        except Exception:  # noqa: BLE001  (the library's own error; the last one stands)
            continue
        return [value for _, value in document["sections"][0]["rows"]]
    raise AssertionError("nothing was set")


def unnumbered(text: str) -> str:
    return re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda found: chr(int(found[1], 16)), text)


def test_no_character_of_any_alphabet_is_lost_or_stops_the_paper() -> None:
    for low, high in ((0x00, 0x300), (0x300, 0x600), (0x2000, 0x2070), (0xFE00, 0x10000), (0xE0000, 0xE0200)):
        text = " ".join(map(chr, range(low, high)))
        (drawn,) = set_values([text])
        assert unnumbered(drawn) == text
        assert not {each for each in drawn if each != "\n" and unicodedata.category(each)[0] == "C"}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=4))
@settings(max_examples=30, deadline=None)
def test_every_character_stands_on_the_paper_or_its_number_does(texts: list[str]) -> None:
    drawn = set_values(texts)
    assert list(map(unnumbered, drawn)) == list(map(unnumbered, texts))
    assert not {each for text in drawn for each in text if each != "\n" and unicodedata.category(each)[0] == "C"}


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\x85", "\xad", "\u200b", "\u202e", "\u0378", "\ue000", "\ufe0f"])
def test_what_would_vanish_is_written_as_its_number_and_the_paper_says_why(hidden: str) -> None:
    document = shown(paper_with(f"a{hidden}b"))
    assert document["sections"][0]["rows"][0][1] == f"a[U+{ord(hidden):04X}]b"
    assert "[U+8239]" in document["lead"][-1]
    assert shown(paper_with("a name"))["lead"] == []
