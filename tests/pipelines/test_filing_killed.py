"""The filing worker is killed (SIGKILL, real processes) at each of its steps under every fault of a real server.

CLEW_TEST_FILING_RUNS sets how many runs; the seed is fixed, and each run names its own.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.filing_process import FAULTS, STEPS
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, clearinghouse_process

SEED = 20250308
FEW, FEW_SHARED = 24, 6


@pytest.mark.slow
def test_no_kill_and_no_fault_files_twice_or_loses_a_case(tmp_path: Path, sqlite_template: Path):
    runs = int(os.environ.get("CLEW_TEST_FILING_RUNS", FEW))
    told = told_of_runs(tmp_path, sqlite_template, runs)
    sys.stdout.write(f"{summary(told)}\n")
    if runs >= len(FAULTS) * STEPS:
        assert {place for run in told for place in run["killed_at"] if place} >= STEP_NAMES


@pytest.mark.slow
@pytest.mark.pg
def test_nor_does_it_on_postgresql(tmp_path: Path, sqlite_template: Path, postgres_url: str):
    told = told_of_runs(tmp_path, sqlite_template, FEW_SHARED, postgres_url)
    assert any(place for run in told for place in run["killed_at"])


def told_of_runs(folder: Path, template: Path, runs: int, *url: str) -> list[dict[str, Any]]:
    """What each run came to, with nothing wrong in any of them."""
    with clearinghouse_process(folder / "clearinghouse", {"endpoint": "status", "fault": "slow"}) as house:
        command = [sys.executable, "-m", "tests.pipelines.filing_process", str(SEED), "0", str(runs)]
        command += [str(folder / "runs"), str(template), house.address, USER, PASSWORD, *url]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], check=True)
        told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
        recorded = house.recorded()["reports"]
    assert len(told) == runs
    finished = Counter(
        digest for report in recorded if report["state"] == "finished" for digest in report["subjects_sha256"]
    )
    numbers = {str(report["number"]) for report in recorded if report["state"] == "finished"}
    wrong = [(run, why) for run in told if (why := fault_of(run, finished, numbers))]
    assert not wrong, json.dumps(wrong[:3], indent=1)
    return told


STEP_NAMES = {
    f"{side} {what}"
    for side in ("before", "after")
    for what in (
        *("storing begun", "storing submitting", "submit", "storing opened", "upload", "storing uploaded", "describe"),
        *("storing described", "storing finishing", "finish", "storing finished"),
        *("storing retracting", "retract", "storing retracted"),
    )
}


def fault_of(run: dict[str, Any], finished: Counter[str], numbers: set[str]) -> str | None:
    """What a run has done wrong, if anything."""
    count = finished[hashlib.sha256(run["identifier"].encode()).hexdigest()]
    untold = not run["receipt"] and "receipt-missing" not in run["alerts"]
    silent = any("failed" not in each["alerts"] for each in run["failures"])
    wrong = {
        f"finished {count} times": count != 1,
        "the store does not say what the clearinghouse says": run["state"] != "filed" or run["number"] not in numbers,
        "a receipt is missing, and nobody is told": untold,
        "it had failed, and no alert stood": silent,
        "the evidence is not preserved, or the case is open": run["holds"] != ["preservation"] or run["case"] == "open",
        "a task is still open": bool(set(run["tasks"]) - {"done", "dead"}),
    }
    return next((why for why, is_so in wrong.items() if is_so), None)


def summary(told: list[dict[str, Any]]) -> str:
    killed = sum(place is not None for run in told for place in run["killed_at"])
    failed = sum(bool(run["failures"]) for run in told)
    missing = sum(not run["receipt"] for run in told)
    return (
        f"{len(told)} runs, {killed} workers killed, {failed} failed with an alert and were resumed, "
        f"{missing} filed without a receipt and with an alert; 0 filed twice, 0 lost"
    )
