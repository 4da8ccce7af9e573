"""The rule of action, and what is said of what was found."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from clew.errors import InputError, UnavailableError
from clew.matching import match
from clew.matching.thresholds import Measure, check_radius, comparable, radius_by_list
from clew.parts.indexes.base import Neighbours
from clew.records.hashlist import Action, Entry, HashList, Opinion, Standing
from clew.records.identifiers import EntryId, ListId, ListName, SignalType, SourceName
from clew.records.match import IndexState
from clew.records.signal import Signal

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
PDQ, MD5 = SignalType("pdq"), SignalType("md5")
MEASURES = {
    MD5: Measure(width_bytes=16, within_bits=0),
    PDQ: Measure(width_bytes=32, within_bits=31, min_quality=50),
}
VETTED = HashList(id=ListId(1), name=ListName("vetted"), source=SourceName("s"), vetted=True, created_at=NOON)
LOOSE = replace(VETTED, id=ListId(3), name=ListName("loose"), vetted=False, within_bits={PDQ: 10})
LISTS = {each.id: each for each in (VETTED, LOOSE)}


def entry(number: int, list_id: int, *, kind: SignalType = MD5, vetted: bool = True) -> Entry:
    return Entry(
        id=EntryId(number),
        list_id=ListId(list_id),
        type=kind,
        value=bytes([number]) * MEASURES[kind].width_bytes,
        quality=None,
        category=None,
        vetted=vetted,
        opinions=(),
        made_at=None,
        added_at=NOON,
        expires_at=None,
        note=None,
    )


class Planted:
    """An index that answers with what a test planted: rows of (query, entry, list, distance)."""

    def __init__(self, rows: dict[SignalType, list[tuple[int, int, int, int]]], sequence: int = 5) -> None:
        self.rows = rows
        self.sequence = sequence
        self.states: dict[SignalType, IndexState] = {}
        self.unavailable = False
        self.asked: list[tuple[SignalType, int]] = []

    def search(
        self, signal_type: SignalType, values: NDArray[np.uint8], radius_by_list: NDArray[np.int16], *, limit: int
    ) -> tuple[Neighbours, IndexState]:
        self.asked.append((signal_type, len(values)))
        rows = sorted((query, distance, entry, number) for query, entry, number, distance in self.rows[signal_type])
        totals = np.bincount([row[0] for row in rows], minlength=len(values)).astype(np.uint64)
        columns = [np.array([row[place] for row in rows]) for place in range(4)]
        neighbours = Neighbours(
            query=columns[0].astype(np.uint32),
            entry_id=columns[2].astype(np.int64),
            list=columns[3].astype(np.uint32),
            row=columns[2].astype(np.uint32),
            distance=columns[1].astype(np.uint16),
            totals=totals,
        )
        return neighbours, self.state(signal_type)

    def state(self, signal_type: SignalType) -> IndexState:
        if self.unavailable:
            raise UnavailableError("is being built")
        return self.states.get(signal_type, IndexState(generation=2, sequence=self.sequence))


def md5(number: int) -> Signal:
    return Signal(type=MD5, value=bytes([number]) * 16)


def pdq(number: int, quality: int = 90, form: str | None = None) -> Signal:
    return Signal(type=PDQ, value=bytes([number]) * 32, quality=quality, form=form)


def judge(near: list[Signal], rows: dict[SignalType, list[tuple[int, int, int, int]]], *entries: Entry) -> Action:
    index = Planted(rows)
    found = match.find([near], index=index, measures=MEASURES, lists=list(LISTS.values()), limit=10)
    matches = match.explain(found[0], {each.id: each for each in entries}, LISTS, MEASURES)
    return match.decide(matches)


def test_equal_bytes_on_a_vetted_list_may_block() -> None:
    assert judge([md5(7)], {MD5: [(0, 7, 1, 0)]}, entry(7, 1)) is Action.BLOCK


def test_a_list_may_ask_for_review_even_of_equal_bytes() -> None:
    asks = {ListId(1): replace(VETTED, exact_action=Action.REVIEW)}
    found = match.find([[md5(7)]], index=Planted({MD5: [(0, 7, 1, 0)]}), measures=MEASURES, lists=[VETTED], limit=10)
    matches = match.explain(found[0], {EntryId(7): entry(7, 1)}, asks, MEASURES)
    assert match.decide(matches) is Action.REVIEW


def test_a_perceptual_match_never_blocks_not_even_at_distance_zero() -> None:
    assert judge([pdq(7)], {PDQ: [(0, 7, 1, 0)]}, entry(7, 1, kind=PDQ)) is Action.REVIEW


def test_an_unvetted_entry_never_blocks() -> None:
    assert judge([md5(7)], {MD5: [(0, 7, 1, 0)]}, entry(7, 1, vetted=False)) is Action.REVIEW


@pytest.mark.parametrize("standing", [Standing.NEGATIVE, Standing.DISPUTED])
def test_a_disputed_entry_never_blocks(standing: Standing) -> None:
    against = replace(entry(7, 1), opinions=(Opinion(member="m", standing=standing, at=NOON),))
    assert judge([md5(7)], {MD5: [(0, 7, 1, 0)]}, against) is Action.REVIEW


def test_who_disputes_one_digest_of_a_file_disputes_the_file() -> None:
    """MD5 and SHA-256 of one file are two entries, and a member has spoken against one of them."""
    against = replace(entry(7, 1), opinions=(Opinion(member="m", standing=Standing.NEGATIVE, at=NOON),))
    elsewhere = replace(entry(9, 1), list_id=ListId(3), vetted=True)
    assert judge([md5(7), md5(8)], {MD5: [(0, 7, 1, 0), (1, 8, 1, 0)]}, against, entry(8, 1)) is Action.REVIEW
    assert judge([md5(7), md5(9)], {MD5: [(0, 7, 1, 0), (1, 9, 3, 0)]}, against, elsewhere) is Action.BLOCK


def test_each_match_says_what_it_alone_led_to() -> None:
    """The same bytes stand on two lists, of which one asks for review: the other one blocks, and the hit can say so."""
    lists = {**LISTS, ListId(1): replace(VETTED, exact_action=Action.REVIEW)}
    near, rows = [md5(7), md5(9), pdq(8)], {MD5: [(0, 7, 1, 0), (1, 9, 3, 0)], PDQ: [(0, 8, 3, 2)]}
    found = match.find([near], index=Planted(rows), measures=MEASURES, lists=list(lists.values()), limit=10)
    entries = [entry(7, 1), entry(9, 3), entry(8, 3, kind=PDQ)]
    matches = match.explain(found[0], {each.id: each for each in entries}, lists, MEASURES)
    assert {each.entry_id: each.action for each in matches} == {7: Action.REVIEW, 9: Action.BLOCK, 8: Action.REVIEW}
    assert match.decide(matches) is Action.BLOCK


def test_nothing_near_passes() -> None:
    assert judge([md5(7)], {MD5: []}) is Action.PASS


def test_an_entry_that_is_gone_from_the_database_is_no_match() -> None:
    assert judge([md5(7)], {MD5: [(0, 7, 1, 0)]}) is Action.PASS


def test_a_signal_below_the_quality_is_not_compared() -> None:
    index = Planted({PDQ: [(0, 7, 1, 0)]})
    found = match.find([[pdq(7, quality=49)]], index=index, measures=MEASURES, lists=[VETTED], limit=10)
    assert index.asked == []
    assert found[0].near == ()
    assert not comparable(pdq(7, quality=49), MEASURES[PDQ])
    assert comparable(pdq(7, quality=50), MEASURES[PDQ])


def test_many_contents_share_one_search_and_keep_their_own_answers() -> None:
    index = Planted({MD5: [(0, 1, 1, 0), (2, 3, 1, 0)], PDQ: [(1, 9, 3, 4)]})
    contents = [[md5(1)], [md5(2), pdq(2)], [md5(3), pdq(3)]]
    found = match.find(contents, index=index, measures=MEASURES, lists=list(LISTS.values()), limit=10)
    assert index.asked == [(MD5, 3), (PDQ, 2)]
    assert [[near.entry_id for near in each.near] for each in found] == [[1], [], [3, 9]]


def test_of_several_forms_the_nearest_speaks_for_an_entry() -> None:
    index = Planted({PDQ: [(0, 9, 1, 20), (1, 9, 1, 3)]})
    found = match.find([[pdq(1), pdq(2, form="rotated-90")]], index=index, measures=MEASURES, lists=[VETTED], limit=10)
    assert [(near.distance, near.signal.form) for near in found[0].near] == [(3, "rotated-90")]
    assert found[0].total == 1


def test_matches_beyond_the_limit_are_counted() -> None:
    rows = [(0, number, 1, number) for number in range(30)]
    found = match.find([[pdq(1)]], index=Planted({PDQ: rows}), measures=MEASURES, lists=[VETTED], limit=5)
    assert [near.distance for near in found[0].near] == [0, 1, 2, 3, 4]
    assert found[0].total == 30


def test_the_state_named_is_that_of_what_matched() -> None:
    index = Planted({PDQ: [(0, 3, 3, 7)], MD5: [(1, 99, 1, 0)]})
    index.states = {PDQ: IndexState(generation=4, sequence=9), MD5: IndexState(generation=7, sequence=9)}
    contents = [[pdq(1), md5(1)], [pdq(1), md5(1)], []]
    found = match.find(contents, index=index, measures=MEASURES, lists=[*LISTS.values()], limit=5)
    assert [each.index.generation for each in found[:2]] == [4, 7]
    assert found[2].index.sequence == 9


def test_of_two_types_that_matched_the_older_state_is_named() -> None:
    index = Planted({PDQ: [(0, 3, 3, 7)], MD5: [(0, 99, 1, 0)]})
    index.states = {PDQ: IndexState(generation=4, sequence=9), MD5: IndexState(generation=7, sequence=8)}
    [found] = match.find([[pdq(1), md5(1)]], index=index, measures=MEASURES, lists=[*LISTS.values()], limit=5)
    assert found.index == IndexState(generation=7, sequence=8)


def test_where_nothing_was_asked_the_current_state_is_named_or_none() -> None:
    index = Planted({})
    [found] = match.find([[]], index=index, measures=MEASURES, lists=[VETTED], limit=5)
    assert found.index == IndexState(generation=2, sequence=5)
    index.unavailable = True
    [found] = match.find([[]], index=index, measures=MEASURES, lists=[VETTED], limit=5)
    assert found.index == IndexState(generation=0, sequence=0)


def test_a_flood_of_pictures_does_not_hide_equal_bytes() -> None:
    rows = {PDQ: [(0, number, 3, 0) for number in range(1, 30)], MD5: [(0, 99, 1, 0)]}
    found = match.find([[pdq(1), md5(1)]], index=Planted(rows), measures=MEASURES, lists=[*LISTS.values()], limit=5)
    assert [near.entry_id for near in found[0].near] == [99, 1, 2, 3, 4]


def test_a_list_has_its_own_radius_and_an_unasked_list_none() -> None:
    assert radius_by_list([VETTED, LOOSE], PDQ, MEASURES[PDQ]).tolist() == [-1, 31, -1, 10]
    assert radius_by_list([LOOSE], MD5, MEASURES[MD5]).tolist() == [-1, -1, -1, 0]
    assert radius_by_list([], PDQ, MEASURES[PDQ]).tolist() == []


@pytest.mark.parametrize(("kind", "within_bits"), [(PDQ, 257), (PDQ, -1), (MD5, 1)])
def test_a_radius_that_makes_no_sense_is_refused(kind: SignalType, within_bits: int) -> None:
    with pytest.raises(InputError, match="must be 0 "):
        check_radius(kind, MEASURES[kind], within_bits)
