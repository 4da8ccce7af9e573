import pytest

from clew.triage.link_facts import (
    DIFFER,
    ELSEWHERE,
    LEASE_S,
    NO_ADDRESS,
    PART,
    SAME,
    SAME_ADDRESS,
    Facts,
    compare_addresses,
    compare_births,
    compare_names,
)
from tests.triage.linking import states


def test_one_slip_among_many_statements_is_a_small_agreement() -> None:
    alone = compare_births({1: 1}, {1: 1})
    slip = compare_births({2: 1}, {1: 31, 2: 1})
    assert alone is not None
    assert slip is not None
    assert (alone.level, alone.lost_bits) == (SAME, 0.0)
    assert (slip.level, slip.lost_bits) == (SAME, -4.0)  # log2(1/32) + 1


def test_two_thick_sides_with_one_statement_in_common_differ() -> None:
    found = compare_births({1: 9, 3: 1}, {2: 9, 3: 1})
    assert found is not None
    assert (found.level, found.times) == (DIFFER, 3)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (("ada", "anna"), ("ada", "anna"), SAME),
        (("ada", "anna"), ("ada", "berta"), PART),
        (("ada", "anna"), ("ada",), PART),
        (("ada", "anna"), ("bode",), DIFFER),
        (("ada",), ("ada",), PART),  # half a name is not a whole one
        (("ada",), ("bode",), None),  # one may be the first, the other the last
        (("李", "明"), ("李", "明"), SAME),
    ],
)
def test_names_are_the_same_share_a_part_or_differ(
    left: tuple[str, ...], right: tuple[str, ...], level: int | None
) -> None:
    for one, other in ((left, right), (right, left)):
        found = compare_names({one: 1}, {other: 1})
        assert (None if found is None else found.level) == level


def test_an_address_counts_within_a_lease_only() -> None:
    assert compare_addresses({"a": 0}, {"a": LEASE_S - 1}) == SAME_ADDRESS
    assert compare_addresses({"a": 0}, {"a": LEASE_S}) == NO_ADDRESS
    assert compare_addresses({"a": 0}, {"b": 10}) == ELSEWHERE
    assert compare_addresses({}, {"b": 10}) == NO_ADDRESS


def test_facts_are_the_same_in_whatever_order_reports_come() -> None:
    reports = [states(n, birth=n % 3, name=f"n{n % 2} x", ip=f"192.0.2.{n % 5}", day=n * 9) for n in range(1, 12)]
    forth, back, halves = Facts(), Facts(), Facts()
    for each in reports:
        forth.take(each)
    for each in reversed(reports):
        back.take(each)
    for part in (reports[:5], reports[5:]):
        own = Facts()
        for each in part:
            own.take(each)
        halves.add(own)
    assert forth == back == halves
