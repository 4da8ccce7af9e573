"""Verification: every fault of the vault is named, what a crash left is taken up, and a stop costs little."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clew.errors import UnavailableError
from clew.ground.canonical import canonical
from clew.ground.clock import iso
from clew.ground.sealed import PIECE_BYTES
from clew.ground.signing import SigningKey, key_from, load
from clew.parts.vaults.local import LocalVault
from clew.pipelines import verification_run
from clew.pipelines.destruction import certificate_of, destroy
from clew.pipelines.verification import verify
from clew.pipelines.verification_run import Fault, FaultKind, Verified
from clew.records.evidence import ProcessKind
from clew.records.identifiers import CaseId
from tests.pipelines.evidence_desk import ADA, CASE, EVE, OTHER, EvidenceDesk

ROOT = Path(__file__).parents[2]


def check(desk: EvidenceDesk, **wanted) -> Verified:
    return verify(desk.room, actor=ADA, **wanted)


def faults(done: Verified) -> list[tuple[FaultKind, str]]:
    return sorted((fault.kind, fault.object) for fault in done.faults)


def damage(desk: EvidenceDesk, path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.chmod(0o600)
    path.write_bytes(content)


def forget_row(desk: EvidenceDesk, object_id: str) -> None:
    """As a crash between the object and its row leaves it."""
    with desk.store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"DELETE FROM sealed_objects WHERE id = '{object_id}'")


def test_a_sound_vault_is_said_to_be_sound_and_each_object_bears_the_date(any_evidence) -> None:
    sealed = [any_evidence.seal(os.urandom(1000), case_id) for case_id in (CASE, OTHER, CASE)]
    any_evidence.clock.pass_days(3)
    done = check(any_evidence)
    assert (done.objects, done.size_bytes, done.faults, done.sound) == (3, 3000, [], True)
    with any_evidence.store.read() as reader:
        assert {reader.get_object(each.id).verified_at for each in sealed} == {any_evidence.clock.at}
    (row,) = any_evidence.audit("vault.verify")
    assert (row["objects"], row["damaged"], row["missing"], row["subject"]) == (3, 0, 0, "vault")


def test_missing_damaged_extra_and_strays_are_named(any_evidence) -> None:
    whole, missing, broken, lost = (any_evidence.seal(os.urandom(PIECE_BYTES + 9)) for _ in range(4))
    any_evidence.file_of(missing.id).unlink()
    damage(any_evidence, any_evidence.file_of(broken.id))
    forget_row(any_evidence, lost.id)
    (any_evidence.folder / "vault" / "objects" / whole.id[:2] / "notes.txt").write_text("a stray")
    done = check(any_evidence)
    assert faults(done) == sorted(
        [
            (FaultKind.MISSING, missing.id[:12]),
            (FaultKind.DAMAGED, broken.id[:12]),
            (FaultKind.EXTRA, lost.id[:12]),
            (FaultKind.STRAY, f"{whole.id[:2]}/notes.txt"),
        ]
    )
    assert not done.sound
    assert {fault.case_id for fault in done.faults if fault.kind is not FaultKind.STRAY} == {CASE}


def test_what_a_crash_left_is_taken_up_and_held(any_evidence) -> None:
    sealed = any_evidence.seal()
    forget_row(any_evidence, sealed.id)
    assert not check(any_evidence).sound
    done = check(any_evidence, sweep=True)
    assert (faults(done), done.sound) == ([(FaultKind.EXTRA, sealed.id[:12])], True)
    assert any_evidence.read(sealed.id)
    assert check(any_evidence).faults == []


def test_a_damaged_extra_is_named_and_never_removed(evidence) -> None:
    sealed = evidence.seal(os.urandom(5000))
    forget_row(evidence, sealed.id)
    damage(evidence, evidence.file_of(sealed.id))
    assert not check(evidence, sweep=True).sound
    assert evidence.file_of(sealed.id).exists()


def test_an_object_of_an_unknown_key_is_kept(evidence) -> None:
    sealed = evidence.seal()
    forget_row(evidence, sealed.id)
    with evidence.store._database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM case_keys")
    (fault,) = check(evidence, sweep=True).faults
    assert "keep it until you know" in fault.told
    assert evidence.file_of(sealed.id).exists()


def test_what_a_destroyed_case_left_is_removed(evidence) -> None:
    sealed = evidence.seal()
    path, content = evidence.file_of(sealed.id), evidence.file_of(sealed.id).read_bytes()
    evidence.end_open_case()
    evidence.process(ProcessKind.DESTRUCTION_REQUEST)
    for actor in (ADA, EVE):
        destroy(evidence.room, CASE, confirm=CASE, process_id=None, actor=actor)
    path.write_bytes(content)
    assert faults(check(evidence)) == [(FaultKind.LEFT_OVER, sealed.id[:12])]
    assert check(evidence, sweep=True).sound
    assert not path.exists()


def destroy_case(desk: EvidenceDesk) -> None:
    desk.end_open_case()
    desk.process(ProcessKind.DESTRUCTION_REQUEST)
    for actor in (ADA, EVE):
        destroy(desk.room, CASE, confirm=CASE, process_id=None, actor=actor)


def change(desk: EvidenceDesk, statement: str) -> None:
    """As somebody who has the database would."""
    with desk.store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(statement)


def test_a_destroyed_case_is_told_by_its_certificate_from_damage(any_evidence) -> None:
    any_evidence.seal()
    kept = any_evidence.seal(b"another harbour", OTHER)
    destroy_case(any_evidence)
    done = check(any_evidence)
    assert (done.objects, done.destroyed, done.faults) == (1, 1, [])
    damage(any_evidence, any_evidence.file_of(kept.id))
    assert faults(check(any_evidence)) == [(FaultKind.DAMAGED, kept.id[:12])]
    assert any_evidence.audit("vault.verify")[-1]["destroyed"] == 1


@pytest.mark.parametrize(
    ("change_of", "kind", "told"),
    [
        ("UPDATE destructions SET certificate = NULL", FaultKind.UNCERTIFIED, "carry it on: clew evidence destroy"),
        (
            "UPDATE destructions SET certificate = '{\"statement\": {}}'",
            FaultKind.UNCERTIFIED,
            "not what was signed",
        ),
        ("DELETE FROM destructions", FaultKind.KEY_LOST, "no destruction of it is on record"),
    ],
)
def test_a_key_that_is_gone_without_a_certificate_is_a_fault(evidence, change_of, kind, told) -> None:
    evidence.seal()
    destroy_case(evidence)
    change(evidence, change_of.replace("'{", "CAST('{").replace("}'", "}' AS BLOB)"))
    (fault,) = check(evidence, sweep=True).faults
    assert (fault.kind, fault.case_id, told in fault.told, fault.mended) == (kind, CASE, True, False)


def put_certificate(desk: EvidenceDesk, certificate: bytes) -> None:
    with desk.store.read() as reader:
        done = reader.destructions_of_case(CASE)[-1]
    desk.store.transact(lambda unit: unit.put_destruction(replace(done, certificate=certificate)))


def certificate_that_says(desk: EvidenceDesk, signer: SigningKey, **said: str) -> bytes:
    """The case's certificate with something else in it, signed by that key."""
    with desk.store.read() as reader:
        made = json.loads(certificate_of(reader, CASE))
    statement = {**made["statement"], **said}
    value = signer.sign(canonical(statement)).hex()
    signature = {**made["signature"], "key": signer.key_id, "public": signer.public.hex(), "value": value}
    return json.dumps({"statement": statement, "signature": signature}).encode()


