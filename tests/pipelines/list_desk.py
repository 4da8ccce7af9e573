"""A store on disk with the installed signal types, a clock that is set by hand, and a look at the audit log."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy

from clew.matching.thresholds import Measure, Measures
from clew.parts import shelf
from clew.parts.signals.base import SignalPart
from clew.parts.stores.base import Store
from clew.pipelines.list_forms import get_exchange
from clew.pipelines.list_imports import Asked, Imported, import_list
from clew.pipelines.sources import SourceClaim
from clew.records.hashlist import Entry, ListState, Right, ServiceKind
from clew.records.identifiers import ListName, SignalType

NAME = ListName("national-a")
MD5 = SignalType("md5")
ACTOR = "command:ada"
SIGNALS = {SignalType(name): part for name, part in shelf.load_all("signals", SignalPart).items()}
MEASURES: Measures = {
    name: Measure(width_bytes=part.width_bytes, within_bits=part.default_within_bits) for name, part in SIGNALS.items()
}

CLAIM = SourceClaim(
    name="ncmec",
    kind=ServiceKind.CLEARINGHOUSE,
    jurisdiction="US",
    legal_basis="Hash sharing agreement of 1 March 2026",
    since=datetime(2026, 3, 1, tzinfo=UTC),
    rights=frozenset({Right.EXPORT}),
)


class SetClock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_days(self, days: float) -> None:
        self.at += timedelta(days=days)


def md5(number: int) -> bytes:
    """A made-up hash."""
    return number.to_bytes(16, "big", signed=False)


def csv(*numbers: int, columns: str = "", cells: str = "") -> str:
    """A CSV file with those made-up hashes."""
    return f"type,value{columns}\n" + "".join(f"md5,{md5(number).hex()}{cells}\n" for number in numbers)


@dataclass
class ListDesk:
    """What the tests of lists work with."""

    store: Store
    url: str
    clock: SetClock

    def bring(self, content: str | bytes, *, form: str = "csv", name: ListName = NAME, **asked: object) -> Imported:
        """An import; with the whole claim unless the test says otherwise."""
        stream = io.BytesIO(content if isinstance(content, bytes) else content.encode())
        asked.setdefault("source", CLAIM)
        return import_list(
            self.store,
            stream,
            name,
            Asked(**asked),  # type: ignore[arg-type]
            part=get_exchange(form),
            signals=SIGNALS,
            actor=ACTOR,
            clock=self.clock,
        )

    def entries(self, name: ListName = NAME) -> list[Entry]:
        with self.store.read() as reader:
            found = reader.find_list(name)
            return [] if found is None else list(reader.stream_entries(found.id, self.clock()))

    def numbers(self, name: ListName = NAME) -> list[int]:
        return sorted(int.from_bytes(each.value, "big") for each in self.entries(name))

    def state(self, name: ListName = NAME) -> ListState:
        with self.store.read() as reader:
            return next(each for each in reader.list_states(self.clock()) if each.hash_list.name == name)

    def audit(self, *acts: str) -> list[dict[str, object]]:
        """The facts of the events of those acts, oldest first, with actor and subject."""
        engine = sqlalchemy.create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            query = "SELECT act, actor, subject, facts FROM audit_events ORDER BY id"
            rows = connection.execute(sqlalchemy.text(query)).all()
        engine.dispose()
        return [
            {"actor": row.actor, "subject": row.subject, **json.loads(row.facts)} for row in rows if row.act in acts
        ]
