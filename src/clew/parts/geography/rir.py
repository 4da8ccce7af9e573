"""The delegated-extended files of the regional registries: to which country an address block was registered.

That is where its holder is registered, not where its user sits; `clew.triage` weighs it less for that. Rows are
"REGISTRY|CC|ipv4|FIRST|COUNT|DAY|STATUS|HOLDER", for IPv6 the count is a prefix length.

Source: the registries' common statement "RIR Statistics Exchange Format", extended form.
"""

from datetime import date, datetime
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from pathlib import Path

from clew.errors import InputError
from clew.parts.geography._building import Family, Territories, build
from clew.parts.geography._kept import kept
from clew.parts.geography.base import GeographyPart, Ranges
from clew.records.routing import Territory

_GIVEN = {"allocated", "assigned"}
# Codes of two letters that are no country.
_NOWHERE = {"ZZ", "EU", "AP"}
_LEAST_FIELDS = 7
_VERSION_FIELDS = 7
_SUMMARY_FIELDS = 6
_V6_BITS = 128
_COUNTRY_LETTERS = 2

_Row = tuple[int, int, int, int, int]


class DelegatedExtended(GeographyPart):
    """One registry's file, or all of them as one."""

    name = "rir"
    title = "Registrations of address blocks (delegated-extended)"

    def open(self, path: Path) -> Ranges:
        """Row by row; the version line gives the day, the summary lines how many rows there must be."""
        return kept(path, self.name, _read)


def _read(body: bytes) -> Ranges:
    told = _lines(body)
    head = told[0][1]
    territories = Territories()
    families: dict[str, list[_Row]] = {"ipv4": [], "ipv6": []}
    missing = {"ipv4": 0, "ipv6": 0}
    for number, fields in told[1:]:
        kind = fields[2] if len(fields) > 2 else ""  # noqa: PLR2004  registry, country, kind
        if kind not in families:
            if kind != "asn":
                raise InputError(f"line {number:,} is none of ipv4, ipv6 and asn")
        elif len(fields) == _SUMMARY_FIELDS and fields[5] == "summary":
            missing[kind] += _count(fields[4], number)
        else:
            missing[kind] -= 1
            families[kind] += _row(fields, number, territories)
    for kind, count in missing.items():
        if count > 0:
            raise InputError(f"{count:,} rows of {kind} are missing that its summary counts: it was cut short")
    snapshot = _day(head[5]) or _day(head[2])
    return build(snapshot, territories, Family.of(families["ipv4"]), Family.of(families["ipv6"]))


def _lines(body: bytes) -> list[tuple[int, list[str]]]:
    """The fields of each line with its number, the version line first."""
    try:
        lines = body.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start + 1:,} is not ASCII: this is no delegated file") from None
    if not body.endswith(b"\n"):
        raise InputError("the file is empty or ends within a line; it was cut short, fetch it again")
    told = [(number, each.split("|")) for number, each in enumerate(lines, 1) if each and not each.startswith("#")]
    if not told or len(told[0][1]) < _VERSION_FIELDS or not told[0][1][0].startswith("2"):
        raise InputError("it does not begin with a version line 2|REGISTRY|...: this is no delegated file")
    return told


def _row(fields: list[str], number: int, territories: Territories) -> list[_Row]:
    """First and last address with the country; nothing for a block that nobody holds."""
    if len(fields) < _LEAST_FIELDS:
        raise InputError(f"line {number:,} has {len(fields)} fields; expected at least {_LEAST_FIELDS}")
    country, kind, start, size, status = fields[1].upper(), fields[2], fields[3], fields[4], fields[6]
    count = _count(size, number)
    try:
        first = int(IPv4Address(start)) if kind == "ipv4" else int(IPv6Address(start))
    except AddressValueError:
        raise InputError(f"line {number:,} begins at no {kind} address") from None
    if kind == "ipv6" and count > _V6_BITS:
        raise InputError(f"line {number:,} has a prefix of more than {_V6_BITS} bits")
    last = first + (count if kind == "ipv4" else 1 << (_V6_BITS - count)) - 1
    if last < first or last >= 1 << (32 if kind == "ipv4" else _V6_BITS):
        raise InputError(f"line {number:,} ends before it begins, or beyond the last {kind} address")
    if status not in _GIVEN or country in _NOWHERE or len(country) != _COUNTRY_LETTERS or not country.isalpha():
        return []
    return [(first, last, territories.number(Territory(country=country)), 0, 0)]


def _count(text: str, number: int) -> int:
    if not text.isdecimal():
        raise InputError(f"line {number:,} has no number where one is expected")
    return int(text)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  a day, no moment
    except ValueError:
        return None


PART = DelegatedExtended()
