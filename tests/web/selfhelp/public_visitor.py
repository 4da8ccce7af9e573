"""Somebody who uses the public form over HTTP: loads a page, takes their time, sends what they typed."""

import re
from dataclasses import dataclass

import httpx

from clew.parts.stores._intake import IntakeFilter
from clew.records.intake import IntakeReport
from clew.records.report import Report
from tests.web.web_desk import WebDesk

FORM = {"content-type": "application/x-www-form-urlencoded"}
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_CODE = re.compile(r"data-code>([^<]+)<")
_TYPED = re.compile(r'<textarea id="words".*?>\n(.*?)</textarea>', re.DOTALL)


def token_in(answer: httpx.Response) -> str:
    found = _TOKEN.search(answer.text)
    assert found, answer.text
    return found[1]


def code_in(answer: httpx.Response) -> str:
    found = _CODE.search(answer.text)
    assert found, answer.text
    return found[1]


def typed_in(answer: httpx.Response) -> str:
    found = _TYPED.search(answer.text)
    assert found, answer.text
    return found[1]


@dataclass
class Visitor:
    desk: WebDesk
    language: str = "en"

    def load(self, path: str = "") -> str:
        """The token of a fresh page, and half a minute passes."""
        token = token_in(self.desk.get(f"/write/{self.language}{path}"))
        self.desk.clock.move(seconds=30)
        return token

    def post(self, typed: dict[str, str], path: str = "", **more: object) -> httpx.Response:
        return self.desk.call("POST", f"/write/{self.language}{path}", data=typed, **more)  # type: ignore[arg-type]

    def send(self, path: str = "", **typed: str) -> httpx.Response:
        """A fresh form with that in it."""
        return self.post({"form_token": self.load(path), **typed}, path)

    def reports(self) -> list[IntakeReport]:
        """What was taken in, oldest first."""
        with self.desk.installation.store.read() as reader:
            return list(reversed(reader.intakes(IntakeFilter(limit=1000))))

    def facts(self) -> list[Report]:
        intake = self.desk.app.state.public.intake
        return [intake.read(each.document) for each in self.reports()]
