"""The worker that hands a report over is killed (SIGKILL, a real process) between its steps and in a withdrawal.

Each run is a process that kills itself at one step; the next worker takes the filing to its end.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clew.parts.shelf import load
from clew.parts.stores.base import Store, StorePart
from clew.pipelines.filing import withdraw
from clew.pipelines.filing_work import reconcile
from clew.records.filing import FilingAlertKind, FilingState
from tests.pipelines.filing_house import ADA, FilingHouse, SetClock, open_filing_house

_CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from tests.pipelines.test_handover_killed import house_of, store_of

folder, step, now = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
house = house_of(folder, store_of(folder))
house.clock.now = now
house.passing(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == step else None).work("killed")
"""


def store_of(folder: Path) -> Store:
    return load("stores", "sql", StorePart).open(f"sqlite:///{folder / 'clew.db'}")


def house_of(folder: Path, store: Store) -> FilingHouse:
    house = open_filing_house(store, folder / "data", "http://127.0.0.1:9", SetClock())
    return house.with_settings(clearinghouse="folder", folder=str(folder / "portal"))


def killed_at(house: FilingHouse, folder: Path, step: str) -> None:
    """A worker of its own process was killed at that step."""
    command = [sys.executable, "-c", _CHILD, str(folder), step, house.clock().isoformat()]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("step", ["after storing begun", "before storing handed", "after storing handed"])
@pytest.mark.parametrize("answered", [True, False])
def test_no_kill_leaves_a_withdrawn_handover_without_its_end(
    tmp_path: Path, sqlite_template: Path, step: str, answered: bool
):
    (tmp_path / "clew.db").write_bytes(sqlite_template.read_bytes())
    store = store_of(tmp_path)
    house = house_of(tmp_path, store)
    filing = house.order(house.case(b"boats " * 100))
    killed_at(house, tmp_path, step)
    name = house.file(filing.id).filing.number
    assert name == f"{filing.id}-{filing.report_id[-8:]}", "durable before anything lies there"
    portal = tmp_path / "portal" / "test"
    lies = (portal / name).exists()
    assert lies is (step != "after storing begun")
    if answered:
        (portal / "receipts").mkdir(parents=True, exist_ok=True)
        (portal / "receipts" / f"{name}.pdf").write_bytes(b"received")
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    killed_at(house, tmp_path, "after storing begun")
    assert house.state(filing.id) is FilingState.WITHDRAWING
    house.work_to_the_end()
    changed = reconcile(house.desk)
    assert (changed.switched, changed.set_going, changed.alerts) == (0, 0, 0)
    assert house.state(filing.id) is (FilingState.FILED if answered else FilingState.WITHDRAWN)
    assert house.alerts(filing.id) == ({FilingAlertKind.PACKAGE_LIES} if lies and not answered else set())
    store.close()
