"""Who may do what, on which ground; small values of the installation, and leases of tasks."""

import json
from abc import ABC
from datetime import datetime

from sqlalchemy import RowMapping, delete, insert, or_, select

from clew.ground.retries import latest_end
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.values import Row, basis_of, basis_row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.screening import ApiKey, Purpose, PurposeBasis, Scope

_KEYS, _BASES, _VALUES = tables.api_keys.c, tables.purpose_bases.c, tables.installation_values.c
_LEASES = tables.leases.c


class PermissionReading(Session, Reader, ABC):
    """Reading keys, grounds and values; all tables are small."""

    def find_key(self, key_id: str) -> ApiKey | None:
        """By the primary key."""
        row = self._first(select(tables.api_keys).where(_KEYS.id == key_id))
        return None if row is None else _key_of(row)

    def keys(self) -> list[ApiKey]:
        """The whole table."""
        query = select(tables.api_keys).order_by(_KEYS.created_at.desc(), _KEYS.id)
        return [_key_of(row) for row in self._all(query)]

    def find_basis(self, purpose: Purpose) -> PurposeBasis | None:
        """The last of the history."""
        query = select(tables.purpose_bases).where(_BASES.purpose == purpose.value).order_by(_BASES.id.desc())
        row = self._first(query.limit(1))
        if row is None:
            return None
        return PurposeBasis(
            purpose=Purpose(row["purpose"]),
            basis=basis_of(row),
            recorded_by=row["recorded_by"],
            recorded_at=from_us(row["recorded_at"]),
        )

    def find_value(self, name: str) -> str | None:
        """By the primary key."""
        row = self._first(select(_VALUES.value).where(_VALUES.name == name))
        return None if row is None else str(row["value"])


class PermissionWriting(PermissionReading, ChangingSession, UnitOfWork, ABC):
    """Changing keys, grounds, values and leases."""

    def put_key(self, key: ApiKey) -> None:
        """An upsert."""
        row = _key_row(key)
        statement = self._database.insert(tables.api_keys).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def put_basis(self, basis: PurposeBasis) -> None:
        """One more row of the history."""
        row: Row = {
            "purpose": basis.purpose.value,
            **basis_row(basis.basis),
            "recorded_by": basis.recorded_by,
            "recorded_at": to_us(basis.recorded_at),
        }
        self._change(insert(tables.purpose_bases).values(row))

    def be_alone(self) -> None:
        """By the lock of the lists: with a second one, works that share a commit could wait for one another's."""
        self._database.lock_lists(self._connection)

    def put_value(self, name: str, value: str) -> None:
        """An upsert."""
        statement = self._database.insert(tables.installation_values).values(name=name, value=value)
        self._change(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def try_lease(self, name: str, owner: str, until: datetime, at: datetime) -> bool:
        """An upsert that touches the row only when it may be taken."""
        row: Row = {"name": name, "owner": owner, "until": to_us(until)}
        statement = self._database.insert(tables.leases).values(row)
        wrong = _LEASES.until > to_us(latest_end(at, until - at))
        free = or_(_LEASES.owner == owner, _LEASES.until <= to_us(at), wrong)
        taken = statement.on_conflict_do_update(index_elements=["name"], set_=row, where=free)
        return self._first(taken.returning(_LEASES.name)) is not None

    def release_lease(self, name: str, owner: str) -> None:
        """The row goes."""
        self._change(delete(tables.leases).where(_LEASES.name == name, _LEASES.owner == owner))


def _key_row(key: ApiKey) -> Row:
    return {
        "id": key.id,
        "label": key.label,
        "digest": key.digest,
        "scopes": compact(sorted(key.scopes)),
        "per_minute": key.per_minute,
        "created_at": to_us(key.created_at),
        "expires_at": maybe_us(key.expires_at),
        "revoked_at": maybe_us(key.revoked_at),
    }


def _key_of(row: RowMapping) -> ApiKey:
    return ApiKey(
        id=row["id"],
        label=row["label"],
        digest=bytes(row["digest"]),
        scopes=frozenset(Scope(scope) for scope in json.loads(row["scopes"])),
        per_minute=row["per_minute"],
        created_at=from_us(row["created_at"]),
        expires_at=maybe_at(row["expires_at"]),
        revoked_at=maybe_at(row["revoked_at"]),
    )
