"""What a person is told when the database cannot do its work, and that the store works again afterwards."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from clew.errors import DamagedError, InputError, MissingPartError, RefusedError, UnavailableError
from clew.parts.stores.base import Store, StorePart, UnitOfWork
from clew.parts.stores.sql.unit import SqlUnitOfWork
from tests.parts.stores.full_disk import room_for_pages
from tests.parts.stores.store_records import LIST, NOON, PDQ, add, add_list, entry_of

# ---- SQLite


def test_a_file_that_is_no_database_is_named(store_part: StorePart, tmp_path: Path):
    path = tmp_path / "clew.db"
    path.write_bytes(b"a letter, not a database. " * 400)
    with pytest.raises(DamagedError, match=rf"{path} is no sound SQLite database"):
        store_part.open(f"sqlite:///{path}").migrate()
    assert path.read_bytes().startswith(b"a letter")


def test_a_folder_that_cannot_be_made_is_named(store_part: StorePart, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UnavailableError, match=rf"make the folder {tmp_path}/file/data"):
        store_part.open(f"sqlite:///{tmp_path}/file/data/clew.db").migrate()


def test_a_folder_that_may_not_be_written_is_named(store_part: StorePart, tmp_path: Path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o555)
    _open_path_to(folder)
    with _as_somebody_else(), pytest.raises(UnavailableError, match=rf"let this user write in it|{folder}"):
        store_part.open(f"sqlite:///{folder}/clew.db").migrate()


def test_a_database_that_may_not_be_written_is_named(store_part: StorePart, sqlite_url: str):
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.chmod(0o444)
    _open_path_to(path.parent)
    with _as_somebody_else():
        store = store_part.open(sqlite_url)
        with pytest.raises(UnavailableError, match="let this user read and write"):
            store.transact(lambda unit: unit.put_value("name", "1"))
        store.close()


def test_a_missing_database_is_not_made_by_reading_it(store_part: StorePart, tmp_path: Path):
    store = store_part.open(f"sqlite:///{tmp_path}/clew.db")
    with pytest.raises(UnavailableError, match="see that it exists"):
        store.check()
    with pytest.raises(UnavailableError, match="see that it exists"):
        store.transact(lambda unit: unit.put_value("name", "1"))
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_nobody_set_up_is_named(store_part: StorePart, any_empty_url: str):
    if any_empty_url.startswith("sqlite"):
        path = Path(any_empty_url.removeprefix("sqlite:///"))
        path.parent.mkdir()
        path.touch()
    store = store_part.open(any_empty_url)
    with pytest.raises(UnavailableError, match="not set up by this version"), store.read() as reader:
        reader.lists()
    with pytest.raises(UnavailableError, match="not set up by this version"):
        store.check()
    store.close()


def test_a_full_disk_fails_every_work_of_the_commit_and_the_writer_lives_on(store: Store):
    hash_list = add_list(store)
    add(store, hash_list, *(entry_of(number) for number in range(1000)))
    with room_for_pages(store, 0):
        with pytest.raises(UnavailableError, match=r"no space is left for the database in .*make room"):
            add(store, hash_list, *(entry_of(number) for number in range(1000, 20_000)))
        futures = [store.submit(lambda unit: unit.add_entries(hash_list.id, _many(), NOON)) for _ in range(3)]
        assert all(isinstance(future.exception(), UnavailableError) for future in futures)
    assert add(store, hash_list, entry_of(70_000)).new == 1
    store.check(whole=True)
    with store.read() as reader:
        assert reader.count_index_rows(PDQ) == 1001
        assert sum(1 for _ in reader.stream_entries(hash_list.id, NOON)) == 1001


LIMITED = """
import resource, sys
from clew.errors import UnavailableError
from clew.parts.stores.sql import PART
from tests.parts.stores.store_records import *
store = PART.open(sys.argv[1])
hash_list = add_list(store)
acknowledged = 0
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
try:
    for start in range(0, 1_000_000, 1000):
        add(store, hash_list, *(entry_of(number) for number in range(start, start + 1000)))
        acknowledged += 1000
except UnavailableError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert add(store, hash_list, entry_of(2_000_000)).new == 1
with store.read() as reader:
    assert reader.count_index_rows(PDQ) == acknowledged + 1, (reader.count_index_rows(PDQ), acknowledged)
