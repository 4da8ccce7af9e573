"""Prove that every object of the vault is readable and unchanged, and name what is missing, damaged or extra."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta

from clew.errors import DamagedError, NotFoundError
from clew.ground.clock import iso
from clew.ground.locks import hold
from clew.ground.sealed import HEAD_BYTES, DataKey, read_head
from clew.ground.signing import load_or_make
from clew.parts.stores.base import UnitOfWork
from clew.parts.vaults.base import Placed
from clew.pipelines.destroyed import Ended, end_of, own_keys, stream_ends
from clew.pipelines.evidence import record_placed
from clew.pipelines.holds import lock_until, standing_holds
from clew.pipelines.keeping import give_back
from clew.pipelines.permits import SHOWN_DIGITS, grant_verifying
from clew.pipelines.strongroom import Facts, Strongroom
from clew.pipelines.verification_run import Fault, FaultKind, Verified, kept_text, restored
from clew.records.audit import AuditEvent
from clew.records.evidence import SealedObject
from clew.records.identifiers import CaseId, ObjectId

_STATE = "evidence.verify"
_GROUND = "verification of the vault"
# A stop loses no more than so many objects of checking, or so many bytes.
_NOTE_OBJECTS, _NOTE_BYTES = 100, 1 << 30
_PAGE = 200
_KEYS_HELD = 10_000
# Longer than any upload takes; what was begun before that is nobody's any more.
_UNFINISHED = timedelta(days=1)


def verify(
    strongroom: Strongroom,
    *,
    actor: str,
    sweep: bool = False,
    again: bool = False,
    advance: Callable[[Verified, int], None] = lambda _done, _total: None,
) -> Verified:
    """Every object was read whole and compared with its name; a run that was broken off some hours ago is carried on.

    Where the vault locks objects, the locks of held ones reach as far as their holds afterwards.

    Args:
        sweep: take up objects that lost their row, remove left-over ones and unfinished writes.
        again: from the beginning, whatever an earlier run has checked.
        advance: told how far it is, and how many objects there are.
    Raises:
        UnavailableError: the vault or the master key is not to be had; run it again to carry on.
        ConflictError: another process verifies now.
    """
    with hold(strongroom.settings.data_dir / "evidence-verify.lock", "a verification of the vault"):
        run = _Run(strongroom, actor, sweep=sweep, advance=advance)
        run.begin(again=again)
        run.check_objects()
        run.check_extras()
        run.check_destroyed()
        return run.finish()


class _Run:
    """One verification, and how far it is."""

    def __init__(
        self, strongroom: Strongroom, actor: str, *, sweep: bool, advance: Callable[[Verified, int], None]
    ) -> None:
        self._room, self._actor, self._sweep, self._advance = strongroom, actor, sweep, advance
        self._done = Verified(began_at=strongroom.clock())
        self._signer = load_or_make(strongroom.settings.signing_key_path)
        self._after: ObjectId | None = None
        self._total = 0
        # Objects come by name and so from one case after another; a keeper far away is not asked for each.
        self._keys: dict[CaseId, DataKey | None] = {}

    def begin(self, *, again: bool) -> None:
        """A run of the last hours is taken up where it was, and that a run begins is recorded."""
        with self._room.store.read() as reader:
            text = None if again else reader.find_value(_STATE)
            self._total, _ = reader.count_objects()
        carried_on = restored(text, own_keys(self._room), self._room.clock()) if text else None
        if carried_on is not None:
            self._done, self._after = carried_on
        facts: Facts = {"objects": self._total, "resumed": self._done.resumed, "sweep": self._sweep}
        self._room.store.transact(lambda unit: unit.audit(self._event("vault.verify-begin", facts)))

    def check_objects(self) -> None:
        """Every row has its object, and that is what was sealed."""
        fine: list[ObjectId] = []
        read_bytes = 0
        for sealed in self._rows():
            fault = self._fault_of(sealed)
            if fault is None:
                fine.append(sealed.id)
                read_bytes += sealed.size_bytes
                self._done.size_bytes += sealed.size_bytes
            else:
                self._done.faults.append(fault)
            self._done.objects += 1
            self._after = sealed.id
            self._advance(self._done, self._total)
            if len(fine) >= _NOTE_OBJECTS or read_bytes >= _NOTE_BYTES:
                self._note(fine)
                fine, read_bytes = [], 0
        self._note(fine)

    def check_extras(self) -> None:
        """Every object has its row; with `sweep`, those that lost theirs are taken up."""
        names: list[ObjectId] = []
        for name in self._room.vault.stream_names():
            names.append(name)
            if len(names) == _PAGE:
                self._check_names(names)
                names = []
        self._check_names(names)
        for stray in self._room.vault.stream_strays():
            told = "it is no object of the vault; see how it came there"
            self._done.faults.append(Fault(kind=FaultKind.STRAY, object=stray[:80], case_id=None, told=told))
        if self._sweep:
            self._done.unfinished = self._room.vault.sweep_unfinished(self._room.clock() - _UNFINISHED)

    def check_destroyed(self) -> None:
        """Every case whose key is gone has the certificate of its destruction."""
        for end in stream_ends(self._room):
            if end.ended is Ended.CERTIFIED:
                self._done.destroyed += 1
                continue
            kind = FaultKind.KEY_LOST if end.ended is Ended.LOST else FaultKind.UNCERTIFIED
            self._done.faults.append(Fault(kind=kind, object="-", case_id=end.case_id, told=end.told))

    def finish(self) -> Verified:
        """What was found is recorded, and the next run begins from the beginning."""
        done = self._done
        facts: Facts = {"objects": done.objects, "size_bytes": done.size_bytes, "unfinished": done.unfinished}
        facts |= {"destroyed": done.destroyed, "since": iso(done.began_at)}
        for kind in FaultKind:
            facts[kind.value] = sum(fault.kind is kind for fault in done.faults)

        def work(unit: UnitOfWork) -> None:
            unit.put_value(_STATE, "")
            unit.audit(self._event("vault.verify", facts))

        self._room.store.transact(work)
        return done

    def _rows(self) -> Iterator[SealedObject]:
        while True:
            with self._room.store.read() as reader:
                page = reader.objects(self._after, _PAGE)
            if not page:
                return
            yield from page

    def _fault_of(self, sealed: SealedObject) -> Fault | None:
        """What is wrong with one object; None when it is as it was sealed."""
        kind = FaultKind.DAMAGED
        try:
            key = self._key_of(sealed.case_id)
            if key is None:
                return self._left_over(sealed.id, sealed.case_id)
            at = self._room.clock()
            permit = grant_verifying(sealed.id, sealed.case_id, self._actor, _GROUND, at)
            if self._room.vault.verify(sealed.id, permit, key, at) == sealed.size_bytes:
                self._keep(sealed)
                return None
            told = "it holds another number of bytes than its row says"
        except NotFoundError as error:
            kind, told = FaultKind.MISSING, str(error)
        except DamagedError as error:
            told = str(error)
        if self._destroyed_since(sealed):
            return None
        return Fault(kind=kind, object=sealed.id[:SHOWN_DIGITS], case_id=sealed.case_id, told=told)

    def _keep(self, sealed: SealedObject) -> None:
        """The vault's lock on a held object reaches as far as the holds of its case: it may have been missed before."""
        if not self._room.vault.locks:
            return
        with self._room.store.read() as reader:
            if not standing_holds(reader, sealed.case_id, self._room.clock()):
                return
            until = lock_until(reader, self._room, sealed.case_id)
        self._room.vault.keep(sealed.id, until)

    def _key_of(self, case_id: CaseId) -> DataKey | None:
        """The case's key; None when it is gone."""
        if case_id not in self._keys:
            with self._room.store.read() as reader:
                known = reader.find_case_key(case_id)
                gone = known is None or known.wrapped is None
                key = None if gone else self._room.key_for_opening(reader, case_id)
            if len(self._keys) >= _KEYS_HELD:
                self._keys.clear()
            self._keys[case_id] = key
        return self._keys[case_id]

    def _destroyed_since(self, sealed: SealedObject) -> bool:
        """Whether the case was destroyed while it was being verified."""
        with self._room.store.read() as reader:
            known = reader.find_case_key(sealed.case_id)
            return reader.get_object(sealed.id).gone_at is not None or (known is not None and known.wrapped is None)

    def _check_names(self, names: list[ObjectId]) -> None:
        with self._room.store.read() as reader:
            known = reader.known_objects(names)
        for name in names:
            if name not in known:
                self._done.faults.append(self._extra(name))
            elif known[name].gone_at is not None:
                self._done.faults.append(self._left_over(name, known[name].case_id))

    def _extra(self, name: ObjectId) -> Fault:
        """An object without a row: left by a crash between the two, or put there by somebody."""
        fault = Fault(kind=FaultKind.EXTRA, object=name[:SHOWN_DIGITS], case_id=None, told="")
        try:
            with self._room.vault.read(name) as sealed:
                length, head = sealed.size_bytes, read_head(sealed.read(0, HEAD_BYTES))
            with self._room.store.read() as reader:
                owner = reader.find_case_key_by_reference(head.reference)
            if owner is None:
                return _told(fault, "no case has the key that it was sealed under; keep it until you know whence it is")
            fault = Fault(kind=fault.kind, object=fault.object, case_id=owner.case_id, told="")
            key = self._key_of(owner.case_id)
            if key is None:
                return self._left_over(name, owner.case_id)
            at = self._room.clock()
            permit = grant_verifying(name, owner.case_id, self._actor, _GROUND, at)
            size_bytes = self._room.vault.verify(name, permit, key, at)
        except (DamagedError, NotFoundError) as error:
            return _told(fault, str(error))
        if not self._sweep:
            return _told(fault, "a crash left it without its row; --sweep takes it up")
        placed = Placed(object_id=name, size_bytes=size_bytes, sealed_bytes=length, new=True)
        if not self._take_up(owner.case_id, placed, self._digest_of(name, owner.case_id, key)):
            return self._left_over(name, owner.case_id)
        return _told(fault, "a crash had left it without its row; it is held now", mended=True)

    def _digest_of(self, name: ObjectId, case_id: CaseId, key: DataKey) -> bytes:
        """The SHA-256 of its clear bytes, by which contents are known."""
        at, digest = self._room.clock(), hashlib.sha256()
        permit = grant_verifying(name, case_id, self._actor, _GROUND, at)
        with self._room.vault.open(name, permit, key, at) as opened:
            for piece in opened:
                digest.update(piece)
        return digest.digest()

    def _take_up(self, case_id: CaseId, placed: Placed, sha256: bytes) -> bool:
        """The object has its row, and its content has the object; false when the case was destroyed meanwhile."""

        def work(unit: UnitOfWork) -> bool:
            known = unit.lock_case_key(case_id)
            if known is None or known.wrapped is None:
                return False
            sealed = record_placed(unit, self._room, case_id, placed, actor=self._actor, media_type=None)
            give_back(unit, sealed, sha256, self._room.clock(), self._actor)
            return True

        return self._room.store.transact(work)

    def _left_over(self, name: ObjectId, case_id: CaseId) -> Fault:
        """An object without a key: its case was destroyed, and a lock or a crash kept it; or the key was lost."""
        with self._room.store.read() as reader:
            end = end_of(reader, case_id, own_keys(self._room))
        kind = FaultKind.KEY_LOST if end.ended is Ended.LOST else FaultKind.LEFT_OVER
        fault = Fault(kind=kind, object=name[:SHOWN_DIGITS], case_id=case_id, told="")
        if end.ended is not Ended.CERTIFIED:
            # Not removed: a backup of the database may still open it, and whoever changed its row counts on us.
            return _told(fault, end.told)
        if not self._sweep:
            return _told(fault, f"{end.told}. Nobody can read this object; --sweep removes it where no lock does")
        until = self._room.vault.delete(name)
        if until is not None:
            told = f"{end.told}. Nobody can read this object; a lock keeps it until {until:%Y-%m-%d}"
            return _told(fault, told, mended=True)
        self._room.store.transact(lambda unit: unit.mark_gone([name], self._room.clock()))
        return _told(fault, f"{end.told}. This object is removed now", mended=True)

    def _note(self, fine: list[ObjectId]) -> None:
        """What was checked is stored, so that a stop does not lose it."""
        at, text = self._room.clock(), kept_text(self._done, self._after, self._signer)

        def work(unit: UnitOfWork) -> None:
            unit.mark_verified(fine, at)
            unit.put_value(_STATE, text)

        self._room.store.transact(work)

    def _event(self, act: str, facts: Facts) -> AuditEvent:
        return AuditEvent(at=self._room.clock(), actor=self._actor, act=act, subject="vault", facts=facts)


def _told(fault: Fault, told: str, *, mended: bool = False) -> Fault:
    return Fault(kind=fault.kind, object=fault.object, case_id=fault.case_id, told=told, mended=mended)
