"""Verification: the log is computed anew from its rows, and everything that differs from what was sealed is named."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clew.records.audit import AuditFault, Checkpoint, SealedColumns, Subtree
from clew.records.identifiers import AuditKeyId
from clew.sealing.checkpoints import is_signed
from clew.sealing.commitments import Quoted, commitment, committed_text
from clew.sealing.tree import Frontier, leaf_hashes

# The act by which an erasure is written down, and the subject that names the erased key.
ERASE = "audit.erase"
ERASED_KEY = "audit-key:"

# More are counted, not kept: whoever changed a million rows has not hidden by it.
_KEPT_FAULTS = 100

_CHANGED = "the row is not what was sealed: a column of it was changed, or it was put in another's place"
_BLANKED = "the event is gone, but it was not erased: its subject's key stands"
_HALF_BLANKED = "the event is gone in part"
_UNDEAD = "the event stands, but its subject's key is erased or missing"
_OTHER_KEY = "its key is that of another subject"
_UNCOMMITTED = "its commitment is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A checkpoint, and who keeps it."""

    checkpoint: Checkpoint
    keeper: str


class Faults:
    """What was found: neighbours of one kind are one fault, and beyond the first ones they are counted only."""

    def __init__(self) -> None:
        self.found: list[AuditFault] = []
        self.count = 0
        self._latest: dict[str, int] = {}  # of each kind: where it stands among those found

    def add(self, told: str, first: int | None = None, last: int | None = None) -> None:
        """One more."""
        self.count += 1
        last = first if last is None else last
        place = self._latest.get(told)
        if place is not None and first is not None and self.found[place].last == first - 1:
            self.found[place] = replace(self.found[place], last=last)
        elif len(self.found) < _KEPT_FAULTS:
            self._latest[told] = len(self.found)
            self.found.append(AuditFault(told=told, first=first, last=last))


