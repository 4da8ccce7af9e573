"""Tell evidence that was destroyed on a lawful request, and has its certificate, from evidence whose key is lost."""

import enum
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clew.errors import InputError
from clew.ground.canonical import canonical
from clew.ground.signing import public_keys, verify
from clew.parts.stores._evidence import Kept, PreservationFilter
from clew.parts.stores.base import Reader
from clew.pipelines.strongroom import Strongroom
from clew.records.evidence import Destruction, DestructionState
from clew.records.identifiers import CaseId

_PAGE = 200
# What a certificate calls itself: other things are signed by the same key.
CERTIFICATE = "destruction of evidence"
_NOT_SIGNED = "is not what was signed; put it back from a backup of the database"


class Ended(enum.StrEnum):
    """How the evidence of a case whose key is gone came to its end."""

    CERTIFIED = "certified"  # destroyed on a lawful request, and the signed certificate says so
    UNFINISHED = "unfinished"  # destroyed, but broken off before the certificate was made
    UNCERTIFIED = "uncertified"  # destroyed, and what should be the certificate is none, or another's
    LOST = "lost"  # no destruction is on record


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The same of one case, with words for a person."""

    case_id: CaseId
    ended: Ended
    told: str


def own_keys(strongroom: Strongroom) -> Mapping[str, bytes]:
    """The public keys by which this installation signs and has signed, by their ids: nobody else certifies here.

    Raises:
        DamagedError: a file beside the signing key holds no public key.
    """
    return public_keys(strongroom.settings.signing_key_path.parent)


def end_of(reader: Reader, case_id: CaseId, keys: Mapping[str, bytes]) -> End:
    """How a case without a key came to its end, by its destructions and their certificates.

    Args:
        keys: `own_keys`.
    """
    destructions = [each for each in reader.destructions_of_case(case_id) if each.key_destroyed_at is not None]
    if not destructions:
        told = (
            "the key of its case is gone and no destruction of it is on record; nobody can read it: put the key's row "
            "back from a backup of the database, and see who changed it: clew audit verify"
        )
        return End(case_id=case_id, ended=Ended.LOST, told=told)
    last = destructions[-1]
    if last.state is not DestructionState.DONE or last.certificate is None:
        told = (
            "its destruction was broken off before its certificate was made; carry it on: clew evidence destroy "
            f"{case_id} --confirm {case_id}"
        )
        return End(case_id=case_id, ended=Ended.UNFINISHED, told=told)
    on = f"destroyed on a lawful request on {last.key_destroyed_at:%Y-%m-%d}"
    wrong = _fault_of(last, last.certificate, keys)
    if wrong:
        told = f"{on}, but its certificate {wrong}"
        return End(case_id=case_id, ended=Ended.UNCERTIFIED, told=told)
    told = f"{on}; its certificate: clew evidence export-certificate {case_id} --out FILE"
    return End(case_id=case_id, ended=Ended.CERTIFIED, told=told)


def stream_ends(strongroom: Strongroom) -> Iterator[End]:
    """The end of every case whose key was destroyed."""
    before: CaseId | None = None
    keys = own_keys(strongroom)
    while True:
        wanted = PreservationFilter(at=strongroom.clock(), kept=Kept.DESTROYED, before=before, limit=_PAGE)
        with strongroom.store.read() as reader:
            page = [end_of(reader, kept.case_id, keys) for kept in reader.preservations(wanted)]
        if not page:
            return
        yield from page
        before = page[-1].case_id


def _fault_of(destruction: Destruction, certificate: bytes, keys: Mapping[str, bytes]) -> str:
    """Why it does not certify that destruction; "" when it does.

    The public key within it proves nothing: whoever writes a certificate writes that, too.
    """
    try:
        told = json.loads(certificate)
        statement, signature = told["statement"], told["signature"]
        signer, value = str(signature["key"]), bytes.fromhex(signature["value"])
        named = statement["certificate"], statement["case"], statement["destruction"]
        signed = canonical(statement)
    except (InputError, ValueError, KeyError, TypeError):
        return _NOT_SIGNED
    if signer not in keys:
        return (
            "was signed by a key that this installation does not hold: it is another's, or the public key that stood "
            "beside the signing key is lost; put back from a backup whichever it is"
        )
    if not verify(keys[signer], signed, value):
        return _NOT_SIGNED
    if named != (CERTIFICATE, destruction.case_id, destruction.id):
        return "is that of another destruction; put its own back from a backup of the database"
    return ""
