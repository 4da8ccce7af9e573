"""How complete a report is: which facts that investigators use are missing, what each costs, and whether that is said.

Completeness says nothing about risk, and no score mixes the two: a report of a viral copy can be complete to the last
field. Whether files were viewed is not counted, so that no score ever asks a person to look.
"""

import ipaddress
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clew.parts.formats.base import FieldSpec
from clew.records.report import AbsenceReason, Phone, Report
from clew.records.subject import IpEvent
from clew.reporting.naming import title_of

# Whose facts count: those by which somebody is found. Who reports, and further accounts, do not.
_COUNTED = re.compile(r"(incident|details|subjects|victims|files|reporter\.contact)\b")
_NOT_COUNTED = re.compile(r"associated\[\]|reporter\.contact\.|officer")
# What a batched report has room for; it wants nothing else. Source: CyberTipline Reporting API, June 2025, Appendix E.
_IN_A_BATCH = re.compile(
    r"incident\.at_described$|reporter\.contact$|subjects\[\](\.identifier)?$|files\[\]\.(uploaded_at|publicly_available)$"
)
# Addresses that never leave a network: logged behind a proxy, they name the proxy.
_INSIDE = [
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128")
]
_NOTHING: tuple[object, ...] = (None, "", (), frozenset())
# Source: RFC 6598 (2012): shared address space of carriers.
_CARRIER = ipaddress.ip_network("100.64.0.0/10")


class GapState(StrEnum):
    """Whether somebody has said why a fact is missing."""

    OPEN = "open"
    STATED = "stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One kind of fact that is missing, somewhere or everywhere.

    Attributes:
        field: in the facts, lists with empty brackets: "subjects[].ip_events[].port".
        missing: where exactly, with numbers.
        places: how many places it could stand in; all are missing when there are as many in `missing`.
        cost: what an investigator lacks without it.
        filled_from: which knowledge would fill it.
        points: how much of the score it costs, in percent.
        because: what was stated, where anything was.
        unusable: how many of the missing have a value that the form cannot bear.
    """

    field: str
    title: str
    missing: tuple[str, ...]
    places: int
    cost: str
    filled_from: str
    points: float
    state: GapState
    because: tuple[str, ...]
    unusable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What is held of what investigators use.

    Attributes:
        held, wanted: kinds of facts; those that do not apply are in neither.
        percent: by weight, rounded down, so that 100 means all.
        gaps: the costliest first.
        warnings: facts that are there and will not help as they are.
    """

    held: int
    wanted: int
    percent: int
    gaps: tuple[Gap, ...]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    spec: FieldSpec
    places: int
    missing: list[str]
    because: list[str]
    stated: int
    unusable: int = 0


def completeness(facts: Report, specs: Sequence[FieldSpec], emptied: Collection[str] = ()) -> Completeness:
    """How complete these facts are.

    Args:
        facts: before composing, so that stated absences are still apart.
        specs: the schema, with what each absence costs.
        emptied: paths of values and records that the form cannot bear where they stand; they count as missing.
    """
    wanted = [
        each for each in specs if each.weight and _COUNTED.match(each.path) and not _NOT_COUNTED.search(each.path)
    ]
    if facts.batch is not None:
        wanted = [each for each in wanted if _IN_A_BATCH.match(each.path)]
    tallies = [each for spec in wanted if (each := _tally(facts, spec, emptied)).places]
    total = sum(each.spec.weight for each in tallies)
    lost = sum(_lost(each) for each in tallies)
    gaps = [_gap(each, total) for each in tallies if each.missing]
    gaps.sort(key=lambda gap: (-gap.points, gap.field))
    return Completeness(
        held=sum(not each.missing for each in tallies),
        wanted=len(tallies),
        percent=int(100 * (total - lost) / total) if total else 100,
        gaps=tuple(gaps),
        warnings=tuple(_warnings(facts)),
    )


def _tally(facts: Report, spec: FieldSpec, emptied: Collection[str]) -> _Tally:
    tally = _Tally(spec=spec, places=0, missing=[], because=[], stated=0)
    steps = spec.path.removesuffix("[]").split(".")
    for path, owner in _owners(facts, steps[:-1], ""):
        name = steps[-1]
        if not _applies(owner, name) or path in emptied:
            continue
        here = f"{path}.{name}" if path else name
        absence = _stated(facts, here)
        if absence is not None and absence[0] is AbsenceReason.DOES_NOT_APPLY:
            continue
        tally.places += 1
        if _is_held(owner, name, path, emptied):
            continue
        tally.missing.append(here)
        tally.unusable += owner is not None and getattr(owner, name) not in _NOTHING
        if absence is not None:
            tally.stated += 1
            tally.because.append(absence[1] or absence[0].value)
    return tally


