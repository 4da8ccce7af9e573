"""Signing in by way of a provider: a strict one on loopback, and tokens that must not be taken."""

import base64
import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from clew.pipelines.people import add_user, disable_user
from clew.records.people import Role
from clew.settings import Oidc
from tests.web.oidc_provider import CLIENT, SECRET, OidcProvider, serving_provider
from tests.web.web_desk import SAME_SITE, SetClock, WebDesk, open_desk

BACK = "http://localhost:8080/signin/oidc/back"


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    clock = SetClock()
    with serving_provider(BACK, clock) as serving:
        yield serving


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path, provider: OidcProvider) -> Iterator[WebDesk]:
    """A service that knows the provider, and Ada, as it calls her."""
    oidc = Oidc(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, label="the harbour")
    with open_desk(tmp_path / "data", sqlite_template, oidc=oidc) as opened:
        provider.clock = opened.clock
        add_user(
            opened.installation.store,
            "Ada",
            [Role.REVIEWER],
            oidc_name="ada@platform.example",
            setup_for=timedelta(hours=72),
            actor="command:test",
            clock=opened.clock,
        )
        yield opened


def leave(desk: WebDesk) -> str:
    """Where the provider sends the browser back to, as a path of ours."""
    page = desk.call("POST", "/signin/oidc", headers=SAME_SITE)
    assert page.status_code == 200, page.text
    found = re.search(r'content="0;url=([^"]+)"', page.text)
    assert found
    sent = httpx.get(html.unescape(found[1]))
    assert sent.status_code == 302, sent.text
    parts = urlsplit(sent.headers["location"])
    return f"{parts.path}?{parts.query}"


def test_a_person_goes_there_and_back_and_gives_the_second_proof_here(desk: WebDesk, provider: OidcProvider) -> None:
    assert "Go on with the harbour" in desk.get("/signin").text
    answer = desk.get(leave(desk))
    assert answer.status_code == 200, answer.text
    assert 'content="0;url=/setup/go"' in answer.text
    assert desk.get("/setup/go").status_code == 200
    assert desk.get("/").status_code == 303, "the provider's word alone opens nothing"
    assert provider.refused == []


def test_the_cookie_of_the_way_back_is_lax_and_the_session_s_is_strict(desk: WebDesk) -> None:
    away = desk.call("POST", "/signin/oidc", headers=SAME_SITE)
    assert "SameSite=lax" in away.headers["set-cookie"]
    assert "HttpOnly" in away.headers["set-cookie"]
    cookies = desk.get(leave(desk)).headers.get_list("set-cookie")
    assert any(each.startswith("clew=") and "SameSite=strict" in each for each in cookies)


def test_an_answer_is_taken_once_and_from_its_own_browser_only(desk: WebDesk) -> None:
    back = leave(desk)
    kept = dict(desk.client.cookies)
    desk.client.cookies.clear()
    assert desk.get(back).status_code == 401
    desk.client.cookies.update(kept)
    assert desk.get(back).status_code == 401, "the first answer has used it up"
    again = leave(desk)
    assert desk.get(again).status_code == 200
    assert desk.get(again).status_code == 401


def test_an_answer_that_comes_too_late_is_refused(desk: WebDesk) -> None:
    back = leave(desk)
    desk.clock.move(minutes=10)
    assert desk.get(back).status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        {"iss": "http://127.0.0.1:1"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": None},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"email": None},
        {"email": ""},
        {"email": ["ada@platform.example"]},
        {"email": "eve@platform.example"},
        {"email": "Ada@platform.example"},
        {"email_verified": False},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    desk: WebDesk, provider: OidcProvider, spoil: dict[str, object]
) -> None:
    provider.spoil = spoil
    answer = desk.get(leave(desk))
    assert answer.status_code == 401
    assert "clew" not in desk.client.cookies


def unsigned(claims: dict[str, object]) -> str:
    parts = [json.dumps(each).encode() for each in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts), ""])


def by_the_secret(claims: dict[str, object]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2), algorithms=["HS256"])


def by_another_key(claims: dict[str, object]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, RSAKey.generate_key(2048))


@pytest.mark.parametrize("sign", [unsigned, by_the_secret, by_another_key, lambda _: "no token"])
def test_a_token_that_the_provider_s_own_key_did_not_sign_is_refused(
    desk: WebDesk, provider: OidcProvider, sign
) -> None:
    provider.sign = sign
    assert desk.get(leave(desk)).status_code == 401


def test_an_answer_that_names_another_provider_is_refused(desk: WebDesk) -> None:
    back = re.sub(r"iss=[^&]+", "iss=http%3A%2F%2F127.0.0.1%3A1", leave(desk))
    assert desk.get(back).status_code == 401
    assert desk.get(re.sub(r"&iss=[^&]+", "", leave(desk))).status_code == 401


def test_a_code_of_another_sign_in_is_refused_by_its_verifier(desk: WebDesk, provider: OidcProvider) -> None:
    first, second = leave(desk), leave(desk)
    code = re.search(r"code=([^&]+)", first)
    assert code
    swapped = re.sub(r"code=[^&]+", f"code={code[1]}", second)
    assert desk.get(swapped).status_code == 401
    assert provider.refused == ["the verifier is not that of the challenge"]


def test_nobody_becomes_a_user_by_the_provider_s_word_and_a_disabled_one_stays_out(
    desk: WebDesk, provider: OidcProvider
) -> None:
    provider.person["email"] = "new@platform.example"
    answer = desk.get(leave(desk))
    assert answer.status_code == 401
    assert "new@platform" not in answer.text
    with desk.installation.store.read() as reader:
        users = reader.users()
    assert [user.name for user in users] == ["Ada"]
    provider.person["email"] = "ada@platform.example"
    disable_user(desk.installation.store, users[0].id, actor="command:test", clock=desk.clock)
    assert desk.get(leave(desk)).status_code == 401


def test_a_person_who_says_no_there_is_not_in_here(desk: WebDesk) -> None:
    back = re.sub(r"code=[^&]+", "error=access_denied", leave(desk))
    assert desk.get(back).status_code == 401


def test_a_provider_that_calls_itself_otherwise_or_is_away_is_said_and_asked_nothing(
    tmp_path: Path, sqlite_template: Path, provider: OidcProvider
) -> None:
    other = Oidc(issuer=f"{provider.issuer}/", client_id=CLIENT, client_secret=SECRET)
    with open_desk(tmp_path / "other", sqlite_template, oidc=other) as desk:
        assert desk.call("POST", "/signin/oidc", headers=SAME_SITE).status_code == 503
    away = Oidc(issuer="http://127.0.0.1:9", client_id=CLIENT, client_secret=SECRET)
    with open_desk(tmp_path / "away", sqlite_template, oidc=away) as desk:
        assert desk.call("POST", "/signin/oidc", headers=SAME_SITE).status_code == 503


def test_without_a_provider_there_is_no_way_by_one(shared_desk: WebDesk) -> None:
    assert "Go on with" not in shared_desk.get("/signin").text
    assert shared_desk.call("POST", "/signin/oidc", headers=SAME_SITE).status_code == 404
