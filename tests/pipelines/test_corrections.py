"""What a supplement takes back of a conversation, and what it does not describe again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.errors import InputError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import Store
from clew.pipelines.corrections import corrections, told_reports
from clew.pipelines.filing import file_report, record_by_hand
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.report_drafts import OpenDraft, file_case, open_draft, save
from clew.pipelines.reported import has_unreported, is_reported
from clew.records.case import Content, FlagReason, Message
from clew.records.draft import ReportDraft
from clew.records.filing import Filing, FilingState, FilingStep, Step
from clew.records.identifiers import CaseId, VerdictId
from clew.records.report import IncidentType, Report
from clew.records.report_file import Labelled
from clew.records.review import Decision, FileAnnotation, VerdictStanding
from tests.pipelines.filing_house import ADA as ADA_ACTS
from tests.pipelines.review_house import House, open_house, sha256_of, thread
from tests.review.review_records import ADA

NO_TIME, MOMENT = timedelta(0), timedelta(milliseconds=1)


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return open_house(store, tmp_path / "data").under(four_eyes="none")


def desk_of(house: House) -> FilingDesk:
    room = house.desk.strongroom
    assert room is not None
    reporting = replace(room.settings.reporting, email="desk@example.org")
    settings = replace(room.settings, reporting=reporting)
    return FilingDesk(settings=settings, store=house.store, strongroom=room, clock=house.clock)


def opened(house: House, case_id: CaseId) -> OpenDraft:
    with house.store.read() as reader:
        return open_draft(reader, case_id, desk_of(house).settings.reporting, house.clock())


def report_of(house: House, case_id: CaseId) -> Report:
    draft = opened(house, case_id)
    return draft.form.read_facts(draft.draft.facts)


def filed(house: House, case_id: CaseId, number: str, *, supplement: bool = False) -> Filing:
    """The report of the case as its draft stands, recorded as filed."""
    desk = desk_of(house)
    ordered = house.store.transact(lambda unit: file_case(unit, desk, case_id, actor=ADA_ACTS, supplement=supplement))
    at = house.clock() - timedelta(milliseconds=1)
    return house.store.transact(
        lambda unit: record_by_hand(unit, desk, ordered.id, number=number, filed_at=at, actor=ADA_ACTS)
    )


def talks(house: House, *words: tuple[Message, ...]) -> list[Content]:
    found = [house.flag(FlagReason.ENTICEMENT, subject="account-7", messages=each).content for each in words]
    lease = house.lease(ADA, found[0])
    for each in found:
        house.decide(ADA, lease, each.id, Decision.NOT_LISTED)
    return found


def reverse(house: House, content: Content) -> None:
    with house.store.read() as reader:
        ids = [each.id for each in reader.verdicts_of(content.case_id) if each.content_id == content.id]
    house.store.transact(lambda unit: unit.set_standing(ids, VerdictStanding.REVERSED))


def corrections_of(house: House, case_id: CaseId) -> tuple[str, ...]:
    with house.store.read() as reader:
        return tuple(each.sentence for each in corrections(reader, case_id, "cybertipline"))


def lacks_report(house: House, case_id: CaseId) -> bool:
    with house.store.read() as reader:
        return has_unreported(reader, case_id)


def later(messages: tuple[Message, ...], **by: float) -> tuple[Message, ...]:
    return tuple(replace(each, at=None if each.at is None else each.at + timedelta(**by)) for each in messages)


def test_messages_that_fell_are_taken_back_by_their_number_and_not_by_their_words(house):
    (talk,) = talks(house, thread("come here", "no"))
    filed(house, talk.case_id, "77")
    assert corrections_of(house, talk.case_id) == ()
    reverse(house, talk)
    (sentence,) = corrections_of(house, talk.case_id)
    assert sentence == (
        "The 2 messages that report 77 described are no longer held to be reportable: the verdict was taken back."
    )
    assert "come here" not in sentence


def test_of_files_of_one_name_the_correction_says_which(house):
    first, second = house.sealed_hit(1), house.sealed_hit(2)
    lease = house.lease(ADA, first)
    for each in (first, second):
        house.decide(ADA, lease, each.id, Decision.NOT_LISTED)
    filing = filed(house, first.case_id, "77")
    step = FilingStep(
        filing_id=filing.id, attempt=1, at=house.clock(), step=Step.UPLOADED, key=second.id, file_id="f00d"
    )
    house.store.transact(lambda unit: unit.add_step(step))
    reverse(house, second)
    (sentence,) = corrections_of(house, first.case_id)
    assert f"(SHA-256 {sha256_of(2).hex()}, file id f00d) that report 77 described is no longer held" in sentence


def test_one_message_is_taken_back_in_the_singular(house):
    (talk,) = talks(house, thread("come here"))
    filed(house, talk.case_id, "77")
    reverse(house, talk)
    (sentence,) = corrections_of(house, talk.case_id)
    assert sentence.startswith("The message that report 77 described is no longer held")


def test_a_thread_that_no_report_describes_has_nothing_to_take_back_though_its_words_are_the_same(house):
    same = thread("come here", "no")
    first = house.flag(FlagReason.ENTICEMENT, subject="account-7", messages=same).content
    second = house.flag(
        FlagReason.ENTICEMENT, subject="account-7", messages=later(same, minutes=7), reference="another"
    ).content
    lease = house.lease(ADA, first)
    house.decide(ADA, lease, first.id, Decision.NOT_LISTED)
    filed(house, first.case_id, "77")
    house.decide(ADA, lease, second.id, Decision.NOT_LISTED)
    reverse(house, second)
    assert corrections_of(house, first.case_id) == ()
    reverse(house, first)
    assert len(corrections_of(house, first.case_id)) == 1


def test_a_supplement_tells_what_fell_once_and_leaves_the_other_conversation_out(house):
    content = house.sealed_hit(1)
    talk = house.flag(FlagReason.ENTICEMENT, subject="account-7", messages=thread("come here", "no")).content
    lease = house.lease(ADA, content)
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    house.decide(ADA, lease, talk.id, Decision.NOT_LISTED)
    filed(house, content.case_id, "77")
    reverse(house, content)
    report = report_of(house, content.case_id)
    assert (report.files, report.messages) == ((), ())
    filed(house, content.case_id, "78", supplement=True)
    with house.store.read() as reader:
        states = [each.filing.state for each in told_reports(reader, content.case_id, "cybertipline")]
    assert states == [FilingState.FILED_BY_HAND, FilingState.FILED_BY_HAND]
    assert corrections_of(house, content.case_id) == ()


def test_when_all_messages_fell_the_supplement_keeps_type_and_time_of_the_report(house):
    (talk,) = talks(house, thread("come here", "no"))
    first = report_of(house, talk.case_id)
    filed(house, talk.case_id, "77")
    reverse(house, talk)
    report = report_of(house, talk.case_id)
    assert report.messages == ()
    assert (report.incident.type, report.incident.at) == (IncidentType.ENTICEMENT, first.incident.at)
    assert opened(house, talk.case_id).only_corrects
    assert filed(house, talk.case_id, "78", supplement=True).part == 1


def test_a_supplement_that_only_takes_back_is_not_urgent_though_the_report_was(house):
    (talk,) = talks(house, thread("come here", "no"))
    whole = report_of(house, talk.case_id)
    urgent = replace(whole, incident=replace(whole.incident, urgent_because="they meet today"))
    desk, at = desk_of(house), house.clock()
    ordered = house.store.transact(lambda unit: file_report(unit, desk, talk.case_id, urgent, actor=ADA_ACTS))
    house.store.transact(lambda unit: record_by_hand(unit, desk, ordered.id, number="77", filed_at=at, actor=ADA_ACTS))
    reverse(house, talk)
    report = report_of(house, talk.case_id)
    assert (report.incident.urgent_because, report.incident.annotations) == (None, frozenset())


def test_a_content_that_a_later_report_left_out_on_purpose_is_not_asked_for_again(house):
    """A thread that was decided after the first report and before the second: the second one's writer knew of it."""
    content = house.sealed_hit(1)
    lease = house.lease(ADA, content)
    talk = house.flag(subject="account-7", messages=thread("come here", "no")).content
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    filed(house, content.case_id, "77")
    house.decide(ADA, lease, talk.id, Decision.NOT_LISTED)
    assert lacks_report(house, content.case_id)
    desk, facts = desk_of(house), report_of(house, content.case_id)
    left_out = replace(facts, messages=(), further=(*facts.further, Labelled(label="Note", text="seen by a colleague")))
    house.store.transact(
        lambda unit: file_report(unit, desk, content.case_id, left_out, actor=ADA_ACTS, supplement=True)
    )
    assert not lacks_report(house, content.case_id)


