"""Signing in: two proofs, in their order, each good once; and what happens when somebody tries and tries."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.errors import ConflictError, RateError
from clew.ground import keyfile
from clew.ground.passwords import hash_password
from clew.ground.totp import code_of
from clew.pipelines.people import LOCAL_NAME, add_user, change_roles, disable_user, give_password, reset_user
from clew.pipelines.proofs import waiting_totp
from clew.pipelines.signing_in import Caller, SigningIn
from clew.records.people import Proofs, Role, Stage, User
from clew.settings import People
from clew.web.console.links import Links
from clew.web.console.sessions import COOKIE, SECURE_COOKIE, Sessions
from tests.web.web_desk import SAME_SITE, WebDesk, open_desk

PASSWORD = "seven lighthouses in fog"
SETUP = timedelta(hours=72)


def act(desk: WebDesk, path: str, **fields: str):
    return desk.call("POST", path, data=fields, headers=SAME_SITE)


def acts(desk: WebDesk) -> list[tuple[str, str]]:
    """Actor and act of every audit row, oldest first."""
    with desk.installation.store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT actor, act FROM audit_events ORDER BY id").all()
    return [(row[0], row[1]) for row in rows]


def add(desk: WebDesk, name: str = "Ada", *roles: Role) -> tuple[User, str]:
    wanted = roles or (Role.REVIEWER,)
    return add_user(desk.installation.store, name, wanted, setup_for=SETUP, actor="command:test", clock=desk.clock)


def set_up(desk: WebDesk, name: str = "Ada", *roles: Role) -> tuple[User, str, list[str]]:
    """A user who has set up a password and an authenticator; with its secret and the recovery codes."""
    user, token = add(desk, name, *roles)
    assert act(desk, "/setup", token=token).headers["location"] == "/setup/go"
    assert act(desk, "/setup/password", password=PASSWORD, again=PASSWORD).status_code == 303
    page = desk.get("/setup/go").text
    secret = re.search(r'id="app-secret">([A-Z2-7 ]+)<', page)
    assert secret
    secret_text = secret[1].replace(" ", "")
    done = act(desk, "/setup/totp", code=code_of(secret_text, desk.clock()))
    assert done.status_code == 200, done.text
    codes = re.findall(r"<li>([a-z0-9-]{19})</li>", done.text)
    assert len(codes) == 10
    return user, secret_text, codes


def signed_out(desk: WebDesk) -> None:
    desk.client.cookies.clear()
    desk.clock.move(minutes=1)  # the next code of the authenticator


def half_in(desk: WebDesk, name: str = "Ada", password: str = PASSWORD):
    signed_out(desk)
    return act(desk, "/signin", name=name, password=password)


# ---------------------------------------------------------------- the way in


def test_setting_up_gives_a_password_a_second_factor_and_codes_and_signs_in(desk: WebDesk) -> None:
    user, _, _ = set_up(desk)
    assert desk.get("/").status_code == 200
    assert ("user:" + user.id, "session.create") in acts(desk)


def test_a_password_and_a_code_sign_in_and_either_alone_does_not(desk: WebDesk) -> None:
    user, secret, _ = set_up(desk)
    assert half_in(desk).headers["location"] == "/signin/second"
    assert desk.get("/").status_code == 303
    assert act(desk, "/signin/code", code=code_of(secret, desk.clock())).headers["location"] == "/"
    assert desk.get("/").status_code == 200
    assert acts(desk)[-1] == (user.actor, "session.create")


def test_the_half_session_s_cookie_is_worth_nothing_once_the_person_is_in(desk: WebDesk) -> None:
    _, secret, _ = set_up(desk)
    half_in(desk)
    half = dict(desk.client.cookies)
    act(desk, "/signin/code", code=code_of(secret, desk.clock()))
    assert dict(desk.client.cookies) != half
    desk.client.cookies.clear()
    desk.client.cookies.update(half)
    assert desk.get("/").status_code == 303
    assert desk.get("/signin/second").status_code == 303


def test_a_code_is_good_once(desk: WebDesk) -> None:
    _, secret, _ = set_up(desk)
    half_in(desk)
    code = code_of(secret, desk.clock())
    assert act(desk, "/signin/code", code=code).status_code == 303
    desk.client.cookies.clear()
    act(desk, "/signin", name="Ada", password=PASSWORD)
    again = act(desk, "/signin/code", code=code)
    assert again.status_code == 401
    assert "has been used" in again.text


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "\u0661" * 6, "1" * 400])
def test_a_wrong_code_is_refused_whatever_its_form(desk: WebDesk, code: str) -> None:
    set_up(desk)
    half_in(desk)
    assert act(desk, "/signin/code", code=code).status_code == 401
    assert desk.get("/").status_code == 303


@pytest.mark.parametrize("harm", ["lost", "another", "open"])
def test_without_the_key_of_authenticators_a_recovery_code_still_signs_in_and_no_page_tells_paths(
    desk: WebDesk, harm: str
) -> None:
    _, secret, codes = set_up(desk)
    half_in(desk)
    path = desk.installation.settings.people_key_path
    if harm == "open":
        path.chmod(0o644)
    else:
        path.unlink()
        if harm == "another":
            keyfile.load_or_make(path)
    answer = act(desk, "/signin/code", code=code_of(secret, desk.clock()))
    assert answer.status_code >= 500
    assert "use a passkey or a recovery code" in answer.text
    assert str(path) not in answer.text
    assert act(desk, "/signin/recovery", code=codes[0]).headers["location"] == "/"


def test_a_recovery_code_signs_in_once_however_it_is_typed(desk: WebDesk) -> None:
    _, _, codes = set_up(desk)
    half_in(desk)
    assert act(desk, "/signin/recovery", code=f" {codes[3].upper().replace('-', ' ')} ").status_code == 303
    assert desk.get("/").status_code == 200
    half_in(desk)
    assert act(desk, "/signin/recovery", code=codes[3]).status_code == 401
    assert act(desk, "/signin/recovery", code=codes[4]).status_code == 303


def test_unknown_wrong_disabled_and_local_get_one_answer(desk: WebDesk) -> None:
    set_up(desk)
    out, _ = add(desk, "Ben", Role.REPORTER)
    give_password(
        desk.installation.store, out, hash_password(PASSWORD), setup_for=SETUP, actor="command:test", clock=desk.clock
    )
    disable_user(desk.installation.store, out.id, actor="command:test", clock=desk.clock)
    desk.sign_in()
    answers = []
    for name, password in [
        ("nobody", PASSWORD),
        ("Ada", "not this one at all"),
        ("Ben", PASSWORD),
        (LOCAL_NAME, PASSWORD),
        ("", ""),
    ]:
        answer = half_in(desk, name, password)
        answers.append((answer.status_code, answer.text))
    assert {status for status, _ in answers} == {401}
    assert len({text for _, text in answers}) == 1


def test_a_name_is_not_asked_for_in_its_case(desk: WebDesk) -> None:
    set_up(desk)
    assert half_in(desk, "aDA").headers["location"] == "/signin/second"


# ---------------------------------------------------------------- trying and trying


@pytest.mark.parametrize("name", ["Ada", "nobody at all"])
def test_after_five_tries_each_wait_is_longer_known_or_not_and_the_right_password_waits_too(
    desk: WebDesk, name: str
) -> None:
    set_up(desk)
    signed_out(desk)
    answers = [act(desk, "/signin", name=name, password="wrong wrong wrong") for _ in range(7)]
    assert [each.status_code for each in answers] == [401] * 6 + [429]
    assert answers[-1].headers["retry-after"] == "5"
    assert act(desk, "/signin", name=name, password=PASSWORD).status_code == 429
    desk.clock.move(seconds=5)
    assert act(desk, "/signin", name=name, password="wrong wrong wrong").status_code == 401
    assert act(desk, "/signin", name=name, password="wrong wrong wrong").headers["retry-after"] == "10"
    assert "sign-in.delay" in [act for _, act in acts(desk)]


def test_the_wait_is_never_longer_than_a_quarter_of_an_hour_and_ends_with_success(desk: WebDesk) -> None:
    set_up(desk)
    signed_out(desk)
    for _ in range(16):
        act(desk, "/signin", name="Ada", password="wrong wrong wrong")
        desk.clock.move(seconds=900)
    assert half_in(desk).status_code == 303
    desk.client.cookies.clear()
    assert act(desk, "/signin", name="Ada", password="wrong wrong wrong").status_code == 401


def test_one_address_that_tries_many_names_must_wait(desk: WebDesk) -> None:
    names = [f"name {each}" for each in range(33)]
    statuses = [act(desk, "/signin", name=name, password="wrong wrong wrong").status_code for name in names]
    assert statuses[:31] == [401] * 31
    assert statuses[-1] == 429


def test_tries_are_counted_over_all_processes(desk: WebDesk) -> None:
    """Another process shares nothing but the database; its counts are found there."""
    set_up(desk)
    signed_out(desk)
    for _ in range(6):
        act(desk, "/signin", name="Ada", password="wrong wrong wrong")
    installation = desk.installation
    other = SigningIn(installation.store, desk.clock, installation.settings.people, installation.authenticators)
    with pytest.raises(RateError):
        other.by_password("ada", PASSWORD, Caller(address="192.0.2.7", device="x"))


def test_wrong_codes_make_the_next_wait_too(desk: WebDesk) -> None:
    _, secret, _ = set_up(desk)
    half_in(desk)
    statuses = [act(desk, "/signin/code", code="000000").status_code for _ in range(7)]
    assert statuses == [401] * 6 + [429]
    assert act(desk, "/signin/code", code=code_of(secret, desk.clock())).status_code == 429


def test_a_wait_that_a_wrong_clock_has_set_locks_nobody_out(desk: WebDesk) -> None:
    set_up(desk)
    desk.clock.move(days=365)
    desk.client.cookies.clear()
    while act(desk, "/signin", name="Ada", password="wrong wrong wrong").status_code != 429:
        pass
    desk.clock.move(days=-365)
    assert half_in(desk).headers["location"] == "/signin/second"


# ---------------------------------------------------------------- sessions


@pytest.mark.parametrize("begun_ahead", [True, False])
def test_a_session_that_was_begun_or_seen_by_a_wrong_clock_does_not_last(desk: WebDesk, begun_ahead: bool) -> None:
    user = desk.sign_in(Role.REVIEWER)
    session = desk.bear(user)
    ahead = desk.clock() + timedelta(days=365)
    wrong = replace(session, seen_at=ahead)
    if begun_ahead:
        wrong = replace(session, began_at=ahead, expires_at=ahead + timedelta(hours=12))
    desk.installation.store.transact(lambda unit: unit.put_session(wrong))
    assert desk.get("/").status_code == 303


def test_a_half_session_that_a_wrong_clock_began_leads_nobody_in(desk: WebDesk) -> None:
    _, secret, _ = set_up(desk)
    desk.clock.move(days=365)
    half_in(desk)
    desk.clock.move(days=-365, minutes=1)
    assert act(desk, "/signin/code", code=code_of(secret, desk.clock())).headers["location"] != "/"
    assert desk.get("/").status_code == 303


def test_a_session_ends_after_an_idle_hour_and_after_twelve(desk: WebDesk) -> None:
    desk.sign_in(Role.REVIEWER)
    for _ in range(23):
        desk.clock.move(minutes=31)
        assert desk.get("/").status_code == 200
    desk.clock.move(minutes=31)
    assert desk.get("/").status_code == 303
    desk.sign_in(Role.REVIEWER)
    desk.clock.move(minutes=61)
    assert desk.get("/").status_code == 303


def test_a_session_outlives_the_process_that_began_it(desk: WebDesk) -> None:
    desk.sign_in(Role.REVIEWER)
    fresh = Sessions(desk.installation.store, desk.clock, desk.installation.settings.people)
    token = desk.client.cookies["clew"]
    scope = {"headers": [(b"cookie", f"clew={token}".encode())]}
    admitted = desk.runner.run(fresh.admit(scope))
    assert admitted is not None
    assert admitted.session.stage is Stage.OPEN
    assert token not in repr(admitted.session)


@pytest.mark.parametrize("change", ["disable", "roles", "reset"])
def test_a_person_who_is_changed_from_elsewhere_is_out_of_this_process_within_a_second(
    desk: WebDesk, change: str
) -> None:
    """What was read is trusted by seconds that never go back, so the test turns those itself."""
    ticks = [0.0]
    store, clock = desk.installation.store, desk.clock
    user = desk.sign_in(Role.REVIEWER)
    sessions = Sessions(store, clock, desk.installation.settings.people, ticking=lambda: ticks[0])
    scope = {"headers": [(b"cookie", f"clew={desk.client.cookies['clew']}".encode())]}
    assert desk.runner.run(sessions.admit(scope)) is not None
    if change == "disable":
        disable_user(store, user.id, actor="command:test", clock=clock)
    elif change == "roles":
        change_roles(store, user.id, [Role.AUDITOR], actor="command:test", clock=clock)
    else:
        reset_user(store, user.id, setup_for=SETUP, actor="command:test", clock=clock)
    ticks[0] = 0.99
    assert desk.runner.run(sessions.admit(scope)) is None


def test_over_https_the_plain_cookie_is_nobody_s_session(desk: WebDesk, tmp_path: Path, sqlite_template: Path) -> None:
    with open_desk(tmp_path / "tls", sqlite_template, public_url="https://clew.example") as tls:
        tls.sign_in(Role.REVIEWER)
        token = tls.client.cookies[COOKIE]
        tls.client.cookies.clear()
        for name, status in [(COOKIE, 303), (SECURE_COOKIE, 200)]:
            answer = tls.call("GET", "/", headers={"host": "clew.example", "cookie": f"{name}={token}"})
            assert answer.status_code == status, name
    desk.sign_in(Role.REVIEWER)
    token = desk.client.cookies[COOKIE]
    desk.client.cookies.clear()
    assert desk.call("GET", "/", headers={"cookie": f"{SECURE_COOKIE}={token}"}).status_code == 303


def test_the_store_holds_no_token_no_password_no_authenticator_s_secret_and_no_recovery_code(desk: WebDesk) -> None:
    _, secret, codes = set_up(desk)
    token = desk.client.cookies["clew"]
    with desk.installation.store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        dump = "\n".join(connection.connection.dbapi_connection.iterdump())
    for planted in (token, PASSWORD, secret, secret.encode().hex().upper(), codes[0], codes[0].replace("-", "")):
        assert planted not in dump


# ---------------------------------------------------------------- set-up


def test_a_set_up_link_is_good_until_set_up_is_done_and_not_a_moment_longer(desk: WebDesk) -> None:
    _, token = add(desk)
    assert act(desk, "/setup", token=token).status_code == 303
    assert act(desk, "/setup", token=token).status_code == 303
    desk.clock.move(hours=73)
    assert act(desk, "/setup", token=token).status_code == 401
    _, used = add(desk, "Ben")
    desk.client.cookies.clear()
    act(desk, "/setup", token=used)
    act(desk, "/setup/password", password=PASSWORD, again=PASSWORD)
    secret = re.search(r'id="app-secret">([A-Z2-7 ]+)<', desk.get("/setup/go").text)
    assert secret
    act(desk, "/setup/totp", code=code_of(secret[1].replace(" ", ""), desk.clock()))
    desk.client.cookies.clear()
    assert act(desk, "/setup", token=used).status_code == 401


def secret_on(text: str) -> str:
    found = re.search(r'id="app-secret">([A-Z2-7 ]+)<', text)
    assert found, text
    return found[1].replace(" ", "")


def test_who_follows_a_set_up_link_next_is_shown_no_secret_that_somebody_saw(desk: WebDesk) -> None:
    """Whoever read the mail first would else have the second factor of whoever finishes."""
    user, token = add(desk)
    act(desk, "/setup", token=token)
    act(desk, "/setup/password", password="the words of somebody else", again="the words of somebody else")
    seen = secret_on(desk.get("/setup/go").text)
    first = dict(desk.client.cookies)
    desk.client.cookies.clear()
    act(desk, "/setup", token=token)
    with desk.installation.store.read() as reader:
        assert reader.proofs(user.id) == Proofs(), "nor is the password theirs"
    act(desk, "/setup/password", password=PASSWORD, again=PASSWORD)
    assert secret_on(desk.get("/setup/go").text) != seen
    with desk.installation.store.read() as reader:
        assert len(reader.sessions(user.id)) == 1
    desk.client.cookies.clear()
    desk.client.cookies.update(first)
    assert desk.get("/setup/go").status_code == 303


def test_who_signs_in_by_a_given_password_next_is_shown_no_secret_that_somebody_saw(desk: WebDesk) -> None:
    user, _ = add(desk)
    store, hashed = desk.installation.store, hash_password(PASSWORD)
    give_password(store, user, hashed, setup_for=SETUP, actor="command:test", clock=desk.clock)
    half_in(desk)
    seen = secret_on(desk.get("/setup/go").text)
    half_in(desk)
    assert secret_on(desk.get("/setup/go").text) != seen
    with store.read() as reader:
        assert len(reader.sessions(user.id)) == 1


def test_a_session_that_was_ended_is_shown_no_secret_however_lately_it_was_known(desk: WebDesk) -> None:
    """Another process may trust for a moment that it runs; the secret of the one that followed is not for it."""
    _, token = add(desk)
    act(desk, "/setup", token=token)
    earlier = dict(desk.client.cookies)
    assert desk.get("/setup/go").status_code == 200
    store = desk.installation.store
    begun = desk.app.state.door.signing_in.by_setup(token, Caller(address="192.0.2.7", device="x"))
    waiting_totp(store, desk.installation.authenticators, begun.session, clock=desk.clock)
    assert dict(desk.client.cookies) == earlier
    answer = desk.get("/setup/go")
    assert answer.status_code == 401
    assert "app-secret" not in answer.text


def test_set_up_asks_for_the_password_before_anybody_is_in(desk: WebDesk) -> None:
    user, token = add(desk)
    act(desk, "/setup", token=token)
    with desk.installation.store.read() as reader:
        assert reader.find_totp(user.id, confirmed=False) is None
    desk.get("/setup/go")
    with desk.installation.store.read() as reader:
        waiting = reader.find_totp(user.id, confirmed=False)
    assert waiting is not None
    secret = desk.installation.authenticators.open(waiting)
    answer = act(desk, "/setup/totp", code=code_of(secret, desk.clock()))
    assert answer.status_code == 400
    assert "password and a second factor are needed" in answer.text
    with desk.installation.store.read() as reader:
        assert not reader.proofs(user.id).totp
    assert desk.get("/").status_code == 303


def test_a_wrong_first_code_is_said_and_the_secret_stays(desk: WebDesk) -> None:
    _, token = add(desk)
    act(desk, "/setup", token=token)
    act(desk, "/setup/password", password=PASSWORD, again=PASSWORD)
    before = re.search(r'id="app-secret">([A-Z2-7 ]+)<', desk.get("/setup/go").text)
    wrong = act(desk, "/setup/totp", code="000000")
    assert wrong.status_code == 400
    assert "does not fit" in wrong.text
    assert before
    assert before[1] in wrong.text
    assert desk.get("/").status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("elevenchars", "elevenchars", "12 characters or more, got 11"),
        ("Bartholomew II", "Bartholomew II", "something else than the name"),
        (PASSWORD, PASSWORD + "x", "differ"),
        ("x" * 1001, "x" * 1001, "1,000 characters"),
    ],
)
def test_a_password_that_cannot_be_one_is_named(desk: WebDesk, password: str, again: str, said: str) -> None:
    _, token = add(desk, "bartholomew ii")
    act(desk, "/setup", token=token)
    answer = act(desk, "/setup/password", password=password, again=again)
    assert answer.status_code == 400
    assert said in answer.text


def test_a_given_password_leads_to_setting_a_second_factor_only_while_the_time_for_it_lasts(desk: WebDesk) -> None:
    user, _ = add(desk)
    give_password(
        desk.installation.store, user, hash_password(PASSWORD), setup_for=SETUP, actor="command:test", clock=desk.clock
    )
    assert half_in(desk).headers["location"] == "/setup/go"
    assert desk.get("/").status_code == 303
    desk.clock.move(hours=73)
    assert half_in(desk).status_code == 401


# ---------------------------------------------------------------- the link of the machine


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "192.0.2.10:8080", "origin": "http://192.0.2.10:8080"},
        {"x-forwarded-for": "192.0.2.7"},
        {"forwarded": "for=192.0.2.7"},
    ],
)
def test_a_local_link_is_good_on_the_machine_only_and_not_used_up_elsewhere(
    desk: WebDesk, headers: dict[str, str]
) -> None:
    token = Links(desk.installation.store, desk.clock).make("command:test")
    sent = {**SAME_SITE, **headers}
    assert desk.call("POST", "/signin", data={"token": token}, headers=sent).status_code == 403
    assert act(desk, "/signin", token=token).status_code == 303


def test_the_local_administrator_is_one_user_who_can_be_shut_out(desk: WebDesk) -> None:
    user = desk.sign_in()
    assert desk.sign_in().id == user.id
    assert Role.AUDITOR not in user.roles
    add(desk, "Ada", Role.ADMINISTRATOR)
    disable_user(desk.installation.store, user.id, actor="command:test", clock=desk.clock)
    desk.client.cookies.clear()
    link = Links(desk.installation.store, desk.clock).make("command:test")
    assert act(desk, "/signin", token=link).status_code == 403


def test_switched_off_the_link_signs_nobody_in_and_who_came_by_it_is_out(
    desk: WebDesk, tmp_path: Path, sqlite_template: Path
) -> None:
    with open_desk(tmp_path / "off", sqlite_template, people=People(local_link=False)) as off:
        token = Links(off.installation.store, off.clock).make("command:test")
        assert act(off, "/signin", token=token).status_code == 403
        assert "clew keys link" not in off.get("/signin").text
    user = desk.sign_in()
    scope = {"headers": [(b"cookie", f"clew={desk.client.cookies['clew']}".encode())]}
    sessions = Sessions(desk.installation.store, desk.clock, People(local_link=False))
    assert user.local
    assert desk.runner.run(sessions.admit(scope)) is None


def test_nobody_shuts_out_the_last_administrator(desk: WebDesk) -> None:
    user, _ = add(desk, "Ada", Role.ADMINISTRATOR)
    store, clock = desk.installation.store, desk.clock
    with pytest.raises(ConflictError, match="nobody would be left"):
        disable_user(store, user.id, actor="command:test", clock=clock)
    with pytest.raises(ConflictError, match="nobody would be left"):
        change_roles(store, user.id, [Role.REVIEWER], actor="command:test", clock=clock)


# ---------------------------------------------------------------- proving anew


def test_a_step_up_leads_back_to_where_one_was_and_is_written_down(desk: WebDesk) -> None:
    user, secret, _ = set_up(desk, "Ada", Role.ADMINISTRATOR)
    desk.clock.move(minutes=16)
    led = desk.get("/administration")
    assert led.headers["location"] == "/stepup?back=%2Fadministration"
    assert 'value="/administration"' in desk.get(led.headers["location"]).text
    assert act(desk, "/stepup/code", code="000000", back="/administration").status_code == 401
    done = act(desk, "/stepup/code", code=code_of(secret, desk.clock()), back="/administration")
    assert done.headers["location"] == "/administration"
    assert desk.get("/administration").status_code == 200
    assert (user.actor, "session.step-up") in acts(desk)


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "account", "/\n/x"])
def test_a_step_up_leads_back_to_this_site_only(desk: WebDesk, back: str) -> None:
    _, secret, _ = set_up(desk)
    desk.clock.move(minutes=16)
    done = act(desk, "/stepup/code", code=code_of(secret, desk.clock()), back=back)
    assert done.headers["location"] == "/"


def test_the_local_administrator_proves_themselves_by_a_new_link(desk: WebDesk) -> None:
    desk.sign_in()
    desk.clock.move(minutes=16)
    assert desk.get("/administration").status_code == 303
    token = Links(desk.installation.store, desk.clock).make("command:test")
    pasted = f"http://localhost:8080/signin?token={token}"
    assert act(desk, "/stepup/link", token=pasted, back="/administration").headers["location"] == "/administration"
    assert desk.get("/administration").status_code == 200


def test_a_local_link_proves_nobody_else(desk: WebDesk) -> None:
    desk.sign_in(Role.REVIEWER)
    token = Links(desk.installation.store, desk.clock).make("command:test")
    assert act(desk, "/stepup/link", token=token).status_code == 403
