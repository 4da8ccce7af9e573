"""People's acts on clusters: any order of them, undone, leaves the state that there was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import ClewError, ConflictError, InputError, NotFoundError
from clew.records.identifiers import IntakeNumber
from clew.records.linking import EdgeState
from clew.records.mention import IdentifierKind
from clew.triage.link import Linker
from clew.triage.link_memory import MemoryState
from clew.triage.link_split import Reversal, clear, merge, split_evidence, split_reports, undo
from clew.triage.link_state import Key
from tests.triage.linking import clusters, linked, states

EMAIL: Key = (IdentifierKind.EMAIL, "a")
PHONE: Key = (IdentifierKind.PHONE, "5")


def n(number: int) -> IntakeNumber:
    return IntakeNumber(number)


def pair_by_phone() -> MemoryState:
    """Reports 1 and 2 of one e-mail, 3 and 4 of another, all four joined by report 3's phone."""
    return linked(
        states(1, "email:a", "phone:5"), states(2, "email:a"), states(3, "email:b", "phone:5"), states(4, "email:b")
    )


def test_a_split_parts_what_the_value_alone_held_together() -> None:
    state = pair_by_phone()
    assert clusters(state, range(1, 5)) == [[1, 2, 3, 4]]
    split_evidence(state, n(3), PHONE)
    assert clusters(state, range(1, 5)) == [[1, 2], [3, 4]]


def test_a_split_twice_is_a_split_once() -> None:
    state = pair_by_phone()
    split_evidence(state, n(3), PHONE)
    assert split_evidence(state, n(3), PHONE) == Reversal()
    assert clusters(state, range(1, 5)) == [[1, 2], [3, 4]]


def test_a_split_stops_the_same_join_by_other_reports() -> None:
    state = pair_by_phone()
    split_evidence(state, n(3), PHONE)
    Linker(state).take(states(5, "email:a", "email:b"))
    Linker(state).take(states(6, "email:b", "phone:5"))
    assert state.label(n(1)) != state.label(n(3))


def test_a_report_stays_where_other_evidence_holds_it() -> None:
    state = linked(states(1, "email:a", "phone:5"), states(2, "email:a", "phone:5"))
    split_evidence(state, n(2), PHONE)
    assert clusters(state, range(1, 3)) == [[1, 2]]
    split_evidence(state, n(2), EMAIL)
    assert clusters(state, range(1, 3)) == [[1], [2]]


def test_the_others_stay_together_when_the_report_that_brought_the_value_is_split_off() -> None:
    state = linked(states(1, "email:a"), states(2, "email:a"), states(3, "email:a"))
    split_evidence(state, n(1), EMAIL)
    assert clusters(state, range(1, 4)) == [[1], [2, 3]]
    Linker(state).take(states(4, "email:a"))
    assert state.label(n(4)) == 2


def test_reports_taken_out_keep_their_own_links_and_the_value_is_at_home_with_both() -> None:
    state = linked(*(states(number, "email:a") for number in range(1, 6)))
    split_reports(state, [n(2), n(4)])
    assert clusters(state, range(1, 6)) == [[1, 3, 5], [2, 4]]
    value = state.find_value(EMAIL)
    assert value is not None
    assert [holder.report for holder in value.holders] == [1, 2]


def test_a_person_merges_what_a_person_has_not_split() -> None:
    state = linked(states(1, "email:a"), states(2, "email:b"))
    merge(state, n(1), n(2))
    assert clusters(state, range(1, 3)) == [[1, 2]]
    parted = pair_by_phone()
    split_evidence(parted, n(3), PHONE)
    with pytest.raises(ConflictError, match="undo that split first"):
        merge(parted, n(2), n(4))


def test_who_is_cleared_is_linked_to_nothing_and_stays_so() -> None:
    state = pair_by_phone()
    clear(state, state.cluster(n(1)))
    assert clusters(state, range(1, 5)) == [[1], [2], [3], [4]]
    Linker(state).take(states(5, "email:a"))
    assert clusters(state, range(1, 6)) == [[1], [2], [3], [4], [5]]


