"""The bytes of a hit: in the vault, or an alert stands that says they are not. The hit itself is never lost."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from clew.intake.receive import hold
from clew.parts.stores.base import Store, StorePart, UnitOfWork
from clew.pipelines import keeping
from clew.pipelines.verification import verify
from clew.records.case import AlertKind, NotHeld
from tests.pipelines.interleaved import Interleaved
from tests.pipelines.review_house import House, open_house, upload_of

T = TypeVar("T")


def keep(
    house: House, number: int, *, content: bytes | None = None, tell: Callable[[str], None] = lambda _: None
) -> bool:
    found = house.hit(number, seals=True)
    held = upload_of(number) if content is None else content
    descriptor = hold(held)
    try:
        return keeping.keep(
            house.desk,
            found.hit_ids[0],
            descriptor,
            size_bytes=len(upload_of(number)),
            media_type="image/png",
            tell=tell,
        )
    finally:
        os.close(descriptor)


def test_a_hit_has_its_bytes_in_the_vault_and_says_which(any_house: House):
    content = any_house.sealed_hit(1)
    assert content.not_held is None
    with any_house.store.read() as reader:
        assert content.object_id is not None
        sealed = reader.get_object(content.object_id)
        assert (sealed.case_id, sealed.size_bytes) == (content.case_id, len(upload_of(1)))
        assert reader.case_alerts() == []


def test_a_seal_that_fails_leaves_the_hit_and_an_alert(any_house: House):
    assert not keep(any_house, 1, content=b"cut off")
    with any_house.store.read() as reader:
        (alert,) = reader.case_alerts()
        assert alert.content_id is not None
        content = reader.get_content(alert.content_id)
    assert (alert.kind, content.not_held, content.object_id) == (
        AlertKind.SEAL_FAILED, NotHeld.SEAL_FAILED, None,
    )  # fmt: skip
    assert any_house.audit("content.not_held")[0]["error"] == "InputError"


def test_a_vault_that_is_away_loses_no_hit(house: House, tmp_path: Path):
    keep(house, 1)
    folder = tmp_path / "data" / "vault"
    shutil.rmtree(folder)
    folder.write_text("no folder any more")
    told: list[str] = []
    assert not keep(house, 2, tell=told.append)
    assert "see the disk and the folder's rights, then try again" in told[0]
    with house.store.read() as reader:
        assert [each.kind for each in reader.case_alerts()] == [AlertKind.SEAL_FAILED]


def test_a_seal_whose_process_was_lost_is_told_after_a_while_and_once(any_house: House):
    content = any_house.hit(1, seals=True)
    assert keeping.fail_interrupted(any_house.desk) == 0
    any_house.clock.move(minutes=16)
    assert keeping.fail_interrupted(any_house.desk) == 1
    assert keeping.fail_interrupted(any_house.desk) == 0
    with any_house.store.read() as reader:
        assert reader.get_content(content.id).not_held is NotHeld.SEAL_FAILED
        assert len(reader.case_alerts(case_id=content.case_id)) == 1


def test_a_hit_that_is_not_to_be_sealed_is_left_alone(house: House):
    found = house.hit(1)
    assert not keeping.keep(house.desk, found.hit_ids[0], -1, size_bytes=1, media_type=None)
    with house.store.read() as reader:
        assert reader.get_content(found.id).not_held is NotHeld.VAULT_OFF


class StoppedError(BaseException):
    """As the end of the process."""


class Stopping:
    """A store whose process ends before one of its changes."""

    def __init__(self, store: Store, before: int) -> None:
        self._store, self._left = store, before

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        if self._left == 0:
            raise StoppedError
        self._left -= 1
        return self._store.transact(work)


def stopped(house: House, before: int) -> House:
    store = Stopping(house.store, before)
    room = house.desk.strongroom
    assert room is not None
    return House(replace(house.desk, store=store, strongroom=replace(room, store=store)), house.clock)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_stop_at_any_change_never_parts_a_sealed_object_from_its_content(any_house: House, before: int):
    content = any_house.hit(1, seals=True)
    descriptor = hold(upload_of(1))
    try:
        with contextlib.suppress(StoppedError):
            keeping.keep(
                stopped(any_house, before).desk,
                content.hit_ids[0],
                descriptor,
                size_bytes=len(upload_of(1)),
                media_type="image/png",
            )
    finally:
        os.close(descriptor)
    with any_house.store.read() as reader:
        sealed = [each.id for each in reader.objects_of_case(content.case_id)]
        held = reader.get_content(content.id)
    assert sealed == [each for each in [held.object_id] if each]
    assert (held.not_held is NotHeld.SEALING) == (sealed == [])


def test_the_sweep_gives_an_object_that_a_stop_left_back_to_its_content_and_ends_the_alert(any_house: House):
    content = any_house.hit(1, seals=True)
    descriptor = hold(upload_of(1))
    with contextlib.suppress(StoppedError):  # the key is stored, the object placed, its row is not
        keeping.keep(
            stopped(any_house, 1).desk,
            content.hit_ids[0],
            descriptor,
            size_bytes=len(upload_of(1)),
            media_type="image/png",
        )
    os.close(descriptor)
    any_house.clock.move(minutes=16)
    assert keeping.fail_interrupted(any_house.desk) == 1
    room = any_house.desk.strongroom
    assert room is not None
    assert verify(room, actor="command:test", sweep=True).sound
    with any_house.store.read() as reader:
        held = reader.get_content(content.id)
        assert held.object_id is not None
        assert held.not_held is None
        assert reader.get_object(held.object_id).size_bytes == len(upload_of(1))
        assert reader.case_alerts() == []
    (told,) = any_house.audit("content.held")
    assert (told["actor"], told["content"]) == ("command:test", content.id)


def test_a_seal_that_comes_while_another_says_it_failed_has_the_last_word(
    store_part: StorePart, any_url: str, tmp_path: Path
):
    house, other = (open_house(store_part.open(any_url), tmp_path / "data") for _ in range(2))
    content = house.hit(1, seals=True)
    house.clock.move(minutes=16)
    descriptor = hold(upload_of(1))
    kept: list[bool] = []

    def seal() -> None:
        size_bytes = len(upload_of(1))
        hit_id = content.hit_ids[0]
        kept.append(keeping.keep(other.desk, hit_id, descriptor, size_bytes=size_bytes, media_type=None))

    late = threading.Thread(target=seal)

    def meanwhile() -> None:
        late.start()
        late.join(0.5)  # whoever waits for nobody is done by then; whoever waits for the case comes after us

    store = Interleaved(house.store, "set_held", meanwhile)
    keeping.fail_interrupted(replace(house.desk, store=store))  # type: ignore[arg-type]
    late.join(30)
    os.close(descriptor)
    with house.store.read() as reader:
        held = reader.get_content(content.id)
        assert (store.done, kept, held.not_held, held.object_id is None) == (True, [True], None, False)
        assert reader.case_alerts(case_id=content.case_id) == []
    house.store.close()
    other.store.close()
