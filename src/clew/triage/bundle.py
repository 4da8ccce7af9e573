"""Copies of one incident become one row: by the bytes of files, near pictures, addresses, or one moment of one account.

A report joins the bundle that holds at least half of its files; without files, of its addresses; with neither, the one
of the same account, kind and second, as when a report comes in two forms. Bundles never join one another, and a report
never leaves its bundle: ids are stable, and what was a copy when it came stays one. How many copies there are is told,
and raises nothing.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, PlaceId
from clew.records.intake import IntakeReport
from clew.records.mention import IdentifierKind, Mention, Part
from clew.records.triage import WakeUp

_KEY_BYTES, _UPLOADER_BYTES = 16, 8
_OF_FILE = re.compile(r"^(files\[\d+\])")
# An account is the platform's own word for who uploads; other names follow in the order of how few people share one.
_UPLOADER_KINDS = (
    IdentifierKind.ACCOUNT,
    IdentifierKind.EMAIL,
    IdentifierKind.PHONE,
    IdentifierKind.PAYMENT,
    IdentifierKind.WALLET,
    IdentifierKind.BANK,
    IdentifierKind.DEVICE,
)
# No bytes at all are the same bytes everywhere.
_EMPTY = {f"{name}:{hashlib.new(name, b'', usedforsecurity=False).hexdigest()}" for name in ("md5", "sha1", "sha256")}


@dataclass(frozen=True, slots=True)
class FileKeys:
    """By what one file is found: keys of its digests, and its pictures' PDQ hashes of 32 bytes."""

    digests: frozenset[bytes] = frozenset()
    pictures: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentKeys:
    """By what the incident of a report is found.

    Attributes:
        moment: the account, the kind and the second; None where one of them is not said.
        uploader: 8 bytes, equal for equal accounts; of the sender as a whole where it names none.
    """

    files: tuple[FileKeys, ...] = ()
    urls: frozenset[bytes] = frozenset()
    moment: bytes | None = None
    uploader: bytes = b""

    @property
    def keys(self) -> frozenset[bytes]:
        """Every exact key that leads to the incident."""
        moments = frozenset[bytes]() if self.moment is None else frozenset({self.moment})
        return frozenset[bytes]().union(*(file.digests for file in self.files), self.urls, moments)

    @property
    def pictures(self) -> frozenset[bytes]:
        """Every picture of it."""
        return frozenset[bytes]().union(*(file.pictures for file in self.files))


@dataclass(frozen=True, slots=True)
class Joined:
    """Which bundle a report joins.

    Attributes:
        bundle_id: its own number when it is the first to tell of the incident.
        new_file: it brings a file, or an address, that the bundle did not have.
    """

    bundle_id: BundleId
    new_file: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What leads to which bundle, as the store and the pictures seen so far have it."""

    by_key: Mapping[bytes, BundleId] = field(default_factory=dict)
    by_picture: Mapping[bytes, BundleId] = field(default_factory=dict)


def keys_of(intake: IntakeReport, mentions: Sequence[Mention]) -> IncidentKeys:
    """By what the incident of a report is found, from what it mentions."""
    digests: dict[str, set[bytes]] = {}
    pictures: dict[str, set[bytes]] = {}
    urls = set()
    for each in mentions:
        of_file = _OF_FILE.match(each.origin.path)
        if each.kind is IdentifierKind.FILE and each.value not in _EMPTY:
            digests.setdefault(of_file[1] if of_file else each.value, set()).add(file_key(each.value))
        elif each.kind is IdentifierKind.PICTURE:
            pictures.setdefault(of_file[1] if of_file else each.value, set()).add(bytes.fromhex(each.value))
        elif each.kind is IdentifierKind.URL and _is_particular(each.value):
            urls.add(_key("url", each.value))
    files = sorted({*digests, *pictures})
    return IncidentKeys(
        files=tuple(FileKeys(frozenset(digests.get(f, ())), frozenset(pictures.get(f, ()))) for f in files),
        urls=frozenset(urls),
        moment=_moment(intake, mentions),
        uploader=uploader_of(intake, mentions),
    )


def file_key(value: str) -> bytes:
    """The key of a file's digest, as "sha256:..." in lower case."""
    return _key("file", value)


