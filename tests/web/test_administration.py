"""Administration and a person's own account: what each shows, changes, and refuses to change."""

import re
from datetime import timedelta

import pytest

from clew.ground.totp import code_of
from clew.records.people import Role
from clew.records.screening import Scope
from tests.web.test_signing_in import PASSWORD, act, acts, add, half_in, set_up
from tests.web.web_desk import WebDesk

NEW = "eleven tugboats at dawn"


@pytest.fixture
def boss(desk: WebDesk) -> WebDesk:
    """A desk at which an administrator sits."""
    desk.sign_in(Role.ADMINISTRATOR)
    return desk


def once(text: str) -> str:
    found = re.search(r'<code id="once">([^<]+)</code>', text)
    assert found
    return found[1]


# ---------------------------------------------------------------- people


def test_every_scope_of_a_key_is_said_in_words(boss: WebDesk) -> None:
    page = boss.get("/administration").text
    for scope in Scope:
        said = re.search(rf'value="{scope.value}"> <span>([^<]+)<small', page)
        assert said, scope
        assert ":" not in said[1]
        assert said[1] != scope.value


def test_a_person_is_added_with_roles_and_their_link_is_shown_once(boss: WebDesk) -> None:
    answer = boss.call(
        "POST",
        "/administration/people",
        content="name=Dana+Reed&role=reviewer&role=reporter",
        headers={"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"},
    )
    link = once(answer.text)
    assert re.fullmatch(r"http://localhost:8080/setup\?token=\S{43}", link)
    page = boss.get("/administration").text
    assert "Dana Reed" in page
    assert "Reporter, Reviewer" in page
    assert link.rpartition("=")[2] not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "1 to 64 printable characters"),
        ({"name": "x" * 65}, "1 to 64 printable characters"),
        ({"name": "a\u202eb"}, "1 to 64 printable characters"),
        ({"name": "local  administrator"}, "whoever owns the machine"),
        ({"name": "ADA"}, "there already"),
        ({"name": "Ben", "role": "king"}, "as the page has it"),
    ],
)
def test_a_person_who_cannot_be_added_is_said(boss: WebDesk, fields: dict[str, str], said: str) -> None:
    add(boss, "Ada")
    answer = act(boss, "/administration/people", **fields)
    assert answer.status_code in {400, 409}
    assert said in answer.text


def test_a_name_is_shown_as_text(boss: WebDesk) -> None:
    act(boss, "/administration/people", name="<script>alert(1)</script>")
    page = boss.get("/administration").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_new_roles_end_the_sessions_of_the_person_and_are_written_down(desk: WebDesk) -> None:
    user = desk.sign_in(Role.REVIEWER)
    theirs = dict(desk.client.cookies)
    desk.sign_in(Role.ADMINISTRATOR)
    changed = act(desk, f"/administration/people/{user.id}/roles", role="auditor")
    assert changed.status_code == 303
    assert acts(desk)[-1][1] == "user.roles"
    desk.client.cookies.clear()
    desk.client.cookies.update(theirs)
    assert desk.get("/").status_code == 303


def test_a_disabled_person_is_out_at_once_and_comes_back_with_what_they_had(desk: WebDesk) -> None:
    user, secret, _ = set_up(desk)
    theirs = dict(desk.client.cookies)
    desk.sign_in(Role.ADMINISTRATOR)
    assert act(desk, f"/administration/people/{user.id}/disable").status_code == 303
    boss = dict(desk.client.cookies)
    desk.client.cookies.clear()
    desk.client.cookies.update(theirs)
    assert desk.get("/").status_code == 303
    assert half_in(desk).status_code == 401
    desk.client.cookies.clear()
    desk.client.cookies.update(boss)
    assert act(desk, f"/administration/people/{user.id}/enable").status_code == 303
    half_in(desk)
    assert act(desk, "/signin/code", code=code_of(secret, desk.clock())).status_code == 303


