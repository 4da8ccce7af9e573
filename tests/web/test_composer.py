"""The composer: what it fills in and on whose word, and that nothing typed on it is lost."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from clew.pipelines.flags import Flagged
from clew.records.case import FlagReason, Message
from clew.records.identifiers import ContentId
from clew.records.people import Role
from clew.records.review import Decision
from clew.records.subject import IpEvent
from tests.pipelines.review_house import MORNING, House
from tests.pipelines.review_house import SetClock as ReviewClock
from tests.web.test_report_pages import WHO, answer_of, facts_of, saved, text_of
from tests.web.web_desk import WebDesk


@pytest.fixture
def review(desk: WebDesk) -> House:
    return House(desk.installation.review_desk, cast("ReviewClock", desk.clock)).under(four_eyes="none")


def said_by(*authors: str) -> tuple[Message, ...]:
    message = Message(content_id=ContentId(""), place=0, author=None, at=MORNING - timedelta(days=30), text="words")
    return tuple(replace(message, author=each) for each in authors)


def found_reportable(desk: WebDesk, review: House, flagged: Flagged) -> Flagged:
    who = desk.sign_in(Role.SENIOR_REVIEWER)
    lease = review.lease(who, flagged.content)
    review.decide(who, lease, flagged.content.id, Decision.NOT_LISTED)
    desk.sign_in(Role.REPORTER)
    return flagged


def chosen_type(desk: WebDesk, case_id: str) -> str:
    [field] = re.findall(r'<select id="type".*?</div>', desk.get(f"/reports/draft/{case_id}").text, re.DOTALL)
    [value] = re.findall(r'<option value="([^"]*)" selected', field)
    return f"{value}: {' '.join(html.unescape(re.sub('<[^>]+>', ' ', field.split('</select>')[1])).split())}"


def test_the_type_says_on_whose_word_it_stands(desk: WebDesk, review: House) -> None:
    flagged = review.flag(FlagReason.ABUSE_MATERIAL, messages=said_by("account-7"))
    case_id = found_reportable(desk, review, flagged).case.id
    assert chosen_type(desk, case_id) == "material: from the flag"
    assert saved(desk, case_id, type="enticement") == 303
    assert chosen_type(desk, case_id) == "enticement: chosen by a person"


@pytest.mark.parametrize("reason", [FlagReason.OTHER, FlagReason.LIVE_DANGER])
def test_a_type_that_nobody_has_said_is_a_named_gap_until_a_person_chooses_it(
    desk: WebDesk, review: House, reason: FlagReason
) -> None:
    case_id = found_reportable(desk, review, review.flag(reason, messages=said_by("account-7"))).case.id
    place = f"/reports/draft/{case_id}"
    assert chosen_type(desk, case_id).startswith(": Choose the type. no flag and no verdict says it")
    assert 'href="#type" data-key="n">Type of the incident' in desk.get(place).text
    assert saved(desk, case_id, path=WHO, value="desk@example.org", type="") == 303
    assert "type" not in facts_of(desk, case_id)["incident"]
    said = text_of(desk, place)
    assert "1 fault" in said
    assert "Type of the incident: expected a value, came none" in said
    assert "cannot be filed yet" in answer_of(desk, case_id, act="file", filings=0)
    assert saved(desk, case_id, type="trafficking") == 303
    said = text_of(desk, place)
    assert "Valid by every rule of the form" in said
    assert "must be chosen before filing" not in said


def test_who_wrote_to_a_child_is_proposed_with_the_addresses_and_the_child_is_not_reported(
    desk: WebDesk, review: House
) -> None:
    from_there = IpEvent(address="198.51.100.9", port=4444)
    demand = replace(said_by("heron-9")[0], recipient="account-7", ip_event=from_there)
    words = (demand, *said_by("account-7", "rook-4"))
    case_id = found_reportable(
        desk, review, review.flag(FlagReason.EXTORTION, messages=words, safeguarding=True)
    ).case.id
    said = text_of(desk, f"/reports/draft/{case_id}")
    assert "The reported account is a proposal" in said
    assert "1 further account that wrote to the child is told of in words" in said
    reported, child = said.index("Reported account Account heron-9"), said.index("safeguarding track Account account-7")
    assert reported < child
    assert "Reported account Other 198.51.100.9 4444" in said
    assert saved(desk, case_id, path="subjects[0].identifier", value="rook-4") == 303
    assert "is a proposal" not in text_of(desk, f"/reports/draft/{case_id}")


def test_where_nobody_else_wrote_the_gap_asks_for_the_account_by_its_id(desk: WebDesk, review: House) -> None:
    flagged = review.flag(FlagReason.EXTORTION, messages=said_by("account-7"), safeguarding=True)
    case_id = found_reportable(desk, review, flagged).case.id
    page = desk.get(f"/reports/draft/{case_id}").text
    assert 'value="subjects[0].identifier"' in page
    assert "No other account wrote what is reported here" in page
    [number] = re.findall(r'name="gap-(\d+)" value="subjects\[0\].identifier"', page)
    assert saved(desk, case_id, **{f"gap-{number}": "subjects[0].identifier", f"value-{number}": "heron-9"}) == 303
    assert facts_of(desk, case_id)["subjects"] == [{"identifier": "heron-9"}]
