"""What the database remembers of its index, whoever else writes at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from clew.matching.manifest import Manifest
from clew.matching.provenance import begin_generation, is_known, new_token, vouch
from clew.records.identifiers import SignalType

PDQ = SignalType("pdq")
ROUNDS, MACHINES = 30, 2


def noon():
    return datetime(2026, 3, 8, 12, tzinfo=UTC)


@pytest.mark.pg
def test_machines_that_build_at_once_draw_different_generations_and_keep_each_others_vouchers(store_part, postgres_url):
    stores = [store_part.open(postgres_url) for _ in range(MACHINES)]
    together = threading.Barrier(MACHINES)

    def build(store):
        together.wait(30)
        generation, seed = begin_generation(store, PDQ, noon)
        manifest = Manifest(
            signal_type=PDQ, width_bytes=32, folder=new_token(), token=new_token(), generation=generation, through=0,
            segments=(),
        )  # fmt: skip
        together.wait(30)
        vouch(store, manifest, None, noon)
        return manifest, seed

    with ThreadPoolExecutor(MACHINES) as machines:
        built = [each for _ in range(ROUNDS) for each in machines.map(build, stores)]
    with stores[0].read() as reader:
        assert all(is_known(reader, manifest) for manifest, _ in built)
    assert sorted(manifest.generation for manifest, _ in built) == list(range(1, ROUNDS * MACHINES + 1))
    assert len({seed for _, seed in built}) == 1
    for store in stores:
        store.close()
