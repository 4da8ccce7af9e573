"""Evidence in a bucket with Object Lock: the whole way, and locks that follow the holds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from clew.errors import NotFoundError, UnavailableError
from clew.parts.shelf import load
from clew.parts.stores.base import Store
from clew.parts.vaults.base import VaultPart
from clew.pipelines import holds
from clew.pipelines.destruction import certificate_of, destroy
from clew.pipelines.verification import verify
from clew.records.evidence import ProcessKind
from clew.settings import Settings
from tests.pipelines.evidence_desk import ADA, CASE, EVE, HARBOUR, EvidenceDesk, open_desk

DAY = timedelta(days=1)


@pytest.fixture
def bucket(store: Store, s3_settings: Settings) -> EvidenceDesk:
    """Evidence in a bucket; the server compares locks with the machine's own time."""
    desk = open_desk(store, s3_settings.data_dir)
    desk.clock.at = datetime.now(UTC).replace(microsecond=0)
    settings = replace(desk.room.settings, vault=s3_settings.vault)
    desk.room = replace(desk.room, settings=settings, vault=load("vaults", "s3", VaultPart).open(settings))
    return desk


def locked_until(desk: EvidenceDesk, object_id: str) -> datetime:
    wanted = desk.room.settings.vault
    client = boto3.client("s3", endpoint_url=wanted.s3_endpoint)
    until = client.head_object(Bucket=wanted.s3_bucket, Key=f"clew/{object_id}")["ObjectLockRetainUntilDate"]
    client.close()
    assert isinstance(until, datetime)
    return until


def test_what_is_sealed_is_locked_for_weeks_and_then_as_long_as_it_is_held(bucket: EvidenceDesk) -> None:
    sealed = bucket.seal()
    assert bucket.read(sealed.id) == HARBOUR
    assert locked_until(bucket, sealed.id) == bucket.clock.at + 30 * DAY
    hold = bucket.preserve()
    holds.extend_locks(bucket.room, CASE)
    assert locked_until(bucket, sealed.id) == hold.until
    longer = holds.extend(bucket.room, hold.id, until=hold.until + 50 * DAY, ground="trial pending", actor=ADA)
    assert locked_until(bucket, sealed.id) == longer.until
    assert locked_until(bucket, bucket.seal(b"a later upload").id) == longer.until


def test_a_verification_renews_the_lock_of_a_hold_without_an_end(bucket: EvidenceDesk) -> None:
    sealed = bucket.seal()
    bucket.clock.pass_days(20)
    assert verify(bucket.room, actor=ADA).sound
    assert locked_until(bucket, sealed.id) == bucket.clock.at + 30 * DAY
    bucket.end_open_case()
    bucket.clock.pass_days(5)
    verify(bucket.room, actor=ADA)
    assert locked_until(bucket, sealed.id) == bucket.clock.at + 25 * DAY, "what nothing holds is not locked for longer"


def test_a_destruction_names_what_a_lock_keeps_and_nobody_can_read_it(bucket: EvidenceDesk) -> None:
    sealed = bucket.seal()
    bucket.end_open_case()
    bucket.process(ProcessKind.DESTRUCTION_REQUEST)
    for actor in (ADA, EVE):
        destroy(bucket.room, CASE, confirm=CASE, process_id=None, actor=actor)
    with bucket.store.read() as reader:
        (told,) = json.loads(certificate_of(reader, CASE))["statement"]["objects"]
    assert (told["object"], told["deleted"]) == (sealed.id, None)
    assert datetime.fromisoformat(told["locked_until"]) == bucket.clock.at + 30 * DAY
    (fault,) = verify(bucket.room, actor=ADA, sweep=True).faults
    assert (fault.mended, "a lock keeps it until" in fault.told) == (True, True)


def test_no_certificate_says_deleted_of_an_object_that_still_stands(bucket: EvidenceDesk) -> None:
    sealed = bucket.seal()
    bucket.end_open_case()
    bucket.process(ProcessKind.DESTRUCTION_REQUEST)
    bucket.clock.pass_days(40)
    empty = AWSResponse("", 200, {}, None), {"IsTruncated": False, "ResponseMetadata": {"HTTPStatusCode": 200}}
    events = bucket.room.vault._client.meta.events  # type: ignore[attr-defined]
    events.register("before-call.s3.ListObjectVersions", (listing := lambda **_: empty))
    destroy(bucket.room, CASE, confirm=CASE, process_id=None, actor=ADA)
    with pytest.raises(UnavailableError, match="listed no version to delete"):
        destroy(bucket.room, CASE, confirm=CASE, process_id=None, actor=EVE)
    with bucket.store.read() as reader, pytest.raises(NotFoundError):
        certificate_of(reader, CASE)
    assert bucket.room.vault.find_size(sealed.id) is not None
    events.unregister("before-call.s3.ListObjectVersions", listing)
    destroy(bucket.room, CASE, confirm=CASE, process_id=None, actor=EVE)
    with bucket.store.read() as reader:
        (told,) = json.loads(certificate_of(reader, CASE))["statement"]["objects"]
    assert told["locked_until"] is not None, "the server's own time is not the desk's: the lock keeps it"
    assert told["deleted"] is None


def test_a_hold_stands_although_the_storage_could_not_prolong_its_lock(bucket: EvidenceDesk) -> None:
    bucket.seal()
    away = replace(bucket.room.settings.vault, s3_endpoint="http://127.0.0.1:1")
    vault = load("vaults", "s3", VaultPart).open(replace(bucket.room.settings, vault=away))
    with pytest.raises(UnavailableError, match="the hold stands, but the storage's own lock was not prolonged"):
        holds.hold_legally(replace(bucket.room, vault=vault), CASE, ground="order", until=None, actor=ADA)
    with bucket.store.read() as reader:
        assert len(holds.standing_holds(reader, CASE, bucket.clock.at)) == 2
