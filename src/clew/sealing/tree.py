"""The Merkle tree over the log's leaves: its root, grown leaf by leaf, and proofs of what it holds.

A node is named by its level and place: the hash over the 2**level leaves from place * 2**level on. Only nodes over a
full number of leaves are ever stored; they never change again.

Source: RFC 6962, section 2.1, 2013; RFC 9162, section 2.1, 2021, defines the same tree.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from clew.records.audit import Subtree

# Of the levels above the leaves, each eighth is stored: a proof reads at most three times 256 hashes of a log of
# 16 million leaves, and what is stored beside each leaf is an eighth of a byte.
STORED_EVERY = 8

EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + leaf).digest()


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """The hash of each of many leaves."""
    return [sha256(b"\0" + each).digest() for each in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return sha256(b"\1" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root as the RFC defines it, by recursion: slow, and what `Frontier` is held to."""
    if not leaf_hashes:
        return EMPTY_ROOT
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    left = _left_of(len(leaf_hashes))
    return node_hash(root_of(leaf_hashes[:left]), root_of(leaf_hashes[left:]))


class Frontier:
    """A tree that only grows, of which nothing is kept but the nodes on its right edge: one for each bit of its size.

    Args:
        size: how many leaves it has already.
        node: gives the hashes of those nodes; not asked when the size is 0.
    """

    def __init__(self, size: int = 0, node: Node | None = None) -> None:
        self.size = size
        # The node of each level that waits for its right sibling; None where the size has no such bit.
        self._waiting: list[bytes | None] = []
        if node is not None:
            levels = range(size.bit_length())
            self._waiting = [node(level, (size >> level) - 1) if size >> level & 1 else None for level in levels]

    def extend(self, leaf_hashes: Sequence[bytes]) -> list[Subtree]:
        """The tree has these leaves too; the nodes of stored levels that they have completed.

        Level by level, not leaf by leaf: two hashes for each leaf, and little else.
        """
        completed: list[Subtree] = []
        hashes, place, level = list(leaf_hashes), self.size, 0
        self.size += len(hashes)
        while hashes:
            if level and level % STORED_EVERY == 0:
                completed += [Subtree(level=level, place=place + i, hash=each) for i, each in enumerate(hashes)]
            if level == len(self._waiting):
                self._waiting.append(None)
            if (before := self._waiting[level]) is not None:
                hashes.insert(0, before)
                place -= 1
            self._waiting[level] = hashes.pop() if len(hashes) % 2 else None
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [sha256(b"\1" + left + right).digest() for left, right in pairs]
            place, level = place // 2, level + 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        root: bytes | None = None
        for each in self._waiting:
            if each is not None:
                root = each if root is None else node_hash(each, root)
        return EMPTY_ROOT if root is None else root


class StoredNodes:
    """The nodes of a log, made from those that are stored.

    Args:
        fetch: hashes of a stored level (0 or a multiple of STORED_EVERY): level, first place, how many.
    """

    def __init__(self, fetch: Callable[[int, int, int], Sequence[bytes]]) -> None:
        self._fetch = fetch

    def __call__(self, level: int, place: int) -> bytes:
        """One node."""
        above = level % STORED_EVERY
        count = 1 << above
        hashes = self._fetch(level - above, place << above, count)
        if len(hashes) != count:
            raise LookupError(f"the tree lacks nodes of level {level - above} from place {place << above} on")
        return root_of(hashes)


def inclusion_path(number: int, size: int, node: Node) -> tuple[bytes, ...]:
    """The hashes that lead from a leaf to the root of the tree of a size. Source: RFC 9162, section 2.1.3.1."""
    return tuple(_path(number, 0, size, node))


def consistency_path(before: int, size: int, node: Node) -> tuple[bytes, ...]:
    """The hashes that show one tree to be the beginning of another. Source: RFC 9162, section 2.1.4.1."""
    return tuple(_subproof(before, 0, size, node, whole=True)) if 0 < before < size else ()


def includes(leaf: bytes, number: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf's hash to the root. Source: RFC 9162, section 2.1.3.2."""
    if not 0 <= number < size:
        return False
    place, last, found = number, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(each, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, each)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(before: int, size: int, path: Sequence[bytes], root_before: bytes, root: bytes) -> bool:
    """Whether the tree of the first size and root is the beginning of the other. Source: RFC 9162, section 2.1.4.2."""
    if not 0 <= before <= size:
        return False
    if before in {0, size}:
        return not path and root_before == (root if before else EMPTY_ROOT)
    hashes = list(path) if before & (before - 1) else [root_before, *path]
    if not hashes:
        return False
    place, last = before - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, each)
        place, last = place >> 1, last >> 1
    return last == 0 and old == root_before and new == root


def _left_of(size: int) -> int:
    """How many leaves are on the left of a tree: the largest power of two that is smaller than its size."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(first: int, end: int, node: Node) -> bytes:
    """The hash over the leaves from first up to end; `first` is a multiple of every power of two that occurs."""
    size = end - first
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, first >> level)
    middle = first + _left_of(size)
    return node_hash(_range_hash(first, middle, node), _range_hash(middle, end, node))


def _path(number: int, first: int, end: int, node: Node) -> Iterator[bytes]:
    if end - first == 1:
        return
    middle = first + _left_of(end - first)
    if number < middle:
        yield from _path(number, first, middle, node)
        yield _range_hash(middle, end, node)
    else:
        yield from _path(number, middle, end, node)
        yield _range_hash(first, middle, node)


def _subproof(before: int, first: int, end: int, node: Node, *, whole: bool) -> Iterator[bytes]:
    """`whole`: the smaller tree is known to whoever verifies, and need not be told."""
    if before == end:
        if not whole:
            yield _range_hash(first, end, node)
        return
    middle = first + _left_of(end - first)
    if before <= middle:
        yield from _subproof(before, first, middle, node, whole=whole)
        yield _range_hash(middle, end, node)
    else:
        yield from _subproof(before, middle, end, node, whole=False)
        yield _range_hash(first, middle, node)
