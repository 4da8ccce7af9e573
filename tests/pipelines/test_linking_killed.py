"""A process killed while it links leaves each batch whole or not at all, and the next one goes on from there."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.records.identifiers import IntakeNumber
from tests.pipelines.link_process import SIZE
from tests.pipelines.test_linking import drawn, link, stored_clusters
from tests.triage.linking import clusters, linked

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_killed_process_leaves_each_batch_whole_or_not_at_all(any_url: str) -> None:
    draw = random.Random(1)
    store = load("stores", "sql", StorePart).open(any_url)
    first = 0
    for _ in range(8):
        command = [sys.executable, "-m", "tests.pipelines.link_process", any_url, str(first), "40"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(draw.randrange(1, 12))]
            process.kill()
            lines += process.stdout.readlines()
        told = [int(line) for line in lines if line.endswith("\n")]
        with store.read() as reader:
            numbers = [IntakeNumber(number) for number in range(1, first + 40 * SIZE + 1)]
            known = sorted(reader.link_statements(numbers))
        assert known == list(range(1, len(known) + 1))
        assert len(known) % SIZE == 0
        assert len(known) >= told[-1] + SIZE  # what was acknowledged is there
        first = len(known)
    reports = drawn(first, seed=9)
    assert stored_clusters(store, range(1, first + 1)) == clusters(linked(*reports), range(1, first + 1))
    link(store, *reports)
    assert stored_clusters(store, range(1, first + 1)) == clusters(linked(*reports), range(1, first + 1))
    store.close()
