"""Verification: whatever is changed in a sealed log is found, and the leaf is named."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from clew.ground import signing
from clew.records.audit import AuditKey, SealedColumns
from clew.records.identifiers import AuditKeyId
from clew.sealing import checkpoints
from clew.sealing.tree import Frontier, root_of
from clew.sealing.verify import Faults, Verification
from tests.sealing.sealed_log import KEY, NOON, ORIGIN, PAYLOAD, SealedLog, _leaf

COLUMNS = ("id", *PAYLOAD, "key", "commitment")


@pytest.fixture
def log() -> SealedLog:
    """Nine hundred leaves in four batches."""
    log = SealedLog()
    log.seal(300, 5, 395, 200)
    return log


def test_an_untouched_log_is_sound(log: SealedLog) -> None:
    assert log.verify() == []
    assert log.verify(*log.checkpoints) == []


def test_an_empty_log_is_sound() -> None:
    assert SealedLog().verify() == []


@pytest.mark.parametrize("column", COLUMNS)
def test_one_flipped_bit_of_any_column_is_found_and_its_leaf_named(log: SealedLog, column: str) -> None:
    random = Random(column)
    for number in (0, 299, 300, 512, random.randrange(900), 899):
        before = log.rows[number][column]
        log.rows[number][column] = flipped(before, random)
        found = log.verify()
        assert found, (column, number)
        assert found[0][:2] == (number, number), (column, number, found)
        log.rows[number][column] = before
    assert log.verify() == []


def flipped(value: object, random: Random) -> object:
    if isinstance(value, int):
        return value ^ (1 << random.randrange(10))
    raw = value.encode() if isinstance(value, str) else value
    assert isinstance(raw, bytes)
    place, bit = random.randrange(len(raw)), random.randrange(7)
    turned = raw[:place] + bytes([raw[place] ^ (1 << bit)]) + raw[place + 1 :]
    return turned.decode() if isinstance(value, str) else turned


def test_two_rows_that_change_places_are_found(log: SealedLog) -> None:
    log.rows[40]["number"], log.rows[41]["number"] = 41, 40
    assert log.verify()[0][:2] == (40, 41)


def test_two_events_that_change_rows_are_found(log: SealedLog) -> None:
    for name in (*PAYLOAD, "key", "commitment"):
        log.rows[40][name], log.rows[47][name] = log.rows[47][name], log.rows[40][name]
    assert [each[:2] for each in log.verify()][:2] == [(40, 40), (47, 47)]


def test_a_deleted_row_is_missing(log: SealedLog) -> None:
    del log.rows[512]
    assert log.verify() == [(512, 512, "the rows are missing")]


def test_a_deleted_row_whose_gap_was_closed_is_found(log: SealedLog) -> None:
    del log.rows[512]
    for row in log.rows[512:]:
        row["number"] -= 1  # type: ignore[operator]
    found = log.verify()
    assert [each[:2] for each in found[:3]] == [(512, 898), (305, 699), (512, 767)]
    assert "the log was cut off" in found[-1][2]


def test_an_inserted_row_is_found(log: SealedLog) -> None:
    log.rows.append({**log.rows[10], "id": 5})
    assert (10, 10, "another row bears the same number") in log.verify()


def test_a_tail_that_was_cut_off_is_found_by_the_log_s_own_checkpoint(log: SealedLog) -> None:
    del log.rows[700:]
    log.subtrees = [each for each in log.subtrees if (each.place + 1) << each.level <= 700]
    told = "the log was cut off: the log's own knows it at 900 leaves, and it has 700"
    assert log.verify() == [(700, 899, told)]


def test_a_tail_that_was_cut_off_with_its_checkpoints_is_found_by_a_witness_only(log: SealedLog) -> None:
    witness = log.checkpoints[-1]
    del log.rows[700:]
    del log.checkpoints[-1]
    log.subtrees = [each for each in log.subtrees if (each.place + 1) << each.level <= 700]
    assert log.verify() == []
    assert log.verify(witness) == [(700, 899, "the log was cut off: a witness knows it at 900 leaves, and it has 700")]


def test_a_log_that_was_made_anew_from_some_leaf_on_is_found_by_a_witness(log: SealedLog) -> None:
    """Whoever holds the database, its keys and the signing key can write another log, but not the witness's."""
    witness = log.checkpoints[2]
    forged = SealedLog(keys=log.keys)
    forged.seal(300, 5, 395, 200, act="hit.close")
    assert forged.verify() == []
    assert forged.verify(witness) == [(0, 699, "the leaves are not those that were signed (a witness)")]


def test_rows_whose_commitments_were_made_anew_do_not_fit_the_tree(log: SealedLog) -> None:
    other = SealedLog(keys=log.keys)
    other.seal(900, act="hit.close")
    log.rows[400] = other.rows[400]
    found = log.verify()
    assert found[0][:2] == (256, 511)
    assert "their commitments, or the stored node" in found[0][2]
    assert found[1] == (305, 699, "the leaves are not those that were signed (the log's own)")


def test_rows_that_claim_to_be_sealed_after_the_last_checkpoint_are_found(log: SealedLog) -> None:
    del log.checkpoints[-1]
    assert log.verify() == [(700, 899, "these rows claim to be sealed, and no checkpoint speaks for them")]