def _owners(record: Any, steps: Sequence[str], path: str) -> Iterator[tuple[str, Any]]:
    """Every record on a path, with its path in numbers; None stands for one that is absent and could be there."""
    if not steps:
        yield path, record
        return
    name, rest = steps[0].removesuffix("[]"), steps[1:]
    here = f"{path}.{name}" if path else name
    if record is not None and not hasattr(record, name):
        # A step that names one of several kinds of record: it leads on only where the record is of that kind.
        if _kind(record) == name:
            yield from _owners(record, rest, here)
        return
    value = None if record is None else getattr(record, name)
    if steps[0].endswith("[]"):
        for number, each in enumerate(value or ()):
            yield from _owners(each, rest, f"{here}[{number}]")
    else:
        yield from _owners(value, rest, here)


def _kind(record: object) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(record).__name__).lower()


def _applies(owner: Any, name: str) -> bool:
    """Whether a fact could stand there: a port tells customers apart only where they share an address."""
    if name == "port" and isinstance(owner, IpEvent):
        return not _is_v6(owner.address)
    return not (name == "location" and owner is None)


def _is_held(owner: Any, name: str, path: str, emptied: Collection[str]) -> bool:
    """Whether there is a value that can be sent in its place."""
    if owner is None:
        return False
    value, here = getattr(owner, name), f"{path}.{name}" if path else name
    if name == "location" and (value is None or here in emptied):
        # A country in an address says as much.
        person = getattr(owner, "person", None)
        addresses = person.addresses if person is not None else ()
        place = f"{path}.person.addresses"
        return any(each.country and f"{place}[{n}].country" not in emptied for n, each in enumerate(addresses))
    if isinstance(value, tuple):
        return any(f"{here}[{n}]" not in emptied and not _is_no_number(each) for n, each in enumerate(value))
    return value not in _NOTHING and here not in emptied


def _is_no_number(value: object) -> bool:
    """Whether it is a telephone number with words in it, which nobody can dial or look up."""
    return isinstance(value, Phone) and not value.is_dialable


def _stated(facts: Report, path: str) -> tuple[AbsenceReason, str | None] | None:
    """What was said of an absence: of this very place, of all such places, or of what is around it."""
    general = re.sub(r"\[\d+\]", "[]", path)
    for each in facts.absent:
        said = each.field
        if said in {path, general} or path.startswith((f"{said}.", f"{said}[")):
            return each.reason, each.because
    return None


def _lost(tally: _Tally) -> float:
    return tally.spec.weight * len(tally.missing) / tally.places


def _gap(tally: _Tally, total: int) -> Gap:
    return Gap(
        field=tally.spec.path,
        title=title_of(tally.spec.path),
        missing=tuple(tally.missing),
        places=tally.places,
        cost=tally.spec.cost,
        filled_from=tally.spec.filled_from or "",
        points=100 * _lost(tally) / total,
        state=GapState.STATED if tally.stated == len(tally.missing) else GapState.OPEN,
        because=tuple(dict.fromkeys(tally.because)),
        unusable=tally.unusable,
    )


# ---------------------------------------------------------------- facts that will not help as they are


def _warnings(facts: Report) -> Iterator[str]:
    for path, phone in _phones(facts):
        if not phone.is_dialable:
            yield f"{path}: a telephone number that nobody can dial; it is sent as it is, and counts as missing"
    for path, event in _events(facts):
        address = _address(event.address)
        if address is None:
            continue
        lacking = [word for word, value in (("port", event.port), ("time", event.at)) if value is None]
        if address.version == 4 and lacking:  # noqa: PLR2004  IPv4 is what carriers share
            yield (
                f"{path}: an IPv4 address without its {' and '.join(lacking)}; where a carrier shares it among "
                "hundreds of customers, it names nobody"
            )
        if address.version == _CARRIER.version and address in _CARRIER:
            yield f"{path}: an address from inside a carrier's network; use the one that your server saw, with its port"
        if any(address.version == inside.version and address in inside for inside in _INSIDE):
            yield f"{path}: an address that no carrier gave out, such as a proxy's own; log the client's instead"


def _events(facts: Report) -> Iterator[tuple[str, IpEvent]]:
    for kind in ("subjects", "recipients", "victims"):
        for number, account in enumerate(getattr(facts, kind)):
            for place, event in enumerate(account.ip_events):
                yield f"{kind}[{number}].ip_events[{place}]", event
    for number, file in enumerate(facts.files):
        if file.ip_event is not None:
            yield f"files[{number}].ip_event", file.ip_event


def _phones(facts: Report) -> Iterator[tuple[str, Phone]]:
    for kind in ("subjects", "recipients", "victims"):
        for number, account in enumerate(getattr(facts, kind)):
            for place, phone in enumerate(account.person.phones if account.person is not None else ()):
                yield f"{kind}[{number}].person.phones[{place}]", phone


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _is_v6(text: str) -> bool:
    address = _address(text)
    return address is not None and address.version == 6  # noqa: PLR2004
