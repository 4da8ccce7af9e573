"""What a verification of the vault found, and how a run that was broken off is stored and carried on."""

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clew.errors import InputError
from clew.ground.canonical import canonical
from clew.ground.clock import iso
from clew.ground.signing import SigningKey, verify
from clew.records.identifiers import CaseId, ObjectId

# A run is one look at the vault: the night and day that reading the largest may take. What was read before that may
# have rotted since, and is read anew.
CARRIED_ON_FOR = timedelta(hours=24)
# What a stored run calls itself: other things are signed by the same key.
_RUN = "a run of: clew evidence verify"
_FAULTS_KEPT = 1_000


class FaultKind(enum.StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"  # it has a row, and the vault has it not
    DAMAGED = "damaged"  # it does not open, or holds other bytes
    EXTRA = "extra"  # the vault has it, and it has no row
    LEFT_OVER = "left-over"  # its case was destroyed; nobody can read it
    UNCERTIFIED = "uncertified"  # its case was destroyed, and no certificate says so
    KEY_LOST = "key-lost"  # its case's key is gone, and no destruction is on record
    STRAY = "stray"  # no object at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One object that is not as it should be.

    Attributes:
        object: the first digits of its name, or what a stray is called.
        mended: by `--sweep`: an extra one was taken up, a left-over one removed.
    """

    kind: FaultKind
    object: str
    case_id: CaseId | None
    told: str
    mended: bool = False


@dataclass(slots=True, kw_only=True)
class Verified:
    """What a verification found.

    Attributes:
        began_at: since when the objects were read: the run's beginning, also where it was carried on.
        destroyed: cases that were destroyed on a lawful request, each with its certificate.
        resumed: how many objects an earlier, broken-off run had checked already.
        unfinished: begun and never finished writes that were removed.
    """

    began_at: datetime
    objects: int = 0
    size_bytes: int = 0
    destroyed: int = 0
    resumed: int = 0
    unfinished: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is left that a person must see to."""
        return all(fault.mended for fault in self.faults)


def kept_text(done: Verified, after: ObjectId | None, signer: SigningKey) -> str:
    """How far a run is, signed: whoever writes to the database must not be able to say what was read."""
    # Those that a person must see to first: what is not kept must not make a vault sound.
    kept = sorted(done.faults, key=lambda fault: fault.mended)[:_FAULTS_KEPT]
    run = {
        "run": _RUN,
        "began": iso(done.began_at),
        "after": after,
        "objects": done.objects,
        "size_bytes": done.size_bytes,
        "faults": [[each.kind.value, each.object, each.case_id, each.told, each.mended] for each in kept],
    }
    return json.dumps({"run": run, "key": signer.key_id, "value": signer.sign(canonical(run)).hex()})


def restored(text: str, keys: Mapping[str, bytes], at: datetime) -> tuple[Verified, ObjectId | None] | None:
    """The stored run and after which object it goes on; None when it is too old, of the future, or not signed here.

    Args:
        keys: those by which this installation signs.
    """
    try:
        kept = json.loads(text)
        run, public = kept["run"], keys[kept["key"]]
        if not verify(public, canonical(run), bytes.fromhex(kept["value"])) or run["run"] != _RUN:
            return None
        done = Verified(
            began_at=datetime.fromisoformat(run["began"]),
            objects=int(run["objects"]),
            size_bytes=int(run["size_bytes"]),
            resumed=int(run["objects"]),
            faults=[
                Fault(kind=FaultKind(kind), object=name, case_id=case_id, told=told, mended=mended)
                for kind, name, case_id, told, mended in run["faults"]
            ],
        )
        after = None if run["after"] is None else ObjectId(run["after"])
    except (InputError, ValueError, KeyError, TypeError):
        return None
    return (done, after) if done.began_at <= at < done.began_at + CARRIED_ON_FOR else None