def test_a_checkpoint_that_nobody_of_us_signed_is_found(log: SealedLog) -> None:
    root = root_of([_leaf(row) for row in log.rows])
    log.checkpoints[-1] = checkpoints.sign(ORIGIN, 900, root, NOON, signing.key_from(bytes(32)))
    [(first, _, told)] = log.verify()
    assert first is None
    assert "not signed by a key of ours" in told


@pytest.mark.parametrize(
    "change",
    [
        lambda subtrees: subtrees.pop(),
        lambda subtrees: subtrees.append(replace(subtrees[0], place=9)),
        lambda subtrees: subtrees.append(replace(subtrees[0], level=7)),
        lambda subtrees: subtrees.__setitem__(1, replace(subtrees[1], hash=bytes(32))),
    ],
)
def test_a_changed_missing_or_added_node_of_the_tree_is_found(log: SealedLog, change: Callable) -> None:
    assert len(log.subtrees) == 3
    change(log.subtrees)
    assert log.verify()


def test_a_key_that_was_changed_or_is_missing_is_found_at_each_of_its_leaves(log: SealedLog) -> None:
    key = log.keys[3]
    log.keys[3] = replace(key, secret=bytes(32))
    assert [each[0] for each in log.verify()][:3] == [2, 9, 16]
    log.keys[3] = replace(key, subject="case:9")
    assert {each[2] for each in log.verify()} == {"its key is that of another subject"}
    del log.keys[3]
    assert {each[2] for each in log.verify()} == {"the event stands, but its subject's key is erased or missing"}


def test_an_erased_subject_leaves_the_log_sound(log: SealedLog) -> None:
    roots = [each.root for each in log.checkpoints]
    log.erase("case:2")
    assert log.verify(*log.checkpoints) == []
    assert [each.root for each in log.checkpoints[:4]] == roots
    assert sum(row["facts"] is None for row in log.rows) == 129


def test_an_erasure_that_no_event_tells_of_is_found(log: SealedLog) -> None:
    log.erase("case:2", told=False)
    assert log.verify() == [(None, None, "key 3 was erased, and no event of the log says so")]


def test_an_event_blanked_without_its_key_is_found(log: SealedLog) -> None:
    log.rows[5].update(dict.fromkeys(PAYLOAD))
    assert log.verify() == [(5, 5, "the event is gone, but it was not erased: its subject's key stands")]


def test_an_event_hidden_among_erased_ones_is_found_by_their_number(log: SealedLog) -> None:
    log.erase("case:2")
    hidden = log.rows[5]
    hidden.update(dict.fromkeys(PAYLOAD))
    hidden["key"] = 3
    assert log.verify() == [(None, None, "the erasure of key 3 speaks of 129 events, and 130 are gone")]


def test_an_event_that_is_gone_in_part_is_found(log: SealedLog) -> None:
    log.rows[5]["actor"] = None
    assert log.verify() == [(5, 5, "the event is gone in part")]


def test_a_commitment_that_is_gone_is_found(log: SealedLog) -> None:
    log.rows[5]["commitment"] = None
    assert log.verify()[0] == (5, 5, "its commitment is gone")


def test_a_later_part_is_verified_from_a_checkpoint_on(log: SealedLog) -> None:
    frontier = Frontier()
    frontier.extend([_leaf(row) for row in log.rows[:305]])
    log.rows[10]["actor"] = "user:9"  # before it: not looked at
    log.rows[500]["actor"] = "user:9"
    verification = Verification(
        frontier,
        checkpoints=[],
        public_keys=[KEY.public],
        subtrees=log.subtrees[1:],
        erased_keys=[],
    )
    verification.feed(log._columns(log.rows[305:]))
    assert verification.size == 900
    assert verification.faults.found[0].first == 500


def test_neighbours_of_one_kind_are_one_fault_and_all_are_counted() -> None:
    faults = Faults()
    for number in [*range(5), *range(10, 1000, 2)]:
        faults.add("changed", number)
    assert (faults.found[0].first, faults.found[0].last) == (0, 4)
    assert len(faults.found) == 100
    assert faults.count == 5 + 495


def test_text_that_no_encoding_takes_is_a_changed_row() -> None:
    log = SealedLog()
    log.seal(1)
    log.rows[0]["actor"] = "\ud800"
    assert log.verify() == [
        (0, 0, "the row is not what was sealed: a column of it was changed, or it was put in another's place")
    ]


def test_a_row_under_no_key_is_found() -> None:
    log = SealedLog(keys={1: AuditKey(id=AuditKeyId(1), subject="case:0", secret=b"\1" * 32)})
    log.seal(1)
    log.rows[0]["key"] = None
    assert log.verify()[0][:2] == (0, 0)


def test_columns_of_different_lengths_are_a_fault_of_ours() -> None:
    columns = SealedColumns([0], [], [], [], [], [], [], [], [], [], [])
    verification = Verification(Frontier(), checkpoints=[], public_keys=[], subtrees=[], erased_keys=[])
    with pytest.raises(ValueError, match="shorter"):
        verification.feed(columns)
