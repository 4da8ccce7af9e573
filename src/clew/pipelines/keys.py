"""Make an API key for somebody, and revoke it."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from clew.errors import InputError, NotFoundError
from clew.ground.clock import Clock
from clew.parts.stores.base import Store, UnitOfWork
from clew.records.audit import AuditEvent
from clew.records.screening import ApiKey, Scope

_ID_BYTES, _SECRET_BYTES = 5, 32
_LABEL_CHARACTERS = 100


def make_key(
    label: str, scopes: Iterable[Scope], *, per_minute: int, at: datetime, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    """A new key for the store, and its text, which exists nowhere else."""
    # Hexadecimal, so that a key never bears the separator: `redact.short_secret` then shows all but the secret.
    key_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_hex(_SECRET_BYTES)
    key = ApiKey(
        id=key_id,
        label=label,
        digest=secret_digest(secret),
        scopes=frozenset(scopes),
        per_minute=per_minute,
        created_at=at,
        expires_at=expires_at,
    )
    return key, f"clew_{key_id}_{secret}"


def create_key(
    store: Store,
    label: str,
    scopes: Iterable[Scope],
    *,
    per_minute: int,
    expires_at: datetime | None,
    actor: str,
    clock: Clock,
) -> tuple[ApiKey, str]:
    """The key is stored; it, and its text, which is shown this once.

    Raises:
        InputError: the label cannot be one, no scope is given, or it would have ended already.
    """
    at, label = clock(), label.strip()
    if not label or len(label) > _LABEL_CHARACTERS or not label.isprintable():
        raise InputError(f"a label must be 1 to {_LABEL_CHARACTERS} printable characters")
    if expires_at is not None and expires_at <= at:
        raise InputError(f"a key must end on a day to come, got {expires_at.date()}")
    key, text = make_key(label, scopes, per_minute=per_minute, at=at, expires_at=expires_at)
    if not key.scopes:
        raise InputError("a key needs one scope at least; choose what it may do")
    facts: dict[str, str | int | bool | None] = {"scopes": ",".join(sorted(key.scopes)), "per_minute": per_minute}

    def work(unit: UnitOfWork) -> None:
        unit.put_key(key)
        unit.audit(AuditEvent(at=at, actor=actor, act="key.create", subject=f"key:{key.id}", facts=facts))

    store.transact(work)
    return key, text


def revoke_key(store: Store, key_id: str, *, actor: str, clock: Clock) -> None:
    """The key is good no longer; running services know within a second."""
    at = clock()

    def work(unit: UnitOfWork) -> None:
        key = unit.find_key(key_id)
        if key is None:
            raise NotFoundError(f"no key '{key_id[:40]}'; see: clew keys show")
        if key.revoked_at is not None:
            return
        unit.put_key(replace(key, revoked_at=at))
        unit.audit(AuditEvent(at=at, actor=actor, act="key.revoke", subject=f"key:{key.id}", facts={}))

    store.transact(work)


def secret_digest(secret: str) -> bytes:
    """By which a key's secret is kept."""
    return hashlib.sha256(secret.encode("ascii")).digest()
