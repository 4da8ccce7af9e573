"""Senders: credentials shown once, quotas, blocks, each act audited; and what their reports are worth."""

import pytest

from clew.errors import ConflictError, InputError, NotFoundError
from clew.ground.tokens import digest_of
from clew.pipelines import senders
from clew.pipelines.taking_in import get_sender
from clew.records.identifiers import IntakeNumber, OutcomeId, PlaceId, SenderId
from clew.records.intake import SenderKind, SenderRight
from clew.records.worked import OutcomeKind, PlaceOutcome
from tests.pipelines.intake_house import HARBOUR, IntakeHouse


@pytest.fixture
def house(any_store):
    return IntakeHouse(any_store)


def add(house, name="Tide", **particulars):
    return senders.add_sender(
        house.store, name, SenderKind.PLATFORM, actor="command:test", clock=house.clock, **particulars
    )


def act(house, do, *args, **more):
    return do(house.store, *args, actor="command:test", clock=house.clock, **more)


def test_a_credential_is_shown_once_and_kept_as_its_digest(house):
    sender, credential = add(house, user="tide")
    assert credential is not None
    assert len(credential) >= 40
    assert sender.secret_digest == digest_of(credential)
    with house.store.read() as reader:
        assert senders.signs_in(reader, "tide", credential) == sender
        assert senders.signs_in(reader, "tide", credential + "x") is None
        assert senders.signs_in(reader, "tides", credential) is None
        assert senders.signs_in(reader, "harbour", "") is None


def test_a_new_credential_ends_the_former_one(house):
    sender, first = add(house, user="tide")
    _, second = act(house, senders.new_credential, sender.id)
    with house.store.read() as reader:
        assert senders.signs_in(reader, "tide", first or "") is None
        assert senders.signs_in(reader, "tide", second) is not None
    with pytest.raises(InputError, match="--user"):
        act(house, senders.new_credential, HARBOUR)
    assert act(house, senders.new_credential, HARBOUR, user="harbour")[0].user == "harbour"


def test_names_and_users_are_one_senders_and_can_be_read(house):
    add(house, user="tide")
    for name, user in (("Tide", None), ("Other", "tide")):
        with pytest.raises(ConflictError):
            add(house, name, user=user)
    for name, user in (("", None), ("x" * 101, None), ("a\nb", None), ("Other", "a:b"), ("Other", "ä")):
        with pytest.raises(InputError):
            add(house, name, user=user)


def test_what_is_built_in_is_made_once_and_nobody_signs_in_as_it(house):
    first = senders.built_in(house.store, SenderKind.DESK, house.clock)
    assert senders.built_in(house.store, SenderKind.DESK, house.clock) == first
    assert house.acts().count("sender.add") == 1
    with pytest.raises(InputError, match="built in"):
        act(house, senders.new_credential, first.id, user="desk")
    with pytest.raises(NotFoundError):
        senders.built_in(house.store, SenderKind.POLICE, house.clock)
    with pytest.raises(InputError, match="built in"):
        senders.add_sender(house.store, "x", SenderKind.DESK, actor="command:test", clock=house.clock)


def test_a_quota_is_what_is_left_of_the_day(house):
    with house.store.read() as reader:
        assert senders.left_today(reader, get_sender(reader, HARBOUR), house.clock()) is None
    sender = act(house, senders.set_quota, HARBOUR, 3)
    house.take_in_all("a", "b")
    house.take_in("a")
    with house.store.read() as reader:
        assert senders.left_today(reader, sender, house.clock()) == 1
    house.take_in_all("c", "d")
    with house.store.read() as reader:
        assert senders.left_today(reader, sender, house.clock()) == 0
    house.clock.move(days=1)
    with house.store.read() as reader:
        assert senders.left_today(reader, sender, house.clock()) == 3
    with pytest.raises(InputError):
        act(house, senders.set_quota, HARBOUR, -1)


def test_a_block_holds_until_it_is_taken_away_and_keeps_its_first_moment(house):
    at = house.clock()
    act(house, senders.block, HARBOUR)
    house.clock.move(hours=1)
    assert act(house, senders.block, HARBOUR).blocked_at == at
    assert act(house, senders.unblock, HARBOUR).blocked_at is None
    assert act(house, senders.set_rights, HARBOUR, {SenderRight.SUBMIT}).rights == {SenderRight.SUBMIT}
    assert house.acts() == ["sender.block", "sender.block", "sender.unblock", "sender.rights"]
    with pytest.raises(NotFoundError):
        act(house, senders.block, SenderId("nobody"))


def test_a_sender_is_found_by_name_or_id_whatever_its_case(house):
    with house.store.read() as reader:
        assert senders.find_sender(reader, "HARBOUR").id == HARBOUR
        assert senders.find_sender(reader, "harbour").id == HARBOUR
        with pytest.raises(NotFoundError):
            senders.find_sender(reader, "nobody")


def test_quality_says_what_was_sent_and_what_became_of_it(house):
    numbers = [each.report.number for each in house.take_in_all("a", "b", "a")]
    outcome = PlaceOutcome(
        id=OutcomeId("o1"), place_id=PlaceId(1), kind=OutcomeKind.NOT_ACTIONABLE, at=house.clock(),
        recorded_at=house.clock(), recorded_by="user:ada", number=IntakeNumber(numbers[0]), reason="no-time",
        senders=(HARBOUR,),
    )  # fmt: skip
    house.store.transact(lambda unit: unit.put_outcome(outcome))
    with house.store.read() as reader:
        quality = senders.quality_of(reader, HARBOUR)
    assert (quality.reports, quality.incomplete, quality.repeated, quality.refused) == (2, 2, 1, 0)
    assert quality.incomplete_share == 1
    assert quality.repeated_share == pytest.approx(1 / 3)
    assert quality.outcomes == {OutcomeKind.NOT_ACTIONABLE: 1}
    assert quality.reasons == {"no-time": 1}
    with house.store.read() as reader:
        nothing = senders.quality_of(reader, SenderId("coast"))
    assert (nothing.incomplete_share, nothing.repeated_share) == (None, None)
