"""The hotline's pages: nothing there, more than a page, and who may only read."""

import re

from clew.pipelines import url_reports
from clew.pipelines.url_reports import Origin
from clew.records.people import Role
from clew.records.url_report import UrlCame
from tests.web.web_desk import WebDesk

ROWS = 50


def add(desk: WebDesk, number: int) -> str:
    origin = Origin(came=UrlCame.PARTNER, actor="command:test")
    return url_reports.receive(desk.installation.hotline_desk, f"https://board.example/{number}", origin).report.id


def test_an_empty_list_says_how_addresses_come(desk: WebDesk) -> None:
    desk.sign_in()
    page = desk.get("/urls").text
    assert "No address is open" in page
    assert "Nothing was reported that is still open" in page
    assert "No address stands so" in desk.get("/urls?state=closed").text


def test_every_address_is_on_exactly_one_page(desk: WebDesk) -> None:
    ids = {add(desk, number) for number in range(ROWS + 3)}
    desk.sign_in()
    first = desk.get("/urls").text
    more = re.search(r'href="(/urls\?[^"]*after=[^"]*)"', first)
    assert more is not None
    second = desk.get(more[1].replace("&amp;", "&")).text
    shown = [re.findall(r'href="/urls/([0-9A-Z]{26})"', page) for page in (first, second)]
    assert [len(each) for each in shown] == [ROWS, 3]
    assert set(shown[0]) | set(shown[1]) == ids
    assert "Next 50" not in second
    assert "Back to the first" in second


def test_who_only_reads_sees_no_form_and_is_refused_the_acts(desk: WebDesk) -> None:
    url_id = add(desk, 1)
    desk.sign_in(Role.AUDITOR)
    for path in ("/urls", f"/urls/{url_id}"):
        page = desk.get(path)
        assert page.status_code == 200
        assert 'action="/urls' not in page.text
    for act in ("assess", "hold", "release", "host", "notice", "checks", "check", "close", "reopen"):
        assert desk.call("POST", f"/urls/{url_id}/{act}").status_code == 403


def test_who_has_no_part_in_it_sees_nothing(desk: WebDesk) -> None:
    url_id = add(desk, 1)
    desk.sign_in(Role.READ_ONLY)
    assert [desk.get(path).status_code for path in ("/urls", f"/urls/{url_id}", "/urls/none/notice")] == [403] * 3
