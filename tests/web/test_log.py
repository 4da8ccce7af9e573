"""The log bears what is on its list and nothing else."""

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest

from clew.records.screening import Scope
from clew.web import log
from tests.web.web_desk import WebDesk, pdq, signal


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure("debug", stream)
    yield stream
    log.configure("error")


def test_a_field_that_is_not_on_the_list_is_dropped_and_counted(lines: io.StringIO) -> None:
    log.say("info", "answered", status=200, reference="anna-smith.jpg", value="00ff")
    event = json.loads(lines.getvalue())
    assert {name: event[name] for name in event if name != "at"} == {
        "event": "answered",
        "level": "info",
        "status": 200,
        "dropped": 2,
    }


def test_a_long_run_of_hexadecimal_is_cut_wherever_it_stands(lines: io.StringIO) -> None:
    log.say("info", "answered", route=f"/find/{pdq(1).hex()}")
    assert pdq(1).hex()[:17] not in lines.getvalue()


def test_lines_of_the_server_are_written_without_what_fills_them(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("Invalid request from %s", "anna-smith")
    logging.getLogger("clew.matching").warning("index is %s", "built anew")
    assert "anna-smith" not in lines.getvalue()
    assert "index is built anew" in lines.getvalue()


def test_lines_of_any_library_are_written_as_events_without_what_fills_them(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("python_multipart.multipart").warning("Expected %d, got %s", 45, "anna-smith")
    try:
        raise ValueError("anna-smith")  # noqa: TRY301  (what a library may do)
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    assert [json.loads(line)["event"] for line in lines.getvalue().splitlines()] == [
        "python_multipart.multipart",
        "asyncio",
    ]
    assert "ValueError" in lines.getvalue()
    assert "anna-smith" not in lines.getvalue() + "".join(capfd.readouterr())


def test_a_thread_that_ends_by_an_error_tells_its_kind_and_place_only(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("anna-smith")

    thread = threading.Thread(target=fail)
    hook, threading.excepthook = threading.excepthook, log._say_thread
    thread.start()
    thread.join()
    threading.excepthook = hook
    assert "RuntimeError" in lines.getvalue()
    assert "anna-smith" not in lines.getvalue() + "".join(capfd.readouterr())


def test_nothing_of_a_screening_is_in_the_log(
    desk: WebDesk, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add_list("national", [pdq(1)])
    key = desk.key(Scope.SCREEN)
    body = {"signals": [signal(pdq(1))], "reference": "anna-smith.jpg"}
    desk.screen(key, json=body, params={"list": "national"})
    desk.screen(key, json={**body, "lists": ["anna-smith"]})

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"anna-smith {pdq(1).hex()}")

    monkeypatch.setattr(desk.installation.screener, "screen", fail)
    desk.screen(key, json=body)
    written = lines.getvalue()
    assert "RuntimeError" in written
    for secret in ("anna-smith", pdq(1).hex()[:17], key, key.rpartition("_")[2][:17]):
        assert secret not in written
