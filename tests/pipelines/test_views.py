"""Views: what is served, to whom, on which terms, and what the ledger says of it afterwards."""

import contextlib
import hashlib
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ConflictError, DamagedError, InputError, NotFoundError, RefusedError
from clew.parts.stores.base import StorePart
from clew.pipelines import review, serving, verdicts, views
from clew.pipelines.case_file import viewing_of
from clew.pipelines.views import Asked, View
from clew.records.case import Content, FlagReason
from clew.records.identifiers import SignalType
from clew.records.people import User
from clew.records.review import AskReason, Decision, JobState, Lease, VerdictStanding
from clew.records.signal import Signal
from clew.records.viewing import CropBox, FileViewing, Filter, Ground
from tests.pipelines.interleaved import Interleaved
from tests.pipelines.review_house import House, sha256_of, thread, upload_of
from tests.review.review_records import ADA, BO, CY, SENIOR


def ask(house: House, who: User, lease: Lease, content: Content, kind: Filter = Filter.FULL, **more: object) -> View:
    asked = Asked(content_id=content.id, filter=kind, **more)  # type: ignore[arg-type]
    return views.request_view(house.desk, who, lease, asked, proved_at=house.clock.now)


def begin(house: House, who: User, view: View) -> View:
    with house.store.read() as reader:
        job = reader.get_job_of_case(view.event.case_id)
    return serving.begin_serving(house.desk, who, job.id, view.event.id)


def take(house: House, view: View, who: User = ADA) -> bytes:
    return b"".join(serving.stream_whole(house.desk, begin(house, who, view)))


def proof_of(view: View, arrived: bytes) -> bytes:
    """What a page says that received those bytes."""
    return hashlib.sha256(view.event.id.encode() + arrived).digest()


def confirm(house: House, view: View, arrived: bytes, who: User = ADA) -> FileViewing:
    return serving.confirm_view(house.desk, who, view.event.id, proof=proof_of(view, arrived))


def ledger(house: House, content: Content) -> FileViewing:
    with house.store.read() as reader:
        return viewing_of(reader, reader.get_content(content.id))


@pytest.fixture
def held(any_house: House) -> tuple[House, Content, Lease]:
    content = any_house.sealed_hit(1)
    return any_house, content, any_house.lease(ADA, content)


def test_a_whole_view_and_the_persons_word_make_the_file_viewed(held):
    house, content, lease = held
    assert not ledger(house, content).viewed
    view = ask(house, ADA, lease, content)
    assert take(house, view) == upload_of(1)
    assert not ledger(house, content).viewed, "serving is not seeing"
    viewing = confirm(house, view, upload_of(1))
    assert viewing.viewed
    assert (viewing.view_id, viewing.metadata_viewed) == (view.event.id, False)
    assert viewing == ledger(house, content) == serving.confirm_view(house.desk, ADA, view.event.id)
    assert house.acts(like="view.") == ["view.open", "view.served", "view.confirm"]


