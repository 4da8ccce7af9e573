"""Users and what proves who they are."""

from abc import ABC
from collections.abc import Sequence

from sqlalchemy import RowMapping, delete, func, insert, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores.sql.sign_ins import SignInReading, SignInWriting, user_of
from clew.parts.stores.sql.tables import people as T  # noqa: N812  (the tables of this area)
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import UserId
from clew.records.people import Passkey, Password, Proofs, Setup, Totp, User

# Before a secret that is not sealed yet; what is sealed begins otherwise.
_CLEAR = b"\0"


class PeopleReading(SignInReading, ABC):
    """Reading them; all by keys or small tables."""

    def get_user(self, user_id: UserId) -> User:
        """By the primary key."""
        row = self._first(select(T.users).where(T.users.c.id == user_id))
        if row is None:
            raise NotFoundError("no user of that id; see: clew users list")
        return user_of(row)

    def find_user(self, name: str) -> User | None:
        """By the folded name."""
        row = self._first(select(T.users).where(T.users.c.folded == name.casefold()))
        return None if row is None else user_of(row)

    def find_oidc_user(self, oidc_name: str) -> User | None:
        """By the index."""
        row = self._first(select(T.users).where(T.users.c.oidc_name == oidc_name))
        return None if row is None else user_of(row)

    def users(self) -> list[User]:
        """The whole table."""
        return [user_of(row) for row in self._all(select(T.users).order_by(T.users.c.folded))]

    def find_password(self, user_id: UserId) -> Password | None:
        """By the primary key."""
        row = self._first(select(T.passwords).where(T.passwords.c.user_id == user_id))
        if row is None:
            return None
        return Password(user_id=UserId(row["user_id"]), hash=row["hash"], set_at=from_us(row["set_at"]))

    def find_totp(self, user_id: UserId, *, confirmed: bool = True) -> Totp | None:
        """By the primary key."""
        columns = T.totp_secrets.c
        query = select(T.totp_secrets).where(columns.user_id == user_id, columns.confirmed == confirmed)
        row = self._first(query)
        return None if row is None else _totp_of(row)

    def has_sealed_totps(self) -> bool:
        """The whole table, which has a row or two for each person."""
        query = select(T.totp_secrets.c.user_id).where(func.substr(T.totp_secrets.c.sealed, 1, 1) != _CLEAR)
        return self._first(query.limit(1)) is not None

    def clear_totps(self) -> list[Totp]:
        """The same."""
        query = select(T.totp_secrets).where(func.substr(T.totp_secrets.c.sealed, 1, 1) == _CLEAR)
        return [_totp_of(row) for row in self._all(query)]

    def passkeys(self, user_id: UserId) -> list[Passkey]:
        """By the index."""
        columns = T.passkeys.c
        query = select(T.passkeys).where(columns.user_id == user_id).order_by(columns.made_at, columns.id)
        return [_passkey_of(row) for row in self._all(query)]

    def find_passkey(self, passkey_id: bytes) -> Passkey | None:
        """By the primary key."""
        row = self._first(select(T.passkeys).where(T.passkeys.c.id == passkey_id))
        return None if row is None else _passkey_of(row)

    def proofs(self, user_id: UserId) -> Proofs:
        """Four small counts."""
        codes, keys = T.recovery_codes, T.passkeys
        return Proofs(
            password=self.find_password(user_id) is not None,
            totp=self.find_totp(user_id) is not None,
            passkeys=self._count(select(func.count()).select_from(keys).where(keys.c.user_id == user_id)),
            recovery_codes=self._count(select(func.count()).select_from(codes).where(codes.c.user_id == user_id)),
        )

    def find_setup(self, user_id: UserId) -> Setup | None:
        """By the primary key."""
        row = self._first(select(T.setups).where(T.setups.c.user_id == user_id))
        return None if row is None else _setup_of(row)

    def find_setup_of(self, digest: bytes) -> Setup | None:
        """By the index."""
        row = self._first(select(T.setups).where(T.setups.c.digest == digest))
        return None if row is None else _setup_of(row)


