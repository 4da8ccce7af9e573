"""Master keys that somebody else keeps: a key management service, a hardware module, reached by a program.

The program is run as `PROGRAM... wrap` or `PROGRAM... unwrap` with one JSON object on its standard input and answers
with one on its standard output; base64 everywhere, exit code 0 or nothing is believed:

    wrap    {"context": "...", "key": "..."}                      -> {"master": "NAME", "sealed": "..."}
    unwrap  {"context": "...", "master": "NAME", "sealed": "..."}  -> {"key": "..."}

`context` is to be bound to the sealed key, as the encryption context of a service is: unwrapping under another one
must fail. The master keys and their rotation are the keeper's.
"""

import base64
import binascii
import shlex
import subprocess

import msgspec

from clew.errors import DamagedError, InputError, RefusedError, UnavailableError
from clew.ground.sealed import DATA_KEY_BYTES
from clew.parts.keyrings.base import Keyring, KeyringPart
from clew.records.evidence import WrappedKey
from clew.settings import Settings

# A service across a network, with its own retries; a person waits for it.
_PATIENCE_S = 30.0
_NAME_CHARACTERS = 500
_SAFE = "what is sealed lies unchanged in the vault; nothing new is sealed until it answers"


class CommandKeyring(Keyring):
    """One program.

    Args:
        program: its words; it is run without a shell.
    """

    def __init__(self, program: list[str]) -> None:
        self._program = program

    def prepare(self, *, first: bool) -> None:
        """Nothing to do: the first wrap shows it."""

    def wrap(self, data_key: bytes, context: bytes) -> WrappedKey:
        """As the program answers, and proved by unwrapping: a key that cannot be had back must not seal anything."""
        answer = self._ask("wrap", {"context": _text(context), "key": _text(data_key)})
        master, sealed = answer.get("master", ""), _bytes(answer.get("sealed", ""))
        if not master or len(master) > _NAME_CHARACTERS or not master.isprintable() or not sealed:
            raise UnavailableError(
                f"the key program answered without 'master' and 'sealed'; see vault.key_command: {_SAFE}"
            )
        wrapped = WrappedKey(master=master, sealed=sealed)
        if self.unwrap(wrapped, context) != data_key:
            raise UnavailableError(f"the key program does not give back the key that it sealed; {_SAFE}")
        return wrapped

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """As the program answers."""
        question = {"context": _text(context), "master": wrapped.master, "sealed": _text(wrapped.sealed)}
        data_key = _bytes(self._ask("unwrap", question).get("key", ""))
        if len(data_key) != DATA_KEY_BYTES:
            raise DamagedError(
                f"the key program gave {len(data_key)} bytes and not {DATA_KEY_BYTES}; see vault.key_command: {_SAFE}"
            )
        return data_key

    def current(self) -> str | None:
        """Only wrapping shows it."""
        return None

    def masters(self) -> list[str]:
        """The keeper's own list is not asked for."""
        return []

    def rotate(self) -> str | None:
        """The keeper makes new master keys; wrapping anew takes its newest."""
        return None

    def forget(self, master: str) -> None:  # noqa: ARG002  (the contract's; their keeper alone forgets)
        """The keeper alone can do that."""
        raise RefusedError("this installation's master keys are kept elsewhere; destroy the old one at its keeper")

    def _ask(self, verb: str, question: dict[str, str]) -> dict[str, str]:
        try:
            done = subprocess.run(  # noqa: S603  (the operator's own program, without a shell)
                [*self._program, verb],
                input=msgspec.json.encode(question),
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            why = f"gave no answer in {_PATIENCE_S:.0f} s" if isinstance(error, subprocess.TimeoutExpired) else "failed"
            raise UnavailableError(f"the key program {why} ({type(error).__name__}); {_SAFE}") from error
        if done.returncode:
            # Its output may bear key material or an account's name and is not repeated.
            raise UnavailableError(
                f"the key program ended with {done.returncode} on '{verb}'; run it by hand to see why: {_SAFE}"
            )
        try:
            return msgspec.json.decode(done.stdout, type=dict[str, str])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UnavailableError(f"the key program must answer with one JSON object of texts; {_SAFE}") from error


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


class CommandKeyringPart(KeyringPart):
    """A program of the operator's."""

    name = "command"

    def open(self, settings: Settings) -> Keyring:
        """The words of `vault.key_command`."""
        program = shlex.split(settings.vault.key_command)
        if not program:
            raise InputError('vault.keyring is "command" and vault.key_command is empty; name the program')
        return CommandKeyring(program)


PART = CommandKeyringPart()