store.check(whole=True)
store.close()
"""


def test_a_disk_that_refuses_to_write_loses_nothing_that_was_acknowledged(sqlite_url: str):
    done = _python(LIMITED, sqlite_url)
    assert done.returncode == 0, done.stderr
    assert "do it again" in done.stdout
    assert "clew.db" in done.stdout or "data" in done.stdout


def test_a_damaged_page_is_found_by_reading_the_whole(store_part: StorePart, sqlite_url: str):
    store = store_part.open(sqlite_url)
    hash_list = add_list(store)
    add(store, hash_list, *(entry_of(number) for number in range(5000)))
    store.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(size // 2 // 4096, size // 4096):
            file.seek(page * 4096)
            file.write(b"\x07" * 64)
    store = store_part.open(sqlite_url)
    with pytest.raises(DamagedError, match="restore"):
        store.check(whole=True)
    store.close()


def test_a_write_that_waits_too_long_for_another_process_says_so(
    store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("clew.parts.stores.sql.sqlite._BUSY_S", 0.1)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="another process has been writing"):
        store.transact(lambda unit: unit.put_value("name", "1"))
    with store.read() as reader:
        assert reader.lists() == [], "readers do not wait for a writer"
    other.execute("ROLLBACK")
    other.close()
    store.transact(lambda unit: unit.put_value("name", "1"))


# ---- PostgreSQL


@pytest.mark.pg
def test_a_server_that_is_down_is_named_without_its_password(store_part: StorePart, tmp_path: Path):
    store = store_part.open(f"postgresql://ada:secret@/clew?host={tmp_path}&password=secret")
    with pytest.raises(UnavailableError, match="is not reachable") as told:
        store.check()
    assert "secret" not in str(told.value)
    assert "ada" not in str(told.value)
    with pytest.raises(UnavailableError, match="is not reachable"):
        store.transact(lambda unit: unit.put_value("name", "1"))
    store.close()


@pytest.mark.pg
def test_a_wrong_password_is_told_as_such(store_part: StorePart, postgres_url: str):
    if "CLEW_TEST_PG_DSN" in os.environ:
        pytest.skip("only our own server is known to ask for a password")
    store = store_part.open(postgres_url)
    with store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("DROP ROLE IF EXISTS locked")
        connection.exec_driver_sql("CREATE ROLE locked LOGIN PASSWORD 'right'")
    store.close()
    for password in ("locked:wrong", "locked"):
        store = store_part.open(postgres_url.replace("clew@", f"{password}@"))
        with pytest.raises(UnavailableError, match="does not accept the user or the password") as told:
            store.check()
        assert "wrong" not in str(told.value)
        store.close()


@pytest.mark.pg
def test_a_missing_postgresql_database_is_told_as_such(store_part: StorePart, postgres_url: str):
    store = store_part.open(postgres_url.replace("clew_test", "nowhere"))
    with pytest.raises(UnavailableError, match="no such database"):
        store.migrate()
    store.close()


@pytest.mark.pg
def test_a_connection_that_is_cut_fails_its_works_and_the_next_ones_go_on(store_part: StorePart, postgres_url: str):
    store = store_part.open(postgres_url)

    def cut(unit) -> None:
        unit.put_value("lost", "1")
        unit._connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(UnavailableError, match="went away"):
        store.transact(cut)
    store.transact(lambda unit: unit.put_value("kept", "1"))
    with store.read() as reader:
        assert (reader.find_value("lost"), reader.find_value("kept")) == (None, "1")
    store.close()


def test_without_its_driver_postgresql_is_a_missing_part(store_part: StorePart, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingPartError, match="extra 'postgres'"):
        store_part.open("postgresql://localhost/clew")


# ---- either


@pytest.mark.parametrize(
    "url", ["mysql://ada:secret@host/name", "sqlite:///", "clew.db", "", "postgresql://ada:secret@host:port/x"]
)
def test_a_setting_that_is_no_database_is_told_without_its_password(store_part: StorePart, url: str):
    with pytest.raises(InputError, match="database setting") as told:
        store_part.open(url)
    assert "secret" not in str(told.value)


def test_a_database_of_a_newer_clew_is_refused(store_part: StorePart, any_url: str):
    store = store_part.open(any_url)
    with store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")
    with pytest.raises(RefusedError, match="written by a newer Clew"):
        store.migrate()
    with pytest.raises(RefusedError, match="written by a newer Clew"):
        store.check()
    store.close()


def test_no_message_bears_a_hash_or_a_name(any_store: Store):
    hash_list = add_list(any_store)
    with any_store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("DROP TABLE list_counts")
    with pytest.raises(UnavailableError) as told:
        add(any_store, hash_list, entry_of(1, note="Ferdinand"))
    chain = f"{told.value} {told.value.__cause__}"
    assert entry_of(1).value.hex() not in chain
    assert repr(entry_of(1).value) not in chain
    assert "Ferdinand" not in chain
    assert LIST.name not in chain


def _many() -> list:
    return [entry_of(number) for number in range(30_000, 40_000)]


@contextmanager
def _as_somebody_else() -> Iterator[None]:
    """Root may write anywhere; nobody may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def _open_path_to(folder: Path) -> None:
    """Somebody else may at least enter pytest's own folders."""
    for parent in folder.parents:
        if any(part.startswith("pytest-") for part in parent.parts):
            parent.chmod(0o755)


def _python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.cwd(),
        timeout=120,
    )


@pytest.mark.pg
def test_a_server_that_acknowledges_early_is_made_to_write_first(store_part: StorePart, postgres_url: str):
    """The test server runs with synchronous_commit = off, as an administrator may have set it."""
    with closing(store_part.open(postgres_url)) as store:

        def ask(unit: UnitOfWork) -> object:
            assert isinstance(unit, SqlUnitOfWork)
            return unit._connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()

        assert store.transact(ask) == "on"
