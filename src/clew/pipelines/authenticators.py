"""The secrets of authenticator apps, sealed under a key that lies apart from the database.

Whoever reads the database alone, or a backup of it, has nobody's second factor.
"""

from dataclasses import replace
from pathlib import Path

from clew.errors import ClewError, DamagedError, NotFoundError, UnavailableError
from clew.ground import keyfile
from clew.ground.sealed import unwrap, wrap
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.records.identifiers import UserId
from clew.records.people import Totp

# The first byte says how the rest is to be read: 0 is a secret in clear, of before they were sealed.
_SEALED = b"\1"
_LOST = (
    "the key that opens the secrets of authenticator apps ({path}) is not there; put it back from your copy. Without a "
    "copy give everybody who has an app a new set-up link (clew users reset NAME); after the last a new key is made"
)


class Authenticators:
    """Seals and opens the secrets of one installation.

    Args:
        path: the file of the key; made when the first secret of all is sealed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def seal(self, reader: Reader, user_id: UserId, secret: str) -> bytes:
        """The secret, as the database may have it: good for that person only.

        Raises:
            UnavailableError: the key is lost, and others' secrets are sealed by it: it is not replaced in silence.
        """
        key = self._key() if reader.has_sealed_totps() else keyfile.load_or_make(self._path)
        return _SEALED + wrap(key, secret.encode("ascii"), _context(user_id))

    def open(self, totp: Totp) -> str:
        """The secret, base 32 as the app takes it.

        Raises:
            UnavailableError: the key is not there.
            DamagedError: it is another one, or the row was changed or is another person's.
        """
        secret = None
        if totp.sealed.startswith(_SEALED):
            secret = unwrap(self._key(), totp.sealed[len(_SEALED) :], _context(totp.user_id))
        if secret is None:
            raise DamagedError(
                "the secret of an authenticator app does not open: the key is another one, or the row was changed; put "
                f"{self._path} back from your copy, or give this person a new set-up link: clew users reset NAME"
            )
        return secret.decode("ascii")

    def check(self, reader: Reader) -> bool:
        """Whether there is anything to open; raises as `open` when the key is not there."""
        if not reader.has_sealed_totps():
            return False
        self._key()
        return True

    def _key(self) -> bytes:
        try:
            return keyfile.load(self._path)
        except NotFoundError:
            raise UnavailableError(_LOST.format(path=self._path)) from None
        except ClewError as error:
            raise UnavailableError(f"the key of authenticator apps cannot be used: {error}") from error


def seal_clear_secrets(store: Store, authenticators: Authenticators) -> None:
    """No secret stands in clear any more; nothing is done where none does.

    Copies of the database made before still hold them: whoever was in one needs a new authenticator.
    """
    with store.read() as reader:
        if not reader.clear_totps():
            return

    def work(unit: UnitOfWork) -> None:
        for totp in unit.clear_totps():
            secret = totp.sealed[1:].decode("ascii")
            unit.seal_totp(replace(totp, sealed=authenticators.seal(unit, totp.user_id, secret)))

    store.transact(work)


def _context(user_id: UserId) -> bytes:
    """What a secret is bound to: moved to another person's row, it does not open."""
    return b"clew authenticator\0" + user_id.encode("utf-8")