def test_a_certificate_that_another_installation_signed_is_refused_and_named(evidence) -> None:
    sealed = evidence.seal()
    content = evidence.file_of(sealed.id).read_bytes()
    destroy_case(evidence)
    other = key_from(b"the key of another installation.")
    put_certificate(evidence, certificate_that_says(evidence, other))
    evidence.file_of(sealed.id).write_bytes(content)
    left, fault = sorted(check(evidence, sweep=True).faults, key=lambda each: each.kind)
    assert (fault.kind, fault.case_id) == (FaultKind.UNCERTIFIED, CASE)
    assert "a key that this installation does not hold" in fault.told
    assert (left.kind, left.mended, evidence.file_of(sealed.id).exists()) == (FaultKind.LEFT_OVER, False, True)


@pytest.mark.parametrize(
    "said", [{"destruction": "another"}, {"case": OTHER}, {"certificate": "something else"}], ids=str
)
def test_a_certificate_of_another_destruction_is_refused_and_named(evidence, said: dict[str, str]) -> None:
    evidence.seal()
    destroy_case(evidence)
    ours = load(evidence.room.settings.signing_key_path)
    put_certificate(evidence, certificate_that_says(evidence, ours, **said))
    (fault,) = check(evidence).faults
    assert (fault.kind, "that of another destruction" in fault.told) == (FaultKind.UNCERTIFIED, True)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM case_keys", "UPDATE case_keys SET master = NULL, sealed = NULL"], ids=["row", "key"]
)
def test_an_object_whose_key_was_lost_is_never_removed(evidence, statement: str) -> None:
    sealed = evidence.seal()
    change(evidence, statement)
    done = check(evidence, sweep=True)
    assert faults(done) == [(FaultKind.KEY_LOST, sealed.id[:12])]
    assert "put the key's row back from a backup" in done.faults[0].told
    assert evidence.file_of(sealed.id).exists()


