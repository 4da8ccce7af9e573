"""Refer a report, or the reports of a cluster: a signed package for one recipient, and the record that it was made."""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.ground.canonical import canonical
from clew.ground.clock import Clock
from clew.ground.identity import new_id
from clew.ground.signing import load_or_make
from clew.parts import shelf
from clew.parts.clearinghouses.base import Access, FetchingPart, Package, PackedFile
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.atlas import Atlas
from clew.pipelines.holds import checked_text
from clew.pipelines.referral_papers import TakenIn, papers
from clew.pipelines.routing import RoutingAnswer, route
from clew.records.audit import AuditEvent
from clew.records.identifiers import ClusterId, IntakeNumber, RecipientId, ReferralId
from clew.records.intake import IntakeState
from clew.records.referral import NEXT_STATES, Referral, ReferralRecipient, ReferralState
from clew.settings import Settings

# Each report brings four documents, one of them a paper that takes its time to set.
_MOST_REPORTS = 200
_REFERABLE = frozenset({IntakeState.TAKEN_IN, IntakeState.EXPIRED})

# Where a package goes: it takes a package's documents and the signature, and returns the signed manifest.
Sink = Callable[[Package, Callable[[bytes], bytes]], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRequest:
    """What is to be referred, to whom and why.

    Attributes:
        cluster_id: when the reports are a cluster's.
        because: why this recipient, in words of whoever refers; they go into the package.
    """

    numbers: Sequence[IntakeNumber]
    recipient_id: RecipientId
    because: str
    cluster_id: ClusterId | None = None


def refer(
    store: Store,
    settings: Settings,
    atlas: Atlas,
    asked: ReferralRequest,
    sink: Sink,
    *,
    actor: str,
    clock: Clock,
) -> Referral:
    """The package lies whole where the sink puts it, and the referral is recorded as made.

    Raises:
        NotFoundError: no such report or recipient.
        RefusedError: the recipient cannot be used now, or a report may not be referred; the message says why.
        InputError: no reports, too many, or no reason.
        UnavailableError: the package cannot be written.
    """
    if not 0 < len(set(asked.numbers)) <= _MOST_REPORTS:
        raise InputError(
            f"a package holds 1 to {_MOST_REPORTS} reports, got {len(asked.numbers):,}; refer them in parts"
        )
    because = checked_text(asked.because, "a reason")
    at = clock()
    with store.read() as reader:
        recipient = _recipient(reader, asked.recipient_id)
        if lacks := recipient.lacks(at.date()):
            raise RefusedError(f"nothing may be sent to {recipient.id}: {'; '.join(lacks)}; see clew recipients show")
        taken = [_taken(reader, each) for each in sorted(set(asked.numbers))]
        numbers = tuple(each.report.number for each in taken)
        routing = route(reader, atlas, numbers, today=at.date(), stale_days=settings.geography.stale_days)
    referral = Referral(
        id=ReferralId(new_id(at)),
        recipient_id=recipient.id,
        recipient_name=recipient.name,
        numbers=numbers,
        cluster_id=asked.cluster_id,
        package="",
        digest=b"",
        made_at=at,
        made_by=actor,
        because=because,
        state=ReferralState.MADE,
        state_at=at,
        state_by=actor,
    )
    made = _packed(referral, taken, routing, settings, sink)
    store.transact(lambda unit: _record(unit, made))
    return made


def to_folder(folder: Path) -> Sink:
    """Packages go below a folder, each in one of its own name."""

    def put(package: Package, sign: Callable[[bytes], bytes]) -> bytes:
        part = shelf.load("clearinghouses", "folder", FetchingPart)
        return part.open(Access(place=str(folder)), folder, sign).put(package)

    return put


def to_zip(stream: IO[bytes]) -> Sink:
    """A package goes into a stream as one ZIP archive, with the same manifest and signature as a folder has."""

    def put(package: Package, sign: Callable[[bytes], bytes]) -> bytes:
        files = [each for each in package.files if isinstance(each, PackedFile)]
        lines = [
            {
                "name": each.name,
                "media_type": each.media_type,
                "size_bytes": len(each.body),
                "sha256": hashlib.sha256(each.body).hexdigest(),
            }
            for each in files
        ]
        manifest = canonical({"package": package.name, "files": lines})
        with zipfile.ZipFile(stream, "w") as archive:
            for each in files:
                archive.writestr(_entry(package.name, each.name), each.body)
            archive.writestr(_entry(package.name, "manifest.json"), manifest)
            archive.writestr(_entry(package.name, "manifest.sig"), sign(manifest).hex() + "\n")
        return manifest

    return put


def mark_referral(
    store: Store, referral_id: ReferralId, state: ReferralState, *, told: str, actor: str, clock: Clock
) -> Referral:
    """A person says what has become of a referral.

    Raises:
        NotFoundError: there is none of that id.
        ConflictError: it cannot come to that from where it stands.
    """
    words = checked_text(told, "what is known of it") if told else ""

    def work(unit: UnitOfWork) -> Referral:
        known = unit.find_referral(referral_id)
        if known is None:
            raise NotFoundError("no referral of that id; see clew referrals list")
        if state not in NEXT_STATES[known.state]:
            ways = ", ".join(sorted(NEXT_STATES[known.state])) or "nothing: it has ended"
            raise ConflictError(f"the referral is {known.state}; from there it can become: {ways}")
        at = clock()
        changed = unit.change_referral(replace(known, state=state, state_at=at, state_by=actor, told=words))
        unit.audit(_event(changed, f"referral.{state.value}"))
        return changed

    return store.transact(work)


# ---------------------------------------------------------------- the steps


def _packed(
    referral: Referral, taken: Sequence[TakenIn], routing: RoutingAnswer, settings: Settings, sink: Sink
) -> Referral:
    named = replace(referral, package=f"referral-{referral.id}")
    package = Package(name=named.package, files=tuple(papers(named, taken, routing, settings)), answered=False)
    manifest = sink(package, load_or_make(settings.signing_key_path).sign)
    return replace(named, digest=hashlib.sha256(manifest).digest())


def _record(unit: UnitOfWork, made: Referral) -> None:
    """The referral, its own audit row, and one on each report: whoever reads a report's history finds it there."""
    unit.add_referral(made)
    unit.audit(_event(made, "referral.make"))
    for number in made.numbers:
        facts: dict[str, str | int | bool | None] = {"referral": made.id, "recipient": made.recipient_id}
        subject = f"intake:{number}"
        unit.audit(AuditEvent(at=made.made_at, actor=made.made_by, act="report.refer", subject=subject, facts=facts))


def _event(referral: Referral, act: str) -> AuditEvent:
    facts: dict[str, str | int | bool | None] = {
        "recipient": referral.recipient_id,
        "reports": len(referral.numbers),
        "cluster": referral.cluster_id,
        "state": referral.state.value,
    }
    return AuditEvent(
        at=referral.state_at, actor=referral.state_by, act=act, subject=f"referral:{referral.id}", facts=facts
    )


def _recipient(reader: Reader, recipient_id: RecipientId) -> ReferralRecipient:
    found = reader.find_recipient(recipient_id)
    if found is None:
        raise NotFoundError(f"no recipient '{recipient_id[:64]}'; see clew recipients list")
    return found


def _taken(reader: Reader, number: IntakeNumber) -> TakenIn:
    report = reader.find_intake(number)
    if report is None:
        raise NotFoundError(f"no report {number} was taken in here")
    if report.state not in _REFERABLE:
        states = {IntakeState.OPEN: "its sender has not finished it", IntakeState.RETRACTED: "its sender took it back"}
        raise RefusedError(f"report {number} cannot be referred: {states[report.state]}")
    sender = reader.find_sender(report.sender_id)
    return TakenIn(report=report, sender=sender.name if sender else "a sender that is not known any more")


def _entry(folder: str, name: str) -> zipfile.ZipInfo:
    """A file of the archive without the machine's time or user, so that nothing of the desk is in it."""
    entry = zipfile.ZipInfo(f"{folder}/{name}")
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
