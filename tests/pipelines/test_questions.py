"""Questions to senders: answered once, by whom they were put to; the answer closes the gap."""

from dataclasses import replace

import pytest

from clew.errors import ConflictError, InputError, NotFoundError
from clew.pipelines.ordering import order_pending
from clew.pipelines.questions import answer, ask
from clew.pipelines.queue_desk import open_queue_desk
from clew.records.identifiers import IntakeNumber, PlaceId, SenderId
from clew.records.triage import PlaceState, WakeUp
from clew.settings import Settings
from tests.pipelines.intake_house import HARBOUR, IntakeHouse


@pytest.fixture
def house(any_store):
    return IntakeHouse(any_store)


def asked(house):
    number = house.take_in().report.number
    with house.store.read() as reader:
        (question,) = reader.questions(number=number)
    return question


def test_an_answer_closes_the_gap_it_was_asked_about_and_no_other(house):
    question = asked(house)
    before = house.find(question.number).gaps
    given = answer(house.desk, question.id, "It was 50122.", actor="sender:harbour", sender_id=HARBOUR)
    assert (given.answer, given.answered_at) == ("It was 50122.", house.clock())
    assert house.find(question.number).gaps == tuple(gap for gap in before if gap.path != question.path)
    assert len(house.find(question.number).gaps) == len(before) - 1
    assert house.acts()[-1] == "intake.answer"


def test_a_question_is_answered_once_and_by_its_sender(house):
    question = asked(house)
    with pytest.raises(NotFoundError):
        answer(house.desk, question.id, "It was mine.", actor="sender:coast", sender_id=SenderId("coast"))
    assert house.store.transact(lambda unit: unit.questions(number=question.number))[0].answered_at is None
    answer(house.desk, question.id, "50122", actor="user:ada")
    with pytest.raises(ConflictError):
        answer(house.desk, question.id, "50123", actor="user:ada")


@pytest.mark.parametrize("words", ["", "  ", "x" * 4001, "a\0b"])
def test_words_that_are_none_are_no_answer(house, words):
    with pytest.raises(InputError):
        answer(house.desk, asked(house).id, words, actor="user:ada")


def test_a_person_may_ask_about_any_place(house):
    number = house.take_in().report.number
    question = ask(house.desk, number, "files", "Is there a file?", actor="user:ada")
    assert (question.sender_id, question.asked_by) == (HARBOUR, "user:ada")
    assert "files" in house.questions(number)
    with pytest.raises(NotFoundError):
        ask(house.desk, IntakeNumber(999), "files", "Is there a file?", actor="user:ada")


def test_an_answer_brings_the_place_of_its_report_up_again(house):
    question = asked(house)
    desk = open_queue_desk(Settings(), house.store, house.clock)
    order_pending(desk, "test")
    with house.store.read() as reader:
        place = reader.find_place(PlaceId(question.number))
    house.store.transact(lambda unit: unit.put_places([replace(place, state=PlaceState.SET_ASIDE)]))
    answer(house.desk, question.id, "It was 50122.", actor="user:ada")
    with house.store.read() as reader:
        woken = reader.find_place(PlaceId(question.number))
    assert (woken.state, woken.newest) == (PlaceState.WAITING, WakeUp.ANSWER)


def test_an_answer_brings_a_report_that_slept_up_again(house):
    question = asked(house)
    queue = open_queue_desk(Settings(), house.store, house.clock)
    order_pending(queue, "test")

    def sleep(unit):
        place = unit.find_place(unit.find_ordered(question.number).place_id)
        unit.put_places([replace(place, state=PlaceState.SET_ASIDE)])
        return place.id

    place_id = house.store.transact(sleep)
    answer(house.desk, question.id, "50122", actor="sender:harbour", sender_id=HARBOUR)
    with house.store.read() as reader:
        place = reader.find_place(place_id)
    assert (place.state, place.newest) == (PlaceState.WAITING, WakeUp.ANSWER)
