"""Keyrings: what holds of each, the file's own rules, and what a program of the operator's may answer."""

import json
import stat
import sys
from pathlib import Path

import pytest

from clew.errors import DamagedError, InputError, NotFoundError, RefusedError, UnavailableError
from clew.parts.keyrings.base import Keyring, KeyringPart
from clew.parts.shelf import load
from clew.records.evidence import WrappedKey
from clew.settings import Settings, Vault

SECRET, CONTEXT = bytes(range(32)), b"case one"

# A keeper as an operator would write one around a service: its master key never leaves it.
KEEPER = """
import base64, hashlib, hmac, json, sys
asked = json.load(sys.stdin)
master = b"the keeper's own"
def pad(context):
    return hashlib.sha256(master + base64.b64decode(context)).digest()
def mix(key, context):
    return bytes(a ^ b for a, b in zip(key, pad(context)))
if sys.argv[1] == "wrap":
    key = base64.b64decode(asked["key"])
    sealed = mix(key, asked["context"])
    tag = hmac.digest(pad(asked["context"]), sealed, "sha256")
    print(json.dumps({"master": "keeper/1", "sealed": base64.b64encode(sealed + tag).decode()}))
else:
    sealed = base64.b64decode(asked["sealed"])
    if hmac.digest(pad(asked["context"]), sealed[:32], "sha256") != sealed[32:]:
        sys.exit(3)
    print(json.dumps({"key": base64.b64encode(mix(sealed[:32], asked["context"])).decode()}))
"""


