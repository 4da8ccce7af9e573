"""What counts as viewed: held against a plain reference on random sequences of events, and case by case."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clew.records.identifiers import CaseId, ContentId
from clew.records.viewing import Confirmation, EarlierViewing, Filter
from clew.review.ledger import file_viewing, narrative
from tests.review.review_records import ADA, BO, MINUTE, NOON, content_of, digest_of, view_of

FILE, OTHER = content_of(1), content_of(2)


def word_for(view, who=ADA, after=2):
    return Confirmation(view_id=view.id, content_id=view.content_id, person=who.id, at=NOON + after * MINUTE)


def test_a_file_is_not_viewed_by_default():
    viewing = file_viewing(FILE, [], [])
    assert not viewing.viewed
    assert not viewing.metadata_viewed
    assert narrative(viewing) == "No person of this service viewed this file."


def test_a_whole_serving_and_the_word_of_the_person_served_make_it_viewed():
    view = view_of(1, FILE)
    viewing = file_viewing(FILE, [view], [word_for(view)])
    assert viewing.viewed
    assert viewing.view_id == view.id
    assert viewing.viewed_at == NOON + 2 * MINUTE
    assert "viewed the entire file on 2026-03-08 at 12:02 UTC" in narrative(viewing)


@pytest.mark.parametrize("each", [each for each in Filter if each is not Filter.FULL])
def test_no_filtered_view_counts_even_when_it_was_confirmed(each: Filter):
    view = view_of(1, FILE, filter=each)
    assert not file_viewing(FILE, [view], [word_for(view)]).viewed


@pytest.mark.parametrize(
    "change",
    [
        {"completed_at": None, "served_bytes": None},
        {"served_bytes": 999},
        {"size_bytes": 999, "served_bytes": 999},
        {"sha256": digest_of(9)},
        {"sha256": None},
        {"content_id": OTHER.id},
    ],
    ids=["broken off", "short", "other size", "other bytes", "no digest", "other upload"],
)
def test_what_was_not_all_of_this_uploads_bytes_does_not_count(change):
    view = view_of(1, FILE, **change)
    assert not file_viewing(FILE, [view], [replace(word_for(view), content_id=FILE.id)]).viewed


def test_anothers_word_and_a_word_given_too_early_do_not_count():
    view = view_of(1, FILE)
    assert not file_viewing(FILE, [view], [word_for(view, who=BO)]).viewed
    assert not file_viewing(FILE, [view], [word_for(view, after=0)]).viewed


def test_the_metadata_are_viewed_only_beside_the_file():
    metadata, whole = view_of(1, FILE, filter=Filter.METADATA, served_bytes=20), view_of(2, FILE)
    words = [word_for(metadata), word_for(whole)]
    assert not file_viewing(FILE, [metadata], words[:1]).metadata_viewed
    assert not file_viewing(FILE, [metadata, whole], words[1:]).metadata_viewed
    assert file_viewing(FILE, [metadata, whole], words).metadata_viewed


def test_an_earlier_viewing_of_identical_bytes_is_told_and_does_not_count():
    earlier = EarlierViewing(content_id=ContentId("elsewhere"), case_id=CaseId("old"), at=NOON - timedelta(days=9))
    viewing = file_viewing(FILE, [view_of(1, FILE, filter=Filter.GREY)], [], [earlier])
    assert not viewing.viewed
    told = narrative(viewing)
    assert "parts of it, or filtered views, were opened" in told
    assert "identical bytes (equal SHA-256) in full on 2026-02-27, in another upload" in told


# ---------------------------------------------------------------- any sequence of events

people, minutes = some.sampled_from([ADA, BO]), some.integers(0, 5)
views = some.builds(
    lambda number, content, who, filter_, begun, took, served, sha: view_of(
        number,
        content,
        person=who.id,
        filter=filter_,
        at=NOON + begun * MINUTE,
        completed_at=None if took is None else NOON + (begun + took) * MINUTE,
        served_bytes=None if took is None else served,
        sha256=sha,
    ),
    some.integers(0, 3),
    some.sampled_from([FILE, OTHER]),
    people,
    some.sampled_from([Filter.FULL, Filter.FULL, Filter.FULL, Filter.BLURRED, Filter.METADATA]),
    minutes,
    some.none() | minutes,
    some.sampled_from([1000, 1000, 999]),
    some.sampled_from([digest_of(1), digest_of(1), digest_of(2), None]),
)
words = some.tuples(some.integers(0, 3), some.sampled_from([FILE, OTHER]), people, some.integers(0, 11))


def plainly_viewed(events, confirmations) -> bool:
    """The definition, read out loud: some person was served all of it, unfiltered, and then said so."""
    for view in events:
        this_upload = view.content_id == FILE.id and view.sha256 == digest_of(1) and view.size_bytes == 1000
        all_of_it = view.filter is Filter.FULL and view.completed_at is not None and view.served_bytes == 1000
        for word in confirmations:
            theirs = (word.view_id, word.content_id, word.person) == (view.id, FILE.id, view.person)
            if this_upload and all_of_it and theirs and word.at >= view.completed_at:
                return True
    return False


@given(some.lists(views, max_size=4, unique_by=lambda view: view.id), some.lists(words, max_size=6))
def test_viewed_is_said_exactly_when_the_definition_holds(events, given_words):
    said = {
        (number, content.id, who.id): Confirmation(
            view_id=view_of(number, content).id, content_id=content.id, person=who.id, at=NOON + after * MINUTE
        )
        for number, content, who, after in given_words
    }
    viewing = file_viewing(FILE, events, list(said.values()))
    assert viewing.viewed == plainly_viewed(events, said.values())
    assert viewing.viewed or not viewing.metadata_viewed
    assert viewing == file_viewing(FILE, events[::-1], list(said.values())[::-1])
