"""Reports over HTTP: a saved draft is filed once by a key with that scope, shown with its receipt, and taken back."""

import base64
import hashlib
from typing import cast
from urllib.parse import urlencode

import pytest
from httpx import Response

from clew.parts.stores._filing import FilingFilter
from clew.pipelines.filing_work import reconcile, work_once
from clew.records.identifiers import CaseId, FilingId
from clew.records.people import Role
from clew.records.review import Decision
from clew.records.screening import Scope
from tests.pipelines.filing_house import FilingHouse, SetClock
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, clearinghouse_process
from tests.web.web_desk import WebDesk

BOATS = b"boats " * 500
WHO = "reporter.person.emails[0].address"
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


@pytest.fixture
def house(desk: WebDesk) -> FilingHouse:
    return FilingHouse(desk.installation.filing_desk, cast("SetClock", desk.clock))


def save(desk: WebDesk, case_id: CaseId, **fields: str) -> None:
    """A person saves the draft in the console."""
    desk.sign_in(Role.REPORTER)
    form = urlencode({"version": 0, "act": "save", "path": WHO, "value": "desk@example.org", **fields})
    assert desk.call("POST", f"/reports/draft/{case_id}", content=form, headers=FORM).status_code == 303


def order(desk: WebDesk, case_id: str, **more: object) -> Response:
    return desk.call("POST", "/api/v1/reports", key=desk.key(Scope.REPORTS_FILE), json={"case": case_id, **more})


def read(desk: WebDesk, path: str) -> dict:
    answer = desk.call("GET", path, key=desk.key(Scope.REPORTS_READ))
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def filings_of(desk: WebDesk, case_id: CaseId) -> int:
    with desk.installation.store.read() as reader:
        return len(reader.filings(FilingFilter(case_id=case_id)))


def test_a_saved_draft_is_filed_by_a_key_and_a_second_call_files_nothing(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    save(desk, case_id, additional_info="seen twice")
    first = order(desk, case_id)
    assert first.status_code == 201
    filing = first.json()
    assert (filing["case"], filing["state"], filing["part"]) == (case_id, "off", 0)
    assert filing["ordered_by"].startswith("key:")
    again = order(desk, case_id)
    assert again.status_code == 409
    assert filing["id"] in again.json()["error"]["message"]
    assert filings_of(desk, case_id) == 1
    with desk.installation.store.read() as reader:
        [report] = reader.reports_of(case_id)
        assert reader.find_draft(case_id) is None
    assert report.facts["additional_info"] == "seen twice"


def test_a_key_files_nothing_that_no_person_has_saved(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    answer = order(desk, case_id)
    assert answer.status_code == 409
    assert "a person opens it in the console" in answer.json()["error"]["message"]
    assert filings_of(desk, case_id) == 0


def test_a_draft_with_faults_is_refused_and_stays(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    save(desk, case_id, path="", value="")
    assert order(desk, case_id).status_code == 400
    with desk.installation.store.read() as reader:
        assert reader.find_draft(case_id) is not None
    assert filings_of(desk, case_id) == 0


@pytest.mark.parametrize("case_id", ["0" * 26, "x"])
def test_a_case_that_is_not_there_is_not_found(desk: WebDesk, case_id: str) -> None:
    answer = order(desk, case_id)
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "no case of that id")


@pytest.mark.parametrize("body", [{}, {"case": ""}, {"case": "a" * 27}, {"case": "\0"}, {"case": "a", "viewed": True}])
def test_an_order_that_is_none_is_refused(desk: WebDesk, body: dict) -> None:
    answer = desk.call("POST", "/api/v1/reports", key=desk.key(Scope.REPORTS_FILE), json=body)
    assert answer.status_code == 400


def test_a_case_without_a_reportable_verdict_is_never_filed(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS, decision=Decision.NOT_REPORTABLE)
    assert order(desk, case_id).status_code == 409
    assert filings_of(desk, case_id) == 0


def test_filings_are_listed_newest_first_by_pages_and_by_state(desk: WebDesk, house: FilingHouse) -> None:
    ids = []
    for _ in range(3):
        case_id = house.case(BOATS)
        save(desk, case_id)
        ids.append(order(desk, case_id).json()["id"])
        desk.clock.move(seconds=1)
    first = read(desk, "/api/v1/reports?limit=2")
    assert [each["id"] for each in first["filings"]] == ids[:0:-1]
    rest = read(desk, f"/api/v1/reports?limit=2&before={first['next']}")
    assert ([each["id"] for each in rest["filings"]], rest["next"]) == (ids[:1], None)
    assert read(desk, "/api/v1/reports?state=filed&state=failed")["filings"] == []
    assert len(read(desk, "/api/v1/reports?state=off")["filings"]) == 3
    key = desk.key(Scope.REPORTS_READ)
    assert desk.call("GET", "/api/v1/reports?state=lost", key=key).status_code == 400
    assert desk.call("GET", "/api/v1/reports?stat=off", key=key).status_code == 400


def test_a_filing_is_taken_back_with_its_reason(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    save(desk, case_id)
    place = f"/api/v1/reports/{order(desk, case_id).json()['id']}"
    key = desk.key(Scope.REPORTS_FILE)
    assert desk.call("POST", f"{place}/retract", key=key, json={"because": " "}).status_code == 400
    answer = desk.call("POST", f"{place}/retract", key=key, json={"because": "the account was another's"})
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert read(desk, place)["told"] == "the account was another's"
    gone = desk.call("POST", f"/api/v1/reports/{'0' * 26}/retract", key=key, json={"because": "a slip"})
    assert (gone.status_code, gone.json()["error"]["message"]) == (404, "no filing of that id")


def test_a_filed_report_is_shown_with_its_receipt_byte_for_byte_and_the_read_is_recorded(
    desk: WebDesk, house: FilingHouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case_id = house.case(BOATS)
    save(desk, case_id)
    filing_id = order(desk, case_id).json()["id"]
    with clearinghouse_process(tmp_path_factory.mktemp("clearinghouse")) as clearinghouse:
        place = {"filing": True, "test_url": clearinghouse.address, "test_user": USER, "test_password": PASSWORD}
        on = house.with_settings(**place)
        reconcile(on.desk)
        while work_once(on.desk, "test"):
            pass
    shown = read(desk, f"/api/v1/reports/{filing_id}")
    assert shown["state"] == "filed"
    assert shown["steps"][-1]["step"] == "finished"
    receipt = base64.b64decode(shown["receipt"]["base64"])
    with desk.installation.store.read() as reader:
        kept = reader.find_receipt(FilingId(filing_id))
    assert kept is not None
    assert receipt == kept.body
    assert shown["receipt"]["sha256"] == shown["receipt_sha256"] == hashlib.sha256(receipt).hexdigest()
    assert "filing.read" in house.acts()
    key = desk.key(Scope.REPORTS_FILE)
    late = desk.call("POST", f"/api/v1/reports/{filing_id}/retract", key=key, json={"because": "too late"})
    assert late.status_code == 409
