"""A folder of dated lists: who was a Tor exit, a VPN or a shared address at the time of an event.

    tor-2026-05-01T0600Z.txt    vpn-2026-05-01.txt    shared-2026-01-01.txt

A line is an address, a range in CIDR form, or an `ExitAddress ADDRESS DAY TIME` line of Tor's exit list; its other
lines, blank ones and comments (`#`) are passed over. A list without a time of day was taken at its midnight, UTC.

Source: Tor Project, "TorDNSEL's exit list format".
"""

import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from clew.errors import InputError, UnavailableError
from clew.parts.geography._building import Family, Territories, build
from clew.parts.geography._kept import read
from clew.parts.geography.base import ExitKind, Exits, ExitSnapshot, ExitsPart, Flag, Ranges

_NAME = re.compile(r"(?P<kind>[a-z]+)-(?P<day>\d{4}-\d{2}-\d{2})(?:T(?P<time>\d{4})Z)?\.txt")
_PASSED = ("#", "ExitNode ", "Published ", "LastStatus ", "Downloaded ", "@type ")
_FLAG = {ExitKind.TOR: Flag.TOR_EXIT, ExitKind.VPN: Flag.VPN, ExitKind.SHARED: Flag.SHARED}


class ExitFolder(ExitsPart):
    """The folder."""

    name = "exits"
    title = "Dated lists of Tor exits, VPN and shared addresses"

    def open(self, folder: Path) -> Exits:
        """Every file of it whose name ends with .txt."""
        try:
            files = sorted(each for each in folder.iterdir() if each.suffix == ".txt")
        except OSError as error:
            raise UnavailableError(f"the folder {folder} cannot be read: {error.strerror}; see [geography]") from error
        return Exits(_snapshot(each) for each in files)


def _snapshot(path: Path) -> ExitSnapshot:
    name = _NAME.fullmatch(path.name)
    if name is None or name["kind"] not in set(ExitKind):
        raise InputError(f"{path}: expected KIND-YYYY-MM-DD.txt or KIND-YYYY-MM-DDThhmmZ.txt, KIND tor, vpn or shared")
    try:
        at = datetime.strptime(f"{name['day']}{name['time'] or '0000'}", "%Y-%m-%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"{path}: its name has no date of the calendar") from None
    kind = ExitKind(name["kind"])
    return ExitSnapshot(name=path.name, kind=kind, at=at, listed=_listed(path, kind, at))


def _listed(path: Path, kind: ExitKind, at: datetime) -> Ranges:
    try:
        lines = read(path).decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path}: expected ASCII text, an address on each line") from None
    networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith(_PASSED):
            continue
        if text.startswith("ExitAddress "):
            text = text.split()[1]
        try:
            networks.append(ipaddress.ip_network(text))
        except ValueError:
            raise InputError(f"{path}, line {number:,}: expected an address or a range such as 192.0.2.0/24") from None
    fours = (each for each in networks if isinstance(each, ipaddress.IPv4Network))
    sixes = (each for each in networks if isinstance(each, ipaddress.IPv6Network))
    flag = int(_FLAG[kind])
    return build(
        at.date(),
        Territories(),
        # Lists repeat themselves and nest; collapsed, nothing overlaps.
        Family.of(_rows(ipaddress.collapse_addresses(fours), flag)),
        Family.of(_rows(ipaddress.collapse_addresses(sixes), flag)),
    )


def _rows(
    networks: Iterator[ipaddress.IPv4Network] | Iterator[ipaddress.IPv6Network], flag: int
) -> Iterator[tuple[int, int, int, int, int]]:
    for each in networks:
        yield int(each.network_address), int(each.broadcast_address), 0, 0, flag


PART = ExitFolder()
