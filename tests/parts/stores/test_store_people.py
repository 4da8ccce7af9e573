"""Users, what proves who they are, and their sessions: what every store keeps to."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores.base import Store, UnitOfWork
from clew.records.identifiers import UserId
from clew.records.people import (
    Handshake,
    Passkey,
    Password,
    Proofs,
    Role,
    Session,
    Setup,
    Stage,
    Totp,
    User,
)
from tests.parts.stores.store_records import DAY, NOON

ADA = User(
    id=UserId("01J00000000000000000000ADA"),
    name="Ada",
    roles=frozenset({Role.REVIEWER, Role.REPORTER}),
    created_at=NOON,
    oidc_name="ada@platform.example",
)
BEN = replace(ADA, id=UserId("01J00000000000000000000BEN"), name="ben", oidc_name=None, roles=frozenset())
MINUTE = timedelta(minutes=1)
SESSION = Session(
    digest=b"\x01" * 32,
    user_id=ADA.id,
    stage=Stage.OPEN,
    began_at=NOON,
    seen_at=NOON,
    expires_at=NOON + DAY,
    proved_at=NOON,
    device="Firefox on Linux",
)
PASSKEY = Passkey(id=b"\x07", user_id=ADA.id, public_key=b"public", sign_count=3, label="key ring", made_at=NOON)


@pytest.fixture
def peopled(any_store: Store) -> Store:
    """A store that knows Ada and Ben."""
    any_store.transact(lambda unit: [unit.put_user(ADA), unit.put_user(BEN)])
    return any_store


def test_a_user_is_found_by_id_by_name_in_any_case_and_by_what_the_provider_calls_them(peopled: Store):
    with peopled.read() as reader:
        assert reader.get_user(ADA.id) == ADA
        assert reader.find_user("aDA") == ADA
        assert reader.find_oidc_user("ada@platform.example") == ADA
        assert reader.find_oidc_user("Ada@platform.example") is None
        assert reader.find_user("eve") is None
        assert reader.users() == [ADA, BEN]
        with pytest.raises(NotFoundError):
            reader.get_user(UserId("nobody"))


def test_a_changed_user_keeps_their_id_and_a_taken_name_is_refused(peopled: Store):
    moved = replace(BEN, name="Benedict", roles=frozenset({Role.AUDITOR}), disabled_at=NOON)
    peopled.transact(lambda unit: unit.put_user(moved))
    with pytest.raises(ConflictError):
        peopled.transact(lambda unit: unit.put_user(replace(moved, name="ADA")))
    with pytest.raises(ConflictError):
        peopled.transact(lambda unit: unit.put_user(replace(moved, oidc_name=ADA.oidc_name)))
    with peopled.read() as reader:
        assert reader.users() == [ADA, moved]


def test_each_proof_stands_beside_the_others_and_all_go_at_once(peopled: Store):
    password = Password(user_id=ADA.id, hash="$argon2id$...", set_at=NOON)
    totp = Totp(user_id=ADA.id, sealed=b"\1SECRET", made_at=NOON, confirmed=True)
    waiting = replace(totp, sealed=b"\1NEWER", confirmed=False)

    def work(unit):
        unit.put_password(password)
        unit.put_totp(totp)
        unit.put_totp(waiting)
        unit.add_passkey(PASSKEY)
        unit.put_recovery_codes(ADA.id, [b"a" * 32, b"b" * 32])

    peopled.transact(work)
    with peopled.read() as reader:
        assert reader.find_password(ADA.id) == password
        assert reader.find_totp(ADA.id) == totp
        assert reader.find_totp(ADA.id, confirmed=False) == waiting
        assert reader.passkeys(ADA.id) == [PASSKEY]
        assert reader.find_passkey(PASSKEY.id) == PASSKEY
        assert reader.proofs(ADA.id) == Proofs(password=True, totp=True, passkeys=1, recovery_codes=2)
        assert reader.proofs(BEN.id) == Proofs()
    peopled.transact(lambda unit: unit.remove_proofs(ADA.id))
    with peopled.read() as reader:
        assert reader.proofs(ADA.id) == Proofs()


def test_a_step_of_an_authenticator_is_taken_once_and_none_before_it(peopled: Store):
    totp = Totp(user_id=ADA.id, sealed=b"\1SECRET", made_at=NOON, confirmed=True)
    peopled.transact(lambda unit: unit.put_totp(totp))

    def take(step: int) -> bool:
        return peopled.transact(lambda unit: unit.take_totp_step(ADA.id, step))

    assert [take(step) for step in (7, 7, 6, 8)] == [True, False, False, True]
    peopled.transact(lambda unit: unit.put_totp(replace(totp, confirmed=False, sealed=b"\1NEXT")))
    peopled.transact(lambda unit: unit.remove_totp(ADA.id, confirmed=True))
    assert not peopled.transact(lambda unit: unit.take_totp_step(ADA.id, 9)), "one not confirmed proves nothing"


def test_a_recovery_code_is_good_once_even_for_many_at_a_time(peopled: Store):
    peopled.transact(lambda unit: unit.put_recovery_codes(ADA.id, [b"a" * 32]))
    assert not peopled.transact(lambda unit: unit.take_recovery_code(BEN.id, b"a" * 32))
    taken: list[bool] = []

    def take() -> None:
        taken.append(peopled.transact(lambda unit: unit.take_recovery_code(ADA.id, b"a" * 32)))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]


def _add_passkey(passkey: Passkey, unit: UnitOfWork) -> None:
    unit.add_passkey(passkey)


def test_a_passkey_that_is_there_is_not_taken_over_by_anybody_not_even_its_owner(peopled: Store):
    peopled.transact(lambda unit: unit.add_passkey(PASSKEY))
    for other in (replace(PASSKEY, user_id=BEN.id), replace(PASSKEY, public_key=b"another")):
        with pytest.raises(ConflictError):
            peopled.transact(partial(_add_passkey, other))
    assert not peopled.transact(lambda unit: unit.use_passkey(replace(PASSKEY, user_id=BEN.id, sign_count=99)))
    with peopled.read() as reader:
        assert reader.find_passkey(PASSKEY.id) == PASSKEY
    assert not peopled.transact(lambda unit: unit.remove_passkey(BEN.id, PASSKEY.id))
    assert peopled.transact(lambda unit: unit.remove_passkey(ADA.id, PASSKEY.id))


def test_use_of_a_passkey_changes_its_count_and_brings_no_removed_one_back(peopled: Store):
    peopled.transact(lambda unit: unit.add_passkey(PASSKEY))
    used = replace(PASSKEY, sign_count=41, used_at=NOON + MINUTE, label="not taken", public_key=b"nor this")
    assert peopled.transact(lambda unit: unit.use_passkey(used))
    with peopled.read() as reader:
        assert reader.find_passkey(PASSKEY.id) == replace(PASSKEY, sign_count=41, used_at=NOON + MINUTE)
    peopled.transact(lambda unit: unit.remove_passkey(ADA.id, PASSKEY.id))
    assert not peopled.transact(lambda unit: unit.use_passkey(used))
    with peopled.read() as reader:
        assert reader.find_passkey(PASSKEY.id) is None


def test_secrets_in_clear_are_found_until_they_are_sealed(peopled: Store):
    clear = Totp(user_id=ADA.id, sealed=b"\0SECRET", made_at=NOON, confirmed=True, last_step=7)
    peopled.transact(lambda unit: unit.put_totp(clear))
    with peopled.read() as reader:
        assert reader.clear_totps() == [clear]
        assert not reader.has_sealed_totps()
    peopled.transact(lambda unit: unit.seal_totp(replace(clear, sealed=b"\1sealed", last_step=0)))
    with peopled.read() as reader:
        assert reader.clear_totps() == []
        assert reader.has_sealed_totps()
        assert reader.find_totp(ADA.id) == replace(clear, sealed=b"\1sealed")


def test_a_setup_is_found_by_its_link_until_it_is_used(peopled: Store):
    setup = Setup(user_id=ADA.id, digest=b"d" * 32, expires_at=NOON + DAY)
    bare = Setup(user_id=BEN.id, digest=None, expires_at=NOON + DAY)
    peopled.transact(lambda unit: [unit.put_setup(setup), unit.put_setup(bare)])
    with peopled.read() as reader:
        assert reader.find_setup_of(b"d" * 32) == setup
        assert reader.find_setup(BEN.id) == bare
    peopled.transact(lambda unit: unit.remove_setup(ADA.id))
    with peopled.read() as reader:
        assert reader.find_setup_of(b"d" * 32) is None


def test_a_session_comes_with_its_user_and_never_with_a_disabled_one(peopled: Store):
    peopled.transact(lambda unit: unit.put_session(SESSION))
    with peopled.read() as reader:
        assert reader.find_session(SESSION.digest) == (SESSION, ADA)
        assert reader.find_session(b"\x02" * 32) is None
    peopled.transact(lambda unit: unit.put_user(replace(ADA, disabled_at=NOON)))
    with peopled.read() as reader:
        assert reader.find_session(SESSION.digest) is None


def test_seeing_a_session_never_brings_back_one_that_ended(peopled: Store):
    peopled.transact(lambda unit: unit.put_session(SESSION))
    peopled.transact(lambda unit: unit.see_session(SESSION.digest, NOON + MINUTE))
    peopled.transact(lambda unit: unit.see_session(SESSION.digest, NOON))
    with peopled.read() as reader:
        assert [each.seen_at for each in reader.sessions(ADA.id)] == [NOON + MINUTE]
    peopled.transact(lambda unit: unit.end_session(SESSION.digest))
    peopled.transact(lambda unit: unit.see_session(SESSION.digest, NOON + 2 * MINUTE))
    with peopled.read() as reader:
        assert reader.sessions(ADA.id) == []


def test_all_sessions_of_a_user_end_but_the_one_named(peopled: Store):
    others = [replace(SESSION, digest=bytes([each]) * 32, seen_at=NOON + each * MINUTE) for each in (2, 3)]
    bens = replace(SESSION, digest=b"\x09" * 32, user_id=BEN.id)
    peopled.transact(lambda unit: [unit.put_session(each) for each in (SESSION, *others, bens)])
    assert peopled.transact(lambda unit: unit.end_sessions(ADA.id, but=SESSION.digest)) == 2
    with peopled.read() as reader:
        assert reader.sessions(ADA.id) == [SESSION]
    assert peopled.transact(lambda unit: unit.end_sessions(ADA.id)) == 1
    with peopled.read() as reader:
        assert reader.sessions(BEN.id) == [bens]


def handshake(number: int, kind: str = "oidc", caller: bytes = b"one") -> Handshake:
    expires_at = NOON + number * MINUTE
    return Handshake(
        digest=bytes([number]) * 32,
        kind=kind,
        caller=caller,
        bound_to=b"b",
        facts={"nonce": "ü"},
        expires_at=expires_at,
    )


def ask(store: Store, asked: Handshake, *, most: int) -> None:
    store.transact(lambda unit: unit.put_handshake(asked, most_of_caller=2, most=most))


def take(store: Store, asked: Handshake) -> Handshake | None:
    return store.transact(lambda unit: unit.take_handshake(asked.digest))


def test_a_handshake_is_answered_once(peopled: Store):
    asked = handshake(1)
    peopled.transact(lambda unit: unit.put_handshake(asked, most_of_caller=2, most=9))
    assert peopled.transact(lambda unit: unit.take_handshake(asked.digest)) == asked
    assert peopled.transact(lambda unit: unit.take_handshake(asked.digest)) is None


def test_who_asks_too_often_loses_their_own_questions_and_nobody_else_s(peopled: Store):
    others = [handshake(1, caller=b"two"), handshake(2, kind="passkey")]
    mine = [handshake(number) for number in range(3, 9)]
    for asked in [*others, *mine]:
        ask(peopled, asked, most=9)
    left = [take(peopled, asked) for asked in [*others, *mine]]
    assert left == [*others, None, None, None, None, mine[-2], mine[-1]]


def test_when_very_many_ask_the_oldest_question_makes_room_and_nobody_is_refused(peopled: Store):
    asked = [handshake(number, caller=bytes([number])) for number in range(1, 6)]
    for each in asked:
        ask(peopled, each, most=3)
    left = [take(peopled, each) for each in asked]
    assert left == [None, None, *asked[2:]]


def test_tries_wait_for_their_time_and_are_forgotten_after_theirs(peopled: Store):
    def count(minutes: float) -> int | None:
        at = NOON + minutes * MINUTE
        return peopled.transact(lambda unit: unit.count_try(b"k", at, at + 60 * MINUTE, at + 10 * MINUTE))

    assert [count(0), count(1)] == [1, 2]
    peopled.transact(lambda unit: unit.delay_tries(b"k", NOON + 5 * MINUTE))
    with peopled.read() as reader:
        assert reader.find_delay(b"k") == NOON + 5 * MINUTE
        assert reader.find_delay(b"other") is None
    assert [count(4.9), count(5), count(65)] == [None, 3, 1]
    peopled.transact(lambda unit: unit.forget_tries(b"k"))
    assert count(66) == 1


def test_a_wait_that_a_wrong_clock_has_set_is_over(peopled: Store):
    def count(latest_minutes: float) -> int | None:
        latest = NOON + latest_minutes * MINUTE
        return peopled.transact(lambda unit: unit.count_try(b"k", NOON, NOON + DAY, latest))

    assert count(30) == 1
    peopled.transact(lambda unit: unit.delay_tries(b"k", NOON + 365 * DAY))
    assert count(366 * 24 * 60) is None
    assert count(30) == 2


def test_tries_at_once_are_all_counted(peopled: Store):
    counted: list[int | None] = []

    def count() -> None:
        counted.append(peopled.transact(lambda unit: unit.count_try(b"k", NOON, NOON + DAY, NOON + DAY)))

    threads = [threading.Thread(target=count) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each for each in counted if each is not None) == list(range(1, 13))


def test_what_has_run_out_is_swept_and_nothing_else(peopled: Store):
    later = replace(SESSION, digest=b"\x02" * 32, expires_at=NOON + 2 * DAY)
    asked = handshake(1)

    def work(unit):
        unit.put_session(SESSION)
        unit.put_session(later)
        unit.put_handshake(asked, most_of_caller=9, most=9)
        unit.count_try(b"k", NOON, NOON + MINUTE, NOON + DAY)
        unit.sweep_sign_ins(NOON + DAY)

    peopled.transact(work)
    with peopled.read() as reader:
        assert reader.sessions(ADA.id) == [later]
        assert reader.find_delay(b"k") is None
    assert peopled.transact(lambda unit: unit.take_handshake(asked.digest)) is None
