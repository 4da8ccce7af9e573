"""Destruction: never while a hold stands, on a recorded request, by two people, finally, and provably."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clew.errors import ClewError, ConflictError, DamagedError, NotFoundError, RefusedError, UnavailableError
from clew.ground.canonical import canonical
from clew.ground.signing import key_id_of, verify
from clew.parts.vaults.local import LocalVault
from clew.pipelines import holds, legal_process
from clew.pipelines.destruction import certificate_of, destroy, plan, withdraw
from clew.pipelines.evidence import open_sealed
from clew.pipelines.process_void import void_process
from clew.pipelines.release import release
from clew.records.evidence import Destruction, DestructionState, ProcessKind
from tests.pipelines.evidence_desk import ADA, CASE, EVE, OTHER, EvidenceDesk

UNTIL = datetime(2099, 1, 1, tzinfo=UTC)


def ready(desk: EvidenceDesk) -> None:
    """A case of two objects that may be destroyed."""
    desk.seal()
    desk.seal(b"another harbour")
    desk.end_open_case()
    desk.process(ProcessKind.DESTRUCTION_REQUEST)


def order(desk: EvidenceDesk, actor: str = ADA, case_id=CASE, **wanted) -> Destruction:
    return destroy(desk.room, case_id, **{"confirm": case_id, "process_id": None, "actor": actor, **wanted})


def test_two_people_destroy_and_nobody_can_read_it_again(any_evidence) -> None:
    ready(any_evidence)
    with any_evidence.store.read() as reader:
        first = reader.objects_of_case(CASE)[0]
    made = any_evidence.permit(first.id)
    assert order(any_evidence).state is DestructionState.ASKED
    assert any_evidence.read(first.id)
    done = order(any_evidence, EVE)
    assert (done.state, done.asked_by, done.approved_by, done.alone) == (DestructionState.DONE, ADA, EVE, False)
    assert any_evidence.files() == []
    with pytest.raises(NotFoundError, match="was destroyed"):
        open_sealed(any_evidence.room, made)
    with pytest.raises(RefusedError, match="belongs to a new case"):
        any_evidence.seal(b"a third")
    with any_evidence.store.read() as reader:
        key = reader.find_case_key(CASE)
        kept = reader.find_preservation(CASE)
    assert key is not None
    assert key.wrapped is None
    assert kept is not None
    assert (kept.objects, kept.key_destroyed_at) == (0, any_evidence.clock.at)
    acts = any_evidence.audit("evidence.ask-destruction", "evidence.destroy-key", "evidence.destroy")
    assert [(each["act"], each["actor"]) for each in acts] == [
        ("evidence.ask-destruction", ADA),
        ("evidence.destroy-key", EVE),
        ("evidence.destroy", EVE),
    ]


def test_the_second_person_who_names_another_request_destroys_nothing(any_evidence) -> None:
    ready(any_evidence)
    order(any_evidence)
    with pytest.raises(ConflictError, match="was asked for on the request"):
        order(any_evidence, EVE, process_id="another-request")
    assert len(any_evidence.files()) == 2


@pytest.mark.parametrize("why", ["ran out", "was to be voided"])
def test_a_request_that_is_in_force_no_more_at_the_second_word_destroys_nothing(any_evidence, why: str) -> None:
    any_evidence.seal()
    any_evidence.end_open_case()
    until = any_evidence.clock.at + timedelta(days=5)
    request = any_evidence.process(ProcessKind.DESTRUCTION_REQUEST, expires_at=until)
    assert order(any_evidence).state is DestructionState.ASKED
    if why == "ran out":
        any_evidence.clock.pass_days(5)
    else:
        void_process(any_evidence.room, request.id, ground="quashed", actor=ADA)
    with pytest.raises(RefusedError, match="on a recorded lawful request only"):
        order(any_evidence, EVE)
    assert len(any_evidence.files()) == 1


def test_the_same_person_cannot_be_both(any_evidence) -> None:
    ready(any_evidence)
    order(any_evidence)
    with pytest.raises(RefusedError, match="another one must confirm"):
        order(any_evidence)
    assert len(any_evidence.files()) == 2


def test_what_was_asked_for_can_be_withdrawn_and_asked_for_again(any_evidence) -> None:
    ready(any_evidence)
    with pytest.raises(NotFoundError, match="waits for anybody"):
        withdraw(any_evidence.room, CASE, actor=EVE)
    order(any_evidence)
    assert withdraw(any_evidence.room, CASE, actor=EVE).state is DestructionState.WITHDRAWN
    assert order(any_evidence, EVE).state is DestructionState.ASKED
    assert len(any_evidence.files()) == 2
    assert order(any_evidence).state is DestructionState.DONE


def test_without_a_key_to_sign_with_nothing_is_destroyed(evidence) -> None:
    ready(evidence)
    evidence.room.settings.signing_key_path.parent.mkdir(exist_ok=True)
    evidence.room.settings.signing_key_path.write_text("no key")
    with pytest.raises(DamagedError, match="Ed25519"):
        order(evidence)
    assert len(evidence.files()) == 2


def test_one_person_alone_waits_before_the_second_word_and_the_record_says_so(any_evidence) -> None:
    any_evidence.room = replace(any_evidence.room, two_people=False)
    ready(any_evidence)
    assert order(any_evidence).state is DestructionState.ASKED
    any_evidence.clock.at += timedelta(hours=11)
    with pytest.raises(RefusedError, match="you are alone here: agree with yourself after 2026-"):
        order(any_evidence)
    assert len(any_evidence.files()) == 2
    any_evidence.clock.at += timedelta(hours=1)
    done = order(any_evidence)
    assert (done.state, done.alone, any_evidence.files()) == (DestructionState.DONE, True, [])
    assert any_evidence.audit("evidence.destroy-key")[0]["alone"] is True
    with any_evidence.store.read() as reader:
        assert json.loads(certificate_of(reader, CASE))["statement"]["approved"]["alone"] is True


@pytest.mark.parametrize("name", [EVE, "command:root"])
def test_where_one_person_works_every_name_is_theirs_and_waits(evidence, name: str) -> None:
    evidence.room = replace(evidence.room, two_people=False)
    ready(evidence)
    order(evidence)
    with pytest.raises(RefusedError, match="you are alone here"):
        order(evidence, name)
    evidence.clock.at += timedelta(hours=12)
    done = order(evidence, name)
    assert (done.state, done.alone) == (DestructionState.DONE, True)


def test_a_name_of_the_console_and_one_of_a_command_are_not_two_people(evidence) -> None:
    ready(evidence)
    order(evidence, "user:ada-1")
    with pytest.raises(
        RefusedError, match="the first word was given at the console, and the second counts there alone"
    ):
        order(evidence, "command:root")
    assert order(evidence, "user:eve-2").state is DestructionState.DONE


def test_a_legal_hold_beats_every_wish_to_erase(any_evidence) -> None:
    ready(any_evidence)
    hold = holds.hold_legally(any_evidence.room, CASE, ground="order 12", until=None, actor=ADA)
    with pytest.raises(RefusedError, match=f"a hold forbids it: legal {hold.id} until released"):
        order(any_evidence)
    release(any_evidence.room, hold.id, ground="lifted", actor=ADA)
    order(any_evidence)
    holds.hold_legally(any_evidence.room, CASE, ground="order 13", until=None, actor=ADA)
    with pytest.raises(RefusedError, match="a hold forbids it"):
        order(any_evidence, EVE)
    assert len(any_evidence.files()) == 2


def test_the_year_of_preservation_forbids_destruction_to_its_last_moment(evidence) -> None:
    ready(evidence)
    hold = evidence.preserve()
    evidence.clock.at = hold.until - timedelta(seconds=1)
    with pytest.raises(RefusedError, match="a hold forbids it: preservation"):
        order(evidence)
    evidence.clock.at = hold.until
    assert order(evidence).state is DestructionState.ASKED


def test_a_legal_request_that_is_not_answered_forbids_destruction_and_is_named(any_evidence) -> None:
    ready(any_evidence)
    warrant = any_evidence.process(ProcessKind.WARRANT)
    with any_evidence.store.read() as reader:
        told = plan(reader, any_evidence.room, CASE)
    assert (told.unanswered, told.possible) == ((warrant,), False)
    with pytest.raises(RefusedError, match=f"not answered: warrant 26-12, County court .{warrant.id}"):
        order(any_evidence)
    legal_process.answer_process(any_evidence.room, warrant.id, actor=ADA)
    assert order(any_evidence).state is DestructionState.ASKED
    late = any_evidence.process(ProcessKind.SUBPOENA)
    with pytest.raises(RefusedError, match="not answered: subpoena"):
        order(any_evidence, EVE)
    legal_process.answer_process(any_evidence.room, late.id, actor=ADA)
    assert order(any_evidence, EVE).state is DestructionState.DONE


def test_a_request_to_preserve_that_has_run_out_asks_for_nothing_any_more(evidence) -> None:
    ready(evidence)
    evidence.process(ProcessKind.PRESERVATION_REQUEST, expires_at=evidence.clock.at + timedelta(days=1))
    with pytest.raises(RefusedError, match="a hold forbids it"):
        order(evidence)
    evidence.clock.pass_days(2)
    assert order(evidence).state is DestructionState.ASKED


def test_nothing_is_destroyed_without_a_recorded_lawful_request(evidence) -> None:
    evidence.seal()
    evidence.end_open_case()
    warrant = evidence.process(ProcessKind.WARRANT)
    legal_process.answer_process(evidence.room, warrant.id, actor=ADA)
    with pytest.raises(RefusedError, match="recorded lawful request only"):
        order(evidence)
    evidence.seal(case_id=OTHER)
    others = evidence.process(ProcessKind.DESTRUCTION_REQUEST, OTHER)
    with pytest.raises(RefusedError, match="recorded lawful request only"):
        order(evidence, process_id=others.id)


def test_the_case_is_named_twice(evidence) -> None:
    ready(evidence)
    with pytest.raises(RefusedError, match="it was another one"):
        order(evidence, confirm=OTHER)


def test_what_would_go_is_said_before(any_evidence) -> None:
    ready(any_evidence)
    with any_evidence.store.read() as reader:
        told = plan(reader, any_evidence.room, CASE)
        assert (told.objects, told.size_bytes, told.possible, len(told.requests)) == (2, 44, True, 1)
        with pytest.raises(NotFoundError, match="was ever kept"):
            plan(reader, any_evidence.room, OTHER)
    any_evidence.preserve()
    with any_evidence.store.read() as reader:
        told = plan(reader, any_evidence.room, CASE)
    assert (told.possible, len(told.holds)) == (False, 1)
    assert len(any_evidence.files()) == 2


def test_what_is_destroyed_cannot_be_destroyed_again(evidence) -> None:
    ready(evidence)
    order(evidence)
    order(evidence, EVE)
    with pytest.raises(ConflictError, match="was destroyed before"):
        order(evidence)
    with pytest.raises(NotFoundError, match="no sealed evidence"):
        order(evidence, case_id=OTHER)


def test_the_certificate_says_who_what_when_and_its_signature_proves_it(any_evidence) -> None:
    ready(any_evidence)
    order(any_evidence)
    any_evidence.clock.pass_days(1)
    done = order(any_evidence, EVE)
    with any_evidence.store.read() as reader:
        text = certificate_of(reader, CASE)
        objects = reader.objects_of_case(CASE)
    assert text == done.certificate
    made = json.loads(text)
    statement, signature = made["statement"], made["signature"]
    public = bytes.fromhex(signature["public"])
    assert key_id_of(public) == signature["key"]
    assert verify(public, canonical(statement), bytes.fromhex(signature["value"]))
    assert (statement["case"], statement["request"]["reference"]) == (CASE, "26-12")
    assert (statement["asked"]["by"], statement["approved"]["by"]) == (ADA, EVE)
    assert [each["object"] for each in statement["objects"]] == [each.id for each in objects]
    assert all(each["deleted"] and each["locked_until"] is None for each in statement["objects"])
    statement["approved"]["by"] = "user:mallory"
    assert not verify(public, canonical(statement), bytes.fromhex(signature["value"]))


def test_there_is_no_certificate_before_the_destruction_is_done(evidence) -> None:
    ready(evidence)
    order(evidence)
    with evidence.store.read() as reader, pytest.raises(NotFoundError, match="no finished destruction"):
        certificate_of(reader, CASE)


class Locking(LocalVault):
    """A folder that keeps one object locked, as a bucket with Object Lock does."""

    locked = ""

    def delete(self, object_id):
        return UNTIL if object_id == self.locked else super().delete(object_id)


def test_an_object_that_a_lock_keeps_is_named_in_the_certificate_and_unreadable(evidence) -> None:
    vault = Locking(evidence.folder / "vault")
    evidence.room = replace(evidence.room, vault=vault)
    ready(evidence)
    vault.locked = evidence.files()[0].name
    order(evidence)
    order(evidence, EVE)
    with evidence.store.read() as reader:
        made = json.loads(certificate_of(reader, CASE))
    kept = [each for each in made["statement"]["objects"] if each["locked_until"]]
    assert [(each["object"], each["locked_until"], each["deleted"]) for each in kept] == [
        (vault.locked, "2099-01-01T00:00:00.000Z", None)
    ]
    assert [path.name for path in evidence.files()] == [vault.locked]


class Failing(LocalVault):
    """A folder whose second deletion fails once."""

    left = 1

    def delete(self, object_id):
        self.left -= 1
        if self.left < 0:
            self.left = 100
            raise UnavailableError("the disk went away")
        return super().delete(object_id)


def test_a_destruction_that_was_broken_off_is_carried_on_by_asking_again(any_evidence) -> None:
    any_evidence.room = replace(any_evidence.room, vault=Failing(any_evidence.folder / "vault"))
    ready(any_evidence)
    order(any_evidence)
    with pytest.raises(UnavailableError, match="disk went away"):
        order(any_evidence, EVE)
    with any_evidence.store.read() as reader:
        open_one = reader.find_open_destruction(CASE)
    assert open_one is not None
    assert open_one.state is DestructionState.KEY_DESTROYED
    done = order(any_evidence, ADA)
    assert (done.state, done.approved_by, any_evidence.files()) == (DestructionState.DONE, EVE, [])


def test_a_hold_and_a_destruction_at_once_never_miss_each_other(any_evidence) -> None:
    """Whichever comes first: either the evidence is destroyed and no hold stands, or a hold stands and it is whole."""
    ready(any_evidence)
    order(any_evidence)
    at_once = threading.Barrier(2)
    faults: list[ClewError] = []

    def work(deed) -> None:
        at_once.wait(30)
        try:
            deed()
        except ClewError as error:
            faults.append(error)

    deeds = [
        lambda: order(any_evidence, EVE),
        lambda: holds.hold_legally(any_evidence.room, CASE, ground="order", until=None, actor=ADA),
    ]
    threads = [threading.Thread(target=work, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_evidence.store.read() as reader:
        key = reader.find_case_key(CASE)
        standing = holds.standing_holds(reader, CASE, any_evidence.clock.at)
    assert key is not None
    assert (key.wrapped is None) != bool(standing)
    assert len(faults) == 1


def test_the_wrapped_key_is_overwritten_in_the_database(evidence) -> None:
    ready(evidence)
    with evidence.store.read() as reader:
        key = reader.find_case_key(CASE)
    assert key is not None
    assert key.wrapped is not None
    sealed = key.wrapped.sealed
    order(evidence)
    order(evidence, EVE)
    evidence.store.close()
    left = b"".join(path.read_bytes() for path in evidence.folder.glob("clew.db"))
    assert sealed not in left
