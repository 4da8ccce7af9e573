"""A clearinghouse for tests: a real server process, or one in this process; its plan of faults, and what it saw."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from clew.parts.formats.base import Answer
from clew.parts.formats.cybertipline import PART
from clew.web.ispws.opening import Wanted, opened
from clew.web.ispws.plan import read_plan
from clew.web.ispws.senders import NamedSender
from tests.web.web_desk import SetClock

USER, OTHER, PASSWORD = "esp", "other-esp", "a long word for tests"
XML = {"content-type": "text/xml; charset=utf-8"}


class ClearinghouseProcess:
    """`clew clearinghouse serve` on a folder; killed and started again it knows what it answered for.

    Attributes:
        address: where the seven calls are: "http://127.0.0.1:PORT/ispws"; another port after each start.
    """

    def __init__(self, folder: Path, *, senders: dict[str, dict[str, Any]] | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        known = senders or {USER: {"password": PASSWORD}}
        self._senders = folder / "senders.json"
        self._senders.write_text(json.dumps(known))
        user = next(iter(known))
        self._auth = (user, known[user]["password"])
        self._plan = folder / "plan.json"
        self._process: subprocess.Popen[str] | None = None
        self.address = ""
        self._port = 0

    def start(self, *faults: dict[str, Any], seed: int = 0, environment: str = "test") -> None:
        """It answers. A start after the first takes the port of the first."""
        self._plan.write_text(json.dumps({"seed": seed, "faults": faults}))
        command = [sys.executable, "-m", "clew", "--data-dir", str(self.folder / "data"), "clearinghouse", "serve"]
        command += ["--port", str(self._port), "--senders", str(self._senders), "--faults", str(self._plan)]
        command += ["--record", str(self.folder / "calls.jsonl")]
        environ = {**os.environ, "CLEW_ENVIRONMENT": environment, "CLEW_LOG": "error", "COLUMNS": "400"}
        environ.pop("CLEW_CYBERTIPLINE_XSD", None)
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.startswith("ready: "), said
        self.address = said.removeprefix("ready: ").strip()
        self._port = int(self.address.split(":")[2].partition("/")[0])

    def kill(self) -> None:
        """SIGKILL: nothing is written any more."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def load(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """Another plan; its calls are counted from 1, and revoked credentials are good again."""
        plan = {"seed": seed, "faults": faults}
        self._recorder("PUT", "/plan", json=plan)

    def put_clock_forward(self, seconds: float) -> None:
        """It is so much later there from now on, until the next start."""
        self._recorder("POST", "/clock", json={"seconds": seconds})

    def recorded(self) -> dict[str, Any]:
        """All that it saw; see `clew.web.ispws.recorder.Recording`."""
        seen: dict[str, Any] = self._recorder("GET", "").json()
        return seen

    def reports(self, identifier: str | None = None, state: str | None = None) -> list[dict[str, Any]]:
        """The reports on an account, by the platform's own id of it, and in a state; None is any."""
        digest = None if identifier is None else hashlib.sha256(identifier.encode()).hexdigest()
        return [
            each
            for each in self.recorded()["reports"]
            if (digest is None or digest in each["subjects_sha256"]) and state in {None, each["state"]}
        ]

    def _recorder(self, method: str, path: str, **more: Any) -> httpx.Response:
        address = self.address.removesuffix("/ispws") + "/ispws-recorder" + path
        answer = httpx.request(method, address, auth=self._auth, timeout=30, **more)
        assert answer.status_code == 200, answer.text
        return answer


@contextmanager
def clearinghouse_process(
    folder: Path, *faults: dict[str, Any], seed: int = 0, senders: dict[str, dict[str, Any]] | None = None
) -> Iterator[ClearinghouseProcess]:
    """A server that answers; at the end it is gone."""
    made = ClearinghouseProcess(folder, senders=senders)
    try:
        made.start(*faults, seed=seed)
        yield made
    finally:
        if made._process is not None and made._process.poll() is None:
            made.kill()


# ---------------------------------------------------------------- in this process


