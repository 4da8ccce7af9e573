"""Long random walks: the server agrees with a model of twenty lines, and no body however spoilt makes it fail."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from tests.web.ispws.clearinghouse_desk import OTHER, USER, XML, Answered, Desk, details_xml, open_desk, report_xml

STEPS = 250


@dataclass
class Expected:
    """A report as the documentation tells of it."""

    sender: str
    until: datetime
    state: str = "open"
    files: dict[str, bool] = field(default_factory=dict)

    def refusal(self, sender: str, now: datetime) -> int:
        """The code with which any call on it is refused; 0 when none is."""
        if self.state == "open" and now >= self.until:
            self.state = "expired"
        if sender != self.sender or self.state == "expired":
            return 5001
        return {"open": 0, "finished": 5102, "retracted": 5101}[self.state]


class Walk:
    def __init__(self, desk: Desk, random: Random) -> None:
        self.desk, self.random = desk, random
        self.expected: dict[int, Expected] = {}

    def step(self) -> None:
        self.desk.clock.move(minutes=self.random.choice([0, 0, 1, 20, 50, 700]))
        action = self.random.choice(["submit", "upload", "upload", "describe", "describe", "finish", "retract"])
        user = self.random.choice([USER, USER, USER, OTHER])
        if action == "submit" or not self.expected:
            number = self.desk.submit(user=user).number
            assert number not in self.expected
            self.expected[number] = Expected(user, self.desk.clock() + timedelta(hours=24))
            return
        number = self.random.choice(sorted(self.expected))
        report = self.expected[number]
        refusal = report.refusal(user, self.desk.clock())
        getattr(self, action)(number, report, refusal, user)

    def upload(self, number: int, report: Expected, refusal: int, user: str) -> None:
        answer = self.desk.upload(number, user=user)
        assert answer.code == refusal
        if not refusal:
            report.files[answer.file_id] = False
            self.touch(report)

    def describe(self, number: int, report: Expected, refusal: int, user: str) -> None:
        every = [each for other in self.expected.values() for each in other.files]
        file_id = self.random.choice([*every, "0" * 32])
        wanted = refusal or (5002 if file_id not in report.files else 4100 if report.files[file_id] else 0)
        assert self.desk.describe(number, file_id, user=user).code == wanted
        if not wanted:
            report.files[file_id] = True
            self.touch(report)

    def finish(self, number: int, report: Expected, refusal: int, user: str) -> None:
        answer = self.desk.finish(number, user=user)
        assert answer.code == refusal
        if not refusal:
            assert answer.read.file_ids == tuple(report.files)
            report.state = "finished"

    def retract(self, number: int, report: Expected, refusal: int, user: str) -> None:
        assert self.desk.retract(number, user=user).code == refusal
        if not refusal:
            report.state = "retracted"

    def touch(self, report: Expected) -> None:
        report.until = max(report.until, self.desk.clock() + timedelta(hours=1))


@pytest.mark.parametrize("seed", range(4))
def test_a_random_walk_finds_the_server_where_the_documentation_has_it(seed: int) -> None:
    with open_desk() as desk:
        walk = Walk(desk, Random(seed))
        for _ in range(STEPS):
            walk.step()
        for report in walk.expected.values():
            report.refusal(report.sender, desk.clock())
        told = {each["number"]: (each["state"], len(each["files"])) for each in desk.recorded()["reports"]}
        assert told == {number: (each.state, len(each.files)) for number, each in walk.expected.items()}
        assert {"finished", "retracted", "expired"} <= {each.state for each in walk.expected.values()}


def spoilt(body: bytes, random: Random) -> bytes:
    """The body with some bytes changed, cut out or doubled."""
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(body))
        end = min(len(body), place + random.choice([1, 2, 30]))
        piece = random.choice([b"", random.randbytes(end - place), body[place:end] * 2, b"<", b"&", b"\0", b"\r\n--b"])
        body = (body[:place] + piece + body[end:]) or b" "
    return body


@pytest.mark.parametrize("seed", range(3))
def test_a_spoilt_body_is_refused_or_taken_and_never_an_error_of_the_server(seed: int) -> None:
    random = Random(seed)
    with open_desk() as desk:
        number = desk.submit().number
        file_id = desk.upload(number).file_id
        form = f'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n{number}\r\n'
        form += '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nbytes\r\n--b--\r\n'
        multipart = {"content-type": "multipart/form-data; boundary=b"}
        bodies = [
            ("submit", report_xml(within="<screenName>a</screenName>"), XML),
            ("fileinfo", details_xml(number, file_id, "<fileAnnotations><viral/></fileAnnotations>"), XML),
            ("upload", form.encode(), multipart),
            ("finish", b"id=7654321", {"content-type": "application/x-www-form-urlencoded"}),
        ]
        for _ in range(150):
            endpoint, body, headers = random.choice(bodies)
            answer: Answered = desk.call("POST", endpoint, content=spoilt(body, random), headers=headers)
            assert answer.code == 0 or answer.code >= 4000, (endpoint, answer.code)