class PeopleWriting(PeopleReading, SignInWriting, ABC):
    """Changing them."""

    def put_user(self, user: User) -> None:
        """An upsert; the unique indexes refuse what is taken."""
        row: Row = {
            "id": user.id,
            "name": user.name,
            "folded": user.name.casefold(),
            "roles": compact(sorted(user.roles)),
            "local": user.local,
            "oidc_name": user.oidc_name,
            "created_at": to_us(user.created_at),
            "disabled_at": maybe_us(user.disabled_at),
        }
        statement = self._database.insert(T.users).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def put_password(self, password: Password) -> None:
        """An upsert."""
        row: Row = {"user_id": password.user_id, "hash": password.hash, "set_at": to_us(password.set_at)}
        statement = self._database.insert(T.passwords).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["user_id"], set_=row))

    def put_totp(self, totp: Totp) -> None:
        """An upsert."""
        row: Row = {
            "user_id": totp.user_id,
            "confirmed": totp.confirmed,
            "sealed": totp.sealed,
            "made_at": to_us(totp.made_at),
            "last_step": totp.last_step,
        }
        statement = self._database.insert(T.totp_secrets).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["user_id", "confirmed"], set_=row))

    def seal_totp(self, totp: Totp) -> None:
        """An update of that column alone."""
        columns = T.totp_secrets.c
        mine = (columns.user_id == totp.user_id) & (columns.confirmed == totp.confirmed)
        with self._database.overwriting(self._connection):
            self._change(update(T.totp_secrets).where(mine).values(sealed=totp.sealed))

    def take_totp_step(self, user_id: UserId, step: int) -> bool:
        """One update that finds the row only while the step is a later one."""
        columns = T.totp_secrets.c
        mine = (columns.user_id == user_id) & columns.confirmed & (columns.last_step < step)
        return self._change(update(T.totp_secrets).where(mine).values(last_step=step)) == 1

    def remove_totp(self, user_id: UserId, *, confirmed: bool) -> None:
        """The row goes."""
        columns = T.totp_secrets.c
        self._change(delete(T.totp_secrets).where(columns.user_id == user_id, columns.confirmed == confirmed))

    def add_passkey(self, passkey: Passkey) -> None:
        """An insert that leaves alone what is there."""
        row: Row = {
            "id": passkey.id,
            "user_id": passkey.user_id,
            "public_key": passkey.public_key,
            "sign_count": passkey.sign_count,
            "label": passkey.label,
            "made_at": to_us(passkey.made_at),
            "used_at": maybe_us(passkey.used_at),
        }
        statement = self._database.insert(T.passkeys).values(row).on_conflict_do_nothing(index_elements=["id"])
        if self._first(statement.returning(T.passkeys.c.id)) is None:
            raise ConflictError("this passkey is registered already; make another one")

    def use_passkey(self, passkey: Passkey) -> bool:
        """An update that finds no row of one that was removed."""
        columns = T.passkeys.c
        mine = (columns.id == passkey.id) & (columns.user_id == passkey.user_id)
        used = {"sign_count": passkey.sign_count, "used_at": maybe_us(passkey.used_at)}
        return self._change(update(T.passkeys).where(mine).values(used)) == 1

    def remove_passkey(self, user_id: UserId, passkey_id: bytes) -> bool:
        """The row goes."""
        columns = T.passkeys.c
        return self._change(delete(T.passkeys).where(columns.id == passkey_id, columns.user_id == user_id)) == 1

    def put_recovery_codes(self, user_id: UserId, digests: Sequence[bytes]) -> None:
        """All rows anew."""
        self._change(delete(T.recovery_codes).where(T.recovery_codes.c.user_id == user_id))
        self._change(insert(T.recovery_codes), [{"user_id": user_id, "digest": each} for each in digests])

    def take_recovery_code(self, user_id: UserId, digest: bytes) -> bool:
        """The row goes; of two who take it at once one finds it gone."""
        columns = T.recovery_codes.c
        return self._change(delete(T.recovery_codes).where(columns.user_id == user_id, columns.digest == digest)) == 1

    def remove_proofs(self, user_id: UserId) -> None:
        """From four tables."""
        for table in (T.passwords, T.totp_secrets, T.passkeys, T.recovery_codes):
            self._change(delete(table).where(table.c.user_id == user_id))

    def put_setup(self, setup: Setup) -> None:
        """An upsert."""
        row: Row = {"user_id": setup.user_id, "digest": setup.digest, "expires_at": to_us(setup.expires_at)}
        statement = self._database.insert(T.setups).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["user_id"], set_=row))

    def remove_setup(self, user_id: UserId) -> None:
        """The row goes."""
        self._change(delete(T.setups).where(T.setups.c.user_id == user_id))


def _totp_of(row: RowMapping) -> Totp:
    return Totp(
        user_id=UserId(row["user_id"]),
        sealed=bytes(row["sealed"]),
        made_at=from_us(row["made_at"]),
        confirmed=bool(row["confirmed"]),
        last_step=row["last_step"],
    )


def _passkey_of(row: RowMapping) -> Passkey:
    return Passkey(
        id=bytes(row["id"]),
        user_id=UserId(row["user_id"]),
        public_key=bytes(row["public_key"]),
        sign_count=row["sign_count"],
        label=row["label"],
        made_at=from_us(row["made_at"]),
        used_at=maybe_at(row["used_at"]),
    )


def _setup_of(row: RowMapping) -> Setup:
    digest = row["digest"]
    return Setup(
        user_id=UserId(row["user_id"]),
        digest=None if digest is None else bytes(digest),
        expires_at=from_us(row["expires_at"]),
    )
