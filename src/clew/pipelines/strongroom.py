"""The strongroom: the vault, the keyring, the law and the store put together, for every door that touches evidence."""

from dataclasses import dataclass
from datetime import datetime

from clew.errors import DamagedError, NotFoundError, RefusedError
from clew.ground.clock import Clock
from clew.ground.sealed import DATA_KEY_BYTES, DataKey, new_data_key
from clew.parts import shelf
from clew.parts.jurisdictions.base import Jurisdiction
from clew.parts.keyrings.base import Keyring, KeyringPart
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.parts.vaults.base import Vault, VaultPart
from clew.records.audit import AuditEvent
from clew.records.evidence import CaseKey
from clew.records.identifiers import CaseId
from clew.settings import Settings

Facts = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strongroom:
    """What sealing, opening, holding and destroying need.

    Attributes:
        two_people: a destruction, an early release, and an exigency need a second person.
    """

    settings: Settings
    store: Store
    vault: Vault
    keyring: Keyring
    jurisdiction: Jurisdiction
    clock: Clock
    two_people: bool

    def key_for_sealing(self, case_id: CaseId, actor: str) -> DataKey:
        """The case's data key, made when it has none; two who make one at once get the same.

        Raises:
            UnavailableError: the master key is not to be had; the message says what is safe.
            RefusedError: the case's key was destroyed.
        """
        with self.store.read() as reader:
            known = reader.find_case_key(case_id)
            first = known is None and not reader.has_case_keys()
        if known is None:
            self.keyring.prepare(first=first)
            known = self._make_key(case_id, actor)
        return self._unwrapped(known)

    def key_for_opening(self, reader: Reader, case_id: CaseId) -> DataKey:
        """The case's data key.

        Raises:
            NotFoundError: the case has none, or it was destroyed: nobody can read its evidence any more.
            UnavailableError: the master key is not to be had.
        """
        known = reader.find_case_key(case_id)
        if known is None:
            raise NotFoundError("this case has no sealed evidence")
        if known.wrapped is None:
            raise NotFoundError("the evidence of this case was destroyed; see its certificate: clew evidence show CASE")
        return self._unwrapped(known)

    def _make_key(self, case_id: CaseId, actor: str) -> CaseKey:
        at = self.clock()
        fresh = new_data_key()
        made = CaseKey(
            case_id=case_id,
            reference=fresh.reference,
            wrapped=self.keyring.wrap(fresh.secret, context_of(case_id, fresh.reference)),
            created_at=at,
        )

        def work(unit: UnitOfWork) -> CaseKey:
            stored = unit.put_case_key(made)
            if stored == made and made.wrapped is not None:
                facts: Facts = {"master": made.wrapped.master}
                unit.audit(event(at, actor, "evidence.key", case_id, facts))
            return stored

        return self.store.transact(work)

    def _unwrapped(self, known: CaseKey) -> DataKey:
        if known.wrapped is None:
            raise RefusedError(
                "the evidence of this case was destroyed on a lawful request; what comes now belongs to a new case"
            )
        secret = self.keyring.unwrap(known.wrapped, context_of(known.case_id, known.reference))
        if len(secret) != DATA_KEY_BYTES:
            raise DamagedError("the keyring gave a data key of the wrong length; see vault.keyring")
        return DataKey(secret=secret, reference=known.reference)


def open_strongroom(settings: Settings, store: Store, clock: Clock) -> Strongroom:
    """The strongroom that the settings name; nothing is read, made or connected to before it is used."""
    return Strongroom(
        settings=settings,
        store=store,
        vault=shelf.load("vaults", settings.vault.part, VaultPart).open(settings),
        keyring=shelf.load("keyrings", settings.vault.keyring, KeyringPart).open(settings),
        jurisdiction=shelf.load("jurisdictions", settings.jurisdiction, Jurisdiction),
        clock=clock,
        two_people=not settings.review.one_person,
    )


def context_of(case_id: CaseId, reference: bytes) -> bytes:
    """What a wrapped key is bound to: moved to another case, or another key's place, it does not unwrap."""
    return b"clew case key\0" + case_id.encode("utf-8") + b"\0" + reference


def event(at: datetime, actor: str, act: str, case_id: CaseId, facts: Facts) -> AuditEvent:
    """An audit row about a case's evidence."""
    return AuditEvent(at=at, actor=actor, act=act, subject=f"case:{case_id}", facts=facts)
