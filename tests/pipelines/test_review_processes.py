"""Leases between real processes: nobody gets another's job, and a killed one's come back when their time is over."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import StorePart
from clew.records.review import JobState, VerdictStanding
from tests.pipelines.review_house import House, open_house

JOBS = 40


@pytest.mark.slow
def test_processes_share_the_queue_and_what_a_killed_one_held_is_done_by_another(
    store_part: StorePart, any_url: str, tmp_path: Path
):
    house = open_house(store_part.open(any_url), tmp_path / "data")
    for number in range(JOBS):
        house.hit(number, f"account-{number}")
    chance, said = random.Random(11), list[str]()
    for round_ in range(3):
        # Each round is an hour later: what was held when somebody was killed is free again.
        processes = [_start(any_url, tmp_path, f"{round_}-{place}", 60 * round_) for place in range(3)]
        for process in processes:
            _wait_for_ready(process)
        time.sleep(chance.random() * 0.15)
        processes[0].kill()
        if round_ < 2:
            processes[1].kill()
        for process in processes:
            out, _ = process.communicate(timeout=120)
            said += [line for line in out.splitlines(keepends=True) if line.endswith("\n")]
    _finish(any_url, tmp_path, said)
    steps = [tuple(line.split()) for line in said]
    claims = Counter(step[1:] for step in steps if step[0] == "claimed")
    assert claims
    assert max(claims.values()) == 1, "two people were given one job under one token"
    assert not [step for step in steps if step[0] == "lost"], "a lease was taken from somebody whose time was not over"
    _assert_decided_once(house, [step[1] for step in steps if step[0] == "decided"])
    house.store.close()


def _finish(url: str, folder: Path, said: list[str]) -> None:
    """A last process, hours later, finds whatever was left."""
    with _start(url, folder, "last", 600) as process:
        out, _ = process.communicate(timeout=120)
    said += out.splitlines(keepends=True)


def _assert_decided_once(house: House, told: list[str]) -> None:
    with house.store.read() as reader:
        jobs = reader.jobs(JobFilter(limit=JOBS + 1))
        verdicts = [reader.verdicts_of(job.case_id) for job in jobs]
    assert len(jobs) == JOBS
    assert {job.state for job in jobs} == {JobState.DECIDED}
    assert [len(each) for each in verdicts] == [1] * JOBS, "a content was decided twice, or not at all"
    assert {each[0].standing for each in verdicts} == {VerdictStanding.FINAL}
    assert set(told) <= {job.id for job in jobs}
    assert max(Counter(told).values()) == 1, "what was acknowledged once was acknowledged again"


def _start(url: str, folder: Path, name: str, minutes: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.pipelines.review_process", url, str(folder / "data"), name, str(minutes)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def _wait_for_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
