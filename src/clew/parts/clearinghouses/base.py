"""The clearinghouses' contract: a report goes there call by call, or lies sealed for whoever fetches it.

A clearinghouse reaches one environment at one place. It knows the interface and none of the rules of filing: what to
do after each reply is decided in `clew.reporting.submit`, and recorded by `clew.pipelines.filing`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where an environment of a clearinghouse is, and as whom to come; from the settings.

    Attributes:
        place: the base address, or the folder.
        authority_file: certificates that are trusted instead of the system's; "" is the system's.
        proxy: URL; "" is none.
    """

    place: str
    user: str = ""
    password: str = ""
    authority_file: str = ""
    proxy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a clearinghouse said to one call, in words that all of them share.

    Attributes:
        code: its response code; 0 is yes.
        description: its own words, for a person; never a rule.
        number: of the report, as text.
        md5: of the bytes that it received, in hexadecimal digits.
        done: the reply to the last call, which lists the files.
        body: byte for byte: the receipt, when `done`.
        request_id: its name for the call.
    """

    code: int
    description: str = ""
    number: str | None = None
    file_id: str | None = None
    md5: str | None = None
    done: bool = False
    file_ids: tuple[str, ...] = ()
    body: bytes = b""
    request_id: str | None = None


# How a body becomes a reply: the format's part knows the grammar, and a shelf imports no other shelf.
ReadReply = Callable[[bytes], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file on its way.

    Attributes:
        pieces: its bytes, read while they are sent; exactly `size_bytes` of them.
    """

    name: str
    media_type: str
    size_bytes: int
    pieces: Iterable[bytes]


class Clearinghouse(ABC):
    """One environment of a clearinghouse that takes a report call by call.

    Every call returns what was said, yes or no.

    Attributes:
        place: its base address.

    Raises:
        UnavailableError: (each call) no reply came that can be read; whether the call was heeded is not known.
    """

    place: str

    @abstractmethod
    def status(self) -> Reply:
        """Whether it answers, and to whom it thinks it speaks."""

    @abstractmethod
    def schema(self) -> bytes:
        """What it gives as the schema of its documents, whatever that is; the operator's own copy."""

    @abstractmethod
    def submit(self, document: bytes) -> Reply:
        """A report is opened; the reply bears its number."""

    @abstractmethod
    def upload(self, number: str, file: SentFile) -> Reply:
        """A file's bytes join an open report; the reply bears the file's id and digest."""

    @abstractmethod
    def describe(self, document: bytes) -> Reply:
        """What is said of one file joins it; once for each."""

    @abstractmethod
    def finish(self, number: str) -> Reply:
        """The report is handed in, for good; the reply is the receipt."""

    @abstractmethod
    def retract(self, number: str) -> Reply:
        """An open report is taken back; a finished one can't be."""

    @abstractmethod
    def close(self) -> None:
        """No connection stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """One document of a package."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedStream:
    """One document of a package that is never held whole.

    Attributes:
        pieces: gives its bytes while they are written.
    """

    name: str
    media_type: str
    pieces: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A complete report as documents for people and machines; evidence is in it enveloped to its recipient, or not.

    Attributes:
        name: unique and stable for one report of one filing: putting the same package twice puts it once.
        files: the report as PDF and JSON, with what else explains it.
        answered: whether its recipient's receipt is awaited beside it.
    """

    name: str
    files: tuple[PackedFile | PackedStream, ...]
    answered: bool = True


Sign = Callable[[bytes], bytes]


class Outlet(ABC):
    """One environment of a recipient that fetches sealed packages, and may lay its receipts beside them.

    Attributes:
        place: where, for a person.
    """

    place: str

    @abstractmethod
    def put(self, package: Package) -> bytes:
        """The package lies there whole, sealed and durable; its signed manifest, byte for byte.

        A package of that name that lies there already stays as it is, and its manifest comes back.

        Raises:
            UnavailableError: it cannot be written now; nothing half-written is ever seen.
        """

    @abstractmethod
    def packages(self, begins: str) -> list[str]:
        """The names of the packages that lie there and begin so, in order.

        Raises:
            UnavailableError: the place cannot be read now.
        """

    @abstractmethod
    def receipts(self, name: str) -> list[bytes]:
        """What the recipient laid there for a package, byte for byte; more than one when they answered again.

        Raises:
            UnavailableError: one of them cannot be read now, or is no receipt.
        """


class ClearinghousePart(ABC):
    """A kind of clearinghouse.

    Attributes:
        format: the name of the format part in which it takes reports.
    """

    name: str
    title: str
    format: str


class CalledPart(ClearinghousePart):
    """One that is called."""

    @abstractmethod
    def open(self, access: Access, read_reply: ReadReply) -> Clearinghouse:
        """Its environment at a place; nothing is called yet.

        Raises:
            InputError: the place is no address that may be called.
        """


class FetchingPart(ClearinghousePart):
    """One that fetches."""

    @abstractmethod
    def open(self, access: Access, default_place: Path, sign: Sign) -> Outlet:
        """Its outlet; `default_place` where the settings name none."""
