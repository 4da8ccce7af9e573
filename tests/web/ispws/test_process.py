"""The server as a process: it says when it answers, names a busy port, survives being killed, cuts connections."""

import concurrent.futures
import hashlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from clew.parts.formats.cybertipline import PART
from tests.web.ispws.clearinghouse_desk import (
    PASSWORD,
    USER,
    XML,
    ClearinghouseProcess,
    clearinghouse_process,
    report_xml,
)
from tests.web.test_server import resident_kb

pytestmark = pytest.mark.slow


def submit(house: ClearinghouseProcess, document: bytes = b"") -> httpx.Response:
    return house_call(house, "submit", content=document or report_xml(), headers=XML)


def house_call(house: ClearinghouseProcess, endpoint: str, **more: object) -> httpx.Response:
    return httpx.post(f"{house.address}/{endpoint}", auth=(USER, PASSWORD), timeout=30, **more)  # type: ignore[arg-type]


def number_of(answer: httpx.Response) -> str:
    return str(PART.read_response(answer.content).report_number)


def clew(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), "clearinghouse", "serve", *words]
    wide = {**os.environ, "COLUMNS": "400", **environ}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=wide, stdin=subprocess.DEVNULL
    )


def test_what_was_acknowledged_is_there_after_a_kill(clearinghouse: ClearinghouseProcess) -> None:
    number = number_of(submit(clearinghouse))
    form = {"data": {"id": number}, "files": {"file": ("a.png", b"a landscape")}}
    file_id = PART.read_response(house_call(clearinghouse, "upload", **form).content).file_id
    before = clearinghouse.recorded()["reports"]
    clearinghouse.kill()
    clearinghouse.start()
    assert clearinghouse.recorded()["reports"] == before
    done = PART.read_response(house_call(clearinghouse, "finish", data={"id": number}).content)
    assert done.file_ids == (file_id,)
    assert len(clearinghouse.reports("account-1", "finished")) == 1


def test_a_server_killed_among_many_calls_has_lost_none_that_it_acknowledged(
    clearinghouse: ClearinghouseProcess,
) -> None:
    acknowledged = []

    def send(name: int) -> str | None:
        try:
            return number_of(submit(clearinghouse, report_xml(identifier=f"account-{name}")))
        except httpx.TransportError:
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(send, name) for name in range(1_000)]
        for done, each in enumerate(concurrent.futures.as_completed(sent), start=1):
            if done == 60:
                clearinghouse.kill()
            if (number := each.result()) is not None:
                acknowledged.append(int(number))
    assert 50 <= len(acknowledged) < 1_000
    clearinghouse.start()
    there = {each["number"] for each in clearinghouse.reports()}
    assert set(acknowledged) <= there


def test_a_dropped_connection_is_cut_without_a_byte_of_an_answer(clearinghouse: ClearinghouseProcess) -> None:
    clearinghouse.load(
        {"endpoint": "submit", "fault": "drop-before", "calls": [1]},
        {"endpoint": "submit", "fault": "drop-after", "calls": [2]},
    )
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            submit(clearinghouse)
    assert len(clearinghouse.reports("account-1")) == 1
    assert [each["status"] for each in clearinghouse.recorded()["calls"]] == [0, 0]


def test_a_body_that_ends_too_soon_adds_nothing(clearinghouse: ClearinghouseProcess) -> None:
    number = number_of(submit(clearinghouse))
    host, port = clearinghouse.address.removeprefix("http://").removesuffix("/ispws").split(":")
    token = httpx.BasicAuth(USER, PASSWORD)._auth_header
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /ispws/upload HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\nContent-Length: 5000\r\n"
        head += "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        head += f'Content-Disposition: form-data; name="id"\r\n\r\n{number}\r\n--b\r\n'
        connection.sendall(head.encode())
    assert clearinghouse.reports()[0]["files"] == []
    assert house_call(clearinghouse, "finish", data={"id": number}).status_code == 200


def test_a_large_upload_takes_no_memory(clearinghouse: ClearinghouseProcess) -> None:
    assert clearinghouse._process is not None
    number = number_of(submit(clearinghouse))
    data = os.urandom(1 << 20) * 128
    before_kb = resident_kb(clearinghouse._process.pid)
    form = {"data": {"id": number}, "files": {"file": ("a.bin", data)}}
    answer = PART.read_response(house_call(clearinghouse, "upload", **form).content)
    assert answer.hash == hashlib.md5(data).hexdigest()
    assert resident_kb(clearinghouse._process.pid) - before_kb < 20_000


def test_calls_at_once_finish_a_report_once(clearinghouse: ClearinghouseProcess) -> None:
    number = number_of(submit(clearinghouse))

    def finish(_: int) -> int:
        return PART.read_response(house_call(clearinghouse, "finish", data={"id": number}).content).code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(finish, range(8)))
    assert codes == [0] + [5102] * 7


def test_it_stops_when_it_is_told_to_and_says_so(tmp_path: Path) -> None:
    with clearinghouse_process(tmp_path) as house:
        assert house._process is not None
        house._process.send_signal(signal.SIGTERM)
        house._process.communicate(timeout=30)
        assert house._process.returncode == 0


def test_a_busy_port_is_named_with_its_holder(clearinghouse: ClearinghouseProcess, tmp_path: Path) -> None:
    port = clearinghouse.address.split(":")[2].partition("/")[0]
    refused = clew(tmp_path / "other", "--port", port, "--password", "x")
    assert refused.returncode == 3
    assert f"port {port} is taken by" in refused.stderr


@pytest.mark.parametrize("option", ["--faults", "--record"])
def test_a_production_start_refuses_the_options_of_tests(tmp_path: Path, option: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"faults": []}')
    refused = clew(tmp_path, "--password", "x", "--port", "0", option, str(plan), CLEW_ENVIRONMENT="production")
    assert refused.returncode == 3
    assert "production" in refused.stderr
    assert not refused.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--profile", "lenient"], "strict"),
        (["--schema", "1999-01"], "2025-06"),
        (["--user", "a:b"], "user name"),
        (["--faults", "/nowhere/plan.json"], "cannot be read"),
        (["--senders", "/nowhere/senders.json"], "cannot be read"),
        (["--xsd", "/nowhere/schema.xsd"], "cannot be read"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(tmp_path: Path, words: list[str], told: str) -> None:
    refused = clew(tmp_path, "--port", "0", "--password", "x", *words)
    assert refused.returncode == 2
    assert told in refused.stderr


def test_the_password_may_come_by_the_environment_or_be_asked_for(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "clew", "--data-dir", str(tmp_path), "clearinghouse", "serve", "--port", "0"]
    environ = {**os.environ, "CLEW_ISPWS_PASSWORD": "from the environment"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("ready: ").strip()
        assert httpx.get(f"{address}/status", auth=("esp", "from the environment")).status_code == 200
        process.terminate()
    asked = clew(tmp_path, "--port", "0")
    assert asked.returncode != 0  # nobody is there to type it
    assert "Password" in asked.stderr
