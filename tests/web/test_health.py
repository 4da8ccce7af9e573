"""Health, readiness, metrics, and what the service answers when something under it fails."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from clew.records.hashlist import LegalBasis
from clew.records.screening import Purpose, PurposeBasis, Scope
from clew.web import door, rounds
from tests.web.web_desk import WebDesk, open_desk, pdq, signal


def test_a_process_without_anything_to_serve_is_alive_all_the_same(desk: WebDesk) -> None:
    assert desk.get("/healthz").json() == {"alive": True}


def test_a_service_without_workers_is_not_ready_and_says_why(desk: WebDesk) -> None:
    answer = desk.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["decode workers: none is ready"]


def test_an_index_that_lags_is_not_ready(hashing_desk: WebDesk) -> None:
    hashing_desk.installation.index.follow_once()
    hashing_desk.clock.move(seconds=30)
    reasons = hashing_desk.get("/readyz").json()["reasons"]
    assert "index" in reasons
    hashing_desk.installation.index.follow_once()
    assert "index" not in hashing_desk.get("/readyz").json()["reasons"]


def test_with_the_database_down_nothing_is_acknowledged_and_the_service_says_so(desk: WebDesk) -> None:
    key = desk.key(Scope.SCREEN)
    desk.add_list("national", [pdq(1)])
    assert desk.screen(key, json={"signals": [signal(pdq(1))]}).status_code == 200
    (desk.installation.settings.data_dir / "clew.db").unlink()
    desk.installation.store.close()
    answers = [desk.screen(key, json={"signals": [signal(pdq(each))]}) for each in (1, 2)]
    assert [each.status_code for each in answers] == [503, 503]
    assert all(each.json()["error"]["code"] == "unavailable" for each in answers)
    ready = desk.get("/readyz")
    assert ready.status_code == 503
    assert "database" in ready.json()["reasons"]
    assert str(desk.installation.settings.data_dir) not in ready.text + answers[0].text
    assert desk.get("/healthz").status_code == 200


def test_metrics_tell_screenings_index_and_the_end_of_legal_grounds(desk: WebDesk) -> None:
    key = desk.key(Scope.SCREEN, Scope.MEASURE_READ)
    desk.add_list("national", [pdq(1)])
    at = desk.clock()
    basis = PurposeBasis(
        purpose=Purpose.PRIVATE_MESSAGES,
        basis=LegalBasis(text="a test", since=at - timedelta(days=1), until=at + timedelta(hours=1)),
        recorded_by="command:test",
        recorded_at=at,
    )
    desk.installation.store.transact(lambda unit: unit.put_basis(basis))
    desk.screen(key, json={"batch": [{"signals": [signal(pdq(each), quality=each)]} for each in (90, 91, 3)]})
    desk.screen(key, json={"signals": [signal(pdq(1))]})
    text = desk.call("GET", "/metrics", key=key).text
    for line in (
        'clew_screenings_total{action="pass",channel="hashes"} 3.0',
        'clew_screenings_total{action="review",channel="hashes"} 1.0',
        'clew_unhashable_total{reason="low-quality",type="pdq"} 1.0',
        'clew_index_entries{type="pdq"} 1.0',
        'clew_legal_basis_seconds_left{purpose="private-messages"} 3600.0',
        'clew_request_seconds_count{method="POST",route="/api/v1/screen",status="200"} 2.0',
    ):
        assert line in text.splitlines()


def test_an_unforeseen_failure_is_told_by_its_request_id_alone(desk: WebDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret that an exception bears")

    monkeypatch.setattr(desk.installation.screener, "screen", fail)
    answer = desk.screen(desk.key(Scope.SCREEN), json={"signals": [signal(pdq(1))]})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


def test_the_web_serves_over_any_store(any_url: str, tmp_path: Path, sqlite_template: Path) -> None:
    with open_desk(tmp_path / "web", sqlite_template, database=any_url) as desk:
        key = desk.key(Scope.SCREEN, Scope.HITS_READ)
        desk.add_list("national", [pdq(1)])
        hit = desk.screen(key, json={"signals": [signal(pdq(1))], "reference": "upload-3"}).json()["hit"]
        assert desk.call("GET", f"/api/v1/hits/{hit}", key=key).json()["reference"] == "upload-3"
        desk.sign_in()
        assert "1 hit" in desk.get("/hits").text


def test_while_another_process_keeps_the_database_nobody_waits_for_ever(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (door, rounds):
        monkeypatch.setattr(each, "RECORD_S", 0.05)
    key = desk.key(Scope.SCREEN)
    desk.add_list("national", [pdq(1)])
    other = sqlite3.connect(desk.installation.settings.data_dir / "clew.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    small, large = {"signals": [signal(pdq(1))]}, {"batch": [{"signals": [signal(pdq(9))]}] * 100}
    answers = [desk.screen(key, json=each) for each in (small, large, small)]
    assert [each.status_code for each in answers] == [503, 503, 503]
    assert all("send it again" in each.json()["error"]["message"] for each in answers)
    assert desk.get("/healthz").status_code == 200
    other.execute("ROLLBACK")
    other.close()
    monkeypatch.undo()
    assert desk.screen(key, json=small).status_code == 200
