"""The identifier in each subject's field: the person's own, then what life and senders make of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking_reports.bystanders import Passers, bystander_room, raw_value
from benchmarks.linking_reports.codes import JUNK_VALUES, LOOK_ALIKE, SERVICES, Numbers
from benchmarks.linking_reports.columns import ANOTHERS, JUNK, MISTYPED, OWN, SHARED
from benchmarks.linking_reports.draw import Flags
from benchmarks.linking_reports.people import AT_HOME
from benchmarks.linking_reports.profile import PLATFORMS, SENDERS
from benchmarks.linking_reports.world import World, slot

CAFE_REPORTS = 40  # assumed: reports from one café's device
GROUP_REPORTS = 200  # assumed: reports of the whole world for each group that can be joined
FLOOD_JUNK = 0.3  # assumed: share of the flood with a placeholder for an account
_HABIT = {"email": "contact", "phone": "contact", "device": "technical", "wallet": "technical", "group": "technical"}


@dataclass(slots=True)
class Field:
    """One kind's column while it is written, unsorted: raw numbers (0: not given), what each is, who verified it."""

    raw: Numbers
    standing: NDArray[np.uint8]
    verified: Flags

    def put(self, rows: Flags | Numbers, raw: Numbers | int, standing: int) -> None:
        self.raw[rows] = raw
        self.standing[rows] = standing


def make_field(kind: str, world: World, passers: Passers) -> Field:
    """The column of one kind. Later lines win over earlier ones, as a placeholder wins over what was known."""
    field = _accounts(world) if kind == "account" else _given(kind, world)
    unused = world.people.held[kind].end + bystander_room(world)
    draw = world.draw(f"noise {kind}")
    if kind != "group":
        wrong = world.gives(world.profile.mistyped, "errs", f"mistyped {kind}") & (field.raw > 0)
        slip = unused + world.count + np.flatnonzero(wrong)
        field.put(wrong, slip * SERVICES + field.raw[wrong] % SERVICES if kind == "account" else slip, MISTYPED)
    if kind == "device":
        _shared_devices(field, world, unused)
    if kind == "wallet":
        _paid(field, world)
    if kind == "group":
        _joined(field, world, unused)
    if kind in passers.misplaced:
        rows = passers.misplaced[kind]
        field.put(rows, raw_value(world, kind, passers.who[rows]), ANOTHERS)
    if kind in JUNK_VALUES:
        rate = getattr(world.profile, f"junk_{kind}")
        rows = world.gives(rate, "errs", f"junk {kind}")
        if kind == "account":
            rows[world.known :] = draw.happens(FLOOD_JUNK, world.count - world.known)
        field.put(rows, 1 + draw.popular(JUNK_VALUES[kind], int(rows.sum()), 2), JUNK)
    field.verified &= np.isin(field.standing, [OWN, SHARED])
    return field


def _given(kind: str, world: World) -> Field:
    """The person's own value, in the reports that give one."""
    rate = getattr(world.profile, kind)
    rows = np.flatnonzero(world.gives(rate, _HABIT[kind], f"given {kind}"))
    field = Field(np.zeros(world.count, np.int64), np.zeros(world.count, np.uint8), np.zeros(world.count, bool))
    places = slot(world.people, kind, world.person[: world.known], world.time_s[: world.known], world.seed)
    field.put(rows, world.people.held[kind].raw[places[rows]], OWN)
    if kind in {"email", "phone"}:
        trusted = np.array([each.verified for each in SENDERS])[world.sender]
        field.verified = world.draw(f"verified {kind}").happens(trusted, world.count)
    return field


def _accounts(world: World) -> Field:
    """A lasting account or one thrown away, on the same service; a platform knows its own accounts for certain."""
    draw, profile, held = world.draw("accounts"), world.profile, world.people.held["account"]
    field = Field(np.zeros(world.count, np.int64), np.zeros(world.count, np.uint8), world.sender < PLATFORMS)
    field.put(np.arange(world.known), held.raw[world.account], OWN)
    rows = np.flatnonzero(draw.happens(profile.thrown_away, world.known))
    once = held.end + bystander_room(world) + rows
    field.raw[rows] = once * SERVICES + held.services[world.account[rows]]
    alike = rows[draw.happens(profile.look_alike, len(rows))]
    imitated = np.unique(held.raw // SERVICES)  # each by one account at most, so that two imitations are never one text
    alike = alike[: len(imitated)]
    handle = imitated[draw.different(len(imitated), len(alike))]
    field.raw[alike] = LOOK_ALIKE + handle * SERVICES + field.raw[alike] % SERVICES
    return field


def _shared_devices(field: Field, world: World, unused: int) -> None:
    draw, household = world.draw("shared devices"), world.people.household[world.person]
    home = (household > 0) & draw.happens(AT_HOME, world.count)
    free = unused + 2 * world.count  # above the mistyped
    field.put(home, free + household[home], SHARED)
    cafe = world.gives(world.profile.cafe_device, "technical", "cafés")
    cafes = int(world.count * world.profile.cafe_device) // CAFE_REPORTS
    field.put(cafe, free + world.count + draw.below(cafes, int(cafe.sum())), SHARED)


def _paid(field: Field, world: World) -> None:
    """A seller's wallet in place of the person's own; more likely of a seller who is often reported."""
    rows = np.flatnonzero(field.raw)
    rows = rows[world.draw("paid").happens(world.profile.paid_wallet / world.profile.wallet, len(rows))]
    seller = world.person[world.draw("sellers").below(world.known, len(rows))]
    held = world.people.held["wallet"]
    field.put(rows, held.raw[held.first[seller]], ANOTHERS)


def _joined(field: Field, world: World, unused: int) -> None:
    """A group with other members in place of the person's own channel."""
    rows = np.flatnonzero(field.raw)
    rows = rows[world.draw("joined").happens(world.profile.joined_group / world.profile.group, len(rows))]
    group = world.draw("groups").popular(world.count // GROUP_REPORTS, len(rows), 3)
    field.put(rows, unused + group, SHARED)
