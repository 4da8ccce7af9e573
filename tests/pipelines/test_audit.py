"""The audit log at work, on each kind of database: sealed by one, verified by all, witnessed, proved, erased."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy

from clew.errors import ConflictError, DamagedError, InputError, NotFoundError, RefusedError
from clew.parts.stores.base import Store, StorePart
from clew.pipelines.audit import LEASE, AuditLog, last_checkpoint, note_read, open_log, seal, seal_as, take_lease
from clew.pipelines.audit_erase import erase
from clew.pipelines.audit_prove import prove, prove_consistency
from clew.pipelines.audit_verify import verify
from clew.pipelines.witness import append, witnessed
from clew.records.audit import AuditEvent, AuditFilter, Checkpoint, Verified
from clew.sealing.checkpoints import read
from clew.sealing.commitments import commitment, reference_text
from clew.sealing.tree import includes, is_consistent, leaf_hash
from clew.settings import Audit, Settings
from tests.pipelines.list_desk import SetClock

ACTOR = "command:ada"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def log(any_store: Store, tmp_path: Path, clock: SetClock) -> AuditLog:
    return open_log(Settings(data_dir=tmp_path / "data"), any_store, clock)


@pytest.fixture
def plain(store: Store, tmp_path: Path, clock: SetClock) -> AuditLog:
    """In SQLite alone, where the database makes no difference."""
    return open_log(Settings(data_dir=tmp_path / "data"), store, clock)


def write(log: AuditLog, count: int, *, act: str = "hit.open") -> None:
    """So many events on seven cases in turn."""

    def work(unit) -> None:
        for number in range(count):
            subject = f"case:{number % 7}"
            facts: dict[str, str | int | bool | None] = {"rows": number}
            unit.audit(AuditEvent(at=log.clock(), actor=ACTOR, act=act, subject=subject, facts=facts))

    log.store.transact(work)


def sealed(log: AuditLog, *counts: int) -> AuditLog:
    for count in counts:
        write(log, count)
        assert seal(log) == count
    return log


def newest(log: AuditLog) -> Checkpoint:
    with log.store.read() as reader:
        found = last_checkpoint(reader)
    assert found is not None
    return found


def tamper(log: AuditLog, *statements: str) -> None:
    """As somebody who may alter the schema would: the triggers go first."""
    with log.store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        for table in ("audit_events", "audit_checkpoints", "audit_subtrees", "audit_keys"):
            for kind in ("keep", "stay"):
                on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{kind}{on}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def told(verified: Verified) -> list[tuple[int | None, int | None, str]]:
    return [(each.first, each.last, each.told) for each in verified.faults]


# ---- sealing


def test_what_was_written_is_sealed_in_its_order_and_signed(log: AuditLog) -> None:
    sealed(log, 300, 5)
    with log.store.read() as reader:
        lines = list(reader.stream_audit_lines(0))
    assert [line.number for line in lines] == list(range(305))
    assert [line.event.facts["rows"] for line in lines if line.event] == [*range(300), *range(5)]
    verified = verify(log)
    assert verified.sound
    assert (verified.size, verified.checkpoints, verified.pending, verified.erased) == (305, 3, 0, 0)
    assert verified.last == newest(log)


def test_a_log_larger_than_a_batch_is_sealed_batch_by_batch_and_goes_on_from_its_nodes(plain: AuditLog) -> None:
    sealed(plain, 9_000, 1, 700)
    with plain.store.read() as reader:
        assert [size for size, _ in reader.stream_checkpoints(0)] == [4_000, 8_000, 9_000, 9_001, 9_701]
    assert verify(plain).sound


def test_nothing_is_signed_when_nothing_waits(plain: AuditLog) -> None:
    assert seal(plain) == 0
    sealed(plain, 1)
    assert seal(plain) == 0
    with plain.store.read() as reader:
        assert len(list(reader.stream_checkpoints(0))) == 1


def test_an_empty_log_is_sound_and_has_no_checkpoint(log: AuditLog) -> None:
    verified = verify(log)
    assert (verified.sound, verified.size, verified.last) == (True, 0, None)


def test_only_one_seals_at_a_time(log: AuditLog, clock: SetClock) -> None:
    write(log, 3)
    owner = take_lease(log)
    assert owner is not None
    assert take_lease(log) is None
    assert seal(log) == 0, "whoever has the lease does it"
    log.store.transact(lambda unit: unit.release_lease(LEASE, owner))
    assert seal(log) == 3


def test_a_sequencer_that_died_is_followed_by_another_when_its_lease_has_run_out(log: AuditLog, clock) -> None:
    write(log, 3)
    assert take_lease(log) is not None
    clock.at += timedelta(minutes=3)
    assert seal(log) == 3


def test_many_who_write_and_seal_at_once_number_every_row_once(store_part: StorePart, any_url: str, tmp_path, clock):
    """Processes of their own would use stores of their own, too."""
    logs = [open_log(Settings(data_dir=tmp_path / "data"), store_part.open(any_url), clock) for _ in range(4)]
    at_once = threading.Barrier(len(logs))
    faults: list[BaseException] = []

    def work(log: AuditLog) -> None:
        at_once.wait(30)
        try:
            for _ in range(10):
                write(log, 20)
                seal(log)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=work, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    seal(logs[0])
    verified = verify(logs[0])
    assert (verified.sound, verified.size, verified.pending) == (True, 800, 0)
    for log in logs:
        log.store.close()


def test_a_sequencer_whose_lease_was_taken_over_changes_nothing(plain: AuditLog, clock: SetClock) -> None:
    write(plain, 3)
    late = take_lease(plain)
    assert late is not None
    clock.at += timedelta(minutes=3)
    assert take_lease(plain) is not None
    with pytest.raises(ConflictError, match="another process seals"):
        seal_as(plain, late)
    with plain.store.read() as reader:
        assert reader.count_pending_audit()[0] == 3


def test_a_read_is_durable_before_it_is_shown(log: AuditLog) -> None:
    note_read(log.store, actor=ACTOR, act="hits.read", subject="hits", clock=log.clock, facts={"shown": 3})
    with log.store.read() as reader:
        [line] = reader.audit_lines(AuditFilter())
    assert line.event == AuditEvent(at=log.clock(), actor=ACTOR, act="hits.read", subject="hits", facts={"shown": 3})


# ---- what is found

CHANGES = {
    "at": "UPDATE audit_events SET at = at + 1 WHERE number = 512",
    "actor": "UPDATE audit_events SET actor = 'command:adb' WHERE number = 512",
    "act": "UPDATE audit_events SET act = 'hit.opeo' WHERE number = 512",
    "subject": "UPDATE audit_events SET subject = 'case:2' WHERE number = 512",
    "facts": "UPDATE audit_events SET facts = replace(facts, '{', '{ ') WHERE number = 512",
    "key": "UPDATE audit_events SET key = 7 - key WHERE number = 512",
    "commitment": "UPDATE audit_events SET commitment = (SELECT commitment FROM audit_events WHERE number = 1) "
    "WHERE number = 512",
    "id": "UPDATE audit_events SET id = id + 100000 WHERE number = 512",
    "number": "UPDATE audit_events SET number = NULL WHERE number = 512",
    "deleted": "DELETE FROM audit_events WHERE number = 512",
    "blanked": "UPDATE audit_events SET at = NULL, actor = NULL, act = NULL, subject = NULL, facts = NULL "
    "WHERE number = 512",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_changed_behind_our_back_is_found_and_named(log: AuditLog, change: str) -> None:
    sealed(log, 600, 300)
    tamper(log, CHANGES[change])
    verified = verify(log)
    assert not verified.sound
    assert told(verified)[0][:2] == (512, 512)


def test_two_rows_that_changed_places_are_found(log: AuditLog) -> None:
    sealed(log, 600)
    moves = (("-1", "7"), ("7", "8"), ("8", "-1"))
    tamper(log, *(f"UPDATE audit_events SET number = {to} WHERE number = {at}" for to, at in moves))
    assert told(verify(log))[0][:2] == (7, 8)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE audit_checkpoints SET note = replace(note, 'at 2', 'at 3')", "is not signed by a key of ours"),
        ("UPDATE audit_checkpoints SET note = 'gone'", "a checkpoint has an origin"),
        ("UPDATE audit_checkpoints SET size = 599", "speaks of 600"),
        ("UPDATE installation_values SET value = 'clew/other' WHERE name = 'audit.origin'", "is of another log"),
        ("UPDATE audit_subtrees SET place = 7 WHERE place = 1", "stored node"),
        ("DELETE FROM audit_subtrees", "stored node"),
        ("UPDATE audit_keys SET subject = 'case:x' WHERE id = 3", "of another subject"),
        ("UPDATE audit_keys SET subject = NULL, secret = NULL WHERE id = 3", "no event of the log says so"),
        ("DELETE FROM audit_keys WHERE id = 3", "erased or missing"),
    ],
)
def test_a_change_beside_the_rows_is_found_too(log: AuditLog, change: str, said: str) -> None:
    sealed(log, 600)
    tamper(log, change)
    verified = verify(log)
    assert not verified.sound
    assert any(said in each for _, _, each in told(verified)), told(verified)


def test_a_tail_cut_off_with_all_that_speaks_of_it_is_found_by_what_is_kept_outside(log: AuditLog, tmp_path) -> None:
    sealed(log, 500)
    witness = tmp_path / "witness"
    sealed(log, 100)
    append(newest(log), witness)
    tamper(
        log,
        "DELETE FROM audit_events WHERE number >= 500",
        "DELETE FROM audit_checkpoints WHERE size > 500",
        "DELETE FROM audit_subtrees WHERE place > 0",
    )
    by_folder = told(verify(log))
    assert by_folder == [(500, 599, "the log was cut off: the data folder knows it at 600 leaves, and it has 500")]
    log.kept.unlink()
    assert verify(log).sound, "whoever has the data folder as well leaves no trace in it"
    by_witness = told(verify(log, witnesses=[witness]))
    assert by_witness == [(500, 599, f"the log was cut off: {witness} knows it at 600 leaves, and it has 500")]


def test_nothing_more_is_sealed_over_a_log_that_was_cut_off(log: AuditLog) -> None:
    sealed(log, 10, 10)
    tamper(log, "DELETE FROM audit_events WHERE number >= 10", "DELETE FROM audit_checkpoints WHERE size > 10")
    write(log, 3)
    with pytest.raises(DamagedError, match="was cut off, or an older backup was restored"):
        seal(log)
    assert newest(log).size == 10


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET commitment = (SELECT commitment FROM audit_events WHERE number = 1) WHERE number = 19",
        "UPDATE audit_checkpoints SET note = 'gone'",
        "DELETE FROM audit_events WHERE number = 19",
    ],
)
def test_nothing_more_is_sealed_over_a_log_that_is_not_the_one_that_was_signed(log: AuditLog, change: str) -> None:
    sealed(log, 20)
    tamper(log, change)
    write(log, 3)
    with pytest.raises(DamagedError, match="clew audit verify"):
        seal(log)


def test_rows_that_wait_for_over_a_minute_are_told(log: AuditLog, clock: SetClock) -> None:
    sealed(log, 5)
    write(log, 2)
    verified = verify(log)
    assert (verified.sound, verified.pending, verified.oldest_pending) == (True, 2, clock.at)
    clock.at += timedelta(seconds=61)
    [(first, last, said)] = told(verify(log))
    assert (first, last) == (None, None)
    assert said.startswith("2 rows wait to be sealed, the oldest for over a minute")


def test_a_part_can_be_verified_on_the_word_of_a_checkpoint(log: AuditLog) -> None:
    sealed(log, 300, 300, 10)
    tamper(log, "UPDATE audit_events SET actor = 'x' WHERE number = 20")
    verified = verify(log, since=450)
    assert (verified.sound, verified.since, verified.size) == (True, 300, 610)
    assert not verify(log, since=299).sound
    tamper(log, "UPDATE audit_events SET actor = 'x' WHERE number = 600")
    assert told(verify(log, since=450))[0][:2] == (600, 600)


def test_a_part_whose_beginning_is_not_whole_is_verified_from_the_first_leaf(log: AuditLog) -> None:
    sealed(log, 300, 300)
    tamper(log, "DELETE FROM audit_events WHERE number = 299")
    verified = verify(log, since=300)
    assert verified.since == 0
    assert (299, 299, "the rows are missing") in told(verified)


def test_text_that_is_none_any_more_is_a_fault_of_its_row(plain: AuditLog) -> None:
    sealed(plain, 20)
    tamper(plain, "UPDATE audit_events SET act = CAST(x'ff41' AS TEXT) WHERE number IN (4, 5)")
    found = told(verify(plain))
    assert (4, 4) in [each[:2] for each in found]
    assert (4, 5, "the rows are missing") in found


def test_a_key_of_before_still_speaks_for_what_it_signed(plain: AuditLog) -> None:
    sealed(plain, 5)
    plain.signing_key.unlink()
    sealed(plain, 5)
    assert verify(plain).sound
    for each in plain.signing_key.parent.glob("*.pub"):
        each.unlink()
    assert verify(plain).fault_count == 3, "two of the log's own, one of the data folder"


# ---- witnesses


def test_the_service_s_witness_gets_a_checkpoint_a_minute_at_most(store: Store, tmp_path: Path, clock) -> None:
    witness = tmp_path / "elsewhere"
    settings = Settings(data_dir=tmp_path / "data", audit=Audit(witness=str(witness)))
    log = open_log(settings, store, clock)
    for _ in range(5):
        sealed(log, 2)
        clock.at += timedelta(seconds=25)
    assert [each.size for each in witnessed(witness)] == [2, 8]
    assert verify(log, witnesses=[witness]).sound


@pytest.fixture
def witnessing(store: Store, tmp_path: Path, clock: SetClock) -> AuditLog:
    """A log whose settings name a witness."""
    return open_log(
        Settings(data_dir=tmp_path / "data", audit=Audit(witness=str(tmp_path / "elsewhere"))), store, clock
    )


def witness_of(log: AuditLog) -> Path:
    assert log.witness is not None
    return log.witness


def test_one_wrong_reading_of_the_clock_does_not_silence_the_witness(witnessing: AuditLog, clock: SetClock) -> None:
    sealed(witnessing, 3)
    right = clock()
    clock.at = right + timedelta(days=3650)
    sealed(witnessing, 1)
    for day in range(1, 4):
        clock.at = right + timedelta(days=day)
        sealed(witnessing, 1)
    assert [each.size for each in witnessed(witness_of(witnessing))] == [3, 4, 5, 6, 7]
    assert verify(witnessing).sound


def test_machines_whose_clocks_differ_by_seconds_write_to_the_witness_once_a_minute(
    witnessing: AuditLog, clock: SetClock
) -> None:
    for second in (0, -2, 1, -1, 2, 61):
        clock.at += timedelta(seconds=second)
        sealed(witnessing, 1)
        clock.at -= timedelta(seconds=second)
    assert [each.size for each in witnessed(witness_of(witnessing))] == [1, 6]


@pytest.mark.parametrize("back", [False, True], ids=["later", "the clock was put back"])
def test_a_witness_that_is_far_behind_the_log_is_a_fault(witnessing: AuditLog, clock: SetClock, back: bool) -> None:
    silent = replace(witnessing, witness=None)
    sealed(witnessing, 3)
    clock.at += timedelta(minutes=10)
    sealed(silent, 3)
    assert verify(witnessing).sound, "a minute's silence is none"
    clock.at += timedelta(minutes=-90 if back else 90)
    sealed(silent, 4)
    (fault,) = told(verify(witnessing))
    assert fault[:2] == (3, 9)
    assert f"the witness {witness_of(witnessing)} knows 3 leaves" in fault[2]
    assert verify(silent).sound, "who names no witness has none that is behind"
    append(newest(witnessing), witness_of(witnessing))
    assert verify(witnessing).sound


def test_a_witness_that_was_taken_away_is_a_fault(witnessing: AuditLog, clock: SetClock) -> None:
    sealed(witnessing, 3)
    clock.at += timedelta(hours=2)
    sealed(witnessing, 3)
    witness_of(witnessing).unlink()
    assert "knows 0 leaves" in told(verify(witnessing))[0][2]


def test_a_log_that_rested_is_not_ahead_of_its_witness(witnessing: AuditLog, clock: SetClock) -> None:
    sealed(witnessing, 3)
    clock.at += timedelta(seconds=20)
    sealed(witnessing, 3)
    clock.at += timedelta(days=30)
    assert verify(witnessing).sound


def test_a_witness_of_another_log_or_a_longer_one_is_not_appended_to(plain: AuditLog, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    sealed(plain, 5)
    first = newest(plain)
    sealed(plain, 5)
    append(newest(plain), witness)
    append(newest(plain), witness)
    assert [each.size for each in witnessed(witness)] == [10], "the same is not written twice"
    with pytest.raises(ConflictError, match="knows 10 leaves"):
        append(first, witness)
    with pytest.raises(ConflictError, match="witness of another log"):
        append(replace(newest(plain), origin="clew/audit/other"), witness)


def test_a_witness_that_is_no_witness_is_named(plain: AuditLog, tmp_path: Path) -> None:
    sealed(plain, 5)
    with pytest.raises(InputError, match="no witness file at"):
        verify(plain, witnesses=[tmp_path / "none"])
    (tmp_path / "words").write_text("a diary\n")
    with pytest.raises(InputError, match="a checkpoint has an origin"):
        verify(plain, witnesses=[tmp_path / "words"])
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is no text"):
        verify(plain, witnesses=[tmp_path / "bytes"])


def test_a_kept_checkpoint_that_is_none_is_a_fault_and_stops_sealing(plain: AuditLog) -> None:
    sealed(plain, 5)
    plain.kept.write_text("a diary\n")
    assert "a checkpoint has an origin" in told(verify(plain))[0][2]
    write(plain, 1)
    with pytest.raises(DamagedError, match="keep it as evidence"):
        seal(plain)


# ---- proofs


def test_every_leaf_is_proved_to_whoever_has_a_checkpoint_and_the_event(log: AuditLog) -> None:
    sealed(log, 300, 7)
    for number in (0, 255, 256, 299, 300, 306):
        with log.store.read() as reader:
            proof = prove(reader, number)
        event, secret = proof.event, proof.secret
        assert event is not None
        assert secret is not None
        at_us = int(event.at.timestamp() * 1_000_000)
        text = reference_text(number, proof.id, at_us, event.actor, event.act, event.subject, event.facts)
        assert commitment(secret, text) == proof.commitment
        checkpoint = proof.checkpoint
        assert includes(leaf_hash(proof.commitment), number, checkpoint.size, proof.path, checkpoint.root)


def test_every_earlier_log_is_proved_to_be_the_beginning_of_this_one(log: AuditLog) -> None:
    sealed(log, 300, 7, 500)
    with log.store.read() as reader:
        notes = [size for size, _ in reader.stream_checkpoints(0)]
        paths = {size: prove_consistency(reader, size) for size in notes}
    with log.store.read() as reader:
        for size, note in reader.stream_checkpoints(0):
            assert is_consistent(size, 807, paths[size], read(note).root, newest(log).root)


@pytest.mark.parametrize("number", [5, 10**6])
def test_a_leaf_that_is_not_there_has_no_proof(plain: AuditLog, number: int) -> None:
    sealed(plain, 5)
    with plain.store.read() as reader, pytest.raises(NotFoundError, match="has 5 leaves"):
        prove(reader, number)
    with plain.store.read() as reader, pytest.raises(NotFoundError, match="never had"):
        prove_consistency(reader, 10**6)


def test_a_log_without_leaves_proves_nothing(plain: AuditLog) -> None:
    with plain.store.read() as reader, pytest.raises(NotFoundError, match="has 0 leaves"):
        prove(reader, 0)


# ---- erasing


def test_an_erased_person_is_gone_and_every_proof_stands(log: AuditLog, tmp_path: Path) -> None:
    sealed(log, 70)
    with log.store.read() as reader:
        before = {number: prove(reader, number) for number in range(70)}
    write(log, 7)
    gone = erase(log, ["case:3", "case:4"], ground="order of 2026-03-01", actor=ACTOR)
    assert (len(gone.keys), gone.events) == (2, 22), "what waited was sealed and is gone with the rest"
    verified = verify(log)
    assert (verified.sound, verified.erased, verified.size, verified.pending) == (True, 22, 79, 0)
    with log.store.read() as reader:
        for number, proof in before.items():
            after = prove(reader, number)
            assert after.commitment == proof.commitment
            assert includes(leaf_hash(after.commitment), number, 79, after.path, after.checkpoint.root)
            grown = prove_consistency(reader, proof.checkpoint.size)
            assert is_consistent(70, 79, grown, proof.checkpoint.root, after.checkpoint.root)
            assert (after.event is None) == (after.secret is None) == (number % 7 in {3, 4})
        lines = [line.event for line in reader.audit_lines(AuditFilter(act="audit.erase")) if line.event]
    assert [(each.subject, each.facts) for each in lines] == [
        ("audit-key:5", {"events": 11, "ground": "order of 2026-03-01"}),
        ("audit-key:4", {"events": 11, "ground": "order of 2026-03-01"}),
    ]


def test_what_is_written_of_an_erased_person_later_is_new(log: AuditLog) -> None:
    sealed(log, 14)
    erase(log, ["case:3"], ground="order", actor=ACTOR)
    sealed(log, 7)
    erase(log, ["case:3"], ground="another order", actor=ACTOR)
    verified = verify(log)
    assert (verified.sound, verified.erased) == (True, 3)


def test_an_erasure_that_is_not_sealed_yet_is_none_to_complain_about(plain: AuditLog) -> None:
    sealed(plain, 14)
    event = AuditEvent(at=plain.clock(), actor=ACTOR, act="audit.erase", subject="audit-key:4", facts={"events": 2})
    plain.store.transact(lambda unit: [unit.erase_audit(["case:3"]), unit.audit(event)])
    assert verify(plain).sound


@pytest.mark.parametrize("ground", ["", " ", "two\nlines", "x" * 501])
def test_an_erasure_needs_a_ground_in_one_line(plain: AuditLog, ground: str) -> None:
    sealed(plain, 7)
    with pytest.raises(InputError, match="the ground of an erasure"):
        erase(plain, ["case:1"], ground=ground, actor=ACTOR)


def test_nobody_unknown_and_no_erasure_is_erased(plain: AuditLog) -> None:
    sealed(plain, 7)
    with pytest.raises(NotFoundError, match="no sealed event bears that subject"):
        erase(plain, ["case:unknown"], ground="order", actor=ACTOR)
    erase(plain, ["case:1"], ground="order", actor=ACTOR)
    with pytest.raises(RefusedError, match="stays written"):
        erase(plain, ["audit-key:2"], ground="order", actor=ACTOR)
    assert verify(plain).sound


def test_an_erasure_waits_for_whoever_seals(plain: AuditLog) -> None:
    sealed(plain, 7)
    assert take_lease(plain) is not None
    with pytest.raises(ConflictError, match="another process seals"):
        erase(plain, ["case:1"], ground="order", actor=ACTOR)


def test_the_database_itself_refuses_what_is_not_an_erasure(log: AuditLog) -> None:
    sealed(log, 7)
    with (
        pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"),
        log.store._database.writing.begin() as connection,  # type: ignore[attr-defined]
    ):
        connection.exec_driver_sql("UPDATE audit_events SET actor = 'x' WHERE number = 1")
