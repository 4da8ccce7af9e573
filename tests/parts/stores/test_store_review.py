"""Queries of review that run all day walk an index; what the database itself refuses it refuses on each kind."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import Store
from clew.pipelines import appeals, keeping, paging, review, serving, views
from clew.pipelines.case_file import case_file, reportable_contents
from clew.pipelines.views import Asked
from clew.pipelines.wrong_clock import mend_times
from clew.records.case import FlagReason
from clew.records.identifiers import CaseId, ContentId, HitId, JobId, SubjectId, VerdictId, ViewId
from clew.records.review import Decision, JobState
from clew.records.subject import AccountIdentifier
from clew.records.viewing import Filter
from tests.pipelines.review_house import House, open_house, sha256_of, thread
from tests.review.review_records import ADA, BO, NOON

LARGE = (
    "subjects",
    "subject_identifiers",
    "cases",
    "contents",
    "content_signals",
    "content_hits",
    "thread_messages",
    "review_jobs",
    "verdicts",
    "known_bytes",
    "second_opinions",
    "escalations",
    "appeals",
    "view_events",
    "view_confirmations",
    "exposure_stops",
    "pages",
)


def test_no_daily_query_reads_a_large_table_through(store: Store, tmp_path: Path):
    statements: dict[str, object] = {}
    database = store._database  # type: ignore[attr-defined]

    def note(_connection, _cursor, statement, parameters, _context, many):
        if re.match("SELECT|UPDATE|DELETE", statement) and not many:
            statements[statement] = parameters

    for engine in (database.reading, database.writing):
        event.listen(engine, "before_cursor_execute", note)
    _work_a_day(open_house(store, tmp_path / "data"))
    with database.reading.begin() as connection:
        plans = {
            statement: [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
            for statement, given in statements.items()
        }
    scans = [
        (line, statement)
        for statement, plan in plans.items()
        for line in plan
        if re.match(rf"SCAN ({'|'.join(LARGE)})", line) and "USING" not in line
    ]
    assert scans == []
    assert len(plans) > 50


def _work_a_day(house: House) -> None:
    content = house.sealed_hit(1)
    house.flag(FlagReason.EXTORTION, messages=thread("a"))
    again = house.hit(1, "account-8")
    lease = house.lease(ADA, content)
    asked = Asked(content_id=content.id, filter=Filter.FULL)
    view = views.request_view(house.desk, ADA, lease, asked, proved_at=house.clock.now)
    begun = serving.begin_serving(house.desk, ADA, lease.job_id, view.event.id)
    arrived = b"".join(serving.stream_whole(house.desk, begun))
    proof = hashlib.sha256(view.event.id.encode() + arrived).digest()
    serving.confirm_view(house.desk, ADA, view.event.id, proof=proof)
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    review.release(house.desk, ADA, review.renew(house.desk, ADA, lease))
    verdict = house.decide(BO, house.lease(BO, content), content.id, Decision.NOT_LISTED).verdict
    assert verdict is not None
    appeals.appeal(house.desk, verdict.id, reference=None, actor="key:test")
    house.clock.move(hours=2)
    paging.due_pages(house.desk)
    mend_times(house.desk)
    keeping.fail_interrupted(house.desk)
    views.own_exposure(house.desk, ADA)
    views.team_totals(house.desk, {"day": [ADA.id, BO.id]})
    with house.store.read() as reader:
        for wanted in (
            JobFilter(state=JobState.WAITING),
            JobFilter(open_to=ADA.id, at=house.clock.now, after=reader.get_job_of_case(again.case_id).id),
            JobFilter(holder=ADA.id, at=house.clock.now),
        ):
            reader.jobs(wanted)
        case_file(reader, content.case_id)
        reportable_contents(reader, content.case_id)
        reader.subjects_by(AccountIdentifier.REFERENCE, "account-7")
        reader.cases_of(reader.get_case(content.case_id).subject_id)
        reader.known_verdicts([sha256_of(1)])
        reader.case_alerts()


def test_a_case_has_one_job(any_store: Store, tmp_path: Path):
    house = open_house(any_store, tmp_path / "data")
    job = house.job(house.hit(1))
    with pytest.raises(ConflictError):
        house.store.transact(lambda unit: unit.add_jobs([replace(job, id=JobId("another"), lease=None)]))


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: reader.get_subject(SubjectId("none")),
        lambda reader: reader.get_case(CaseId("none")),
        lambda reader: reader.get_content(ContentId("none")),
        lambda reader: reader.get_job(JobId("none")),
        lambda reader: reader.get_job_of_case(CaseId("none")),
        lambda reader: reader.get_verdict(VerdictId("none")),
        lambda reader: reader.get_view(ViewId("none")),
        lambda reader: reader.get_appeal("none"),
    ],
)
def test_what_is_not_there_is_said(store: Store, ask):
    with store.read() as reader, pytest.raises(NotFoundError, match="'none'"):
        ask(reader)


def test_nothing_is_found_where_nothing_is(any_store: Store):
    with any_store.read() as reader:
        assert reader.find_subject("nobody") is None
        assert reader.find_content_of_hit(HitId("none")) is None
        assert reader.known_verdicts([bytes(32)]) == {}
        assert reader.full_viewings([]) == {}
        assert reader.find_open_case(SubjectId("none"), "test") is None
        assert reader.count_views([], NOON) == []
        assert reader.count_stops([], NOON) == 0
    with pytest.raises(NotFoundError):
        any_store.transact(lambda unit: unit.take_case(CaseId("none")))
    with pytest.raises(NotFoundError):
        any_store.transact(lambda unit: unit.take_job(JobId("none")))


def test_the_ledger_is_completed_and_confirmed_once(any_store: Store, tmp_path: Path):
    house = open_house(any_store, tmp_path / "data")
    content = house.sealed_hit(1)
    asked = Asked(content_id=content.id, filter=Filter.GREY)
    view = views.request_view(house.desk, ADA, house.lease(ADA, content), asked, proved_at=house.clock.now).event
    at = house.clock()
    assert house.store.transact(lambda unit: unit.complete_view(view.id, 5, at, proof=b"a"))
    assert not house.store.transact(lambda unit: unit.complete_view(view.id, 500, at + timedelta(hours=1), proof=b"b"))
    with house.store.read() as reader:
        assert reader.get_view(view.id) == replace(view, completed_at=at, served_bytes=5, proof=b"a")
