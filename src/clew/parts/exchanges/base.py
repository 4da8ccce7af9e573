"""The exchanges' contract: a file becomes entries and faults, row by row, and a list becomes a file."""

import enum
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from clew.records.hashlist import Entry, NewEntry, RowFault
from clew.records.identifiers import SignalType

# Names that a file brings along (columns, types) are kept for the outcome; a hostile file has a million of them.
_NAMES_KEPT = 50
_NAME_SHOWN = 40
# A name of sixteen or more hex digits is most likely a hash in the wrong column.
_HASH_DIGITS = 16


class FaultKind(enum.StrEnum):
    """What is wrong with a row, as it is counted."""

    FORM = "form"  # no row of this format: not UTF-8, a NUL byte, no JSON, a wrong number of columns
    TOO_LONG = "too-long"
    UNKNOWN_TYPE = "unknown-type"
    HASH = "hash"  # missing, not hex, of a wrong length, all zero
    PARTICULAR = "particular"  # quality, category, opinion, date, note
    BROKEN_OFF = "broken-off"  # the file ends or breaks within a record; what follows could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownType:
    """A signal type as an exchange needs it; the pipeline makes it from the part of that name.

    Attributes:
        parse: the hash that a text writes; InputError, without the hash, when it writes none.
        check: nothing when a hash of that quality may stand on a list; InputError, without the hash, else.
    """

    name: SignalType
    parse: Callable[[str], bytes]
    check: Callable[[bytes, int | None], None]


@dataclass(slots=True, kw_only=True)
class Reading:
    """One reading of one file: what is asked of it, and what was met besides entries and faults.

    Attributes:
        types: the signal types that are known here.
        region: whose categories a VICS file uses, where the file does not say it.
        uncategorised: take also the VICS records that nobody has judged.
        rows: rows or records met so far, good and bad.
        faults: how many faults there were of each kind.
        unknown_columns: columns or properties that were not read because nothing is known of them.
        unsupported: hashes of types that are not known here, beside others that are.
        left_out: records that were not taken for a reason that is no fault; the reason is the key.
        remarks: records that were taken otherwise than they stand; the sentence is the key.
    """

    types: Mapping[SignalType, KnownType]
    region: str | None = None
    uncategorised: bool = False
    rows: int = 0
    faults: Counter[FaultKind] = field(default_factory=Counter)
    unknown_columns: Counter[str] = field(default_factory=Counter)
    unsupported: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)

    def fault(self, row: int, kind: FaultKind, fault: str) -> RowFault:
        """The fault, counted."""
        self.faults[kind] += 1
        return RowFault(row=row, fault=fault)

    def find_type(self, name: str) -> KnownType | None:
        """The type of that name, however it is spelt: `SHA-1`, `sha_1`, `sha1`."""
        known = self.types.get(SignalType(name))
        if known is None and len(name) <= _NAME_SHOWN:
            known = self.types.get(SignalType(name.strip().lower().replace("-", "").replace("_", "")))
        return known


@dataclass(slots=True, kw_only=True)
class Writing:
    """One writing of one file: what is asked of it, and what became of the entries.

    Attributes:
        region: whose categories the file shall bear, for formats that have a region.
        entries: how many entries were written.
        left_out: entries that the format cannot bear; the reason is the key.
        remarks: entries that were written with less than is known of them; the sentence is the key.
    """

    region: str | None = None
    entries: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)


class ExchangePart(ABC):
    """One form of a list. Both directions stream: memory does not grow with the file."""

    name: str
    title: str
    # Endings of file names that are usual for it, with the dot.
    suffixes: tuple[str, ...]
    # What stands in such a file one after the other.
    row_word = "row"

    @abstractmethod
    def sniff(self, head: bytes) -> bool:
        """Whether a file that begins so is of this form; at most one part says yes to a well-formed file."""

    @abstractmethod
    def read(self, stream: BinaryIO, reading: Reading) -> Iterator[NewEntry | RowFault]:
        """Every entry of a file in its order; a row that cannot be used is a fault, and the rows after it go on.

        Raises:
            InputError: the file as a whole is not of this form, before anything is yielded.
        """

    @abstractmethod
    def write(self, entries: Callable[[], Iterator[Entry]], stream: BinaryIO, writing: Writing) -> None:
        """The entries are written, one file whole.

        Args:
            entries: begins a pass over the list; some forms need two.
            stream: where the bytes go.
            writing: counts what was written and what was left out.
        Raises:
            InputError: the form needs to be told something first, such as a region.
        """


def shown(name: str) -> str:
    """A name from a file as a message may bear it: short, printable, and no hash."""
    if len(name) >= _HASH_DIGITS and all(letter in "0123456789abcdefABCDEF" for letter in name):
        return f"{name[:8]}…"
    text = "".join(letter if letter.isprintable() else "?" for letter in name[:_NAME_SHOWN])
    return text + ("…" if len(name) > _NAME_SHOWN else "")


def count_name(names: Counter[str], name: str) -> None:
    """The name is counted; beyond fifty different ones they share one line."""
    text = shown(name)
    names[text if text in names or len(names) < _NAMES_KEPT else "(further names)"] += 1
