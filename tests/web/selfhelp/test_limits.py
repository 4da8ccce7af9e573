"""How many forms an address sends: counted without the address, and nobody waits for somebody else."""

from datetime import UTC, datetime, timedelta

import pytest

from clew.errors import RateError
from clew.web.selfhelp.limits import _MOST_ADDRESSES, Limits

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Counted:
    """Limits whose seconds and salts the test gives."""

    def __init__(self, per_hour: int) -> None:
        self.now_s = 0.0
        self.salts = 0
        self.limits = Limits(per_hour, lambda: self.now_s, self._bytes)

    def _bytes(self, size: int) -> bytes:
        self.salts += 1
        return self.salts.to_bytes(size)

    def takes(self, address: str, at: datetime = NOON) -> bool:
        try:
            self.limits.take(address, at)
        except RateError:
            return False
        return True


def test_an_address_that_is_over_its_hour_waits_and_no_other_does() -> None:
    counted = Counted(3)
    assert [counted.takes("192.0.2.1") for _ in range(5)] == [True, True, True, False, False]
    assert counted.takes("192.0.2.2")


def test_it_is_told_when_to_come_again_and_then_may() -> None:
    counted = Counted(4)
    while counted.takes("192.0.2.1"):
        pass
    with pytest.raises(RateError) as refused:
        counted.limits.take("192.0.2.1", NOON)
    assert refused.value.retry_after_s == 900
    counted.now_s = 899.0
    assert not counted.takes("192.0.2.1")
    counted.now_s = 900.0
    assert counted.takes("192.0.2.1")
    assert not counted.takes("192.0.2.1")


def test_no_address_is_kept_and_the_salt_goes_at_the_end_of_the_day() -> None:
    counted = Counted(2)
    counted.takes("192.0.2.1")
    (before,) = counted.limits._left
    assert b"192.0.2.1" not in before
    counted.takes("192.0.2.1", NOON + timedelta(hours=11))
    assert list(counted.limits._left) == [before]
    counted.takes("192.0.2.1", NOON + timedelta(hours=12))
    assert len(counted.limits._left) == 1
    assert before not in counted.limits._left
    assert counted.salts == 2


def test_a_household_s_network_is_one_address_and_a_mapped_one_its_own() -> None:
    counted = Counted(1)
    assert counted.takes("2001:db8:1:2::1")
    assert not counted.takes("2001:db8:1:2:ffff::9")
    assert counted.takes("2001:db8:1:3::1")
    assert counted.takes("::ffff:192.0.2.1")
    assert not counted.takes("192.0.2.1")


def test_what_is_no_address_shares_one_count() -> None:
    counted = Counted(1)
    assert counted.takes("")
    assert not counted.takes("unix:")


def test_memory_is_bounded_and_the_oldest_is_forgotten() -> None:
    counted = Counted(1)
    for number in range(_MOST_ADDRESSES + 5):
        counted.limits.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", NOON)
    assert len(counted.limits._left) == _MOST_ADDRESSES
    assert counted.takes("10.0.0.0")


def test_no_limit_counts_nobody() -> None:
    counted = Counted(0)
    assert all(counted.takes("192.0.2.1") for _ in range(100))
    assert not counted.limits._left
