"""What a report says of one file."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.review import FileAnnotation, IndustryClass
from clew.records.subject import Device, IpEvent


class Relevance(enum.StrEnum):
    """Whether a file is what is reported, or helps to understand it."""

    REPORTED = "reported"
    SUPPLEMENTAL = "supplemental"


class MetadataKind(enum.StrEnum):
    """What a set of named values was taken from."""

    EXIF = "exif"
    HASH = "hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A fact that has no field of its own."""

    label: str
    text: str

    @property
    def line(self) -> str:
        """The fact as a line of additional information."""
        return hanging(f"{self.label}: {self.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHash:
    """A hash of the bytes as the user uploaded them, as text: "MD5", "SHA1", "SHA256", "PDQ"."""

    type: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedValue:
    """One value of a file's metadata."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMetadata:
    """Named values that belong together."""

    values: tuple[NamedValue, ...]
    kind: MetadataKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AiProvenance:
    """Where a generated file comes from; without it a report of one can hardly be acted upon.

    Attributes:
        source: how it came to the platform: made there, uploaded, met in training data.
        by_user: a user asked for it or brought it; else it was met in material that the platform gathered.
    """

    model: str | None = None
    prompt: str | None = None
    source: str | None = None
    by_user: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewingStatement:
    """What the viewing ledger says of one file, in the only form in which a report may say it.

    Attributes:
        viewed: a person of the platform was served the whole file, unfiltered, and confirmed having seen it.
        exif_viewed: the same of its EXIF data; only ever with `viewed`.
        narrative: what was seen of it and what was not, in words; sent. Such as "viewed in part: one blurred frame".
    """

    viewed: bool = False
    exif_viewed: bool = False
    narrative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """One file of a report.

    Attributes:
        key: what ties it to its bytes, such as a content id or a path; unique in its report, never sent.
        reference: the platform's own id of the upload; sent.
        file_name: the name under which the bytes are sent.
        original_file_name: the name under which the user uploaded them.
        url: where the file was.
        viewed, exif_viewed: from the viewing ledger alone, set by composing; None where a foreign report says nothing,
            which is read as not viewed.
        publicly_available: its entire contents were public.
        potential_meme: the older form of the annotation; read from foreign reports, never written by composing.
        ip_event: from where it was uploaded; the grammar takes one.
    """

    key: str
    reference: str | None = None
    file_name: str | None = None
    original_file_name: str | None = None
    uploaded_at: datetime | None = None
    url: str | None = None
    viewed: bool | None = None
    exif_viewed: bool | None = None
    publicly_available: bool | None = None
    relevance: Relevance | None = None
    potential_meme: bool | None = None
    annotations: frozenset[FileAnnotation] = frozenset()
    industry_class: IndustryClass | None = None
    hashes: tuple[FileHash, ...] = ()
    ip_event: IpEvent | None = None
    devices: tuple[Device, ...] = ()
    metadata: tuple[FileMetadata, ...] = ()
    additional_info: tuple[str, ...] = ()
    ai_provenance: AiProvenance | None = None
    further: tuple[Labelled, ...] = ()


def hanging(text: str) -> str:
    """The text with each further line indented, so that no stranger's words can pass for a fact of their own.

    A message that holds a line end and "Viewing: the whole file" would else read like our own statement.
    """
    return "    ".join(text.splitlines(keepends=True))
