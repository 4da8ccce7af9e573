"""Builders for linking tests: reports in a line, their clusters in another."""

from clew.records.identifiers import IntakeNumber
from clew.records.linking import StatedAddress, StatedValue, Statement
from clew.records.mention import IdentifierKind
from clew.triage.link import Linker
from clew.triage.link_memory import MemoryState

DAY_S = 86_400


def states(
    number: int,
    *values: str,
    birth: int | None = None,
    name: str = "",
    ip: str = "",
    day: float | None = None,
    several: bool = False,
    sender: str = "platform",
) -> Statement:
    """A report that states values as "kind:value", a day after the report before."""
    at_s = int((number if day is None else day) * DAY_S)
    return Statement(
        number=IntakeNumber(number),
        sender=sender,
        at_s=at_s,
        values=tuple(
            StatedValue(kind=IdentifierKind(kind), value=value)
            for kind, _, value in (each.partition(":") for each in values)
        ),
        births=() if birth is None else (birth,),
        names=(tuple(sorted(name.split())),) if name else (),
        addresses=(StatedAddress(ip=ip, at_s=at_s),) if ip else (),
        several=several,
    )


def linked(*statements: Statement) -> MemoryState:
    """The state after those reports."""
    state = MemoryState()
    linker = Linker(state)
    for each in statements:
        linker.take(each)
    return state


def clusters(state: MemoryState, numbers: range) -> list[list[int]]:
    """The reports of each cluster, by their oldest."""
    found: dict[int, list[int]] = {}
    for number in numbers:
        found.setdefault(state.label(IntakeNumber(number)), []).append(number)
    return sorted(found.values())
