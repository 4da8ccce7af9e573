"""Models are learnt by command, put into force by a person, and every place is weighed by the one in force."""

from dataclasses import replace
from operator import methodcaller

import pytest

from clew.errors import NotFoundError, RefusedError
from clew.parts.stores.base import Store
from clew.pipelines.learning import learn
from clew.pipelines.models import get_model, models, put_in_force
from clew.pipelines.placing import place_again
from clew.records.identifiers import PlaceId
from clew.records.report import IncidentType
from clew.triage.prior import PRIOR
from tests.pipelines.queue_house import QueueHouse
from tests.triage.facts import PLAIN, account, file, incident
from tests.triage.test_calibrate import world

CHAT = incident(type=IncidentType.ENTICEMENT)
ACTOR = "user:ada"


@pytest.fixture
def house(store: Store) -> QueueHouse:
    return QueueHouse(store)


def learnt(house: QueueHouse) -> str:
    for outcome in world(600):
        elsewhere = replace(outcome, place_id=PlaceId(outcome.place_id + 10_000))
        house.store.transact(methodcaller("put_outcome", outcome=elsewhere))
    return learn(house.desk, actor=ACTOR).model.version


def test_a_site_without_outcomes_keeps_the_weights_that_clew_came_with(house: QueueHouse):
    with pytest.raises(RefusedError):
        learn(house.desk, actor=ACTOR)
    assert models(house.desk) == [PRIOR]


def test_what_was_learnt_waits_for_a_person(house: QueueHouse):
    house.ordered(CHAT)
    version = learnt(house)
    assert version == "learnt-2025-03-08"
    assert house.ordered(CHAT).risk.model == PRIOR.version
    assert get_model(house.desk, version).in_force_since is None
    assert learn(house.desk, actor=ACTOR).model.version == f"{version}-2"


def test_the_model_in_force_weighs_every_place_and_can_be_taken_back(house: QueueHouse):
    first = house.ordered(CHAT, account("kim"), file(1))
    house.linked[2] = 1
    house.ordered(PLAIN, account("kim"), file(2))
    before = house.place(first.id)
    version = learnt(house)
    assert put_in_force(house.desk, version, actor=ACTOR) == 1
    model = get_model(house.desk, version)
    assert (model.in_force_since, model.put_by) == (house.clock(), ACTOR)
    place = house.place(first.id)
    assert place.risk.model == version
    weights = {each.name: each.weight for each in place.risk.factors}
    assert weights["enticement"] == model.weights["enticement"] != before.risk.factors[1].weight
    house.store.transact(lambda unit: place_again(unit, house.desk, PlaceId(1), house.clock()))
    assert house.place(first.id) == place
    assert put_in_force(house.desk, PRIOR.version, actor=ACTOR) == 1
    assert house.place(first.id) == before
    assert [each.version for each in models(house.desk)].count(PRIOR.version) == 1


def test_an_unknown_model_is_not_put_into_force(house: QueueHouse):
    with pytest.raises(NotFoundError):
        put_in_force(house.desk, "learnt-1999", actor=ACTOR)


def test_places_that_left_the_line_are_weighed_too(house: QueueHouse):
    place = house.ordered(CHAT)
    house.store.transact(lambda unit: unit.put_places([replace(place, uploaders=1)]))
    assert put_in_force(house.desk, learnt(house), actor=ACTOR) == 1
