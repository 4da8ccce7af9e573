"""Records for the tests of the store: a list to put entries on, entries, hits."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clew.parts.stores.base import Added, Store
from clew.records.hashlist import Action, Category, HashList, LegalBasis, NewEntry, ServiceKind, Source
from clew.records.identifiers import EntryId, HitId, ListId, ListName, SignalType, SourceName
from clew.records.match import Channel, Hit, IndexState, Match
from clew.records.signal import Signal

NOON = datetime(2026, 3, 8, 12, 0, 0, 250_001, tzinfo=UTC)
DAY = timedelta(days=1)
PDQ, SHA256 = SignalType("pdq"), SignalType("sha256")

SOURCE = Source(
    name=SourceName("harbour"),
    kind=ServiceKind.HOTLINE,
    jurisdiction="NL",
    legal_basis=LegalBasis(text="agreement of 2025", since=NOON - DAY),
)
LIST = HashList(id=ListId(0), name=ListName("lighthouses"), source=SOURCE.name, created_at=NOON)


def value_of(number: int) -> bytes:
    """A hash like any other, 32 bytes, from a number."""
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def entry_of(number: int, **particulars) -> NewEntry:
    return replace(NewEntry(type=PDQ, value=value_of(number)), **particulars)


def add_list(store: Store, wanted: HashList = LIST) -> HashList:
    """The list, stored, and its source too."""
    store.transact(lambda unit: unit.put_source(replace(SOURCE, name=wanted.source)))
    return store.transact(lambda unit: unit.create_list(wanted))


def add(store: Store, hash_list: HashList, *entries: NewEntry, at: datetime = NOON) -> Added:
    return store.transact(lambda unit: unit.add_entries(hash_list.id, entries, at))


def remove(store: Store, hash_list: HashList, *values: bytes, at: datetime = NOON) -> int:
    keys = [(PDQ, value) for value in values]
    return store.transact(lambda unit: unit.remove_entries(hash_list.id, keys, at))


def hit_of(number: int, *, list_id: int = 1, exact: bool = False, **particulars) -> Hit:
    match = Match(
        signal=Signal(type=PDQ, value=value_of(number), quality=77, form="rotated-90"),
        entry_id=EntryId(number),
        value=value_of(number + 1),
        distance=0 if exact else 12,
        within_bits=31,
        exact=exact,
        list_id=ListId(list_id),
        list_name=LIST.name,
        source=SOURCE.name,
        category=Category(scheme="industry", code="B2"),
        vetted=True,
        disputed=False,
    )
    hit = Hit(
        id=HitId(f"{number:026d}"),
        at=NOON + timedelta(seconds=number),
        channel=Channel.UPLOAD,
        reference=f"upload {number}",
        action=Action.REVIEW,
        size_bytes=1234,
        media_type="image/jpeg",
        matches=(match,),
        total_matches=1,
        index=IndexState(generation=3, sequence=14),
    )
    return replace(hit, **particulars)
