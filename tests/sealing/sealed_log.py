"""A log in memory for tests: rows as a database has them, sealed by the real sequencer, and changed at will."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from clew.ground import signing
from clew.records.audit import AuditKey, Checkpoint, PendingColumns, SealedColumns, Subtree
from clew.records.identifiers import AuditKeyId
from clew.sealing import checkpoints
from clew.sealing.sequence import Sequencer
from clew.sealing.tree import Frontier, leaf_hash
from clew.sealing.verify import ERASE, ERASED_KEY, Verification, Witnessed

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
KEY = signing.key_from(bytes(range(32)))
ORIGIN = "clew/audit/test"
PAYLOAD = ("at_us", "actor", "act", "subject", "facts")


@dataclass
class SealedLog:
    """Attributes are what the database's tables hold; a test changes them as somebody with access to it would."""

    rows: list[dict[str, object]] = field(default_factory=list)
    keys: dict[int, AuditKey] = field(default_factory=dict)
    subtrees: list[Subtree] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def seal(self, *sizes: int, act: str = "hit.open", subject: str | None = None, facts: str | None = None) -> None:
        """So many more rows in each batch, on seven subjects in turn unless one is named."""
        frontier = Frontier()
        frontier.extend([_leaf(row) for row in self.rows])
        numbers = iter(range(1, 1000))
        last = max(self.keys, default=0)
        sequencer = Sequencer(frontier, AuditKeyId(last + 1), lambda: bytes([next(numbers) + last] * 32))
        for count in sizes:
            first = len(self.rows)
            those = range(first, first + count)
            waiting = PendingColumns(
                ids=[1000 + number for number in those],
                ats_us=[1_770_000_000_000_000 + number for number in those],
                actors=[f"user:{number % 3}" for number in those],
                acts=[act] * count,
                subjects=[subject or f"case:{number % 7}" for number in those],
                facts=[facts or f'{{"by":"digits","rows":{number}}}' for number in those],
            )
            standing = {each.subject: each for each in self.keys.values() if each.subject is not None}
            batch = sequencer.seal(waiting, standing)
            self.keys |= {each.id: each for each in batch.new_keys}
            self.subtrees += batch.subtrees
            for place, number in enumerate(those):
                columns = (waiting.ats_us, waiting.actors, waiting.acts, waiting.subjects, waiting.facts)
                row: dict[str, object] = {name: column[place] for name, column in zip(PAYLOAD, columns, strict=True)}
                row |= {"number": number, "id": waiting.ids[place]}
                row |= {"key": batch.keys[place], "commitment": batch.commitments[place]}
                self.rows.append(row)
            at = NOON + timedelta(seconds=len(self.checkpoints))
            self.checkpoints.append(checkpoints.sign(ORIGIN, batch.size, batch.root, at, KEY))

    def erase(self, subject: str, *, told: bool = True) -> None:
        """As the store erases; and the event that says so, sealed, if it is told."""
        key = next(each for each in self.keys.values() if each.subject == subject)
        gone = [row for row in self.rows if row["key"] == key.id]
        for row in gone:
            row.update(dict.fromkeys(PAYLOAD))
        self.keys[key.id] = AuditKey(id=key.id, subject=None, secret=None)
        if told:
            facts = json.dumps({"events": len(gone), "ground": "statute"}, separators=(",", ":"))
            self.seal(1, act=ERASE, subject=f"{ERASED_KEY}{key.id}", facts=facts)

    def verify(self, *witnesses: Checkpoint) -> list[tuple[int | None, int | None, str]]:
        """What a verification of all of it finds."""
        seen = [Witnessed(checkpoint=each, keeper="the log's own") for each in self.checkpoints]
        seen += [Witnessed(checkpoint=each, keeper="a witness") for each in witnesses]
        verification = Verification(
            Frontier(),
            checkpoints=sorted(seen, key=lambda each: each.checkpoint.size),
            public_keys=[KEY.public],
            subtrees=self.subtrees,
            erased_keys=[AuditKeyId(each) for each, key in self.keys.items() if key.secret is None],
        )
        rows = sorted(self.rows, key=lambda row: row["number"])  # type: ignore[arg-type, return-value]
        for start in range(0, len(rows), 100):
            verification.feed(self._columns(rows[start : start + 100]))
        verification.finish()
        return [(each.first, each.last, each.told) for each in verification.faults.found]

    def _columns(self, rows: list[dict[str, object]]) -> SealedColumns:
        names = ("number", "id", *PAYLOAD, "key", "commitment")
        keys = [self.keys.get(row["key"]) for row in rows]  # type: ignore[call-overload]
        columns: list[Any] = [[row[name] for row in rows] for name in names]
        columns += [[key.subject if key else None for key in keys], [key.secret if key else None for key in keys]]
        return SealedColumns(*columns)


def _leaf(row: dict[str, object]) -> bytes:
    commitment = row["commitment"]
    assert isinstance(commitment, bytes)
    return leaf_hash(commitment)
