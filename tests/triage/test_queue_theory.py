import pytest

from clew.errors import InputError
from clew.triage.queue_theory import cobham, erlang_c, mean_wait, score_distance, seen_in_the_long_run


def test_one_server_waits_as_often_as_it_is_busy() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert mean_wait(1, 0.7, 2.0) == pytest.approx(0.7 * 2 / 0.3)


def test_two_servers_wait_as_the_closed_form_says() -> None:
    # M/M/2: C = 2 rho^2 / (1 + rho).
    assert erlang_c(2, 1.2) == pytest.approx(2 * 0.36 / 1.6)


def test_cobham_at_eighteen_servers_gives_the_published_hours() -> None:
    urgent, other = cobham(18, (0.05 * 16.2, 0.95 * 16.2), 0.05)
    assert (round(urgent, 6), round(other, 5)) == (0.001659, 0.01659)
    assert round(mean_wait(18, 16.2, 0.05), 5) == 0.01584


def test_priority_moves_waiting_and_makes_none() -> None:
    """Kleinrock's conservation law: the load-weighted waits are those of first come, first served."""
    loads = (0.4, 1.1, 0.9)
    waits = cobham(3, loads, 0.25)
    assert sum(load * wait for load, wait in zip(loads, waits, strict=True)) == pytest.approx(
        sum(loads) * mean_wait(3, sum(loads), 0.25)
    )


@pytest.mark.parametrize(
    ("auc", "top_tenth"), [(0.75, 0.372), (0.85, 0.573), (0.93, 0.790), (0.95, 0.852), (0.99, 0.978), (0.995, 0.991)]
)
def test_the_closed_form_gives_the_known_shares(auc: float, top_tenth: float) -> None:
    assert round(seen_in_the_long_run(auc, 10), 3) == top_tenth


def test_no_overload_reaches_everything_and_a_blind_score_its_share() -> None:
    assert seen_in_the_long_run(0.6, 0.9) == 1
    assert seen_in_the_long_run(0.5, 4) == pytest.approx(0.25)


@pytest.mark.parametrize("wrong", [0.0, -1.0, 1.2])
def test_what_is_no_auc_is_refused(wrong: float) -> None:
    with pytest.raises(InputError):
        score_distance(wrong)


@pytest.mark.parametrize(("servers", "load"), [(0, 0.5), (2, 2.0), (2, 0.0)])
def test_a_line_that_never_settles_is_refused(servers: int, load: float) -> None:
    with pytest.raises(InputError):
        erlang_c(servers, load)
