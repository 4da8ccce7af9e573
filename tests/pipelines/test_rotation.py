"""Master keys: rotated without touching an object, carried on after a stop, forgotten only when they are idle."""

from dataclasses import replace

import pytest

from clew.errors import RefusedError, UnavailableError
from clew.pipelines.destruction import destroy
from clew.pipelines.rotation import forget, rotate
from clew.records.evidence import ProcessKind
from clew.records.identifiers import CaseId
from tests.pipelines.evidence_desk import ADA, CASE, EVE, HARBOUR, OTHER, EvidenceDesk


def keys_text(desk: EvidenceDesk) -> str:
    return (desk.folder / "keys" / "vault.keys").read_text()


def test_a_rotation_wraps_every_key_anew_and_touches_no_object(any_evidence) -> None:
    sealed = [any_evidence.seal(case_id=case_id) for case_id in (CASE, OTHER)]
    before = {path: path.read_bytes() for path in any_evidence.files()}
    (old,) = any_evidence.room.keyring.masters()
    done = rotate(any_evidence.room, actor=ADA)
    assert (done.rewrapped, done.old) == (2, (old,))
    with any_evidence.store.read() as reader:
        assert reader.masters_in_use() == {done.master: 2}
    assert {path: path.read_bytes() for path in any_evidence.files()} == before
    assert [any_evidence.read(each.id) for each in sealed] == [HARBOUR, HARBOUR]
    assert [each["act"] for each in any_evidence.audit("vault.rotate-key", "vault.rewrap")] == [
        "vault.rotate-key",
        "vault.rewrap",
    ]


def test_an_old_key_is_forgotten_only_when_it_wraps_nothing(any_evidence) -> None:
    any_evidence.seal()
    any_evidence.room.keyring.rotate()
    with pytest.raises(RefusedError, match="1 old master key"):
        forget(any_evidence.room, actor=ADA)
    (_, old) = any_evidence.room.keyring.masters()
    done = rotate(any_evidence.room, fresh=False, actor=ADA)
    assert (done.master, done.rewrapped, done.old) == (None, 1, (old,))
    assert forget(any_evidence.room, actor=ADA) == (old,)
    assert old not in keys_text(any_evidence)
    assert any_evidence.read(any_evidence.seal().id) == HARBOUR


class Stopping:
    """A keyring that is away after some wraps."""

    def __init__(self, keyring, wraps: int) -> None:
        self._keyring, self._left = keyring, wraps

    def __getattr__(self, name: str):
        return getattr(self._keyring, name)

    def wrap(self, data_key: bytes, context: bytes):
        self._left -= 1
        if self._left < 0:
            raise UnavailableError("the keeper went away")
        return self._keyring.wrap(data_key, context)


def test_a_rotation_that_was_stopped_loses_nothing_and_goes_on(evidence) -> None:
    sealed = [evidence.seal(case_id=CaseId(f"case-{number:03}")) for number in range(250)]
    whole = evidence.room
    with pytest.raises(UnavailableError, match="went away"):
        rotate(replace(whole, keyring=Stopping(whole.keyring, 230)), actor=ADA)
    assert [evidence.read(each.id) for each in sealed] == [HARBOUR] * 250
    done = rotate(whole, fresh=False, actor=ADA)
    assert (done.rewrapped, len(done.old)) == (50, 1)
    assert evidence.read(sealed[249].id) == HARBOUR


def test_a_rotation_leaves_destroyed_keys_destroyed(evidence) -> None:
    evidence.seal()
    evidence.seal(case_id=OTHER)
    evidence.end_open_case()
    evidence.process(ProcessKind.DESTRUCTION_REQUEST)
    for actor in (ADA, EVE):
        destroy(evidence.room, CASE, confirm=CASE, process_id=None, actor=actor)
    assert rotate(evidence.room, actor=ADA).rewrapped == 1


def test_after_forgetting_an_old_copy_of_the_database_opens_nothing(evidence) -> None:
    evidence.seal()
    with evidence.store.read() as reader:
        key = reader.find_case_key(CASE)
    assert key is not None
    assert key.wrapped is not None
    rotate(evidence.room, actor=ADA)
    forget(evidence.room, actor=ADA)
    with pytest.raises(UnavailableError, match="is not in"):
        evidence.room.keyring.unwrap(key.wrapped, b"whatever")
