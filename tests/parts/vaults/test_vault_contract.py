"""What holds of every vault."""

import os
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import DamagedError, NotFoundError, RefusedError
from clew.ground.sealed import PIECE_BYTES, InMemory, new_data_key, sealed_bytes
from clew.parts.vaults.base import Placed, Vault
from clew.records.identifiers import ObjectId
from tests.parts.vaults.vault_records import KEY, NOON, permit_for, read, seal

NOBODY = ObjectId("0" * 64)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 3])
def test_what_was_sealed_is_there_and_comes_back(any_vault: Vault, size: int) -> None:
    content = os.urandom(size)
    placed = seal(any_vault, content)
    assert (placed.new, placed.size_bytes, placed.sealed_bytes) == (True, size, sealed_bytes(size))
    assert any_vault.find_size(placed.object_id) == placed.sealed_bytes
    assert read(any_vault, placed.object_id) == content
    assert any_vault.verify(placed.object_id, permit_for(placed.object_id), KEY, NOON) == size


def test_pieces_come_one_by_one(any_vault: Vault) -> None:
    placed = seal(any_vault, os.urandom(3 * PIECE_BYTES + 1))
    with any_vault.open(placed.object_id, permit_for(placed.object_id), KEY, NOON) as opened:
        assert [len(piece) for piece in opened] == [PIECE_BYTES] * 3 + [1]


def test_identical_bytes_of_one_case_are_stored_once(any_vault: Vault) -> None:
    first = seal(any_vault, b"a harbour")
    again = seal(any_vault, b"a harbour")
    assert (first.new, again.new, again.object_id) == (True, False, first.object_id)
    assert list(any_vault.stream_names()) == [first.object_id]


def test_an_object_is_never_written_again(any_vault: Vault) -> None:
    placed = seal(any_vault, b"a harbour")
    other = iter([memoryview(b"x" * placed.sealed_bytes)])
    assert any_vault.put(placed.object_id, other, placed.sealed_bytes, None) is False
    assert read(any_vault, placed.object_id) == b"a harbour"


def test_two_cases_with_the_same_bytes_have_two_objects(any_vault: Vault) -> None:
    seal(any_vault, b"a harbour")
    other = new_data_key()
    placed = any_vault.seal(other, InMemory(b"a harbour"), None)
    assert placed.new
    assert len(list(any_vault.stream_names())) == 2
    with pytest.raises(DamagedError, match="another case's key"):
        read(any_vault, placed.object_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"object_id": NOBODY},
        {"ground": " "},
        {"until": NOON},
        {"made_at": NOON + timedelta(seconds=1)},
    ],
)
def test_nothing_is_opened_without_a_permit_for_that_object_in_force_and_with_its_ground(any_vault, wrong) -> None:
    placed = seal(any_vault, b"a harbour")
    with pytest.raises(RefusedError, match="opened with a permit"):
        any_vault.open(placed.object_id, replace(permit_for(placed.object_id), **wrong), KEY, NOON)


def test_an_object_that_is_not_there_is_said_to_be_missing(any_vault: Vault) -> None:
    assert any_vault.find_size(NOBODY) is None
    with pytest.raises(NotFoundError, match="not in"):
        any_vault.open(NOBODY, permit_for(NOBODY), KEY, NOON)


def test_a_deleted_object_is_gone_and_deleting_it_again_is_no_error(any_vault: Vault) -> None:
    placed = seal(any_vault, b"a harbour")
    assert any_vault.delete(placed.object_id) is None
    assert any_vault.delete(placed.object_id) is None
    assert any_vault.find_size(placed.object_id) is None
    assert list(any_vault.stream_names()) == []
    assert seal(any_vault, b"a harbour").new


def test_names_come_in_order_and_from_any_place_on(any_vault: Vault) -> None:
    names = sorted(seal(any_vault, bytes([number])).object_id for number in range(20))
    assert list(any_vault.stream_names()) == names
    assert list(any_vault.stream_names(names[7])) == names[8:]


def test_threads_that_seal_the_same_bytes_at_once_make_one_object(any_vault: Vault) -> None:
    content = os.urandom(PIECE_BYTES)
    placed: list[Placed] = []
    at_once = threading.Barrier(6)

    def work() -> None:
        at_once.wait(30)
        placed.append(seal(any_vault, content))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.object_id for each in placed}) == 1
    assert sum(each.new for each in placed) == 1
    assert read(any_vault, placed[0].object_id) == content


def test_a_vault_in_use_can_be_checked(any_vault: Vault) -> None:
    any_vault.check()
    any_vault.keep(seal(any_vault, b"a harbour").object_id, NOON + timedelta(days=400))
    assert list(any_vault.stream_strays()) == []
    assert any_vault.sweep_unfinished(NOON) == 0
