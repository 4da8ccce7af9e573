"""What is to be done next, and what each reply means; nothing here is called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clew.ground.retries import latest_due, next_delay
from clew.parts.clearinghouses.base import Reply
from clew.records.filing import Filing, FilingState
from clew.records.identifiers import CaseId, FilingId, ReportId
from clew.reporting.preserve import preserved
from clew.reporting.submit import ATTEMPT_WITHIN, Call, Due, Next, Progress, next_call, over, rule

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
MD5 = "9e107d9d372bb6826bd81d3542a419d6"
FILING = Filing(
    id=FilingId("F"),
    report_id=ReportId("R"),
    case_id=CaseId("C"),
    part=0,
    clearinghouse="cybertipline",
    environment="test",
    profile="2025-06",
    state=FilingState.UNDER_WAY,
    created_at=NOON,
    created_by="user:ada",
    attempting_since=NOON,
)
SENT = Progress(keys=("a", "b"), number="7", sent={"a": "f1", "b": "f2"}, described=frozenset({"a", "b"}))
RETRACT, SUBMIT, FINISH = Due(call=Call.RETRACT, number="7"), Due(call=Call.SUBMIT), Due(call=Call.FINISH, number="7")
UPLOAD = Due(call=Call.UPLOAD, number="7", key="b")
DESCRIBE = Due(call=Call.DESCRIBE, number="7", key="b", file_id="f2")


def test_the_calls_come_in_the_order_of_the_interface():
    progress, made = Progress(keys=("a", "b")), []
    ids = iter(("f1", "f2"))
    while True:
        due = next_call(progress)
        made.append((due.call, due.key))
        if due.call is Call.FINISH:
            break
        file_id = next(ids) if due.call is Call.UPLOAD else None
        reply = Reply(code=0, number="7" if due.call is Call.SUBMIT else due.number, file_id=file_id, md5=MD5)
        progress = progress.after(due, rule(due, reply, progress, MD5))
    assert made == [
        (Call.SUBMIT, None),
        (Call.UPLOAD, "a"),
        (Call.DESCRIBE, "a"),
        (Call.UPLOAD, "b"),
        (Call.DESCRIBE, "b"),
        (Call.FINISH, None),
    ]


def test_a_report_without_files_is_opened_and_finished():
    assert next_call(Progress(keys=(), number="7")) == FINISH


@pytest.mark.parametrize(
    ("code", "expected"),
    [(0, Next.ANEW), (5102, Next.FILED_BEFORE), (5001, Next.ANEW), (5101, Next.ANEW), (1000, Next.LATER)],
)
def test_taking_back_tells_what_became_of_the_earlier_attempt(code, expected):
    assert rule(RETRACT, Reply(code=code), Progress(keys=(), finishing=True)).next is expected


@pytest.mark.parametrize("due", [RETRACT, UPLOAD, DESCRIBE], ids=lambda due: due.call)
def test_a_report_that_nobody_meant_to_finish_is_not_filed_by_the_other_side_s_word(due):
    ruling = rule(due, Reply(code=5102, request_id="req-1"), SENT)
    assert ruling.next is Next.PERSON
    assert "which nobody here has asked for" in ruling.told
    assert rule(due, Reply(code=5102), replace(SENT, finishing=True)).next is Next.FILED_BEFORE


def test_finished_is_believed_at_the_last_call():
    assert rule(FINISH, Reply(code=5102), SENT).next is Next.FILED_BEFORE


@pytest.mark.parametrize("due", [RETRACT, UPLOAD, DESCRIBE, FINISH], ids=lambda due: due.call)
@pytest.mark.parametrize("code", [5001, 5101, 5102])
def test_what_is_said_of_another_report_is_said_of_none_of_ours(due, code):
    ruling = rule(due, Reply(code=code, number="8"), replace(SENT, finishing=True))
    assert (ruling.next, "speaks of another report" in ruling.told) == (Next.LATER, True)


@pytest.mark.parametrize("due", [UPLOAD, DESCRIBE, FINISH], ids=lambda due: due.call)
@pytest.mark.parametrize("code", [5001, 5101])
def test_a_report_that_is_gone_half_way_is_asked_for_once_more_before_it_is_forgotten(due, code):
    assert rule(due, Reply(code=code), SENT).next is Next.LATER


@pytest.mark.parametrize("code", [1000, 1100, 1110, 1111, 1300, 5002])
def test_faults_of_the_server_are_tried_again(code):
    assert rule(DESCRIBE, Reply(code=code), SENT).next is Next.LATER


@pytest.mark.parametrize("code", [1210, 2000, 3000, 3100, 3300, 4000, 4100, 4110, 4200, 5999, -1])
def test_what_no_later_attempt_would_mend_goes_to_a_person_with_code_and_request_id(code):
    ruling = rule(SUBMIT, Reply(code=code, request_id="req-1"), Progress(keys=()))
    assert ruling.next is Next.PERSON
    assert f"code {code}, Request-ID req-1" in ruling.told


def test_the_other_sides_words_are_not_repeated():
    said = Reply(code=4100, description="ada@forum.example is no address")
    assert "forum.example" not in rule(SUBMIT, said, Progress(keys=())).told


@pytest.mark.parametrize("number", [None, "", "0", "-4", "seven", "12345678901234567890", "7 "])
def test_an_opened_report_must_bear_a_number(number):
    assert rule(SUBMIT, Reply(code=0, number=number), Progress(keys=())).next is Next.LATER


@pytest.mark.parametrize("due", [RETRACT, UPLOAD, DESCRIBE, FINISH], ids=lambda due: due.call)
def test_a_yes_about_another_report_is_no_yes(due):
    reply = Reply(code=0, number="8", file_id="f2", md5=MD5, done=True, file_ids=("f1", "f2"))
    assert rule(due, reply, SENT, MD5).next is Next.LATER


@pytest.mark.parametrize(
    ("file_id", "md5"),
    [(None, MD5), ("f1", MD5), ("../x", MD5), ("<id>", MD5), ("", MD5), ("f9", None), ("f9", MD5[::-1])],
)
def test_an_upload_counts_only_with_a_new_plain_id_and_the_digest_of_what_was_sent(file_id, md5):
    progress = replace(SENT, sent={"a": "f1"})
    assert rule(UPLOAD, Reply(code=0, number="7", file_id=file_id, md5=md5), progress, MD5).next is Next.LATER


def test_a_digest_may_be_written_in_capitals():
    progress = replace(SENT, sent={"a": "f1"})
    ruling = rule(UPLOAD, Reply(code=0, number="7", file_id="f2", md5=MD5.upper()), progress, MD5)
    assert (ruling.next, ruling.file_id) == (Next.GO_ON, "f2")


@pytest.mark.parametrize("reply", [Reply(code=0, number="7"), Reply(code=0, done=True, file_ids=("f1", "f2"))])
def test_what_is_no_receipt_leaves_the_outcome_open(reply):
    assert rule(FINISH, reply, SENT).next is Next.LATER


@pytest.mark.parametrize("listed", [(), ("f1",), ("f1", "f2", "f3"), ("f1", "f1"), ("f1", "f2", "f2")])
def test_a_receipt_that_lists_other_files_still_says_filed_and_what_differs(listed):
    ruling = rule(FINISH, Reply(code=0, number="7", done=True, file_ids=listed), SENT)
    assert ruling.next is Next.FILED
    assert "not sent again" in ruling.told


def test_a_receipt_may_list_the_files_in_any_order():
    ruling = rule(FINISH, Reply(code=0, number="7", done=True, file_ids=("f2", "f1")), SENT)
    assert (ruling.next, ruling.told) == (Next.FILED, "")


def test_the_last_call_of_an_attempt_ends_before_the_clearinghouse_may_drop_the_open_report():
    """It does so an hour after the last upload; a call takes a quarter of an hour at most."""
    assert timedelta(minutes=30) <= ATTEMPT_WITHIN < timedelta(minutes=60 - 15)


def test_delays_double_up_to_four_hours_and_a_time_beyond_them_is_a_wrong_clocks():
    delays = [next_delay(attempts) for attempts in range(1, 12)]
    assert delays[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert delays[-1] == next_delay(10_000) == timedelta(hours=4)
    assert latest_due(NOON) > NOON + max(delays)


def test_the_horizon_ends_nothing_before_ten_attempts():
    horizon = timedelta(hours=72)
    assert not over(FILING, 50, NOON + timedelta(hours=71), horizon)
    assert not over(FILING, 9, NOON + timedelta(days=400), horizon)
    assert over(FILING, 10, NOON + horizon, horizon)
    assert not over(replace(FILING, attempting_since=None), 50, NOON + timedelta(days=400), horizon)


def test_evidence_is_preserved_from_the_moment_the_clearinghouse_had_the_report():
    filed = replace(FILING, state=FilingState.FILED, finished_at=NOON)
    asked = preserved(filed)
    assert asked is not None
    assert (asked.case_id, asked.finished_at, asked.reference) == ("C", NOON, "F")
    assert preserved(FILING) is None
    assert preserved(replace(filed, case_id=None)) is None
