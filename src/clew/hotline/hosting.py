"""Who hosts an address, and who registered its name: asked of the operator's own lists, never of the network."""

import csv
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from clew.errors import InputError
from clew.ground.text import bears_controls
from clew.records.url_report import HostRole

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_COLUMNS = ("kind", "value", "role", "name", "contact", "country", "as_of")
_COUNTRY = re.compile(r"^[A-Z]{2}$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
_ASN = re.compile(r"^(?:AS)?(\d{1,10})$", re.IGNORECASE)
_MOST_CHARACTERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """One row that fits.

    Attributes:
        contact: where abuse is reported.
        network: what was asked: an address, a network's number, or "" for the name itself.
        evidence: which row of which list, and how the network is known.
        as_of: the day of the row, as it says itself.
    """

    role: HostRole
    name: str
    contact: str
    country: str | None
    network: str
    evidence: str
    as_of: str


class HostingBook(Protocol):
    """What says who hosts something."""

    def answers(self, host: str, network: str) -> list[HostAnswer]:
        """Whoever is known for a name, and for an IP address or a network's number ("" asks for the name alone).

        At most one for each role and way of asking, the narrowest.

        Raises:
            InputError: the network is neither an address nor a number.
        """

    def network_of(self, host: str) -> tuple[str, str]:
        """The IP address that the operator's resolver noted for a name, and when; two empty texts for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    answer: HostAnswer
    asn: int | None


@dataclass(slots=True)
class ListedHosts:
    """The operator's list in memory: names, ranges by their length, numbers of networks.

    Attributes:
        resolved: addresses of names, each with the moment at which the operator's resolver saw it.
    """

    domains: dict[tuple[str, HostRole], _Row] = field(default_factory=dict)
    ranges: dict[tuple[int, int], dict[int, _Row]] = field(default_factory=dict)
    numbers: dict[int, _Row] = field(default_factory=dict)
    resolved: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def answers(self, host: str, network: str) -> list[HostAnswer]:
        """The narrowest name for each role, and the narrowest range or the number of the network."""
        found = [row.answer for role in HostRole if (row := self._domain(host, role)) is not None]
        place = network.strip() or (host if _is_ip(host) else "")
        if not place:
            return found
        row = self._network(place)
        if row is None:
            return found
        # Where it lies is better known by its network than by its name.
        return [each for each in found if each.role is not row.answer.role] + [replace(row.answer, network=place)]

    def network_of(self, host: str) -> tuple[str, str]:
        """As the resolver's file has it."""
        return self.resolved.get(host, ("", ""))

    def _domain(self, host: str, role: HostRole) -> _Row | None:
        labels = host.split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        return next((row for name in names if (row := self.domains.get((name, role))) is not None), None)

    def _network(self, place: str) -> _Row | None:
        if number := _ASN.match(place):
            return self.numbers.get(int(number[1]))
        try:
            asked = ipaddress.ip_address(place)
        except ValueError:
            raise InputError("a network is an IP address, or its number as in AS64500") from None
        for (version, length), rows in sorted(self.ranges.items(), reverse=True):
            if version == asked.version:
                row = rows.get(_masked(asked, length))
                if row is not None:
                    return self._named(row)
        return None

    def _named(self, row: _Row) -> _Row | None:
        """A range that names nobody leads to the network with its number."""
        return row if row.answer.name else self.numbers.get(row.asn or 0)


def read_hosts(path: str, resolver: str) -> ListedHosts:
    """The operator's lists; empty ones where no file is named.

    Args:
        path: CSV of kind (`domain`, `range`, `asn`), value, role, name, contact, country, as_of; a range without a name
            has the number of its network in the column `asn`.
        resolver: CSV of host, address, seen_at, as the operator's own resolver wrote it.
    Raises:
        InputError: a file cannot be read, or a row of it cannot be used.
    """
    hosts = ListedHosts(resolved=_read_resolved(resolver))
    for number, row in _rows(path, _COLUMNS):
        try:
            _add(hosts, row, f"row {number} of {Path(path).name}")
        except ValueError as error:
            raise InputError(f"row {number} of {path} cannot be used: {error}") from None
    return hosts


def _add(hosts: ListedHosts, row: Mapping[str, str], where: str) -> None:
    kind, value = row["kind"].lower(), row["value"]
    asn = _ASN.match(row.get("asn", ""))
    made = _Row(answer=_answer(row, where), asn=int(asn[1]) if asn else None)
    if not made.answer.name and not (kind == "range" and made.asn is not None):
        raise ValueError("it names nobody; only a range with the number of its network (asn) may")
    match kind:
        case "domain":
            hosts.domains[value.lower().rstrip("."), made.answer.role] = made
        case "asn" if number := _ASN.match(value):
            hosts.numbers[int(number[1])] = made
        case "range":
            network = ipaddress.ip_network(value)
            hosts.ranges.setdefault((network.version, network.prefixlen), {})[int(network.network_address)] = made
        case _:
            raise ValueError("kind is domain, range or asn, and the value one of that kind")


def _answer(row: Mapping[str, str], where: str) -> HostAnswer:
    if any(len(text) > _MOST_CHARACTERS or bears_controls(text) for text in row.values()):
        raise ValueError(f"a field has at most {_MOST_CHARACTERS} printable characters")
    if row["country"] and not _COUNTRY.match(row["country"]):
        raise ValueError("the country is two capital letters, or empty")
    if not _DAY.match(row["as_of"]):
        raise ValueError("as_of is a day, as 2026-03-01")
    return HostAnswer(
        role=HostRole(row["role"] or HostRole.HOST.value),
        name=row["name"],
        contact=row["contact"],
        country=row["country"] or None,
        network="",
        evidence=where,
        as_of=row["as_of"],
    )


def _read_resolved(path: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for number, row in _rows(path, ("host", "address", "seen_at")):
        if not _is_ip(row["address"]) or not _DAY.match(row["seen_at"]):
            raise InputError(f"row {number} of {path} needs an IP address and the day on which it was seen")
        found[row["host"].lower().rstrip(".")] = (row["address"], row["seen_at"])
    return found


def _rows(path: str, columns: tuple[str, ...]) -> Iterable[tuple[int, dict[str, str]]]:
    if not path:
        return
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            if not set(columns) <= set(reader.fieldnames or ()):
                raise InputError(f"{path} must have the columns {', '.join(columns)}")
            for number, row in enumerate(reader, start=2):
                yield number, {name: text.strip() for name, text in row.items() if name}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read ({type(error).__name__})") from error


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _masked(address: _IP, length: int) -> int:
    return int(address) >> (address.max_prefixlen - length) << (address.max_prefixlen - length)
