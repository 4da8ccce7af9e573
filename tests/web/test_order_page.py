"""How well the order works: what is known is told with its interval, and what is not known is said."""

import json
from dataclasses import replace

from clew.pipelines.work_queue import queue_round
from clew.records.people import Role
from clew.records.triage import Lot, Place
from clew.records.worked import ScoreModel
from clew.triage.prior import PRIOR
from tests.web.queue_desk import open_site
from tests.web.web_desk import WebDesk

FIGURES = {
    "auc": 0.912,
    "brier": 0.041,
    "brier_of_none": 0.08,
    "calibration_error": 0.01,
    "outcomes": 400,
    "urgent": 60,
}
CARD = {
    "learnt_from": 900,
    "first_at": "2026-01-02T00:00:00Z",
    "last_at": "2026-02-20T00:00:00Z",
    "judged": {**FIGURES, "deciles": [{"places": 40, "predicted": 0.02, "found": 0.03, "low": 0.01, "high": 0.13}]},
    "before": {**FIGURES, "auc": 0.85},
    "recalls": [
        {"by": "language", "stratum": "pt", "urgent": 4, "within_reach": 2, "share": 0.5, "low": 0.15, "high": 0.85}
    ],
}


def test_where_nothing_is_known_the_page_says_so_and_why(desk: WebDesk) -> None:
    desk.sign_in(Role.READ_ONLY)
    text = desk.get("/order").text
    assert "How well the order works is not known yet" in text
    assert "judgement" in text
    assert "none was" in text
    assert "0 outcomes are recorded" in text


def test_a_card_in_force_is_told_with_intervals_and_few_are_called_few(desk: WebDesk) -> None:
    model = ScoreModel(
        version="learnt-2026-02-21",
        made_at=desk.clock(),
        base=PRIOR.base,
        weights=PRIOR.weights,
        shares=PRIOR.shares,
        card=json.dumps(CARD),
        in_force_since=desk.clock(),
        put_by="user:ada",
    )
    desk.installation.store.transact(lambda unit: unit.put_model(model))
    desk.sign_in(Role.AUDITOR)
    text = desk.get("/order").text
    for told in ("0.912", "0.850", "1.0 to 13.0 %", "15 to 85 %", "few", "learnt-2026-02-21"):
        assert told in text


def test_the_miss_rate_is_told_with_its_interval_once_the_audit_looked(desk: WebDesk) -> None:
    site = open_site(desk)
    numbers = site.take_in("mara", "nell", "olin", "pela")

    drawn = [_drawn(site.place(number)) for number in numbers]
    desk.installation.store.transact(lambda unit: unit.put_places(drawn))
    site.web.clock.move(days=2)
    queue_round(site.desk)
    site.web.clock.move(days=1)
    site.sign_in()
    assert "were not looked at yet" in desk.get("/order").text
    for number in numbers:
        site.hold(number)
        site.decide(number, "close", reason="spam", urgent="yes" if number == numbers[0] else "no")
    text = desk.get("/order").text
    assert "25.00 %" in text
    assert "(95 %)" in text


def _drawn(place: Place) -> Place:
    """The lot chose it for certain."""
    return replace(place, lot=Lot(stratum=0, chance=1.0, drawn=True))
