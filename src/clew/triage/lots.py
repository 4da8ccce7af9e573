"""The lots of the audit: which reports a person looks at whatever their score, each with a known chance.

A report's lot is a number that only its id and the installation's seed fix, so that nobody who sends can aim at it, and
it stays the same however often the report is scored. It is drawn when the lot lies under the chance of the report's
stratum of scores. The chance is known before anybody looks and does not depend on how the queue runs: that is what the
Horvitz-Thompson estimate of `clew.measurement.miss_rate` needs.

Source: Särndal, Swensson, Wretman, Model Assisted Survey Sampling, 1992, sections 3.5 (Poisson sampling) and 3.7.3
(optimum allocation). Permanent random numbers: Brewer, Early, Joyce, Australian Journal of Statistics 14, 1972.
"""

import bisect
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from clew.errors import InputError
from clew.records.triage import Lot

_LOTS = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """The plan of an audit.

    Attributes:
        cuts: ascending scores that part the strata: stratum 0 lies under cuts[0], the last at or above the last cut.
        chances: for each stratum, lowest scores first, the chance of being drawn: over 0, for a report that cannot be
            drawn cannot be counted, and at most 1.
        seed: 1 to 64 secret bytes of the installation; kept as long as the plan's draws are counted.
    """

    cuts: tuple[float, ...]
    chances: tuple[float, ...]
    seed: bytes

    def __post_init__(self) -> None:
        if len(self.chances) != len(self.cuts) + 1:
            raise InputError(f"{len(self.cuts)} cuts part {len(self.cuts) + 1} strata, got {len(self.chances)} chances")
        if any(low >= high for low, high in zip(self.cuts, self.cuts[1:], strict=False)):
            raise InputError("the cuts between strata must ascend; sort them and leave out doubles")
        if not all(0 < chance <= 1 for chance in self.chances):
            raise InputError("each chance lies over 0 and is at most 1; a stratum without one has no miss rate")
        if not 1 <= len(self.seed) <= hashlib.blake2b.MAX_KEY_SIZE:
            raise InputError(f"the seed has 1 to {hashlib.blake2b.MAX_KEY_SIZE} bytes, got {len(self.seed)}")

    def lot(self, report: str, score: float) -> Lot:
        """The lot of a report with that id and score; the number is kept when the score changes, the chance is not."""
        stratum = bisect.bisect_right(self.cuts, score)
        number = hashlib.blake2b(report.encode(), digest_size=8, key=self.seed).digest()
        chance = self.chances[stratum]
        return Lot(stratum=stratum, chance=chance, drawn=int.from_bytes(number, "big") < chance * _LOTS)


def shared_out(looks: float, reports: Sequence[int], urgent_shares: Sequence[float]) -> tuple[float, ...]:
    """The chance of each stratum that makes the miss rate most certain for so many looks.

    Looks go to strata in proportion to their reports times the standard deviation within (Neyman). A stratum that would
    need more than it has is looked at whole, and what it leaves goes to the others.

    Args:
        looks: reports that the audit can look at in a period, over 0.
        reports: how many reports the period brings in each stratum.
        urgent_shares: what is believed of each, over 0 and under 1; a wrong belief costs precision, never truth.

    Raises:
        InputError: the numbers do not fit one another.
    """
    if looks <= 0 or len(reports) != len(urgent_shares) or min(reports, default=0) < 0:
        raise InputError("share out over 0 looks over strata that each have a count of reports and an urgent share")
    if not all(0 < share < 1 for share in urgent_shares):
        raise InputError(
            "each stratum's urgent share lies between 0 and 1; where none was ever found, guess a small one"
        )
    spread = [math.sqrt(share * (1 - share)) for share in urgent_shares]
    whole: set[int] = set()
    while True:
        left = looks - sum(reports[number] for number in whole)
        rest = [number for number in range(len(reports)) if number not in whole]
        weight = sum(reports[number] * spread[number] for number in rest)
        if not weight:
            return (1.0,) * len(reports)
        per_spread = left / weight
        over = [number for number in rest if spread[number] * per_spread >= 1]
        if not over:
            return tuple(1.0 if number in whole else spread[number] * per_spread for number in range(len(reports)))
        whole.update(over)
