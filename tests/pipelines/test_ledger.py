"""The ledger: many records share a commit, and none resolves before it is durable."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from clew.errors import UnavailableError
from clew.parts.stores.base import Store
from clew.pipelines.ledger import Ledger
from clew.records.hashlist import Action
from clew.records.match import Channel
from clew.records.screening import CountKey

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
KEY = CountKey(day=NOON.date(), channel=Channel.UPLOAD, action=Action.PASS)


def ledger(store: Store) -> Ledger:
    return Ledger(store, lambda: NOON)


def counted(store: Store) -> int:
    with store.read() as reader:
        return reader.counts(NOON.date(), NOON.date()).get(KEY, 0)


def test_a_record_is_durable_when_its_future_resolves(any_store: Store) -> None:
    ledger(any_store).record({KEY: 3}).result()
    assert counted(any_store) == 3


def test_records_made_while_a_commit_is_under_way_share_the_next(store: Store) -> None:
    ours = ledger(store)
    blocked, go = threading.Event(), threading.Event()

    def hold(_unit) -> None:
        blocked.set()
        assert go.wait(30)

    held = store.submit(hold)
    assert blocked.wait(30)
    futures = [ours.record({KEY: 1}) for _ in range(50)]
    assert len(set(futures)) == 1
    assert not futures[0].done()
    go.set()
    held.result()
    futures[0].result()
    assert counted(store) == 50


def test_nothing_recorded_from_many_threads_is_lost(any_store: Store) -> None:
    ours = ledger(any_store)

    def work(_number: int) -> None:
        for _ in range(50):
            ours.record({KEY: 1}).result()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert counted(any_store) == 400


def test_a_record_that_cannot_be_written_is_never_acknowledged(store: Store) -> None:
    ours = ledger(store)
    store.close()
    for _ in range(2):  # the second must not join a page that nobody writes
        with pytest.raises(UnavailableError):
            ours.record({KEY: 1}).result(30)
