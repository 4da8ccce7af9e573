"""The vault in a bucket: Object Lock, uploads in parts, and what its faults say."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from clew.errors import InputError, UnavailableError
from clew.parts.shelf import load
from clew.parts.vaults import s3
from clew.parts.vaults.base import Vault, VaultPart
from clew.records.identifiers import ObjectId
from clew.settings import Settings
from tests.parts.vaults.vault_records import read, seal

OBJECT = ObjectId("ab" * 32)
# The server compares locks with the machine's own time.
NEXT_YEAR = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)


@pytest.fixture
def client(s3_settings: Settings):
    made = boto3.client("s3", endpoint_url=s3_settings.vault.s3_endpoint)
    yield made
    made.close()


def at(settings: Settings, object_id: str) -> dict[str, str]:
    return {"Bucket": settings.vault.s3_bucket, "Key": f"clew/{object_id}"}


def retention(client, settings: Settings, object_id: str) -> tuple[str, datetime]:
    found = client.head_object(**at(settings, object_id))
    return found["ObjectLockMode"], found["ObjectLockRetainUntilDate"]


def test_an_object_is_locked_when_it_is_put(s3_vault: Vault, s3_settings, client) -> None:
    placed = seal(s3_vault, b"a harbour", NEXT_YEAR)
    assert retention(client, s3_settings, placed.object_id) == ("GOVERNANCE", NEXT_YEAR)


def test_nobody_deletes_a_locked_object_and_it_says_until_when(s3_vault: Vault, s3_settings, client) -> None:
    placed = seal(s3_vault, b"a harbour", NEXT_YEAR)
    assert s3_vault.delete(placed.object_id) == NEXT_YEAR
    assert read(s3_vault, placed.object_id) == b"a harbour"
    version = client.head_object(**at(s3_settings, placed.object_id))["VersionId"]
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.delete_object(**at(s3_settings, placed.object_id), VersionId=version)


def list_no_versions(vault: Vault) -> None:
    """As a storage whose list of versions is late, or not for these credentials."""
    empty = AWSResponse("", 200, {}, None), {"IsTruncated": False, "ResponseMetadata": {"HTTPStatusCode": 200}}
    vault._client.meta.events.register("before-call.s3.ListObjectVersions", lambda **_: empty)  # type: ignore[attr-defined]


@pytest.mark.parametrize("hidden", [False, True], ids=["stands", "hidden"])
def test_what_still_stands_is_never_said_to_be_deleted(s3_open_vault: Vault, s3_settings, client, hidden) -> None:
    placed = seal(s3_open_vault, b"a harbour")
    if hidden:
        client.delete_object(**at(s3_settings, placed.object_id))
    list_no_versions(s3_open_vault)
    with pytest.raises(UnavailableError, match="listed no version to delete"):
        s3_open_vault.delete(placed.object_id)
    assert load("vaults", "s3", VaultPart).open(s3_settings).delete(placed.object_id) is None


def test_what_never_was_is_gone_although_no_version_is_listed(s3_open_vault: Vault) -> None:
    list_no_versions(s3_open_vault)
    assert s3_open_vault.delete(OBJECT) is None


def test_a_lock_is_prolonged_and_never_shortened(s3_vault: Vault, s3_settings, client) -> None:
    placed = seal(s3_vault, b"a harbour", NEXT_YEAR)
    s3_vault.keep(placed.object_id, NEXT_YEAR - timedelta(days=100))
    assert retention(client, s3_settings, placed.object_id)[1] == NEXT_YEAR
    s3_vault.keep(placed.object_id, NEXT_YEAR + timedelta(days=100))
    assert retention(client, s3_settings, placed.object_id)[1] == NEXT_YEAR + timedelta(days=100)


def test_the_mode_of_the_lock_is_that_of_the_settings(s3_settings, client) -> None:
    strict = replace(s3_settings, vault=replace(s3_settings.vault, s3_lock="compliance"))
    placed = seal(load("vaults", "s3", VaultPart).open(strict), b"a harbour", NEXT_YEAR)
    assert retention(client, s3_settings, placed.object_id)[0] == "COMPLIANCE"


def test_a_large_object_goes_in_parts_once_and_locked(s3_vault, s3_settings, client, monkeypatch) -> None:
    monkeypatch.setattr(s3, "_PART_BYTES", 5 << 20)
    content = os.urandom(12 << 20)
    placed = seal(s3_vault, content, NEXT_YEAR)
    assert placed.new
    assert read(s3_vault, placed.object_id) == content
    assert retention(client, s3_settings, placed.object_id) == ("GOVERNANCE", NEXT_YEAR)
    other = (memoryview(b"x" * (1 << 20)) for _ in range(12))
    assert s3_vault.put(placed.object_id, other, 12 << 20, None) is False
    assert read(s3_vault, placed.object_id) == content
    assert client.list_multipart_uploads(Bucket=s3_settings.vault.s3_bucket).get("Uploads", []) == []


def test_an_upload_in_parts_that_fails_leaves_nothing_behind(s3_vault, s3_settings, client, monkeypatch) -> None:
    monkeypatch.setattr(s3, "_PART_BYTES", 5 << 20)

    def parts():
        yield memoryview(bytes(6 << 20))
        raise InputError("the content changed")

    with pytest.raises(InputError, match="changed"):
        s3_vault.put(OBJECT, parts(), 12 << 20, None)
    assert s3_vault.find_size(OBJECT) is None
    assert client.list_multipart_uploads(Bucket=s3_settings.vault.s3_bucket).get("Uploads", []) == []


def test_an_unfinished_upload_is_swept_once_it_is_old(s3_vault, s3_settings, client) -> None:
    client.create_multipart_upload(**at(s3_settings, OBJECT))
    assert s3_vault.sweep_unfinished(datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert s3_vault.sweep_unfinished(datetime.now(UTC) + timedelta(days=1)) == 1
    assert client.list_multipart_uploads(Bucket=s3_settings.vault.s3_bucket).get("Uploads", []) == []


def test_what_is_no_object_is_named_as_a_stray(s3_vault, s3_settings, client) -> None:
    client.put_object(Bucket=s3_settings.vault.s3_bucket, Key="clew/notes.txt", Body=b"")
    placed = seal(s3_vault, b"a harbour")
    assert (list(s3_vault.stream_strays()), list(s3_vault.stream_names())) == (["notes.txt"], [placed.object_id])


def test_a_bucket_without_the_lock_that_the_settings_promise_is_refused(s3_vault, s3_settings, client) -> None:
    s3_vault.check()
    client.create_bucket(Bucket="without-lock")
    loose = replace(s3_settings, vault=replace(s3_settings.vault, s3_bucket="without-lock"))
    with pytest.raises(UnavailableError, match="has no Object Lock"):
        load("vaults", "s3", VaultPart).open(loose).check()


def test_a_bucket_that_is_not_there_is_said_so_and_nothing_is_acknowledged(s3_settings) -> None:
    gone = replace(s3_settings, vault=replace(s3_settings.vault, s3_bucket="not-there"))
    vault = load("vaults", "s3", VaultPart).open(gone)
    with pytest.raises(UnavailableError, match="nothing of this is acknowledged"):
        seal(vault, b"a harbour")
    with pytest.raises(UnavailableError, match="bucket not-there"):
        vault.check()


def test_storage_that_does_not_answer_is_unavailable(s3_settings, monkeypatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    away = replace(s3_settings, vault=replace(s3_settings.vault, s3_endpoint="http://127.0.0.1:1"))
    with pytest.raises(UnavailableError, match="EndpointConnectionError"):
        load("vaults", "s3", VaultPart).open(away).find_size(OBJECT)


@pytest.mark.parametrize(
    ("wrong", "said"), [({"s3_bucket": ""}, "name the bucket"), ({"s3_lock": "strong"}, "one of governance")]
)
def test_settings_that_cannot_be_are_refused(s3_settings, wrong, said) -> None:
    with pytest.raises(InputError, match=said):
        load("vaults", "s3", VaultPart).open(replace(s3_settings, vault=replace(s3_settings.vault, **wrong)))
