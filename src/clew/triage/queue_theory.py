"""What theory says of queues: the known answers that the simulator must give, and the bound that no order can pass.

Units: rates and times in one unit of time, as in "an hour".
"""

import math
from statistics import NormalDist

from clew.errors import InputError

_NORMAL = NormalDist()


def erlang_c(servers: int, load: float) -> float:
    """The share of arrivals that wait at all, in a line before so many equal servers (M/M/c).

    Args:
        servers: how many, 1 or more.
        load: arrivals times mean service, in servers' worth: over 0 and under `servers`.

    Source: Erlang, 1917; by the stable recursion for Erlang's B, then C = B / (1 - rho (1 - B)).
    """
    if servers < 1 or not 0 < load < servers:
        raise InputError(f"Erlang's C needs a load over 0 and under the {servers} servers, got {load:g}")
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(servers: int, load: float, mean_service: float) -> float:
    """The mean wait, first come, first served (M/M/c), in the unit of the mean service."""
    return erlang_c(servers, load) * mean_service / (servers - load)


def cobham(servers: int, loads: tuple[float, ...], mean_service: float) -> tuple[float, ...]:
    """The mean wait of each class, most urgent first, when a free server takes the first of the most urgent class.

    Args:
        servers: how many, alike for all classes; nobody is interrupted.
        loads: each class's arrivals times mean service, in servers' worth; under `servers` together.
        mean_service: the same for all classes, exponential.

    Source: Cobham, Priority Assignment in Waiting Line Problems, Operations Research 2 (1), 1954, equation 5.
    """
    first = erlang_c(servers, sum(loads)) * mean_service / servers
    waits = []
    ahead = 0.0
    for load in loads:
        upto = ahead + load / servers
        waits.append(first / ((1 - ahead) * (1 - upto)))
        ahead = upto
    return tuple(waits)


def score_distance(auc: float) -> float:
    """How far the mean score of urgent reports lies above that of others, in standard deviations of each.

    For two normal distributions of equal width, AUC = Phi(distance / sqrt 2). An AUC of 1 gives 50: no overlap.
    """
    if not 0 < auc <= 1:
        raise InputError(f"an AUC lies over 0 and is at most 1, got {auc:g}")
    return 50.0 if auc == 1 else math.sqrt(2) * _NORMAL.inv_cdf(auc)


def seen_in_the_long_run(auc: float, overload: float) -> float:
    """The share of urgent reports that an order by score alone ever reaches, when they are few.

    Under lasting overload only the top 1/overload of all scores is reached: Phi(distance - Phi^-1(1 - 1/overload)).

    Args:
        auc: of the score, for two normal distributions of equal width.
        overload: the work that arrives over what the staff can do; 1 or less reaches everything.
    """
    distance = score_distance(auc)
    return 1.0 if overload <= 1 else _NORMAL.cdf(distance - _NORMAL.inv_cdf(1 - 1 / overload))