def test_a_verdict_of_the_very_moment_of_the_report_stands_in_it(house):
    (talk,) = talks(house, thread("come here", "no"))
    filing = filed(house, talk.case_id, "77")
    with house.store.read() as reader:
        (verdict,) = reader.verdicts_of(talk.case_id)
        made_at = reader.get_report(filing.report_id).created_at
        said = [is_reported(reader, talk.case_id, [replace(verdict, at=made_at + each)]) for each in (NO_TIME, MOMENT)]
    assert said == [True, False]


def test_a_supplement_of_another_type_is_refused(house):
    (talk,) = talks(house, thread("come here", "no"))
    whole = report_of(house, talk.case_id)
    filed(house, talk.case_id, "77")
    desk, other = desk_of(house), replace(whole, incident=replace(whole.incident, type=IncidentType.TRAFFICKING))
    with pytest.raises(InputError, match="keeps the incident type"):
        house.store.transact(lambda unit: file_report(unit, desk, talk.case_id, other, actor=ADA_ACTS, supplement=True))


def test_what_fell_is_never_sent_again_under_the_name_of_a_correction(house):
    (talk,) = talks(house, thread("come here", "no"))
    whole = report_of(house, talk.case_id)
    filed(house, talk.case_id, "77")
    reverse(house, talk)
    desk = desk_of(house)
    with pytest.raises(RefusedError, match="no verdict of this case asks"):
        house.store.transact(lambda unit: file_report(unit, desk, talk.case_id, whole, actor=ADA_ACTS, supplement=True))


