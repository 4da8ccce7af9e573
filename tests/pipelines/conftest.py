from pathlib import Path

import pytest

from clew.parts.stores.base import Store
from tests.pipelines.evidence_desk import EvidenceDesk, open_desk
from tests.pipelines.list_desk import ListDesk, SetClock
from tests.pipelines.review_house import House, open_house


@pytest.fixture
def desk(store: Store, sqlite_url: str) -> ListDesk:
    """Lists in SQLite."""
    return ListDesk(store, sqlite_url, SetClock())


@pytest.fixture
def any_desk(any_store: Store, any_url: str) -> ListDesk:
    """Lists in a database of each kind."""
    return ListDesk(any_store, any_url, SetClock())


@pytest.fixture
def evidence(store: Store, tmp_path: Path) -> EvidenceDesk:
    """Evidence in SQLite and a folder, in an installation of two people."""
    return open_desk(store, tmp_path / "data")


@pytest.fixture
def any_evidence(any_store: Store, tmp_path: Path) -> EvidenceDesk:
    """The same with a database of each kind."""
    return open_desk(any_store, tmp_path / "data")


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    """A place of review in SQLite and a folder."""
    return open_house(store, tmp_path / "data")


@pytest.fixture
def any_house(any_store: Store, tmp_path: Path) -> House:
    """The same with a database of each kind."""
    return open_house(any_store, tmp_path / "data")
