"""What a keyring is: master keys that seal and open the data keys of cases, and never leave where they are kept."""

from abc import ABC, abstractmethod

from clew.records.evidence import WrappedKey
from clew.settings import Settings


class Keyring(ABC):
    """The master keys of an installation."""

    @abstractmethod
    def prepare(self, *, first: bool) -> None:
        """There is a master key to wrap with.

        Args:
            first: no case has a data key yet, so that a new master key may be made where there is none; a missing
                one is otherwise a lost one, and must not be replaced in silence.
        Raises:
            UnavailableError: there is none; the message says what is safe and what to do.
        """

    @abstractmethod
    def wrap(self, data_key: bytes, context: bytes) -> WrappedKey:
        """The data key, sealed by the master key of today and bound to the context.

        Raises:
            UnavailableError: the master key is not there, or its keeper does not answer.
        """

    @abstractmethod
    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """The data key.

        Raises:
            UnavailableError: the master key that sealed it is not there, or its keeper does not answer.
            DamagedError: the sealed key, or what it is bound to, was changed.
        """

    @abstractmethod
    def current(self) -> str | None:
        """The name of the master key that wraps now; None when only wrapping shows it."""

    @abstractmethod
    def masters(self) -> list[str]:
        """Every master key that can unwrap, the one of today first; empty when the keeper does not tell."""

    @abstractmethod
    def rotate(self) -> str | None:
        """A new master key wraps from now on, and the others still unwrap; its name. None: its keeper makes them."""

    @abstractmethod
    def forget(self, master: str) -> None:
        """A master key that wraps nothing any more is gone: what it once sealed, in old backups too, stays sealed.

        Raises:
            RefusedError: it is the one of today, or its keeper alone can do that.
        """


class KeyringPart(ABC):
    """A kind of keyring."""

    name: str

    @abstractmethod
    def open(self, settings: Settings) -> Keyring:
        """The keyring that the settings name; nothing is read or made before it is used."""
