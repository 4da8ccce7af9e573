"""The rules of a verdict: when two people must look, what their looks lead to, what a job waits for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import InputError, RefusedError
from clew.records.identifiers import OpinionId
from clew.records.review import AskReason, Decision, JobState, Lane, Look, SecondOpinion, VerdictStanding
from clew.review import decide
from clew.settings import Review
from tests.review.review_records import ADA, BO, CY, HOUR, NOON, content_of, job_of, verdict_of

LISTED, UNLISTED, NOTHING = Decision.SAME_AS_LISTED, Decision.NOT_LISTED, Decision.NOT_REPORTABLE
FINAL, PROVISIONAL, REVERSED = VerdictStanding.FINAL, VerdictStanding.PROVISIONAL, VerdictStanding.REVERSED
ONE, TWO = content_of(1), content_of(2)
ALONE = Review(one_person=True, self_review_hours=12)


@pytest.mark.parametrize(
    ("rule", "second"),
    [
        ("none", set()),
        ("unlisted", {UNLISTED}),
        ("reportable", {LISTED, UNLISTED}),
        ("all", {LISTED, UNLISTED, NOTHING}),
    ],
)
def test_the_rule_says_which_verdicts_need_four_eyes(rule, second):
    policy = Review(four_eyes=rule)
    wanted = {each for each in (LISTED, UNLISTED, NOTHING) if decide.needs_second(each, Lane.ORDINARY, None, policy)}
    assert wanted == second


def test_a_rule_that_there_is_none_is_refused():
    with pytest.raises(InputError, match="none, unlisted, reportable, all, got 'two'"):
        decide.demand_policy(Review(four_eyes="two"))


def test_ending_an_urgent_job_always_needs_a_second_look():
    policy = Review(four_eyes="none")
    assert decide.needs_second(NOTHING, Lane.INFANT, None, policy)
    assert not decide.needs_second(LISTED, Lane.INFANT, None, policy)


def test_known_bytes_decided_as_before_need_no_second_look_again():
    policy = Review(four_eyes="all")
    assert not decide.needs_second(UNLISTED, Lane.ORDINARY, LISTED, policy)
    assert decide.needs_second(NOTHING, Lane.ORDINARY, LISTED, policy)


@pytest.mark.parametrize("rule", ["unlisted", "reportable", "all"])
@pytest.mark.parametrize(("decision", "earlier"), [(LISTED, NOTHING), (NOTHING, LISTED)])
def test_who_says_the_opposite_of_what_stands_on_identical_bytes_is_looked_at_again(rule, decision, earlier):
    assert decide.needs_second(decision, Lane.ORDINARY, earlier, Review(four_eyes=rule))
    assert not decide.needs_second(decision, Lane.ORDINARY, earlier, Review(four_eyes="none"))


def test_a_report_may_rest_on_a_first_verdict_in_an_urgent_lane_alone():
    first = verdict_of(1, ONE, ADA, LISTED)
    assert not decide.may_file(first, Lane.ORDINARY)
    assert decide.may_file(first, Lane.LIVE_DANGER)
    assert decide.may_file(replace(first, standing=FINAL), Lane.ORDINARY)
    assert not decide.may_file(replace(first, standing=REVERSED), Lane.LIVE_DANGER)
    assert not decide.may_file(verdict_of(1, ONE, ADA, NOTHING, standing=FINAL), Lane.LIVE_DANGER)


def settle(decision, who, before, *, at=NOON, policy=None, senior=False, lane=Lane.ORDINARY):
    return decide.settle(
        decision, who.id, at, before, lane=lane, earlier=None, senior=senior, policy=policy or Review()
    )


def test_a_word_that_a_wrong_clock_dated_ahead_delays_nothing():
    first = verdict_of(1, ONE, ADA, UNLISTED, at=NOON + 365 * 24 * HOUR)
    assert settle(UNLISTED, ADA, [first], policy=ALONE).self_review
    waiting = decide.waits_for([ONE], [first], [], holder=ADA.id, senior=False, escalated=False, at=NOON, policy=ALONE)
    assert (waiting.state, waiting.not_before, waiting.left_to_holder) == (JobState.HELD, NOON, (ONE.id,))
    near = replace(first, at=NOON + 12 * HOUR)
    with pytest.raises(RefusedError, match="again from 2026-03-09 12:00 UTC"):
        settle(UNLISTED, ADA, [near], policy=ALONE)


def test_two_people_who_agree_make_it_final():
    first = verdict_of(1, ONE, ADA, UNLISTED)
    assert settle(UNLISTED, ADA, []).standing is PROVISIONAL
    second = settle(LISTED, BO, [first])
    assert (second.standing, second.confirms, second.final, second.reversed) == (FINAL, first.id, (first.id,), ())
    assert not second.self_review


def test_two_people_who_differ_leave_it_to_a_senior_one():
    first = verdict_of(1, ONE, ADA, UNLISTED)
    second = settle(NOTHING, BO, [first])
    assert (second.standing, second.final, second.reversed) == (PROVISIONAL, (), ())
    both = [first, verdict_of(2, ONE, BO, NOTHING)]
    third = settle(NOTHING, CY, both, senior=True)
    assert (third.standing, third.final, third.reversed) == (FINAL, ("verdict-2",), ("verdict-1",))


def test_nobody_confirms_themselves():
    with pytest.raises(RefusedError, match="another person's"):
        settle(UNLISTED, ADA, [verdict_of(1, ONE, ADA, UNLISTED)])


def test_alone_the_same_person_confirms_after_the_delay_and_it_is_marked():
    first = verdict_of(1, ONE, ADA, UNLISTED)
    with pytest.raises(RefusedError, match="again from 2026-03-09 00:00 UTC"):
        settle(UNLISTED, ADA, [first], at=NOON + 11 * HOUR, policy=ALONE)
    later = settle(NOTHING, ADA, [first], at=NOON + 12 * HOUR, policy=ALONE)
    assert (later.standing, later.self_review, later.reversed) == (FINAL, True, (first.id,))


# ---------------------------------------------------------------- what a job waits for


def waits(contents, verdicts, opinions=(), *, holder=None, senior=False, escalated=False, policy=None):
    return decide.waits_for(
        contents,
        verdicts,
        opinions,
        holder=holder.id if holder else None,
        senior=senior,
        escalated=escalated,
        at=NOON,
        policy=policy or Review(),
    )


def asked_by(who, content=ONE):
    return SecondOpinion(
        id=OpinionId("opinion"),
        job_id=job_of().id,
        content_id=content.id,
        asked_by=who.id,
        asked_at=NOON,
        reason=AskReason.UNSURE,
    )


def test_a_job_is_decided_when_every_content_has_a_final_verdict():
    final = verdict_of(1, ONE, ADA, LISTED, standing=FINAL)
    assert waits([ONE], [final], holder=ADA).state is JobState.DECIDED
    left = waits([ONE, TWO], [final], holder=ADA)
    assert (left.state, left.look, left.left_to_holder) == (JobState.HELD, Look.FIRST, (TWO.id,))


def test_what_waits_for_a_second_look_goes_to_anybody_but_the_first_person():
    first = verdict_of(1, ONE, ADA, UNLISTED)
    waiting = waits([ONE], [first], holder=ADA)
    assert (waiting.state, waiting.look, waiting.not_by) == (JobState.WAITING, Look.SECOND, (ADA.id,))
    assert waits([ONE], [first], holder=BO).left_to_holder == (ONE.id,)


def test_somebody_is_barred_only_when_nothing_is_left_that_they_could_decide():
    verdicts = [verdict_of(1, ONE, ADA, UNLISTED), verdict_of(2, TWO, BO, UNLISTED)]
    waiting = waits([ONE, TWO], verdicts)
    assert waiting.not_by == ()
    assert waits([ONE, TWO], verdicts, holder=ADA).left_to_holder == (TWO.id,)


def test_who_could_not_tell_is_barred_and_an_answer_frees_the_job():
    waiting = waits([ONE], [], [asked_by(ADA)], holder=ADA)
    assert (waiting.state, waiting.look, waiting.not_by) == (JobState.WAITING, Look.SECOND, (ADA.id,))
    answered = replace(asked_by(ADA), answered_at=NOON)
    assert waits([ONE], [verdict_of(1, ONE, BO, NOTHING, standing=FINAL)], [answered]).state is JobState.DECIDED


def test_a_difference_and_an_escalation_wait_for_senior_people():
    differ = [verdict_of(1, ONE, ADA, UNLISTED), verdict_of(2, ONE, BO, NOTHING)]
    waiting = waits([ONE], differ)
    assert (waiting.look, waiting.not_by) == (Look.SENIOR, (ADA.id, BO.id))
    assert waits([ONE], differ, holder=CY).left_to_holder == ()
    assert waits([ONE], differ, holder=CY, senior=True).left_to_holder == (ONE.id,)
    assert waits([ONE], [], escalated=True).look is Look.SENIOR


def test_alone_nobody_is_barred_but_the_delay_holds():
    first = verdict_of(1, ONE, ADA, UNLISTED)
    waiting = waits([ONE], [first], holder=ADA, policy=ALONE)
    assert (waiting.state, waiting.not_by) == (JobState.WAITING, ())
    assert waiting.not_before == NOON + timedelta(hours=12)
    assert waits([ONE, TWO], [first], policy=ALONE).not_before is None


def test_alone_the_job_comes_back_when_the_first_of_its_delays_is_over():
    verdicts = [verdict_of(1, ONE, ADA, UNLISTED, at=NOON - 5 * HOUR), verdict_of(2, TWO, ADA, UNLISTED)]
    assert waits([ONE, TWO], verdicts, policy=ALONE).not_before == NOON + 7 * HOUR


def test_alone_a_content_can_be_decided_from_the_very_moment_its_delay_is_over():
    first = verdict_of(1, ONE, ADA, UNLISTED, at=NOON - 12 * HOUR)
    assert waits([ONE], [first], holder=ADA, policy=ALONE).left_to_holder == (ONE.id,)


def test_alone_each_word_and_each_question_begins_the_delay_anew():
    old, new = (verdict_of(number, ONE, ADA, UNLISTED, at=at) for number, at in ((1, NOON - 20 * HOUR), (2, NOON)))
    for verdicts, asked in (([old, new], []), ([new, old], []), ([old], [asked_by(ADA)])):
        assert waits([ONE], verdicts, asked, policy=ALONE).not_before == NOON + 12 * HOUR
        with pytest.raises(RefusedError, match="again from 2026-03-09 00:00 UTC"):
            decide.settle(
                UNLISTED,
                ADA.id,
                NOON,
                verdicts,
                lane=Lane.ORDINARY,
                earlier=None,
                senior=False,
                policy=ALONE,
                asked=asked,
            )
