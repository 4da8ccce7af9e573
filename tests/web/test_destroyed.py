"""Evidence that was destroyed, on each page that once said it was held."""

from typing import cast

import pytest

from clew.pipelines import verdicts
from clew.pipelines.destruction import destroy
from clew.pipelines.holds import standing_holds
from clew.pipelines.legal_process import Asked, record_process
from clew.pipelines.release import release
from clew.records.evidence import Destruction, ProcessKind
from clew.records.identifiers import CaseId
from clew.records.people import Role
from clew.records.review import AskReason, Decision
from clew.records.viewing import Confirmation
from tests.pipelines.filing_house import FilingHouse, SetClock
from tests.pipelines.review_house import House
from tests.pipelines.review_house import SetClock as ReviewClock
from tests.review.review_records import view_of
from tests.web.test_report_pages import BOATS, WHO, facts_of, filed, post, saved, text_of
from tests.web.web_desk import WebDesk


@pytest.fixture
def house(desk: WebDesk) -> FilingHouse:
    return FilingHouse(desk.installation.filing_desk, cast("SetClock", desk.clock))


def destroyed(desk: WebDesk, case_id: CaseId) -> Destruction:
    """The evidence of the case, as two people end it on a lawful request."""
    room = desk.installation.strongroom
    with desk.installation.store.read() as reader:
        standing = standing_holds(reader, case_id, desk.clock())
    for hold in standing:
        if release(room, hold.id, ground="order of the court", actor="user:a").released_at is None:
            release(room, hold.id, ground="order of the court", actor="user:b")
    asked = Asked(
        kind=ProcessKind.DESTRUCTION_REQUEST, reference="26-1", authority="State police", issued_at=desk.clock()
    )
    record_process(room, case_id, asked, actor="user:a")
    destroy(room, case_id, confirm=case_id, process_id=None, actor="user:a")
    return destroy(room, case_id, confirm=case_id, process_id=None, actor="user:b")


def test_a_filing_whose_evidence_was_destroyed_says_when_and_under_which_certificate(
    desk: WebDesk, house: FilingHouse
) -> None:
    desk.sign_in(Role.REPORTER)
    case_id, place = filed(desk, house)
    assert post(desk, f"{place}/by-hand", {"number": "77", "filed_at": desk.clock().isoformat()}) == 303
    assert "Kept until 1 Mar 2027" in text_of(desk, place)
    done = destroyed(desk, case_id)
    said = text_of(desk, place)
    assert f"Evidence destroyed on 1 Mar 2026, certificate …{done.id[-8:]}" in said
    assert "Kept until" not in said
    assert f'href="/evidence/{case_id}/certificate"' in desk.get(place).text
    said = text_of(desk, f"/evidence/{case_id}")
    assert "Destroyed on 1 Mar 2026" in said
    assert "Download the signed certificate" in said


def test_what_is_destroyed_leaves_a_saved_draft_by_one_act_and_what_was_filled_in_stays(
    desk: WebDesk, house: FilingHouse
) -> None:
    case_id = house.case(BOATS, b"harbour " * 500)
    desk.sign_in(Role.REPORTER)
    saved(desk, case_id, path=WHO, value="desk@example.org", additional_info="seen twice")
    destroyed(desk, case_id)
    assert 'form="draft" name="act" value="renew"' in desk.get(f"/reports/draft/{case_id}").text
    assert saved(desk, case_id, act="renew", urgent_because="a meeting is planned") == 303
    facts = facts_of(desk, case_id)
    assert "files" not in facts
    assert (facts["additional_info"], facts["incident"]["urgent_because"]) == ("seen twice", "a meeting is planned")
    assert facts["reporter"]["person"]["emails"] == [{"address": "desk@example.org"}]
    assert str(facts["further"]).count("destroyed on lawful request") == 2
    assert "not to be reported any more" not in text_of(desk, f"/reports/draft/{case_id}")
    desk.clock.move(minutes=5)
    assert saved(desk, case_id, act="file", filings=0) == 303


@pytest.mark.parametrize("draft", ["saved before", "never saved"])
def test_the_composer_says_of_each_destroyed_file_that_it_is_and_files_none_of_them(
    desk: WebDesk, house: FilingHouse, draft: str
) -> None:
    case_id = house.case(BOATS, b"harbour " * 500)
    desk.sign_in(Role.REPORTER)
    if draft == "saved before":
        saved(desk, case_id, path=WHO, value="desk@example.org")
    destroyed(desk, case_id)
    said = text_of(desk, f"/reports/draft/{case_id}")
    told = said[said.index("Told of in words, without bytes") : said.index("Everything else that the form knows")]
    assert told.count("destroyed on lawful request") == 2
    assert ("are not to be reported any more, or their bytes are held no longer" in said) == (draft == "saved before")
    assert post(desk, f"/reports/draft/{case_id}", {"version": 1, "filings": 0, "act": "file"}) in {400, 409}
    with desk.installation.store.read() as reader:
        assert reader.reports_of(case_id) == []


@pytest.mark.parametrize("viewed", [False, True])
def test_the_page_of_the_case_offers_no_destroyed_file_to_open(desk: WebDesk, viewed: bool) -> None:
    house = House(desk.installation.review_desk, cast("ReviewClock", desk.clock))
    content = house.sealed_hit(1)
    who = desk.sign_in(Role.SENIOR_REVIEWER)
    if viewed:
        at = desk.clock()
        view = view_of(1, content, person=who.id, at=at, completed_at=at)
        saying = Confirmation(view_id=view.id, content_id=content.id, person=who.id, at=at)
        desk.installation.store.transact(lambda unit: (unit.add_view(view), unit.confirm_view(saying)))
    page = f"/review/{house.job(content).id}"
    alone = house.under(four_eyes="none")
    lease = alone.lease(who, content)
    assert ("Viewed in full" if viewed else "Sealed, not opened") in text_of(desk, page)
    alone.decide(who, lease, content.id, Decision.NOT_REPORTABLE)
    destroyed(desk, content.case_id)
    with desk.installation.store.read() as reader:
        verdict = reader.verdicts_of(content.case_id)[-1]
    verdicts.reverse(alone.desk, who, verdict.id, AskReason.UNSURE)
    alone.lease(who, content)
    said = text_of(desk, page)
    assert "Nothing can be opened: destroyed on a lawful request" in said
    assert "Open it" not in said
