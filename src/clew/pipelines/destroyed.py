"""Tell evidence that was destroyed on a lawful request, and has its certificate, from evidence whose key is lost."""

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass

from clew.ground.canonical import canonical
from clew.ground.signing import verify
from clew.parts.stores._evidence import Kept, PreservationFilter
from clew.parts.stores.base import Reader
from clew.pipelines.strongroom import Strongroom
from clew.records.evidence import DestructionState
from clew.records.identifiers import CaseId

_PAGE = 200


class Ended(enum.StrEnum):
    """How the evidence of a case whose key is gone came to its end."""

    CERTIFIED = "certified"  # destroyed on a lawful request, and the signed certificate says so
    UNFINISHED = "unfinished"  # destroyed, but broken off before the certificate was made
    UNCERTIFIED = "uncertified"  # destroyed, and what should be the certificate is none
    LOST = "lost"  # no destruction is on record


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The same of one case, with words for a person."""

    case_id: CaseId
    ended: Ended
    told: str


def end_of(reader: Reader, case_id: CaseId) -> End:
    """How a case without a key came to its end, by its destructions and their certificates."""
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
    if not _certifies(last.certificate, case_id):
        told = f"{on}, but its certificate is not what was signed; put it back from a backup of the database"
        return End(case_id=case_id, ended=Ended.UNCERTIFIED, told=told)
    told = f"{on}; its certificate: clew evidence export-certificate {case_id} --out FILE"
    return End(case_id=case_id, ended=Ended.CERTIFIED, told=told)


def stream_ends(strongroom: Strongroom) -> Iterator[End]:
    """The end of every case whose key was destroyed."""
    before: CaseId | None = None
    while True:
        wanted = PreservationFilter(at=strongroom.clock(), kept=Kept.DESTROYED, before=before, limit=_PAGE)
        with strongroom.store.read() as reader:
            page = [end_of(reader, kept.case_id) for kept in reader.preservations(wanted)]
        if not page:
            return
        yield from page
        before = page[-1].case_id


def _certifies(certificate: bytes, case_id: CaseId) -> bool:
    """Whether it is a statement about that case, as it was signed."""
    try:
        told = json.loads(certificate)
        statement, signature = told["statement"], told["signature"]
        public, value = bytes.fromhex(signature["public"]), bytes.fromhex(signature["value"])
        return statement["case"] == case_id and verify(public, canonical(statement), value)
    except (ValueError, KeyError, TypeError):
        return False