def uploader_of(intake: IntakeReport, mentions: Sequence[Mention]) -> bytes:
    """Whose upload it was, as 8 bytes: the account that is reported, else the sender, who told of none."""
    subjects = [each for each in mentions if each.part is Part.SUBJECT]
    for kind in _UPLOADER_KINDS:
        values = [each.value for each in subjects if each.kind is kind]
        if values:
            return _key(kind.value, min(values))[:_UPLOADER_BYTES]
    return _key("sender", intake.sender_id)[:_UPLOADER_BYTES]


def join(number: IntakeNumber, keys: IncidentKeys, known: Known) -> Joined:
    """The bundle of a report: the one that holds most of what it shows, ties to the oldest; else its own."""
    shown = [_bundles_of(file, known) for file in keys.files]
    if not shown:
        shown = [{known.by_key[url]} if url in known.by_key else set() for url in sorted(keys.urls)]
    if not shown and keys.moment is not None:
        shown = [{known.by_key[keys.moment]} if keys.moment in known.by_key else set()]
    votes = Counter(bundle for bundles in shown for bundle in bundles)
    if not votes:
        return Joined(bundle_id=BundleId(number))
    best, held = min(votes.items(), key=lambda each: (-each[1], each[0]))
    if held * 2 < len(shown):
        return Joined(bundle_id=BundleId(number))
    return Joined(bundle_id=best, new_file=held < len(shown))


def new_elements(joined: Joined, *, uploader_known: bool, victim: bool, victim_known: bool) -> tuple[WakeUp, ...]:
    """What a copy brings that its bundle did not have, the gravest first; nothing for one more of the same.

    Args:
        victim: the copy bears a sign of a victim; `victim_known`: the bundle did before.
    """
    elements = (
        (WakeUp.VICTIM, victim and not victim_known),
        (WakeUp.NEW_FILE, joined.new_file),
        (WakeUp.NEW_UPLOADER, not uploader_known),
    )
    return tuple(element for element, holds in elements if holds)


def place_for(cluster_id: ClusterId, bundles: Iterable[BundleId], first_cluster: ClusterId | None) -> PlaceId:
    """Where a cluster is worked: in the place of its bundle's first cluster when all it has are copies within that one.

    Args:
        bundles: of the cluster's reports.
        first_cluster: the cluster of the first report of the bundle, where they share one.
    """
    if len(set(bundles)) == 1 and first_cluster is not None:
        return PlaceId(first_cluster)
    return PlaceId(cluster_id)


def _bundles_of(file: FileKeys, known: Known) -> set[BundleId]:
    exact = {known.by_key[key] for key in file.digests if key in known.by_key}
    return exact | {known.by_picture[picture] for picture in file.pictures if picture in known.by_picture}


def _moment(intake: IntakeReport, mentions: Sequence[Mention]) -> bytes | None:
    """One account, one kind, one second. A time without seconds is a day's or an hour's, and many share it."""
    if intake.incident_at is None or not intake.incident_at.second:
        return None
    accounts = sorted(each.value for each in mentions if each.part is Part.SUBJECT and each.kind.names_somebody)
    if not accounts:
        return None
    at = intake.incident_at.replace(microsecond=0).isoformat()
    return _key("moment", f"{accounts[0]}\0{intake.incident_type}\0{at}")


def _is_particular(url: str) -> bool:
    """Whether an address leads to something: the front page of a service is where everything happened."""
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _key(kind: str, value: str) -> bytes:
    return hashlib.blake2b(f"{kind}\0{value}".encode(), digest_size=_KEY_BYTES).digest()