class Meanwhile(LocalVault):
    """A vault during whose listing of names a case is destroyed."""

    meanwhile: Callable[[], object]

    def verify(self, object_id, permit, key, at) -> int:
        size_bytes = super().verify(object_id, permit, key, at)
        self.meanwhile()
        return size_bytes


def test_what_a_crash_left_of_a_case_that_is_destroyed_meanwhile_is_not_taken_up(evidence) -> None:
    sealed = evidence.seal()
    forget_row(evidence, sealed.id)
    evidence.end_open_case()
    evidence.process(ProcessKind.DESTRUCTION_REQUEST)
    vault = Meanwhile(evidence.folder / "vault")
    vault.meanwhile = lambda: [
        destroy(evidence.room, CASE, confirm=CASE, process_id=None, actor=actor) for actor in (ADA, EVE)
    ]
    done = verify(replace(evidence.room, vault=vault), actor=ADA, sweep=True)
    assert (faults(done), done.sound) == ([(FaultKind.LEFT_OVER, sealed.id[:12])], True)
    assert evidence.files() == []
    with evidence.store.read() as reader:
        assert reader.objects_of_case(CASE) == []


def test_a_case_that_is_destroyed_meanwhile_is_no_fault(evidence) -> None:
    for number in range(4):
        evidence.seal(bytes([number]) * 1000)
    evidence.end_open_case()
    evidence.process(ProcessKind.DESTRUCTION_REQUEST)
    destroy(evidence.room, CASE, confirm=CASE, process_id=None, actor=ADA)

    def end(done: Verified, _total: int) -> None:
        if done.objects == 2:
            destroy(evidence.room, CASE, confirm=CASE, process_id=None, actor=EVE)

    assert check(evidence, advance=end).faults == []


def test_unfinished_writes_are_swept_once_they_are_old(evidence) -> None:
    evidence.seal()
    incoming = evidence.folder / "vault" / "incoming"
    for name, age_days in (("new", 0), ("old", 2)):
        (incoming / name).write_bytes(b"begun")
        at = evidence.clock.at.timestamp() - age_days * 86400
        os.utime(incoming / name, (at, at))
    assert check(evidence, sweep=True).unfinished == 1
    assert [path.name for path in incoming.iterdir()] == ["new"]


class StoppedError(Exception):
    """As Ctrl-C would."""


def test_a_run_that_was_stopped_goes_on_where_it_was_and_remembers_its_faults(any_evidence) -> None:
    sealed = [any_evidence.seal(number.to_bytes(2, "big")) for number in range(250)]
    names = sorted(each.id for each in sealed)
    any_evidence.file_of(names[3]).unlink()

    def stop(done: Verified, total: int) -> None:
        assert total == 250
        if done.objects == 180:
            raise StoppedError

    with pytest.raises(StoppedError):
        check(any_evidence, advance=stop)
    seen: list[int] = []
    done = check(any_evidence, advance=lambda now, _: seen.append(now.objects))
    assert (done.resumed, seen[0], done.objects) == (101, 102, 250)
    assert faults(done) == [(FaultKind.MISSING, names[3][:12])]
    assert check(any_evidence).resumed == 0


def stop_after_reading(desk: EvidenceDesk, **wanted) -> None:
    """A run is killed when every object was read and noted."""

    class Stopping(LocalVault):
        def stream_names(self, after=None):
            raise StoppedError

    room = replace(desk.room, vault=Stopping(desk.folder / "vault"))
    with pytest.raises(StoppedError):
        verify(room, actor=ADA, **wanted)


def test_what_a_run_read_long_ago_is_read_anew(any_evidence) -> None:
    sealed = [any_evidence.seal(number.to_bytes(2, "big")) for number in range(6)]
    stop_after_reading(any_evidence)
    any_evidence.clock.pass_days(300)
    for each in sealed:
        damage(any_evidence, any_evidence.file_of(each.id))
    done = check(any_evidence)
    assert (done.resumed, len(done.faults), done.sound) == (0, 6, False)
    assert done.began_at == any_evidence.clock.at


