"""The vault in a folder: what a crash leaves, what stands among the objects, and what a full disk does."""

import errno
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clew.errors import NotFoundError, UnavailableError
from clew.ground.sealed import PIECE_BYTES, sealed_bytes
from clew.parts.shelf import load
from clew.parts.vaults.base import Vault, VaultPart
from clew.records.identifiers import ObjectId
from clew.settings import Settings
from clew.settings import Vault as VaultSettings
from tests.parts.vaults.vault_records import read, seal

SEALS_INTO = """
import sys
from pathlib import Path
from clew.ground.sealed import InMemory
from clew.parts.vaults.local import LocalVault
from tests.parts.vaults.vault_records import KEY
from clew.errors import UnavailableError
try:
    LocalVault(Path(sys.argv[1])).seal(KEY, InMemory(bytes(int(sys.argv[2]))), None)
except UnavailableError as error:
    print(error)
"""


def incoming(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "vault" / "incoming").iterdir())


def test_an_object_is_a_read_only_file_under_its_name(local_vault: Vault, tmp_path: Path) -> None:
    placed = seal(local_vault, b"a harbour")
    path = tmp_path / "vault" / "objects" / placed.object_id[:2] / placed.object_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert path.stat().st_size == sealed_bytes(9)
    assert path.stat().st_nlink == 1
    assert incoming(tmp_path) == []


def test_the_folder_may_stand_elsewhere(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", vault=VaultSettings(folder=str(tmp_path / "safe")))
    seal(load("vaults", "local", VaultPart).open(settings), b"a harbour")
    assert (tmp_path / "safe" / "objects").is_dir()
    assert not (tmp_path / "data").exists()


def test_nothing_is_made_before_it_is_used(local_vault: Vault, tmp_path: Path) -> None:
    assert list(local_vault.stream_names()) == list(local_vault.stream_strays()) == []
    assert local_vault.find_size(ObjectId("ab" * 32)) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "AB" * 32, "ab" * 31, "ab" * 32 + "/x"])
def test_a_name_that_is_none_of_an_object_reaches_no_file(local_vault: Vault, name: str) -> None:
    with pytest.raises(NotFoundError):
        local_vault.find_size(ObjectId(name))


def test_a_link_in_the_place_of_an_object_is_not_followed(local_vault: Vault, tmp_path: Path) -> None:
    placed = seal(local_vault, b"a harbour")
    path = tmp_path / "vault" / "objects" / placed.object_id[:2] / placed.object_id
    path.rename(tmp_path / "aside")
    path.symlink_to(tmp_path / "aside")
    with pytest.raises(UnavailableError, match="cannot be used"):
        read(local_vault, placed.object_id)


def test_content_that_fails_half_way_leaves_nothing(local_vault: Vault, tmp_path: Path) -> None:
    def parts():
        yield memoryview(bytes(1000))
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError, match="went away"):
        local_vault.put(ObjectId("ab" * 32), parts(), 2000, None)
    assert (incoming(tmp_path), list(local_vault.stream_names())) == ([], [])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_known_before_the_first_byte_is_written(local_vault, tmp_path, monkeypatch, code) -> None:
    def full(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(UnavailableError, match="no room is left for evidence"):
        seal(local_vault, bytes(3 * PIECE_BYTES))
    assert (incoming(tmp_path), list(local_vault.stream_names())) == ([], [])


def test_a_file_system_that_cannot_reserve_is_written_to_all_the_same(local_vault, monkeypatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(os, "posix_fallocate", unsupported)
    assert read(local_vault, seal(local_vault, b"a harbour").object_id) == b"a harbour"


def test_a_really_full_disk_keeps_and_acknowledges_nothing(tmp_path: Path) -> None:
    """A file system of 1 MB of its own, where the system lets us make one."""
    (tmp_path / "small").mkdir()
    script = f'mount -t tmpfs -o size=1m none "$1" && "$2" -c "$3" "$1/vault" {4 * PIECE_BYTES}; ls "$1/vault/incoming"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    done = subprocess.run(
        [*command, str(tmp_path / "small"), sys.executable, SEALS_INTO],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no file system of its own can be made here")
    assert "no room is left for evidence" in done.stdout
    assert done.stdout.count("\n") == 1, "nothing is left in the folder of what comes in"


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("a file where the vault should be")
    vault = load("vaults", "local", VaultPart).open(Settings(data_dir=tmp_path))
    with pytest.raises(UnavailableError, match=r"Not a directory.*nothing of this is kept"):
        seal(vault, b"a harbour")
    with pytest.raises(UnavailableError):
        vault.check()


def test_unfinished_writes_are_swept_by_age(local_vault: Vault, tmp_path: Path) -> None:
    seal(local_vault, b"a harbour")
    (tmp_path / "vault" / "incoming" / "begun").write_bytes(b"x")
    now = datetime.now(UTC)
    assert local_vault.sweep_unfinished(now - timedelta(hours=1)) == 0
    assert local_vault.sweep_unfinished(now + timedelta(hours=1)) == 1
    assert incoming(tmp_path) == []


def test_strays_are_named_and_objects_in_the_wrong_folder_too(local_vault: Vault, tmp_path: Path) -> None:
    placed = seal(local_vault, b"a harbour")
    folder = tmp_path / "vault" / "objects" / placed.object_id[:2]
    (folder / "notes").write_text("x")
    (folder / ("ff" * 32 if placed.object_id[:2] != "ff" else "00" * 32)).write_text("x")
    assert len(list(local_vault.stream_strays())) == 2
    assert list(local_vault.stream_names()) == [placed.object_id]
