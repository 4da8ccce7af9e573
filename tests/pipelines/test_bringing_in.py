"""Files that people bring into a case: sealed, known whence and why, and refused in words where they may not come."""

import os
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from clew.errors import InputError, NotFoundError, RefusedError
from clew.parts.stores.base import Store, StorePart, UnitOfWork
from clew.pipelines.bringing_in import Brought, Outcome, Provenance, bring_in
from clew.pipelines.closing import close_case
from clew.pipelines.evidence import open_sealed
from clew.pipelines.keeping import fail_interrupted
from clew.pipelines.permits import permit
from clew.records.case import Content, NotHeld, Origin
from clew.records.identifiers import CaseId
from clew.records.permits import NOT_SEEN, Opening, OpeningPurpose
from clew.records.review import Decision, JobState
from tests.pictures import encoded, landscape
from tests.pipelines.interleaved import Interleaved
from tests.pipelines.review_house import House, open_house, upload_of
from tests.review.review_records import ADA

T = TypeVar("T")
SAID = Provenance(whence="export of the storage team", ground="18 U.S.C. 2258A(h)")
OPERATOR = "command:op"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files, one in a folder of its own, and something that is no file."""
    made = tmp_path / "export"
    (made / "more").mkdir(parents=True)
    (made / "lake.png").write_bytes(encoded(landscape(1, 64, 48), "PNG"))
    (made / "more" / "notes.txt").write_bytes(b"notes about a lake")
    os.mkfifo(made / "pipe")
    (made / "empty").touch()
    return made


def bring(house: House, case_id: CaseId, root: Path, said: Provenance = SAID, **more: bool) -> list[Brought]:
    room = house.desk.strongroom
    assert room is not None
    return list(bring_in(room, case_id, [os.fsencode(root)], said, actor=OPERATOR, **more))


def outcomes(found: list[Brought]) -> dict[str, Outcome]:
    return {Path(each.path).name: each.outcome for each in found}


def contents(house: House, case_id: CaseId) -> list[Content]:
    with house.store.read() as reader:
        return reader.contents_of(case_id)


def test_every_file_is_sealed_is_a_content_and_says_whence_it_came(any_house: House, folder: Path):
    case_id = any_house.sealed_hit(1).case_id
    found = bring(any_house, case_id, folder)
    assert outcomes(found) == {
        "empty": Outcome.REFUSED,
        "lake.png": Outcome.SEALED,
        "notes.txt": Outcome.SEALED,
        "pipe": Outcome.REFUSED,
    }
    assert all(each.why for each in found if each.outcome is Outcome.REFUSED)
    _, picture, notes = contents(any_house, case_id)
    assert (picture.reference, picture.media_type, picture.origin) == ("lake.png", "image/png", Origin.CONTEXT)
    assert (notes.reference, notes.not_held) == ("notes.txt", None)
    room = any_house.desk.strongroom
    assert room is not None
    assert notes.object_id is not None
    opening = Opening(object_id=notes.object_id, purpose=OpeningPurpose.REVIEW, actor="user:ada", ground="job")
    with open_sealed(room, permit(room, opening, NOT_SEEN)) as opened:
        assert opened.read() == b"notes about a lake"
    with any_house.store.read() as reader:
        brought = reader.brought_into(case_id)
    assert [(each.content_id, each.whence, each.ground, each.brought_by) for each in brought] == [
        (each.id, SAID.whence, SAID.ground, OPERATOR) for each in (picture, notes)
    ]
    rows = any_house.audit("evidence.import")
    assert [(row["actor"], row["content"]) for row in rows] == [(OPERATOR, picture.id), (OPERATOR, notes.id)]
    assert SAID.whence not in str(rows)
    assert (folder / "lake.png").exists()


def test_the_same_command_again_takes_nothing_twice(house: House, folder: Path):
    case_id = house.sealed_hit(1).case_id
    bring(house, case_id, folder / "more")
    again = bring(house, case_id, folder)
    assert outcomes(again)["notes.txt"] is Outcome.ALREADY
    assert len(contents(house, case_id)) == 3
    assert len(house.audit("evidence.import")) == 2


def test_a_dry_run_says_what_would_be_and_changes_nothing(house: House, folder: Path):
    case_id = house.sealed_hit(1).case_id
    before = house.acts()
    assert outcomes(bring(house, case_id, folder, dry=True))["lake.png"] is Outcome.SEALED
    assert house.acts() == before
    assert len(contents(house, case_id)) == 1


def test_bytes_that_the_case_knew_by_their_digests_alone_are_its_contents_bytes(house: House, tmp_path: Path):
    content = house.hit(1)
    (tmp_path / "bytes").write_bytes(upload_of(1))
    assert outcomes(bring(house, content.case_id, tmp_path / "bytes")) == {"bytes": Outcome.COMPLETED}
    (held,) = contents(house, content.case_id)
    assert (held.id, held.not_held, held.object_id is None) == (content.id, None, False)


def test_a_decided_job_waits_again_and_what_was_decided_stays(house: House, folder: Path):
    content = house.sealed_hit(1)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.SAME_AS_LISTED)
    assert house.job(content).state is JobState.DECIDED
    bring(house, content.case_id, folder / "more")
    assert house.job(content).state is JobState.WAITING
    with house.store.read() as reader:
        assert len(reader.verdicts_of(content.case_id)) == 1


def test_a_case_that_is_closed_or_destroyed_or_not_there_takes_nothing_and_says_what_to_do(house: House, folder: Path):
    content = house.sealed_hit(1)
    with pytest.raises(NotFoundError):
        bring(house, CaseId("none"), folder)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_REPORTABLE)
    with pytest.raises(RefusedError, match="closed: what is added would be in no report"):
        bring(house, content.case_id, folder)
    other = house.sealed_hit(2, "account-8")
    house.store.transact(lambda unit: unit.destroy_case_key(other.case_id, house.clock()))
    with pytest.raises(RefusedError, match="belongs to a new case"):
        bring(house, other.case_id, folder)


@pytest.mark.parametrize("said", [Provenance(whence="", ground="law"), Provenance(whence="export", ground=" ")])
def test_nothing_comes_without_whence_and_a_legal_ground(house: House, folder: Path, said: Provenance):
    case_id = house.sealed_hit(1).case_id
    with pytest.raises(InputError, match="must be said in 1 to 500"):
        bring(house, case_id, folder, said)
    assert len(contents(house, case_id)) == 1


def test_a_content_whose_bytes_were_destroyed_is_not_filled_again(house: House, tmp_path: Path):
    content = house.sealed_hit(1)
    house.store.transact(lambda unit: unit.set_held(content.id, object_id=None, not_held=NotHeld.DESTROYED))
    (tmp_path / "bytes").write_bytes(upload_of(1))
    assert outcomes(bring(house, content.case_id, tmp_path / "bytes")) == {"bytes": Outcome.SEALED}


class Meanwhile:
    """A store; before each read, and before each change, a deed of somebody else is done."""

    def __init__(self, store: Store, *, read: Callable[[], object] = int, change: Callable[[], object] = int) -> None:
        self._store, self._read, self._before_change = store, read, change

    def __getattr__(self, name: str) -> object:
        if name == "read":
            self._read()
        return getattr(self._store, name)

    def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        self._before_change()
        return self._store.transact(work)


def with_store(house: House, store: object) -> House:
    room = house.desk.strongroom
    assert room is not None
    return House(replace(house.desk, strongroom=replace(room, store=store)), house.clock)  # type: ignore[arg-type]


def test_no_file_is_read_while_the_database_waits(any_house: House, tmp_path: Path):
    case_id = any_house.sealed_hit(1).case_id
    path = tmp_path / "phone.img"
    path.write_bytes(b"an image of a phone")
    vault = tmp_path / "data" / "vault" / "objects"
    before = len(list(vault.rglob("*")))

    def spoil() -> None:
        if len(list(vault.rglob("*"))) > before:  # it is sealed: what the file holds from now on concerns nobody
            path.write_bytes(b"other bytes in it !")

    found = bring(with_store(any_house, Meanwhile(any_house.store, change=spoil)), case_id, path)
    assert path.read_bytes() == b"other bytes in it !"
    assert outcomes(found) == {"phone.img": Outcome.SEALED}


def test_a_file_that_changed_between_hashing_and_sealing_is_refused_and_nothing_of_it_is_kept(
    house: House, tmp_path: Path
):
    case_id = house.sealed_hit(1).case_id
    path = tmp_path / "notes"
    path.write_bytes(b"notes about a lake")
    objects = sorted((tmp_path / "data" / "vault").rglob("*"))
    reads = count(1)

    def spoil() -> None:
        if next(reads) == 2:  # the first is before it is hashed
            path.write_bytes(b"notes about a pond")

    (found,) = bring(with_store(house, Meanwhile(house.store, read=spoil)), case_id, path)
    assert (found.outcome, "changed while it was read" in found.why) == (Outcome.REFUSED, True)
    assert sorted((tmp_path / "data" / "vault").rglob("*")) == objects
    assert len(contents(house, case_id)) == 1


def test_every_content_of_those_bytes_is_held_and_its_alert_ends(any_house: House, tmp_path: Path):
    first, second = any_house.hit(1, seals=True), any_house.hit(1, seals=True)
    any_house.clock.move(minutes=16)
    assert fail_interrupted(any_house.desk) == 2
    (tmp_path / "bytes").write_bytes(upload_of(1))
    assert outcomes(bring(any_house, first.case_id, tmp_path / "bytes")) == {"bytes": Outcome.COMPLETED}
    one, other = contents(any_house, first.case_id)
    assert {one.id, other.id} == {first.id, second.id}
    assert one.object_id == other.object_id is not None
    assert (one.not_held, other.not_held) == (None, None)
    with any_house.store.read() as reader:
        assert reader.case_alerts(case_id=first.case_id) == []
        assert {each.content_id for each in reader.brought_into(first.case_id)} == {one.id, other.id}


def test_a_content_that_was_left_out_is_held_though_another_has_the_bytes(house: House, tmp_path: Path):
    house.sealed_hit(1)
    left = house.hit(1, seals=True)
    house.clock.move(minutes=16)
    fail_interrupted(house.desk)
    (tmp_path / "bytes").write_bytes(upload_of(1))
    assert outcomes(bring(house, left.case_id, tmp_path / "bytes")) == {"bytes": Outcome.COMPLETED}
    assert all(each.object_id for each in contents(house, left.case_id))
    assert outcomes(bring(house, left.case_id, tmp_path / "bytes")) == {"bytes": Outcome.ALREADY}


@pytest.mark.pg
def test_a_case_that_is_closed_just_before_a_file_enters_takes_nothing(
    store_part: StorePart, postgres_url: str, tmp_path: Path
):
    house, other = (open_house(store_part.open(postgres_url), tmp_path / "data") for _ in range(2))
    case_id = house.sealed_hit(1).case_id

    def close() -> None:
        other.store.transact(lambda unit: close_case(unit, case_id, house.clock(), actor=OPERATOR, because="filed"))

    between = Interleaved(house.store, "take_case", close)
    (tmp_path / "notes").write_bytes(b"notes about a lake")
    with pytest.raises(RefusedError, match="closed: what is added would be in no report"):
        bring(with_store(house, between), case_id, tmp_path / "notes")
    assert between.done
    assert len(contents(house, case_id)) == 1
    house.store.close()
    other.store.close()