@pytest.mark.parametrize(("hours", "resumed"), [(23, 6), (25, 0), (-1, 0)])
def test_only_a_run_of_the_last_hours_is_carried_on_and_says_since_when(evidence, hours: int, resumed: int) -> None:
    for number in range(6):
        evidence.seal(number.to_bytes(2, "big"))
    began_at = evidence.clock.at
    stop_after_reading(evidence)
    evidence.clock.pass_days(hours / 24)
    done = check(evidence)
    assert (done.resumed, done.objects, done.sound) == (resumed, 6, True)
    assert done.began_at == (began_at if resumed else evidence.clock.at)
    assert evidence.audit("vault.verify")[-1]["since"] == iso(done.began_at)


def test_a_run_that_is_carried_on_again_and_again_is_as_old_as_its_beginning(evidence) -> None:
    evidence.seal()
    stop_after_reading(evidence)
    evidence.clock.pass_days(0.9)
    stop_after_reading(evidence)
    evidence.clock.pass_days(0.9)
    assert check(evidence).resumed == 0


@pytest.mark.parametrize("change", ["count", "signature", "words", "list"])
def test_what_somebody_wrote_into_the_database_of_a_run_is_not_believed(evidence, change: str) -> None:
    sealed = evidence.seal()
    stop_after_reading(evidence)
    with evidence.store.read() as reader:
        kept = json.loads(reader.find_value("evidence.verify"))
    other = key_from(b"the key of another installation.")
    if change == "count":
        kept["run"]["objects"] = 12
    elif change == "signature":
        kept |= {"key": other.key_id, "value": other.sign(canonical(kept["run"])).hex()}
    text = {"words": "no run", "list": "[1]"}.get(change, json.dumps(kept))
    evidence.store.transact(lambda unit: unit.put_value("evidence.verify", text))
    damage(evidence, evidence.file_of(sealed.id))
    done = check(evidence)
    assert (done.resumed, faults(done)) == (0, [(FaultKind.DAMAGED, sealed.id[:12])])


def test_a_fault_that_nobody_mended_is_remembered_before_those_that_are(evidence, monkeypatch) -> None:
    monkeypatch.setattr(verification_run, "_FAULTS_KEPT", 1)
    run = Verified(began_at=evidence.clock.at)
    for mended in (True, False):
        run.faults.append(Fault(kind=FaultKind.LEFT_OVER, object="ab", case_id=CASE, told="", mended=mended))
    signer = key_from(b"the key of this installation....")
    text = verification_run.kept_text(run, None, signer)
    found = verification_run.restored(text, {signer.key_id: signer.public}, evidence.clock.at)
    assert found is not None
    assert not found[0].sound


def test_a_run_can_begin_again(evidence) -> None:
    for number in range(150):
        evidence.seal(number.to_bytes(2, "big"))

    def stop(done: Verified, _total: int) -> None:
        if done.objects == 120:
            raise StoppedError

    with pytest.raises(StoppedError):
        check(evidence, advance=stop)
    done = check(evidence, again=True)
    assert (done.resumed, done.objects) == (0, 150)


def test_a_lost_master_key_ends_the_run_instead_of_naming_every_object(evidence) -> None:
    evidence.seal()
    (evidence.folder / "keys" / "vault.keys").unlink()
    with pytest.raises(UnavailableError, match="put it back"):
        check(evidence)


# ---- real processes


@pytest.mark.slow
def test_what_was_acknowledged_outlives_a_kill_and_what_was_not_is_taken_up_or_gone(any_url, any_evidence) -> None:
    chance = random.Random(11)
    acknowledged: dict[str, str] = {}
    for kill in range(8):
        command = [
            sys.executable,
            "-m",
            "tests.pipelines.evidence_process",
            any_url,
            str(any_evidence.folder),
            str(kill),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        time.sleep(chance.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        acknowledged |= dict(line.split() for line in lines if line.endswith("\n"))
    assert len(acknowledged) >= 16
    done = check(any_evidence, sweep=True)
    assert [fault for fault in done.faults if fault.kind is not FaultKind.EXTRA] == []
    assert done.sound
    with any_evidence.store.read() as reader:
        held = {each.id for each in reader.objects_of_case(CASE)}
    assert set(acknowledged.values()) <= held
    assert {path.name for path in any_evidence.files()} == held
    assert check(any_evidence).faults == []


@pytest.mark.slow
def test_processes_that_seal_the_same_bytes_for_a_new_case_agree(any_url, any_evidence) -> None:
    command = [sys.executable, "-m", "tests.pipelines.evidence_process", any_url, str(any_evidence.folder), "same"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)]
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(said)) == 1
    assert len(any_evidence.files()) == 5
    assert check(any_evidence).faults == []
    with any_evidence.store.read() as reader:
        assert len(reader.objects_of_case(CaseId(CASE))) == 5
