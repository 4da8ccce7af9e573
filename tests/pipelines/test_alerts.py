"""One list of all that stands until a person has seen to it."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from clew.errors import InputError, NotFoundError
from clew.ground.identity import new_id
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.alerts import StandingAlert, count_alerts, end_case_alert, standing_alerts
from clew.pipelines.filing_desk import fail
from clew.records.case import AlertKind, CaseAlert
from clew.records.identifiers import AlertId, CaseId
from tests.pipelines.filing_house import open_filing_house
from tests.pipelines.review_house import House
from tests.review.review_records import ADA


def raised(house: House, kind: AlertKind, number: int = 1) -> CaseAlert:
    content = house.hit(number, f"account-{number}")
    at = house.clock()
    alert = CaseAlert(id=AlertId(new_id(at)), case_id=content.case_id, kind=kind, at=at, content_id=content.id)
    house.store.transact(lambda unit: unit.raise_case_alert(alert))
    return alert


def standing(house: House, case_id: CaseId | None = None) -> list[StandingAlert]:
    with house.store.read() as reader:
        return standing_alerts(reader, case_id=case_id)


@pytest.mark.parametrize("kind", AlertKind)
def test_each_alert_says_what_happened_and_what_to_do(house: House, kind: AlertKind):
    raised(house, kind)
    (alert,) = standing(house)
    assert alert.title
    assert len(alert.to_do) > len(alert.title)


def test_an_alert_is_ended_by_a_person_who_says_what_they_did_and_once(any_house: House):
    alert, other = raised(any_house, AlertKind.SEAL_FAILED), raised(any_house, AlertKind.PAGE_UNDELIVERED, 2)
    assert [each.id for each in standing(any_house)] == [other.id, alert.id]
    for nothing in ("", "  ", "x" * 501, "two\nlines"):
        with pytest.raises(InputError, match="what was done about it"):
            end_case_alert(any_house.desk, alert.id, because=nothing, actor=ADA.actor)
    ended = end_case_alert(any_house.desk, alert.id, because="fetched from the platform", actor=ADA.actor)
    assert (ended.cleared_by, ended.cleared_because) == ("user:ada", "fetched from the platform")
    assert end_case_alert(any_house.desk, alert.id, because="again", actor="user:bo") == ended
    assert [each.id for each in standing(any_house)] == [other.id]
    assert standing(any_house, alert.case_id) == []
    (event,) = any_house.audit("case.alert_seen")
    assert (event["actor"], event["kind"], event["subject"]) == ("user:ada", "seal-failed", f"case:{alert.case_id}")
    assert "fetched" not in str(event), "the audit bears no free text"


def test_an_alert_that_is_not_there_cannot_be_ended(house: House):
    with pytest.raises(NotFoundError):
        end_case_alert(house.desk, AlertId("none"), because="seen", actor=ADA.actor)


def test_no_alert_hides_behind_newer_ones_and_they_are_counted_and_paged(house: House):
    first = raised(house, AlertKind.REVERSED_AFTER_FILING)

    def work(unit: UnitOfWork) -> None:
        for number in range(205):
            at = house.clock() + timedelta(minutes=number + 1)
            more = replace(first, id=AlertId(new_id(at)), at=at, kind=AlertKind.PAGE_UNDELIVERED)
            unit.raise_case_alert(more)

    house.store.transact(work)
    assert [len(standing(house)), standing(house)[-1].id] == [206, first.id]
    assert standing(house, first.case_id)[-1].id == first.id
    with house.store.read() as reader:
        assert count_alerts(reader) == 206
        page = standing_alerts(reader, most=200)
        older = standing_alerts(reader, most=200, before=page[-1].id)
    assert [each.id for each in [*page, *older]] == [each.id for each in standing(house)]


def test_the_alert_of_a_filing_stands_at_its_own_case_alone(store: Store, tmp_path: Path):
    house = open_filing_house(store, tmp_path / "data", "http://127.0.0.1:9")
    made = [house.order(house.case()) for _ in range(2)]
    for each in made:
        house.store.transact(partial(fail, filing=each, told="refused", at=house.clock()))
    with store.read() as reader:
        assert [each.filing_id for each in standing_alerts(reader, case_id=made[0].case_id)] == [made[0].id]
        assert {each.filing_id for each in standing_alerts(reader)} == {each.id for each in made}