def test_a_file_that_was_taken_back_and_is_reportable_again_is_described_again(house):
    content = house.sealed_hit(1)
    house.flag(FlagReason.ENTICEMENT, subject="account-7", messages=thread("come here", "no"))
    lease = house.lease(ADA, content)
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    filed(house, content.case_id, "77")
    with house.store.read() as reader:
        (verdict,) = reader.verdicts_of(content.case_id)
    house.store.transact(lambda unit: unit.set_standing([verdict.id], VerdictStanding.REVERSED))
    filed(house, content.case_id, "78", supplement=True)
    assert not lacks_report(house, content.case_id)
    house.store.transact(lambda unit: unit.set_standing([verdict.id], VerdictStanding.FINAL))
    assert lacks_report(house, content.case_id), "the clearinghouse believes that nobody stands for it"
    assert [each.key for each in report_of(house, content.case_id).files] == [content.id]
    filed(house, content.case_id, "79", supplement=True)
    assert report_of(house, content.case_id).files == ()
    assert not lacks_report(house, content.case_id)


def test_messages_that_were_taken_back_and_are_reportable_again_are_told_again(house):
    (talk,) = talks(house, thread("come here", "no"))
    filed(house, talk.case_id, "77")
    reverse(house, talk)
    filed(house, talk.case_id, "78", supplement=True)
    house.clock.move(minutes=1)
    with house.store.read() as reader:
        (verdict,) = reader.verdicts_of(talk.case_id)
    again = replace(verdict, id=VerdictId(new_id(house.clock())), at=house.clock())
    house.store.transact(lambda unit: unit.add_verdict(replace(again, standing=VerdictStanding.FINAL)))
    assert lacks_report(house, talk.case_id)
    assert len(report_of(house, talk.case_id).messages) == 2
    filed(house, talk.case_id, "79", supplement=True)
    assert not lacks_report(house, talk.case_id)
    assert report_of(house, talk.case_id).messages == ()


def test_a_second_look_that_agrees_after_the_report_asks_for_no_other(house):
    (talk,) = talks(house, thread("come here", "no"))
    filed(house, talk.case_id, "77")
    house.clock.move(minutes=3)
    with house.store.read() as reader:
        (first,) = reader.verdicts_of(talk.case_id)
    second = replace(first, id=VerdictId(new_id(house.clock())), at=house.clock(), confirms=first.id)
    house.store.transact(lambda unit: unit.add_verdict(second))
    assert not lacks_report(house, talk.case_id)


def test_a_correction_in_a_persons_own_words_is_told_with_them_and_not_asked_for_again(house):
    (talk,) = talks(house, thread("come here", "no"))
    filed(house, talk.case_id, "77")
    reverse(house, talk)
    (sentence,) = corrections_of(house, talk.case_id)
    own = {**opened(house, talk.case_id).draft.facts, "additional_info": "We were wrong about the messages."}
    at = house.clock()
    draft = ReportDraft(case_id=talk.case_id, facts=own, saved_at=at, saved_by="user:ada")
    house.store.transact(lambda unit: save(unit, draft, at=at, actor=ADA_ACTS))
    filing = filed(house, talk.case_id, "78", supplement=True)
    with house.store.read() as reader:
        stored = reader.get_report(filing.report_id)
    assert stored.facts["additional_info"] == f"We were wrong about the messages.\n{sentence}"
    assert stored.takes_back == (talk.id,)
    assert corrections_of(house, talk.case_id) == ()


def test_a_file_whose_marks_changed_since_is_described_again(house):
    content = house.sealed_hit(1)
    house.flag(FlagReason.ENTICEMENT, subject="account-7", messages=thread("come here", "no"))
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    filed(house, content.case_id, "77")
    assert report_of(house, content.case_id).files == ()
    with house.store.read() as reader:
        (verdict,) = reader.verdicts_of(content.case_id)
    marked = replace(verdict, id=VerdictId(new_id(house.clock())), annotations=frozenset({FileAnnotation.VIRAL}))
    house.store.transact(lambda unit: unit.set_standing([verdict.id], VerdictStanding.REVERSED))
    house.store.transact(lambda unit: unit.add_verdict(marked))
    assert [each.key for each in report_of(house, content.case_id).files] == [content.id]
