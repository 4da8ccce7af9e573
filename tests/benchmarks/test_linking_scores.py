import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.linking_reports import ANOTHERS, JUNK, KINDS, OWN, Bystanders, Reports, Truth
from benchmarks.linking_reports.scores import ceiling_labels, components, exact_labels, score
from clew.errors import InputError

LABELLED = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40)


def reports_of(codes, standing, person):
    """Reports with nothing but the identifiers that a test writes down, and their truth."""
    count = len(person)
    empty = {kind: np.zeros(count, np.int32) for kind in KINDS}
    reports = Reports(
        sender=np.zeros(count, np.uint8),
        received=np.arange(count),
        codes=empty | {kind: np.array(each, np.int32) for kind, each in codes.items()},
        verified=np.zeros(count, np.uint8),
        first_name=np.zeros(count, np.int32),
        last_name=np.zeros(count, np.int32),
        birth_day=np.zeros(count, np.int32),
        ip=np.zeros(count, np.uint32),
        port=np.zeros(count, np.uint16),
        file=np.zeros(count, np.int32),
        bystanders=Bystanders(
            report=np.zeros(0, np.int32),
            kind=np.zeros(0, np.uint8),
            code=np.zeros(0, np.int32),
            role=np.zeros(0, np.uint8),
        ),
    )
    stands = {kind: np.zeros(count, np.uint8) for kind in KINDS}
    stands |= {kind: np.array(each, np.uint8) for kind, each in standing.items()}
    return reports, Truth(person=np.array(person, np.int32), standing=stands)


def by_hand(labels, person):
    pairs = [(a, b) for a in range(len(labels)) for b in range(a)]
    true = {(a, b) for a, b in pairs if person[a] == person[b]}
    found = {(a, b) for a, b in pairs if labels[a] == labels[b]}
    return len(true), len(found), len(true & found)


def test_a_set_worked_by_hand():
    # People {0,1,2} {3,4} {5}; clusters {0,1} {2,3,4} {5}. True pairs 3+1, found 1+3, both 1+1.
    got = score(np.array([7, 7, 9, 9, 9, 4]), np.array([0, 0, 0, 1, 1, 2]))
    assert (got.true_pairs, got.found_pairs, got.both_pairs) == (4, 4, 2)
    assert (got.precision, got.recall, got.f1) == (0.5, 0.5, 0.5)
    assert (got.largest_true, got.largest_found) == (3, 3)


@given(LABELLED)
def test_counts_are_those_of_all_pairs(rows):
    labels, person = np.array([a for a, _ in rows], int), np.array([b for _, b in rows], int)
    got = score(labels, person)
    assert (got.true_pairs, got.found_pairs, got.both_pairs) == by_hand(labels, person)


@given(LABELLED, st.permutations(range(7)), st.permutations(range(7)), st.randoms())
def test_other_labels_and_another_order_change_nothing(rows, clusters, people, random):
    labels, person = np.array([a for a, _ in rows], int), np.array([b for _, b in rows], int)
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    order = np.array(shuffled, int)
    renamed = score(np.array(clusters)[labels][order] - 3, np.array(people)[person][order] * 1000)
    assert renamed == score(labels, person)


@given(LABELLED)
def test_the_truth_scores_one_and_swapping_the_two_swaps_precision_and_recall(rows):
    labels, person = np.array([a for a, _ in rows], int), np.array([b for _, b in rows], int)
    assert (score(person, person).precision, score(person, person).recall) == (1, 1)
    one, other = score(labels, person), score(person, labels)
    assert (one.precision, one.recall) == (other.recall, other.precision)


def test_a_cluster_of_a_million_is_counted_without_its_pairs():
    got = score(np.zeros(1_000_000, int), np.arange(1_000_000) // 2)
    assert got.found_pairs == 499_999_500_000
    assert got.both_pairs == got.true_pairs == 500_000


def test_nothing_found_is_precise_and_nothing_to_find_is_found():
    assert score(np.arange(3), np.zeros(3, int)).precision == 1
    assert score(np.zeros(3, int), np.arange(3)).recall == 1
    assert score(np.zeros(0, int), np.zeros(0, int)).f1 == 1


def test_labels_of_another_number_of_reports_are_refused():
    with pytest.raises(InputError, match="expected one label"):
        score(np.zeros(3, int), np.zeros(4, int))


def test_a_share_of_the_ceiling_is_of_the_same_truth():
    best = score(np.array([0, 0, 1, 1]), np.zeros(4, int))  # 2 of 6 pairs
    assert score(np.array([0, 0, 1, 2]), np.zeros(4, int)).of_ceiling(best) == 0.5
    with pytest.raises(InputError, match="true pairs"):
        score(np.array([0, 0]), np.array([0, 0])).of_ceiling(best)


@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60))
def test_components_are_those_that_walking_finds(count, edges):
    edges = [(a % count, b % count) for a, b in edges]
    lowest = list(range(count))
    for _ in range(count):
        for a, b in edges:
            lowest[a] = lowest[b] = min(lowest[a], lowest[b])
    cut = len(edges) // 2
    batches = [np.array(each, int).reshape(-1, 2).T for each in (edges[:cut], edges[cut:])]
    assert components(count, [(a, b) for a, b in batches]).tolist() == lowest


def test_a_long_chain_is_one_component():
    places = np.random.default_rng(1).permutation(100_000)
    assert not components(100_000, [(places[1:], places[:-1])]).any()


def test_the_ceiling_joins_by_what_is_the_persons_own_alone():
    # Person 1 by one phone, then by e-mail; report 3 gives person 1's phone as someone else's; 4 and 5 share junk.
    reports, truth = reports_of(
        {"phone": [8, 8, 0, 8, 0, 0], "email": [0, 5, 5, 0, 1, 1]},
        {"phone": [OWN, OWN, 0, ANOTHERS, 0, 0], "email": [0, OWN, OWN, 0, JUNK, JUNK]},
        [1, 1, 1, 2, 3, 3],
    )
    assert ceiling_labels(reports, truth).tolist() == [0, 0, 0, 3, 4, 5]
    assert exact_labels(reports, KINDS).tolist() == [0, 0, 0, 0, 4, 4]
    assert exact_labels(reports, ["email"]).tolist() == [0, 1, 1, 3, 4, 4]


def test_a_number_that_changed_hands_joins_each_holders_reports_and_not_the_holders():
    reports, truth = reports_of({"phone": [8, 8, 8, 8]}, {"phone": [OWN] * 4}, [1, 1, 2, 2])
    assert ceiling_labels(reports, truth).tolist() == [0, 0, 2, 2]
    codes, people = truth.owners(reports.codes, "phone")
    assert (codes.tolist(), people.tolist()) == ([8, 8], [1, 2])


def test_equal_numbers_of_two_kinds_join_nothing():
    reports, truth = reports_of({"phone": [8, 0], "email": [0, 8]}, {"phone": [OWN, 0], "email": [0, OWN]}, [1, 1])
    assert ceiling_labels(reports, truth).tolist() == [0, 1]
    assert exact_labels(reports, KINDS).tolist() == [0, 1]
