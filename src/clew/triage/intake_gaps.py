"""What a report lacks or gets wrong, named field by field as it is taken in; nothing of it is refused for that.

A gap repeats nothing of what stands in the field. What is wrong in one place is named there; what the whole report
lacks is named as its completeness counts it.
"""

import dataclasses
import ipaddress
import typing
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from clew.records.intake import Gap, IntakeReport
from clew.records.mention import Mention
from clew.records.report import Report
from clew.records.subject import IpEvent
from clew.triage.completeness import completeness_of

# The clocks of two machines that keep time differ by less; a report is often sent within the second of its upload.
SKEW = timedelta(minutes=2)
HIGHEST_PORT = 65_535
# Of one report; more are one sentence.
MOST_GAPS = 100
_IPV4 = 4
# Source: RFC 6598 (2012): shared address space of carriers; RFC 1918 and RFC 4193: inside networks.
_CARRIER = ipaddress.ip_network("100.64.0.0/10")


def gaps_of(report: Report, intake: IntakeReport, mentions: Sequence[Mention], at: datetime) -> list[Gap]:
    """Every gap of a report, the places first, then what it lacks as a whole.

    Args:
        intake: as it will be stored; its time and country are those that the report can be held to.
        mentions: what was read out of it.
        at: the moment after which all is future.
    """
    found = list(islice(_in_places(report, at), MOST_GAPS))
    named = [each.path for each in found]
    # What was named where it stands is not said a second time of the list around it.
    whole = completeness_of(report, intake, mentions).gaps
    found += [gap for gap in whole if not any(_is_within(path, gap.path) for path in named)]
    return found


def merged(*groups: Sequence[Gap]) -> tuple[Gap, ...]:
    """The gaps of several sources, equal ones once, at most a hundred and one that counts the rest."""
    each = list(dict.fromkeys(gap for group in groups for gap in group))
    if len(each) <= MOST_GAPS:
        return tuple(each)
    more = f"{len(each) - MOST_GAPS:,} more gaps, not named one by one"
    return (*each[:MOST_GAPS], Gap(path="", because=more))


def has_passed(moment: datetime, at: datetime) -> bool:
    """Whether a stated moment can be one: two clocks may differ a little, a report may not tell of tomorrow."""
    return moment <= at + SKEW


def _in_places(report: Report, at: datetime) -> Iterator[Gap]:
    yield from _future(report, "", at)
    for path, event in _events(report):
        yield from _of_event(path, event)
    for number, file in enumerate(report.files):
        if not file.hashes:
            yield Gap(path=f"files[{number}].hashes", because="no hash", cost="it cannot be told from a copy")


def _future(record: Any, path: str, at: datetime) -> Iterator[Gap]:
    """Every moment of a record and those within it that has not come yet."""
    kind: Any = type(record)  # a type is hashable, which mypy does not see
    for name in _may_tell(kind):
        value = getattr(record, name)
        if value is None or value == ():
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(value, datetime):
            if not has_passed(value, at):
                yield Gap(path=here, because="a time that has not come yet", cost="nobody can be asked about it")
        elif isinstance(value, tuple):
            for number, each in enumerate(value):
                yield from _future(each, f"{here}[{number}]", at)
        else:
            yield from _future(value, here, at)


@cache
def _may_tell(kind: type[object]) -> tuple[str, ...]:
    """The fields of a record that can hold a moment, or a record that can; none of what is no record."""
    if not dataclasses.is_dataclass(kind):
        return ()
    hints = typing.get_type_hints(kind)
    return tuple(name for name, hint in hints.items() if any(_tells(each) for each in _named_in(hint)))


def _tells(kind: Any) -> bool:
    return kind is datetime or (isinstance(kind, type) and bool(_may_tell(kind)))


def _named_in(hint: object) -> list[object]:
    """Every type that a hint names, however deep."""
    inner = typing.get_args(hint)
    return [named for each in inner for named in _named_in(each)] if inner else [hint]


def _of_event(path: str, event: IpEvent) -> Iterator[Gap]:
    if event.port is not None and not 0 < event.port <= HIGHEST_PORT:
        yield Gap(
            path=f"{path}.port", because="no port has that number", cost="behind a shared address it names nobody"
        )
    address = _address(event.address)
    if address is None:
        return  # what is no address is named by whoever looks for identifiers
    if event.at is None:
        yield Gap(
            path=f"{path}.at", because="an address without its time", cost="no provider can say whose line it was"
        )
    if isinstance(address, ipaddress.IPv4Address) and event.port is None:
        yield Gap(
            path=f"{path}.port",
            because="an IPv4 address without its port",
            cost="where a carrier shares it among hundreds of customers, it names nobody",
        )
    if address.is_private or (address.version == _IPV4 and address in _CARRIER):
        yield Gap(
            path=f"{path}.address",
            because="an address from inside a network",
            cost="no provider gave it out; the server's own log may have the other one",
        )


def _events(report: Report) -> Iterator[tuple[str, IpEvent]]:
    for number, account in enumerate(report.subjects):
        for place, event in enumerate(account.ip_events):
            yield f"subjects[{number}].ip_events[{place}]", event
    for number, file in enumerate(report.files):
        if file.ip_event is not None:
            yield f"files[{number}].ip_event", file.ip_event


def _is_within(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}[", f"{whole}."))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
