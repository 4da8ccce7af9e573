"""Random walks over the acts of review: nobody is led into a dead end, and nothing decided is lost in silence.

What a person may do is worked out here a second time, from the verdicts, the open asks and the open appeals alone.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from clew.errors import ConflictError, RefusedError
from clew.pipelines import appeals, review, verdicts
from clew.pipelines.appeals import AppealedAgainst
from clew.pipelines.case_file import CaseFile, case_file
from clew.pipelines.reported import has_unordered
from clew.pipelines.review import who_may_take
from clew.pipelines.review_steps import is_escalated
from clew.pipelines.settling import waits_for
from clew.records.case import CaseState
from clew.records.identifiers import AppealId, CaseId, ContentId, UserId
from clew.records.people import Role, User
from clew.records.review import (
    Appeal,
    AppealState,
    AskReason,
    Decision,
    JobState,
    Lease,
    Look,
    ReviewJob,
    VerdictStanding,
)
from tests.pipelines.review_house import House
from tests.review.review_records import person

STEPS = 40
S1, S2, S3 = (person(name, Role.REVIEWER, Role.SENIOR_REVIEWER) for name in ("s-one", "s-two", "s-three"))
R1, R2 = person("r-one"), person("r-two")
STAFFS = {"one": (S1,), "two": (S1, S2), "mixed": (R1, S1), "three": (R1, R2, S1), "seniors": (R1, S1, S2)}


@dataclass
class Walk:
    house: House
    staff: tuple[User, ...]
    chance: random.Random
    case_id: CaseId
    subject: str

    @property
    def alone(self) -> bool:
        return self.house.desk.policy.one_person

    def read(self) -> CaseFile:
        with self.house.store.read() as reader:
            return case_file(reader, self.case_id)

    def to_do(self, who: User, file: CaseFile) -> tuple[set[ContentId], set[AppealId]]:
        """Contents and appeals on which the person may say a word, now or once the delay of one person is over."""
        senior = who.has(Role.SENIOR_REVIEWER)
        contents = set()
        for content in file.contents:
            on_it = [
                v for v in file.verdicts if v.content_id == content.id and v.standing is not VerdictStanding.REVERSED
            ]
            waiting = [v for v in on_it if v.standing is VerdictStanding.PROVISIONAL]
            asked = [o for o in file.opinions if o.content_id == content.id and o.answered_at is None]
            differ = len({v.decision.reportable for v in waiting}) > 1
            parties = {v.by for v in waiting} | {o.asked_by for o in asked}
            if (not on_it or waiting or asked) and (self.alone or who.id not in parties) and (senior or not differ):
                contents.add(content.id)
        answers = {
            each.id
            for each in file.appeals
            if each.state is AppealState.OPEN and senior and (self.alone or who.id not in self.judges(file, each))
        }
        return contents, answers

    def judges(self, file: CaseFile, appeal: Appeal) -> set[UserId]:
        (against,) = (v for v in file.verdicts if v.id == appeal.verdict_id)
        return {v.by for v in file.verdicts if v.id in {against.id, against.confirms} or v.confirms == against.id}


def lease_of(file: CaseFile) -> Lease:
    assert file.job.lease is not None
    return file.job.lease


# ---------------------------------------------------------------- the acts


def take(walk: Walk, who: User, file: CaseFile) -> None:
    review.claim(walk.house.desk, who, file.job.id)


def give_back(walk: Walk, who: User, file: CaseFile) -> None:
    review.release(walk.house.desk, who, lease_of(file))


def send_up(walk: Walk, who: User, file: CaseFile) -> None:
    review.escalate(walk.house.desk, who, lease_of(file), AskReason.LEGAL)


def ask(walk: Walk, who: User, file: CaseFile) -> None:
    verdicts.ask_second(walk.house.desk, who, lease_of(file), walk.chance.choice(file.contents).id)


def decide(walk: Walk, who: User, file: CaseFile) -> None:
    decision = walk.chance.choice([*Decision, Decision.NOT_LISTED, Decision.NOT_REPORTABLE])
    walk.house.decide(who, lease_of(file), walk.chance.choice(file.contents).id, decision)


def answer(walk: Walk, who: User, file: CaseFile) -> None:
    made = walk.chance.choice(file.appeals)
    appeals.answer_appeal(walk.house.desk, who, lease_of(file), made.id, uphold=walk.chance.random() < 0.5)


def take_back(walk: Walk, who: User, file: CaseFile) -> None:
    verdicts.reverse(walk.house.desk, who, walk.chance.choice(file.verdicts).id, AskReason.UNSURE)


def lodge(walk: Walk, who: User, file: CaseFile) -> None:
    against = AppealedAgainst(content_id=walk.chance.choice(file.contents).id)
    appeals.lodge(walk.house.desk, against, reference=None, actor="key:test")


def more(walk: Walk, who: User, file: CaseFile) -> None:
    if file.case.state is CaseState.OPEN and len(file.contents) < 4:
        walk.house.hit(walk.chance.randrange(1_000_000), walk.subject)


def wait(walk: Walk, who: User, file: CaseFile) -> None:
    walk.house.clock.move(minutes=walk.chance.choice([5, 31, 60, 13 * 60]))


ACTS: dict[Callable[[Walk, User, CaseFile], None], int] = {
    take: 6, give_back: 2, send_up: 1, ask: 2, decide: 8, answer: 4, take_back: 2, lodge: 2, more: 1, wait: 2,
}  # fmt: skip


def step(walk: Walk) -> None:
    """One act of one person; what is refused changes nothing."""
    file = walk.read()
    holder = next((each for each in walk.staff if file.job.lease and each.id == file.job.lease.holder), None)
    act = walk.chance.choices(list(ACTS), list(ACTS.values()))[0]
    who = walk.chance.choice(walk.staff)
    if act in {give_back, send_up, ask, decide, answer}:
        if holder is None or (act is answer and not file.appeals):
            return
        who = holder
    if act is take_back and not file.verdicts:
        return
    try:
        act(walk, who, file)
    except (ConflictError, RefusedError):
        after = walk.read()
        assert (after.job, after.verdicts, after.opinions) == (file.job, file.verdicts, file.opinions)


# ---------------------------------------------------------------- what always holds


def may_take(who: User, job: ReviewJob) -> bool:
    """The rule of the claim, but for the moment."""
    return who.id not in job.not_by and (who.has(Role.SENIOR_REVIEWER) or job.look not in {Look.SENIOR, Look.APPEAL})


def demand_a_way_on(walk: Walk) -> None:
    """Who may take the job finds something to do in it, and who has something to do may take it, now or at a time."""
    file = walk.read()
    job, now = file.job, walk.house.clock.now
    if job.state is JobState.DECIDED:
        assert not any(any(walk.to_do(who, file)) for who in walk.staff)
        return
    with walk.house.store.read() as reader:
        escalated = is_escalated(reader, job)
        named = {each.id for each in who_may_take(reader, job)}
    if job.lease is not None and job.lease.until > now:
        return
    assert walk.alone or job.not_before is None
    for who in walk.staff:
        has = any(walk.to_do(who, file)) and (not escalated or who.has(Role.SENIOR_REVIEWER))
        assert (may_take(who, job), who.id in named) == (has, has), (who.name, job.look, job.not_by)


def demand_it_is_done(walk: Walk) -> None:
    """Whoever may take the job takes it, is shown all that they have to do, and none of it is refused them."""
    walk.house.clock.move(hours=13)  # leases run out, and the delay of one person is over
    file = walk.read()
    for who in (each for each in walk.staff if file.job.state is not JobState.DECIDED and may_take(each, file.job)):
        contents, answers = walk.to_do(who, file)
        lease = review.claim(walk.house.desk, who, file.job.id).lease
        assert lease is not None
        with walk.house.store.read() as reader:
            shown = waits_for(reader, walk.house.desk, reader.get_job(file.job.id), who, walk.house.clock.now)
        assert set(shown.left_to_holder) == contents
        for made in answers:
            lease = review.claim(walk.house.desk, who, file.job.id).lease if walk.read().job.lease is None else lease
            assert lease is not None
            appeals.answer_appeal(walk.house.desk, who, lease, made, uphold=True)
        for content in contents:
            lease = review.claim(walk.house.desk, who, file.job.id).lease if walk.read().job.lease is None else lease
            assert lease is not None
            walk.house.decide(who, lease, content, Decision.NOT_LISTED)
        return


LOSES = {"review.verdict", "review.reverse", "review.ask_second", "review.answer_appeal"}


def demand_nothing_lost(walk: Walk, before: CaseFile, acts_before: int) -> None:
    """A final verdict that is final no more has its line in the audit, and a reportable one is never out of sight."""
    after = walk.read()
    final = {v.id for v in before.verdicts if v.standing is VerdictStanding.FINAL}
    still = {v.id for v in after.verdicts if v.standing is VerdictStanding.FINAL}
    if final - still:
        assert set(walk.house.acts()[acts_before:]) & LOSES
    assert {v.id for v in before.verdicts} <= {v.id for v in after.verdicts}
    if any(v.standing is VerdictStanding.FINAL and v.decision.reportable for v in after.verdicts):
        with walk.house.store.read() as reader:
            assert walk.case_id in reader.unreported_cases(10_000, environment="test")
            assert has_unordered(reader, walk.case_id)


@pytest.mark.parametrize("staff", STAFFS)
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_walk_leads_to_a_dead_end_or_loses_what_was_decided(house: House, staff: str, seed: int):
    house.store.transact(lambda unit: [unit.put_user(each) for each in STAFFS[staff]])
    chance = random.Random(f"{staff}-{seed}")
    for number in range(4):
        rule = chance.choice(["none", "unlisted", "reportable", "all"])
        under = house.under(one_person=len(STAFFS[staff]) == 1, self_review_hours=12, four_eyes=rule)
        subject = f"account-{number}"
        content = under.hit(chance.randrange(1_000_000), subject)
        walk = Walk(under, STAFFS[staff], chance, content.case_id, subject)
        for _ in range(STEPS):
            before, acts = walk.read(), len(under.acts())
            step(walk)
            demand_a_way_on(walk)
            demand_nothing_lost(walk, before, acts)
        demand_it_is_done(walk)