def test_a_reset_forgets_every_proof_and_gives_a_new_link(desk: WebDesk) -> None:
    user, _, codes = set_up(desk)
    desk.sign_in(Role.ADMINISTRATOR)
    link = once(act(desk, f"/administration/people/{user.id}/reset").text)
    with desk.installation.store.read() as reader:
        assert not reader.proofs(user.id).second_factor
        assert reader.sessions(user.id) == []
    assert half_in(desk).status_code == 401
    assert act(desk, "/setup", token=link.rpartition("=")[2]).headers["location"] == "/setup/go"
    assert codes


@pytest.mark.parametrize("change", ["roles", "disable"])
def test_nobody_changes_their_own_roles_or_shuts_themselves_out(desk: WebDesk, change: str) -> None:
    user = desk.sign_in(Role.ADMINISTRATOR)
    desk.sign_in()
    me = desk.bear(user)
    answer = act(desk, f"/administration/people/{user.id}/{change}")
    assert answer.status_code == 409
    assert me.user_id == user.id
    assert "ask another administrator" in answer.text


def test_a_person_who_is_not_there_is_said(boss: WebDesk) -> None:
    assert boss.get("/administration/people/nobody").status_code == 404
    assert act(boss, "/administration/people/nobody/disable").status_code == 404


# ---------------------------------------------------------------- keys


def test_a_key_is_made_shown_once_used_and_revoked(boss: WebDesk) -> None:
    key = once(act(boss, "/administration/keys", label="uploads", scope="hits:read").text)
    assert boss.call("GET", "/api/v1/hits", key=key).status_code == 200
    assert boss.call("GET", "/api/v1/lists", key=key).status_code == 403
    page = boss.get("/administration").text
    assert key not in page
    assert key.split("_")[1] in page
    assert act(boss, f"/administration/keys/{key.split('_')[1]}/revoke").status_code == 303
    boss.app.state.door.keys._known.clear()
    assert boss.call("GET", "/api/v1/hits", key=key).status_code == 401
    assert [act for _, act in acts(boss) if act.startswith("key.")] == ["key.create", "key.revoke"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": " ", "scope": "screen"}, "a label must be"),
        ({"label": "uploads"}, "one scope at least"),
        ({"label": "uploads", "scope": "everything"}, "as the page has it"),
        ({"label": "uploads", "scope": "screen", "expires": "soon"}, "must be as 2027-03-01"),
        ({"label": "uploads", "scope": "screen", "expires": "2026-03-01"}, "a day to come"),
    ],
)
def test_a_key_that_cannot_be_made_is_said(boss: WebDesk, fields: dict[str, str], said: str) -> None:
    answer = act(boss, "/administration/keys", **fields)
    assert answer.status_code == 400
    assert said in answer.text.replace("&#39;", "'").lower() or said in answer.text
    with boss.installation.store.read() as reader:
        assert reader.keys() == []


def test_every_scope_can_be_given(boss: WebDesk) -> None:
    page = boss.get("/administration").text
    assert [scope for scope in Scope if f'name="scope" value="{scope.value}"' not in page] == []
    assert [role for role in Role if f'name="role" value="{role.value}"' not in page] == []


# ---------------------------------------------------------------- one's own account


def test_a_new_password_asks_for_the_current_one_and_ends_the_other_sessions(desk: WebDesk) -> None:
    user, _, _ = set_up(desk)
    elsewhere = dict(desk.client.cookies)
    desk.bear(user)
    wrong = act(desk, "/account/password", current="not this one", password=NEW, again=NEW)
    assert wrong.status_code == 401
    assert "current password is not right" in wrong.text
    assert act(desk, "/account/password", current=PASSWORD, password=NEW, again=NEW).status_code == 303
    assert desk.get("/account").status_code == 200
    desk.client.cookies.clear()
    desk.client.cookies.update(elsewhere)
    assert desk.get("/account").status_code == 303
    assert half_in(desk).status_code == 401
    assert half_in(desk, password=NEW).status_code == 303


