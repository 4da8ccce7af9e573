"""The people of a world: how many reports each has, when, from which line, under which name, with which values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking_reports.codes import JUNK_ROOM, KINDS, SERVICES, Numbers
from benchmarks.linking_reports.draw import Draw, mix
from benchmarks.linking_reports.names import first_names, last_names
from benchmarks.linking_reports.profile import PLATFORMS, SENDERS, Profile

DAY_S = 86_400
YEAR_S = 365 * DAY_S
HOUSEHOLD = 3  # people
AT_HOME = 0.5  # share of a household member's reports that come from the household's device
SPAN_DAYS = np.array([1, 3, 10, 30, 90, 200])  # assumed: how long a person is seen, each as often as the next
LEASE_DAYS = np.array([1, 7, 14, 60, 365])  # assumed: how long a line keeps its address
# Most values of a kind that one person holds, each beyond the first with chance .35; bench, groups assumed.
MOST_HELD = {"account": 4, "email": 3, "phone": 2, "device": 3, "wallet": 2, "group": 2}
FURTHER = 0.35


@dataclass(frozen=True, slots=True)
class Held:
    """One kind's values: person p holds `raw[first[p] : first[p] + count[p]]`, in the order of taking them up.

    Attributes:
        services: for accounts, the service of each; else empty.
        end: the first raw number above every person's.
    """

    first: Numbers
    count: Numbers
    raw: Numbers
    services: Numbers
    end: int


@dataclass(frozen=True, slots=True)
class People:
    """The persons, one row each. A person of the flood has one report and holds nothing that is reported.

    Attributes:
        reports: how many; they sum to the number of reports asked for.
        flood: how many persons at the end are of the flood.
        start_s, span_s: seconds from the year's beginning to the first sign of the person, and from there to the last.
        household: its number from 1, or 0.
        line: whose internet line they use.
        first_name, last_name: true names, as rows of `names.first_names().codes`.
        birth_day: days since 1900-01-01.
        held: by kind.
    """

    reports: Numbers
    flood: int
    start_s: Numbers
    span_s: Numbers
    household: Numbers
    line: Numbers
    first_name: Numbers
    last_name: Numbers
    birth_day: NDArray[np.int32]
    held: dict[str, Held]


def make_people(count: int, seed: int, profile: Profile) -> People:
    """People who together have `count` reports, of which the flood's share comes from strangers of one report each."""
    flood = int(count * profile.flood)
    drawn = Draw(seed, "reports").power_law(profile.exponent, profile.most_reports, max(0, count - flood))
    ends = np.cumsum(drawn)
    known = int(np.searchsorted(ends, count - flood)) + 1 if count > flood else 0
    reports = drawn[:known].copy()
    if known:
        reports[-1] -= ends[known - 1] - (count - flood)
    persons = known + flood
    draw = Draw(seed, "people")
    span_s = SPAN_DAYS[draw.below(len(SPAN_DAYS), persons)] * DAY_S
    start_s = (draw.uniform(persons) * (YEAR_S - span_s)).astype(np.int64)
    household = _households(known, seed, profile)
    line = np.arange(persons)
    leaders = np.zeros(int(household.max(initial=0)) + 1, np.int64)
    leaders[household[::-1]] = line[:known][::-1]  # backwards, so that the first member stays
    line[:known] = np.where(household > 0, leaders[household], line[:known])
    last_name = draw.popular(len(last_names().codes), persons, 2)[line]  # a household bears one surname
    return People(
        reports=np.concatenate([reports, np.ones(flood, np.int64)]),
        flood=flood,
        start_s=start_s,
        span_s=span_s,
        household=np.concatenate([household, np.zeros(flood, np.int64)]),
        line=line,
        first_name=draw.popular(len(first_names().codes), persons, 2),
        last_name=last_name,
        birth_day=(18_262 + draw.below(60 * 365, persons)).astype(np.int32),  # 1950 to 2009
        held={kind: _held(kind, reports, seed, profile) for kind in KINDS},
    )


