"""Sequencing: rows that wait become the next leaves of the tree."""

from collections.abc import Callable, Mapping

from clew.records.audit import AuditKey, PendingColumns, SealedBatch
from clew.records.identifiers import AuditKeyId
from clew.sealing.commitments import Quoted, commitment, committed_text
from clew.sealing.tree import Frontier, leaf_hashes


class Sequencer:
    """Numbers rows and commits to them, batch after batch.

    Args:
        frontier: the tree of all leaves so far.
        next_key: the id that the next new key takes.
        new_secret: 32 bytes that nobody can guess.
    """

    def __init__(self, frontier: Frontier, next_key: AuditKeyId, new_secret: Callable[[], bytes]) -> None:
        self._frontier = frontier
        self._next_key = next_key
        self._new_secret = new_secret
        self._quoted = Quoted()

    def seal(self, waiting: PendingColumns, keys: Mapping[str, AuditKey]) -> SealedBatch:
        """The rows are the next leaves, in their order; a subject that has no key gets one.

        Args:
            keys: the standing key of each subject that has one, by subject.
        """
        first = self._frontier.size
        known = dict(keys)
        new_keys: list[AuditKey] = []
        for subject in dict.fromkeys(waiting.subjects):
            if subject not in known:
                known[subject] = AuditKey(id=self._next_key, subject=subject, secret=self._new_secret())
                new_keys.append(known[subject])
                self._next_key = AuditKeyId(self._next_key + 1)
        commitments = self._commitments(waiting, first, known)
        subtrees = self._frontier.extend(leaf_hashes(commitments))
        return SealedBatch(
            first=first,
            ids=waiting.ids,
            keys=[known[subject].id for subject in waiting.subjects],
            commitments=commitments,
            new_keys=new_keys,
            subtrees=subtrees,
            root=self._frontier.root(),
        )

    def _commitments(self, waiting: PendingColumns, first: int, keys: Mapping[str, AuditKey]) -> list[bytes]:
        rows = zip(
            waiting.ids, waiting.ats_us, waiting.actors, waiting.acts, waiting.subjects, waiting.facts, strict=True
        )
        commitments: list[bytes] = []
        for number, (row_id, at_us, actor, act, subject, facts) in enumerate(rows, first):
            secret = keys[subject].secret
            if secret is None:
                raise ValueError("rows of a subject whose key was erased get a new key, not that one")
            text = committed_text(number, row_id, at_us, actor, act, subject, facts, self._quoted)
            commitments.append(commitment(secret, text.encode()))
        return commitments
