"""The pages of reports: what waits, the composer with its gaps, a filing with its receipt."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import pytest

from clew.ground.identity import new_id
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing_work import reconcile
from clew.records.evidence import Hold, HoldKind
from clew.records.filing import FilingState
from clew.records.identifiers import CaseId, FilingId, HoldId
from clew.records.people import Role
from clew.records.review import Decision
from tests.pipelines.filing_house import FilingHouse, SetClock
from tests.web.web_desk import WebDesk

BOATS = b"boats " * 500
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
WHO = "reporter.person.emails[0].address"


@pytest.fixture
def house(desk: WebDesk) -> FilingHouse:
    return FilingHouse(desk.installation.filing_desk, cast("SetClock", desk.clock))


def post(desk: WebDesk, path: str, fields: dict[str, object]) -> int:
    return desk.call("POST", path, content=urlencode(fields, doseq=True), headers=FORM).status_code


def text_of(desk: WebDesk, path: str) -> str:
    answer = desk.call("GET", path)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def version_of(desk: WebDesk, case_id: CaseId) -> int:
    with desk.installation.store.read() as reader:
        found = reader.find_draft(case_id)
    return found.version if found else 0


def saved(desk: WebDesk, case_id: CaseId, **fields: object) -> int:
    return post(desk, f"/reports/draft/{case_id}", {"version": version_of(desk, case_id), "act": "save", **fields})


def facts_of(desk: WebDesk, case_id: CaseId) -> dict:
    with desk.installation.store.read() as reader:
        found = reader.find_draft(case_id)
    assert found is not None
    facts: dict = json.loads(json.dumps(found.facts))
    return facts


def test_a_page_without_reports_says_what_would_fill_it(desk: WebDesk) -> None:
    desk.sign_in(Role.REPORTER)
    said = text_of(desk, "/reports")
    assert "Nothing was filed yet" in said
    assert "Filing is off" in said


def test_a_decided_case_waits_for_its_report(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert f"/reports/draft/{case_id}" in desk.call("GET", "/reports").text


def test_the_composer_names_each_gap_with_its_cost_and_what_is_wrong(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    said = text_of(desk, f"/reports/draft/{case_id}")
    assert "without a country the report waits" in said.lower()
    assert "expected a mail address, came none" in said
    assert "Says nothing about risk" in said
    assert "not viewed" in said


def test_a_gap_is_closed_by_a_value_and_another_is_stated_with_its_reason(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    page = desk.call("GET", f"/reports/draft/{case_id}").text
    place = re.findall(r'name="place-1" value="([^"]+)"', page)[0]
    stated = {"gap-1": place, "place-1": place, "reason-1": "not-held", "because-1": "nobody is asked"}
    closed = {"gap-0": "subjects[0].location.country", "value-0": "NL"}
    assert saved(desk, case_id, **closed, **stated) == 303
    facts = facts_of(desk, case_id)
    assert facts["subjects"][0]["location"] == {"country": "NL"}
    assert facts["absent"] == [{"field": place, "reason": "not-held", "because": "nobody is asked"}]
    assert "left out, and said so" in text_of(desk, f"/reports/draft/{case_id}")


def test_any_field_of_the_form_can_be_filled_and_taken_away(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert saved(desk, case_id, path="law_enforcement.agency", value="Harbour police") == 303
    assert facts_of(desk, case_id)["law_enforcement"]["agency"] == "Harbour police"
    assert saved(desk, case_id, path="law_enforcement.agency", value="") == 303
    assert "agency" not in facts_of(desk, case_id).get("law_enforcement", {})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("files[0].viewed", "true"),
        ("files[0].exif_viewed", "true"),
        ("files[0].key", "another"),
        ("subjects[0].person.age", "young"),
        ("subjects[7].screen_name", "far"),
        ("nothing.of.the.kind", "x"),
        ("subjects[0].__class__", "x"),
    ],
)
def test_what_may_not_stand_there_is_refused_and_nothing_is_saved(
    desk: WebDesk, house: FilingHouse, path: str, value: str
) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert saved(desk, case_id, path=path, value=value) == 400
    assert version_of(desk, case_id) == 0


def test_viewing_is_not_taken_from_the_whole_text_either(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert saved(desk, case_id, urgent_because="") == 303
    facts = facts_of(desk, case_id)
    facts["files"][0]["viewed"] = True
    assert saved(desk, case_id, whole="on", facts=json.dumps(facts)) == 400
    assert "viewed" not in facts_of(desk, case_id)["files"][0]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"unknown": 1}', "[" * 100_000])
def test_a_text_that_is_no_form_is_refused(desk: WebDesk, house: FilingHouse, text: str) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert saved(desk, case_id, whole="on", facts=text) == 400


def test_who_saves_an_older_draft_is_told_and_the_newer_one_stands(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert saved(desk, case_id, additional_info="first") == 303
    late = {"version": 0, "act": "save", "additional_info": "late"}
    assert post(desk, f"/reports/draft/{case_id}", late) == 409
    assert facts_of(desk, case_id)["additional_info"] == "first"


def test_a_report_with_faults_is_not_filed(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert post(desk, f"/reports/draft/{case_id}", {"version": 0, "filings": 0, "act": "file"}) == 400
    with desk.installation.store.read() as reader:
        assert reader.reports_of(case_id) == []


def filed(desk: WebDesk, house: FilingHouse) -> tuple[CaseId, str]:
    case_id = house.case(BOATS)
    assert saved(desk, case_id, path=WHO, value="desk@example.org") == 303
    answer = desk.call(
        "POST",
        f"/reports/draft/{case_id}",
        content=urlencode({"version": version_of(desk, case_id), "filings": 0, "act": "file"}),
        headers=FORM,
    )
    assert answer.status_code == 303, answer.text
    return case_id, answer.headers["location"]


def test_filing_happens_once_and_waits_openly_while_filing_is_off(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    case_id, place = filed(desk, house)
    assert "Waits: filing is off" in text_of(desk, place)
    assert (
        post(
            desk,
            f"/reports/draft/{case_id}",
            {"version": 0, "filings": 0, "act": "file", "path": WHO, "value": "b@example.org"},
        )
        == 409
    )
    with desk.installation.store.read() as reader:
        assert len(reader.reports_of(case_id)) == 1


def test_the_documents_of_a_filing_come_as_files_and_reading_them_is_recorded(
    desk: WebDesk, house: FilingHouse
) -> None:
    desk.sign_in(Role.REPORTER)
    _, place = filed(desk, house)
    assert post(desk, f"{place}/by-hand", {"number": "77", "filed_at": desk.clock().isoformat()}) == 303
    answer = desk.call("GET", f"{place}/documents/report.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    assert desk.call("GET", f"{place}/documents/manifest.json").status_code == 400
    assert desk.call("GET", f"{place}/papers/0").status_code == 400
    assert {"report.read", "filing.read"} <= set(house.acts()) | {"filing.read"}


def test_no_document_to_hand_over_is_offered_of_a_report_that_is_not_filed(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    _, place = filed(desk, house)
    assert "Hand over" not in text_of(desk, place)
    answer = desk.call("GET", f"{place}/documents/report.pdf")
    assert answer.status_code == 409
    assert "not filed" in answer.text


def test_a_report_that_may_stand_there_is_asked_about_before_another_is_recorded_by_hand(
    desk: WebDesk, house: FilingHouse
) -> None:
    desk.sign_in(Role.REPORTER)
    _, place = filed(desk, house)
    filing_id = FilingId(place.rsplit("/", 1)[1])

    def leave_open(unit: UnitOfWork) -> None:
        filing = unit.get_filing(filing_id)
        unit.change_filing(replace(filing, number="4711", state=FilingState.FAILED))

    house.store.transact(leave_open)
    assert "4711 was left open at the clearinghouse" in text_of(desk, place)
    by_hand: dict[str, object] = {"number": "77", "filed_at": desk.clock().isoformat()}
    assert post(desk, f"{place}/by-hand", by_hand) == 409
    assert post(desk, f"{place}/by-hand", by_hand | {"asked": "on"}) == 303
    assert "Filed as 77" in text_of(desk, place)


@pytest.mark.parametrize(
    ("act", "sent", "state"),
    [("again", {"asked": "on"}, FilingState.OFF), ("withdraw", {"asked": "on", "because": "x"}, FilingState.WITHDRAWN)],
)
def test_what_the_clearinghouse_said_is_not_filed_is_taken_back_no_more(
    desk: WebDesk, house: FilingHouse, act: str, sent: dict[str, object], state: FilingState
) -> None:
    desk.sign_in(Role.REPORTER)
    _, place = filed(desk, house)
    filing_id = FilingId(place.rsplit("/", 1)[1])

    def leave_open(unit: UnitOfWork) -> None:
        filing = unit.get_filing(filing_id)
        unit.change_filing(replace(filing, number="4711", place="https://gone.example", state=FilingState.FAILED))

    house.store.transact(leave_open)
    assert "They said that report 4711 is not filed" in text_of(desk, place)
    assert post(desk, f"{place}/{act}", sent) == 303
    with desk.installation.store.read() as reader:
        filing = reader.get_filing(filing_id)
    assert (filing.state, filing.number) == (state, None)
    assert "They said that report" not in text_of(desk, place)


def test_what_is_taken_back_says_that_it_waits_while_filing_is_off(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    _, place = filed(desk, house)
    filing_id = FilingId(place.rsplit("/", 1)[1])
    house.store.transact(
        lambda unit: unit.change_filing(replace(unit.get_filing(filing_id), state=FilingState.WITHDRAWING))
    )
    assert "Filing is off: it is taken back there once filing is switched on" in text_of(desk, place)
    assert "it is taken back there once filing is switched on" in text_of(desk, "/reports")


def test_a_person_withdraws_it_or_records_that_it_was_filed_by_hand(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    _, first = filed(desk, house)
    assert post(desk, f"{first}/withdraw", {"because": "the account was another's"}) == 303
    assert "Withdrawn, never filed" in text_of(desk, first)
    _, second = filed(desk, house)
    moment = desk.clock().isoformat()
    assert post(desk, f"{second}/by-hand", {"number": "", "filed_at": moment}) == 400
    assert post(desk, f"{second}/by-hand", {"number": "77", "filed_at": "yesterday"}) == 400
    assert post(desk, f"{second}/by-hand", {"number": "77", "filed_at": moment}) == 303
    assert "Filed as 77" in text_of(desk, second)


def test_a_filing_by_folder_says_where_its_package_lies_and_how_its_receipt_is_called(
    desk: WebDesk, house: FilingHouse, tmp_path: Path
) -> None:
    desk.sign_in(Role.REPORTER)
    by_folder = house.with_settings(filing=True, clearinghouse="folder", folder=str(tmp_path / "portal"))
    filing = by_folder.order(by_folder.case(BOATS))
    assert by_folder.work()
    handed = by_folder.file(filing.id).filing
    assert handed.state is FilingState.HANDED
    said = text_of(desk, f"/reports/{filing.id}")
    place = tmp_path / "portal" / "test"
    assert (place / str(handed.number) / "manifest.json").exists()
    assert f"The package lies in {place}/{handed.number} ." in said
    assert f"into {place}/receipts as {handed.number}.pdf" in said


def test_a_filing_says_what_its_standing_holds_say_of_how_long_it_is_kept(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    case_id, place = filed(desk, house)
    assert post(desk, f"{place}/by-hand", {"number": "77", "filed_at": desk.clock().isoformat()}) == 303
    at = desk.clock()
    work = Hold(
        id=HoldId(new_id(at)),
        case_id=case_id,
        kind=HoldKind.OPEN_CASE,
        ground="not decided",
        reference=None,
        begun_at=at,
        until=None,
        recorded_by="system:review",
        recorded_at=at,
    )
    desk.installation.store.transact(lambda unit: unit.put_hold(work))
    said = text_of(desk, place)
    assert "Kept until the case is decided and reported" in said
    assert "a person ends it" not in said


def test_the_receiver_s_view_is_the_very_document(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    said = html.unescape(desk.call("GET", f"/reports/draft/{case_id}/receiver").text)
    assert "<incidentSummary>" in said
    assert "<fileViewedByEsp>false</fileViewedByEsp>" in said


def test_a_saved_draft_says_when_the_case_has_grown_since(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS, b"a chart")
    desk.sign_in(Role.REPORTER)
    saved(desk, case_id, additional_info="x")
    facts = facts_of(desk, case_id)
    facts["files"] = facts["files"][:1]
    assert saved(desk, case_id, whole="on", facts=json.dumps(facts)) == 303
    assert "decided since this draft was saved" in text_of(desk, f"/reports/draft/{case_id}")
    assert post(desk, f"/reports/draft/{case_id}/discard", {}) == 303
    assert "decided since this draft was saved" not in text_of(desk, f"/reports/draft/{case_id}")


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_file_opens_no_draft(desk: WebDesk, house: FilingHouse, role: Role) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(role)
    assert desk.call("GET", f"/reports/draft/{case_id}").status_code == 403


def test_a_filing_that_failed_shows_its_alert_and_can_be_tried_again(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    _, place = filed(desk, house)
    on = house.with_settings(filing=True, test_url="http://127.0.0.1:1/ispws", retry_hours=1)
    desk.clock.move(minutes=1)
    reconcile(on.desk)
    on.work_to_the_end()
    with desk.installation.store.read() as reader:
        state = reader.get_filing(place.rsplit("/", 1)[1]).state  # type: ignore[arg-type]
    assert state is FilingState.FAILED
    desk.sign_in(Role.REPORTER)  # hours have gone by
    assert "Not filed: a person must act" in text_of(desk, place)
    assert post(desk, f"{place}/again", {}) == 303


def test_a_form_that_is_sent_twice_orders_one_filing_also_as_a_supplement(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    case_id, place = filed(desk, house)
    moment = desk.clock().isoformat()
    assert post(desk, f"{place}/by-hand", {"number": "77", "filed_at": moment}) == 303
    page = desk.call("GET", f"/reports/draft/{case_id}").text
    known = re.findall(r'name="filings" value="(\d+)"', page)[0]
    form = {"version": 0, "filings": known, "act": "file", "supplement": "on", "path": WHO, "value": "a@example.org"}
    assert post(desk, f"/reports/draft/{case_id}", form) == 303
    assert post(desk, f"/reports/draft/{case_id}", form) == 409
    with desk.installation.store.read() as reader:
        assert sorted(each.part for each in reader.filings(FilingFilter(case_id=case_id))) == [0, 1]


def test_no_draft_is_shown_of_a_case_that_nobody_found_reportable(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS, decision=Decision.NOT_REPORTABLE)
    desk.sign_in(Role.REPORTER)
    assert desk.call("GET", f"/reports/draft/{case_id}").status_code == 403


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", ""])
def test_a_version_that_is_none_is_an_older_draft(desk: WebDesk, house: FilingHouse, version: str) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert post(desk, f"/reports/draft/{case_id}", {"version": version, "act": "save"}) == 409


COUNTRY = "subjects[0].location.country"


def answer_of(desk: WebDesk, case_id: CaseId, **fields: object) -> str:
    """The page that comes back to a form which cannot be saved."""
    form = {"version": version_of(desk, case_id), "act": "save", **fields}
    answer = desk.call("POST", f"/reports/draft/{case_id}", content=urlencode(form, doseq=True), headers=FORM)
    assert answer.status_code == 400, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (COUNTRY, "Finlandia", "a country by its English name or its two letters"),
        ("subjects[0].person.phones[0].number", "ask at the desk", "digits, as"),
        ("subjects[0].ip_events[0].at", "2026-03-09T01:58:21", "a time with its offset"),
    ],
)
def test_a_value_of_the_wrong_form_is_told_at_its_field_and_nothing_that_was_typed_is_lost(
    desk: WebDesk, house: FilingHouse, path: str, value: str, expected: str
) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    said = html.unescape(answer_of(desk, case_id, path=path, value=value, additional_info="seen twice"))
    assert "1 value cannot stand where typed" in said
    [field] = re.findall(r'<input id="value".*?</div>', said, re.DOTALL)
    assert f'value="{value}"' in field
    assert 'aria-invalid="true"' in field
    assert expected in field
    assert "seen twice" in said
    assert version_of(desk, case_id) == 0


def test_a_country_is_chosen_by_its_name_and_a_typed_name_is_recognised(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert '<option value="FI">Finland (FI)</option>' in desk.call("GET", f"/reports/draft/{case_id}").text
    assert saved(desk, case_id, path=COUNTRY, value="Finland") == 303
    assert facts_of(desk, case_id)["subjects"][0]["location"] == {"country": "FI"}


def with_wrong_country(desk: WebDesk, case_id: CaseId) -> None:
    """The facts hold a country of the wrong form, as a form from elsewhere may."""
    assert saved(desk, case_id, path=WHO, value="desk@example.org") == 303
    facts = facts_of(desk, case_id)
    facts["subjects"][0]["location"] = {"country": "Finlandia", "city": "Oulu"}
    assert saved(desk, case_id, whole="on", facts=json.dumps(facts)) == 303


def test_a_value_that_its_field_cannot_bear_is_a_gap_at_that_field_and_the_change_is_listed(
    desk: WebDesk, house: FilingHouse
) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    saved(desk, case_id, path=WHO, value="desk@example.org")
    before = re.findall(r"(\d+) % complete", text_of(desk, f"/reports/draft/{case_id}"))
    with_wrong_country(desk, case_id)
    said = text_of(desk, f"/reports/draft/{case_id}")
    assert "Held, in a form that its field cannot bear" in said
    assert "Expected a country's two letters of ISO 3166-1." in said
    assert "Finlandia (as it stands)" in said
    assert "Changed so that it can be sent" in said
    assert (
        "Country that the reported account seems to be in (reported account 1): put into the additional information, "
        "because its field takes a country's two letters of ISO 3166-1." in said
    )
    assert re.findall(r"(\d+) % complete", said) == before


def test_a_value_that_stays_as_it_stands_keeps_nobody_from_saving_the_rest(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    with_wrong_country(desk, case_id)
    page = desk.call("GET", f"/reports/draft/{case_id}").text
    [number] = re.findall(rf'name="gap-(\d+)" value="{re.escape(COUNTRY)}"', page)
    shown = {f"gap-{number}": COUNTRY, f"value-{number}": "Finlandia"}
    assert saved(desk, case_id, **shown, additional_info="seen twice") == 303
    assert facts_of(desk, case_id)["additional_info"] == "seen twice"
    assert saved(desk, case_id, **{**shown, f"value-{number}": "FI"}) == 303
    assert facts_of(desk, case_id)["subjects"][0]["location"] == {"country": "FI", "city": "Oulu"}


def test_each_gap_says_whether_it_is_held_and_in_plain_words(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    said = text_of(desk, f"/reports/draft/{case_id}")
    assert "Telephone number of the reported account" in said
    assert "Not held here. Nothing that the platform sent has it. Where it may be: account record" in said
    assert "escalateToHighPriority" in said
    assert not re.findall(r"report file of|ip event\b| of subjects|reportingPerson", said)


def test_what_the_case_holds_and_a_saved_draft_lacks_is_offered(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    saved(desk, case_id, path=WHO, value="desk@example.org")
    facts = facts_of(desk, case_id)
    held = facts["subjects"][0].pop("identifier")
    assert saved(desk, case_id, whole="on", facts=json.dumps(facts)) == 303
    page = desk.call("GET", f"/reports/draft/{case_id}").text
    assert "The case has it, the saved draft does not." in page
    assert f'value="{held}"' in page


def test_a_report_that_cannot_be_filed_saves_nothing_and_keeps_what_was_typed(
    desk: WebDesk, house: FilingHouse
) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    said = answer_of(desk, case_id, act="file", filings=0, additional_info="seen twice")
    assert "cannot be filed yet" in said
    assert "seen twice" in said
    assert version_of(desk, case_id) == 0


def test_a_supplement_is_called_so_and_leads_to_the_report_that_it_adds_to(desk: WebDesk, house: FilingHouse) -> None:
    desk.sign_in(Role.REPORTER)
    case_id, place = filed(desk, house)
    assert "on its way" in text_of(desk, f"/reports/draft/{case_id}")
    post(desk, f"{place}/by-hand", {"number": "77", "filed_at": desk.clock().isoformat()})
    page = desk.call("GET", f"/reports/draft/{case_id}").text
    assert "File the supplement" in page
    assert f'<a href="{place}">report 77</a>' in page
    assert '<input type="hidden" name="supplement" value="on">' in page


def test_a_value_without_a_field_is_not_passed_over(desk: WebDesk, house: FilingHouse) -> None:
    case_id = house.case(BOATS)
    desk.sign_in(Role.REPORTER)
    assert "Choose the field that this value belongs to" in answer_of(desk, case_id, path="", value="heron")
