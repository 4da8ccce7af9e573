"""`clew serve` with the clearinghouse's desk, as a process on a folder and a database; killed and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from clew.ground.tokens import digest_of
from clew.parts.formats.base import Answer
from clew.parts.formats.cybertipline import PART
from clew.parts.shelf import load
from clew.parts.stores.base import Store, StorePart
from tests.parts.stores.intake_records import sender_of
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, XML, details_xml
from tests.web.test_server import free_port


class IntakeProcess:
    """A clearinghouse in production: `clew serve`, with one sender known.

    Attributes:
        address: where the seven calls are; another after each start.
        store: the process's own database, open here too.
    """

    def __init__(self, folder: Path, database: str, **environ: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.address = ""
        self._environ = {"CLEW_DATABASE": database, "CLEW_DESKS": "clearinghouse", "CLEW_LOG": "error", **environ}
        self._process: subprocess.Popen[str] | None = None
        self.store: Store = load("stores", "sql", StorePart).open(database)
        self.store.migrate()
        known = sender_of(USER, user=USER, secret_digest=digest_of(PASSWORD))
        self.store.transact(lambda unit: unit.put_sender(known))

    def start(self) -> None:
        """It answers."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}/ispws"
        command = [sys.executable, "-m", "clew", "--data-dir", str(self.folder), "serve", "--port", str(port)]
        environ = {**os.environ, "COLUMNS": "400", **self._environ}
        log = self.folder / "stderr.log"
        with log.open("w") as stderr:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environ)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.startswith("ready: "), said + log.read_text()

    def kill(self) -> None:
        """SIGKILL, for it and all that descends from it: nothing is written any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()

    def close(self) -> None:
        """Nothing of it is left."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self.store.close()

    def caller(self) -> "Caller":
        """One who calls it as the sender; of one thread."""
        return Caller(self.address)


@dataclass
class Caller:
    """A sender's client on a connection of its own; an answer that does not come is an httpx.TransportError."""

    address: str
    user: str = USER
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(auth=(self.user, PASSWORD), timeout=30)

    def submit(self, document: bytes) -> Answer:
        return self._post("submit", content=document, headers=XML)

    def upload(self, number: int, data: bytes) -> Answer:
        return self._post("upload", data={"id": str(number)}, files={"file": ("landscape.png", data)})

    def describe(self, number: int, file_id: str) -> Answer:
        return self._post("fileinfo", content=details_xml(number, file_id), headers=XML)

    def finish(self, number: int) -> Answer:
        return self._post("finish", data={"id": str(number)})

    def close(self) -> None:
        self._client.close()

    def _post(self, endpoint: str, **more: object) -> Answer:
        answer = self._client.post(f"{self.address}/{endpoint}", **more)  # type: ignore[arg-type]
        return PART.read_response(answer.content)


@contextmanager
def intake_process(folder: Path, database: str, **environ: str) -> Iterator[IntakeProcess]:
    """A clearinghouse that answers; at the end it is gone."""
    made = IntakeProcess(folder, database, **environ)
    try:
        made.start()
        yield made
    finally:
        made.close()
