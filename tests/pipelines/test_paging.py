"""Pages: each step of an urgent job's clock is told once, by each way, and says nothing of what the job is about."""

import json
import logging
import socketserver
import threading
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from clew.errors import UnavailableError
from clew.pipelines import lanes, paging, review
from clew.pipelines.filing import file_report, record_by_hand
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.outbox import Outbox
from clew.records.case import AlertKind, Content, FlagReason
from clew.records.outbox import TaskState
from clew.records.report import Incident, IncidentType, Report
from clew.records.review import Decision, JobState, Lane
from clew.settings import Review, Settings, Web
from tests.pipelines.filing_house import REPORTER
from tests.pipelines.local_servers import KeptMail, serving
from tests.pipelines.review_house import House, thread
from tests.review.review_records import ADA, BO

WAYS = {"page_webhook": "https://hook.example/x", "page_mail": "a@example.com, b@example.com"}
ALL_WAYS = {**WAYS, "smtp_host": "mail.example:587", "page_from": "clew@example.com"}


def waiting(house: House) -> list[dict[str, object]]:
    with house.store.read() as reader:
        return [dict(task.payload) for task in reader.tasks(TaskState.WAITING, 100)]


def steps(house: House) -> list[object]:
    return [event["step"] for event in house.audit("review.page")]


def urgent(house: House, reason: FlagReason = FlagReason.EXTORTION):
    return house.flag(reason, messages=thread("send me a card"), reference="upload-9").content


def test_a_job_in_an_urgent_lane_is_told_in_the_transaction_that_opened_it(any_house: House):
    house = any_house.under(**ALL_WAYS)
    content = urgent(house)
    told = waiting(house)
    assert sorted(str(each["way"]) for each in told) == ["mail", "webhook"]
    assert {each["job"] for each in told} == {house.job(content).id}
    assert steps(house) == ["opened"]


def test_an_ordinary_job_wakes_nobody(house: House):
    house.under(**ALL_WAYS).hit(1)
    assert waiting(house) == []


