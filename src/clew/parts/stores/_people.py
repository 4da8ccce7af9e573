"""The store's contract for one area.

Users, how they prove who they are, and their sessions.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from clew.records.identifiers import UserId
from clew.records.people import Handshake, Passkey, Password, Proofs, Session, Setup, Totp, User


class PeopleReader(ABC):
    """Reading them."""

    # ---- who

    @abstractmethod
    def get_user(self, user_id: UserId) -> User:
        """The user of that id, disabled or not; NotFoundError else."""

    @abstractmethod
    def find_user(self, name: str) -> User | None:
        """The user who signs in with that name, in whatever case."""

    @abstractmethod
    def find_oidc_user(self, oidc_name: str) -> User | None:
        """The user whom a provider names so, to the letter."""

    @abstractmethod
    def users(self) -> list[User]:
        """Every user, by name."""

    # ---- by what

    @abstractmethod
    def find_password(self, user_id: UserId) -> Password | None:
        """Their password's hash, if they have one."""

    @abstractmethod
    def find_totp(self, user_id: UserId, *, confirmed: bool = True) -> Totp | None:
        """Their authenticator's secret: the one in use, or the one that waits to be confirmed."""

    @abstractmethod
    def has_sealed_totps(self) -> bool:
        """Whether any authenticator's secret is sealed under the key that seals them."""

    @abstractmethod
    def clear_totps(self) -> list[Totp]:
        """Those of before secrets were sealed: a zero byte, and the secret as it is."""

    @abstractmethod
    def passkeys(self, user_id: UserId) -> list[Passkey]:
        """Their passkeys, oldest first."""

    @abstractmethod
    def find_passkey(self, passkey_id: bytes) -> Passkey | None:
        """The passkey of that id, whosever it is."""

    @abstractmethod
    def proofs(self, user_id: UserId) -> Proofs:
        """Which ways of proving themselves they have."""

    @abstractmethod
    def find_setup(self, user_id: UserId) -> Setup | None:
        """Their leave to set up how they sign in, run out or not."""

    @abstractmethod
    def find_setup_of(self, digest: bytes) -> Setup | None:
        """The leave that a one-time link's token stands for."""

    # ---- where

    @abstractmethod
    def find_session(self, digest: bytes) -> tuple[Session, User] | None:
        """The session of that digest with its user; run out or not, but none of a disabled user."""

    @abstractmethod
    def sessions(self, user_id: UserId) -> list[Session]:
        """Their sessions, the one seen last first."""

    # ---- how often

    @abstractmethod
    def find_delay(self, key: bytes) -> datetime | None:
        """Until when tries of this must wait; None for no count."""


class PeopleWriter(ABC):
    """Changing them."""

    @abstractmethod
    def put_user(self, user: User) -> None:
        """The user is stored, or has these particulars now.

        Raises:
            ConflictError: another user has that name, or is named so by the provider.
        """

    @abstractmethod
    def put_password(self, password: Password) -> None:
        """It takes the place of the one before."""

    @abstractmethod
    def put_totp(self, totp: Totp) -> None:
        """It takes the place of the one before that was confirmed, or was not, alike."""

    @abstractmethod
    def seal_totp(self, totp: Totp) -> None:
        """Its secret is sealed now; what stood there in clear is overwritten, not only freed."""

    @abstractmethod
    def take_totp_step(self, user_id: UserId, step: int) -> bool:
        """Whether a code of that step may be taken: none of it or a later one was. It is taken now."""

    @abstractmethod
    def remove_totp(self, user_id: UserId, *, confirmed: bool) -> None:
        """The secret in use is gone, or the one that waits."""

    @abstractmethod
    def add_passkey(self, passkey: Passkey) -> None:
        """The passkey is stored; ConflictError when one of that id is there, whosever it is."""

    @abstractmethod
    def use_passkey(self, passkey: Passkey) -> bool:
        """Whether its owner has it still; it was used, and has that count now. Nothing else of it changes."""

    @abstractmethod
    def remove_passkey(self, user_id: UserId, passkey_id: bytes) -> bool:
        """Whether they had it; it is gone."""

    @abstractmethod
    def put_recovery_codes(self, user_id: UserId, digests: Sequence[bytes]) -> None:
        """These codes take the place of all before."""

    @abstractmethod
    def take_recovery_code(self, user_id: UserId, digest: bytes) -> bool:
        """Whether it was one of theirs, unused; it is used up."""

    @abstractmethod
    def remove_proofs(self, user_id: UserId) -> None:
        """They have no password, no second factor and no recovery code any longer."""

    @abstractmethod
    def put_setup(self, setup: Setup) -> None:
        """It takes the place of the leave before."""

    @abstractmethod
    def remove_setup(self, user_id: UserId) -> None:
        """Their leave is used up."""

    # ---- where

    @abstractmethod
    def put_session(self, session: Session) -> None:
        """The session is stored, or has these particulars now."""

    @abstractmethod
    def see_session(self, digest: bytes, at: datetime) -> None:
        """It was seen then; one that has ended stays ended."""

    @abstractmethod
    def end_session(self, digest: bytes) -> None:
        """The session is over."""

    @abstractmethod
    def end_sessions(self, user_id: UserId, but: bytes | None = None) -> int:
        """All sessions of a user are over, but perhaps one; how many were."""

    @abstractmethod
    def sweep_sign_ins(self, at: datetime) -> None:
        """Sessions, handshakes and counts of tries that have run out by then are gone."""

    # ---- how often

    @abstractmethod
    def put_handshake(self, handshake: Handshake, *, most_of_caller: int, most: int) -> None:
        """It is stored, and waits for its answer.

        So many of its kind may wait for one caller, and for all: above that the caller's own oldest ones are gone, and
        then the oldest of all. Nobody is refused because others ask.
        """

    @abstractmethod
    def take_handshake(self, digest: bytes) -> Handshake | None:
        """The handshake of that digest, run out or not; it is gone, and nobody takes it again."""

    @abstractmethod
    def count_try(self, key: bytes, at: datetime, forget_at: datetime, latest: datetime) -> int | None:
        """How many tries there have been with this one, or None when tries must wait for a time that has not come.

        Counted before it is known whether it succeeds, so that many at once are many.

        Args:
            key: what is tried: a digest of a name or an address.
            forget_at: when the count is forgotten unless another try comes.
            latest: a wait until a later time was set by a clock that was wrong, and is over.
        """

    @abstractmethod
    def delay_tries(self, key: bytes, until: datetime) -> None:
        """No further try is let through before then."""

    @abstractmethod
    def forget_tries(self, key: bytes) -> None:
        """The count begins anew."""
