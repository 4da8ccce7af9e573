"""Sealing and opening: what is held, what is refused, and what each fault says."""

import errno
import os
import resource
import stat

import pytest

from clew.errors import DamagedError, InputError, NotFoundError, RefusedError, UnavailableError
from clew.ground.sealed import PIECE_BYTES
from clew.intake.receive import hold
from clew.pipelines.evidence import hold_in_memory, open_sealed, seal, seal_from_upload
from clew.records.evidence import HoldKind
from tests.pipelines.evidence_desk import ADA, CASE, HARBOUR, OTHER, open_desk


def test_what_is_sealed_is_held_audited_and_comes_back(any_evidence) -> None:
    sealed = any_evidence.seal()
    assert any_evidence.read(sealed.id) == HARBOUR
    with any_evidence.store.read() as reader:
        assert reader.objects_of_case(CASE) == [sealed]
        (hold_,) = reader.holds_of_case(CASE)
    assert (hold_.kind, hold_.until) == (HoldKind.OPEN_CASE, None)
    assert [each["act"] for each in any_evidence.audit("evidence.key", "evidence.seal", "hold.begin")] == [
        "evidence.key",
        "evidence.seal",
        "hold.begin",
    ]
    assert any_evidence.audit("evidence.seal") == [
        {
            "act": "evidence.seal",
            "actor": ADA,
            "subject": f"case:{CASE}",
            "object": sealed.id[:12],
            "size_bytes": len(HARBOUR),
        }
    ]


def test_no_clear_byte_reaches_the_disk_and_no_name_says_whose_it_is(evidence) -> None:
    evidence.seal()
    for path in evidence.folder.rglob("*"):
        assert CASE not in path.name
        if path.is_file():
            assert HARBOUR[:12] not in path.read_bytes(), path.name


def test_files_of_the_vault_and_its_keys_are_for_their_owner_alone(evidence) -> None:
    evidence.seal()
    assert [stat.S_IMODE(path.stat().st_mode) for path in evidence.files()] == [0o400]
    assert stat.S_IMODE((evidence.folder / "keys" / "vault.keys").stat().st_mode) == 0o600
    for path in (evidence.folder / "vault").rglob("*"):
        assert path.is_file() or stat.S_IMODE(path.stat().st_mode) == 0o700


def test_identical_bytes_of_a_case_are_one_object_and_of_two_cases_two(any_evidence) -> None:
    first, again, other = any_evidence.seal(), any_evidence.seal(), any_evidence.seal(case_id=OTHER)
    assert first == again
    assert other.id != first.id
    assert len(any_evidence.files()) == 2
    assert len(any_evidence.audit("evidence.seal")) == 2


def test_an_upload_behind_a_descriptor_is_sealed_and_stays_open(evidence) -> None:
    descriptor = hold(HARBOUR)
    try:
        sealed = seal_from_upload(evidence.room, CASE, descriptor, size_bytes=len(HARBOUR), actor="key:a1")
        assert evidence.read(sealed.id) == HARBOUR
        with pytest.raises(InputError, match="send it again"):
            seal_from_upload(evidence.room, CASE, descriptor, size_bytes=len(HARBOUR) + 1, actor="key:a1")
        assert os.fstat(descriptor).st_size == len(HARBOUR)
    finally:
        os.close(descriptor)


def test_evidence_can_be_held_in_memory_where_nobody_can_change_it(evidence) -> None:
    content = os.urandom(2 * PIECE_BYTES + 11)
    descriptor = hold_in_memory(evidence.room, evidence.permit(evidence.seal(content).id))
    try:
        assert os.pread(descriptor, len(content) + 1, 0) == content
        with pytest.raises(PermissionError):
            os.write(descriptor, b"x")
    finally:
        os.close(descriptor)


def test_a_permit_opens_until_it_runs_out(evidence) -> None:
    made = evidence.permit(evidence.seal().id)
    with open_sealed(evidence.room, made) as opened:
        assert (opened.size_bytes, opened.read()) == (len(HARBOUR), HARBOUR)
    evidence.clock.pass_days(16 / 24 / 60)
    with pytest.raises(RefusedError, match="ask for a new one"):
        open_sealed(evidence.room, made)