def program(tmp_path: Path, text: str) -> Keyring:
    script = tmp_path / "keeper.py"
    script.write_text(text)
    command = f"{sys.executable} '{script}'"
    settings = Settings(data_dir=tmp_path, vault=Vault(keyring="command", key_command=command))
    return load("keyrings", "command", KeyringPart).open(settings)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Of the file kind, with its first key made."""
    made = load("keyrings", "file", KeyringPart).open(Settings(data_dir=tmp_path))
    made.prepare(first=True)
    return made


@pytest.fixture(params=["file", "command"])
def any_keyring(request: pytest.FixtureRequest, tmp_path: Path) -> Keyring:
    if request.param == "command":
        return program(tmp_path, KEEPER)
    found = request.getfixturevalue("keyring")
    assert isinstance(found, Keyring)
    return found


def keys_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "vault.keys"


# ---- each of them


def test_a_wrapped_key_comes_back_and_shows_nothing(any_keyring: Keyring) -> None:
    any_keyring.prepare(first=False)
    wrapped = any_keyring.wrap(SECRET, CONTEXT)
    assert any_keyring.unwrap(wrapped, CONTEXT) == SECRET
    assert SECRET not in wrapped.sealed


def test_a_key_bound_to_another_context_does_not_come_back(any_keyring: Keyring) -> None:
    wrapped = any_keyring.wrap(SECRET, CONTEXT)
    with pytest.raises((DamagedError, UnavailableError)):
        any_keyring.unwrap(wrapped, b"case two")


# ---- the file


def test_the_file_is_made_once_for_its_owner_alone(keyring: Keyring, tmp_path: Path) -> None:
    before = keys_file(tmp_path).read_text()
    keyring.prepare(first=True)
    assert keys_file(tmp_path).read_text() == before
    assert stat.S_IMODE(keys_file(tmp_path).stat().st_mode) == 0o600


def test_a_file_that_others_may_read_is_refused(keyring: Keyring, tmp_path: Path) -> None:
    keys_file(tmp_path).chmod(0o640)
    with pytest.raises(RefusedError, match="chmod 600"):
        keyring.wrap(SECRET, CONTEXT)


def test_a_missing_file_is_a_lost_one_unless_no_case_has_a_key(keyring: Keyring, tmp_path: Path) -> None:
    keys_file(tmp_path).unlink()
    with pytest.raises(UnavailableError, match="put it back from your copy"):
        keyring.prepare(first=False)
    with pytest.raises(UnavailableError, match="lies unchanged in the vault"):
        keyring.wrap(SECRET, CONTEXT)


@pytest.mark.parametrize("damage", ["flip", "short", "words", "empty"])
def test_a_slip_in_the_file_is_seen_before_it_does_harm(keyring: Keyring, tmp_path: Path, damage: str) -> None:
    path = keys_file(tmp_path)
    text = path.read_text()
    last = text.strip()[-1]
    changed = {
        "flip": text.strip()[:-1] + ("0" if last != "0" else "1") + "\n",
        "short": text.strip()[:-1] + "\n",
        "words": text + "my notes\n",
        "empty": "# nothing\n",
    }[damage]
    path.write_text(changed)
    with pytest.raises((DamagedError, UnavailableError), match="your copy"):
        keyring.wrap(SECRET, CONTEXT)


def test_a_rotated_file_wraps_by_the_new_key_and_unwraps_by_both(keyring: Keyring, tmp_path: Path) -> None:
    old = keyring.wrap(SECRET, CONTEXT)
    name = keyring.rotate()
    assert keyring.current() == name
    assert keyring.masters() == [name, old.master]
    assert keyring.wrap(SECRET, CONTEXT).master == name
    assert keyring.unwrap(old, CONTEXT) == SECRET
    assert stat.S_IMODE(keys_file(tmp_path).stat().st_mode) == 0o600


def test_a_forgotten_key_opens_nothing_and_todays_is_not_forgotten(keyring: Keyring, tmp_path: Path) -> None:
    old = keyring.wrap(SECRET, CONTEXT)
    name = keyring.rotate()
    assert name is not None
    with pytest.raises(RefusedError, match="of today"):
        keyring.forget(name)
    keyring.forget(old.master)
    with pytest.raises(UnavailableError, match=f"{old.master} is not in"):
        keyring.unwrap(old, CONTEXT)
    with pytest.raises(NotFoundError):
        keyring.forget(old.master)
    assert [path.name for path in keys_file(tmp_path).parent.iterdir() if not path.name.startswith(".")] == [
        "vault.keys"
    ]


def test_the_file_may_stand_elsewhere(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", vault=Vault(key_file=str(tmp_path / "other" / "keys")))
    load("keyrings", "file", KeyringPart).open(settings).prepare(first=True)
    assert (tmp_path / "other" / "keys").exists()


# ---- the program


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys; sys.exit(2)", "ended with 2 on 'wrap'"),
        ("print('no JSON')", "one JSON object of texts"),
        ("print('[]')", "one JSON object of texts"),
        ("print('{}')", "without 'master' and 'sealed'"),
        ("""print('{"master": "m", "sealed": "%%%"}')""", "without 'master' and 'sealed'"),
        ("""print('{"master": "m", "sealed": "AAAA", "key": "AAAA"}')""", "gave 3 bytes and not 32"),
        (
            f"""print({json.dumps(json.dumps({"master": "m", "sealed": "AAAA", "key": "A" * 43 + "="}))})""",
            "does not give back",
        ),
    ],
)
def test_a_program_that_answers_wrongly_is_not_believed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((UnavailableError, DamagedError), match=said):
        program(tmp_path, text).wrap(SECRET, CONTEXT)


def test_what_a_program_says_on_its_way_out_is_not_repeated(tmp_path: Path) -> None:
    keyring = program(tmp_path, "import sys; print('account 4711'); print('key 99', file=sys.stderr); sys.exit(1)")
    with pytest.raises(UnavailableError) as caught:
        keyring.unwrap(WrappedKey(master="m", sealed=b"x"), CONTEXT)
    assert "4711" not in str(caught.value)
    assert "99" not in str(caught.value)


def test_a_program_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, vault=Vault(keyring="command", key_command="/does/not/exist --key"))
    with pytest.raises(UnavailableError, match="FileNotFoundError"):
        load("keyrings", "command", KeyringPart).open(settings).wrap(SECRET, CONTEXT)
    with pytest.raises(InputError, match="name the program"):
        load("keyrings", "command", KeyringPart).open(Settings(data_dir=tmp_path, vault=Vault(keyring="command")))


def test_the_keeper_alone_rotates_and_forgets(tmp_path: Path) -> None:
    keyring = program(tmp_path, KEEPER)
    assert (keyring.current(), keyring.masters(), keyring.rotate()) == (None, [], None)
    with pytest.raises(RefusedError, match="at its keeper"):
        keyring.forget("keeper/1")
