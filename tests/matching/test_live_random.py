"""After any order of adding, removing, building and following, the index answers what the database holds."""

import numpy as np
import pytest

from tests.matching.live_installation import PDQ, SHA1, Installation, assert_finds_all, near_values


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_changes_and_builds_leaves_the_index_equal_to_a_scan(seed, tmp_path, any_url):
    check(seed, tmp_path, any_url, steps=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_any_long_order_of_changes_and_builds_leaves_the_index_equal_to_a_scan(seed, tmp_path, sqlite_url):
    check(seed, tmp_path, sqlite_url, steps=200)


def check(seed, folder, url, *, steps):
    rng = np.random.default_rng(seed)
    installation = Installation(folder, url=url)
    # Two indexes over one folder stand for two processes: each follows at its own times, either may build.
    indexes = [installation.index(delta_entries=25), installation.index(delta_entries=25)]
    pools = {kind: near_values(rng, 150, kind) for kind in (PDQ, SHA1)}
    for index in indexes:
        index.follow_once()
    try:
        for _ in range(steps):
            kind = PDQ if rng.random() < 0.7 else SHA1
            pool = pools[kind]
            some = pool[rng.integers(0, len(pool), rng.integers(1, 30))]
            which, index = int(rng.integers(0, 2)), indexes[int(rng.integers(0, 2))]
            match rng.choice(["add", "remove", "follow", "maintain", "build"], p=[0.35, 0.25, 0.2, 0.14, 0.06]):
                case "add":
                    installation.add(some, to=which, kind=kind)
                case "remove":
                    installation.remove(some, of=which, kind=kind)
                case "follow":
                    index.follow_once()
                    assert_equal(installation, index, rng, pools)
                case "maintain":
                    index.maintain_once()
                case "build":
                    index.build(kind)
                    assert_equal(installation, index, rng, pools)
        for index in indexes:
            index.follow_once()
            assert_equal(installation, index, rng, pools)
    finally:
        installation.store.close()


def assert_equal(installation, index, rng, pools):
    for kind, pool in pools.items():
        queries = np.concatenate([pool[rng.integers(0, len(pool), 5)], near_values(rng, 3, kind)])
        within = rng.choice([-1, 0, 12, 31, 80], 2) if kind == PDQ else rng.choice([-1, 0], 2)
        assert_finds_all(installation, index, queries, installation.radius(*within.tolist()), kind)
