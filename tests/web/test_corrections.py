"""What fell since an earlier report is told in the supplement; the composer hides no gap and no file."""

import re
from urllib.parse import urlencode

from clew.records.people import Role
from clew.records.review import VerdictStanding
from clew.records.screening import Scope
from tests.web import test_report_pages
from tests.web.test_report_pages import BOATS, FORM, WHO, filed, post, saved, text_of, version_of
from tests.web.test_reports_api import order

house = test_report_pages.house


def test_a_supplement_without_a_saved_draft_says_so(desk, house):
    desk.sign_in(Role.REPORTER)
    case_id, place = filed(desk, house)
    post(desk, f"{place}/by-hand", {"number": "77", "filed_at": desk.clock().isoformat()})
    answer = order(desk, case_id, supplement=True)
    assert answer.status_code == 409
    assert "no draft of a supplement is saved" in answer.json()["error"]["message"]


def test_an_unknown_field_is_answered_with_the_fields_that_the_call_knows(desk):
    answer = desk.call("POST", "/api/v1/reports/x/retract", key=desk.key(Scope.REPORTS_FILE), json={"heron": "secret"})
    message = answer.json()["error"]["message"]
    assert answer.status_code == 400
    assert message.endswith("this call knows because")
    assert "heron" not in message
    assert "secret" not in message


def test_the_listed_points_and_the_score_make_a_hundred(desk, house):
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    page = desk.call("GET", f"/reports/draft/{case_id}").text
    side = page[page.index('<ol class="gaps">') :].split("</ol>")[0]
    score = re.search(r'class="figure">(\d+)', page)
    assert score
    assert int(score[1]) + sum(map(int, re.findall(r"<b>\+(\d+) %", side))) == 100


def test_what_fell_since_the_report_stands_in_the_supplement_and_is_a_gap_without(desk, house):
    desk.sign_in(Role.REPORTER)
    case_id = house.case(BOATS, b"heron " * 500)
    assert saved(desk, case_id, path=WHO, value="desk@example.org") == 303
    form = urlencode({"version": version_of(desk, case_id), "filings": 0, "act": "file"})
    place = desk.call("POST", f"/reports/draft/{case_id}", content=form, headers=FORM).headers["location"]
    post(desk, f"{place}/by-hand", {"number": "77", "filed_at": desk.clock().isoformat()})
    with desk.installation.store.read() as reader:
        first = reader.verdicts_of(case_id)[0]
    desk.installation.store.transact(lambda unit: unit.set_standing([first.id], VerdictStanding.REVERSED))
    page = text_of(desk, f"/reports/draft/{case_id}")
    assert "that report 77 described is no longer held to be reportable: the verdict was taken back" in page
    assert "A correction is missing" not in page
    assert "stands in report 77 already" in page
    assert saved(desk, case_id, path=WHO, value="desk@example.org", additional_info="") == 303
    assert "A correction is missing" in text_of(desk, f"/reports/draft/{case_id}")
