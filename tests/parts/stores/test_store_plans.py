"""Queries that run all day walk an index, whatever SQLite's planner may think of tables without statistics."""

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import event

from clew.parts.stores.base import HitFilter, Store
from clew.records.hashlist import Action
from clew.records.identifiers import ChangeSequence, EntryId, ListId, RunId
from tests.parts.stores.store_records import NOON, PDQ, add, add_list, entry_of, hit_of, remove, value_of
from tests.parts.stores.test_store_screening import PLAIN, RUN

LARGE = ("entries", "hits", "matches", "file_marks")


def test_no_daily_query_reads_a_large_table_through(store: Store):
    statements: dict[str, object] = {}
    database = store._database  # type: ignore[attr-defined]

    def note(_connection, _cursor, statement, parameters, _context, many):
        if re.match("SELECT|UPDATE|DELETE", statement) and not many:
            statements[statement] = parameters

    for engine in (database.reading, database.writing):
        event.listen(engine, "before_cursor_execute", note)
    _work_a_day(store)
    with database.reading.begin() as connection:
        plans = {
            statement: [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
            for statement, given in statements.items()
        }
    scans = [
        (line, statement)
        for statement, plan in plans.items()
        for line in plan
        if re.match(rf"SCAN ({'|'.join(LARGE)})", line)
    ]
    # The page of newest hits walks the primary key backwards and stops at its limit; a count of hits counts an index.
    allowed = re.compile(r"USING (COVERING )?INDEX")
    assert [scan for scan in scans if not allowed.search(scan[0])] == []
    assert len(plans) > 25


def _work_a_day(store: Store) -> None:
    hash_list = add_list(store)
    for _ in range(2):
        add(store, hash_list, *(replace(entry_of(number), expires_at=NOON) for number in range(5)))
    remove(store, hash_list, value_of(1))
    store.transact(lambda unit: unit.expire_entries(NOON, 2))
    store.transact(lambda unit: unit.add_hits([hit_of(1)]))
    store.transact(lambda unit: unit.create_run(RUN))
    store.transact(lambda unit: unit.add_marks(RUN.id, [PLAIN]))
    with store.read() as reader:
        reader.list_states(NOON)
        reader.get_entries([EntryId(1), EntryId(2)], NOON)
        reader.find_entry(hash_list.id, PDQ, value_of(1))
        list(reader.stream_entries(hash_list.id, NOON - timedelta(days=1)))
        list(reader.removed_since(PDQ, ChangeSequence(0)))
        reader.count_index_rows(PDQ)
        for wanted in (
            HitFilter(),
            HitFilter(list_id=ListId(1)),
            HitFilter(list_id=ListId(1), exact=True, before=hit_of(9).id),
            HitFilter(exact=True),
            HitFilter(action=Action.BLOCK),
            HitFilter(run_id=RunId("run")),
            HitFilter(since=NOON),
        ):
            reader.hits(wanted)
            reader.count_hits(wanted)
        reader.find_mark(RUN.id, b"a")
        list(reader.stream_marks(RUN.id))
    store.transact(lambda unit: unit.finish_run(RUN.id, NOON))
    store.transact(lambda unit: unit.remove_list(hash_list.id, NOON))
