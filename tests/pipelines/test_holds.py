"""Holds: what is kept, from when, until when, and that nothing ends in silence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.parts.jurisdictions.base import Jurisdiction
from clew.parts.shelf import load
from clew.parts.stores._evidence import Kept, PreservationFilter
from clew.pipelines import holds, legal_process
from clew.pipelines.release import keep_standing, release
from clew.records.evidence import DeadlineKind, HoldKind, ProcessKind
from clew.records.identifiers import HoldId
from tests.pipelines.evidence_desk import ADA, CASE, EVE, OTHER, open_desk
from tests.pipelines.interleaved import Interleaved

DAY = timedelta(days=1)


def standing(desk, case_id=CASE) -> list[tuple[HoldKind, datetime | None]]:
    with desk.store.read() as reader:
        return [(hold.kind, hold.until) for hold in holds.standing_holds(reader, case_id, desk.clock.at)]


def kept(desk, case_id=CASE):
    with desk.store.read() as reader:
        found = reader.find_preservation(case_id)
    assert found is not None
    return found


def test_a_case_is_held_from_its_first_object_and_once(any_evidence) -> None:
    any_evidence.seal()
    any_evidence.seal(b"another picture of a harbour")
    any_evidence.store.transact(lambda unit: holds.keep_open_case(unit, any_evidence.room, CASE, actor=ADA))
    assert standing(any_evidence) == [(HoldKind.OPEN_CASE, None)]
    assert len(any_evidence.audit("hold.begin")) == 1


def test_a_case_without_files_is_held_too(any_evidence) -> None:
    any_evidence.store.transact(lambda unit: holds.keep_open_case(unit, any_evidence.room, CASE, actor=ADA))
    assert (kept(any_evidence).objects, standing(any_evidence)) == (0, [(HoldKind.OPEN_CASE, None)])


def test_a_finished_report_is_kept_for_a_year_from_its_receipt_and_once(any_evidence) -> None:
    any_evidence.seal()
    first = any_evidence.preserve()
    assert any_evidence.preserve() == first
    year = any_evidence.clock.at.replace(year=any_evidence.clock.at.year + 1)
    assert standing(any_evidence) == [(HoldKind.PRESERVATION, year)]
    assert "2258A(h) (unverified: second-hand)" in first.ground
    assert kept(any_evidence).kept_until(any_evidence.clock.at) == year


def test_the_year_begins_with_the_receipt_however_late_it_was_recorded(any_evidence) -> None:
    any_evidence.seal()
    finished_at = any_evidence.clock.at
    any_evidence.clock.pass_days(30)
    kept_for = any_evidence.store.transact(
        lambda unit: holds.preserve(
            unit, any_evidence.room, CASE, finished_at=finished_at, reference="filing-1", actor="system:file"
        )
    )
    assert kept_for.until == finished_at.replace(year=finished_at.year + 1)


def test_a_second_report_of_the_case_keeps_it_longer(evidence) -> None:
    evidence.seal()
    evidence.preserve("filing-1")
    evidence.clock.pass_days(100)
    later = evidence.preserve("filing-2")
    assert kept(evidence).kept_until(evidence.clock.at) == later.until


def test_the_29th_of_february_is_kept_until_the_1st_of_march() -> None:
    retention = load("jurisdictions", "us", Jurisdiction).retention
    assert retention.until(datetime(2028, 2, 29, 5, tzinfo=UTC)) == datetime(2029, 3, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("code", ["uk", "eu"])
def test_where_no_period_is_known_a_person_ends_the_hold(evidence, code: str) -> None:
    evidence.room = replace(evidence.room, jurisdiction=load("jurisdictions", code, Jurisdiction))
    evidence.seal()
    assert evidence.preserve().until is None
    assert kept(evidence).kept_until(evidence.clock.at) is None
    evidence.clock.pass_days(5000)
    assert not kept(evidence).lapsed(evidence.clock.at)


def test_when_the_last_hold_ends_nothing_is_destroyed_and_a_person_is_told(any_evidence) -> None:
    sealed = any_evidence.seal()
    hold = any_evidence.preserve()
    any_evidence.clock.at = hold.until - 20 * DAY
    with any_evidence.store.read() as reader:
        (deadline,) = holds.deadlines(reader, any_evidence.clock.at, 30 * DAY)
        assert not holds.deadlines(reader, any_evidence.clock.at, 10 * DAY)
    assert (deadline.kind, deadline.due_at, deadline.case_id) == (DeadlineKind.HOLD_END, hold.until, CASE)
    any_evidence.clock.at = hold.until
    assert standing(any_evidence) == []
    with any_evidence.store.read() as reader:
        lapsed = reader.preservations(PreservationFilter(at=any_evidence.clock.at, kept=Kept.LAPSED))
        assert [each.case_id for each in lapsed] == [CASE]
        assert reader.count_preservations(any_evidence.clock.at) == {Kept.HELD: 0, Kept.LAPSED: 1, Kept.DESTROYED: 0}
    assert any_evidence.read(sealed.id)


def test_a_dismissed_case_lapses_and_stays_readable(any_evidence) -> None:
    sealed = any_evidence.seal()
    any_evidence.end_open_case()
    assert kept(any_evidence).lapsed(any_evidence.clock.at)
    assert any_evidence.read(sealed.id)
    (row,) = any_evidence.audit("hold.release")
    assert (row["kind"], row["subject"]) == ("open-case", f"case:{CASE}")


def test_new_content_of_a_lapsed_case_holds_it_again(evidence) -> None:
    evidence.seal()
    evidence.end_open_case()
    evidence.seal(b"a new upload")
    assert standing(evidence) == [(HoldKind.OPEN_CASE, None)]


def test_an_extension_follows_the_hold_and_leaves_it_as_it_was_recorded(any_evidence) -> None:
    any_evidence.seal()
    first = any_evidence.preserve()
    until = first.until + 90 * DAY
    longer = holds.extend(any_evidence.room, first.id, until=until, ground="trial is pending", actor=EVE)
    assert (longer.kind, longer.until, longer.reference, longer.recorded_by) == (
        HoldKind.PRESERVATION,
        until,
        first.id,
        EVE,
    )
    assert first in kept(any_evidence).holds
    assert kept(any_evidence).kept_until(any_evidence.clock.at) == until
    assert len(any_evidence.audit("hold.extend")) == 1


def test_an_extension_that_would_end_sooner_or_comes_too_late_is_refused(evidence) -> None:
    evidence.seal()
    first = evidence.preserve()
    with pytest.raises(InputError, match="ends later than the hold, which ends on 2027"):
        holds.extend(evidence.room, first.id, until=first.until, ground="too short", actor=ADA)
    evidence.clock.at = first.until
    with pytest.raises(ConflictError, match="does not stand any more"):
        holds.extend(evidence.room, first.id, until=first.until + DAY, ground="too late", actor=ADA)


@pytest.mark.pg
def test_a_hold_that_is_released_just_before_is_not_extended(store_part, postgres_url, tmp_path) -> None:
    desk, other = (open_desk(store_part.open(postgres_url), tmp_path / "data") for _ in range(2))
    desk.seal()
    first = holds.hold_legally(desk.room, CASE, ground="order", until=desk.clock.at + 30 * DAY, actor=ADA)
    between = Interleaved(
        desk.store, "lock_case_key", lambda: release(other.room, first.id, ground="order lifted", actor=EVE)
    )
    room = replace(desk.room, store=between)  # type: ignore[arg-type]
    with pytest.raises(ConflictError, match="does not stand any more"):
        holds.extend(room, first.id, until=desk.clock.at + 31 * DAY, ground="trial is pending", actor=ADA)
    assert between.done
    assert standing(desk) == [(HoldKind.OPEN_CASE, None)]
    desk.store.close()
    other.store.close()


def test_a_hold_is_released_once_and_says_by_whom_and_why(any_evidence) -> None:
    any_evidence.seal()
    made = holds.hold_legally(any_evidence.room, CASE, ground="order 12", until=None, actor=ADA)
    released = release(any_evidence.room, made.id, ground="order lifted", actor=EVE)
    assert (released.released_by, released.release_ground) == (EVE, "order lifted")
    assert not released.stands(any_evidence.clock.at)
    with pytest.raises(ConflictError, match="nothing to release"):
        release(any_evidence.room, made.id, ground="again", actor=EVE)


def test_the_years_of_a_report_end_early_only_when_two_people_agree(any_evidence) -> None:
    any_evidence.seal()
    hold = any_evidence.preserve()
    asked = release(any_evidence.room, hold.id, ground="filed by mistake", actor=ADA)
    assert (asked.released_at, asked.release_asked_by) == (None, ADA)
    assert standing(any_evidence) == [(HoldKind.PRESERVATION, hold.until)]
    with pytest.raises(RefusedError, match="another person must agree"):
        release(any_evidence.room, hold.id, ground="filed by mistake", actor=ADA)
    released = release(any_evidence.room, hold.id, ground="I have seen the retraction", actor=EVE)
    assert (released.released_by, released.release_asked_by) == (EVE, ADA)
    assert released.release_ground == "filed by mistake; I have seen the retraction"
    assert standing(any_evidence) == []
    rows = any_evidence.audit("hold.ask-release", "hold.release")
    assert [(row["act"], row["actor"], row.get("alone")) for row in rows][-2:] == [
        ("hold.ask-release", ADA, None),
        ("hold.release", EVE, False),
    ]


def test_what_prolongs_a_preservation_ends_by_two_people_too(evidence) -> None:
    evidence.seal()
    first = evidence.preserve()
    longer = holds.extend(evidence.room, first.id, until=first.until + 90 * DAY, ground="trial", actor=ADA)
    release(evidence.room, longer.id, ground="over", actor=ADA)
    assert len(standing(evidence)) == 2


def test_a_wish_to_release_is_taken_back_by_whoever_thinks_better_of_it(any_evidence) -> None:
    any_evidence.seal()
    hold = any_evidence.preserve()
    with pytest.raises(ConflictError, match="nobody has asked"):
        keep_standing(any_evidence.room, hold.id, actor=EVE)
    release(any_evidence.room, hold.id, ground="filed by mistake", actor=ADA)
    kept_up = keep_standing(any_evidence.room, hold.id, actor=EVE)
    assert (kept_up.release_asked_by, kept_up.release_ground) == (None, None)
    assert len(any_evidence.audit("hold.keep")) == 1
    assert release(any_evidence.room, hold.id, ground="again", actor=EVE).released_at is None


def test_one_person_alone_waits_before_the_second_word_and_the_audit_says_so(evidence) -> None:
    evidence.room = replace(evidence.room, two_people=False)
    evidence.seal()
    hold = evidence.preserve()
    release(evidence.room, hold.id, ground="filed by mistake", actor=ADA)
    evidence.clock.at += timedelta(hours=11)
    with pytest.raises(RefusedError, match="you are alone here: agree with yourself after 2026-"):
        release(evidence.room, hold.id, ground="still so", actor=ADA)
    evidence.clock.at += timedelta(hours=1)
    assert release(evidence.room, hold.id, ground="still so", actor=ADA).released_by == ADA
    assert evidence.audit("hold.release")[-1]["alone"] is True


@pytest.mark.parametrize("ground", ["", "  ", "a\nb", "x" * 501])
def test_a_hold_has_words_that_fit_a_page(evidence, ground: str) -> None:
    evidence.seal()
    with pytest.raises(InputError, match="1 to 500 printable characters"):
        holds.hold_legally(evidence.room, CASE, ground=ground, until=None, actor=ADA)


def test_a_hold_ends_in_the_future_and_belongs_to_a_case_that_is_kept(evidence) -> None:
    evidence.seal()
    with pytest.raises(InputError, match="ends in the future"):
        holds.hold_legally(evidence.room, CASE, ground="order", until=evidence.clock.at, actor=ADA)
    with pytest.raises(NotFoundError, match="was ever kept"):
        holds.hold_legally(evidence.room, OTHER, ground="order", until=None, actor=ADA)
    with pytest.raises(NotFoundError, match="no hold"):
        release(evidence.room, HoldId("nothing"), ground="order", actor=ADA)


def test_a_destroyed_case_is_not_held(any_evidence) -> None:
    any_evidence.seal()
    any_evidence.store.transact(lambda unit: unit.destroy_case_key(CASE, any_evidence.clock.at))
    with pytest.raises(ConflictError, match="destroyed"):
        holds.hold_legally(any_evidence.room, CASE, ground="order", until=None, actor=ADA)


def test_no_free_text_of_a_hold_or_process_stands_in_the_audit(any_evidence) -> None:
    any_evidence.seal()
    canary = "zaunkönig"
    made = holds.hold_legally(any_evidence.room, CASE, ground=canary, until=None, actor=ADA)
    release(any_evidence.room, made.id, ground=canary, actor=ADA)
    process = any_evidence.process(ProcessKind.PRESERVATION_REQUEST, reference=canary, authority=canary)
    legal_process.answer_process(any_evidence.room, process.id, actor=ADA)
    with any_evidence.store._database.reading.begin() as connection:
        rows = connection.exec_driver_sql("SELECT facts FROM audit_events").all()
    assert rows
    assert not [row for row in rows if canary in row.facts]


# ---- legal process


def test_a_preservation_request_holds_the_case_until_it_expires(any_evidence) -> None:
    any_evidence.seal()
    any_evidence.end_open_case()
    until = any_evidence.clock.at + 90 * DAY
    process = any_evidence.process(ProcessKind.PRESERVATION_REQUEST, expires_at=until)
    assert standing(any_evidence) == [(HoldKind.LEGAL, until)]
    with any_evidence.store.read() as reader:
        assert process.id in {hold.reference for hold in reader.holds_of_case(CASE)}
        assert reader.processes_of_case(CASE) == [process]


def test_a_request_with_a_date_is_a_clock_until_it_is_answered(any_evidence) -> None:
    any_evidence.seal()
    process = any_evidence.process(ProcessKind.WARRANT, due_at=any_evidence.clock.at + 14 * DAY)
    with any_evidence.store.read() as reader:
        assert not holds.deadlines(reader, any_evidence.clock.at, 14 * DAY), "its day has not come near"
        assert [each.due_at for each in holds.deadlines(reader, any_evidence.clock.at, 15 * DAY)] == [process.due_at]
    any_evidence.clock.pass_days(20)
    with any_evidence.store.read() as reader:
        (deadline,) = holds.deadlines(reader, any_evidence.clock.at, DAY)
    assert (deadline.kind, deadline.due_at, deadline.what) == (
        DeadlineKind.LEGAL_REQUEST,
        process.due_at,
        "warrant 26-12, County court",
    )
    answered = legal_process.answer_process(any_evidence.room, process.id, actor=EVE)
    assert (answered.answered_by, answered.answered_at) == (EVE, any_evidence.clock.at)
    with any_evidence.store.read() as reader:
        assert not holds.deadlines(reader, any_evidence.clock.at, DAY)
    with pytest.raises(ConflictError, match="was answered on"):
        legal_process.answer_process(any_evidence.room, process.id, actor=EVE)


def test_a_request_without_a_date_is_told_until_it_is_answered_or_asks_for_nothing_more(any_evidence) -> None:
    any_evidence.seal()
    warrant = any_evidence.process(ProcessKind.WARRANT)
    keep = any_evidence.process(ProcessKind.PRESERVATION_REQUEST, expires_at=any_evidence.clock.at + 9 * DAY)
    erase = any_evidence.process(ProcessKind.DESTRUCTION_REQUEST)
    any_evidence.process(ProcessKind.SUBPOENA, due_at=any_evidence.clock.at + DAY)

    def told() -> set[str]:
        with any_evidence.store.read() as reader:
            return {each.id for each in holds.undated_requests(reader, any_evidence.clock.at)}

    assert told() == {warrant.id, keep.id, erase.id}
    legal_process.answer_process(any_evidence.room, warrant.id, actor=EVE)
    any_evidence.clock.pass_days(9)
    assert told() == {erase.id}
    any_evidence.store.transact(lambda unit: unit.destroy_case_key(CASE, any_evidence.clock.at))
    assert told() == set()


def test_a_legal_hold_that_ends_soon_is_told_though_others_stand(any_evidence) -> None:
    any_evidence.seal()
    at = any_evidence.clock.at
    first = holds.hold_legally(any_evidence.room, CASE, ground="order", until=at + 20 * DAY, actor=ADA)
    with any_evidence.store.read() as reader:
        assert not holds.deadlines(reader, at, 10 * DAY)
        (told,) = holds.deadlines(reader, at, 30 * DAY)
    assert (told.kind, told.due_at, told.case_id) == (DeadlineKind.LEGAL_HOLD_END, first.until, CASE)
    any_evidence.end_open_case()
    with any_evidence.store.read() as reader:
        assert [each.kind for each in holds.deadlines(reader, at, 30 * DAY)] == [DeadlineKind.HOLD_END]
    holds.extend(any_evidence.room, first.id, until=at + 90 * DAY, ground="trial is pending", actor=ADA)
    with any_evidence.store.read() as reader:
        assert not holds.deadlines(reader, at, 30 * DAY)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"issued_at": datetime(2030, 1, 1, tzinfo=UTC)}, "in the past"),
        ({"received_at": datetime(2030, 1, 1, tzinfo=UTC)}, "in the past"),
        ({"expires_at": datetime(2000, 1, 1, tzinfo=UTC)}, "expires after it was issued"),
        ({"reference": ""}, "the authority's reference must be said"),
        ({"authority": "\x07"}, "the authority must be said"),
    ],
)
def test_a_legal_request_that_cannot_be_is_refused(evidence, wrong, said: str) -> None:
    evidence.seal()
    with pytest.raises(InputError, match=said):
        evidence.process(ProcessKind.WARRANT, **wrong)
    with evidence.store.read() as reader:
        assert reader.processes_of_case(CASE) == []


@pytest.mark.pg
def test_what_is_said_of_a_request_just_before_is_not_lost(store_part, postgres_url, tmp_path) -> None:
    desk, other = (open_desk(store_part.open(postgres_url), tmp_path / "data") for _ in range(2))
    desk.seal()
    process = desk.process(ProcessKind.EXIGENCY)
    between = Interleaved(
        desk.store, "lock_case_key", lambda: legal_process.answer_process(other.room, process.id, actor=EVE)
    )
    room = replace(desk.room, store=between)  # type: ignore[arg-type]
    approved = legal_process.approve_process(room, process.id, actor=EVE)
    assert (between.done, approved.answered_by) == (True, EVE)
    with desk.store.read() as reader:
        assert reader.get_process(process.id) == approved
    desk.store.close()
    other.store.close()


def test_only_an_exigency_waits_for_approval(evidence) -> None:
    evidence.seal()
    with pytest.raises(ConflictError, match="waits for no approval"):
        legal_process.approve_process(evidence.room, evidence.process(ProcessKind.WARRANT).id, actor=EVE)


def test_one_person_approves_an_exigency_by_recording_it(evidence) -> None:
    evidence.room = replace(evidence.room, two_people=False)
    evidence.seal()
    assert evidence.process(ProcessKind.EXIGENCY).approved_by == ADA
