"""A storage server on this machine, and a bucket with Object Lock in it."""

import itertools
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.settings import Settings
from clew.settings import Vault as VaultSettings

_numbers = itertools.count()


@pytest.fixture(scope="session")
def storage() -> Iterator[str]:
    """The address of a storage server."""
    # The server imports this only to answer browsers of other sites, which nobody here is.
    sys.modules.setdefault("flask_cors", types.ModuleType("flask_cors")).__dict__.setdefault("CORS", lambda _app: None)
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_settings(storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a vault in a bucket of this test's own, with Object Lock."""
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    import boto3

    bucket = f"evidence-{next(_numbers)}"
    client = boto3.client("s3", endpoint_url=storage)
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    client.close()
    wanted = VaultSettings(part="s3", s3_bucket=bucket, s3_endpoint=storage, s3_prefix="clew", s3_lock="governance")
    return Settings(data_dir=tmp_path, vault=wanted)
