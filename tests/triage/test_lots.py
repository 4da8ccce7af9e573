import pytest

from clew.errors import InputError
from clew.triage.lots import Lots, shared_out

LOTS = Lots(cuts=(0.0, 1.0), chances=(0.1, 0.5, 1.0), seed=b"secret")


def test_a_score_at_a_cut_belongs_to_the_stratum_above_it() -> None:
    assert [LOTS.lot("a", score).stratum for score in (-5.0, 0.0, 0.9, 1.0, 7.0)] == [0, 1, 1, 2, 2]


def test_each_stratum_is_drawn_at_its_chance() -> None:
    for score, chance in ((-1.0, 0.1), (0.5, 0.5), (2.0, 1.0)):
        drawn = sum(LOTS.lot(str(number), score).drawn for number in range(20_000))
        # Four standard errors of a binomial count.
        assert abs(drawn - 20_000 * chance) <= 4 * (20_000 * chance * (1 - chance)) ** 0.5


def test_who_was_drawn_at_a_low_chance_stays_drawn_when_the_score_rises() -> None:
    low = [number for number in map(str, range(2000)) if LOTS.lot(number, -1.0).drawn]
    assert low
    assert all(LOTS.lot(number, 0.5).drawn for number in low)


def test_another_seed_draws_others_and_the_same_seed_the_same() -> None:
    other = Lots(cuts=LOTS.cuts, chances=LOTS.chances, seed=b"another")
    lots = [[plan.lot(str(number), 0.5).drawn for number in range(200)] for plan in (LOTS, LOTS, other)]
    assert lots[0] == lots[1]
    assert lots[0] != lots[2]


@pytest.mark.parametrize(
    ("cuts", "chances", "seed"),
    [
        ((0.0,), (0.5,), b"s"),
        ((1.0, 1.0), (0.5, 0.5, 0.5), b"s"),
        ((), (0.0,), b"s"),
        ((), (1.1,), b"s"),
        ((), (float("nan"),), b"s"),
        ((), (0.5,), b""),
        ((), (0.5,), b"s" * 65),
    ],
)
def test_a_plan_that_cannot_be_counted_from_is_refused(cuts, chances, seed) -> None:
    with pytest.raises(InputError):
        Lots(cuts=cuts, chances=chances, seed=seed)


def test_looks_are_shared_out_by_reports_and_spread_and_used_up() -> None:
    chances = shared_out(100, [10_000, 1_000], [0.1, 0.5])
    assert chances[1] / chances[0] == pytest.approx(0.5 / 0.3)
    assert 10_000 * chances[0] + 1_000 * chances[1] == pytest.approx(100)


def test_a_stratum_that_needs_more_than_it_has_is_looked_at_whole() -> None:
    chances = shared_out(300, [10_000, 10], [0.0001, 0.5])
    assert chances[1] == 1
    assert 10_000 * chances[0] == pytest.approx(290)
    assert shared_out(1000, [10, 20], [0.1, 0.2]) == (1.0, 1.0)


@pytest.mark.parametrize("wrong", [(0, [1], [0.5]), (1, [1], [0.5, 0.5]), (1, [1], [0.0]), (1, [-1], [0.5])])
def test_looks_that_cannot_be_shared_out_are_refused(wrong) -> None:
    with pytest.raises(InputError):
        shared_out(*wrong)
