"""An installation of a test's own, on each kind of database, and lists to fill it with."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.pipelines.installation import Installation, open_installation
from clew.records.hashlist import HashList, LegalBasis, NewEntry, ServiceKind, Source
from clew.records.identifiers import ListId, ListName, SignalType, SourceName
from clew.settings import Matching, Settings

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
SOURCE = Source(
    name=SourceName("source"),
    kind=ServiceKind.OWN,
    jurisdiction="INT",
    legal_basis=LegalBasis(text="made for tests", since=NOON),
)

AddList = Callable[..., HashList]


@pytest.fixture
def installation(any_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Open, its index following only when it is told to; it is noon."""
    settings = Settings(data_dir=tmp_path / "data", database=any_url, matching=Matching(limit=5, dihedral=False))
    with open_installation(settings, clock=lambda: NOON, follow=False) as opened:
        yield opened


@pytest.fixture
def add_list(installation: Installation) -> AddList:
    """Makes a list, vetted unless said otherwise, of the values of one signal type, and lets the index follow."""

    def add(
        name: str,
        values: Sequence[bytes],
        kind: str = "md5",
        *,
        vetted: bool = True,
        within_bits: dict[SignalType, int] | None = None,
        expires_at: datetime | None = None,
    ) -> HashList:
        wanted = HashList(
            id=ListId(0),
            name=ListName(name),
            source=SOURCE.name,
            vetted=vetted,
            within_bits=within_bits or {},
            created_at=NOON,
        )
        entries = [NewEntry(type=SignalType(kind), value=each, expires_at=expires_at) for each in values]

        def work(unit):
            unit.put_source(SOURCE)
            made = unit.create_list(wanted)
            unit.add_entries(made.id, entries, NOON)
            return made

        made: HashList = installation.store.transact(work)
        installation.index.follow_once()
        return made

    return add
