"""What Today asks of whom: only jobs that this person may take; and the alerts, page by page."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.doctor import examine
from clew.pipelines.filing import record_by_hand
from clew.pipelines.flags import Flag, flag
from clew.records.case import AlertKind, CaseAlert, Content, FlagReason
from clew.records.filing import Filing
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


def test_a_job_that_nobody_who_works_here_may_take_is_named_on_today_and_by_the_doctor(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.OTHER)
    listed.sign_in(Role.REVIEWER)
    assert "that nobody who works here may take" not in today(listed)
    with listed.installation.store.read() as reader:
        job = reader.get_job_of_case(content.case_id)
    listed.installation.store.transact(lambda unit: unit.change_job(replace(unit.take_job(job.id), look=Look.SENIOR)))
    assert "1 job waits that nobody who works here may take" in today(listed)
    told = [each.told for each in examine(listed.installation.settings, listed.clock) if each.what == "review"]
    assert [each.partition(":")[0] for each in told] == ["1 job waits for review that nobody who works here may take"]


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


def test_an_urgent_first_verdict_asks_for_its_report_everywhere_until_it_is_filed(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.LIVE_DANGER)
    decide_provisionally(listed, content)
    listed.sign_in(Role.SENIOR_REVIEWER)
    with listed.installation.store.read() as reader:
        job = reader.get_job_of_case(content.case_id)
    assert "1 decided case without a report, 1 of them urgent" in today(listed)
    assert f"/reports/draft/{content.case_id}" in listed.get("/reports").text
    page = listed.get(f"/review/{job.id}").text
    assert f'<a href="/reports/draft/{content.case_id}">Compose its report</a>' in page
    assert "no report waits for a second look" in page
    filed(listed, content)
    assert "without a report" not in today(listed)
    assert "Every decided case has its report" in listed.get("/reports").text
    assert "Compose its report" not in listed.get(f"/review/{job.id}").text


def test_a_first_verdict_in_no_haste_asks_for_no_report_yet(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.OTHER)
    decide_provisionally(listed, content)
    listed.sign_in(Role.SENIOR_REVIEWER)
    assert "without a report" not in today(listed)


def test_reports_that_wait_because_filing_is_off_are_told_on_today(listed: WebDesk) -> None:
    content = flagged(listed, FlagReason.LIVE_DANGER)
    decide_provisionally(listed, content)
    order(listed, content)
    listed.sign_in(Role.REPORTER)
    assert "1 report waits because filing is switched off" in today(listed)


def file_provisionally(desk: WebDesk, content: Content) -> None:
    """One person has found it reportable, and its report is filed; the second look is due."""
    decide_provisionally(desk, content)
    filed(desk, content)


def decide_provisionally(desk: WebDesk, content: Content) -> None:
    """One person has found it reportable; the second look is due."""
    installation = desk.installation
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


def order(desk: WebDesk, content: Content) -> Filing:
    """The report of its case is ordered, as the case holds it."""
    house = FilingHouse(desk.installation.filing_desk, cast("SetClock", desk.clock), {content.case_id: []})
    return house.order(content.case_id)


def filed(desk: WebDesk, content: Content) -> None:
    """The report is ordered, and recorded as filed by hand."""
    filing, at = order(desk, content), desk.installation.clock()
    room = desk.installation.filing_desk
    desk.installation.store.transact(
        lambda unit: record_by_hand(unit, room, filing.id, number="77", filed_at=at, actor=ADA)
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
