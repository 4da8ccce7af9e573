"""The simulator's page: what is typed is simulated in a process of its own, bounded, and shown with an equal table."""

import pytest

from clew.records.people import Role
from tests.web.web_desk import SAME_SITE, WebDesk

SITE = {
    "reports": "480",
    "staff": "2",
    "urgent": "20",
    "ordinary_minutes": "10",
    "urgent_minutes": "20",
    "auc": "0.9",
    "bins": "",
    "bundle": "2",
    "urgent_bundle": "1.25",
    "reserve": "5",
    "days": "4",
    "target": "",
    "within": "1 h",
    "seed": "1",
}


def run(desk: WebDesk, **changed: str) -> str:
    """The page once the simulation is done."""
    answer = desk.call("POST", "/simulator", data={**SITE, **changed}, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    desk.app.state.door.simulating._thread.join()
    text = desk.get("/simulator").text
    assert "data-under-way" not in text
    return text


def test_the_orders_are_drawn_and_told_in_an_equal_table(desk: WebDesk) -> None:
    desk.sign_in(Role.REVIEWER)
    text = run(desk, target="50", bins="0.1, 9000, 30\n0.8, 400, 190")
    for name in ("First come, first served", "Newest first", "By score", "As Clew works", "bundled"):
        assert name in text
    assert text.count('class="circle"') == 6  # one an order, one in the legend
    assert "People for 50 % within 1 h" in text
    assert "0.8, 400, 190" in text
    assert "<style" not in text
    assert "style=" not in text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reports": "x"}, "a number"),
        ({"reports": "1, 2"}, "24 hours"),
        ({"staff": "1.5"}, "whole numbers"),
        ({"days": "3"}, "4 or more"),
        ({"auc": "nan"}, "a number"),
        ({"bins": "1, 2"}, "line 1"),
        ({"reports": "4000000"}, "this page takes 6,000,000"),
        ({"target": "90", "reports": "200000"}, "clew queue --simulate"),
    ],
)
def test_what_cannot_be_or_is_too_large_is_refused_with_what_was_typed(
    desk: WebDesk, changed: dict[str, str], told: str
) -> None:
    desk.sign_in(Role.REVIEWER)
    answer = desk.call("POST", "/simulator", data={**SITE, **changed}, headers=SAME_SITE)
    assert answer.status_code == 400
    assert told in answer.text
    assert all(value.splitlines()[0] in answer.text for value in changed.values())


def test_a_second_simulation_waits_for_the_first(desk: WebDesk) -> None:
    desk.sign_in(Role.REVIEWER)
    first = desk.call("POST", "/simulator", data={**SITE, "reports": "90000"}, headers=SAME_SITE)
    assert first.status_code == 303
    second = desk.call("POST", "/simulator", data=SITE, headers=SAME_SITE)
    assert second.status_code == 503
    assert "one at a time" in second.text


def test_each_person_sees_their_own_simulation(desk: WebDesk) -> None:
    desk.sign_in(Role.REVIEWER)
    run(desk, seed="77")
    desk.sign_in(Role.REPORTER)
    assert 'value="77"' not in desk.get("/simulator").text
