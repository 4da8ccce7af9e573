"""What fell since an earlier report is told in the supplement; the composer hides no gap and no file."""

import html
import re
from urllib.parse import urlencode

from clew.records.identifiers import CaseId, FilingId
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


def first_filed(desk, house, *files: bytes) -> CaseId:
    """A case of those files whose report was filed by hand as number 77."""
    case_id: CaseId = house.case(*files)
    assert saved(desk, case_id, path=WHO, value="desk@example.org") == 303
    place = file_draft(desk, case_id, filings=0)
    post(desk, f"{place}/by-hand", {"number": "77", "filed_at": desk.clock().isoformat()})
    return case_id


def file_draft(desk, case_id: CaseId, filings: int, **fields: object) -> str:
    form = urlencode({"version": version_of(desk, case_id), "filings": filings, "act": "file", **fields})
    answer = desk.call("POST", f"/reports/draft/{case_id}", content=form, headers=FORM)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def reverse(desk, case_id: CaseId, *places: int) -> None:
    with desk.installation.store.read() as reader:
        ids = [each.id for place, each in enumerate(reader.verdicts_of(case_id)) if place in places]
    desk.installation.store.transact(lambda unit: unit.set_standing(ids, VerdictStanding.REVERSED))


def further_facts(page: str) -> str:
    found = re.search(r'name="additional_info"[^>]*>([^<]*)<', page)
    assert found
    return html.unescape(found[1])


def filed_facts(desk, place: str) -> dict:
    with desk.installation.store.read() as reader:
        filing = reader.get_filing(FilingId(place.rsplit("/", 1)[1]))
        return dict(reader.get_report(filing.report_id).facts)


def test_what_fell_since_the_report_stands_in_the_supplement_whatever_its_writer_says(desk, house):
    desk.sign_in(Role.REPORTER)
    case_id = first_filed(desk, house, BOATS, b"heron " * 500)
    reverse(desk, case_id, 0)
    page = text_of(desk, f"/reports/draft/{case_id}")
    assert "that report 77 described is no longer held to be reportable: the verdict was taken back" in page
    assert "Is added when it is filed" not in page
    assert "1 file stands in report 77 already, as it is now, and is not described again" in page
    assert saved(desk, case_id, path=WHO, value="desk@example.org", additional_info="We erred.") == 303
    page = text_of(desk, f"/reports/draft/{case_id}")
    assert "Is added when it is filed: The file" in page
    facts = filed_facts(desk, file_draft(desk, case_id, 1, supplement="on", additional_info="We erred."))
    assert re.fullmatch(r"We erred\.\nThe file .+ taken back\.", str(facts["additional_info"]))


def test_a_supplement_describes_no_unchanged_file_and_keeps_the_type_of_its_report(desk, house):
    desk.sign_in(Role.REPORTER)
    case_id = first_filed(desk, house, BOATS, b"heron " * 500)
    reverse(desk, case_id, 0)
    page = desk.call("GET", f"/reports/draft/{case_id}").text
    assert 'name="type"' not in page
    said = further_facts(page)
    assert saved(desk, case_id, type="trafficking", path=WHO, value="desk@example.org", additional_info=said) == 303
    facts = filed_facts(desk, file_draft(desk, case_id, 1, supplement="on", additional_info=said))
    assert facts.get("files", []) == []
    assert "no longer held to be reportable" in str(facts["additional_info"])
    assert facts["incident"]["type"] == "material"


def test_a_report_of_which_all_was_taken_back_is_corrected_by_a_supplement_that_describes_nothing(desk, house):
    desk.sign_in(Role.REPORTER)
    case_id = first_filed(desk, house, BOATS)
    reverse(desk, case_id, 0)
    page = text_of(desk, f"/reports/draft/{case_id}")
    assert "Nothing of this case is held to be reportable any more" in page
    assert "this supplement sends no file and no message" in page
    said = further_facts(desk.call("GET", f"/reports/draft/{case_id}").text)
    assert saved(desk, case_id, path=WHO, value="desk@example.org", additional_info=said) == 303
    place = file_draft(desk, case_id, 1, supplement="on", additional_info=said)
    facts = filed_facts(desk, place)
    assert (facts.get("files", []), facts.get("messages", [])) == ([], [])
    assert "that report 77 described is no longer held" in str(facts["additional_info"])
    post(desk, f"{place}/by-hand", {"number": "78", "filed_at": desk.clock().isoformat()})
    assert desk.call("GET", f"/reports/draft/{case_id}").status_code == 403, "what was told is not told again"


def test_a_case_of_which_nothing_was_ever_reported_has_nothing_to_correct(desk, house):
    desk.sign_in(Role.REPORTER)
    case_id = house.case(BOATS)
    reverse(desk, case_id, 0)
    assert desk.call("GET", f"/reports/draft/{case_id}").status_code == 403
