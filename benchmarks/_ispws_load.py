"""A platform that files over the CyberTipline interface: synthetic reports on many connections, each answer timed."""

import asyncio
import base64
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

# One report in ten tells of an account that an earlier one told of.
_AGAIN_SHARE, _RECENT = 0.1, 500
_BOUNDARY = "file-of-a-benchmark"
_WORDS = (
    "the",
    "harbour",
    "lay",
    "quiet",
    "while",
    "two",
    "boats",
    "came",
    "in",
    "from",
    "the",
    "north",
    "with",
    "nets",
)


@dataclass
class Sent:
    """What one run gave.

    Attributes:
        finish_ms: of each call to /finish, from its first byte sent to its answer read.
        report_ms: of each report, from its submission to the answer that it is filed.
        finished: number of each report and when its answer was read, by `time.monotonic`.
    """

    finish_ms: list[float] = field(default_factory=list)
    report_ms: list[float] = field(default_factory=list)
    finished: list[tuple[int, float]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_s(self) -> float:
        return len(self.finished) / self.seconds


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked of a service.

    Attributes:
        rate: reports a second that are begun; None is as many as are answered.
        file_bytes: of the file that each report has; 0 is none.
        acknowledged: told of each finished report when its answer has come.
    """

    port: int
    user: str
    password: str
    seconds: float
    connections: int
    rate: float | None = None
    file_bytes: int = 0
    seed: int = 0
    acknowledged: Callable[[int, float], None]


def send(load: Load) -> Sent:
    """Reports are filed for so many seconds; those that were begun are finished."""
    return asyncio.run(_send(load))


async def _send(load: Load) -> Sent:
    sent, begun = Sent(), time.monotonic()
    accounts = _Accounts(load.seed)
    file = secrets.token_bytes(load.file_bytes)
    async with asyncio.TaskGroup() as group:
        for place in range(load.connections):
            group.create_task(_file(load, sent, accounts, file, begun, place))
    sent.seconds = time.monotonic() - begun
    return sent


async def _file(load: Load, sent: Sent, accounts: "_Accounts", file: bytes, begun: float, place: int) -> None:
    calls = await _Calls.opened(load)
    # At a given rate each connection has its own moments, one after another and evenly spread.
    step_s = load.connections / load.rate if load.rate else 0.0
    due = begun + step_s * place / load.connections
    while (now := time.monotonic()) < begun + load.seconds:
        if now < due:
            await asyncio.sleep(due - now)
        due += step_s
        started = time.monotonic()
        number = await calls.post("submit", "text/xml; charset=utf-8", accounts.report())
        if file:
            await calls.post("upload", f"multipart/form-data; boundary={_BOUNDARY}", _form(number, file))
        asked = time.monotonic()
        await calls.post("finish", "application/x-www-form-urlencoded", b"id=%d" % number)
        ended = time.monotonic()
        sent.finish_ms.append(1e3 * (ended - asked))
        sent.report_ms.append(1e3 * (ended - started))
        sent.finished.append((number, ended))
        load.acknowledged(number, ended)
    calls.close()


class _Calls:
    """One connection that is kept."""

    def __init__(self, load: Load, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        token = base64.b64encode(f"{load.user}:{load.password}".encode()).decode()
        self._head = f"HTTP/1.1\r\nHost: localhost:{load.port}\r\nAuthorization: Basic {token}\r\n"

    @classmethod
    async def opened(cls, load: Load) -> "_Calls":
        return cls(load, *await asyncio.open_connection("127.0.0.1", load.port))

    async def post(self, endpoint: str, kind: str, body: bytes) -> int:
        """The number of the report that the answer names; an answer of any code but 0 ends the run."""
        head = f"POST /ispws/{endpoint} {self._head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"(?i)content-length: (\d+)", answer)
        assert size is not None
        text = await self._reader.readexactly(int(size[1]))
        number = re.search(rb"<reportId>(\d+)<", text)
        if b"<responseCode>0<" not in text or number is None:
            raise RuntimeError(f"/{endpoint} was answered with {text[:300].decode()}")
        return int(number[1])

    def close(self) -> None:
        self._writer.close()


class _Accounts:
    """Whom reports tell of: mostly somebody new."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._run = f"{seed}-{secrets.token_hex(3)}"
        self._made = 0

    def report(self) -> bytes:
        """A document of about 1.3 KB: a subject with two addresses and a handle, and a chat of eighty words."""
        random = self._random
        who = self._made = self._made + 1
        if random.random() < _AGAIN_SHARE:
            who = random.randrange(max(1, who - _RECENT), who + 1)
        name, chat = f"{self._run}-{who}", " ".join(random.choices(_WORDS, k=80))
        return (
            '<?xml version="1.0" encoding="UTF-8"?><report><incidentSummary><incidentType>Online Enticement of Children'
            " for Sexual Acts</incidentType><incidentDateTime>2026-02-28T08:00:00Z</incidentDateTime></incidentSummary>"
            f"<internetDetails><chatImIncident><chatClient>Forum</chatClient><content>{chat} {self._made}</content>"
            "</chatImIncident></internetDetails><reporter><reportingPerson><email>desk@forum.example</email>"
            "</reportingPerson></reporter><personOrUserReported><personOrUserReportedPerson>"
            f"<email>reader-{name}@mail.example</email></personOrUserReportedPerson>"
            f"<espIdentifier>{name}</espIdentifier><screenName>reader-{name}</screenName><ipCaptureEvent>"
            f"<ipAddress>198.51.100.{random.randrange(256)}</ipAddress><eventName>Login</eventName>"
            f"<dateTime>2026-02-28T07:{random.randrange(60):02}:{random.randrange(60):02}Z</dateTime>"
            f"<port>{random.randrange(1024, 65536)}</port></ipCaptureEvent></personOrUserReported></report>"
        ).encode()


def _form(number: int, file: bytes) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{number}\r\n--{_BOUNDARY}\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="f"\r\nContent-Type: image/jpeg\r\n\r\n'
    return head.encode() + secrets.token_bytes(16) + file + f"\r\n--{_BOUNDARY}--\r\n".encode()
