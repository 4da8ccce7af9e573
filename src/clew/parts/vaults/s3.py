"""A vault in S3-compatible storage: each object is put once and, with Object Lock, deleted by nobody before its time.

The bucket is made by the operator, with Object Lock switched on at its creation (which also versions it). Credentials
and the region come from the library's own chain: environment, files, the machine's role.

Source: Amazon S3 API Reference, PutObject (If-None-Match), CompleteMultipartUpload, PutObjectRetention.
"""

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.exceptions
from botocore.config import Config

from clew.errors import InputError, UnavailableError
from clew.parts.vaults.base import SealedFile, Vault, VaultPart
from clew.records.identifiers import ObjectId
from clew.settings import Settings

_NAME = re.compile("[0-9a-f]{64}")
# What is smaller goes in one request. 10,000 parts of this size hold 625 GiB; storage takes no part below 5 MiB.
_PART_BYTES = 64 << 20
_NOT_THERE = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_TAKEN = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_LOCKED = frozenset({"403", "AccessDenied"})
_MODES = {"governance": "GOVERNANCE", "compliance": "COMPLIANCE", "off": None}
# A lock that cannot be read has no known end; this says "not in our time" without an invented date.
_FOREVER = datetime.max.replace(tzinfo=UTC)
_FAILURES = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)