def test_bad_requests_are_refused() -> None:
    state = pair_by_phone()
    with pytest.raises(NotFoundError):
        split_evidence(state, n(1), (IdentifierKind.EMAIL, "z"))
    with pytest.raises(InputError):
        split_reports(state, [n(1), n(2), n(3), n(4)])
    with pytest.raises(InputError):
        split_reports(linked(states(1, "email:a"), states(2, "email:b")), [n(1), n(2)])


def image(state: MemoryState, count: int) -> object:
    """All that is known, without the order in which it is kept."""
    numbers = [n(number) for number in range(1, count + 1)]
    found = {state.cluster(number).id: state.cluster(number) for number in numbers}
    evidence = {(number, each.key): each for number in numbers for each in state.of_report(number)}
    values = {each.key: state.find_value(each.key) for each in evidence.values()}
    said = {(number, same): set(state.judged(number, same=same)) for number in numbers for same in (True, False)}
    return (
        {key: (sorted(each.members), each.facts, each.apart) for key, each in found.items()},
        {key: (each.state, each.home, each.prior_bits, each.facts_bits) for key, each in evidence.items()},
        {key: repr(value) for key, value in values.items()},
        said,
    )


KINDS = st.sampled_from(["email", "phone", "account"])
REPORT = st.tuples(
    st.lists(st.tuples(KINDS, st.integers(0, 6)), min_size=1, max_size=3, unique_by=lambda each: each[0]),
    st.one_of(st.none(), st.integers(1, 3)),
)
ACTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12)


def act(state: MemoryState, count: int, drawn: tuple[int, int, int]) -> Reversal:
    which, one, other = drawn
    report = n(one % count + 1)
    if which == 0:
        evidence = state.of_report(report)
        return split_evidence(state, report, evidence[other % len(evidence)].key) if evidence else Reversal()
    if which == 1:
        members = sorted(state.cluster(report).members)
        return split_reports(state, members[1 + other % len(members) :] or members[:1])
    if which == 2:
        return merge(state, report, n(other % count + 1))
    return clear(state, state.cluster(report))


@settings(max_examples=300, deadline=None)
@given(st.lists(REPORT, min_size=2, max_size=30), ACTS)
def test_any_sequence_of_acts_undone_returns_the_exact_former_state(
    drawn: list[tuple[list[tuple[str, int]], int | None]], acts: list[tuple[int, int, int]]
) -> None:
    count = len(drawn)
    state = linked(
        *(
            states(place, *(f"{k}:{v}" for k, v in values), birth=birth)
            for place, (values, birth) in enumerate(drawn, 1)
        )
    )
    images, done = [image(state, count)], []
    for each in acts:
        try:
            done.append(act(state, count, each))
        except ClewError:
            continue  # refused: nothing was changed
        images.append(image(state, count))
    assert image(state, count) == images.pop()
    for reversal in reversed(done):
        undo(state, reversal)
        assert image(state, count) == images.pop()


@settings(max_examples=100, deadline=None)
@given(st.lists(REPORT, min_size=2, max_size=30))
def test_a_join_split_at_its_evidence_leaves_the_clusters_that_were_before_it(
    drawn: list[tuple[list[tuple[str, int]], int | None]],
) -> None:
    reports = [states(place, *(f"{k}:{v}" for k, v in values)) for place, (values, _) in enumerate(drawn, 1)]
    before, state = linked(*reports[:-1]), linked(*reports)
    last = reports[-1].number
    if before.changes != state.changes or any(each.state is EdgeState.REVOKED for each in state.of_report(last)):
        return  # the last report did more than join
    for each in state.of_report(last):
        split_evidence(state, last, each.key)
    former = [[*each] for each in clusters(before, range(1, len(reports)))]
    assert clusters(state, range(1, len(reports) + 1)) == sorted([*former, [int(last)]])
