"""Who may send: users with a password each, told apart in constant time, and what each may do."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from clew.errors import InputError
from clew.ground.tokens import same
from clew.records.identifiers import SenderId
from clew.records.intake import SenderRight

# Longer than any user name and password that a header line should bear.
_MOST_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One who sends reports."""

    user: str
    rights: frozenset[SenderRight] = frozenset(SenderRight)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSender(Sender):
    """One that the store knows."""

    id: SenderId


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSender(Sender):
    """One of a list that names senders with their passwords."""

    password: str = field(repr=False)


class SenderBook(Protocol):
    """Everybody who may send."""

    async def find(self, authorization: str | None) -> Sender | None:
        """The sender of an Authorization header; None when it is nobody's.

        Raises:
            UnavailableError: it cannot be known now.
        """


class Senders:
    """Everybody whom a list names.

    Raises:
        InputError: two senders of one name, or a name that HTTP Basic cannot bear.
    """

    def __init__(self, senders: Iterable[NamedSender]) -> None:
        self._senders = tuple(senders)
        names = [each.user for each in self._senders]
        if len(set(names)) < len(names):
            raise InputError("expected senders of different names, a name came twice")
        for each in self._senders:
            if not each.user or ":" in each.user or not each.password:
                raise InputError(
                    "expected a user name without ':' and a password for each sender; one is empty or has it"
                )

    async def find(self, authorization: str | None) -> Sender | None:
        """The sender of an Authorization header; None when it is nobody's.

        Every sender is compared, and each whole: how long it takes tells neither a name nor a password.
        """
        user, password = credential(authorization or "")
        found = None
        for each in self._senders:
            right_user, right_password = same(each.user, user), same(each.password, password)
            if right_user and right_password:
                found = each
        return found


class _Told(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A sender as the file of senders has it."""

    password: str
    rights: list[SenderRight] = msgspec.field(default_factory=lambda: list(SenderRight))


def read_senders(text: bytes) -> list[NamedSender]:
    """The senders of a JSON text: {"USER": {"password": "...", "rights": ["submit", "update", "act"]}}."""
    try:
        told = msgspec.json.decode(text, type=dict[str, _Told])
    except msgspec.DecodeError as error:
        raise InputError(f"the file of senders cannot be used: {error}") from error
    if not told:
        raise InputError("the file of senders names nobody")
    return [
        NamedSender(user=name, password=each.password, rights=frozenset(each.rights)) for name, each in told.items()
    ]


def credential(authorization: str) -> tuple[str, str]:
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
