"""A saved draft and a case that went on: files leave and join, and what was filled in stays."""

from dataclasses import replace

from clew.records.report import Absence, AbsenceReason, BatchReason
from clew.records.report_file import Labelled, ReportFile
from clew.reporting.draft import FURTHER_FILE, draft
from clew.reporting.renew import renewed
from tests.reporting.test_draft import FACTS

FRESH = draft(FACTS)
ONE, TWO, THREE = (ReportFile(key=key) for key in "123")


def test_files_leave_and_join_and_the_rest_stays_as_it_was_filled_in() -> None:
    saved = replace(FRESH, files=(ONE, replace(TWO, file_name="kept.png")), additional_info="seen twice")
    now = replace(FRESH, files=(TWO, THREE))
    again = renewed(saved, now, {"2", "3"})
    assert again.files == (replace(TWO, file_name="kept.png"), THREE)
    assert replace(again, files=()) == replace(saved, files=())


def test_what_was_said_of_an_absence_moves_with_its_file_and_goes_with_it() -> None:
    def said(field: str) -> Absence:
        return Absence(field=field, reason=AbsenceReason.NOT_HELD)

    fields = ("files[0].hashes", "files[1].ip_event.port", "files[].uploaded_at", "subjects[0].screen_name")
    saved = replace(FRESH, files=(ONE, TWO), absent=tuple(said(each) for each in fields))
    again = renewed(saved, replace(FRESH, files=(TWO,)), {"2"})
    assert [each.field for each in again.absent] == [
        "files[0].ip_event.port",
        "files[].uploaded_at",
        "subjects[0].screen_name",
    ]


def test_a_file_without_bytes_is_told_of_as_the_case_tells_it_now() -> None:
    before, after = (Labelled(label=FURTHER_FILE, text=text) for text in ("old", "destroyed"))
    own = Labelled(label="Seen by", text="the night watch")
    saved = replace(FRESH, files=(ONE,), further=(before, own))
    again = renewed(saved, replace(FRESH, files=(), further=(after,)), set())
    assert (again.files, again.further) == ((), (after, own))


def test_a_batched_report_is_about_one_file_and_takes_no_other() -> None:
    saved = replace(FRESH, batch=BatchReason.VIRAL_MEME, files=(ONE,), further=())
    now = replace(FRESH, files=(ONE, TWO), further=(Labelled(label=FURTHER_FILE, text="another"),))
    assert renewed(saved, now, {"1", "2"}) == saved