class S3Vault(Vault):
    """The vault in one bucket, below a prefix.

    Args:
        mode: of Object Lock: "GOVERNANCE", "COMPLIANCE", or None where the bucket has none.
    """

    def __init__(self, *, bucket: str, prefix: str, endpoint: str, region: str, mode: str | None) -> None:
        self._bucket, self._prefix, self._mode = bucket, prefix, mode
        self._endpoint, self._region = endpoint, region
        self._made: Any = None
        self.place = f"bucket {bucket}"
        self.locks = mode is not None

    @property
    def _client(self) -> Any:
        """Made at the first use; its calls may come from any thread."""
        if self._made is None:
            self._made = boto3.session.Session().client(
                "s3",
                endpoint_url=self._endpoint or None,
                region_name=self._region or None,
                config=Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=10, read_timeout=60),
            )
        return self._made

    def put(
        self, object_id: ObjectId, parts: Iterator[memoryview], sealed_bytes: int, keep_until: datetime | None
    ) -> bool:
        """One request where it is small, else an upload in parts; only the first of two under one name stands."""
        lock = self._lock(keep_until)
        try:
            if sealed_bytes <= _PART_BYTES:
                body = bytearray()
                for part in parts:  # each is valid only until the next one is asked for
                    body += part
                self._client.put_object(**self._at(object_id), Body=body, IfNoneMatch="*", **lock)
            else:
                self._put_in_parts(object_id, parts, lock)
        except botocore.exceptions.ClientError as error:
            if _code(error) in _TAKEN and self.find_size(object_id) is not None:
                return False
            raise self._failed(error) from error
        except botocore.exceptions.BotoCoreError as error:
            raise self._failed(error) from error
        return True

    def find_size(self, object_id: ObjectId) -> int | None:
        """By HEAD."""
        try:
            return int(self._client.head_object(**self._at(object_id))["ContentLength"])
        except botocore.exceptions.ClientError as error:
            if _code(error) in _NOT_THERE:
                return None
            raise self._failed(error) from error
        except botocore.exceptions.BotoCoreError as error:
            raise self._failed(error) from error

    def settle(self, object_id: ObjectId) -> None:
        """What can be seen here is durable."""

    @contextlib.contextmanager
    def read(self, object_id: ObjectId) -> Iterator[SealedFile]:
        """One answer is read as long as it is read in order; a jump asks anew."""
        size_bytes = self.find_size(object_id)
        if size_bytes is None:
            raise self.missing()
        opened = _Object(self, object_id, size_bytes)
        try:
            yield opened
        finally:
            opened.close()

    def keep(self, object_id: ObjectId, until: datetime) -> None:
        """The lock is prolonged; one that holds longer is left alone."""
        if self._mode is None:
            return
        try:
            standing = self._locked_until(object_id, None)
            if standing is None or standing < until:
                retention = {"Mode": self._mode, "RetainUntilDate": until}
                self._client.put_object_retention(**self._at(object_id), Retention=retention)
        except _FAILURES as error:
            raise self._failed(error) from error

    def delete(self, object_id: ObjectId) -> datetime | None:
        """Every version is deleted by its number: without one, storage would only hide it.

        Raises:
            UnavailableError: it stands there still, and no lock is known; a list of versions can be late, or empty for
                who may not see it.
        """
        kept: datetime | None = None
        try:
            for version in self._versions(object_id):
                until = self._delete(object_id, version)
                kept = until if kept is None else max(kept, until or kept)
            if kept is None and self._stands(object_id):
                raise UnavailableError(
                    f"the evidence storage ({self.place}) still has an object of which it listed no version to delete; "
                    "nothing says that it is gone: see that the credentials may list versions, then give the command "
                    "again"
                )
        except _FAILURES as error:
            raise self._failed(error) from error
        return kept

    def stream_names(self, after: ObjectId | None = None) -> Iterator[ObjectId]:
        """As the listing gives them, which is by name."""
        for name in self._names(after or ""):
            if _NAME.fullmatch(name):
                yield ObjectId(name)

    def stream_strays(self) -> Iterator[str]:
        """Keys below the prefix that are no object's."""
        for name in self._names(""):
            if not _NAME.fullmatch(name):
                yield name

    def sweep_unfinished(self, before: datetime) -> int:
        """Uploads in parts that nobody finished."""
        gone = 0
        try:
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            for upload in (each for page in pages for each in page.get("Uploads", ())):
                if upload["Initiated"] < before:
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                    gone += 1
        except _FAILURES as error:
            raise self._failed(error) from error
        return gone

    def check(self) -> None:
        """The bucket answers, and has the lock that the settings promise."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
            if self._mode is not None:
                self._client.get_object_lock_configuration(Bucket=self._bucket)
        except _FAILURES as error:
            if isinstance(error, botocore.exceptions.ClientError) and "ObjectLock" in _code(error):
                raise UnavailableError(
                    f"{self.place} has no Object Lock, and vault.s3_lock promises one; make a bucket with Object Lock, "
                    'or set vault.s3_lock = "off"'
                ) from error
            raise self._failed(error) from error

    def range(self, object_id: ObjectId, offset: int) -> Any:
        """The answer's body from an offset to the end."""
        try:
            return self._client.get_object(**self._at(object_id), Range=f"bytes={offset}-")["Body"]
        except botocore.exceptions.ClientError as error:
            if _code(error) in _NOT_THERE:
                raise self.missing() from None
            raise self._failed(error) from error
        except botocore.exceptions.BotoCoreError as error:
            raise self._failed(error) from error

    def _put_in_parts(self, object_id: ObjectId, parts: Iterator[memoryview], lock: dict[str, Any]) -> None:
        upload = self._client.create_multipart_upload(**self._at(object_id), **lock)["UploadId"]
        done: list[dict[str, Any]] = []
        try:
            for number, body in enumerate(_joined(parts), 1):
                answer = self._client.upload_part(**self._at(object_id), UploadId=upload, PartNumber=number, Body=body)
                done.append({"PartNumber": number, "ETag": answer["ETag"]})
            self._client.complete_multipart_upload(
                **self._at(object_id), UploadId=upload, MultipartUpload={"Parts": done}, IfNoneMatch="*"
            )
        except BaseException:
            # Parts of an upload that nobody finishes are paid for, and seen by nobody.
            with contextlib.suppress(*_FAILURES):
                self._client.abort_multipart_upload(**self._at(object_id), UploadId=upload)
            raise
        if lock:
            # Not every server takes the lock of an upload in parts over to the object.
            self.keep(object_id, lock["ObjectLockRetainUntilDate"])

    def _versions(self, object_id: ObjectId) -> list[str]:
        key = self._prefix + object_id
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        return [
            str(each["VersionId"])
            for page in pages
            for each in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if each["Key"] == key
        ]

    def _stands(self, object_id: ObjectId) -> bool:
        """Whether anything of it is there, hidden behind the mark of a deletion or not."""
        try:
            self._client.head_object(**self._at(object_id))
        except botocore.exceptions.ClientError as error:
            if _code(error) not in _NOT_THERE:
                raise
            headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
            return str(headers.get("x-amz-delete-marker", "")).lower() == "true"
        return True

    def _delete(self, object_id: ObjectId, version: str) -> datetime | None:
        """None when the version is gone; else until when it is locked."""
        try:
            self._client.delete_object(**self._at(object_id), VersionId=version)
        except botocore.exceptions.ClientError as error:
            if _code(error) not in _LOCKED:
                raise
            return self._locked_until(object_id, version) or _FOREVER
        return None

    def _locked_until(self, object_id: ObjectId, version: str | None) -> datetime | None:
        which = {} if version is None else {"VersionId": version}
        try:
            until = self._client.head_object(**self._at(object_id), **which).get("ObjectLockRetainUntilDate")
        except botocore.exceptions.ClientError as error:
            if _code(error) in _NOT_THERE:
                return None
            raise
        return until if isinstance(until, datetime) else None

    def _names(self, after: str) -> Iterator[str]:
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix, StartAfter=self._prefix + after
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    yield str(each["Key"]).removeprefix(self._prefix)
        except _FAILURES as error:
            raise self._failed(error) from error

    def _at(self, object_id: ObjectId) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + object_id}

    def _lock(self, keep_until: datetime | None) -> dict[str, Any]:
        if self._mode is None or keep_until is None:
            return {}
        return {"ObjectLockMode": self._mode, "ObjectLockRetainUntilDate": keep_until}

    def _failed(self, error: Exception) -> UnavailableError:
        """Only the storage's code: its message may bear keys and addresses."""
        why = _code(error) if isinstance(error, botocore.exceptions.ClientError) else type(error).__name__
        return UnavailableError(
            f"the evidence storage ({self.place}) said {why}; nothing of this is acknowledged, and what was sealed "
            "before is left as it was: see its credentials, its room and the network, then try again"
        )


