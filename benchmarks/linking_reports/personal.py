"""Names and birth dates as reports give them: thin, misspelt, in other letters, false."""

import numpy as np

from benchmarks.linking_reports.codes import Codes, Numbers
from benchmarks.linking_reports.draw import Flags
from benchmarks.linking_reports.names import CYRILLIC, FIRST_TYPO, ROMANISED, SPELLINGS, Names, first_names, last_names
from benchmarks.linking_reports.world import World

# Days since 1900 of 1 January 1970, 1980, 1990, 2000: what forms fill in.
DEFAULT_BIRTH_DAYS = np.array([25_567, 29_219, 32_872, 36_524])


def make_names(world: World) -> tuple[Codes, Codes]:
    """First and last names; a false name is false in both."""
    draw, profile, count = world.draw("names"), world.profile, world.count
    given = world.gives(profile.first_or_last_name, "personal", "named")
    half = draw.happens(profile.half_name, count)
    first_only = draw.happens(0.5, count)
    false = draw.happens(profile.false_name, count)
    people = world.people
    first = _spell(world, first_names(), people.first_name[world.person], false, "first")
    last = _spell(world, last_names(), people.last_name[world.person], false, "last")
    return np.where(given & ~(half & ~first_only), first, 0), np.where(given & ~(half & first_only), last, 0)


def make_birth_days(world: World) -> Codes:
    """Days since 1900-01-01. Of the wrong ones a third are a form's default, a third a lie of up to eight years in
    whole years, a third another day of the months about."""
    draw, profile, count = world.draw("births"), world.profile, world.count
    day = world.people.birth_day[world.person].astype(np.int64)
    rows = np.flatnonzero(draw.happens(profile.wrong_birth_date, count))
    default = DEFAULT_BIRTH_DAYS[draw.below(len(DEFAULT_BIRTH_DAYS), len(rows))]
    years = 1 + draw.below(8, len(rows))
    lie = day[rows] + np.where(draw.happens(0.5, len(rows)), 1, -1) * (years * 1461 // 4)
    slip = day[rows] + np.where(draw.happens(0.5, len(rows)), 1, -1) * (1 + draw.below(300, len(rows)))
    day[rows] = np.stack([default, lie, slip])[draw.below(3, len(rows)), np.arange(len(rows))]
    return np.where(world.gives(profile.birth_date, "personal", "born"), day, 0).astype(np.int32)


def _spell(world: World, names: Names, true: Numbers, false: Flags, which: str) -> Codes:
    draw, profile, count = world.draw(f"spelling {which}"), world.profile, world.count
    name = np.where(false, draw.popular(len(names.codes), count, 2), true)
    spelling = np.zeros(count, np.int64)
    other = draw.happens(profile.transliterated, count)
    spelling[other] = ROMANISED + draw.below(CYRILLIC, int(other.sum()))
    wrong = draw.happens(profile.misspelt, count)
    spelling[wrong] = FIRST_TYPO + draw.below(SPELLINGS - FIRST_TYPO, int(wrong.sum()))
    return names.codes[name, spelling]
