"""The shape of what is generated: reports as columns, one report as a record, and the truth beside them."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking_reports.codes import KINDS, Codes, render
from benchmarks.linking_reports.names import first_names, last_names
from benchmarks.linking_reports.profile import SENDERS

ROLES = ("subject", "victim", "reporter")
# What a value in the subject's field truly is.
ABSENT, OWN, SHARED, JUNK, ANOTHERS, MISTYPED = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One value as a report states it. `role` is one of ROLES."""

    kind: str
    value: str
    role: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report as a sender writes it; what it does not give is None."""

    number: int
    sender: str
    received: datetime
    mentions: tuple[Mention, ...]
    first_name: str | None
    last_name: str | None
    birth_date: date | None
    ip: str | None
    port: int | None
    file_digest: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bystanders:
    """Values of victims and reporters whose role the report states; one row each, sorted by report.

    Attributes:
        report: its number. kind: a place in KINDS. code: as in `Reports.codes`, of the same numbering. role: in ROLES.
    """

    report: NDArray[np.int32]
    kind: NDArray[np.uint8]
    code: Codes
    role: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Reports as columns, row n report number n, sorted by receipt. 0 means not given, in every column but `received`.

    Attributes:
        sender: a place in `profile.SENDERS`.
        received: seconds since 1970, UTC.
        codes: by kind, the value in the subject's field; equal codes of a kind are equal texts.
        verified: bit k is set when the sender has verified its value of KINDS[k].
        first_name, last_name: codes of spellings; equal codes are equal texts.
        birth_day: days since 1900-01-01.
        ip: IPv4 as a number. port: source port. file: the code of the file's digest.
    """

    sender: NDArray[np.uint8]
    received: NDArray[np.int64]
    codes: dict[str, Codes]
    verified: NDArray[np.uint8]
    first_name: Codes
    last_name: Codes
    birth_day: NDArray[np.int32]
    ip: NDArray[np.uint32]
    port: NDArray[np.uint16]
    file: Codes
    bystanders: Bystanders

    def __len__(self) -> int:
        return len(self.received)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Every column by name, as `pyarrow.table` and data frames take them; a kind's column bears the kind's name."""
        own = {name: getattr(self, name) for name in ("sender", "received", "verified", "first_name", "last_name")}
        own |= {name: getattr(self, name) for name in ("birth_day", "ip", "port", "file")}
        return {"report": np.arange(len(self), dtype=np.int32), **own, **self.codes}

    def report(self, number: int) -> Report:
        """One report with its texts: dear, for a look or a test; linkers take the columns."""
        mentions = [
            Mention(kind=kind, value=render(kind, int(self.codes[kind][number])), role=ROLES[0], verified=bool(bit))
            for place, kind in enumerate(KINDS)
            if self.codes[kind][number]
            for bit in [int(self.verified[number]) >> place & 1]
        ]
        others = self.bystanders
        low, high = np.searchsorted(others.report, [number, number + 1])
        for row in range(int(low), int(high)):
            kind = KINDS[others.kind[row]]
            value = render(kind, int(others.code[row]))
            mentions.append(Mention(kind=kind, value=value, role=ROLES[others.role[row]], verified=False))
        born, address, file = int(self.birth_day[number]), int(self.ip[number]), int(self.file[number])
        return Report(
            number=number,
            sender=SENDERS[self.sender[number]].name,
            received=datetime.fromtimestamp(int(self.received[number]), UTC),
            mentions=tuple(mentions),
            first_name=first_names().render(int(self.first_name[number])),
            last_name=last_names().render(int(self.last_name[number])),
            birth_date=date(1900, 1, 1) + timedelta(days=born) if born else None,
            ip=str(ipaddress.IPv4Address(address)) if address else None,
            port=int(self.port[number]) or None,
            file_digest=hashlib.sha256(f"synthetic file {file}".encode()).digest() if file else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is so, for the judge alone.

    Attributes:
        person: of each report.
        standing: by kind, what the value in the subject's field is: ABSENT; OWN, the person's (another may have held
            it before or after); SHARED, of a household, a café or a group; JUNK; ANOTHERS, a victim's, a reporter's or
            a seller's; MISTYPED, nobody's.
    """

    person: NDArray[np.int32]
    standing: dict[str, NDArray[np.uint8]]

    def owners(self, codes: dict[str, Codes], kind: str) -> tuple[Codes, NDArray[np.int32]]:
        """Each true value of a kind that was reported, with its person; a value that changed hands has two rows."""
        own = self.standing[kind] == OWN
        pairs = np.unique(codes[kind][own].astype(np.int64) << 32 | self.person[own])
        return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
