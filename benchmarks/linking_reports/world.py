"""One world before anything is written down: its people, and for each report whose it is, who sends it, when."""

from dataclasses import dataclass

import numpy as np

from benchmarks.linking_reports.codes import Numbers
from benchmarks.linking_reports.draw import Draw, Flags, Floats
from benchmarks.linking_reports.people import People, make_people, phase, received_s
from benchmarks.linking_reports.profile import FLOOD, PASSED_ON, PLATFORMS, SENDERS, Profile

ORDERLY = 0.5  # assumed: share of mentions that follow the order in which values were taken up; the rest are any held


@dataclass(frozen=True, slots=True)
class World:
    """Reports by person, unsorted; those of the flood stand at the end.

    Attributes:
        person, sender: of each report; `sender` is a place in SENDERS.
        time_s: seconds from the year's beginning.
        account: of each report before the flood, the account in question, as a place in `people.held["account"].raw`.
    """

    profile: Profile
    seed: int
    people: People
    person: Numbers
    sender: Numbers
    time_s: Numbers
    account: Numbers

    @property
    def count(self) -> int:
        return len(self.person)

    @property
    def known(self) -> int:
        """How many reports are not of the flood."""
        return len(self.account)

    def draw(self, purpose: str) -> Draw:
        return Draw(self.seed, purpose)

    def rate(self, rate: float, habit: str) -> Floats:
        """A rate for each report before the flood, by its sender's habit, with the mean that is asked for."""
        weights = [getattr(each, habit) for each in SENDERS]
        sent = np.bincount(self.sender[: self.known], minlength=len(SENDERS)).tolist()
        # Summed in plain order: NumPy's mean may round otherwise on another processor.
        mean = sum(weight * count for weight, count in zip(weights, sent, strict=True)) / max(1, self.known)
        rates: Floats = np.array(weights)[self.sender[: self.known]] * (rate / mean)
        return rates

    def gives(self, rate: float, habit: str, purpose: str) -> Flags:
        """Which reports, the flood's included, give something; none of the flood's does."""
        given = np.zeros(self.count, bool)
        given[: self.known] = self.draw(purpose).happens(self.rate(rate, habit), self.known)
        return given


def make_world(count: int, seed: int, profile: Profile) -> World:
    """The world of `count` reports."""
    people = make_people(count, seed, profile)
    person = np.repeat(np.arange(len(people.reports)), people.reports)
    time_s = received_s(people, person, seed)
    known = count - people.flood
    account = slot(people, "account", person[:known], time_s[:known], seed)
    draw = Draw(seed, "senders")
    others = PLATFORMS + draw.choice([each.share for each in SENDERS[PLATFORMS:FLOOD]], known)
    sender = np.full(count, FLOOD, np.int64)
    sender[:known] = np.where(draw.happens(PASSED_ON, known), others, people.held["account"].services[account])
    return World(profile, seed, people, person, sender, time_s, account)


def slot(people: People, kind: str, person: Numbers, time_s: Numbers, seed: int) -> Numbers:
    """Which of the person's values of a kind each report would give, as a place in `Held.raw`."""
    draw, held = Draw(seed, f"slot {kind}"), people.held[kind]
    any_held = draw.uniform(len(person))
    orderly = draw.happens(ORDERLY, len(person))
    place = np.where(orderly, phase(people, person, time_s), any_held) * held.count[person]
    return held.first[person] + place.astype(np.int64)
