"""Recipients and referrals in the store."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from clew.errors import ConflictError
from clew.parts.stores._routing import ReferralFilter
from clew.parts.stores.base import Store
from clew.records.identifiers import ClusterId, IntakeNumber, RecipientId, ReferralId
from clew.records.referral import RecipientKind, Referral, ReferralRecipient, ReferralState
from clew.records.report import IncidentType

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HARBOUR = ReferralRecipient(
    id=RecipientId("nl-harbour"),
    name="Harbour police",
    kind=RecipientKind.POLICE,
    country="NL",
    region="ZH",
    county="Rotterdam",
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 1, 1),
    legal_basis="agreement of 2025",
    language="nl",
    channel="portal",
    contact="desk 4",
    confirmed_at=date(2026, 4, 1),
    takes=frozenset({IncidentType.MATERIAL, IncidentType.ENTICEMENT}),
    priority=3,
    note="by day",
)
BARE = ReferralRecipient(id=RecipientId("be-all"), name="B", kind=RecipientKind.CENTRAL, country="BE")


def referral(place: int, *numbers: int, recipient: ReferralRecipient = HARBOUR, **more: object) -> Referral:
    made = Referral(
        id=ReferralId(f"{place:026}"),
        recipient_id=recipient.id,
        recipient_name=recipient.name,
        numbers=tuple(map(IntakeNumber, numbers)),
        package=f"referral-{place}",
        digest=bytes([place]) * 32,
        made_at=NOON + timedelta(hours=place),
        made_by="user:ada",
        because="the address",
        state=ReferralState.MADE,
        state_at=NOON,
        state_by="user:ada",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def put(store: Store, *recipients: ReferralRecipient) -> None:
    store.transact(lambda unit: [unit.put_recipient(each) for each in recipients])


def test_a_recipient_comes_back_as_it_was_put(any_store: Store) -> None:
    put(any_store, HARBOUR, BARE)
    with any_store.read() as reader:
        assert reader.find_recipient(HARBOUR.id) == HARBOUR
        assert reader.find_recipient(BARE.id) == BARE
        assert reader.find_recipient(RecipientId("nobody")) is None


def test_a_second_import_replaces_and_gives_back_what_was_there(any_store: Store) -> None:
    put(any_store, HARBOUR)
    later = replace(HARBOUR, channel="", valid_until=None, takes=frozenset())
    assert any_store.transact(lambda unit: unit.put_recipient(later)) == HARBOUR
    with any_store.read() as reader:
        assert reader.recipients() == [later]


def test_recipients_stand_by_country_region_county_and_priority(any_store: Store) -> None:
    first = replace(HARBOUR, id=RecipientId("zz"), priority=1)
    whole = replace(HARBOUR, id=RecipientId("nl"), region="", county="")
    put(any_store, HARBOUR, first, whole, BARE)
    with any_store.read() as reader:
        assert reader.recipients() == [BARE, whole, first, HARBOUR]
        assert reader.recipients(["BE"]) == [BARE]
        assert reader.recipients([]) == []


def test_referrals_are_found_by_report_cluster_recipient_and_state(any_store: Store) -> None:
    put(any_store, HARBOUR, BARE)
    one = referral(1, 5, 7)
    two = referral(2, 7, cluster_id=ClusterId(7), recipient=BARE, state=ReferralState.SENT)
    any_store.transact(lambda unit: [unit.add_referral(each) for each in (one, two)])
    with any_store.read() as reader:
        assert reader.find_referral(one.id) == one
        assert reader.find_referral(ReferralId("none")) is None
        assert reader.referrals(ReferralFilter()) == [two, one]
        assert reader.referrals(ReferralFilter(limit=1)) == [two]
        assert reader.referrals(ReferralFilter(before=two.id)) == [one]
        assert reader.referrals(ReferralFilter(number=IntakeNumber(5))) == [one]
        assert reader.referrals(ReferralFilter(cluster_id=ClusterId(7))) == [two]
        assert reader.referrals(ReferralFilter(recipient_id=HARBOUR.id)) == [one]
        assert reader.referrals(ReferralFilter(state=ReferralState.SENT)) == [two]
        wanted = [IntakeNumber(each) for each in (5, 6, 7)]
        assert reader.referrals_of(wanted) == {5: [one], 6: [], 7: [two, one]}


def test_a_change_from_an_older_version_is_refused_and_changes_nothing(any_store: Store) -> None:
    put(any_store, HARBOUR)
    made = referral(1, 5)
    any_store.transact(lambda unit: unit.add_referral(made))
    sent = replace(made, state=ReferralState.SENT, state_by="user:bob", told="by courier")
    changed = any_store.transact(lambda unit: unit.change_referral(sent))
    assert changed == replace(sent, version=1)
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.change_referral(replace(made, state=ReferralState.WITHDRAWN)))
    with any_store.read() as reader:
        assert reader.find_referral(made.id) == changed
