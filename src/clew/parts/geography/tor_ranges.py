"""The text ranges that come with Tor, `geoip` and `geoip6`, as the Debian package tor-geoipdb installs them.

IPv4 rows are "FIRST,LAST,CC" with decimal numbers, IPv6 rows the same with addresses; `#` begins a comment, and one of
them says when the data was made. Rows stand in ascending order.

Source: torspec, and src/lib/geoip/geoip.c of Tor; codes A1 to A3 as the IPFire location database writes them.
"""

import email.utils
import re
from collections.abc import Iterator
from datetime import date, datetime
from ipaddress import IPv6Address
from pathlib import Path

from clew.errors import InputError
from clew.parts.geography._building import Family, Territories, build
from clew.parts.geography._kept import kept
from clew.parts.geography.base import Flag, GeographyPart, Ranges
from clew.records.routing import Territory

_FLAGS = {"A1": Flag.ANONYMOUS, "A2": Flag.SATELLITE, "A3": Flag.ANYCAST}
# Codes of two letters that are no country: unknown, regions without one, networks that are known for hostile acts.
_NOWHERE = {"??", "ZZ", "AP", "EU", "XD", "XX"}
_COUNTRY = re.compile("[A-Z]{2}")
_V4_MOST = (1 << 32) - 1
_GENERATED = re.compile(r"#\s*Generated:\s*(.+)")
_UPDATED = re.compile(r"#\s*Last updated based on (\w+ \d{1,2},? \d{4})")

_Row = tuple[int, int, int, int, int]


class TorRanges(GeographyPart):
    """The two text files; each holds one family."""

    name = "tor_ranges"
    title = "Ranges as Tor ships them (geoip, geoip6)"

    def open(self, path: Path) -> Ranges:
        """Row by row, in order."""
        return kept(path, self.name, _read)


def _read(body: bytes) -> Ranges:
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start + 1:,} is not ASCII: this is no geoip file of Tor") from None
    if not text.endswith("\n"):
        raise InputError("the file ends within a line; it was cut short, fetch it again")
    lines = text.splitlines()
    territories = Territories()
    families: dict[bool, list[_Row]] = {False: [], True: []}
    for six, row in _rows(lines, territories):
        rows = families[six]
        if rows and row[0] <= rows[-1][0]:
            raise InputError("its ranges do not ascend; the file is damaged, fetch it again")
        rows.append(row)
    if not families[False] and not families[True]:
        raise InputError("it holds no range; expected rows as FIRST,LAST,CC")
    return build(_made(lines), territories, Family.of(families[False]), Family.of(families[True]))


def _rows(lines: list[str], territories: Territories) -> Iterator[tuple[bool, _Row]]:
    """Each row, and whether it is of IPv6."""
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        try:
            begin, end, code = line.upper().split(",")
            six = ":" in begin
            first, last = _address(begin, six=six), _address(end, six=six)
        except ValueError:
            raise InputError(f"line {number:,} is no row FIRST,LAST,CC") from None
        territory = None
        if code not in _NOWHERE and code not in _FLAGS:
            if not _COUNTRY.fullmatch(code):
                raise InputError(f"line {number:,} names no country of two letters")
            territory = Territory(country=code)
        yield six, (first, last, territories.number(territory), 0, _FLAGS.get(code, Flag(0)))


def _address(text: str, *, six: bool) -> int:
    if six:
        return int(IPv6Address(text))
    value = int(text)
    if not 0 <= value <= _V4_MOST:
        raise ValueError
    return value


def _made(lines: list[str]) -> date | None:
    """The day that the comments name."""
    for line in lines:
        if not line.startswith("#"):
            return None
        if found := _GENERATED.match(line):
            try:
                return email.utils.parsedate_to_datetime(found[1]).date()
            except ValueError:
                continue
        if found := _UPDATED.match(line):
            for form in ("%B %d %Y", "%B %d, %Y"):
                try:
                    return datetime.strptime(found[1], form).date()  # noqa: DTZ007  a day, no moment
                except ValueError:
                    continue
    return None


PART = TorRanges()
