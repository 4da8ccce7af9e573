"""Who may send: users with a password each, told apart in constant time, and what each may do."""

import base64
import binascii
import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from clew.errors import InputError
from clew.ground.tokens import same

# Longer than any user name and password that a header line should bear.
_MOST_CHARACTERS = 1_000


class Right(enum.StrEnum):
    """What a credential may be good for."""

    SUBMIT = "submit"  # open a report
    UPDATE = "update"  # add files and what is said of them
    ACT = "act"  # finish and retract


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One who sends reports."""

    user: str
    password: str = field(repr=False)
    rights: frozenset[Right] = frozenset(Right)


class Senders:
    """Everybody who may send.

    Raises:
        InputError: two senders of one name, or a name that HTTP Basic cannot bear.
    """

    def __init__(self, senders: Iterable[Sender]) -> None:
        self._senders = tuple(senders)
        names = [each.user for each in self._senders]
        if len(set(names)) < len(names):
            raise InputError("expected senders of different names, a name came twice")
        for each in self._senders:
            if not each.user or ":" in each.user or not each.password:
                raise InputError(
                    "expected a user name without ':' and a password for each sender; one is empty or has it"
                )

    def find(self, authorization: str | None) -> Sender | None:
        """The sender of an Authorization header; None when it is nobody's.

        Every sender is compared, and each whole: how long it takes tells neither a name nor a password.
        """
        user, password = _credential(authorization or "")
        found = None
        for each in self._senders:
            right_user, right_password = same(each.user, user), same(each.password, password)
            if right_user and right_password:
                found = each
        return found


class _Told(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A sender as the file of senders has it."""

    password: str
    rights: list[Right] = msgspec.field(default_factory=lambda: list(Right))


def read_senders(text: bytes) -> list[Sender]:
    """The senders of a JSON text: {"USER": {"password": "...", "rights": ["submit", "update", "act"]}}."""
    try:
        told = msgspec.json.decode(text, type=dict[str, _Told])
    except msgspec.DecodeError as error:
        raise InputError(f"the file of senders cannot be used: {error}") from error
    if not told:
        raise InputError("the file of senders names nobody")
    return [Sender(user=name, password=each.password, rights=frozenset(each.rights)) for name, each in told.items()]


def _credential(authorization: str) -> tuple[str, str]:
    """User and password of HTTP Basic (RFC 7617, UTF-8); a pair that nobody has when it is no such header."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "basic" or len(rest) > _MOST_CHARACTERS:
        return "", ""
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    user, _, password = text.partition(":")
    return user, password