def _households(known: int, seed: int, profile: Profile) -> Numbers:
    dwells = Draw(seed, "households").happens(min(1.0, profile.household_device / AT_HOME), known)
    return np.where(dwells, (np.cumsum(dwells) - 1) // HOUSEHOLD + 1, 0)


def _held(kind: str, reports: Numbers, seed: int, profile: Profile) -> Held:
    """Values of one kind; some of them were another person's before."""
    draw, known = Draw(seed, f"held {kind}"), len(reports)
    count = np.ones(known, np.int64)
    for _ in range(MOST_HELD[kind] - 1):
        count += draw.happens(FURTHER, known)
    first = np.cumsum(count) - count
    slots = int(count.sum())
    raw, services, end = JUNK_ROOM + np.arange(slots), np.zeros(0, np.int64), JUNK_ROOM + slots
    if kind == "account":
        raw, services = _accounts(draw, count, profile)
        end = int(raw.max(initial=0)) // SERVICES + 1  # in handles
    changed_hands = {
        "account": profile.sold_account / (1 - profile.thrown_away),
        "phone": profile.recycled_phone / profile.phone,
        "device": profile.resold_device / profile.device,
    }.get(kind, 0.0)
    taken = np.flatnonzero(draw.happens(changed_hands, slots))
    if len(taken):
        reported = np.repeat(np.arange(known), reports)
        busy = reported[draw.below(len(reported), len(taken))]
        theirs = first[busy] + (draw.uniform(len(taken)) * count[busy]).astype(np.int64)
        source = np.where(draw.happens(profile.busy_holder, len(taken)), theirs, draw.below(slots, len(taken)))
        raw = raw.copy()
        raw[taken] = raw[source]
        if kind == "account":
            services[taken] = services[source]
    return Held(first=first, count=count, raw=raw, services=services, end=end)


def _accounts(draw: Draw, count: Numbers, profile: Profile) -> tuple[Numbers, Numbers]:
    """Half of a person's accounts bear their usual handle; some bear, at the last service, another person's."""
    known, slots = len(count), int(count.sum())
    person = np.repeat(np.arange(known), count)
    platform = draw.choice([each.share for each in SENDERS[: PLATFORMS - 1]], slots)
    room = JUNK_ROOM // SERVICES
    usual = draw.happens(0.5, slots)
    handle = room + np.where(usual, person, known + np.arange(slots))
    collides = draw.happens(profile.colliding_handle, slots)
    forum = draw.happens(0.02, slots) & ~usual
    handle[collides] = room + draw.different(known, int(collides.sum()))
    # A collision is at the last service, where nobody bears the usual handle: the account itself is another one.
    services = np.where(collides | forum, PLATFORMS - 1, platform)
    return handle * SERVICES + services, services


def phase(people: People, person: Numbers, received_s: Numbers) -> NDArray[np.float64]:
    """How far each report lies in its person's time, 0 to under 1."""
    gone = (received_s - people.start_s[person]) / people.span_s[person]
    return np.clip(gone, 0.0, 0.999)


def received_s(people: People, person: Numbers, seed: int) -> Numbers:
    """When each report comes, in seconds of the year: in bursts of up to five days, thickest at their beginning."""
    draw, count = Draw(seed, "time"), len(person)
    bursts = np.minimum(1 + people.reports[person] // 4, 20)
    burst = (draw.uniform(count) * bursts).astype(np.int64)
    begins = mix(person * 32 + burst, seed) % people.span_s[person].astype(np.uint64)
    within = draw.popular(5 * DAY_S, count, 3)
    come = people.start_s[person] + (begins.astype(np.int64) + within) % people.span_s[person]
    if people.flood:
        flood = slice(count - people.flood, count)
        come[flood] = YEAR_S // 3 + draw.below(3 * DAY_S, people.flood)
    return come