@dataclass
class Answered:
    """An answer: over HTTP, and as the format reads it."""

    http: httpx.Response
    read: Answer

    @property
    def code(self) -> int:
        return self.read.code

    @property
    def number(self) -> int:
        assert self.read.report_number is not None
        return self.read.report_number

    @property
    def file_id(self) -> str:
        assert self.read.file_id is not None
        return self.read.file_id


class Desk:
    """A server in this process, whose clock stands until it is moved, and one who calls it."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner, clock: SetClock) -> None:
        self.clock = clock
        self.app = app
        self._runner = runner
        transport = httpx.ASGITransport(app=app, client=("192.0.2.9", 1))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://clearinghouse")

    def ask(self, method: str, path: str, *, user: str = USER, auth: Any = (), **more: Any) -> httpx.Response:
        """Any request, as a sender whose password is the one for tests."""
        who = auth if auth != () else (user, PASSWORD)
        return self._runner.run(self._client.request(method, path, auth=who, **more))

    def call(self, method: str, endpoint: str, **more: Any) -> Answered:
        answer = self.ask(method, f"/ispws/{endpoint}", **more)
        return Answered(answer, PART.read_response(answer.content))

    def submit(self, document: bytes = b"", **more: Any) -> Answered:
        return self.call("POST", "submit", content=document or report_xml(), headers=XML, **more)

    def upload(self, number: int | str, data: bytes = b"a landscape", **more: Any) -> Answered:
        return self.call("POST", "upload", data={"id": str(number)}, files={"file": ("picture.png", data)}, **more)

    def describe(self, number: int, file_id: str, within: str = "", **more: Any) -> Answered:
        return self.call("POST", "fileinfo", content=details_xml(number, file_id, within), headers=XML, **more)

    def finish(self, number: int | str, **more: Any) -> Answered:
        return self.call("POST", "finish", data={"id": str(number)}, **more)

    def retract(self, number: int | str, **more: Any) -> Answered:
        return self.call("POST", "retract", data={"id": str(number)}, **more)

    def recorded(self) -> dict[str, Any]:
        seen: dict[str, Any] = self.ask("GET", "/ispws-recorder").json()
        return seen

    def states(self) -> list[str]:
        return [each["state"] for each in self.recorded()["reports"]]

    def close(self) -> None:
        self._runner.run(self._client.aclose())


@contextmanager
def open_desk(
    *faults: dict[str, Any],
    seed: int = 0,
    clock: SetClock | None = None,
    senders: Sequence[NamedSender] = (),
    **wanted: Any,
) -> Iterator[Desk]:
    """A server of this test's own, with its register in memory unless `state` names a file."""
    plan = read_plan(json.dumps({"seed": seed, "faults": faults}).encode())
    known = senders or [NamedSender(user=USER, password=PASSWORD), NamedSender(user=OTHER, password=PASSWORD)]
    asked = Wanted(**{"senders": known, "environment": "test", "plan": plan, **wanted})
    set_clock = clock or SetClock()
    with asyncio.Runner() as runner, opened(asked, set_clock) as app:
        desk = Desk(app, runner, set_clock)
        yield desk
        desk.close()


def report_xml(identifier: str = "account-1", *, within: str = "", batch: str = "", summary: str = "") -> bytes:
    """A small report; `within` stands at the end of the reported account, `summary` before the incident's time."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f"<report>{batch}<incidentSummary><incidentType>Online Enticement of Children for Sexual Acts</incidentType>"
        f"{summary}<incidentDateTime>2026-02-28T08:00:00Z</incidentDateTime></incidentSummary>"
        "<reporter><reportingPerson><email>desk@example.org</email></reportingPerson></reporter>"
        f"<personOrUserReported><espIdentifier>{identifier}</espIdentifier>{within}</personOrUserReported></report>"
    ).encode()


def details_xml(number: int, file_id: str, within: str = "") -> bytes:
    """What is said of a file: nothing, unless `within` says it."""
    return f"<fileDetails><reportId>{number}</reportId><fileId>{file_id}</fileId>{within}</fileDetails>".encode()


BATCH = '<batchedReport reason="VIRAL_POTENTIAL_MEME"/>'
