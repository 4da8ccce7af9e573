"""The audit log's rows, on each kind of database: written with the change, sealed once, erased as a whole."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command

from clew.errors import ConflictError, DamagedError, InputError
from clew.parts.stores.base import Store, StorePart
from clew.parts.stores.sql.migrate import _config
from clew.records.audit import AuditEvent, AuditFilter, AuditKey, SealedBatch, Subtree
from clew.records.identifiers import AuditKeyId
from tests.parts.stores.store_records import NOON, SOURCE

EVENT = AuditEvent(at=NOON, actor="user:ada", act="source.put", subject="source:harbour", facts={"rows": 3})


def write(store: Store, *events: AuditEvent) -> None:
    store.transact(lambda unit: [unit.audit(event) for event in events])


def seal(store: Store, *, keys: dict[str, int] | None = None, **changed: object) -> SealedBatch:
    """All that waits, under a key for each subject; the commitments are what the store does not look at."""
    with store.read() as reader:
        waiting, first = reader.pending_audit(1000), reader.audit_size()
        standing = {each.subject: each.id for each in reader.audit_keys(set(waiting.subjects))}
        last = reader.last_audit_key()
    new = [each for each in dict.fromkeys(waiting.subjects) if each not in standing]
    made = [AuditKey(id=AuditKeyId(last + n), subject=each, secret=bytes([n] * 32)) for n, each in enumerate(new, 1)]
    ids = {**standing, **{each.subject: each.id for each in made}}
    batch = SealedBatch(
        first=first,
        ids=waiting.ids,
        keys=[ids[each] for each in waiting.subjects],
        commitments=[f"commitment {first + place:21d}".encode() for place in range(len(waiting.ids))],
        new_keys=made,
        subtrees=(),
        root=bytes(32),
    )
    batch = replace(batch, **changed)  # type: ignore[arg-type]
    store.transact(lambda unit: unit.seal_audit(batch, f"note of {batch.size}"))
    return batch


def scalar(store: Store, query: str) -> object:
    with store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        return connection.exec_driver_sql(query).scalar()


def test_an_audit_row_and_its_change_are_stored_together_or_not_at_all(any_store: Store):
    facts: dict[str, str | int | bool | None] = {"rows": 3, "name": "ä", "vetted": True, "kept_days": None}
    event = replace(EVENT, facts=facts)

    def change(unit, *, fail: bool):
        unit.put_source(SOURCE)
        unit.audit(event)
        if fail:
            raise ValueError("after both")

    with pytest.raises(ValueError, match="after both"):
        any_store.transact(lambda unit: change(unit, fail=True))
    assert scalar(any_store, "SELECT count(*) FROM audit_events") == 0
    any_store.transact(lambda unit: change(unit, fail=False))
    with any_store.read() as reader:
        [line] = reader.audit_lines(AuditFilter())
    assert (line.event, line.number, line.key) == (event, None, None)


def test_works_that_share_a_commit_write_their_rows_in_their_order_and_a_failed_one_writes_none(any_store: Store):
    def work(number: int):
        def change(unit):
            unit.audit(replace(EVENT, subject=f"list:{number}"))
            if number % 3 == 0:
                raise ValueError

        return change

    futures = [any_store.submit(work(number)) for number in range(20)]
    assert [future.exception() is not None for future in futures] == [number % 3 == 0 for number in range(20)]
    with any_store.read() as reader:
        waiting = reader.pending_audit(100)
    assert waiting.subjects == tuple(f"list:{number}" for number in range(20) if number % 3)


@pytest.mark.parametrize(
    "event",
    [
        replace(EVENT, facts={"rows": 2**53}),
        replace(EVENT, facts={"rows": 1.5}),  # type: ignore[dict-item]
        replace(EVENT, facts={"name": "\ud800"}),
        replace(EVENT, actor="user:\0"),
        replace(EVENT, subject="list:\ud800"),
    ],
)
def test_an_event_that_no_database_takes_fails_alone(any_store: Store, event: AuditEvent):
    good = any_store.submit(lambda unit: unit.audit(EVENT))
    bad = any_store.submit(lambda unit: unit.audit(event))
    last = any_store.submit(lambda unit: unit.audit(EVENT))
    assert isinstance(bad.exception(), InputError)
    assert good.exception() is None
    assert last.exception() is None
    assert scalar(any_store, "SELECT count(*) FROM audit_events") == 2


def test_facts_lie_as_canonical_json_whatever_their_names(any_store: Store):
    write(any_store, replace(EVENT, facts={"b": 1, "a": True, "ﬀ": None, "😀": "x\n"}))
    assert scalar(any_store, "SELECT facts FROM audit_events") == '{"a":true,"b":1,"😀":"x\\n","ﬀ":null}'


def test_lines_are_found_by_whom_what_on_what_and_when(any_store: Store):
    events = [
        replace(
            EVENT, at=NOON + timedelta(minutes=n), actor=f"user:{n % 2}", act=f"act.{n % 3}", subject=f"case:{n % 5}"
        )
        for n in range(30)
    ]
    write(any_store, *events)
    seal(any_store)

    def found(**wanted: object) -> list[AuditEvent]:
        with any_store.read() as reader:
            lines = reader.audit_lines(AuditFilter(**{"limit": 100, **wanted}))  # type: ignore[arg-type]
        return [line.event for line in lines if line.event is not None]

    newest = events[::-1]
    assert found() == newest
    assert found(actor="user:1") == [each for each in newest if each.actor == "user:1"]
    assert found(act="act.2", subject="case:1") == [events[26], events[11]]
    assert found(since=events[10].at, until=events[13].at) == [events[12], events[11], events[10]]
    assert found(limit=2) == newest[:2]
    with any_store.read() as reader:
        second = reader.audit_lines(AuditFilter(limit=2))[-1].id
    assert found(limit=2, before=second) == newest[2:4]
    assert found(actor="nobody") == []


def test_what_is_sealed_waits_no_longer_and_has_its_number_key_and_commitment(any_store: Store):
    write(any_store, EVENT, replace(EVENT, subject="case:1"), EVENT)
    with any_store.read() as reader:
        assert reader.count_pending_audit() == (3, NOON)
        assert reader.audit_size() == reader.last_audit_key() == 0
        assert reader.find_checkpoint(100) is None
    seal(any_store)
    with any_store.read() as reader:
        assert reader.count_pending_audit() == (0, None)
        assert reader.audit_size() == 3
        assert reader.last_audit_key() == 2
        assert [line.number for line in reader.audit_lines(AuditFilter())] == [2, 1, 0]
        [rows] = reader.stream_sealed_audit(0)
        assert (rows.numbers, rows.keys, rows.key_subjects) == (
            (0, 1, 2),
            (1, 2, 1),
            ("source:harbour", "case:1", "source:harbour"),
        )
        assert [json.loads(each or "") for each in rows.facts] == [{"rows": 3}] * 3
        found = reader.find_audit_line(1)
        assert found is not None
        assert (found[0].event, found[2].subject, found[2].secret) == (
            replace(EVENT, subject="case:1"),
            "case:1",
            b"\2" * 32,
        )
        assert reader.find_audit_line(3) is None
        assert reader.audit_commitments(1, 9) == [bytes(each or b"") for each in rows.commitments[1:]]
        assert [line.number for line in reader.stream_audit_lines(1)] == [1, 2]
        assert reader.find_checkpoint(3) == reader.find_checkpoint(9) == "note of 3"
        assert reader.find_checkpoint(2) is None


def test_checkpoints_and_nodes_come_back_by_size_and_place(any_store: Store):
    for _ in range(3):
        write(any_store, EVENT)
        size = seal(any_store, subtrees=()).size
    nodes = [Subtree(level=level, place=place, hash=bytes([level, place])) for level in (8, 16) for place in range(3)]
    write(any_store, EVENT)
    seal(any_store, subtrees=nodes)
    with any_store.read() as reader:
        assert list(reader.stream_checkpoints(size)) == [(3, "note of 3"), (4, "note of 4")]
        assert reader.audit_subtrees(8, 1, 5) == [bytes([8, 1]), bytes([8, 2])]
        assert sorted(reader.audit_subtrees_since(0), key=lambda each: (each.level, each.place)) == nodes
        later = sorted((each.level, each.place) for each in reader.audit_subtrees_since(600))
        assert later == [(8, 2), (16, 0), (16, 1), (16, 2)]


def test_a_batch_that_begins_elsewhere_or_holds_a_sealed_row_is_refused_whole(any_store: Store):
    write(any_store, EVENT, EVENT)
    batch = seal(any_store)
    write(any_store, EVENT)
    with pytest.raises(ConflictError, match="sealed the audit log meanwhile"):
        seal(any_store, first=1)
    with pytest.raises(ConflictError, match="sealed or changed meanwhile"):
        seal(any_store, ids=batch.ids[:1])
    with any_store.read() as reader:
        assert reader.audit_size() == 2
        assert reader.count_pending_audit()[0] == 1
        assert list(reader.stream_checkpoints(0)) == [(2, "note of 2")]


def test_erased_events_leave_number_and_commitment_and_nothing_else(any_store: Store):
    write(any_store, EVENT, replace(EVENT, subject="case:1"), replace(EVENT, subject="case:1"))
    seal(any_store)
    write(any_store, replace(EVENT, subject="case:1"))
    assert any_store.transact(lambda unit: unit.erase_audit(["case:1", "case:none"])) == [(2, 2)]
    with any_store.read() as reader:
        [rows] = reader.stream_sealed_audit(0)
        assert rows.subjects == ("source:harbour", None, None)
        assert all(columns[1] is None for columns in (rows.ats_us, rows.actors, rows.acts, rows.facts, rows.secrets))
        assert all(rows.commitments)
        assert reader.erased_audit_keys() == [2]
        assert [line.event is None for line in reader.audit_lines(AuditFilter())] == [False, True, True, False]
        assert reader.pending_audit(9).subjects == ("case:1",), "what waits was not sealed, and is not the erased one's"
        assert reader.audit_keys(["case:1"]) == []
    seal(any_store)
    with any_store.read() as reader:
        assert [each.id for each in reader.audit_keys(["case:1"])] == [3], "a new key for what is new"


def test_erased_text_does_not_stay_in_the_file(store: Store, sqlite_url: str):
    subject = "case:01JQUITEUNMISTAKABLE000000"
    write(store, replace(EVENT, subject=subject), EVENT)
    seal(store)
    store.transact(lambda unit: unit.erase_audit([subject]))
    with store._database.writing.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    content = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    assert b"source:harbour" in content
    assert subject.encode() not in content


FORBIDDEN = [
    "UPDATE audit_events SET actor = 'user:eve' WHERE number = 0",
    "UPDATE audit_events SET number = 7 WHERE number = 0",
    "UPDATE audit_events SET number = NULL WHERE number = 0",
    "UPDATE audit_events SET at = NULL WHERE number = 0",
    "UPDATE audit_events SET facts = '{}' WHERE number IS NULL",
    "UPDATE audit_events SET number = 1, act = 'x' WHERE number IS NULL",
    "DELETE FROM audit_events WHERE number = 0",
    "DELETE FROM audit_events WHERE number IS NULL",
    "UPDATE audit_checkpoints SET note = ''",
    "DELETE FROM audit_checkpoints",
    "UPDATE audit_subtrees SET place = 5",
    "DELETE FROM audit_subtrees",
    "UPDATE audit_keys SET secret = NULL",
    "UPDATE audit_keys SET subject = 'case:2'",
    "DELETE FROM audit_keys",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses_to_change_or_delete_what_is_in_the_log(any_store: Store, statement: str):
    write(any_store, EVENT)
    seal(any_store, subtrees=[Subtree(level=8, place=0, hash=bytes(32))])
    write(any_store, EVENT)
    with (
        pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"),
        any_store._database.writing.begin() as connection,  # type: ignore[attr-defined]
    ):
        connection.exec_driver_sql(statement)


@pytest.mark.pg
@pytest.mark.parametrize("table", ["audit_events", "audit_checkpoints", "audit_subtrees", "audit_keys"])
def test_postgresql_refuses_to_empty_a_table_of_the_log(postgres_url: str, store_part, table: str):
    store = store_part.open(postgres_url)
    with (
        pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"),
        store._database.writing.begin() as connection,
    ):
        connection.exec_driver_sql(f"TRUNCATE {table}")
    store.close()


def test_text_that_is_none_any_more_is_named_and_the_rows_after_it_can_be_read(store: Store):
    write(store, *(replace(EVENT, subject=f"case:{number}") for number in range(5)))
    seal(store)
    with store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("DROP TRIGGER audit_events_keep")
        connection.exec_driver_sql("UPDATE audit_events SET actor = CAST(x'ff41' AS TEXT) WHERE number = 2")
    with store.read() as reader:
        rows = reader.stream_sealed_audit(0)
        assert [next(rows).numbers, next(rows).numbers] == [(0,), (1,)]
        with pytest.raises(DamagedError, match="leaf 2") as named:
            next(rows)
        assert "A" not in str(named.value).replace("leaf", "")
        assert [each.numbers for each in reader.stream_sealed_audit(3)] == [(3, 4)]


def test_events_of_before_there_was_a_seal_wait_to_be_sealed(store_part: StorePart, any_empty_url: str):
    store = store_part.open(any_empty_url)
    database = store._database  # type: ignore[attr-defined]
    database.create()
    with database.writing.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002_people")
        connection.exec_driver_sql(
            "INSERT INTO audit_events (at, actor, act, subject, facts) "
            "VALUES (7, 'user:ada', 'list.put', 'list:a', '{}')"
        )
    store.migrate()
    write(store, EVENT)
    with store.read() as reader:
        waiting = reader.pending_audit(9)
    assert (waiting.subjects, waiting.ids) == (("list:a", "source:harbour"), (1, 2))
    assert seal(store).size == 2
    store.close()
