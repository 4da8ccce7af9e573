"""Keys, legal grounds, values, leases and audit rows, on each kind of database."""

from dataclasses import replace

from clew.parts.stores.base import Store
from clew.records.hashlist import LegalBasis
from clew.records.screening import ApiKey, Purpose, PurposeBasis, Scope
from tests.parts.stores.store_records import DAY, NOON

KEY = ApiKey(
    id="a1b2c3",
    label="forum",
    digest=bytes(range(32)),
    scopes=frozenset({Scope.SCREEN, Scope.LISTS_READ}),
    per_minute=600,
    created_at=NOON,
    expires_at=NOON + DAY,
)
BASIS = PurposeBasis(
    purpose=Purpose.PRIVATE_MESSAGES,
    basis=LegalBasis(text="consent of both", since=NOON, until=NOON + DAY),
    recorded_by="user:ada",
    recorded_at=NOON,
)


def test_a_key_comes_back_and_a_revoked_one_stays_known(any_store: Store):
    newer = replace(KEY, id="d4", created_at=NOON + DAY, expires_at=None, scopes=frozenset())
    any_store.transact(lambda unit: [unit.put_key(KEY), unit.put_key(newer)])
    revoked = replace(KEY, revoked_at=NOON)
    any_store.transact(lambda unit: unit.put_key(revoked))
    with any_store.read() as reader:
        assert reader.find_key("a1b2c3") == revoked
        assert reader.find_key("unknown") is None
        assert reader.keys() == [newer, revoked]


def test_the_latest_ground_of_a_purpose_counts_and_earlier_ones_stay(any_store: Store):
    later = replace(BASIS, basis=LegalBasis(text="statute of 2027", since=NOON + DAY))
    any_store.transact(lambda unit: unit.put_basis(BASIS))
    any_store.transact(lambda unit: unit.put_basis(later))
    with any_store.read() as reader:
        assert reader.find_basis(Purpose.PRIVATE_MESSAGES) == later
        assert reader.find_basis(Purpose.KEPT_SIGNALS) is None
    assert _scalar(any_store, "SELECT count(*) FROM purpose_bases") == 2


def test_a_named_value_is_the_last_that_was_put(any_store: Store):
    any_store.transact(lambda unit: [unit.put_value("seed", "1"), unit.put_value("seed", "2")])
    with any_store.read() as reader:
        assert reader.find_value("seed") == "2"
        assert reader.find_value("other") is None


def test_a_lease_is_held_by_one_owner_until_it_runs_out_or_is_released(any_store: Store):
    assert _lease(any_store, "one", until=NOON + DAY, at=NOON)
    assert not _lease(any_store, "two", until=NOON + DAY, at=NOON)
    assert _lease(any_store, "one", until=NOON + 2 * DAY, at=NOON), "the owner may prolong it"
    assert not _lease(any_store, "two", until=NOON + 3 * DAY, at=NOON + DAY)
    assert _lease(any_store, "two", until=NOON + 3 * DAY, at=NOON + 2 * DAY)
    any_store.transact(lambda unit: unit.release_lease("build", "one"))
    assert not _lease(any_store, "one", until=NOON + 9 * DAY, at=NOON + 2 * DAY), "only the owner releases it"
    any_store.transact(lambda unit: unit.release_lease("build", "two"))
    assert _lease(any_store, "one", until=NOON + 9 * DAY, at=NOON + 2 * DAY)


def test_a_lease_that_a_wrong_clock_has_given_is_over_and_its_holder_gets_it_no_more(any_store: Store):
    ahead = NOON + 365 * DAY
    assert _lease(any_store, "one", until=ahead + DAY, at=ahead)
    assert _lease(any_store, "two", until=NOON + DAY, at=NOON)
    assert not _lease(any_store, "one", until=NOON + DAY, at=NOON), "two hold it"
    assert not _lease(any_store, "three", until=NOON + DAY / 2, at=NOON), "as long as another may ask for"


def test_a_lease_from_a_clock_that_is_a_little_ahead_is_good(any_store: Store):
    assert _lease(any_store, "one", until=NOON + 1.9 * DAY, at=NOON + 0.9 * DAY)
    assert not _lease(any_store, "two", until=NOON + DAY, at=NOON)


def _lease(store: Store, owner: str, *, until, at) -> bool:
    return store.transact(lambda unit: unit.try_lease("build", owner, until, at))


def _scalar(store: Store, query: str) -> object:
    with store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        return connection.exec_driver_sql(query).scalar()
