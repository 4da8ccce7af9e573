from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.ispws.clearinghouse_desk import ClearinghouseProcess, Desk, clearinghouse_process, open_desk


@pytest.fixture
def clearinghouse(tmp_path: Path) -> Iterator[ClearinghouseProcess]:
    """A server process that fails at nothing until it is told to."""
    with clearinghouse_process(tmp_path / "clearinghouse") as started:
        yield started


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A server in this process that fails at nothing."""
    with open_desk() as opened:
        yield opened