def test_a_new_authenticator_takes_over_with_its_first_code_and_not_before(desk: WebDesk) -> None:
    user, old, _ = set_up(desk)
    page = act(desk, "/account/totp").text
    shown = re.search(r'id="app-secret">([A-Z2-7 ]+)<', page)
    assert shown
    new = shown[1].replace(" ", "")
    wrong = act(desk, "/account/totp/confirm", code="000000")
    assert wrong.status_code == 400
    assert "does not fit" in wrong.text
    with desk.installation.store.read() as reader:
        kept = reader.find_totp(user.id)
    assert kept is not None
    assert desk.installation.authenticators.open(kept) == old
    desk.clock.move(minutes=1)
    assert act(desk, "/account/totp/confirm", code=code_of(new, desk.clock())).status_code == 303
    half_in(desk)
    assert act(desk, "/signin/code", code=code_of(old, desk.clock())).status_code == 401
    assert act(desk, "/signin/code", code=code_of(new, desk.clock())).status_code == 303


def test_the_only_second_factor_cannot_be_removed(desk: WebDesk) -> None:
    set_up(desk)
    assert act(desk, "/account/totp/remove").status_code == 409


def test_new_recovery_codes_end_the_old_ones(desk: WebDesk) -> None:
    _, _, codes = set_up(desk)
    fresh = re.findall(r"<li>([a-z0-9-]{19})</li>", act(desk, "/account/recovery").text)
    assert len(set(fresh) - set(codes)) == 10
    half_in(desk)
    assert act(desk, "/signin/recovery", code=codes[0]).status_code == 401
    assert act(desk, "/signin/recovery", code=fresh[0]).status_code == 303


def test_other_sessions_are_shown_and_ended(desk: WebDesk) -> None:
    user, _, _ = set_up(desk)
    elsewhere = dict(desk.client.cookies)
    desk.bear(user)
    assert desk.get("/account").text.count("on Linux") == 1
    assert "a browser on an unknown system" in desk.get("/account").text
    assert act(desk, "/account/sessions/end").status_code == 303
    assert desk.get("/account").status_code == 200
    desk.client.cookies.clear()
    desk.client.cookies.update(elsewhere)
    assert desk.get("/account").status_code == 303


def test_an_old_proof_shows_the_account_and_hides_what_would_change_it(desk: WebDesk) -> None:
    set_up(desk)
    assert "Change the password" in desk.get("/account").text
    desk.clock.move(minutes=16)
    page = desk.get("/account").text
    assert "Change the password" not in page
    assert "/stepup?back=/account" in page


def test_the_local_administrator_has_no_password(desk: WebDesk) -> None:
    desk.sign_in()
    answer = act(desk, "/account/password", password=NEW, again=NEW)
    assert answer.status_code == 409


# ---------------------------------------------------------------- what is nowhere told


def test_no_name_password_code_or_token_is_logged_or_kept_in_the_audit(
    desk: WebDesk, capfd: pytest.CaptureFixture[str]
) -> None:
    user, _, codes = set_up(desk, "Canary Nightingale")
    token = desk.client.cookies["clew"]
    half_in(desk, "Canary Nightingale", "wrong canary password")
    half_in(desk, "Another Canary")
    half_in(desk, "Canary Nightingale")
    act(desk, "/signin/recovery", code=codes[0])
    desk.clock.move(minutes=20)
    desk.get("/account")
    with desk.installation.store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        audit = repr(connection.exec_driver_sql("SELECT actor, act, subject, facts FROM audit_events").all())
    said = "".join(capfd.readouterr()) + audit
    assert user.id in audit
    for canary in ("Canary", "Nightingale", PASSWORD, "wrong canary", codes[0], token):
        assert canary not in said


def test_a_session_is_seen_while_its_person_works(desk: WebDesk) -> None:
    user = desk.sign_in(Role.REVIEWER)
    desk.clock.move(minutes=30)
    desk.get("/")
    desk.installation.store.transact(lambda _: None)  # behind what the page has handed in
    with desk.installation.store.read() as reader:
        seen = reader.sessions(user.id)[0].seen_at
    assert seen == desk.clock()
    assert desk.clock() - seen < timedelta(seconds=1)
