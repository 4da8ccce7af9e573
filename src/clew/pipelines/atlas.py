"""The operator's files of addresses, opened together: what all of them say of addresses at their moments.

Nothing leaves the machine. A file that changes is read anew by `renewed`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from clew.errors import InputError
from clew.parts import shelf
from clew.parts.geography.base import Addresses, ExitKind, Exits, ExitSnapshot, ExitsPart, Flag, GeographyPart, Ranges
from clew.records.routing import Territory
from clew.settings import Geography
from clew.triage.address_votes import AddressSeen, FileSaid

_EXITS = "exits"

# An address as a report states it, and when; a moment of None was not said.
Sought = tuple[str, datetime | None]
# What tells whether a file is still the one that was read: path, modification in nanoseconds, size.
Mark = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtlasFile:
    """One file: its name without the folder, the part that read it, what it says."""

    name: str
    form: str
    ranges: Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """All files, with the marks by which a change shows."""

    files: tuple[AtlasFile, ...]
    exits: Exits
    marks: tuple[Mark, ...] = ()

    def see(self, sought: Iterable[Sought], today: date) -> dict[Sought, AddressSeen]:
        """What the files say of each address at its moment; texts that are no address are left out.

        Args:
            sought: all that is wanted, at once: an address costs far less among many.
            today: stands for the moment that nobody says, when a file's age is reckoned.
        """
        wanted = [each for each in dict.fromkeys(sought) if _is_address(each[0])]
        if not wanted:
            return {}
        addresses = Addresses.of(text for text, _ in wanted)
        said: dict[Sought, list[FileSaid]] = defaultdict(list)
        for file in self.files:
            for each, found in zip(wanted, _said(file, addresses), strict=True):
                territory, asn, flags = found
                at = today if each[1] is None else each[1].astimezone(UTC).date()
                snapshot = file.ranges.snapshot
                said[each].append(
                    FileSaid(
                        file=file.name,
                        form=file.form,
                        snapshot=snapshot,
                        age_days=None if snapshot is None else abs((at - snapshot).days),
                        territory=territory,
                        asn=asn,
                        flags=flags,
                    )
                )
        listed, lists = self._listed(wanted, addresses)
        return {
            each: AddressSeen(said=tuple(said[each]), listed=frozenset(listed[each]), lists=frozenset(lists[each]))
            for each in wanted
        }

    def _listed(
        self, wanted: list[Sought], addresses: Addresses
    ) -> tuple[Mapping[Sought, set[ExitKind]], Mapping[Sought, set[ExitKind]]]:
        """On which lists of its time each address stands, and of which kinds there are lists of that time."""
        listed: dict[Sought, set[ExitKind]] = defaultdict(set)
        lists: dict[Sought, set[ExitKind]] = defaultdict(set)
        # Many addresses share a list: it is asked once, for all whose moment it speaks of.
        asked: dict[str, list[int]] = defaultdict(list)
        by_name: dict[str, ExitSnapshot] = {}
        for place, (_, at) in enumerate(wanted):
            if at is None:
                continue
            for kind in ExitKind:
                for snapshot in self.exits.around(kind, at):
                    lists[wanted[place]].add(kind)
                    by_name[snapshot.name] = snapshot
                    asked[snapshot.name].append(place)
        for name, places in asked.items():
            some = Addresses(high=addresses.high[places], low=addresses.low[places])
            for place in np.array(places)[by_name[name].holds(some)]:
                listed[wanted[int(place)]].add(by_name[name].kind)
        return listed, lists


@dataclass(slots=True)
class AtlasShelf:
    """The newest atlas for whoever stays open: looks at the files' marks, and reads them anew when one has changed."""

    geography: Geography
    _atlas: Atlas | None = field(default=None)

    def newest(self) -> Atlas:
        """The atlas of the files as they are now."""
        if self._atlas is None or self._atlas.marks != _marks(self.geography):
            self._atlas = open_atlas(self.geography)
        return self._atlas


def open_atlas(geography: Geography) -> Atlas:
    """Every file that the settings name, read.

    Raises:
        InputError: a setting is no PART:PATH, or a file is none of its part.
        MissingPartError: there is no such part.
        UnavailableError: a file cannot be read.
    """
    marks = _marks(geography)
    files = tuple(
        AtlasFile(name=path.name, form=part, ranges=shelf.load("geography", part, GeographyPart).open(path))
        for part, path in _named(geography.files)
    )
    exits = Exits(())
    if geography.exits:
        exits = shelf.load("geography", _EXITS, ExitsPart).open(Path(geography.exits))
    return Atlas(files=files, exits=exits, marks=marks)


def _named(setting: str) -> list[tuple[str, Path]]:
    found = []
    for each in filter(None, (part.strip() for part in setting.split(","))):
        part, colon, path = each.partition(":")
        if not colon or not path.strip():
            raise InputError("geography.files must be PART:PATH, separated by commas, as in mmdb:/srv/geo/country.mmdb")
        found.append((part.strip(), Path(path.strip())))
    return found


def _marks(geography: Geography) -> tuple[Mark, ...]:
    paths = [path for _, path in _named(geography.files)]
    if geography.exits:
        paths += sorted(Path(geography.exits).glob("*.txt"))
    return tuple(_mark(path) for path in paths)


def _mark(path: Path) -> Mark:
    try:
        found = path.stat()
    except OSError:
        return (str(path), 0, 0)
    return (str(path), found.st_mtime_ns, found.st_size)


def _said(file: AtlasFile, addresses: Addresses) -> Iterable[tuple[Territory | None, int, Flag]]:
    told = file.ranges.find(addresses)
    territories = file.ranges.territories
    for place, asn, flags in zip(told.places.tolist(), told.asns.tolist(), told.flags.tolist(), strict=True):
        yield territories[place], asn, Flag(flags)


def _is_address(text: str) -> bool:
    try:
        Addresses.of([text])
    except ValueError:
        return False
    return True
