import numpy as np

from clew.kernels.found import Neighbours, merge


def answer(matches, totals):
    query, entry_id, list_number, row, distance = zip(*matches, strict=True) if matches else ((),) * 5
    return Neighbours(
        np.array(query, np.uint32),
        np.array(entry_id, np.int64),
        np.array(list_number, np.uint32),
        np.array(row, np.uint32),
        np.array(distance, np.uint16),
        np.array(totals, np.uint64),
    )


def test_answers_of_segments_are_merged_by_query_distance_and_entry():
    first = answer([(0, 50, 1, 0, 3), (2, 9, 1, 1, 0)], [1, 0, 1])
    second = answer([(0, 40, 2, 5, 3), (0, 99, 2, 6, 1), (1, 7, 2, 7, 30)], [2, 1, 0])

    merged = merge([first, second], limit=10)

    assert merged.query.tolist() == [0, 0, 0, 1, 2]
    assert merged.entry_id.tolist() == [99, 40, 50, 7, 9]
    assert merged.list.tolist() == [2, 2, 1, 2, 1]
    assert merged.totals.tolist() == [3, 1, 1]
    assert merged.totals.dtype == np.uint64


def test_a_merged_answer_keeps_the_limit_for_each_query():
    first = answer([(0, entry, 1, 0, 2) for entry in range(5)] + [(1, 3, 1, 0, 0)], [50, 1])
    second = answer([(0, entry, 1, 0, 1) for entry in range(10, 13)], [3, 0])

    merged = merge([first, second], limit=4)

    assert merged.entry_id.tolist() == [10, 11, 12, 0, 3]
    assert merged.totals.tolist() == [53, 1]


def test_answers_without_matches_are_merged():
    assert merge([answer([], [0, 0]), answer([], [0, 0])], limit=4).totals.tolist() == [0, 0]
