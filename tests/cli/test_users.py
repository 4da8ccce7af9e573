"""`clew users`: people, their roles and their way in, from the machine itself."""

import json
import re
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.ground.tokens import digest_of
from clew.pipelines.installation import open_store
from clew.settings import Settings


@pytest.fixture
def users(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(tmp_path / "data"), "users", *words])
        return code, *capfd.readouterr()

    return command


def test_a_person_gets_a_link_that_is_kept_as_its_digest(users, tmp_path: Path) -> None:
    code, out, _ = users("add", "ada", "--role", "reviewer", "--role", "reporter")
    link = re.search(r"^http://localhost:8080/setup\?token=(\S+)$", out, re.MULTILINE)
    assert code == 0
    assert link
    store = open_store(Settings(data_dir=tmp_path / "data"))
    with store.read() as reader:
        setup = reader.find_setup_of(digest_of(link[1]))
        user = reader.find_user("ADA")
    store.close()
    assert setup is not None
    assert user is not None
    assert setup.user_id == user.id
    told = json.loads(users("list", "--json")[1])
    assert (told["name"], told["roles"], told["totp"]) == ("ada", ["reporter", "reviewer"], False)


def test_the_table_names_who_is_there_and_how_they_sign_in(users) -> None:
    assert "no user yet" in users("list")[1]
    users("add", "ada", "--role", "administrator")
    users("add", "ben", "--role", "auditor", "--oidc", "ben@platform.example")
    lines = users("list")[1].splitlines()
    assert re.match(r"ada +administrator +- +may set up until ", lines[1])
    assert re.match(r"ben +auditor +provider +may set up until ", lines[2])
    assert "ben@platform" not in "\n".join(lines)


def test_roles_disable_enable_and_reset(users) -> None:
    users("add", "ada", "--role", "administrator")
    users("add", "ben", "--role", "reviewer")
    assert users("roles", "ben", "--role", "senior_reviewer")[1] == "ben: senior_reviewer\n"
    assert users("disable", "BEN")[1] == "ben is disabled\n"
    assert users("reset", "ben", "--yes")[0] == 3
    assert users("enable", "ben")[1] == "ben may sign in again\n"
    assert users("reset", "ben")[0] == 3, "asked for, and nobody to answer"
    first = users("reset", "ben", "--yes", "--json")
    assert "/setup?token=" in json.loads(first[1])["link"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "ada", "--role", "king"), 2, "king"),
        (("add", "ada"), 2, "--role"),
        (("add", " ", "--role", "auditor"), 2, "1 to 64 printable characters"),
        (("add", "x" * 65, "--role", "auditor"), 2, "1 to 64 printable characters"),
        (("add", "Local Administrator", "--role", "auditor"), 2, "whoever owns the machine"),
        (("add", "Boss", "--role", "auditor"), 3, "there already"),
        (("disable", "nobody"), 2, "no user of that name"),
        (("disable", "boss"), 3, "nobody would be left who administers"),
        (("roles", "boss", "--role", "auditor"), 3, "nobody would be left who administers"),
    ],
)
def test_what_cannot_be_done_is_said(users, words: tuple[str, ...], code: int, said: str) -> None:
    users("add", "boss", "--role", "administrator")
    got, _, err = users(*words)
    assert (got, said in err) == (code, True), err


def test_a_password_is_never_an_argument(users) -> None:
    code, _, err = users("add", "ada", "--role", "auditor", "--password", "seven lighthouses in fog")
    assert code == 2
    assert "lighthouses" not in err or "unexpected extra argument" in err