def test_the_line_stands_in_the_ledger_before_the_first_byte_and_is_open_until_the_last(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    with house.store.read() as reader:
        assert reader.get_view(view.event.id).completed_at is None
    pieces = serving.stream_whole(house.desk, begin(house, ADA, view))
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert not ledger(house, content).viewed
    with pytest.raises(RefusedError, match="did not come to its end"):
        serving.confirm_view(house.desk, ADA, view.event.id)


def test_each_serving_is_asked_for_anew(held):
    house, content, lease = held
    for kind in (Filter.FULL, Filter.GREY):
        begun = begin(house, ADA, ask(house, ADA, lease, content, kind))
        with pytest.raises(NotFoundError, match="ask for it again, which is another view"):
            begin(house, ADA, begun)
        serving.view_served(house.desk, begun.event.id, 1)
        with pytest.raises(RefusedError, match="was served"):
            list(serving.stream_picture(house.desk, begun, b"again"))


def test_bytes_that_left_but_did_not_arrive_are_not_viewed_whatever_the_person_says(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    sent = take(house, view)
    known = hashlib.sha256(sent).digest()
    of_another = proof_of(ask(house, ADA, lease, content), sent)
    for proof in (b"", known, of_another, proof_of(view, sent[:900]), proof_of(view, sent + b"\0")):
        with pytest.raises(RefusedError, match="did not prove that all bytes"):
            serving.confirm_view(house.desk, ADA, view.event.id, proof=proof)
    viewing = ledger(house, content)
    assert not viewing.viewed
    assert views.narrative(viewing).startswith("No person of this service viewed the entire file; parts of it")
    assert confirm(house, view, sent).viewed


def test_a_whole_serving_of_before_the_proof_cannot_be_confirmed(held):
    house, content, lease = held
    begun = begin(house, ADA, ask(house, ADA, lease, content))
    serving.view_served(house.desk, begun.event.id, len(upload_of(1)))
    with pytest.raises(RefusedError, match="did not prove"):
        confirm(house, begun, upload_of(1))


def test_another_person_cannot_confirm_what_somebody_was_served(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    take(house, view)
    with pytest.raises(RefusedError, match="only the person who was served"):
        serving.confirm_view(house.desk, BO, view.event.id)
    assert not ledger(house, content).viewed


@pytest.mark.parametrize("kind", [Filter.BLURRED_GREY, Filter.BLURRED, Filter.GREY, Filter.KEYFRAME, Filter.CROP])
def test_a_part_is_no_view_of_the_whole_and_cannot_be_confirmed(house: House, kind: Filter):
    content = house.sealed_hit(1)
    crop = CropBox(left=0, top=0, width=500, height=500) if kind is Filter.CROP else None
    view = ask(house, ADA, house.lease(ADA, content), content, kind, crop=crop)
    assert list(serving.stream_picture(house.desk, begin(house, ADA, view), b"made of it")) == [b"made of it"]
    with pytest.raises(RefusedError, match="is a part"):
        serving.confirm_view(house.desk, ADA, view.event.id)
    with pytest.raises(InputError, match="ask for the whole file"):
        list(serving.stream_whole(house.desk, view))
    viewing = ledger(house, content)
    assert (viewing.viewed, viewing.partial_views) == (False, 1)


def test_the_metadata_count_beside_the_whole_file_alone(held):
    house, content, lease = held
    metadata = ask(house, ADA, lease, content, Filter.METADATA)
    serving.view_served(house.desk, metadata.event.id, 20)
    assert not serving.confirm_view(house.desk, ADA, metadata.event.id).metadata_viewed
    whole = ask(house, ADA, lease, content)
    assert confirm(house, whole, take(house, whole)).metadata_viewed


def test_bytes_that_are_not_what_was_uploaded_are_never_viewed(house: House):
    content = house.sealed_hit(1)
    other = house.sealed_hit(2)
    house.store.transact(lambda unit: unit.set_held(content.id, object_id=other.object_id, not_held=None))
    view = ask(house, ADA, house.lease(ADA, content), content)
    with pytest.raises(DamagedError, match="not what was uploaded"):
        take(house, view)
    assert not ledger(house, content).viewed


# ---------------------------------------------------------------- the terms


def test_a_job_opens_no_content_of_another_case(any_house: House):
    mine, others = any_house.sealed_hit(1), any_house.sealed_hit(2, "account-8")
    lease = any_house.lease(ADA, mine)
    with pytest.raises(NotFoundError, match="no content of that id"):
        ask(any_house, ADA, lease, others)
    assert any_house.acts(like="view.") == []


def test_of_two_jobs_of_one_person_that_are_asked_at_once_one_gets_the_last_view(
    any_house: House, store_part: StorePart, any_url: str
):
    """The second is asked between the weighing of the first and its line; it waits, and is weighed with that line."""
    house = any_house.under(whole_views_a_day=1)
    first, second = house.sealed_hit(1), house.sealed_hit(2, "account-8")
    lease, other = house.lease(ADA, first), house.lease(ADA, second)
    with contextlib.closing(store_part.open(any_url)) as elsewhere, ThreadPoolExecutor(1) as threads:
        process = House(replace(house.desk, store=elsewhere), house.clock)
        asked: list[Future[View]] = []

        def ask_meanwhile() -> None:
            asked.append(threads.submit(ask, process, ADA, other, second))
            wait(asked, timeout=1)

        between = replace(house.desk, store=Interleaved(house.store, "add_view", ask_meanwhile))  # type: ignore[arg-type]
        ask(House(between, house.clock), ADA, lease, first)
        with pytest.raises(RefusedError):
            asked[0].result()


def test_who_does_not_hold_the_job_is_served_nothing(held):
    house, content, lease = held
    with pytest.raises(RefusedError, match="another person's"):
        ask(house, BO, lease, content)
    house.clock.move(minutes=31)
    with pytest.raises(ConflictError, match="do not hold this job"):
        ask(house, ADA, lease, content)
    assert house.acts(like="view.") == []


@pytest.mark.parametrize("ago", [timedelta(minutes=16), timedelta(minutes=-1)])
def test_evidence_is_opened_only_after_a_fresh_proof_of_identity(house: House, ago: timedelta):
    content = house.sealed_hit(1)
    lease, asked = house.lease(ADA, content), Asked(content_id=content.id, filter=Filter.GREY)
    with pytest.raises(RefusedError, match="prove who you are"):
        views.request_view(house.desk, ADA, lease, asked, proved_at=house.clock.now - ago)


def test_known_bytes_are_never_rendered_again_but_for_an_appeal(any_house: House):
    first = any_house.sealed_hit(1)
    verdict = any_house.decide(ADA, any_house.lease(ADA, first), first.id, Decision.SAME_AS_LISTED).verdict
    assert verdict is not None
    again = any_house.sealed_hit(1, "account-8")
    lease = any_house.lease(BO, again)
    for kind in (Filter.FULL, Filter.BLURRED_GREY):
        with pytest.raises(RefusedError, match="judged before"):
            ask(any_house, BO, lease, again, kind)
    with pytest.raises(RefusedError, match="judged before"):
        ask(any_house, BO, lease, again, ground=Ground.APPEAL)
    verdicts.reverse(any_house.desk, SENIOR, verdict.id, AskReason.DIFFER)
    ask(any_house, BO, lease, again)


def test_bytes_that_were_found_innocent_are_looked_at_again_by_whoever_doubts_it(any_house: House):
    first = any_house.sealed_hit(1)
    any_house.decide(ADA, any_house.lease(ADA, first), first.id, Decision.NOT_REPORTABLE)
    again = any_house.sealed_hit(1, "account-8")
    assert again.known is not None
    lease = any_house.lease(BO, again)
    ask(any_house, BO, lease, again)
    recorded = any_house.decide(BO, lease, again.id, Decision.SAME_AS_LISTED)
    assert recorded.verdict is not None
    assert recorded.verdict.standing is VerdictStanding.PROVISIONAL


def test_a_verdict_on_a_claimed_digest_says_nothing_of_bytes_that_come_later(any_house: House):
    claimed = Signal(type=SignalType("sha256"), value=sha256_of(1))
    first = any_house.flag(subject="account-evil", signals=(claimed,), size_bytes=len(upload_of(1))).content
    any_house.decide(ADA, any_house.lease(ADA, first), first.id, Decision.NOT_REPORTABLE)
    real = any_house.sealed_hit(1, "account-8")
    assert real.known is None
    ask(any_house, BO, any_house.lease(BO, real), real)


def test_an_earlier_viewing_of_identical_bytes_is_told_and_counts_for_nothing_here(any_house: House):
    first, again = any_house.sealed_hit(1), any_house.sealed_hit(1, "account-8")
    view = ask(any_house, ADA, any_house.lease(ADA, first), first)
    confirm(any_house, view, take(any_house, view))
    viewing = ledger(any_house, again)
    assert (viewing.viewed, [each.content_id for each in viewing.earlier]) == (False, [first.id])
    assert "identical bytes" in views.narrative(viewing)


def test_what_is_not_held_says_why(house: House):
    content = house.hit(1)
    with pytest.raises(NotFoundError, match="no vault was set up"):
        ask(house, ADA, house.lease(ADA, content), content)


@pytest.mark.parametrize(
    ("kind", "crop", "told"),
    [
        (Filter.CROP, None, "a crop names its part"),
        (Filter.GREY, CropBox(left=0, top=0, width=10, height=10), "a crop names its part"),
        (Filter.CROP, CropBox(left=600, top=0, width=500, height=10), "within 0 to 1000"),
        (Filter.CROP, CropBox(left=-1, top=0, width=10, height=10), "within 0 to 1000"),
        (Filter.CROP, CropBox(left=0, top=0, width=0, height=10), "within 0 to 1000"),
        (Filter.TEXT, None, "asking for the thread"),
    ],
)
def test_a_view_that_makes_no_sense_is_refused(house: House, kind: Filter, crop: CropBox | None, told: str):
    content = house.sealed_hit(1)
    with pytest.raises(InputError, match=told):
        ask(house, ADA, house.lease(ADA, content), content, kind, crop=crop)


# ---------------------------------------------------------------- messages


def test_messages_are_covered_until_asked_for_and_reading_them_is_in_the_ledger(any_house: House):
    content = any_house.flag(messages=thread("hello", "who is this?")).content
    lease = any_house.lease(ADA, content)
    read = views.read_messages(any_house.desk, ADA, lease, content.id, proved_at=any_house.clock.now)
    assert [(each.text, each.context) for each in read.messages] == [("hello", False), ("who is this?", True)]
    serving.view_served(any_house.desk, read.event.id, 0)
    with any_house.store.read() as reader:
        (line,) = reader.views_of(content.id)
    assert (line.filter, line.person) == (Filter.TEXT, ADA.id)
    assert views.own_exposure(any_house.desk, ADA).texts == 1


def test_a_file_has_no_messages(house: House):
    content = house.sealed_hit(1)
    with pytest.raises(InputError, match="is a file"):
        views.read_messages(house.desk, ADA, house.lease(ADA, content), content.id, proved_at=house.clock.now)


# ---------------------------------------------------------------- exposure

TIGHT = {"views_a_day": 3, "whole_views_a_day": 1, "views_before_break": 100}


def test_the_limit_stops_the_person_hands_the_job_over_and_leaves_deciding_and_reporting_open(any_house: House):
    house = any_house.under(**TIGHT)
    content = house.sealed_hit(1)
    lease = house.lease(ADA, content)
    for _ in range(3):
        ask(house, ADA, lease, content, Filter.GREY)
    with pytest.raises(RefusedError, match="your 3 views of 24 hours are used up"):
        ask(house, ADA, lease, content, Filter.GREY)
    job = house.job(content)
    assert (job.state, job.lease) == (JobState.WAITING, None)
    assert [event["reason"] for event in house.audit("review.hand_over")] == ["exposure"]
    with house.store.read() as reader:
        assert len(reader.views_of(content.id)) == 3, "what was refused was not served"
        assert reader.count_stops([ADA.id], house.clock.now - timedelta(days=1)) == 1
    recorded = house.decide(ADA, house.lease(ADA, content), content.id, Decision.SAME_AS_LISTED)
    assert recorded.job.state is JobState.DECIDED, "by list and category alone, unopened by this person or not"


def test_the_limit_is_the_persons_not_the_jobs(any_house: House):
    house = any_house.under(**TIGHT)
    content = house.sealed_hit(1)
    lease = house.lease(ADA, content)
    for _ in range(3):
        ask(house, ADA, lease, content, Filter.GREY)
    with contextlib.suppress(RefusedError):
        ask(house, ADA, lease, content)
    ask(house, BO, house.lease(BO, content), content)
    house.clock.move(hours=25)
    assert views.own_exposure(house.desk, ADA).left == 3


def test_the_last_whole_view_leaves_smaller_ones_and_the_job(house: House):
    house = house.under(**TIGHT)
    content = house.sealed_hit(1)
    lease = house.lease(ADA, content)
    ask(house, ADA, lease, content)
    with pytest.raises(RefusedError, match="no whole view is left"):
        ask(house, ADA, lease, content)
    ask(house, ADA, lease, content, Filter.GREY)
    assert house.job(content).lease == lease


def test_a_break_keeps_an_ordinary_job_and_hands_an_urgent_one_on(any_house: House):
    house = any_house.under(views_before_break=1)
    content = house.sealed_hit(1)
    lease = house.lease(ADA, content)
    ask(house, ADA, lease, content, Filter.GREY)
    with pytest.raises(RefusedError, match="a break is due until 09:15 UTC"):
        ask(house, ADA, lease, content, Filter.GREY)
    assert house.job(content).lease == lease
    house.flag(FlagReason.LIVE_DANGER)
    with pytest.raises(RefusedError, match="a break is due"):
        ask(house, ADA, lease, content, Filter.GREY)
    assert house.job(content).state is JobState.WAITING


def test_alone_the_limit_stops_and_the_job_stays(house: House):
    house = house.under(**TIGHT, one_person=True)
    content = house.sealed_hit(1)
    lease = house.lease(ADA, content)
    for _ in range(3):
        ask(house, ADA, lease, content, Filter.GREY)
    with pytest.raises(RefusedError):
        ask(house, ADA, lease, content, Filter.GREY)
    assert house.job(content).lease == lease


def test_a_budget_is_not_overrun_by_asking_many_times_at_once(any_house: House):
    house = any_house.under(views_a_day=3, one_person=True)
    content = house.sealed_hit(1)
    lease, now = house.lease(ADA, content), house.clock.now
    asked = Asked(content_id=content.id, filter=Filter.GREY)

    def one(_: int) -> bool:
        try:
            views.request_view(house.desk, ADA, lease, asked, proved_at=now)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        served = list(threads.map(one, range(12)))
    assert sum(served) == 3


def test_a_team_is_shown_in_totals_and_a_small_one_not_at_all(any_house: House):
    content = any_house.sealed_hit(1)
    for who in (ADA, BO, CY):
        lease = any_house.lease(who, content)
        ask(any_house, who, lease, content, Filter.GREY)
        review.release(any_house.desk, who, lease)
    teams = {"day": [ADA.id, BO.id, CY.id, SENIOR.id], "night": [ADA.id, BO.id, SENIOR.id]}
    day, night = views.team_totals(any_house.desk, teams)
    assert (day.people, day.views, day.whole) == (3, 3, 0)
    assert (night.people, night.views) == (None, None)