def test_each_step_is_told_once_however_often_and_by_however_many_it_is_looked_for(any_house: House):
    house = any_house.under(**WAYS)
    content = urgent(house)
    assert paging.due_pages(house.desk) == 0
    house.clock.move(minutes=31)
    threads = [threading.Thread(target=paging.due_pages, args=(house.desk,)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert steps(house) == ["opened", "half"]
    house.clock.move(minutes=31)
    assert (paging.due_pages(house.desk), paging.due_pages(house.desk)) == (1, 0)
    assert steps(house) == ["opened", "half", "over"]
    assert len(waiting(house)) == 3
    assert house.job(content).lane is Lane.ONGOING_EXTORTION


def test_half_time_is_not_told_while_somebody_works_at_it_and_a_decided_job_is_over(house: House):
    content = urgent(house)
    lease = house.lease(ADA, content)
    house.clock.move(minutes=29)
    lease = review.renew(house.desk, ADA, lease)
    house.clock.move(minutes=2)
    assert paging.due_pages(house.desk) == 0
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    house.decide(BO, house.lease(BO, content), content.id, Decision.NOT_LISTED)
    house.clock.move(hours=2)
    assert paging.due_pages(house.desk) == 0


def decided_by_one_and_filed(house: House, *, handed: bool = False) -> Content:
    """An urgent job of which one person has found all reportable, and whose report is filed; the second look is due."""
    content: Content = urgent(house)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    room = house.desk.strongroom
    assert room is not None
    desk = FilingDesk(settings=room.settings, store=house.store, strongroom=room, clock=house.clock)
    report = Report(incident=Incident(type=IncidentType.ENTICEMENT, at=house.clock()), reporter=REPORTER)
    ordered = house.store.transact(lambda unit: file_report(unit, desk, content.case_id, report, actor=ADA.actor))
    at = house.clock()
    if not handed:
        house.store.transact(
            lambda unit: record_by_hand(unit, desk, ordered.id, number="77", filed_at=at, actor=ADA.actor)
        )
    return content


def test_nobody_is_woken_for_a_second_look_once_the_case_is_filed(any_house: House):
    house = any_house.under(**WAYS)
    content = decided_by_one_and_filed(house)
    assert house.job(content).state is not JobState.DECIDED
    assert steps(house) == ["opened"]
    house.clock.move(hours=2)
    assert paging.due_pages(house.desk) == 0
    assert steps(house) == ["opened"]


def test_a_page_that_was_promised_is_not_sent_once_the_case_is_filed(house: House):
    house, settings = settings_of(house, page_webhook="http://127.0.0.1:9/page")
    decided_by_one_and_filed(house)
    assert work(house, settings)
    with house.store.read() as reader:
        assert set(reader.count_tasks()) == {TaskState.DONE}, "no page is tried again"


def test_pages_go_on_while_the_report_is_only_ordered(house: House):
    house = house.under(**WAYS)
    decided_by_one_and_filed(house, handed=True)
    house.clock.move(hours=2)
    assert paging.due_pages(house.desk) > 0


def test_pages_go_on_for_what_joins_the_case_after_it_was_filed(house: House):
    house = house.under(**WAYS)
    content = decided_by_one_and_filed(house)
    later = house.flag(FlagReason.EXTORTION, messages=thread("again"), reference="upload-10").content
    assert later.case_id == content.case_id
    house.clock.move(hours=2)
    assert paging.due_pages(house.desk) > 0


def test_a_job_that_is_raised_has_a_new_clock_and_new_steps(house: House):
    content = house.hit(1)
    lanes.change_lane(house.desk, ADA, house.job(content).id, Lane.INFANT)
    house.clock.move(minutes=5)
    lanes.change_lane(house.desk, ADA, house.job(content).id, Lane.LIVE_DANGER)
    assert steps(house) == ["opened", "opened"]


def test_nothing_personal_stands_in_a_page(house: House):
    urgent(house.under(**ALL_WAYS))
    said = json.dumps(waiting(house))
    for planted in ("account-7", "upload-9", "card"):
        assert planted not in said


# ---------------------------------------------------------------- sending


class _Hook(BaseHTTPRequestHandler):
    received: list[dict[str, object]]
    status = 204

    def do_POST(self) -> None:
        type(self).received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


def settings_of(house: House, **policy: object) -> tuple[House, Settings]:
    house = house.under(**policy)
    return house, Settings(review=house.desk.policy, web=Web(public_url="https://clew.example"))


def work(house: House, settings: Settings) -> bool:
    handler = paging.page_handler(house.desk, settings)
    return Outbox(house.store, house.clock, {paging.KIND: handler}, "test").work_once()


def test_a_page_reaches_the_webhook_and_says_where_to_go(house: House):
    hook: Any = type("Hook", (_Hook,), {"received": []})
    with serving(HTTPServer(("127.0.0.1", 0), hook)) as port:
        house, settings = settings_of(house, page_webhook=f"http://127.0.0.1:{port}/page")
        job = house.job(urgent(house, FlagReason.LIVE_DANGER))
        assert work(house, settings)
        assert not work(house, settings)
    (said,) = hook.received
    assert said["link"] == f"https://clew.example/review/{job.id}"
    assert (said["lane"], said["step"], said["environment"]) == ("live-danger", "opened", "test")
    assert set(said) == {"key", "job", "lane", "step", "due_at", "environment", "link"}


PAGE = {"key": "k", "job": "J", "lane": "live-danger", "step": "opened", "due_at": None, "way": "webhook"}


@pytest.mark.parametrize("status", [200, 401])
def test_the_query_of_a_webhook_reaches_its_host_and_nothing_else(status: int, caplog: pytest.LogCaptureFixture):
    asked: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    caplog.set_level(logging.INFO)
    told = ""
    with serving(HTTPServer(("127.0.0.1", 0), Hook)) as port:
        settings = Settings(review=Review(page_webhook=f"http://127.0.0.1:{port}/hook/HUSH1?token=HUSH2..//x"))
        try:
            paging.send_page(settings, PAGE)
        except UnavailableError as error:
            told = "".join(traceback.format_exception(error))
    assert asked == ["/hook/HUSH1?token=HUSH2..//x"]
    assert "HUSH" not in told + caplog.text
    assert ("127.0.0.1 answered 401" in told) is (status == 401)


@pytest.mark.parametrize(
    "address",
    [
        "http://hook.example/HUSH?token=HUSH",
        "https://HUSH:HUSH@hook.example/x",
        "https://hook.example//HUSH?token=HUSH",
        "https://hook.example/../HUSH?token=HUSH",
        "https://[HUSH/HUSH?token=HUSH",
        "https://hook.example:HUSH/x",
        "HUSH?token=HUSH",
        "http://127.0.0.1:9/HUSH?token=HUSH",
        "http://127.0.0.1:9/HUSH?token=\nHUSH\x00",
    ],
)
def test_a_webhook_that_cannot_be_called_is_told_of_without_its_secrets(address: str):
    with pytest.raises(UnavailableError) as caught:
        paging.send_page(Settings(review=Review(page_webhook=address)), PAGE)
    assert "HUSH" not in "".join(traceback.format_exception(caught.value)).upper()


def test_a_page_reaches_the_mail_server(house: House):
    mail: Any = type("Mail", (KeptMail,), {"received": []})
    with serving(socketserver.TCPServer(("127.0.0.1", 0), mail)) as port:
        house, settings = settings_of(
            house, page_mail="a@example.com,b@example.com", page_from="c@example.com", smtp_host=f"127.0.0.1:{port}"
        )
        urgent(house)
        assert work(house, settings)
    (text,) = mail.received
    assert "To: a@example.com, b@example.com" in text
    assert "Subject: [Clew test] a review job waits in the urgent lane (ongoing-extortion)" in text
    assert "card" not in text


def test_a_page_that_cannot_be_sent_is_tried_each_minute_and_then_an_alert_stands(house: House):
    hook: Any = type("Hook", (_Hook,), {"received": [], "status": 500})
    with serving(HTTPServer(("127.0.0.1", 0), hook)) as port:
        house, settings = settings_of(house, page_webhook=f"http://127.0.0.1:{port}/page")
        content = urgent(house)
        for _ in range(15):
            assert work(house, settings)
            assert not work(house, settings), "not before its minute is over"
            house.clock.move(minutes=1, seconds=1)
        assert not work(house, settings)
    assert len(hook.received) == 15
    with house.store.read() as reader:
        (alert,) = reader.case_alerts()
    assert (alert.kind, alert.case_id) == (AlertKind.PAGE_UNDELIVERED, content.case_id)


def test_nobody_is_woken_for_a_job_that_was_decided_meanwhile(house: House):
    house, settings = settings_of(house, page_webhook="http://127.0.0.1:9/page")
    content = urgent(house)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    house.decide(BO, house.lease(BO, content), content.id, Decision.NOT_LISTED)
    assert work(house, settings)
    with house.store.read() as reader:
        assert {state: n for state, n in reader.count_tasks().items() if n} == {TaskState.DONE: 1}


@pytest.mark.parametrize("missing", ["page_from", "smtp_host", "page_mail"])
def test_mail_that_is_half_set_up_promises_no_mail(house: House, missing: str):
    urgent(house.under(**{**ALL_WAYS, "page_webhook": "", missing: ""}))
    assert waiting(house) == []
