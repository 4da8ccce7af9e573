"""Each kind of vault, empty: a folder, and a bucket with Object Lock."""

from dataclasses import replace
from pathlib import Path

import pytest

from clew.parts.shelf import load
from clew.parts.vaults.base import Vault, VaultPart
from clew.settings import Settings


@pytest.fixture
def s3_vault(s3_settings: Settings) -> Vault:
    return load("vaults", "s3", VaultPart).open(s3_settings)


@pytest.fixture
def s3_open_vault(s3_settings: Settings) -> Vault:
    """The same without a lock."""
    unlocked = replace(s3_settings, vault=replace(s3_settings.vault, s3_lock="off"))
    return load("vaults", "s3", VaultPart).open(unlocked)


@pytest.fixture
def local_vault(tmp_path: Path) -> Vault:
    return load("vaults", "local", VaultPart).open(Settings(data_dir=tmp_path))


@pytest.fixture(params=["local", "s3"])
def any_vault(request: pytest.FixtureRequest) -> Vault:
    """A vault of each kind that holds nothing and locks nothing."""
    found = request.getfixturevalue("local_vault" if request.param == "local" else "s3_open_vault")
    assert isinstance(found, Vault)
    return found