class Verification:
    """One pass over the log, from a frontier that is trusted to its end.

    Args:
        frontier: of the leaves before the first that is verified.
        checkpoints: those of sizes from the frontier's on, by size.
        public_keys: who may have signed them.
        subtrees: the stored ones that begin at the frontier or after it.
        erased_keys: ids of the keys that were erased.
    """

    def __init__(
        self,
        frontier: Frontier,
        *,
        checkpoints: Iterable[Witnessed],
        public_keys: Collection[bytes],
        subtrees: Sequence[Subtree],
        erased_keys: Collection[AuditKeyId],
    ) -> None:
        self.faults = Faults()
        self.erased: Counter[AuditKeyId] = Counter()
        self._since = frontier.size
        self._frontier = frontier
        self._whole = True  # no leaf was missing so far, so that roots can be computed
        self._next = frontier.size
        self._public_keys = public_keys
        self._checkpoints = iter(checkpoints)
        self._coming = next(self._checkpoints, None)
        self._reached = frontier.size  # of the last checkpoint that was held against the tree
        # Up to where each keeper's checkpoints agree with the tree, and whose no longer do.
        self._agreed: dict[str, int] = {}
        self._forked: set[str] = set()
        self._subtrees: Mapping[tuple[int, int], bytes] = {(each.level, each.place): each.hash for each in subtrees}
        self._seen_subtrees = 0
        self._erased_keys = frozenset(erased_keys)
        self._announced: Counter[AuditKeyId] = Counter()
        self._quoted = Quoted()
        self._reach()

    @property
    def size(self) -> int:
        """How many leaves there are, as far as was looked."""
        return self._next

    def feed(self, rows: SealedColumns) -> None:
        """The next rows by number are verified."""
        quoted = self._quoted
        commitments: list[bytes] = []
        for number, row_id, at_us, actor, act, subject, facts, key, stored, key_subject, secret in _rows(rows):
            if number != self._next:
                self._extend(commitments)
                commitments = []
                self._skip(number)
            self._next = number + 1
            if stored is None:
                self.faults.add(_UNCOMMITTED, number)
            commitments.append(stored or b"")  # where it is gone, the root will differ
            if at_us is None or actor is None or act is None or subject is None or facts is None:
                self._see_blank(number, key, (at_us, actor, act, subject, facts))
            elif secret is None or key_subject is None:
                self.faults.add(_UNDEAD, number)
            else:
                text = committed_text(number, row_id, at_us, actor, act, subject, facts, quoted)
                if commitment(secret, text.encode("utf-8", "surrogatepass")) != stored:
                    self.faults.add(_CHANGED, number)
                elif subject != key_subject:
                    self.faults.add(_OTHER_KEY, number)
                elif act == ERASE:
                    self.announce(subject, facts)
        self._extend(commitments)

    def announce(self, subject: str, facts: str) -> None:
        """An event says that a key was erased, and with it so many events."""
        key = subject.removeprefix(ERASED_KEY)
        if key.isdecimal():
            events = json.loads(facts).get("events")
            self._announced[AuditKeyId(int(key))] += events if isinstance(events, int) else 0

    def finish(self) -> None:
        """Everything was fed: what should have come and did not is named."""
        size, signed = self._next, self._reached
        while self._coming is not None:
            checkpoint, keeper = self._coming.checkpoint, self._coming.keeper
            signed = checkpoint.size
            if checkpoint.size > size:
                told = f"the log was cut off: {keeper} knows it at {checkpoint.size:,} leaves, and it has {size:,}"
                self.faults.add(told, size, checkpoint.size - 1)
            self._coming = next(self._checkpoints, None)
        if size > signed:
            self.faults.add("these rows claim to be sealed, and no checkpoint speaks for them", signed, size - 1)
        if self._whole and self._seen_subtrees != len(self._subtrees):
            self.faults.add("stored nodes of the tree belong to no leaves that are there")
        for key in sorted(self._erased_keys | set(self.erased)):
            self._judge_erasure(key)

    def _judge_erasure(self, key: AuditKeyId) -> None:
        erased, announced = self.erased[key], key in self._announced
        if not announced and (erased or not self._since):
            self.faults.add(f"key {key} was erased, and no event of the log says so")
        elif not self._since and self._announced[key] != erased:
            said = self._announced[key]
            self.faults.add(f"the erasure of key {key} speaks of {said:,} events, and {erased:,} are gone")

    def _see_blank(self, number: int, key: AuditKeyId | None, columns: tuple[object, ...]) -> None:
        if any(each is not None for each in columns):
            self.faults.add(_HALF_BLANKED, number)
        elif key not in self._erased_keys:
            self.faults.add(_BLANKED, number)
        else:
            self.erased[key] += 1

    def _skip(self, number: int) -> None:
        """The numbers do not follow one another."""
        if number > self._next:
            self.faults.add("the rows are missing", self._next, number - 1)
        else:
            self.faults.add("another row bears the same number", number)
        self._whole = False

    def _extend(self, commitments: Sequence[bytes]) -> None:
        """The tree grows by the leaves, from checkpoint to checkpoint."""
        leaves, start = leaf_hashes(commitments), 0
        while self._whole and start < len(leaves):
            end = len(leaves)
            if self._coming is not None:
                end = min(end, start + self._coming.checkpoint.size - self._frontier.size)
            for each in self._frontier.extend(leaves[start:end]):
                self._see_subtree(each)
            start = end
            self._reach()

    def _see_subtree(self, computed: Subtree) -> None:
        stored = self._subtrees.get((computed.level, computed.place))
        self._seen_subtrees += stored is not None
        if stored != computed.hash:
            first = computed.place << computed.level
            told = "their commitments, or the stored node of the tree above them, were changed"
            self.faults.add(told, first, first + (1 << computed.level) - 1)

    def _reach(self) -> None:
        """Checkpoints of the size that the tree has now are held against it."""
        while self._coming is not None and self._coming.checkpoint.size == self._frontier.size:
            checkpoint, keeper = self._coming.checkpoint, self._coming.keeper
            if not is_signed(checkpoint, self._public_keys):
                self.faults.add(
                    f"the checkpoint of {checkpoint.size:,} leaves ({keeper}) is not signed by a key of ours"
                )
            if checkpoint.root == self._frontier.root():
                self._agreed[keeper] = checkpoint.size
            elif keeper not in self._forked:
                # All later ones of theirs differ too, since their trees hold these leaves.
                self._forked.add(keeper)
                told = f"the leaves are not those that were signed ({keeper})"
                self.faults.add(told, self._agreed.get(keeper, self._since), checkpoint.size - 1)
            self._reached = checkpoint.size
            self._coming = next(self._checkpoints, None)


def _rows(
    rows: SealedColumns,
) -> Iterator[
    tuple[
        int,
        int,
        int | None,
        str | None,
        str | None,
        str | None,
        str | None,
        AuditKeyId | None,
        bytes | None,
        str | None,
        bytes | None,
    ]
]:
    return zip(
        rows.numbers,
        rows.ids,
        rows.ats_us,
        rows.actors,
        rows.acts,
        rows.subjects,
        rows.facts,
        rows.keys,
        rows.commitments,
        rows.key_subjects,
        rows.secrets,
        strict=True,
    )
