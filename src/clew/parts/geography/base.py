"""The contract of geography: a file becomes sorted ranges of addresses, or dated lists of exits; both are looked up.

Nothing here goes to a network. An address is two columns, `high` and `low`, of 64 bits each; IPv4 is written as
IPv4-mapped, so that one pair of columns holds both.
"""

import enum
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from socket import AF_INET6, inet_pton

import numpy as np
from numpy.typing import NDArray

from clew.records.routing import Territory

Column = NDArray[np.uint64]

# The upper half of the low word of an IPv4-mapped address. Source: RFC 4291, section 2.5.5.2.
MAPPED = 0xFFFF
_MAPPED = "::ffff:"
_V4_BITS = np.uint64(32)
_V4_MASK = np.uint64(0xFFFFFFFF)


class Flag(enum.IntFlag):
    """What a file says of an address beside its place."""

    ANONYMOUS = 1  # a proxy or relay that hides where its user is
    TOR_EXIT = 2
    VPN = 4
    HOSTING = 8  # machines, hardly ever a person at home
    SATELLITE = 16  # the ground station's place, not the user's
    ANYCAST = 32  # the same address in many places
    SHARED = 64  # many subscribers at once: carrier NAT, mobile


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Addresses as two columns, IPv4 as IPv4-mapped."""

    high: Column
    low: Column

    @staticmethod
    def of(texts: Iterable[str]) -> "Addresses":
        """The addresses that texts write; ValueError when one is none."""
        try:
            # The C library parses some five times faster than `ipaddress`, and maps IPv4 on the way.
            packed = b"".join([inet_pton(AF_INET6, each if ":" in each else _MAPPED + each) for each in texts])
        except (OSError, ValueError) as error:
            raise ValueError("expected IPv4 or IPv6 addresses") from error
        words = np.frombuffer(packed, ">u8").astype(np.uint64).reshape(-1, 2)
        return Addresses(high=words[:, 0].copy(), low=words[:, 1].copy())

    @staticmethod
    def of_v4(addresses: NDArray[np.uint32]) -> "Addresses":
        """IPv4 addresses from their 32 bits."""
        low = addresses.astype(np.uint64) | np.uint64(MAPPED << 32)
        return Addresses(high=np.zeros(len(low), np.uint64), low=low)

    @property
    def are_v4(self) -> NDArray[np.bool_]:
        """Which of them are IPv4."""
        mapped: NDArray[np.bool_] = (self.high == 0) & (self.low >> _V4_BITS == MAPPED)
        return mapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the ranges say, range by range or address by address.

    Attributes:
        places: indexes into `Ranges.territories`; 0 is "the file does not say".
        asns: numbers of autonomous systems; 0 is "the file does not say".
        flags: bits of `Flag`.
    """

    places: NDArray[np.uint32]
    asns: NDArray[np.uint32]
    flags: NDArray[np.uint8]

    def at(self, rows: NDArray[np.intp]) -> "Told":
        """The same of some rows, in their order."""
        return Told(places=self.places[rows], asns=self.asns[rows], flags=self.flags[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """One file, flat: every address of each family lies in exactly one range, which begins where the last one ends.

    Attributes:
        snapshot: the day of which the file speaks; None when it does not say.
        territories: each that occurs, once; the first stands for "the file does not say".
        v4_starts: first addresses of the ranges, ascending, from 0.
        v6_high, v6_low: the same for IPv6; together ascending.
        v4, v6: what the file says of each range.
    """

    snapshot: date | None
    territories: tuple[Territory | None, ...]
    v4_starts: NDArray[np.uint32]
    v6_high: Column
    v6_low: Column
    v4: Told
    v6: Told

    def find(self, addresses: Addresses) -> Told:
        """What the file says of each address, in their order."""
        count = len(addresses.low)
        found = Told(
            places=np.empty(count, np.uint32), asns=np.empty(count, np.uint32), flags=np.empty(count, np.uint8)
        )
        mapped = addresses.are_v4
        fours = (addresses.low[mapped] & _V4_MASK).astype(np.uint32)
        for chosen, told in (
            (mapped, self.v4.at(self.rows_v4(fours))),
            (~mapped, self.v6.at(self.rows_v6(addresses.high[~mapped], addresses.low[~mapped]))),
        ):
            found.places[chosen], found.asns[chosen], found.flags[chosen] = told.places, told.asns, told.flags
        return found

    def rows_v4(self, addresses: NDArray[np.uint32]) -> NDArray[np.intp]:
        """In which IPv4 range each address lies."""
        return np.searchsorted(self.v4_starts, addresses, side="right") - 1

    def rows_v6(self, high: Column, low: Column) -> NDArray[np.intp]:
        """In which IPv6 range each address lies.

        The high words decide nearly all of them. Where ranges begin within the very same high word, the low words are
        searched by bisection, all such addresses at once.
        """
        rows = np.searchsorted(self.v6_high, high, side="right") - 1
        # rows is -1 for no address: the first range begins at 0.
        within = np.flatnonzero(self.v6_high[rows] == high)
        least = np.searchsorted(self.v6_high, high[within], side="left")
        most = rows[within] + 1
        wanted = low[within]
        while (searching := least < most).any():
            middle = (least + most) // 2
            after = np.zeros(len(middle), np.bool_)
            after[searching] = self.v6_low[middle[searching]] <= wanted[searching]
            least = np.where(searching & after, middle + 1, least)
            most = np.where(searching & ~after, middle, most)
        rows[within] = least - 1
        return rows


class GeographyPart(ABC):
    """One form of file that says where addresses are."""

    name: str
    title: str

    @abstractmethod
    def open(self, path: Path) -> Ranges:
        """The file as ranges.

        Raises:
            InputError: it is no such file, is cut short, or contradicts itself; the message says where.
            UnavailableError: it cannot be read.
        """


class ExitKind(enum.StrEnum):
    """Why an address on a dated list names nobody's place. The values begin the names of its files."""

    TOR = "tor"
    VPN = "vpn"
    SHARED = "shared"  # carrier NAT: its place is known, its subscriber is not


# How long before and after its moment a list still speaks of the network. Tor's exits change by the hour; who provides
# a VPN or a carrier's NAT changes by the month.
REACH = {ExitKind.TOR: timedelta(days=2), ExitKind.VPN: timedelta(days=45), ExitKind.SHARED: timedelta(days=180)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSnapshot:
    """One dated list.

    Attributes:
        name: of its file.
        at: when it was taken.
        listed: its addresses are the ranges whose flags are not 0.
    """

    name: str
    kind: ExitKind
    at: datetime
    listed: Ranges

    def holds(self, addresses: Addresses) -> NDArray[np.bool_]:
        """Which of the addresses are on it."""
        on: NDArray[np.bool_] = self.listed.find(addresses).flags > 0
        return on


class Exits:
    """Every dated list that there is."""

    def __init__(self, snapshots: Iterable[ExitSnapshot]) -> None:
        """The lists, in any order."""
        self._by_kind: dict[ExitKind, list[ExitSnapshot]] = {kind: [] for kind in ExitKind}
        for each in sorted(snapshots, key=lambda each: (each.at, each.name)):
            self._by_kind[each.kind].append(each)

    def around(self, kind: ExitKind, at: datetime) -> tuple[ExitSnapshot, ...]:
        """The last list before a moment and the first after it, of those that still speak of it."""
        known = self._by_kind[kind]
        place = bisect_right(known, at, key=lambda each: each.at)
        near = known[max(place - 1, 0) : place + 1]
        return tuple(each for each in near if abs(each.at - at) <= REACH[kind])


class ExitsPart(ABC):
    """One form of dated lists."""

    name: str
    title: str

    @abstractmethod
    def open(self, folder: Path) -> Exits:
        """All lists of a folder.

        Raises:
            InputError: a file's name has no kind and date, or a line is no address; the message says where.
            UnavailableError: the folder or a file cannot be read.
        """
