"""Who wrote to a child: proposed with addresses, and nobody who is to be protected."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.records.case import Message
from clew.records.report import Report
from clew.records.subject import IpEvent, IpUse, LinkedAccount, Particulars, Subject
from clew.reporting.draft import draft
from clew.reporting.prefill_accounts import writers_beside
from tests.reporting.test_draft import AT, CASE, CONTENT, FACTS, SUBJECT, thread

CHILD = replace(SUBJECT, reference="7F-20", safeguarding=True, particulars=Particulars())
SEEN = IpEvent(address="198.51.100.9", port=4444)
DEMAND = Message(content_id=CONTENT.id, place=0, author="7F-1", at=AT, text="pay me", recipient="7F-20", ip_event=SEEN)
ANSWER = Message(content_id=CONTENT.id, place=1, author="7F-20", at=AT, text="stop", ip_event=IpEvent(address="::1"))
AT_DEMAND = replace(SEEN, use=IpUse.OTHER, at=AT)


def reported(*messages: Message, writers: tuple[Subject, ...] = ()) -> Report:
    facts = replace(FACTS, case=replace(CASE, safeguarding=True), subject=CHILD, writers=writers)
    return draft(replace(facts, reportables=(replace(thread(ip_event=None, device=None), messages=messages),)))


def test_the_other_author_is_proposed_with_the_addresses_of_its_messages_and_the_child_is_the_victim() -> None:
    report = reported(DEMAND, ANSWER)
    [account] = report.subjects
    assert (account.identifier, account.ip_events) == ("7F-1", (AT_DEMAND,))
    assert [each.identifier for each in report.victims] == ["7F-20"]
    assert AT_DEMAND not in report.victims[0].ip_events


def test_what_the_platform_says_of_the_other_author_stands_with_it() -> None:
    login = IpEvent(address="192.0.2.77", use=IpUse.LOGIN, port=9, at=AT - timedelta(days=1))
    known = replace(SUBJECT, reference="7F-1", particulars=Particulars(screen_name="grey", ip_events=(login,)))
    [account] = reported(DEMAND, ANSWER, writers=(known,)).subjects
    assert (account.screen_name, account.ip_events) == ("grey", (login, AT_DEMAND))
    assert account.prior_reports == ()


def test_of_several_the_one_with_the_most_reported_words_is_proposed_and_the_rest_are_told_with_their_addresses() -> (
    None
):
    second = replace(DEMAND, author="7F-2", ip_event=IpEvent(address="203.0.113.4"))
    report = reported(second, DEMAND, DEMAND)
    assert [each.identifier for each in report.subjects] == ["7F-1"]
    [told] = [each.text for each in report.further if each.label == "A further account in the thread"]
    assert told == f"7F-2 wrote 1 reported message; from 203.0.113.4 port not held, {AT.isoformat()}"


@pytest.mark.parametrize(
    "spared",
    [
        "wrote only around it",
        "the child's guardian",
        "another child",
        "nobody knows who",
    ],
)
def test_nobody_is_proposed_who_is_to_be_protected_or_wrote_nothing_that_is_reported(spared: str) -> None:
    child, message, known = CHILD, DEMAND, SUBJECT
    if spared == "wrote only around it":
        message = replace(DEMAND, context=True)
    elif spared == "the child's guardian":
        tie = LinkedAccount(kind="parent-guardian", reference="7F-1")
        child = replace(CHILD, particulars=Particulars(linked=(tie,)))
    elif spared == "another child":
        known = replace(SUBJECT, reference="7F-1", safeguarding=True)
    else:
        message = replace(DEMAND, author=None)
    assert writers_beside(child, [message], [known]) == ()


def test_where_the_child_s_own_account_is_not_known_nobody_is_proposed() -> None:
    assert writers_beside(replace(CHILD, reference=None), [DEMAND, ANSWER]) == ()


def test_an_ordinary_report_names_its_subject_and_no_other_author() -> None:
    talk = replace(thread(), messages=(replace(DEMAND, author="7F-20", recipient="7F-1"),))
    assert [each.identifier for each in draft(replace(FACTS, reportables=(talk,))).subjects] == ["7F-1"]
