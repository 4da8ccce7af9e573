"""What the database remembers of its index: the secret seed, the last generation, and the tokens that it vouches for.

Segments lie outside the database and must never be believed for another one, nor for an older copy of the same one
that was restored from a backup. So every manifest bears a random token, and the database notes it first.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from clew.ground.clock import Clock
from clew.matching.manifest import Manifest
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.records.audit import AuditEvent
from clew.records.identifiers import SignalType

_SEED = "index.seed"
_SEED_BYTES, _TOKEN_BYTES = 8, 16
_ACTOR = "system:index"


# Several machines over one database have a folder each. Beyond so many, the folder that was built longest ago is
# forgotten; were it still in use, it would be built anew at the next start.
_FOLDERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noted:
    """Of one signal type: the last generation that was begun anywhere, and the tokens vouched for, by folder."""

    generation: int = 0
    tokens: Mapping[str, Sequence[str]] = field(default_factory=dict)


def is_known(reader: Reader, manifest: Manifest) -> bool:
    """Whether the database vouches for the manifest."""
    noted = _noted(reader, manifest.signal_type)
    return manifest.token in noted.tokens.get(manifest.folder, ())


def new_token() -> str:
    """What names a folder or a manifest and nothing else."""
    return secrets.token_hex(_TOKEN_BYTES)


def begin_generation(store: Store, signal_type: SignalType, clock: Clock) -> tuple[int, bytes]:
    """A generation that was never used before, and the installation's secret seed, drawn when it is first wanted."""

    def work(unit: UnitOfWork) -> tuple[int, bytes]:
        unit.be_alone()
        seed = unit.find_value(_SEED)
        if seed is None:
            seed = secrets.token_hex(_SEED_BYTES)
            unit.put_value(_SEED, seed)
            unit.audit(AuditEvent(at=clock(), actor=_ACTOR, act="seed.create", subject="index", facts={}))
        noted = _noted(unit, signal_type)
        _note(unit, signal_type, replace(noted, generation=noted.generation + 1))
        return noted.generation + 1, bytes.fromhex(seed)

    return store.transact(work)


def vouch(store: Store, manifest: Manifest, replaced: Manifest | None, clock: Clock) -> None:
    """The database vouches for the manifest that is about to be written, and for the one that it replaces.

    Both, because the process may die before the new one stands.
    """
    tokens = [manifest.token] if replaced is None else [manifest.token, replaced.token]

    def work(unit: UnitOfWork) -> None:
        unit.be_alone()
        noted = _noted(unit, manifest.signal_type)
        others = {folder: each for folder, each in noted.tokens.items() if folder != manifest.folder}
        latest = dict([*others.items(), (manifest.folder, tokens)][-_FOLDERS:])
        _note(unit, manifest.signal_type, replace(noted, tokens=latest))
        facts = {
            "generation": manifest.generation,
            "through": manifest.through,
            "segments": len(manifest.segments),
            "entries": sum(each.entries for each in manifest.segments),
        }
        unit.audit(
            AuditEvent(
                at=clock(), actor=_ACTOR, act="index.build", subject=f"index:{manifest.signal_type}", facts=facts
            )
        )

    store.transact(work)


def _noted(reader: Reader, signal_type: SignalType) -> _Noted:
    text = reader.find_value(_name(signal_type))
    if text is None:
        return _Noted()
    return _Noted(**json.loads(text))


def _note(unit: UnitOfWork, signal_type: SignalType, noted: _Noted) -> None:
    unit.put_value(_name(signal_type), json.dumps(asdict(noted)))


def _name(signal_type: SignalType) -> str:
    return f"index.type.{signal_type}"
