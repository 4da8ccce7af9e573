from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.web import log
from tests.web.web_desk import WebDesk, open_desk


@pytest.fixture(autouse=True, scope="session")
def _quiet_log() -> None:
    log.configure("error")


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Iterator[WebDesk]:
    """A service without decode workers."""
    with open_desk(tmp_path / "data", sqlite_template) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[WebDesk]:
    """A service without decode workers, shared by a file's tests; those that need a state of their own take `desk`."""
    with open_desk(tmp_path_factory.mktemp("web") / "data", sqlite_template) as opened:
        yield opened


@pytest.fixture(scope="module")
def hashing_desk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[WebDesk]:
    """A service with decode workers, shared by a file's tests."""
    with open_desk(tmp_path_factory.mktemp("web") / "data", sqlite_template, hashing=True) as opened:
        yield opened
