"""Passkeys: as the second proof, alone, and for proving oneself anew; and answers that must not be taken."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import RateError, SignInError
from clew.pipelines.people import add_user, disable_user
from clew.pipelines.signing_in import Caller
from clew.records.people import Role, Stage, User
from clew.web.rate import Starts
from tests.web.soft_passkey import SoftPasskey
from tests.web.web_desk import SAME_SITE, WebDesk


def act(desk: WebDesk, path: str, **fields: str):
    return desk.call("POST", path, data=fields, headers=SAME_SITE)


def ask(desk: WebDesk, path: str) -> dict:
    answer = act(desk, path)
    assert answer.status_code == 200, answer.text
    options: dict = answer.json()
    return options


def with_passkey(desk: WebDesk, name: str = "Ada") -> tuple[User, SoftPasskey]:
    """A user who has set up a passkey and nothing else, and is signed in."""
    user, token = add_user(
        desk.installation.store,
        name,
        [Role.REVIEWER],
        setup_for=timedelta(hours=72),
        actor="command:test",
        clock=desk.clock,
    )
    desk.client.cookies.clear()
    act(desk, "/setup", token=token)
    passkey = SoftPasskey()
    made = act(desk, "/setup/passkey", credential=passkey.make(ask(desk, "/setup/passkey/ask")), label="key ring")
    assert made.status_code == 200, made.text
    assert "Ten recovery codes" in made.text
    return user, passkey


def alone(desk: WebDesk, passkey: SoftPasskey):
    desk.client.cookies.clear()
    return act(desk, "/signin/passkey", credential=passkey.get(ask(desk, "/signin/passkey/ask")))


def test_a_passkey_alone_signs_in_and_is_both_proofs(desk: WebDesk) -> None:
    _, passkey = with_passkey(desk)
    assert alone(desk, passkey).headers["location"] == "/"
    assert desk.get("/").status_code == 200
    assert "key ring" in desk.get("/account").text


def test_a_passkey_that_has_not_made_sure_of_its_person_is_no_proof_alone(desk: WebDesk) -> None:
    _, passkey = with_passkey(desk)
    passkey.verifies = False
    assert alone(desk, passkey).status_code == 401
    assert desk.get("/").status_code == 303


def test_a_passkey_is_the_second_proof_of_its_own_person_only(desk: WebDesk) -> None:
    ada, passkey = with_passkey(desk)
    _, other = with_passkey(desk, "Ben")
    desk.bear(ada, Stage.HALF)
    options = ask(desk, "/signin/second/passkey/ask")
    assert [each["id"] for each in options["allowCredentials"]] == [
        json.loads(passkey.make({**options, "user": {"id": ""}}))["id"]
    ]
    assert act(desk, "/signin/second/passkey", credential=other.get(options)).status_code == 401
    options = ask(desk, "/signin/second/passkey/ask")
    passkey.verifies = False  # beside a password, being there is enough
    assert act(desk, "/signin/second/passkey", credential=passkey.get(options)).headers["location"] == "/"
    assert desk.get("/").status_code == 200


def test_an_answer_is_good_once_in_its_time_and_for_its_own_question(desk: WebDesk) -> None:
    ada, passkey = with_passkey(desk)
    answer = passkey.get(ask(desk, "/signin/passkey/ask"))
    assert act(desk, "/signin/passkey", credential=answer).status_code == 303
    assert act(desk, "/signin/passkey", credential=answer).status_code == 401, "a replay"
    late = passkey.get(ask(desk, "/signin/passkey/ask"))
    desk.clock.move(minutes=5)
    assert act(desk, "/signin/passkey", credential=late).status_code == 401
    desk.bear(ada, Stage.HALF)
    of_half = passkey.get(ask(desk, "/signin/second/passkey/ask"))
    assert act(desk, "/signin/passkey", credential=of_half).status_code == 401, "of another question"
    of_half = passkey.get(ask(desk, "/signin/second/passkey/ask"))
    desk.bear(ada, Stage.HALF)
    assert act(desk, "/signin/second/passkey", credential=of_half).status_code == 401, "of another session"


@pytest.mark.parametrize(
    "lie",
    [{"origin": "http://evil.example"}, {"place": "evil.example"}, {"origin": "http://localhost:1"}, {"count": -5}],
    ids=str,
)
def test_an_answer_for_another_place_or_by_a_copy_is_refused(desk: WebDesk, lie: dict) -> None:
    _, passkey = with_passkey(desk)
    passkey.count = 4
    assert alone(desk, passkey).status_code == 303
    if "count" in lie:
        passkey.count = 2  # a copy of the device counts from where it was copied
    else:
        for name, value in lie.items():
            setattr(passkey, name, value)
    assert alone(desk, passkey).status_code == 401


def test_another_key_under_a_known_id_and_an_unknown_id_are_refused(desk: WebDesk) -> None:
    _, passkey = with_passkey(desk)
    assert alone(desk, SoftPasskey(id=passkey.id, user=passkey.user)).status_code == 401
    assert alone(desk, SoftPasskey(user=passkey.user)).status_code == 401


NESTED = (
    '{"rawId":"AAAA","id":"AAAA","type":"public-key","response":{"authenticatorData":"AAAA","signature":"AAAA",'
    f'"clientDataJSON":"{base64.urlsafe_b64encode(b"[" * 4_500).decode()}"}}}}'
)


@pytest.mark.parametrize(
    "credential",
    ["", "{}", "[]", "null", '{"id": 1}', "x" * 30_000, '{"id":"a","rawId":"b"}', "[" * 4_500, NESTED],
    ids=range(9),
)
def test_what_is_no_answer_at_all_is_refused(desk: WebDesk, credential: str) -> None:
    ask(desk, "/signin/passkey/ask")
    assert act(desk, "/signin/passkey", credential=credential).status_code in {400, 401, 413}


def test_a_disabled_person_s_passkey_opens_nothing(desk: WebDesk) -> None:
    user, passkey = with_passkey(desk)
    disable_user(desk.installation.store, user.id, actor="command:test", clock=desk.clock)
    assert alone(desk, passkey).status_code == 401


def test_the_local_administrator_comes_in_by_the_machine_alone(desk: WebDesk) -> None:
    desk.sign_in()
    passkey = SoftPasskey()
    assert act(desk, "/account/passkey", credential=passkey.make(ask(desk, "/account/passkey/ask"))).status_code == 303
    assert alone(desk, passkey).status_code == 401


def test_a_step_up_by_passkey_is_its_own_person_s(desk: WebDesk) -> None:
    ada, passkey = with_passkey(desk)
    _, other = with_passkey(desk, "Ben")
    session = desk.bear(ada)
    late = replace(session, proved_at=session.proved_at - timedelta(hours=1))
    desk.installation.store.transact(lambda unit: unit.put_session(late))
    desk.app.state.door.sessions.forget()
    assert act(desk, "/account/recovery").headers["location"] == "/stepup?back=%2Faccount&undone=yes"
    assert act(desk, "/stepup/passkey", credential=other.get(ask(desk, "/stepup/passkey/ask"))).status_code == 401
    done = act(desk, "/stepup/passkey", credential=passkey.get(ask(desk, "/stepup/passkey/ask")), back="/account")
    assert done.headers["location"] == "/account"
    assert act(desk, "/account/recovery").status_code == 200


def test_the_last_second_factor_stays(desk: WebDesk) -> None:
    _, passkey = with_passkey(desk)
    refused = act(desk, "/account/passkey/remove", id=passkey.id.hex())
    assert refused.status_code == 409
    second = SoftPasskey()
    assert act(desk, "/account/passkey", credential=second.make(ask(desk, "/account/passkey/ask"))).status_code == 303
    assert act(desk, "/account/passkey/remove", id=passkey.id.hex()).status_code == 303
    assert alone(desk, passkey).status_code == 401
    assert alone(desk, second).status_code == 303


def test_an_answer_of_one_session_registers_nothing_in_another(desk: WebDesk) -> None:
    user, _ = with_passkey(desk)
    made = SoftPasskey().make(ask(desk, "/account/passkey/ask"))
    desk.bear(user)
    assert act(desk, "/account/passkey", credential=made).status_code == 400


def test_one_address_that_asks_and_asks_must_wait_and_another_need_not(desk: WebDesk) -> None:
    proxied = {**SAME_SITE, "x-forwarded-for": "198.51.100.9"}
    statuses = {act(desk, "/signin/passkey/ask").status_code for _ in range(60)}
    assert statuses == {200}
    # On a slow machine some allowance has come back meanwhile.
    more = (act(desk, "/signin/passkey/ask") for _ in range(60))
    late = next(answer for answer in more if answer.status_code == 429)
    assert int(late.headers["retry-after"]) >= 1
    assert act(desk, "/signin/passkey", credential="{}").status_code == 429
    # Behind no proxy of ours the header is anybody's to write.
    assert desk.call("POST", "/signin/passkey/ask", headers=proxied).status_code == 429
    desk.app.state.door.starts.take("198.51.100.9")


def test_questions_of_one_address_leave_those_of_others_and_of_who_is_signed_in_alone(desk: WebDesk) -> None:
    ada, passkey = with_passkey(desk)
    mine = ask(desk, "/stepup/passkey/ask")
    desk.client.cookies.clear()
    for _ in range(50):
        act(desk, "/signin/passkey/ask")
    with desk.installation.store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        waiting = connection.exec_driver_sql("SELECT kind, count(*) FROM handshakes GROUP BY kind").all()
    assert dict(tuple(each) for each in waiting)["passkey.alone"] == 20
    assert ("passkey.step-up", 1) in [tuple(each) for each in waiting]
    assert alone(desk, passkey).status_code == 303, "the newest question is always good"
    assert mine["challenge"]
    assert ada.name == "Ada"


def test_a_bucket_refills_and_forgets_who_has_not_asked_for_a_minute() -> None:
    ticks = [0.0]
    starts = Starts(lambda: ticks[0])
    for _ in range(60):
        starts.take("a")
    with pytest.raises(RateError):
        starts.take("a")
    ticks[0] = 1.0
    starts.take("a")
    for number in range(20_000):
        starts.take(f"flood {number}")
    assert len(starts._left) <= 10_000


def test_a_passkey_that_was_removed_while_it_answered_opens_nothing_and_stays_removed(desk: WebDesk) -> None:
    ada, passkey = with_passkey(desk)
    second = SoftPasskey()
    act(desk, "/account/passkey", credential=second.make(ask(desk, "/account/passkey/ask")))
    store = desk.installation.store
    with store.read() as reader:
        known = reader.find_passkey(passkey.id)
    assert known is not None
    store.transact(lambda unit: unit.remove_passkey(ada.id, passkey.id))
    with pytest.raises(SignInError):
        desk.app.state.door.signing_in.by_passkey(known, None, Caller(address="192.0.2.7", device="x"))
    with store.read() as reader:
        assert reader.find_passkey(passkey.id) is None
