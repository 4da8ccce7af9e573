"""Migrations: the schema that they lead to is the one that the code declares, whoever runs them and how often."""

import stat
import threading
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from clew.parts.stores.base import Store, StorePart
from clew.parts.stores.sql.tables import metadata
from tests.parts.stores.store_records import PDQ, add, add_list, entry_of


def test_the_migrated_schema_is_the_declared_one(any_store: Store):
    with any_store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_tables_on_sqlite_are_strict(store: Store):
    with store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").all()
    loose = {name for name, strict in rows if not strict and not name.startswith("sqlite_")}
    assert loose == {"alembic_version"}


def test_migrating_again_changes_nothing(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, entry_of(1))
    any_store.migrate()
    with any_store.read() as reader:
        assert reader.count_index_rows(PDQ) == 1


def test_processes_that_start_together_migrate_once(store_part: StorePart, any_empty_url: str):
    stores = [store_part.open(any_empty_url) for _ in range(6)]
    at_once = threading.Barrier(len(stores))
    faults: list[BaseException] = []

    def start(store: Store) -> None:
        at_once.wait(30)
        try:
            store.migrate()
            store.check()
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=start, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with stores[0].read() as reader:
        assert reader.change_sequence() == 0
    for store in stores:
        store.close()


def test_a_new_database_is_for_its_owner_alone(store_part: StorePart, tmp_path: Path):
    path = tmp_path / "deep" / "data" / "clew.db"
    store = store_part.open(f"sqlite:///{path}")
    store.migrate()
    add_list(store)
    for each in [path, *path.parent.glob("clew.db-*")]:
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each.name
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.close()


def test_a_folder_may_be_called_anything(store_part: StorePart, tmp_path: Path):
    path = tmp_path / "50% of #1? really" / "clew.db"
    store = store_part.open(f"sqlite:///{path}")
    store.migrate()
    store.check(whole=True)
    store.close()
    assert path.exists()
