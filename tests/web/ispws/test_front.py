"""Nobody gets past the front without a credential, and every answer bears its id."""

import base64
import re

import httpx
import pytest
from starlette.routing import Route

from clew.errors import InputError
from clew.records.intake import SenderRight
from clew.web.ispws.app import IspwsApp
from clew.web.ispws.senders import NamedSender, Senders, read_senders
from tests.web.ispws.clearinghouse_desk import OTHER, PASSWORD, USER, Desk, open_desk


def routes_of(desk: Desk) -> list[tuple[str, str]]:
    assert isinstance(desk.app, IspwsApp)
    every = [each for each in desk.app.router.routes if isinstance(each, Route)]
    assert len(every) == len(desk.app.router.routes)
    return [(method, each.path) for each in every for method in sorted(each.methods or set())]


def test_there_are_the_seven_calls_and_the_recorder(desk: Desk) -> None:
    assert {route for route in routes_of(desk) if route[0] != "HEAD"} == {
        ("GET", "/ispws/status"),
        ("GET", "/ispws/xsd"),
        ("POST", "/ispws/submit"),
        ("POST", "/ispws/upload"),
        ("POST", "/ispws/fileinfo"),
        ("POST", "/ispws/finish"),
        ("POST", "/ispws/retract"),
        ("GET", "/ispws-recorder"),
        ("PUT", "/ispws-recorder/plan"),
        ("POST", "/ispws-recorder/clock"),
    }


def test_without_a_plan_and_a_recording_there_is_no_recorder() -> None:
    with open_desk(plan=None) as desk:
        assert all(path.startswith("/ispws/") for _, path in routes_of(desk))
        assert desk.ask("GET", "/ispws-recorder").status_code == 404


WRONG = [
    None,
    (USER, ""),
    (USER, PASSWORD + "x"),
    (USER, PASSWORD[:-1]),
    ("", PASSWORD),
    ("", ""),
    ("nobody", PASSWORD),
    (USER.upper(), PASSWORD),
]


@pytest.mark.parametrize("auth", WRONG)
def test_every_route_refuses_who_is_not_known_with_an_empty_answer(desk: Desk, auth: tuple[str, str] | None) -> None:
    for method, path in [*routes_of(desk), ("GET", "/"), ("GET", "/ispws/nothing"), ("GET", "/openapi.json")]:
        answer = desk.ask(method, path, auth=auth)
        assert (answer.status_code, answer.content) == (401, b""), path
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert answer.headers["request-id"]
    assert desk.states() == []


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Bearer " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
        "Basic " + "A" * 100_000,
    ],
)
def test_a_header_that_is_no_credential_is_refused(desk: Desk, header: str) -> None:
    answer = desk.ask("GET", "/ispws/status", auth=None, headers={"authorization": header})
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_password_may_have_any_letter_and_a_colon() -> None:
    word = "naïve: ☃ and more"
    with open_desk(senders=[NamedSender(user="søren", password=word)]) as desk:
        answer = desk.ask("GET", "/ispws/status", auth=httpx.BasicAuth("søren".encode(), word.encode()))
        assert answer.status_code == 200


def test_every_answer_bears_an_id_of_its_own(desk: Desk) -> None:
    answers = [desk.ask("GET", "/ispws/status"), desk.ask("GET", "/ispws/nothing"), desk.ask("PUT", "/ispws/submit")]
    answers += [desk.submit().http, desk.finish(7).http, desk.ask("GET", "/ispws/status", auth=None)]
    ids = [each.headers["request-id"] for each in answers]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/ispws/submit"), ("POST", "/ispws/status"), ("PUT", "/ispws/finish")]
)
def test_another_method_is_an_invalid_request(desk: Desk, method: str, path: str) -> None:
    assert desk.call(method, path.removeprefix("/ispws/")).code == 4000


def test_a_credential_is_shown_in_no_error_and_no_representation() -> None:
    sender = NamedSender(user=USER, password=PASSWORD)
    assert PASSWORD not in repr(sender)
    with pytest.raises(InputError) as refused:
        Senders([sender, sender])
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize(("user", "password"), [("", "x"), ("a:b", "x"), ("a", "")])
def test_a_sender_that_no_header_could_name_is_refused(user: str, password: str) -> None:
    with pytest.raises(InputError):
        Senders([NamedSender(user=user, password=password)])


def test_a_file_of_senders_names_each_with_password_and_rights() -> None:
    text = b'{"esp": {"password": "one"}, "other-esp": {"password": "two", "rights": ["submit"]}}'
    one, two = read_senders(text)
    assert (one.user, one.rights) == (USER, frozenset(SenderRight))
    assert (two.user, two.rights) == (OTHER, frozenset({SenderRight.SUBMIT}))


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"a": {}}', b'{"a": {"password": "x", "rights": ["fly"]}}'])
def test_a_file_of_senders_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(InputError, match="senders"):
        read_senders(text)
