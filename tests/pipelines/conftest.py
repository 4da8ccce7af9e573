import pytest

from clew.parts.stores.base import Store
from tests.pipelines.list_desk import ListDesk, SetClock


@pytest.fixture
def desk(store: Store, sqlite_url: str) -> ListDesk:
    """Lists in SQLite."""
    return ListDesk(store, sqlite_url, SetClock())


@pytest.fixture
def any_desk(any_store: Store, any_url: str) -> ListDesk:
    """Lists in a database of each kind."""
    return ListDesk(any_store, any_url, SetClock())
