import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.pipelines.installation import open_store
from clew.settings import Settings
from tests.pipelines.list_desk import ListDesk, SetClock


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ListDesk]:
    settings = Settings(data_dir=tmp_path / "data")
    with contextlib.closing(open_store(settings)) as store:
        yield ListDesk(store, settings.data_dir / "clew.db", SetClock())
