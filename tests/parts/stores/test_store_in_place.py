"""Nothing is acknowledged that the next start would not find, and readiness says why a change is not stored."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.errors import UnavailableError
from clew.parts.stores.base import Store, StorePart
from clew.parts.stores.sql.sqlite import SqliteDatabase
from clew.parts.stores.sql.store import SqlStore
from tests.parts.stores.store_records import add_list
from tests.parts.stores.test_store_writer import PASSED, TODAY, putting


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
def now_s() -> list[float]:
    """The seconds of the clock of `timed`."""
    return [0.0]


@pytest.fixture
def timed(path: Path, now_s: list[float]) -> Iterator[Store]:
    store = SqlStore(SqliteDatabase(path), lambda: now_s[0])
    yield store
    store.close()


def test_nothing_is_acknowledged_once_the_file_is_removed(store: Store, path: Path):
    store.transact(lambda unit: unit.put_value("before", "1"))
    store.check()
    path.unlink()
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"clew\.db was removed or replaced.*restore"):
            store.transact(lambda unit: unit.put_value("after", "1"))
        with pytest.raises(UnavailableError, match=r"clew\.db was removed or replaced"):
            store.check()
    with pytest.raises(UnavailableError, match="removed or replaced"):
        store.migrate()
    assert not path.exists()


def test_what_is_removed_during_its_commit_is_not_acknowledged(store: Store, path: Path):
    def work(unit):
        unit.put_value("name", "1")
        path.unlink()

    with pytest.raises(UnavailableError, match="removed or replaced"):
        store.transact(work)


@pytest.mark.parametrize("fate", ["removed", "moved", "replaced"])
def test_what_was_stored_survives_the_loss_of_the_log_and_nothing_more_is_acknowledged(
    store: Store, store_part: StorePart, path: Path, fate: str
):
    for number in range(20):
        store.transact(putting(f"name {number}", "1"))
    journal = path.with_name(f"{path.name}-wal")
    assert journal.stat().st_size
    if fate == "moved":
        journal.rename(path.with_suffix(".away"))
    else:
        journal.unlink()
    if fate == "replaced":
        journal.touch()
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"clew\.db-wal was removed or replaced.*start it again"):
            store.transact(lambda unit: unit.put_value("after", "1"))
        with pytest.raises(UnavailableError, match=r"clew\.db-wal was removed or replaced"):
            store.check()
    # As a process finds it that starts after this one was killed: the database alone.
    alone = path.with_name("alone.db")
    shutil.copy(path, alone)
    again = store_part.open(f"sqlite:///{alone}")
    with again.read() as reader:
        assert all(reader.find_value(f"name {number}") == "1" for number in range(20))
    again.close()


def test_a_log_that_is_lost_during_its_commit_costs_nothing_that_was_acknowledged(store: Store, path: Path):
    store.transact(lambda unit: unit.put_value("name", "1"))

    def work(unit):
        unit.put_value("name", "2")
        path.with_name(f"{path.name}-wal").unlink()

    with pytest.raises(UnavailableError, match="removed or replaced"):
        store.transact(work)
    alone = path.with_name("alone.db")
    shutil.copy(path, alone)
    with sqlite3.connect(alone) as connection:
        assert connection.execute("SELECT value FROM installation_values WHERE name = 'name'").fetchone() == ("2",)
    connection.close()


def test_a_log_that_is_lost_during_the_first_commit_of_a_process_is_not_acknowledged(
    store: Store, store_part: StorePart, path: Path
):
    store.close()
    fresh = store_part.open(f"sqlite:///{path}")

    def work(unit):
        unit.put_value("name", "1")
        path.with_name(f"{path.name}-wal").unlink()

    with pytest.raises(UnavailableError, match="removed or replaced"):
        fresh.transact(work)
    with pytest.raises(UnavailableError, match="removed or replaced"):
        fresh.check()
    fresh.close()


@pytest.mark.slow
def test_what_was_acknowledged_outlives_the_loss_of_the_log_and_a_kill(
    store_part: StorePart, sqlite_url: str, path: Path
):
    store = store_part.open(sqlite_url)
    add_list(store)
    store.close()
    command = [sys.executable, "-m", "tests.parts.stores.store_process", "stay", sqlite_url, "0", "1000000", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(30)]
        path.with_name(f"{path.name}-wal").unlink()
        while (line := process.stdout.readline()) != "refused\n":
            assert line
            lines.append(line)
        process.kill()
    again = store_part.open(sqlite_url)
    with again.read() as reader:
        assert reader.counts(TODAY, TODAY)[PASSED] >= len(lines)
    again.check(whole=True)
    again.close()


def test_a_new_log_after_the_last_connection_was_closed_is_no_loss(store: Store):
    store.transact(lambda unit: unit.put_value("name", "1"))
    store._database.reading.dispose()  # type: ignore[attr-defined]
    with store._database.writing.connect():  # type: ignore[attr-defined]
        pass  # the writer has given it back
    store._database.writing.dispose()  # type: ignore[attr-defined]
    store.transact(lambda unit: unit.put_value("name", "2"))
    store.check()


def test_another_file_in_its_place_is_neither_written_nor_read_anew(store: Store, store_part: StorePart, path: Path):
    store.transact(lambda unit: unit.put_value("name", "1"))
    for each in path.parent.iterdir():
        each.rename(path.parent.parent / each.name)
    other = store_part.open(f"sqlite:///{path}")
    other.migrate()
    other.close()
    with pytest.raises(UnavailableError, match="removed or replaced"):
        store.transact(lambda unit: unit.put_value("name", "2"))
    with pytest.raises(UnavailableError, match="removed or replaced"), store.read() as reader:
        reader.find_value("name")


def test_a_file_that_is_put_back_is_written_again(store: Store, path: Path):
    store.transact(lambda unit: unit.put_value("name", "1"))
    path.rename(path.with_suffix(".away"))
    with pytest.raises(UnavailableError):
        store.transact(lambda unit: unit.put_value("name", "2"))
    path.with_suffix(".away").rename(path)
    store.transact(lambda unit: unit.put_value("name", "3"))
    store.check()
    with store.read() as reader:
        assert reader.find_value("name") == "3"


def test_no_new_database_is_made_beside_the_journal_of_a_lost_one(store: Store, store_part: StorePart, path: Path):
    store.transact(lambda unit: unit.put_value("name", "1"))
    path.unlink()
    another = store_part.open(f"sqlite:///{path}")
    with pytest.raises(UnavailableError, match=r"clew\.db-wal with its last changes is"):
        another.migrate()
    another.close()
    assert not path.exists()


def test_readiness_says_when_changes_wait_for_another_process(timed: Store, now_s: list[float], path: Path):
    other = sqlite3.connect(path, isolation_level=None)
    timed.transact(lambda unit: unit.put_value("name", "1"))
    other.execute("BEGIN IMMEDIATE")
    waiting = timed.submit(lambda unit: unit.put_value("name", "2"))
    while not waiting.running():
        pass
    timed.check()
    now_s[0] = 6.0
    with pytest.raises(UnavailableError, match="kept a change waiting for 6 s"):
        timed.check()
    other.execute("ROLLBACK")
    other.close()
    waiting.result()
    timed.transact(lambda unit: unit.put_value("name", "3"))
    timed.check()


def test_readiness_says_that_the_last_commit_failed_until_one_succeeds_or_time_has_passed(
    timed: Store, now_s: list[float], path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("clew.parts.stores.sql.sqlite._BUSY_S", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    for mended in (lambda: timed.transact(lambda unit: unit.put_value("name", "2")), lambda: now_s.insert(0, 31.0)):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError):
            timed.transact(lambda unit: unit.put_value("name", "1"))
        with pytest.raises(UnavailableError, match="the last change was not stored: another process"):
            timed.check()
        other.execute("ROLLBACK")
        mended()
        timed.check()
    other.close()


def test_a_work_that_fails_by_itself_says_nothing_of_readiness(timed: Store):
    def fail(_unit):
        raise ValueError("its own fault")

    with pytest.raises(ValueError, match="its own fault"):
        timed.transact(fail)
    timed.check()
