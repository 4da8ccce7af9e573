"""Simulate a site's triage before deciding: its figures from a file, every order over the same reports."""

import dataclasses
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from clew.errors import InputError
from clew.triage.queue import Rule
from clew.triage.simulate import Order, Outcome, Staffing, demand_target, simulate, staff_for
from clew.triage.site import HOURS_A_DAY, Site

# A search tries so many staffs; each costs what one simulation of the order does.
_TRIES_OF_SEARCH = 20
# Which orders are searched for: those by which Clew can work.
SEARCHED = (Order.RESERVE, Order.BUNDLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What is to be simulated.

    Attributes:
        target: share of urgent reports to be seen `within`; None searches no staff.
    """

    site: Site
    rule: Rule
    seed: int = 1
    target: float | None = None
    within: str = "1 h"

    @property
    def reports(self) -> int:
        """How many reports are gone through, over all orders and tries: what it costs."""
        of_site = self.site.days * sum(self.site.arriving(hour) for hour in range(HOURS_A_DAY))
        if self.site.bursts is not None:
            of_site *= max(1.0, self.site.bursts.times)
        rows = {order: 1 / self.site.reports_per_bundle if order.bundled else 1.0 for order in Order}
        runs = sum(rows.values())
        if self.target is not None:
            runs += _TRIES_OF_SEARCH * sum(rows[order] for order in SEARCHED)
        return int(of_site * runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came of it: one outcome an order, and for those searched the fewest people, or why there are none."""

    outcomes: tuple[Outcome, ...]
    staffs: dict[Order, Staffing | str]


def read_site(path: Path) -> Site:
    """The site of a TOML or JSON file; what the file does not say is the stated example's.

    Raises:
        InputError: it is no such file, names something that a site does not have, or a figure cannot be.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} could not be read as text: {type(error).__name__}; give a TOML or JSON file"
        ) from None
    try:
        given = msgspec.json.decode(text) if path.suffix == ".json" else tomllib.loads(text)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        form = "JSON" if path.suffix == ".json" else "TOML"
        raise InputError(f"{path.name} is no {form}: {error}; the name ends in .toml or .json") from None
    if not isinstance(given, dict):
        raise InputError(f"{path.name} must hold one object of figures; see docs/methods/queue.md")
    known = {field.name for field in dataclasses.fields(Site)}
    if unknown := sorted(set(given) - known):
        raise InputError(f"{path.name}: a site has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    try:
        return msgspec.convert(given, Site)
    except msgspec.ValidationError as error:
        raise InputError(f"{path.name}: {error}; see docs/methods/queue.md") from None


def compare(
    site: Site, orders: Sequence[Order], *, rule: Rule, seed: int, done: Callable[[], None] | None = None
) -> list[Outcome]:
    """What becomes of urgent reports under each order, in the order asked for; `done` is called after each."""
    outcomes = []
    for order in orders:
        outcomes.append(simulate(site, order, rule=rule, seed=seed))
        if done is not None:
            done()
    return outcomes


def search_staff(site: Site, order: Order, *, rule: Rule, seed: int, target: float, within: str) -> Staffing | str:
    """The staff, or why there is none: an order that cannot reach the target is an answer, not an error."""
    try:
        return staff_for(site, order, rule=rule, seed=seed, target=target, within=within)
    except InputError as error:
        return str(error)


def run_simulation(asked: Simulation) -> Simulated:
    """Every order over the same reports, and the staff for the target where one is asked for.

    Raises:
        InputError: the target is none.
    """
    if asked.target is not None:
        demand_target(asked.target, asked.within)
    outcomes = compare(asked.site, list(Order), rule=asked.rule, seed=asked.seed)
    staffs = {}
    if asked.target is not None:
        for order in SEARCHED:
            staffs[order] = search_staff(
                asked.site, order, rule=asked.rule, seed=asked.seed, target=asked.target, within=asked.within
            )
    return Simulated(outcomes=tuple(outcomes), staffs=staffs)
