"""/api/v1/queue: other systems read and work the line by the same rule, and two doors make no two people."""

import pytest

from clew.records.screening import Scope
from clew.records.triage import PlaceState
from tests.web.queue_desk import QueueSite, open_site
from tests.web.web_desk import WebDesk


@pytest.fixture
def site(desk: WebDesk) -> QueueSite:
    return open_site(desk)


class Caller:
    """A system with a key of its own."""

    def __init__(self, site: QueueSite) -> None:
        self.site, self.key = site, site.web.key(Scope.QUEUE_READ, Scope.QUEUE_WORK)

    def get(self, path: str):
        return self.site.web.call("GET", f"/api/v1/queue{path}", key=self.key)

    def post(self, path: str, **body: object):
        return self.site.web.call("POST", f"/api/v1/queue{path}", key=self.key, json=body or None)


def test_places_are_read_in_the_order_of_the_line_without_a_name_or_a_word(site: QueueSite) -> None:
    calm = site.take_in("quorvane")[0]
    danger = site.take_in("nell", urgent="They meet at four.")[0]
    caller = Caller(site)
    answer = caller.get("")
    assert [each["place"] for each in answer.json()["places"]] == [danger, calm]
    detail = caller.get(f"/{danger}")
    assert abs(sum(each["weight"] for each in detail.json()["factors"]) - detail.json()["risk"]) < 1e-6
    for text in (answer.text, detail.text):
        assert "quorvane" not in text
        assert "They meet" not in text
        assert "token" not in text


def test_pages_follow_one_another(site: QueueSite) -> None:
    taken = site.take_in(*(f"n{number}" for number in range(5)))
    caller, seen, after = Caller(site), [], ""
    while True:
        page = caller.get(f"?limit=2{after}").json()
        seen += [each["place"] for each in page["places"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(taken)
    assert len(seen) == len(set(seen)) == 5


def test_a_place_is_taken_held_decided_and_taken_back(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    caller = Caller(site)
    taken = caller.post("/next").json()
    assert (taken["place"]["place"], taken["place"]["state"]) == (number, "claimed")
    assert caller.post("/next").json() == {"place": None, "token": None}
    token = taken["token"]
    assert caller.post(f"/{number}/renew", token=token).status_code == 200
    assert caller.post(f"/{number}/decide", token=token + 1, act="refer", urgent=False).status_code == 409
    assert caller.post(f"/{number}/decide", token=token, act="close", urgent=False).status_code == 400
    made = caller.post(f"/{number}/decide", token=token, act="close", reason="spam", urgent=False)
    assert (made.status_code, made.json()["pending"], site.place(number).state) == (201, False, PlaceState.DECIDED)
    assert caller.post(f"/{number}/undo/{made.json()['id']}").json()["state"] == "waiting"
    assert caller.post(f"/{number + 1}/undo/{made.json()['id']}").status_code == 404


def test_outcomes_are_recorded_by_a_key(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    caller = Caller(site)
    assert caller.post(f"/{number}/outcome", kind="not-actionable").status_code == 400
    assert caller.post(f"/{number}/outcome", kind="not-actionable", reason="no-time").status_code == 201
    assert caller.get(f"/{number}").json()["outcomes"][0]["kind"] == "not-actionable"


def test_a_person_at_the_console_and_a_key_make_no_two_people(site: QueueSite) -> None:
    """Whoever holds a key may also sign in: their own second look must not come by the other door."""
    number = site.take_in("mara", urgent="Now.")[0]
    caller = Caller(site)
    token = caller.post(f"/{number}/claim").json()["token"]
    assert caller.post(f"/{number}/decide", token=token, act="downgrade", urgent=False).json()["pending"] is True
    site.sign_in()
    assert site.post(f"/queue/{number}/claim").status_code == 403
    text = site.web.get(f"/queue/{number}").text
    assert "waits for another person&#39;s look" in text
    assert "Claim it" not in text
    other = Caller(site)
    again = other.post(f"/{number}/claim").json()["token"]
    assert other.post(f"/{number}/decide", token=again, act="downgrade", urgent=False).json()["pending"] is False
    assert site.place(number).overrides == ()


@pytest.mark.parametrize("query", ["state=gone", "limit=0", "who=me", "after=x", "country=%00"])
def test_a_question_that_is_not_understood_is_refused(site: QueueSite, query: str) -> None:
    assert Caller(site).get(f"?{query}").status_code == 400


@pytest.mark.parametrize("number", ["0x1", "9" * 30, "quorvane", "77"])
def test_what_is_not_there_is_not_found(site: QueueSite, number: str) -> None:
    caller = Caller(site)
    assert [caller.get(f"/{number}").status_code, caller.post(f"/{number}/claim").status_code] == [404, 404]
