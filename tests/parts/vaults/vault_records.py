"""A key, a permit and a moment for the tests of vaults."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clew.ground.sealed import DataKey, InMemory
from clew.parts.vaults.base import Placed, Vault
from clew.records.identifiers import CaseId, ObjectId, PermitId
from clew.records.permits import OpeningPurpose, ViewingPermit

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
KEY = DataKey(secret=bytes(range(32)), reference=b"reference-of-key")


def permit_for(object_id: ObjectId, **particulars) -> ViewingPermit:
    permit = ViewingPermit(
        id=PermitId("permit"),
        object_id=object_id,
        case_id=CaseId("case"),
        purpose=OpeningPurpose.REVIEW,
        actor="user:ada",
        ground="job 7",
        rule="own-people",
        process_id=None,
        made_at=NOON,
        until=NOON + timedelta(minutes=15),
    )
    return replace(permit, **particulars)


def seal(vault: Vault, content: bytes, keep_until: datetime | None = None) -> Placed:
    return vault.seal(KEY, InMemory(content), keep_until)


def read(vault: Vault, object_id: ObjectId, key: DataKey = KEY) -> bytes:
    with vault.open(object_id, permit_for(object_id), key, NOON) as opened:
        return opened.read()