def test_a_media_type_that_is_none_is_refused(evidence) -> None:
    with pytest.raises(InputError, match="printable"):
        seal(evidence.room, CASE, HARBOUR, actor=ADA, media_type="image/\n")


# ---- faults


def test_a_full_disk_acknowledges_nothing_leaves_nothing_and_says_what_is_safe(evidence, monkeypatch) -> None:
    before = evidence.seal(b"sealed before")
    kept = evidence.files()

    def full(_descriptor: int, _piece: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UnavailableError, match=r"No space left.*nothing of this upload is kept.*sealed before is safe"):
        evidence.seal(os.urandom(100_000))
    monkeypatch.undo()
    assert (evidence.files(), list((evidence.folder / "vault" / "incoming").iterdir())) == (kept, [])
    with evidence.store.read() as reader:
        assert [each.id for each in reader.objects_of_case(CASE)] == [before.id]
    assert evidence.read(before.id) == b"sealed before"


def test_a_limit_of_the_system_on_files_is_said_the_same_way(evidence) -> None:
    evidence.seal()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(UnavailableError, match="no room is left for evidence"):
            evidence.seal(os.urandom(2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((evidence.folder / "vault" / "incoming").iterdir()) == []


def test_a_lost_master_key_is_never_replaced_in_silence(evidence) -> None:
    sealed = evidence.seal()
    keys = evidence.folder / "keys" / "vault.keys"
    aside = keys.rename(keys.with_name("elsewhere"))
    for attempt in (
        lambda: evidence.seal(b"new", OTHER),
        lambda: evidence.seal(b"new"),
        lambda: evidence.read(sealed.id),
    ):
        with pytest.raises(UnavailableError, match=r"put it back.*lies unchanged in the vault"):
            attempt()
    assert not keys.exists()
    aside.rename(keys)
    assert evidence.read(sealed.id) == HARBOUR


def test_a_wrong_master_key_is_told_from_damage(store, evidence, tmp_path) -> None:
    sealed = evidence.seal()
    other = open_desk(store, tmp_path / "data", key_file=str(tmp_path / "other.keys"))
    other.room.keyring.prepare(first=True)
    with pytest.raises(UnavailableError, match="this case's key was sealed by it"):
        other.read(sealed.id)


def test_a_key_moved_to_another_case_in_the_database_is_noticed(evidence) -> None:
    evidence.seal()
    evidence.seal(case_id=OTHER)
    with evidence.store._database.writing.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE case_keys SET sealed = (SELECT sealed FROM case_keys WHERE case_id = '{OTHER}') "
            f"WHERE case_id = '{CASE}'"
        )
    with pytest.raises(DamagedError, match="changed in the database"):
        evidence.seal(b"more")


@pytest.mark.parametrize("damage", ["flip", "cut", "grow", "swap"])
def test_a_damaged_object_is_never_served(evidence, damage: str) -> None:
    sealed, other = evidence.seal(os.urandom(3 * PIECE_BYTES)), evidence.seal(os.urandom(3 * PIECE_BYTES))
    path = evidence.file_of(sealed.id)
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[-20] ^= 1
    if damage == "cut":
        del content[-1000:]
    if damage == "grow":
        content += b"x"
    if damage == "swap":
        content = bytearray(evidence.file_of(other.id).read_bytes())
    path.chmod(0o600)
    path.write_bytes(content)
    with pytest.raises(DamagedError):
        evidence.read(sealed.id)


def test_a_damaged_object_does_not_pass_for_held_when_its_bytes_come_again(evidence) -> None:
    content = os.urandom(5_000)
    path = evidence.file_of(evidence.seal(content).id)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DamagedError, match="its object is damaged"):
        evidence.seal(content)


def test_an_object_that_is_not_there_is_named_as_missing(evidence) -> None:
    sealed = evidence.seal()
    evidence.file_of(sealed.id).unlink()
    with pytest.raises(NotFoundError, match="clew evidence verify names it"):
        evidence.read(sealed.id)
