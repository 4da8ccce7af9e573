"""Work at the queue: one person a job, two people a verdict where the rule says so, and every act in the audit."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.parts.stores._review import JobFilter
from clew.pipelines import appeals, lanes, review, verdicts
from clew.pipelines.appeals import AppealedAgainst
from clew.records.case import CaseState, Content, FlagReason
from clew.records.review import (
    AppealState,
    AskReason,
    Decision,
    FileAnnotation,
    IndustryClass,
    JobState,
    Lane,
    Lease,
    Look,
    VerdictStanding,
)
from tests.pipelines.review_house import House, thread
from tests.review.review_records import ADA, BO, CY, SENIOR

LISTED, UNLISTED, NOTHING = Decision.SAME_AS_LISTED, Decision.NOT_LISTED, Decision.NOT_REPORTABLE


# ---------------------------------------------------------------- one person a job


def test_a_job_is_held_by_one_person_and_comes_back_by_itself(any_house: House):
    content = any_house.hit(1)
    lease = any_house.lease(ADA, content)
    with pytest.raises(ConflictError, match="another person holds this job"):
        any_house.lease(BO, content)
    any_house.clock.move(minutes=31)
    taken = any_house.lease(BO, content)
    assert taken.token == lease.token + 1
    with pytest.raises(ConflictError, match="do not hold this job any more"):
        any_house.decide(ADA, lease, content.id, LISTED)
    assert any_house.job(content).decided == 0


def test_a_lease_lasts_as_long_as_it_is_renewed(any_house: House):
    content = any_house.hit(1)
    lease = any_house.lease(ADA, content)
    for _ in range(5):
        any_house.clock.move(minutes=20)
        lease = review.renew(any_house.desk, ADA, lease)
    any_house.decide(ADA, lease, content.id, LISTED)
    any_house.clock.move(minutes=31)
    with pytest.raises(ConflictError, match="do not hold"):
        review.renew(any_house.desk, ADA, lease)


def test_a_lease_that_somebody_made_up_is_no_lease(any_house: House):
    content = any_house.hit(1)
    lease = any_house.lease(ADA, content)
    for forged in (replace(lease, token=lease.token + 1), replace(lease, token=0)):
        with pytest.raises(ConflictError):
            any_house.decide(ADA, forged, content.id, LISTED)
        with pytest.raises(ConflictError):
            review.renew(any_house.desk, ADA, forged)
    with pytest.raises(RefusedError, match="another person's"):
        any_house.decide(BO, lease, content.id, LISTED)
    with pytest.raises(NotFoundError):
        any_house.decide(ADA, Lease(job_id="none", holder=ADA.id, token=1, until=lease.until), content.id, LISTED)  # type: ignore[arg-type]


def test_a_released_job_is_free_at_once_and_its_old_lease_is_dead(any_house: House):
    content = any_house.hit(1)
    lease = any_house.lease(ADA, content)
    assert review.release(any_house.desk, ADA, lease).state is JobState.WAITING
    any_house.lease(BO, content)
    with pytest.raises(ConflictError):
        review.release(any_house.desk, ADA, lease)


def test_the_next_job_is_the_most_urgent_that_is_open_to_the_person(any_house: House):
    ordinary = any_house.hit(1, "account-1")
    urgent = any_house.flag(FlagReason.LIVE_DANGER, "account-2").content
    extortion = any_house.flag(FlagReason.EXTORTION, "account-3").content
    later = any_house.hit(4, "account-4")
    taken = [review.claim_next(any_house.desk, ADA) for _ in range(5)]
    assert [job.case_id if job else None for job in taken] == [
        urgent.case_id, extortion.case_id, ordinary.case_id, later.case_id, None,
    ]  # fmt: skip


def test_people_who_take_the_next_at_once_never_get_the_same(any_house: House):
    for number in range(12):
        any_house.hit(number, f"account-{number}")
    at_once, taken = threading.Barrier(4), []

    def take(who):
        at_once.wait(30)
        while (job := review.claim_next(any_house.desk, who)) is not None:
            taken.append((job.id, who.id))

    threads = [threading.Thread(target=take, args=(who,)) for who in (ADA, BO, CY, SENIOR)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({job_id for job_id, _ in taken}) == len(taken) == 12


def test_the_queue_is_filtered_counted_and_paged(any_house: House):
    for number in range(5):
        any_house.hit(number, f"account-{number}")
    any_house.flag(FlagReason.EXTORTION, "child", safeguarding=True)
    held = any_house.lease(ADA, any_house.hit(9, "account-9"))
    at = any_house.clock()
    with any_house.store.read() as reader:
        everything = reader.jobs(JobFilter())
        assert [job.lane.urgent for job in everything] == [True] + [False] * 6
        pages, after = [], None
        while page := reader.jobs(JobFilter(limit=2, after=after)):
            pages += page
            after = page[-1].id
        assert pages == everything
        wanted = {
            JobFilter(): 7,
            JobFilter(urgent=True): 1,
            JobFilter(urgent=False): 6,
            JobFilter(lane=Lane.INFANT): 0,
            JobFilter(state=JobState.HELD): 1,
            JobFilter(safeguarding=True): 1,
            JobFilter(holder=ADA.id, at=at): 1,
            JobFilter(open_to=ADA.id, at=at): 6,
            JobFilter(subject_id=everything[1].subject_id): 1,
        }
        assert {each: reader.count_jobs(each) for each in wanted} == wanted
        assert reader.jobs(JobFilter(holder=ADA.id, at=at))[0].lease == held


# ---------------------------------------------------------------- verdicts


def test_a_verdict_bears_a_name_and_what_was_said_and_ends_the_job(any_house: House):
    content = any_house.hit(1)
    recorded = any_house.decide(
        ADA,
        any_house.lease(ADA, content),
        content.id,
        LISTED,
        industry_class=IndustryClass.B2,
        annotations=(FileAnnotation.VIRAL, FileAnnotation.GENERATIVE_AI, FileAnnotation.VIRAL),
    )
    assert recorded.job.state is JobState.DECIDED
    with any_house.store.read() as reader:
        (stored,) = reader.verdicts_of(content.case_id)
    assert stored == recorded.verdict
    assert (stored.by, stored.standing, stored.opened) == (ADA.id, VerdictStanding.FINAL, False)
    assert stored.annotations == (FileAnnotation.GENERATIVE_AI, FileAnnotation.VIRAL)
    (event,) = any_house.audit("review.verdict")
    assert (event["actor"], event["subject"]) == ("user:ada", f"case:{content.case_id}")
    assert (event["decision"], event["self_review"]) == ("same-as-listed", False)


def test_two_people_look_where_the_rule_says_so_and_the_first_cannot_be_the_second(any_house: House):
    content = any_house.hit(1)
    lease = any_house.lease(ADA, content)
    recorded = any_house.decide(ADA, lease, content.id, UNLISTED)
    assert (recorded.job.state, recorded.job.look, recorded.job.not_by) == (JobState.WAITING, Look.SECOND, (ADA.id,))
    with pytest.raises(RefusedError, match="must be another person's"):
        any_house.lease(ADA, content)
    assert review.claim_next(any_house.desk, ADA) is None
    second = any_house.decide(BO, any_house.lease(BO, content), content.id, UNLISTED)
    assert second.job.state is JobState.DECIDED
    with any_house.store.read() as reader:
        first, last = reader.verdicts_of(content.case_id)
        (opinion,) = reader.opinions_of(second.job.id)
    assert (first.standing, last.standing, last.confirms) == (VerdictStanding.FINAL, VerdictStanding.FINAL, first.id)
    assert (opinion.first, opinion.answer, opinion.reason) == (first.id, last.id, AskReason.RULE)


def test_two_people_who_differ_leave_the_word_to_a_senior_reviewer(any_house: House):
    content = any_house.hit(1)
    any_house.decide(ADA, any_house.lease(ADA, content), content.id, UNLISTED)
    job = any_house.decide(BO, any_house.lease(BO, content), content.id, NOTHING).job
    assert (job.state, job.look) == (JobState.WAITING, Look.SENIOR)
    with pytest.raises(RefusedError, match="senior reviewer"):
        any_house.lease(CY, content)
    job = any_house.decide(SENIOR, any_house.lease(SENIOR, content), content.id, NOTHING).job
    assert job.state is JobState.DECIDED
    with any_house.store.read() as reader:
        standings = [each.standing for each in reader.verdicts_of(content.case_id)]
    assert standings == [VerdictStanding.REVERSED, VerdictStanding.FINAL, VerdictStanding.FINAL]


def test_who_cannot_tell_hands_it_to_another(any_house: House):
    content, easy = any_house.hit(1), any_house.hit(2)
    lease = any_house.lease(ADA, content)
    recorded = any_house.decide(ADA, lease, content.id, Decision.CANNOT_TELL)
    assert (recorded.verdict, recorded.left) == (None, (easy.id,))
    with pytest.raises(RefusedError, match="asked another person"):
        any_house.decide(ADA, lease, content.id, LISTED)
    any_house.decide(ADA, lease, easy.id, NOTHING)
    any_house.decide(BO, any_house.lease(BO, content), content.id, LISTED)
    assert any_house.job(content).state is JobState.DECIDED


def test_a_second_opinion_may_be_asked_for_against_any_rule(any_house: House):
    house = any_house.under(four_eyes="none")
    content, other = house.hit(1), house.hit(2)
    lease = house.lease(ADA, content)
    house.decide(ADA, lease, content.id, LISTED)
    asked = verdicts.ask_second(house.desk, ADA, lease, content.id, AskReason.LEGAL)
    assert asked.left == (other.id,)
    house.decide(ADA, lease, other.id, LISTED)
    assert house.job(content).look is Look.SECOND
    house.decide(BO, house.lease(BO, content), content.id, LISTED)
    assert house.job(content).state is JobState.DECIDED


def test_a_decided_content_is_not_decided_again_but_by_taking_the_verdict_back(any_house: House):
    content, other = any_house.hit(1), any_house.hit(2)
    lease = any_house.lease(ADA, content)
    recorded = any_house.decide(ADA, lease, content.id, NOTHING)
    with pytest.raises(ConflictError, match="reverse the verdict"):
        any_house.decide(ADA, lease, content.id, LISTED)
    assert recorded.verdict is not None
    job = verdicts.reverse(any_house.desk, ADA, recorded.verdict.id, AskReason.UNSURE)
    assert (job.state, job.lease) == (JobState.HELD, lease), "one's own, while one holds the job"
    assert any_house.decide(ADA, lease, content.id, LISTED).left == (other.id,)


def test_who_cannot_tell_undoes_no_final_verdict(any_house: House):
    content, _ = any_house.hit(1), any_house.hit(2)
    first = any_house.decide(ADA, any_house.lease(ADA, content), content.id, LISTED)
    review.release(any_house.desk, ADA, first.job.lease)  # type: ignore[arg-type]
    for who in (BO, SENIOR):
        lease = any_house.lease(who, content)
        with pytest.raises(ConflictError, match="reverse the verdict"):
            any_house.decide(who, lease, content.id, Decision.CANNOT_TELL)
        review.release(any_house.desk, who, lease)
    with any_house.store.read() as reader:
        assert [each.standing for each in reader.verdicts_of(content.case_id)] == [VerdictStanding.FINAL]
        assert reader.opinions_of(first.job.id) == []


def test_another_persons_final_verdict_is_not_made_provisional_by_asking_for_a_second_look(any_house: House):
    content, _ = any_house.hit(1), any_house.hit(2)
    first = any_house.decide(ADA, any_house.lease(ADA, content), content.id, LISTED)
    review.release(any_house.desk, ADA, first.job.lease)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="only a senior reviewer"):
        verdicts.ask_second(any_house.desk, BO, any_house.lease(BO, content), content.id)
    with any_house.store.read() as reader:
        assert [each.standing for each in reader.verdicts_of(content.case_id)] == [VerdictStanding.FINAL]


def test_one_person_keeps_no_more_jobs_than_policy_allows_but_for_urgent_ones(any_house: House):
    house = any_house.under(jobs_held=2)
    leases = [house.lease(ADA, house.hit(number, f"account-{number}")) for number in range(2)]
    third = house.hit(3, "account-3")
    for take in (lambda: house.lease(ADA, third), lambda: review.claim_next(house.desk, ADA)):
        with pytest.raises(RefusedError, match=r"you hold 2 jobs.*review\.jobs_held"):
            take()
    urgent_one = house.flag(FlagReason.LIVE_DANGER, "account-9").content
    assert review.claim_next(house.desk, ADA).case_id == urgent_one.case_id  # type: ignore[union-attr]
    house.lease(BO, third)
    for lease in leases:
        review.release(house.desk, ADA, lease)
    assert review.claim_next(house.desk, ADA)


def test_an_escalated_job_stays_with_senior_people_until_it_is_decided(any_house: House):
    content, other = any_house.hit(1), any_house.hit(2)
    review.escalate(any_house.desk, ADA, any_house.lease(ADA, content), AskReason.LEGAL)
    with pytest.raises(RefusedError, match="senior reviewer"):
        any_house.lease(BO, content)
    lease = any_house.lease(SENIOR, content)
    any_house.decide(SENIOR, lease, content.id, LISTED)
    assert review.hand_over(any_house.desk, SENIOR, lease, AskReason.SHIFT_ENDS).look is Look.SENIOR
    any_house.decide(SENIOR, any_house.lease(SENIOR, content), other.id, LISTED)
    assert any_house.job(content).state is JobState.DECIDED


def test_a_case_of_which_nothing_is_reportable_is_closed_with_its_hold(any_house: House):
    content = any_house.sealed_hit(1)
    any_house.decide(ADA, any_house.lease(ADA, content), content.id, NOTHING)
    with any_house.store.read() as reader:
        assert reader.get_case(content.case_id).state is CaseState.CLOSED
        assert all(hold.released_at for hold in reader.holds_of_case(content.case_id))
    assert any_house.audit("case.close")[0]["because"] == "not reportable"


def test_known_bytes_judged_as_before_need_no_second_person(any_house: House):
    first = any_house.sealed_hit(1)
    any_house.decide(ADA, any_house.lease(ADA, first), first.id, UNLISTED)
    any_house.decide(BO, any_house.lease(BO, first), first.id, UNLISTED)
    again = any_house.sealed_hit(1, "account-8")
    recorded = any_house.decide(ADA, any_house.lease(ADA, again), again.id, UNLISTED)
    assert recorded.job.state is JobState.DECIDED


def test_an_unknown_rule_is_refused_before_anything_is_recorded(house: House):
    content = house.hit(1)
    with pytest.raises(InputError, match=r"review\.four_eyes must be one of"):
        house.under(four_eyes="two").decide(ADA, house.lease(ADA, content), content.id, LISTED)


def test_a_content_of_another_job_is_not_decided_here(house: House):
    content, other = house.hit(1), house.hit(2, "account-8")
    with pytest.raises(NotFoundError, match="no content of that id"):
        house.decide(ADA, house.lease(ADA, content), other.id, LISTED)


# ---------------------------------------------------------------- alone


def test_alone_the_second_look_comes_later_and_the_audit_says_whose_it_was(any_house: House):
    house = any_house.under(one_person=True, self_review_hours=12)
    content = house.hit(1)
    job = house.decide(ADA, house.lease(ADA, content), content.id, UNLISTED).job
    assert job.not_by == ()
    house.clock.move(hours=11)
    with pytest.raises(RefusedError, match="again from 2026-03-08 21:00 UTC"):
        house.lease(ADA, content)
    house.clock.move(hours=2)
    recorded = house.decide(ADA, house.lease(ADA, content), content.id, UNLISTED)
    assert recorded.verdict is not None
    assert recorded.verdict.self_review
    assert recorded.job.state is JobState.DECIDED
    assert [event["self_review"] for event in house.audit("review.verdict")] == [False, True]


@pytest.mark.parametrize("alone", [True, False])
def test_a_verdict_taken_back_takes_along_what_the_rule_asked_of_it(any_house: House, alone: bool):
    house = any_house.under(one_person=alone, self_review_hours=12)
    content, other = house.hit(1), house.hit(2)
    lease = house.lease(ADA, content)
    first = house.decide(ADA, lease, content.id, UNLISTED).verdict
    assert other.case_id == content.case_id
    assert first is not None
    verdicts.reverse(house.desk, ADA, first.id, AskReason.UNSURE)
    again = house.decide(ADA, lease, content.id, UNLISTED).verdict
    assert again is not None
    assert again.standing is VerdictStanding.PROVISIONAL
    with house.store.read() as reader:
        asked = reader.opinions_of(house.job(content).id)
    assert [(each.first, each.answered_at is None) for each in asked] == [(first.id, False), (again.id, True)]


def test_what_a_person_asked_stays_when_the_verdict_is_taken_back(any_house: House):
    content, _ = any_house.hit(1), any_house.hit(2)
    lease = any_house.lease(ADA, content)
    first = any_house.decide(ADA, lease, content.id, UNLISTED).verdict
    assert first is not None
    verdicts.ask_second(any_house.desk, ADA, lease, content.id, AskReason.LANGUAGE)
    verdicts.reverse(any_house.desk, ADA, first.id, AskReason.UNSURE)
    with pytest.raises(RefusedError, match="you asked another person"):
        any_house.decide(ADA, lease, content.id, UNLISTED)


def test_alone_all_that_is_due_is_left_to_the_person_who_takes_the_job_again(any_house: House):
    house = any_house.under(one_person=True, self_review_hours=12)
    first, second = house.hit(1), house.hit(2)
    lease = house.lease(ADA, first)
    for content in (first, second):
        house.decide(ADA, lease, content.id, UNLISTED)
    house.clock.move(hours=13)
    recorded = house.decide(ADA, house.lease(ADA, first), first.id, UNLISTED)
    assert (recorded.left, recorded.job.state) == ((second.id,), JobState.HELD)


# ---------------------------------------------------------------- lanes


def urgent(house: House) -> Content:
    return house.flag(FlagReason.EXTORTION, messages=thread("a")).content


def test_a_job_is_raised_by_anybody_at_once(any_house: House):
    content = any_house.hit(1)
    job = lanes.change_lane(any_house.desk, ADA, any_house.job(content).id, Lane.LIVE_DANGER)
    assert (job.lane, job.due_at) == (Lane.LIVE_DANGER, job.since + (job.due_at - job.since))  # type: ignore[operator]
    assert job.due_at is not None
    with pytest.raises(ConflictError, match="in that lane already"):
        lanes.change_lane(any_house.desk, ADA, job.id, Lane.LIVE_DANGER)


def test_a_less_urgent_lane_needs_another_persons_look(any_house: House):
    job_id = any_house.job(urgent(any_house)).id
    asked = lanes.change_lane(any_house.desk, ADA, job_id, Lane.ORDINARY)
    assert (asked.lane, asked.downgrade_to) == (Lane.ONGOING_EXTORTION, Lane.ORDINARY)
    with pytest.raises(RefusedError, match="another person"):
        lanes.answer_lane(any_house.desk, ADA, job_id, agree=True)
    assert lanes.answer_lane(any_house.desk, BO, job_id, agree=True).lane is Lane.ORDINARY
    with pytest.raises(ConflictError, match="nobody asks"):
        lanes.answer_lane(any_house.desk, BO, job_id, agree=True)


def test_a_refused_downgrade_leaves_the_clock_as_it_was(any_house: House):
    before = any_house.job(urgent(any_house))
    lanes.change_lane(any_house.desk, ADA, before.id, Lane.ORDINARY)
    after = lanes.answer_lane(any_house.desk, BO, before.id, agree=False)
    assert (after.lane, after.due_at, after.downgrade_to) == (before.lane, before.due_at, None)


def test_a_wish_for_a_less_urgent_lane_ends_with_the_decision(any_house: House):
    house = any_house.under(four_eyes="none")
    content = house.flag(reason=FlagReason.EXTORTION, messages=thread("pay or I send it")).content
    lease = house.lease(ADA, content)
    lanes.change_lane(house.desk, ADA, house.job(content).id, Lane.ORDINARY)
    assert house.job(content).downgrade_to is Lane.ORDINARY
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    decided = house.job(content)
    assert (decided.state, decided.downgrade_to, decided.downgrade_by) == (JobState.DECIDED, None, None)
    assert decided.lane is Lane.ONGOING_EXTORTION


def test_alone_a_downgrade_waits_for_the_delay(any_house: House):
    house = any_house.under(one_person=True, self_review_hours=12)
    job_id = house.job(urgent(house)).id
    lanes.change_lane(house.desk, ADA, job_id, Lane.ORDINARY)
    with pytest.raises(RefusedError):
        lanes.answer_lane(house.desk, ADA, job_id, agree=True)
    house.clock.move(hours=13)
    assert lanes.answer_lane(house.desk, ADA, job_id, agree=True).lane is Lane.ORDINARY
    assert house.audit("review.answer_lane")[0]["self_review"]


def test_ending_an_urgent_job_as_nothing_is_a_downgrade_too(any_house: House):
    content = urgent(any_house)
    job = any_house.decide(ADA, any_house.lease(ADA, content), content.id, NOTHING).job
    assert (job.state, job.not_by) == (JobState.WAITING, (ADA.id,))


def test_a_child_in_danger_raises_the_job_whatever_else_was_decided(any_house: House):
    content, _ = any_house.hit(1), any_house.hit(2)
    recorded = any_house.decide(ADA, any_house.lease(ADA, content), content.id, LISTED, child_in_danger=True)
    assert (recorded.job.lane, recorded.job.state) == (Lane.LIVE_DANGER, JobState.HELD)


# ---------------------------------------------------------------- taking back, appeals


def decided(house: House, number: int = 1) -> tuple[Content, str]:
    content = house.hit(number)
    recorded = house.decide(ADA, house.lease(ADA, content), content.id, LISTED)
    assert recorded.verdict is not None
    return content, recorded.verdict.id


def test_another_persons_verdict_is_taken_back_by_a_senior_reviewer_alone(any_house: House):
    content, verdict_id = decided(any_house)
    for who in (ADA, BO):
        with pytest.raises(RefusedError, match="only a senior reviewer"):
            verdicts.reverse(any_house.desk, who, verdict_id, AskReason.DIFFER)  # type: ignore[arg-type]
    job = verdicts.reverse(any_house.desk, SENIOR, verdict_id, AskReason.DIFFER)  # type: ignore[arg-type]
    assert (job.state, job.look, job.decided) == (JobState.WAITING, Look.FIRST, 0)
    with pytest.raises(ConflictError, match="reversed already"):
        verdicts.reverse(any_house.desk, SENIOR, verdict_id, AskReason.DIFFER)  # type: ignore[arg-type]
    assert any_house.store.transact(lambda unit: unit.case_alerts(case_id=content.case_id)) == []


def test_a_second_look_that_agreed_falls_with_the_first_and_no_reviewer_takes_anothers_back(any_house: House):
    content, _ = any_house.hit(1), any_house.hit(2)
    lease = any_house.lease(ADA, content)
    first = any_house.decide(ADA, lease, content.id, UNLISTED).verdict
    review.release(any_house.desk, ADA, lease)
    any_house.decide(BO, any_house.lease(BO, content), content.id, UNLISTED)
    review.release(any_house.desk, BO, any_house.job(content).lease)  # type: ignore[arg-type]
    any_house.lease(ADA, content)
    assert first is not None
    with pytest.raises(RefusedError, match="a verdict of another"):
        verdicts.reverse(any_house.desk, ADA, first.id, AskReason.UNSURE)
    verdicts.reverse(any_house.desk, SENIOR, first.id, AskReason.DIFFER)
    with any_house.store.read() as reader:
        assert {each.standing for each in reader.verdicts_of(content.case_id)} == {VerdictStanding.REVERSED}
    assert any_house.job(content).decided == 0


def test_a_verdict_taken_back_under_somebodys_hands_leaves_the_job_in_them(any_house: House):
    content, verdict_id = decided(any_house)
    any_house.hit(2)
    lease = any_house.lease(BO, content)
    verdicts.reverse(any_house.desk, SENIOR, verdict_id, AskReason.DIFFER)  # type: ignore[arg-type]
    assert any_house.job(content).lease == lease


def test_an_appeal_is_answered_by_a_senior_reviewer_who_gave_no_part_of_the_verdict(any_house: House):
    content = any_house.hit(1)
    verdict = any_house.decide(SENIOR, any_house.lease(SENIOR, content), content.id, LISTED).verdict
    assert verdict is not None
    made = appeals.appeal(any_house.desk, verdict.id, reference="ticket 4", actor="key:test")
    with pytest.raises(ConflictError, match="open already"):
        appeals.appeal(any_house.desk, verdict.id, reference=None, actor="key:test")
    for who in (BO, SENIOR):
        with pytest.raises(RefusedError):
            any_house.lease(who, content)
    other = replace(SENIOR, id="other")  # type: ignore[arg-type]
    lease = any_house.lease(other, content)
    recorded = appeals.answer_appeal(any_house.desk, other, lease, made.id, uphold=True)
    assert recorded.job.state is JobState.DECIDED
    with any_house.store.read() as reader:
        assert reader.get_appeal(made.id).state is AppealState.UPHELD
        assert reader.get_verdict(verdict.id).standing is VerdictStanding.FINAL


def test_an_appeal_that_succeeds_leaves_the_content_to_be_decided_anew(any_house: House):
    content, verdict_id = decided(any_house)
    made = appeals.appeal(any_house.desk, verdict_id, reference=None, actor="key:test")  # type: ignore[arg-type]
    lease = any_house.lease(SENIOR, content)
    recorded = appeals.answer_appeal(any_house.desk, SENIOR, lease, made.id, uphold=False)
    assert (recorded.left, recorded.job.state) == ((content.id,), JobState.HELD)
    with pytest.raises(ConflictError, match="was answered: overturned"):
        appeals.answer_appeal(any_house.desk, SENIOR, lease, made.id, uphold=True)
    assert any_house.decide(SENIOR, lease, content.id, NOTHING).job.state is JobState.DECIDED


def test_a_platform_lodges_an_appeal_by_what_it_knows_and_once(any_house: House):
    content, verdict_id = decided(any_house)
    for against in (
        AppealedAgainst(case_id=content.case_id),
        AppealedAgainst(subject="account-7"),
        AppealedAgainst(content_id=content.id),
        AppealedAgainst(subject="account-7", content_reference=content.reference),
    ):
        (made,) = appeals.lodge(any_house.desk, against, reference="ticket 4", actor="key:test")
        assert (made.verdict_id, made.state, made.reference) == (verdict_id, AppealState.OPEN, "ticket 4")
    assert len(any_house.audit("review.appeal")) == 1
    job = any_house.job(content)
    assert (job.state, job.look, job.not_by) == (JobState.WAITING, Look.APPEAL, (ADA.id,))


def test_an_appeal_against_an_account_is_against_all_that_was_reportable_of_it(any_house: House):
    kept, dropped, open_ = any_house.hit(1), any_house.hit(2), any_house.hit(3)
    lease = any_house.lease(ADA, kept)
    any_house.decide(ADA, lease, kept.id, LISTED)
    any_house.decide(ADA, lease, dropped.id, NOTHING)
    made = appeals.lodge(any_house.desk, AppealedAgainst(subject="account-7"), reference=None, actor="key:test")
    with any_house.store.read() as reader:
        assert [reader.get_verdict(each.verdict_id).content_id for each in made] == [kept.id]
    with pytest.raises(ConflictError, match="decided for good"):
        appeals.lodge(any_house.desk, AppealedAgainst(content_id=open_.id), reference=None, actor="key:test")
    with pytest.raises(NotFoundError):
        appeals.lodge(any_house.desk, AppealedAgainst(subject="nobody"), reference=None, actor="key:test")
    with pytest.raises(InputError, match="names the case"):
        appeals.lodge(any_house.desk, AppealedAgainst(), reference=None, actor="key:test")
    with pytest.raises(InputError, match="printable"):
        appeals.lodge(any_house.desk, AppealedAgainst(subject="account-7"), reference="x" * 256, actor="key:test")


def test_two_appeals_against_two_judges_can_both_be_answered(any_house: House):
    other = replace(SENIOR, id="other")  # type: ignore[arg-type]
    first, second = any_house.hit(1), any_house.hit(2)
    for who, content in ((SENIOR, first), (other, second)):
        lease = any_house.lease(who, content)
        any_house.decide(who, lease, content.id, LISTED)
        if any_house.job(content).state is JobState.HELD:
            review.release(any_house.desk, who, lease)
    made = appeals.lodge(any_house.desk, AppealedAgainst(case_id=first.case_id), reference=None, actor="key:test")
    lease = any_house.lease(SENIOR, first)
    with pytest.raises(RefusedError, match="did not give the verdict"):
        appeals.answer_appeal(any_house.desk, SENIOR, lease, made[0].id, uphold=True)
    job = appeals.answer_appeal(any_house.desk, SENIOR, lease, made[1].id, uphold=True).job
    assert (job.state, job.look, job.not_by) == (JobState.WAITING, Look.APPEAL, (SENIOR.id,))
    lease = any_house.lease(other, first)
    assert appeals.answer_appeal(any_house.desk, other, lease, made[0].id, uphold=True).job.state is JobState.DECIDED


def test_a_verdict_under_appeal_is_neither_taken_back_nor_made_provisional_by_who_gave_it(any_house: House):
    content, _ = any_house.hit(1), any_house.hit(2)
    lease = any_house.lease(SENIOR, content)
    verdict = any_house.decide(SENIOR, lease, content.id, LISTED).verdict
    assert verdict is not None
    appeals.appeal(any_house.desk, verdict.id, reference=None, actor="key:test")
    with pytest.raises(ConflictError, match="an appeal against this verdict is open"):
        verdicts.reverse(any_house.desk, SENIOR, verdict.id, AskReason.UNSURE)
    with pytest.raises(ConflictError, match="an appeal against this verdict is open"):
        verdicts.ask_second(any_house.desk, SENIOR, lease, content.id)
    with any_house.store.read() as reader:
        assert reader.get_verdict(verdict.id).standing is VerdictStanding.FINAL


def test_an_appeal_while_a_lease_has_run_out_takes_the_job_from_its_holder(any_house: House):
    content, _ = decided(any_house)
    any_house.hit(2)
    any_house.lease(BO, content)
    any_house.clock.move(minutes=31)
    appeals.lodge(any_house.desk, AppealedAgainst(content_id=content.id), reference=None, actor="key:test")
    assert (any_house.job(content).state, any_house.job(content).lease) == (JobState.WAITING, None)


def test_an_appeal_whose_names_do_not_fit_together_is_refused(any_house: House):
    content, _ = decided(any_house)
    other = any_house.hit(3, "account-else")
    for against in (
        AppealedAgainst(case_id=content.case_id, subject="account-else"),
        AppealedAgainst(content_id=content.id, subject="account-else"),
        AppealedAgainst(case_id=other.case_id, content_id=content.id),
    ):
        with pytest.raises(InputError, match="of another"):
            appeals.lodge(any_house.desk, against, reference=None, actor="key:test")
    with any_house.store.read() as reader:
        assert reader.appeals_of(content.case_id) == []


def test_an_appeal_keeps_nobody_from_what_is_still_undecided(any_house: House):
    content, _ = decided(any_house)
    more = any_house.hit(2)
    appeals.lodge(any_house.desk, AppealedAgainst(content_id=content.id), reference=None, actor="key:test")
    recorded = any_house.decide(BO, any_house.lease(BO, content), more.id, LISTED)
    assert (recorded.job.state, recorded.job.look, recorded.job.not_by) == (JobState.WAITING, Look.APPEAL, (ADA.id,))


def test_an_escalation_outlives_an_appeal_that_is_answered_meanwhile(any_house: House):
    content, _ = decided(any_house)
    any_house.hit(2)
    review.escalate(any_house.desk, BO, any_house.lease(BO, content), AskReason.LEGAL)
    (made,) = appeals.lodge(any_house.desk, AppealedAgainst(content_id=content.id), reference=None, actor="key:test")
    lease = any_house.lease(SENIOR, content)
    appeals.answer_appeal(any_house.desk, SENIOR, lease, made.id, uphold=True)
    assert review.release(any_house.desk, SENIOR, any_house.job(content).lease).look is Look.SENIOR  # type: ignore[arg-type]


def test_alone_an_appeal_may_be_answered_when_its_job_may_be_taken(any_house: House):
    house = any_house.under(one_person=True, self_review_hours=12)
    content, more = house.hit(1), house.hit(2)
    house.decide(SENIOR, house.lease(SENIOR, content), content.id, LISTED)
    (made,) = appeals.lodge(house.desk, AppealedAgainst(content_id=content.id), reference=None, actor="key:test")
    house.clock.move(hours=6)
    house.decide(SENIOR, house.lease(SENIOR, content), more.id, LISTED)
    free_at = house.job(content).not_before
    assert free_at == made.at + timedelta(hours=12), "what was done since does not begin the delay anew"
    house.clock.now = free_at
    lease = house.lease(SENIOR, content)
    assert appeals.answer_appeal(house.desk, SENIOR, lease, made.id, uphold=True).job.state is JobState.DECIDED


def test_what_was_never_final_cannot_be_appealed_against(any_house: House):
    content = any_house.hit(1)
    verdict = any_house.decide(ADA, any_house.lease(ADA, content), content.id, UNLISTED).verdict
    assert verdict is not None
    with pytest.raises(ConflictError, match="only a final verdict"):
        appeals.appeal(any_house.desk, verdict.id, reference=None, actor="key:test")
