"""At what hours an account sleeps, and which countries' nights those are: the weakest of the votes.

The quietest six hours in a row of the day are taken for the night, whose middle people's clocks show as about half past
three. Summer time and early risers move that by an hour, so countries within one hour of the offset share the vote.

Source: a judgement; work on time zones of users of the web uses the same trough of the daily curve.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

# Fewer moments, or fewer days, show no habit.
_LEAST_MOMENTS, _LEAST_DAYS = 40, 10
_NIGHT_HOURS = 6
_MIDDLE_OF_NIGHT = 3.5
# Of evenly spread moments a quarter falls into six hours; a night has hardly any.
_MOST_IN_NIGHT = 0.05
_NEAR_HOURS = 1.0
_DAY_HOURS = 24

# Standard time in hours ahead of UTC. Countries with several stand at each where many people live.
_OFFSETS: dict[float, str] = {
    -10: "US PF",
    -9: "US",
    -8: "US CA MX",
    -7: "US CA MX",
    -6: "US CA MX BZ CR GT HN NI SV",
    -5: "US CA CU HT JM PA BS CO EC PE BR",
    -4: "CA BO BR CL DO GY PR PY VE TT BB",
    -3: "AR BR UY SR GF GL",
    -1: "CV",
    0: "GB IE PT IS GH CI SN ML BF GM GN GW LR MR SL TG",
    1: "AL AD AT BA BE HR CZ DK FR DE HU IT LI LU MK MT MC ME NL NO PL RS SM SK SI ES SE CH XK DZ TN MA NG CM TD CD CG "
    "GA NE BJ AO",
    2: "BG CY EE FI GR LV LT MD RO UA EG IL JO LB LY PS SY ZA BW LS MW MZ NA RW BI SD SS SZ ZM ZW CD RU",
    3: "BY TR RU IQ KW QA SA BH YE KE ET SO TZ UG DJ ER MG",
    3.5: "IR",
    4: "AE OM AM AZ GE MU RU",
    4.5: "AF",
    5: "PK UZ TM TJ MV KZ RU",
    5.5: "IN LK",
    5.75: "NP",
    6: "BD BT KG RU",
    6.5: "MM",
    7: "TH VN KH LA ID RU MN",
    8: "CN HK MO TW SG MY PH BN ID AU RU MN",
    9: "JP KR KP TL ID RU",
    9.5: "AU",
    10: "AU PG RU",
    11: "SB NC VU RU",
    12: "NZ FJ RU",
}


def are_enough(moments: Sequence[datetime]) -> bool:
    """Whether so many moments on so many days can show a habit at all."""
    return len(set(moments)) >= _LEAST_MOMENTS and len({each.date() for each in moments}) >= _LEAST_DAYS


def countries_of(moments: Sequence[datetime]) -> tuple[str, ...] | str:
    """The countries in whose night nobody used the account; or why the moments, though enough, show none."""
    distinct = set(moments)
    by_hour = np.bincount([each.hour for each in distinct], minlength=_DAY_HOURS)
    around = np.concatenate([by_hour, by_hour[: _NIGHT_HOURS - 1]])
    nights = np.convolve(around, np.ones(_NIGHT_HOURS, np.int64), "valid")
    least = int(nights.min())
    if least > _MOST_IN_NIGHT * len(distinct):
        return "the account is used at every hour, so no night shows"
    quiet = np.flatnonzero(nights == least)
    begin = _middle(quiet)
    if begin is None:
        return "several parts of the day are equally quiet"
    offset = (_MIDDLE_OF_NIGHT - begin - _NIGHT_HOURS / 2) % _DAY_HOURS
    found = {
        country
        for hours, line in _OFFSETS.items()
        for country in line.split()
        if abs((hours - offset + _DAY_HOURS / 2) % _DAY_HOURS - _DAY_HOURS / 2) <= _NEAR_HOURS
    }
    return tuple(sorted(found)) or "nobody lives where it would be night then"


def _middle(hours: NDArray[np.intp]) -> float | None:
    """The middle of hours that follow one another around the clock; None when they do not."""
    gaps = np.diff(np.append(hours, hours[0] + _DAY_HOURS))
    if (gaps > 1).sum() != 1:
        return None
    first = int(hours[(int(np.argmax(gaps)) + 1) % len(hours)])
    return float((first + (len(hours) - 1) / 2) % _DAY_HOURS)
