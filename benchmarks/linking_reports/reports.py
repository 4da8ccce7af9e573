"""Makes reports with their truth: a world's people as senders see them, sorted by receipt."""

import numpy as np

from benchmarks.linking_reports.bystanders import make_bystanders, make_passers
from benchmarks.linking_reports.codes import KINDS, Codes, scatter
from benchmarks.linking_reports.columns import Reports, Truth
from benchmarks.linking_reports.context import make_addresses, make_files
from benchmarks.linking_reports.fields import make_field
from benchmarks.linking_reports.personal import make_birth_days, make_names
from benchmarks.linking_reports.profile import Profile
from benchmarks.linking_reports.world import make_world
from clew.errors import InputError

FROM_S = 1_735_689_600  # 2025-01-01T00:00:00Z; a world lasts a year
FEWEST = 1_000
MOST = 12_000_000  # beyond it raw numbers would run into the look-alikes', see codes


def make_reports(count: int, *, seed: int, profile: Profile) -> tuple[Reports, Truth]:
    """That many reports of one year, sorted by receipt, and the truth; the same for the same arguments everywhere.

    Raises:
        InputError: `count` is not from 1,000 to 12 million, or `seed` not from 0 to 2^32 - 1.
    """
    if not FEWEST <= count <= MOST:
        raise InputError(f"expected {FEWEST:,} to {MOST:,} reports, got {count:,}; ask for another number")
    if not 0 <= seed < 1 << 32:
        raise InputError(f"expected a seed from 0 to 2^32 - 1, got {seed}; take another")
    world = make_world(count, seed, profile)
    order = np.argsort(world.time_s, kind="stable")
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    passers = make_passers(world)
    codes: dict[str, Codes] = {}
    standing, verified = {}, np.zeros(count, np.uint8)
    for bit, kind in enumerate(KINDS):
        field = make_field(kind, world, passers)
        codes[kind], standing[kind] = scatter(field.raw)[order], field.standing[order]
        verified |= field.verified[order].astype(np.uint8) << np.uint8(bit)
    first_name, last_name = make_names(world)
    ip, port = make_addresses(world)
    reports = Reports(
        sender=world.sender[order].astype(np.uint8),
        received=FROM_S + world.time_s[order],
        codes=codes,
        verified=verified,
        first_name=first_name[order],
        last_name=last_name[order],
        birth_day=make_birth_days(world)[order],
        ip=ip[order],
        port=port[order],
        file=make_files(world)[order],
        bystanders=make_bystanders(world, passers, place),
    )
    return reports, Truth(person=world.person[order].astype(np.int32), standing=standing)
