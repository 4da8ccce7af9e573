"""A batched report of a case: the accounts and the file, and nothing besides."""

from dataclasses import replace
from datetime import timedelta

from clew.pipelines.report_forms import compose_report
from clew.records.report import BatchReason, ReportedSubject
from clew.records.report_file import ViewingStatement
from clew.records.review import FileAnnotation
from clew.records.subject import Email
from clew.reporting.draft import draft
from clew.reporting.prefill_batch import batched
from tests.reporting.test_draft import AT, FACTS, thread

REPORT = draft(replace(FACTS, reportables=(*FACTS.reportables, thread())))


def test_what_a_case_holds_becomes_a_batch_that_the_form_takes() -> None:
    person = replace(REPORT.reporter.person, emails=(Email(address="desk@example.org"),))
    report = batched(replace(REPORT, reporter=replace(REPORT.reporter, person=person)), "content", ["7F-2", "7F-1"])
    assert [each.identifier for each in report.subjects] == ["7F-1", "7F-2"]
    seen = {"content": ViewingStatement(viewed=True, narrative="Opened whole.")}
    composed = compose_report(report, seen, at=AT + timedelta(days=1))
    assert composed.faults == ()
    assert b'<batchedReport reason="VIRAL_POTENTIAL_MEME"' in composed.xml


def test_only_the_marks_of_a_viral_file_stay_and_one_that_nobody_marked_is_marked() -> None:
    marks = frozenset({FileAnnotation.POTENTIAL_MEME, FileAnnotation.GENERATIVE_AI})
    [file] = REPORT.files
    meme = replace(REPORT, files=(replace(file, annotations=marks),))
    assert batched(meme, "content", []).files[0].annotations == {FileAnnotation.POTENTIAL_MEME}
    bare = replace(REPORT, files=(replace(file, annotations=frozenset()), replace(file, key="another")))
    [kept] = batched(bare, "content", []).files
    assert kept.annotations == {FileAnnotation.VIRAL}
    assert kept.hashes == ()


def test_accounts_are_added_to_a_batch_that_stands() -> None:
    first = batched(REPORT, "content", ["7F-2"])
    again = batched(first, "content", ["7F-3", "7F-2"])
    assert (again.batch, again.files) == (BatchReason.VIRAL_MEME, first.files)
    assert again.subjects == tuple(ReportedSubject(identifier=each) for each in ("7F-1", "7F-2", "7F-3"))
