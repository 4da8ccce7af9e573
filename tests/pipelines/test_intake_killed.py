"""A bulk intake is killed (SIGKILL, real processes) again and again: what was acknowledged is there, once and whole.

CLEW_TEST_KILL_ROUNDS says how often it is killed.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clew.parts.shelf import load
from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.base import Store, StorePart
from clew.records.identifiers import IntakeNumber
from clew.records.intake import IntakeState
from clew.records.mention import IdentifierKind
from tests.pipelines.intake_house import HARBOUR, IntakeHouse
from tests.pipelines.test_intake_streams import case, medium

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("CLEW_TEST_KILL_ROUNDS", "4"))
REPORTS, MEDIA = max(600, 45 * ROUNDS), 1_000 * ROUNDS


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = load("stores", "sql", StorePart).open(url)
    yield store
    store.close()


def run(url: str, path: Path, killed_after_s: float | None = None, lines: int = 0) -> list[str]:
    """What a run acknowledged: killed so long after so many lines, or left to its end."""
    command = [sys.executable, "-m", "tests.pipelines.intake_process", url, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = []
        if killed_after_s is not None:
            told = [process.stdout.readline() for _ in range(lines)]
            time.sleep(killed_after_s)
            process.kill()
        told += process.stdout.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


@pytest.mark.slow
def test_every_acknowledged_report_is_there_once_with_its_mentions_and_its_turn(any_url: str, tmp_path: Path) -> None:
    path, draw = tmp_path / "reports.jsonl", random.Random(7)
    with path.open("w") as file:
        for each in range(REPORTS):
            subject = {"screen_name": f"name{each}", "person": {"emails": [f"n{each}@example.org"]}}
            facts = {"incident": {"at": "2026-01-02T03:04:05Z"}, "subjects": [subject]}
            file.write(json.dumps({"reference": f"R-{each}", "report": facts}) + "\n")
    with opened(any_url) as store:
        IntakeHouse(store)
    known: dict[str, int] = {}
    for _ in range(ROUNDS):
        # Far enough to go on from where the last one was, and then at any moment of a batch.
        told = run(any_url, path, draw.random() * 0.05, lines=len(known) + draw.randrange(1, 60))
        hold(any_url, told, known)
    told = run(any_url, path)
    hold(any_url, told, known)
    assert len(known) == len(told) == REPORTS
    with opened(any_url) as store, store.read() as reader:
        assert len(reader.pending(REPORTS + 1)) == REPORTS
        assert len(reader.intakes(IntakeFilter(limit=REPORTS + 1))) == REPORTS
        (day,) = reader.sender_days(HARBOUR, 1)
        assert day.reports == REPORTS


def hold(url: str, told: list[str], known: dict[str, int]) -> None:
    """Each acknowledged report has one number for good, its mentions, and its turn; no two share one."""
    for line in told:
        given, reference = line.split()
        assert known.setdefault(reference, int(given)) == int(given)
    numbers = [IntakeNumber(number) for number in known.values()]
    assert len(set(numbers)) == len(numbers)
    with opened(url) as store, store.read() as reader:
        stored, mentions = reader.intakes_of(numbers), reader.mentions_of(numbers)
        assert set(numbers) <= set(reader.pending(REPORTS + 1))
    for reference, number in known.items():
        assert stored[IntakeNumber(number)].reference == reference
        values = {each.value for each in mentions[IntakeNumber(number)] if each.kind is IdentifierKind.EMAIL}
        assert values == {f"n{reference.removeprefix('R-')}@example.org"}


@pytest.mark.slow
def test_a_case_file_is_taken_up_after_each_kill_and_has_each_digest_once(any_url: str, tmp_path: Path) -> None:
    path, draw = tmp_path / "case.json", random.Random(8)
    path.write_bytes(case(*(medium(each) for each in range(1, MEDIA + 1))))
    with opened(any_url) as store:
        IntakeHouse(store)
    counts = [0]
    for _ in range(ROUNDS):
        counts.append(killed_beyond(any_url, path, counts[-1] + draw.randrange(1, MEDIA // (2 * ROUNDS))))
        with opened(any_url) as store, store.read() as reader:
            assert len(reader.intakes(IntakeFilter())) == 1
            assert reader.pending(2) == []
    assert counts == sorted(counts)  # what was stored is never stored again, nor lost
    assert 0 < counts[1] < MEDIA
    (line,) = run(any_url, path)
    number = IntakeNumber(int(line.split()[0]))
    with opened(any_url) as store, store.read() as reader:
        assert reader.count_mentions(number) == MEDIA
        assert [each.value for each in reader.mentions_of([number])[number]] == [
            f"md5:{each:032x}" for each in range(1, MEDIA + 1)
        ]
        assert reader.pending(2) == [number]


def killed_beyond(url: str, path: Path, many: int) -> int:
    """How many digests are stored after a run was killed when it had at least so many."""
    command = [sys.executable, "-m", "tests.pipelines.intake_process", url, str(path)]
    with opened(url) as store, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and stored_of(store) < many:
            time.sleep(0.002)
        process.kill()
        process.wait()
        return stored_of(store)


def stored_of(store: Store) -> int:
    with store.read() as reader:
        return sum(reader.count_mentions(each.number) for each in reader.intakes(IntakeFilter(state=IntakeState.OPEN)))
