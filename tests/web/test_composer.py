"""The composer: what it fills in and on whose word, and that nothing typed on it is lost."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import cast
from urllib.parse import urlencode

import pytest

from clew.pipelines import verdicts
from clew.pipelines.flags import Flagged
from clew.records.case import FlagReason, Message
from clew.records.identifiers import CaseId, ContentId
from clew.records.people import Role
from clew.records.review import AskReason, Decision, FileAnnotation
from clew.records.subject import IpEvent
from tests.pipelines.filing_house import FilingHouse
from tests.pipelines.filing_house import SetClock as FilingClock
from tests.pipelines.review_house import MORNING, House
from tests.pipelines.review_house import SetClock as ReviewClock
from tests.web.test_report_pages import FORM, WHO, answer_of, facts_of, saved, text_of, version_of
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


@pytest.fixture
def case_id(desk: WebDesk) -> CaseId:
    found = FilingHouse(desk.installation.filing_desk, cast("FilingClock", desk.clock)).case(b"boats " * 500)
    desk.sign_in(Role.REPORTER)
    return found


def as_shown(desk: WebDesk, case_id: CaseId) -> dict[str, str]:
    """What a browser sends of the composer's page when nothing was touched."""
    page = desk.get(f"/reports/draft/{case_id}").text
    form = page[page.index('<form id="draft"') :]
    found = dict(re.findall(r'<input (?:type="hidden" |id="value-\d+" )name="([^"]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL))
    for select in re.findall(r"<select .*?</select>", form, re.DOTALL):
        found[re.findall('name="([^"]+)"', select)[0]] = "".join(re.findall('value="([^"]*)" selected', select))
    return {name: html.unescape(value).replace("\n", "\r\n") for name, value in found.items() if name != "csrf"}


def sent(desk: WebDesk, case_id: CaseId, form: dict[str, str]) -> tuple[int, str, str]:
    """The answer: its code, where it leads, and the page."""
    answer = desk.call("POST", f"/reports/draft/{case_id}", content=urlencode(form), headers=FORM)
    return answer.status_code, answer.headers.get("location", ""), html.unescape(answer.text)


def test_the_key_that_leads_to_the_receiver_s_view_saves_what_was_typed_first(desk: WebDesk, case_id: CaseId) -> None:
    place = f"/reports/draft/{case_id}/receiver"
    form = as_shown(desk, case_id)
    assert sent(desk, case_id, form | {"act": "read"})[:2] == (303, place)
    assert version_of(desk, case_id) == 0, "nothing was typed, nothing is saved"
    assert sent(desk, case_id, form | {"act": "read", "additional_info": "seen twice"})[:2] == (303, place)
    assert "seen twice" in html.unescape(desk.get(place).text)
    assert facts_of(desk, case_id)["additional_info"] == "seen twice"
    assert 'name="act" value="read" data-key="v"' in desk.get(f"/reports/draft/{case_id}").text


def test_a_value_that_cannot_stand_keeps_the_person_on_the_page_with_all_that_was_typed(
    desk: WebDesk, case_id: CaseId
) -> None:
    wrong = {"act": "read", "path": "subjects[0].person.age", "value": "young", "additional_info": "seen twice"}
    code, _, page = sent(desk, case_id, as_shown(desk, case_id) | wrong)
    assert code == 400
    assert 'value="young"' in page
    assert "seen twice" in page
    assert "data-unsaved" in page


def test_a_changed_text_of_all_facts_is_saved_with_the_fields_beside_it_and_needs_no_tick(
    desk: WebDesk, case_id: CaseId
) -> None:
    form = as_shown(desk, case_id)
    facts = json.loads(form["facts"])
    facts["subjects"][0]["screen_name"] = "heron"
    more = {"act": "save", "facts": json.dumps(facts), "additional_info": "seen twice", "path": "batch", "value": ""}
    assert sent(desk, case_id, form | more)[0] == 303
    kept = facts_of(desk, case_id)
    assert (kept["subjects"][0]["screen_name"], kept["additional_info"]) == ("heron", "seen twice")


def test_a_text_that_is_none_or_holds_no_such_field_stays_on_the_page_with_what_was_typed_beside_it(
    desk: WebDesk, case_id: CaseId
) -> None:
    form = as_shown(desk, case_id) | {"act": "save", "additional_info": "seen twice"}
    for text, expected in (
        ('{"incident": {"type": "material"', "must be JSON"),
        ("[1]", "must be one JSON object"),
        ('{"nothing": "of the kind"}', "is no field"),
    ):
        code, _, page = sent(desk, case_id, form | {"facts": text})
        assert code == 400
        assert f">{text}</textarea>" in page
        assert expected in page
        assert "seen twice" in page
        assert "what you typed is still there" in page
    assert version_of(desk, case_id) == 0


def test_where_text_and_fields_say_different_things_neither_is_taken_and_both_stay(
    desk: WebDesk, case_id: CaseId
) -> None:
    form = as_shown(desk, case_id)
    facts = json.loads(form["facts"])
    facts["additional_info"] = "from the text"
    facts["subjects"][0]["screen_name"] = "heron"
    torn = form | {"act": "save", "facts": json.dumps(facts)}
    code, _, page = sent(desk, case_id, torn | {"additional_info": "from the field"})
    assert code == 400
    assert "additional info: the text of all facts says another thing than the field" in page
    assert '"additional_info": "from the text"' in page
    assert ">from the field</textarea>" in page
    code, _, page = sent(desk, case_id, torn | {"path": "subjects[0].screen_name", "value": "rook"})
    assert code == 400
    assert 'value="rook"' in page
    assert "Expected the same as in the text of all facts" in page
    assert version_of(desk, case_id) == 0


def test_a_field_that_another_filled_meanwhile_does_not_take_what_was_typed_with_it(
    desk: WebDesk, case_id: CaseId
) -> None:
    mine = as_shown(desk, case_id)
    [number] = [name[4:] for name, value in mine.items() if value == "subjects[0].screen_name" and name[:4] == "gap-"]
    assert saved(desk, case_id, path="subjects[0].screen_name", value="rook") == 303
    code, _, page = sent(desk, case_id, mine | {"act": "save", f"value-{number}": "heron"})
    assert code == 409
    assert 'value="heron"' in page
    assert "Filled by another person meanwhile" in page


def viral_cases(desk: WebDesk, review: House, *accounts: str) -> list[CaseId]:
    """Decided cases of these accounts, each with the same marked bytes."""
    who, found = desk.sign_in(Role.SENIOR_REVIEWER), []
    for each in accounts:
        content = review.sealed_hit(1, each)
        marks = (FileAnnotation.VIRAL,)
        review.decide(who, review.lease(who, content), content.id, Decision.SAME_AS_LISTED, annotations=marks)
        found.append(content.case_id)
    desk.sign_in(Role.REPORTER)
    return found


def test_a_viral_file_goes_as_one_batched_report_from_the_form_and_the_cases_that_wait_are_linked(
    desk: WebDesk, review: House
) -> None:
    first, second, third = viral_cases(desk, review, "account-3", "account-4", "account-5")
    desk.clock.move(minutes=5)
    page = desk.get(f"/reports/draft/{first}").text
    [key] = re.findall(r'<select id="viral-file" name="viral"><option value="([^"]+)">', page)
    assert "2 decided cases of other accounts wait" in html.unescape(page)
    for other in (second, third):
        assert f'name="account" value="{other}"' in page
        assert f'<a href="/reports/draft/{other}">' in page
    who = {"path": WHO, "value": "desk@example.org"}
    assert saved(desk, first, act="batch", viral=key, account=second, **who) == 303
    facts = facts_of(desk, first)
    assert [each["identifier"] for each in facts["subjects"]] == ["account-3", "account-4"]
    said = text_of(desk, f"/reports/draft/{first}")
    assert "Valid by every rule of the form" in said
    assert "Internet address of the reported account" not in said
    assert "2 accounts, one file, and nothing else" in said
    assert "account-4 stands in this report" in said
    assert saved(desk, first, act="batch", viral=key, account=third) == 303
    assert len(facts_of(desk, first)["subjects"]) == 3
    page = desk.get(f"/reports/draft/{first}").text
    assert "Leave it out, say why" not in page, "what would be said has no room there"
    assert 'name="urgent_because"' not in page
    assert f'formaction="/reports/draft/{first}/discard">Begin again' in page
    code, place, _ = sent(desk, first, as_shown(desk, first) | {"act": "file"})
    assert (code, place.startswith("/reports/01")) == (303, True)
    assert f"/reports/draft/{second}" in desk.get("/reports").text, "each of theirs waits for a report of its own"


def test_a_file_that_is_none_of_the_report_makes_no_batch(desk: WebDesk, review: House) -> None:
    [case_id] = viral_cases(desk, review, "account-3")
    assert "No decided case of another account waits" in text_of(desk, f"/reports/draft/{case_id}")
    assert "choose the viral file of this report" in answer_of(desk, case_id, act="batch", viral="another")


def test_words_whose_verdict_was_taken_back_leave_a_saved_draft_and_are_not_filed_meanwhile(
    desk: WebDesk, review: House
) -> None:
    [case_id] = viral_cases(desk, review, "account-3")
    flagged = review.flag(FlagReason.ENTICEMENT, "account-3", messages=said_by("account-3"))
    found_reportable(desk, review, flagged)
    assert flagged.case.id == case_id
    assert saved(desk, case_id, path=WHO, value="desk@example.org") == 303
    with desk.installation.store.read() as reader:
        verdict = next(each for each in reader.verdicts_of(case_id) if each.content_id == flagged.content.id)
    who = desk.sign_in(Role.SENIOR_REVIEWER)
    verdicts.reverse(review.desk, who, verdict.id, AskReason.UNSURE)
    desk.sign_in(Role.REPORTER)
    desk.clock.move(minutes=5)
    assert "1 message in it is not to be reported any more" in text_of(desk, f"/reports/draft/{case_id}")
    assert saved(desk, case_id, act="file", filings=0) == 409
    assert saved(desk, case_id, act="renew", additional_info="seen twice") == 303
    facts = facts_of(desk, case_id)
    assert "messages" not in facts
    assert facts["additional_info"] == "seen twice"
    assert saved(desk, case_id, act="file", filings=0) == 303
