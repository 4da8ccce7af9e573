"""Victims and reporters: whose values stand in a report beside the subject's, or by mistake in the subject's place."""

from dataclasses import dataclass

import numpy as np

from benchmarks.linking_reports.codes import KINDS, SERVICES, Numbers, scatter
from benchmarks.linking_reports.columns import ROLES, Bystanders
from benchmarks.linking_reports.draw import Flags, mix
from benchmarks.linking_reports.world import World

ALWAYS_THE_SAME = 0.5  # assumed: share of reports that speak of the one bystander of their subject
REPORTS_A_BYSTANDER = 3  # assumed: mean, heavy-tailed: one victim is met by several subjects
VICTIM = 0.6  # assumed: the rest are those who report
NAMED_BY = ("account", "email", "phone")  # what a bystander is named by
EMAIL_SHARE = 0.5  # assumed: of misplaced values; the rest are phones


@dataclass(frozen=True, slots=True)
class Passers:
    """Per report, before sorting, who else is in it.

    Attributes:
        who: the bystander that the report would speak of.
        misplaced: by kind, where their value stands in the subject's field.
    """

    who: Numbers
    misplaced: dict[str, Flags]


def raw_value(world: World, kind: str, who: Numbers) -> Numbers:
    """A bystander's value of a kind; above all that people hold."""
    end = world.people.held[kind].end
    return (end + who) * SERVICES + who % SERVICES if kind == "account" else end + who


def bystander_room(world: World) -> int:
    """How many bystanders there are: so many raw numbers above `Held.end` are theirs."""
    return max(1, int(world.count * world.profile.bystander) // REPORTS_A_BYSTANDER)


def make_passers(world: World) -> Passers:
    draw, room = world.draw("bystanders"), bystander_room(world)
    same = draw.happens(ALWAYS_THE_SAME, world.count)
    own = (mix(world.person, world.seed) % np.uint64(room)).astype(np.int64)
    misplaced = world.gives(world.profile.misplaced, "errs", "misplaced")
    email = draw.happens(EMAIL_SHARE, world.count)
    return Passers(
        who=np.where(same, own, draw.popular(room, world.count, 2)),
        misplaced={"email": misplaced & email, "phone": misplaced & ~email},
    )


def make_bystanders(world: World, passers: Passers, place: Numbers) -> Bystanders:
    """The stated ones as a table. `place`: the number that each report gets when they are sorted."""
    rows = np.flatnonzero(world.gives(world.profile.bystander, "personal", "stated"))
    draw = world.draw("stated values")
    kind = draw.below(len(NAMED_BY), len(rows))
    victim = draw.happens(VICTIM, len(rows))
    codes = np.zeros(len(rows), np.int32)
    for each, name in enumerate(NAMED_BY):
        mine = kind == each
        codes[mine] = scatter(raw_value(world, name, passers.who[rows[mine]]))
    order = np.argsort(place[rows])
    return Bystanders(
        report=place[rows][order].astype(np.int32),
        kind=np.array([KINDS.index(name) for name in NAMED_BY], np.uint8)[kind][order],
        code=codes[order],
        role=np.where(victim, ROLES.index("victim"), ROLES.index("reporter")).astype(np.uint8)[order],
    )