class _Object(SealedFile):
    def __init__(self, vault: S3Vault, object_id: ObjectId, size_bytes: int) -> None:
        self._vault, self._object_id = vault, object_id
        self.size_bytes = size_bytes
        self._body: Any = None
        self._at = 0

    def read(self, offset: int, size_bytes: int) -> bytes:
        if offset >= self.size_bytes:
            return b""
        if self._body is None or self._at != offset:
            self.close()
            self._body = self._vault.range(self._object_id, offset)
        try:
            read = self._body.read(size_bytes)
        except (*_FAILURES, OSError) as error:
            raise UnavailableError(
                f"the evidence storage ({self._vault.place}) broke off while evidence was read; try again"
            ) from error
        self._at = offset + len(read)
        return bytes(read)

    def close(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def _joined(parts: Iterator[memoryview]) -> Iterator[bytes]:
    """The same bytes in parts of the size that storage takes."""
    held = bytearray()
    for part in parts:
        held += part
        if len(held) >= _PART_BYTES:
            yield bytes(held)
            held = bytearray()
    if held:
        yield bytes(held)


def _code(error: botocore.exceptions.ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "an unknown error"))


class S3VaultPart(VaultPart):
    """A bucket of S3-compatible storage."""

    name = "s3"

    def open(self, settings: Settings) -> Vault:
        """The bucket of `vault.s3_bucket`."""
        wanted = settings.vault
        if not wanted.s3_bucket:
            raise InputError('vault.part is "s3" and vault.s3_bucket is empty; name the bucket')
        if wanted.s3_lock not in _MODES:
            raise InputError(f"vault.s3_lock must be one of {', '.join(_MODES)}, got '{wanted.s3_lock[:40]}'")
        prefix = f"{wanted.s3_prefix.strip('/')}/" if wanted.s3_prefix.strip("/") else ""
        return S3Vault(
            bucket=wanted.s3_bucket,
            prefix=prefix,
            endpoint=wanted.s3_endpoint,
            region=wanted.s3_region,
            mode=_MODES[wanted.s3_lock],
        )


PART = S3VaultPart()
