"""The Merkle tree: published trees and proofs, and the fast way against the definition."""

import json
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.sealing.tree import (
    EMPTY_ROOT,
    Frontier,
    StoredNodes,
    consistency_path,
    includes,
    inclusion_path,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "merkle" / "rfc6962.json").read_text())
LEAVES = [leaf_hash(bytes.fromhex(each)) for each in VECTORS["leaves"]]
NODES = [[bytes.fromhex(each) for each in level] for level in VECTORS["nodes"]]
ROOTS = [bytes.fromhex(each) for each in VECTORS["roots"]]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def nodes_over(leaves: list[bytes]) -> StoredNodes:
    """As a store has them: leaves, and every eighth level above."""
    stored = {0: leaves}
    for level in (8, 16):
        width = 1 << level
        stored[level] = [root_of(leaves[at : at + width]) for at in range(0, len(leaves) - width + 1, width)]
    return StoredNodes(lambda level, first, count: stored[level][first : first + count])


def test_the_published_tree_has_the_published_leaves_nodes_and_roots() -> None:
    assert NODES[0] == LEAVES
    for level, nodes in enumerate(NODES):
        assert [nodes_over(LEAVES)(level, place) for place in range(len(nodes))] == nodes
    for size, root in enumerate(ROOTS):
        assert root_of(LEAVES[:size]) == root
        frontier = Frontier()
        frontier.extend(LEAVES[:size])
        assert frontier.root() == root


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda each: f"{each['leaf']} of {each['size']}")
def test_the_published_inclusion_proofs_are_made_and_verified(vector: dict[str, Any]) -> None:
    leaf, size, path = vector["leaf"], vector["size"], tuple(bytes.fromhex(each) for each in vector["path"])
    assert inclusion_path(leaf, size, nodes_over(LEAVES)) == path
    assert includes(LEAVES[leaf], leaf, size, path, ROOTS[size])


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda each: f"{each['before']} in {each['size']}")
def test_the_published_consistency_proofs_are_made_and_verified(vector: dict[str, Any]) -> None:
    before, size, path = vector["before"], vector["size"], tuple(bytes.fromhex(each) for each in vector["path"])
    assert consistency_path(before, size, nodes_over(LEAVES)) == path
    assert is_consistent(before, size, path, ROOTS[before], ROOTS[size])


def test_the_example_of_the_rfc_has_the_paths_that_it_names() -> None:
    # RFC 6962, section 2.1.3: seven leaves d0 to d6 with leaf hashes a b c d e f j and nodes g h i k l.
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k = node_hash(g, h)
    upper = node_hash(i, j)
    node = nodes_over(LEAVES[:7])
    assert inclusion_path(0, 7, node) == (b, h, upper)
    assert inclusion_path(3, 7, node) == (c, g, upper)
    assert inclusion_path(4, 7, node) == (f, j, k)
    assert inclusion_path(6, 7, node) == (i, k)
    assert consistency_path(3, 7, node) == (c, d, g, upper)
    assert consistency_path(4, 7, node) == (upper,)
    assert consistency_path(6, 7, node) == (i, j, k)


@given(st.lists(st.integers(0, 700), max_size=6))
def test_a_frontier_that_grows_in_steps_is_the_tree_of_the_definition(steps: list[int]) -> None:
    leaves = leaves_of(sum(steps))
    frontier, done = Frontier(), 0
    completed = []
    for step in steps:
        completed += frontier.extend(leaves[done : done + step])
        done += step
        assert frontier.size == done
        assert frontier.root() == root_of(leaves[:done])
    assert [(each.level, each.place) for each in completed] == [(8, place) for place in range(done // 256)]
    assert all(each.hash == root_of(leaves[each.place * 256 :][:256]) for each in completed)


@given(st.integers(0, 2000), st.integers(0, 300))
def test_a_frontier_goes_on_from_stored_nodes(size: int, more: int) -> None:
    leaves = leaves_of(size + more)
    frontier = Frontier(size, nodes_over(leaves[:size]))
    assert frontier.root() == root_of(leaves[:size])
    frontier.extend(leaves[size:])
    assert frontier.root() == root_of(leaves)


def test_every_leaf_of_every_small_tree_has_a_proof_that_verifies_and_no_other() -> None:
    leaves = leaves_of(40)
    node = nodes_over(leaves)
    for size in range(1, 41):
        root = root_of(leaves[:size])
        for number in range(size):
            path = inclusion_path(number, size, node)
            assert includes(leaves[number], number, size, path, root)
            assert size == 1 or not includes(leaves[number], (number + 1) % size, size, path, root)
            assert not includes(leaf_hash(b"another"), number, size, path, root)
            assert not includes(leaves[number], number, size, (*path, bytes(32)), root)


def test_every_two_small_trees_are_proved_consistent_and_forks_are_not() -> None:
    leaves = leaves_of(30)
    forked = [*leaves[:7], leaf_hash(b"another"), *leaves[8:]]
    node = nodes_over(leaves)
    for size in range(1, 31):
        for before in range(1, size + 1):
            path = consistency_path(before, size, node)
            roots = root_of(leaves[:before]), root_of(leaves[:size])
            assert is_consistent(before, size, path, *roots)
            assert not is_consistent(before, size, (*path, bytes(32)), *roots)
            assert not path or not is_consistent(before, size, path[:-1], *roots)
            if before > 7:
                assert not is_consistent(before, size, path, root_of(forked[:before]), roots[1])


def test_a_flipped_bit_anywhere_in_a_proof_is_seen() -> None:
    leaves = leaves_of(1000)
    node, root = nodes_over(leaves), root_of(leaves)
    path = inclusion_path(617, 1000, node)
    grown = consistency_path(617, 1000, node)
    for place in range(len(path)):
        assert not includes(leaves[617], 617, 1000, flipped(path, place), root)
    for place in range(len(grown)):
        assert not is_consistent(617, 1000, flipped(grown, place), root_of(leaves[:617]), root)


def flipped(path: tuple[bytes, ...], place: int) -> tuple[bytes, ...]:
    bit = Random(place).randrange(256)
    turned = (int.from_bytes(path[place]) ^ (1 << bit)).to_bytes(32)
    return (*path[:place], turned, *path[place + 1 :])


@pytest.mark.parametrize(("number", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_a_leaf_outside_of_the_tree_is_not_in_it(number: int, size: int) -> None:
    assert not includes(LEAVES[0], number, size, (), ROOTS[min(size, 1)])


def test_the_empty_tree_is_the_beginning_of_every_other() -> None:
    assert EMPTY_ROOT == sha256(b"").digest() == root_of([]) == Frontier().root()
    assert is_consistent(0, 5, (), EMPTY_ROOT, ROOTS[5])
    assert not is_consistent(0, 5, (), ROOTS[1], ROOTS[5])
    assert not is_consistent(5, 4, (), ROOTS[5], ROOTS[4])
    assert not is_consistent(3, 7, (), ROOTS[3], ROOTS[7])


def test_a_tree_that_lacks_a_node_says_so() -> None:
    with pytest.raises(LookupError, match="level 0"):
        nodes_over(LEAVES[:5])(2, 1)
