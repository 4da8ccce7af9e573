"""Counts, kept signals, runs and marks, on each kind of database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores.base import Store
from clew.records.hashlist import Action
from clew.records.identifiers import ChangeSequence, HitId, RunId
from clew.records.match import Channel
from clew.records.screening import CountKey, FileMark, Run
from clew.records.signal import Reason, Signal
from tests.parts.stores.store_records import DAY, NOON, PDQ, SHA256, value_of

TODAY = date(2026, 3, 8)
PASSED = CountKey(day=TODAY, channel=Channel.UPLOAD, action=Action.PASS)
FLAT = CountKey(day=TODAY, channel=Channel.UPLOAD, type=PDQ, reason=Reason.FLAT)
TOMORROW = replace(PASSED, day=date(2026, 3, 9))

RUN = Run(
    id=RunId("run 1"),
    key="k",
    against="a",
    sequence=ChangeSequence(3),
    roots=(b"/srv/a", b"/srv/\xff"),
    started_at=NOON,
    finished_at=None,
)
PLAIN = FileMark(path=b"a.jpg", size_bytes=10, modified_ns=1, changed_ns=2**62, action=Action.PASS)
FOUND = replace(PLAIN, path=b"\xff\x00 not utf-8", action=Action.REVIEW, hit_id=HitId("h"))
UNHASHABLE = replace(PLAIN, path=b"b.txt", unhashable=((PDQ, Reason.NOT_A_PICTURE), (SHA256, Reason.CHANGED)))


def test_counts_grow_and_are_told_by_day(any_store: Store):
    for _ in range(3):
        any_store.transact(lambda unit: unit.add_counts({PASSED: 5, FLAT: 1, TOMORROW: 2}))
    with any_store.read() as reader:
        assert reader.counts(TODAY, TODAY) == {PASSED: 15, FLAT: 3}
        assert reader.counts(TODAY, date(2026, 12, 31)) == {PASSED: 15, FLAT: 3, TOMORROW: 6}
        assert reader.counts(date(2025, 1, 1), date(2025, 12, 31)) == {}


def test_a_unit_of_work_sees_its_own_counts_before_they_are_written(any_store: Store):
    any_store.transact(lambda unit: unit.add_counts({PASSED: 5}))

    def count_and_look(unit):
        unit.add_counts({PASSED: 1, TOMORROW: 4})
        return unit.counts(TODAY, TODAY)

    assert any_store.transact(count_and_look) == {PASSED: 6}


def test_signals_of_content_without_a_hit_are_kept(any_store: Store):
    signals = [(Signal(type=PDQ, value=value_of(1), quality=50, form="frame-3"), "upload 1\udcff")]
    any_store.transact(lambda unit: unit.keep_signals([*signals, (Signal(type=SHA256, value=value_of(2)), None)], NOON))
    with any_store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT type, quality, form FROM kept_signals ORDER BY id").all()
    assert [tuple(row) for row in rows] == [("pdq", 50, "frame-3"), ("sha256", None, None)]


def keep(store: Store, signals, at) -> None:
    store.transact(lambda unit: unit.keep_signals(signals, at))


def test_kept_signals_are_counted_and_deleted_by_age_or_all(any_store: Store):
    for day in range(4):
        signals = [(Signal(type=PDQ, value=value_of(number)), None) for number in range(day + 1)]
        at = NOON + timedelta(days=day)
        keep(any_store, signals, at)
    assert any_store.transact(lambda unit: unit.delete_kept_signals(NOON + timedelta(days=2))) == 3
    with any_store.read() as reader:
        assert reader.count_kept_signals() == 7
    assert any_store.transact(lambda unit: unit.delete_kept_signals()) == 7
    with any_store.read() as reader:
        assert reader.count_kept_signals() == 0


def test_an_open_run_is_found_by_its_key_until_it_is_finished(any_store: Store):
    any_store.transact(lambda unit: unit.create_run(RUN))
    with any_store.read() as reader:
        assert reader.find_open_run("k") == RUN
        assert reader.find_open_run("other") is None
    with pytest.raises(ConflictError, match="resume it"):
        any_store.transact(lambda unit: unit.create_run(replace(RUN, id=RunId("run 2"))))
    finished = any_store.transact(lambda unit: unit.finish_run(RUN.id, NOON + DAY))
    assert finished == replace(RUN, finished_at=NOON + DAY)
    any_store.transact(lambda unit: unit.create_run(replace(RUN, id=RunId("run 2"))))
    with any_store.read() as reader:
        assert [run.id for run in reader.runs(5)] == ["run 2", "run 1"]
        assert [run.id for run in reader.runs(1)] == ["run 2"]


def test_marks_come_back_and_the_runs_totals_follow_them(any_store: Store):
    any_store.transact(lambda unit: unit.create_run(RUN))
    any_store.transact(lambda unit: unit.add_marks(RUN.id, [PLAIN, FOUND, UNHASHABLE]))
    assert _totals(any_store) == (3, 1, 1)
    with any_store.read() as reader:
        assert {mark.path: mark for mark in reader.stream_marks(RUN.id)} == {
            mark.path: mark for mark in (PLAIN, FOUND, UNHASHABLE)
        }
        assert reader.find_mark(RUN.id, FOUND.path) == FOUND
        assert reader.find_mark(RUN.id, b"unknown") is None
        assert reader.find_mark(RunId("other"), FOUND.path) is None


def test_a_file_that_is_no_picture_is_hashed_in_full(any_store: Store):
    any_store.transact(lambda unit: unit.create_run(RUN))
    text = replace(PLAIN, path=b"text", unhashable=((PDQ, Reason.NOT_A_PICTURE),))
    any_store.transact(lambda unit: unit.add_marks(RUN.id, [text, UNHASHABLE]))
    assert _totals(any_store) == (2, 0, 1)
    any_store.transact(lambda unit: unit.add_marks(RUN.id, [text, replace(UNHASHABLE, unhashable=())]))
    assert _totals(any_store) == (2, 0, 0)


def test_a_path_marked_again_takes_the_new_mark_and_is_counted_once(any_store: Store):
    any_store.transact(lambda unit: unit.create_run(RUN))
    any_store.transact(lambda unit: unit.add_marks(RUN.id, [PLAIN, FOUND, UNHASHABLE]))
    changed = [replace(FOUND, size_bytes=11, hit_id=None), replace(PLAIN, hit_id=HitId("h2")), PLAIN]
    any_store.transact(lambda unit: unit.add_marks(RUN.id, changed))
    assert _totals(any_store) == (3, 0, 1)
    with any_store.read() as reader:
        assert reader.find_mark(RUN.id, FOUND.path) == changed[0]
        assert reader.find_mark(RUN.id, PLAIN.path) == PLAIN


def test_long_paths_that_begin_alike_are_different_marks(any_store: Store):
    any_store.transact(lambda unit: unit.create_run(RUN))
    head = b"/a" * 2000
    marks = [replace(PLAIN, path=head + tail, size_bytes=size) for size, tail in enumerate([b"", b"1", b"2"])]
    edge = [replace(PLAIN, path=b"x" * length) for length in (1023, 1024, 1025)]
    any_store.transact(lambda unit: unit.add_marks(RUN.id, marks + edge))
    with any_store.read() as reader:
        assert {mark.path: mark for mark in reader.stream_marks(RUN.id)} == {mark.path: mark for mark in marks + edge}
        assert [reader.find_mark(RUN.id, mark.path) for mark in marks] == marks


def test_marks_stream_over_many_pages_and_are_dropped_with_the_end_of_the_run(any_store: Store):
    any_store.transact(lambda unit: unit.create_run(RUN))
    many = [replace(PLAIN, path=b"%d" % number) for number in range(11_000)]
    any_store.transact(lambda unit: unit.add_marks(RUN.id, many))
    with any_store.read() as reader:
        assert {mark.path for mark in reader.stream_marks(RUN.id)} == {mark.path for mark in many}
    assert any_store.transact(lambda unit: unit.finish_run(RUN.id, NOON)).files == 11_000
    with any_store.read() as reader:
        assert list(reader.stream_marks(RUN.id)) == []


def test_a_finished_or_unknown_run_takes_no_marks(any_store: Store):
    with pytest.raises(NotFoundError, match="no open run"):
        any_store.transact(lambda unit: unit.add_marks(RUN.id, [PLAIN]))
    any_store.transact(lambda unit: unit.create_run(RUN))
    any_store.transact(lambda unit: unit.finish_run(RUN.id, NOON))
    with pytest.raises(NotFoundError, match="no open run"):
        any_store.transact(lambda unit: unit.add_marks(RUN.id, [PLAIN]))
    with pytest.raises(NotFoundError, match="no open run"):
        any_store.transact(lambda unit: unit.finish_run(RUN.id, NOON))


def _totals(store: Store) -> tuple[int, int, int]:
    with store.read() as reader:
        (run,) = reader.runs(1)
    return run.files, run.hits, run.unhashable
