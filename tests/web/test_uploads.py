"""Uploads on their way to the workers."""

import asyncio
import os
import resource
from pathlib import Path

import pytest

from clew.errors import UnavailableError
from clew.intake.wire import MOST_BYTES_INSIDE
from clew.records.identifiers import SignalType
from clew.settings import Decode, Settings
from clew.web import overdue, uploads
from clew.web.uploads import Hashing, Kept, Upload


def test_nobody_waits_for_a_worker_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(uploads, "_LONGEST_START_S", 0.0)
    monkeypatch.setattr(overdue, "_EVERY_S", 0.0)

    async def hash_one() -> None:
        hashing = Hashing(Settings(data_dir=tmp_path, decode=Decode(workers=1, seconds=1e-3)), (SignalType("md5"),))
        hashing.open()
        try:
            upload = Upload()
            upload.write(b"a shape")
            await hashing.hash(upload)
        finally:
            hashing.close()

    with pytest.raises(UnavailableError, match="take too long"):
        asyncio.run(hash_one())


def test_bytes_that_cannot_be_held_twice_are_put_off_and_not_an_error() -> None:
    upload = Upload()
    upload.write(bytes(MOST_BYTES_INSIDE + 1))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(upload.descriptor)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(UnavailableError, match="no room for more uploads"), Kept() as kept:
            kept.share(upload)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        upload.close()
