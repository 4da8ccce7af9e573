"""What Today asks of whom: only jobs that this person may take; and the alerts, page by page."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing import record_by_hand
from clew.pipelines.flags import Flag, flag
from clew.records.case import AlertKind, CaseAlert, Content, FlagReason
from clew.records.identifiers import AlertId, UserId, VerdictId
from clew.records.people import Role
from clew.records.review import Decision, Look, Verdict, VerdictStanding
from tests.pipelines.filing_house import ADA, FilingHouse, SetClock
from tests.pipelines.review_house import thread
from tests.web.web_desk import WebDesk


@pytest.fixture
def listed(desk: WebDesk) -> WebDesk:
    """A desk with a list, which Today wants first."""
    desk.add_list("national", [bytes(32)])
    return desk


def flagged(desk: WebDesk, reason: FlagReason) -> Content:
    wanted = Flag(subject="account-7", reason=reason, messages=thread("send me a card"), reference="upload-9")
    return flag(desk.installation.review_desk, wanted, actor="key:k").content


def today(desk: WebDesk) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", desk.get("/").text)))


def test_jobs_that_wait_for_another_role_are_not_counted_as_ones_own(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.OTHER)
    listed.sign_in(Role.REVIEWER)
    assert "1 job waits for review" in today(listed)
    with listed.installation.store.read() as reader:
        job = reader.get_job_of_case(content.case_id)
    listed.installation.store.transact(lambda unit: unit.change_job(replace(unit.take_job(job.id), look=Look.SENIOR)))
    said = today(listed)
    assert "1 job waits for review" not in said
    assert "1 job waits for other people" in said
    listed.sign_in(Role.SENIOR_REVIEWER)
    assert "1 job waits for review" in today(listed)


def test_an_urgent_job_that_one_may_not_take_is_said_to_wait_for_another(listed: WebDesk) -> None:
    flagged(listed, FlagReason.LIVE_DANGER)
    listed.sign_in(Role.AUDITOR)
    said = today(listed)
    assert "1 urgent job waits for another person" in said
    assert "1 urgent job waits and nobody holds it" not in said
    listed.sign_in(Role.REVIEWER)
    assert "1 urgent job waits and nobody holds it" in today(listed)


def test_no_clock_runs_on_today_once_the_case_is_filed(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.LIVE_DANGER)
    file_provisionally(listed, content)
    listed.sign_in(Role.SENIOR_REVIEWER)
    said = today(listed)
    assert "urgent job waits" not in said
    assert "1 job waits for review" in said
    assert "min left of" not in said


def test_no_clock_runs_in_the_queue_or_on_the_job_once_the_case_is_filed(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.LIVE_DANGER)
    with listed.installation.store.read() as reader:
        job = reader.get_job_of_case(content.case_id)
    listed.sign_in(Role.SENIOR_REVIEWER)
    assert "1 job runs against a clock" in listed.get("/review").text
    assert "min left of" in listed.get("/review").text
    assert "min left of" in listed.get(f"/review/{job.id}").text
    file_provisionally(listed, content)
    queue = listed.get("/review").text
    assert "0 jobs run against a clock" in queue
    assert "reported, " in queue
    assert "min left of" not in queue
    assert "min left of" not in listed.get(f"/review/{job.id}").text


def file_provisionally(desk: WebDesk, content: Content) -> None:
    """One person has found it reportable, and its report is filed; the second look is due."""
    installation = desk.installation
    house = FilingHouse(installation.filing_desk, cast("SetClock", desk.clock), {content.case_id: []})
    at = installation.clock()
    with installation.store.read() as reader:
        job = reader.get_job_of_case(content.case_id)
    verdict = Verdict(
        id=VerdictId(new_id(at)),
        job_id=job.id,
        case_id=content.case_id,
        content_id=content.id,
        by=UserId("ada"),
        at=at,
        decision=Decision.NOT_LISTED,
        standing=VerdictStanding.PROVISIONAL,
    )
    installation.store.transact(lambda unit: unit.add_verdict(verdict))
    filing = house.order(content.case_id)
    installation.store.transact(
        lambda unit: record_by_hand(unit, house.desk, filing.id, number="77", filed_at=at, actor=ADA)
    )


def test_the_alerts_go_on_upon_a_further_page(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.OTHER)
    alerts = []
    for number in range(130):
        at = listed.clock() + timedelta(milliseconds=number)
        kind = AlertKind.PAGE_UNDELIVERED
        alerts.append(CaseAlert(id=AlertId(new_id(at)), case_id=content.case_id, kind=kind, at=at))

    def raise_all(unit: UnitOfWork) -> None:
        for alert in alerts:
            unit.raise_case_alert(alert)

    listed.installation.store.transact(raise_all)
    listed.sign_in(Role.REPORTER)
    first = listed.get("/alerts")
    more = re.findall(r'href="(/alerts\?before=[^"]+)"', first.text)
    assert len(more) == 1
    second = listed.get(more[0])
    shown = [re.findall(r'id="([0-9A-Z]{26})"', each.text) for each in (first, second)]
    assert [len(each) for each in shown] == [100, 30]
    assert shown[0] + shown[1] == [each.id for each in reversed(alerts)]
    assert 'href="/alerts?before=' not in second.text
    assert 'href="/alerts"' in second.text
    assert "130 alerts" in html.unescape(first.text)
