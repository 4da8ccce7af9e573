"""Each call in production is counted and logged, and the log bears no word of what came."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.web import log
from clew.web.ispws.codes import Code
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, report_xml
from tests.web.ispws.test_intake import Intake, opened


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Iterator[Intake]:
    with opened(tmp_path, sqlite_template) as desk:
        yield desk


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure("debug", stream)
    yield stream
    log.configure("error")


def test_a_line_bears_the_request_id_the_sender_and_the_code_and_no_word_of_the_call(desk: Intake, lines: io.StringIO):
    answered = desk.submit(report_xml("kim-7"))
    desk.ask("GET", "/ispws/status", auth=(USER, "a wrong word"))
    desk.finish(4711)
    submitted, unknown, missing = (json.loads(line) for line in lines.getvalue().splitlines())
    assert submitted["request_id"] == answered.http.headers["request-id"]
    assert (submitted["method"], submitted["route"], submitted["code"]) == ("POST", "/ispws/submit", Code.OK)
    assert submitted["sender"] == "esp"
    assert (unknown["status"], unknown["route"], "sender" in unknown) == (401, "(none)", False)
    assert (missing["status"], missing["code"]) == (404, Code.NO_SUCH_REPORT)
    for word in ("kim-7", "a wrong word", PASSWORD, "Enticement", "desk@example.org", "4711"):
        assert word not in lines.getvalue()


def test_calls_are_counted_beside_all_other_requests(desk: Intake):
    for name in ("a", "b"):
        desk.submit(report_xml(name))
    text = desk.app.state.door.metrics._registry.get_sample_value(
        "clew_request_seconds_count", {"method": "POST", "route": "/ispws/submit", "status": "200"}
    )
    assert text == 2
