"""How many forms one address sends in an hour, kept in memory without the address.

An address is known by a hash under a salt that is thrown away at the end of each UTC day; who writes is written
nowhere. Each process counts for itself.
"""

import hashlib
import ipaddress
from collections.abc import Callable
from datetime import date, datetime

from clew.errors import RateError

_HOUR_S = 3600.0
_SALT_BYTES = 32
_KEY_BYTES = 16
# A provider gives a household that much of version 6, and whoever has it has every address within.
_NETWORK_BITS = 64
# More addresses than this in an hour are a flood from everywhere; the oldest are forgotten first.
_MOST_ADDRESSES = 100_000


class Limits:
    """A bucket for each address, full at first, that fills again steadily over an hour.

    Args:
        per_hour: 0 is without a limit.
        ticking: seconds that never go back.
        random_bytes: for the salts.
    """

    def __init__(self, per_hour: int, ticking: Callable[[], float], random_bytes: Callable[[int], bytes]) -> None:
        self._per_hour = per_hour
        self._ticking = ticking
        self._random_bytes = random_bytes
        self._day: date | None = None
        self._salt = b""
        self._left: dict[bytes, tuple[float, float]] = {}  # hash -> forms left, when that was true

    def take(self, address: str, at: datetime) -> None:
        """One form more from that address; RateError when it must wait, which nobody at another address does."""
        if not self._per_hour:
            return
        key, now_s = self._key(address, at), self._ticking()
        left, then_s = self._left.pop(key, (float(self._per_hour), now_s))
        left = min(float(self._per_hour), left + (now_s - then_s) * self._per_hour / _HOUR_S)
        self._left[key] = (max(left - 1, 0.0) if left >= 1 else left, now_s)
        if len(self._left) > _MOST_ADDRESSES:
            del self._left[next(iter(self._left))]
        if left < 1:
            wait_s = (1 - left) * _HOUR_S / self._per_hour
            raise RateError(f"too many forms from one address; come again in {wait_s:.0f} s", retry_after_s=wait_s)

    def _key(self, address: str, at: datetime) -> bytes:
        if at.date() != self._day:
            self._day, self._salt = at.date(), self._random_bytes(_SALT_BYTES)
            self._left.clear()
        return hashlib.blake2b(_network(address).encode(), key=self._salt, digest_size=_KEY_BYTES).digest()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""  # whoever has no address shares one bucket
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(found), _NETWORK_BITS), strict=False))
    return str(found)
