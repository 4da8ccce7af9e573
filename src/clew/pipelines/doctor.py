"""Examine an installation: what is missing, what is weak, and what to do about each."""

import enum
import ipaddress
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from clew.errors import ClewError, MissingPartError, UnavailableError
from clew.ground.clock import Clock, iso
from clew.ground.text import count
from clew.kernels import cpu
from clew.parts import shelf
from clew.parts.geography.base import ExitKind
from clew.parts.stores._evidence import Kept
from clew.parts.stores.base import Store
from clew.pipelines.atlas import open_atlas
from clew.pipelines.audit import AuditLog, open_log
from clew.pipelines.audit_verify import STUCK_AFTER
from clew.pipelines.authenticators import Authenticators
from clew.pipelines.files import open_hasher
from clew.pipelines.installation import (
    open_index,
    open_store,
    signal_parts,
    tell_unsearched,
    unsearched_entries,
)
from clew.pipelines.onboarding import checklist
from clew.pipelines.review import jobs_for_nobody
from clew.pipelines.strongroom import open_strongroom
from clew.records.hashlist import LegalBasis
from clew.records.screening import Purpose
from clew.redact import short_url
from clew.settings import Settings

SHELVES = (
    "classifiers",
    "clearinghouses",
    "decoders",
    "exchanges",
    "geography",
    "identifiers",
    "indexes",
    "jurisdictions",
    "keyrings",
    "signals",
    "stores",
    "vaults",
)
# Of these the settings choose one part, and the library of another need not be there.
_CHOSEN = frozenset({"keyrings", "vaults"})

# Below this an import or an index build may fill the disk.
_LEAST_FREE_BYTES = 2 << 30
_SOON = timedelta(days=30)


class Health(enum.StrEnum):
    """How one thing stands."""

    GOOD = "good"
    WEAK = "weak"  # it works, and an operator should know
    MISSING = "missing"  # something does not work


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, and what to do about it when it is not good."""

    what: str
    health: Health
    told: str


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything worth knowing, in the order in which one thing needs another."""
    yield from _machine()
    yield from _folder(settings)
    yield from _workers(settings)
    yield from _geography(settings, clock)
    try:
        store = open_store(settings)
    except ClewError as error:
        yield Finding(what="database", health=Health.MISSING, told=str(error))
        return
    try:
        yield _database(store, settings)
        yield from _index(store, settings, clock)
        yield from _grounds(store, clock())
        yield _audit(open_log(settings, store, clock))
        yield from _evidence(settings, store, clock)
        yield from examine_people(settings, store)
        yield from _reporting(settings, store)
        yield from _review(store)
    finally:
        store.close()
    yield from _service(settings)


def _machine() -> Iterator[Finding]:
    level = cpu.level()
    told = f"kernels use {level}"
    if level == "portable":
        yield Finding(what="processor", health=Health.WEAK, told=f"{told}: searching is several times slower")
    else:
        yield Finding(what="processor", health=Health.GOOD, told=told)
    needed = [each for each in SHELVES if each not in _CHOSEN]
    for name, part in ((each, part) for each in needed for part in shelf.names(each)):
        try:
            shelf.load(name, part, object)
        except MissingPartError as error:
            yield Finding(what=f"{name}/{part}", health=Health.MISSING, told=str(error))


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    if not folder.exists():
        yield _future(folder)
        return
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        told = f"{folder} can be entered by other users of this machine; run: chmod 700 {folder}"
        yield Finding(what="data folder", health=Health.WEAK, told=told)
    else:
        yield Finding(what="data folder", health=Health.GOOD, told=f"{folder}, closed to other users")
    free = shutil.disk_usage(folder).free
    health = Health.GOOD if free >= _LEAST_FREE_BYTES else Health.WEAK
    yield Finding(what="disk", health=health, told=f"{free / (1 << 30):,.1f} GiB free")


def _future(folder: Path) -> Finding:
    """Of a folder that is made at first use: whether it can be."""
    above = next(each for each in folder.absolute().parents if each.exists())
    try:
        # Tried, not asked: permission alone tells nothing of a full, a read-only or a special file system.
        with TemporaryDirectory(prefix=".clew-", dir=above):
            pass
    except OSError as error:
        told = f"{folder} cannot be made: {above}: {error.strerror}; name another with --data-dir or CLEW_DATA_DIR"
        return Finding(what="data folder", health=Health.MISSING, told=told)
    return Finding(what="data folder", health=Health.GOOD, told=f"{folder} will be made at first use")


def _workers(settings: Settings) -> Iterator[Finding]:
    try:
        with open_hasher(settings.decode) as hasher:
            confinement = hasher.confinement()
    except ClewError as error:
        yield Finding(what="decode workers", health=Health.MISSING, told=str(error))
        return
    weaknesses = confinement.weaknesses()
    for told in weaknesses:
        yield Finding(what="decode workers", health=Health.WEAK, told=told)
    if not weaknesses:
        yield Finding(what="decode workers", health=Health.GOOD, told="confined: no files, no sockets, no programs")


def _geography(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Files of addresses, where there are any: whether they can be read, and how old they are."""
    if not (settings.geography.files or settings.geography.exits):
        return
    try:
        atlas = open_atlas(settings.geography)
    except ClewError as error:
        yield Finding(what="geography", health=Health.MISSING, told=str(error))
        return
    for each in atlas.files:
        made = each.ranges.snapshot
        days = None if made is None else (clock().date() - made).days
        told = f"{each.name} does not say when it was made" if days is None else f"{each.name} is {days:,} days old"
        stale = days is None or days > settings.geography.stale_days
        health = Health.WEAK if stale else Health.GOOD
        yield Finding(what="geography", health=health, told=f"{told}; such files count less" if stale else told)
    now = clock()
    if settings.geography.exits and not atlas.exits.around(ExitKind.TOR, now):
        told = "no list of Tor exits of these days: exits of today cannot be told from homes"
        yield Finding(what="geography", health=Health.WEAK, told=told)


def _database(store: Store, settings: Settings) -> Finding:
    kind = "PostgreSQL" if settings.database else "SQLite"
    try:
        store.check()
    except ClewError as error:
        return Finding(what="database", health=Health.MISSING, told=str(error))
    return Finding(what="database", health=Health.GOOD, told=f"{kind} at {short_url(settings.database_url)}")


def _index(store: Store, settings: Settings, clock: Clock) -> Iterator[Finding]:
    parts = signal_parts()
    for kind, entries in unsearched_entries(store, parts, clock()).items():
        yield Finding(what=f"signals/{kind}", health=Health.MISSING, told=tell_unsearched(kind, entries))
    index = open_index(store, settings, parts, clock)
    try:
        index.ready()
        faults = index.verify()
    except ClewError as error:
        yield Finding(what="index", health=Health.MISSING, told=str(error))
        return
    for fault in faults:
        told = f"{fault}; it is built anew at the next start, or now with: clew index build"
        yield Finding(what="index", health=Health.WEAK, told=told)
    if not faults:
        entries = sum(each.entries for each in index.status().types)
        told = f"{count(entries, 'entry', 'entries')}, every segment read and whole"
        yield Finding(what="index", health=Health.GOOD, told=told)


def _grounds(store: Store, now: datetime) -> Iterator[Finding]:
    with store.read() as reader:
        sources = reader.sources()
        purposes = {purpose: reader.find_basis(purpose) for purpose in Purpose}
        empty = not reader.lists()
    if empty:
        yield Finding(what="lists", health=Health.WEAK, told="no list yet: nothing can match; see clew lists import")
    for source in sources:
        yield from _ground(f"source {source.name}", source.legal_basis, now)
    for purpose, recorded in purposes.items():
        if recorded is None:
            told = "off: no legal basis is recorded (clew legal set)"
            yield Finding(what=str(purpose), health=Health.GOOD, told=told)
        elif (until := recorded.basis.until) is not None and until == recorded.recorded_at:
            yield Finding(what=str(purpose), health=Health.GOOD, told=f"off: ended {until:%Y-%m-%d}")
        else:
            yield from _ground(str(purpose), recorded.basis, now)


def _audit(log: AuditLog) -> Finding:
    """What a glance tells; whether every row is as it was sealed, only `clew audit verify` does."""
    with log.store.read() as reader:
        size = reader.audit_size()
        pending, oldest = reader.count_pending_audit()
    told = f"{count(size, 'act')} sealed, {pending:,} not yet"
    if oldest is not None and log.clock() - oldest > STUCK_AFTER:
        told += f", the oldest since {iso(oldest)}: start the service, or run: clew audit seal"
        return Finding(what="audit log", health=Health.WEAK, told=told)
    if log.witness is None:
        told += "; no witness outside of this machine is set (audit.witness), so that a cut-off log may go unseen"
        return Finding(what="audit log", health=Health.WEAK, told=told)
    return Finding(what="audit log", health=Health.GOOD, told=f"{told}; witness {log.witness}")


def _evidence(settings: Settings, store: Store, clock: Clock) -> Iterator[Finding]:
    """Whether evidence can be sealed and opened; whether every object is whole, only `clew evidence verify` says."""
    with store.read() as reader:
        in_use = reader.masters_in_use()
        objects, _ = reader.count_objects()
        lapsed = reader.count_preservations(clock())[Kept.LAPSED]
    try:
        room = open_strongroom(settings, store, clock)
        if in_use:
            room.vault.check()
            room.keyring.prepare(first=False)
            if lost := set(in_use) - set(room.keyring.masters() or in_use):
                raise UnavailableError(
                    f"master keys are missing that seal cases: {', '.join(sorted(lost))}; their evidence lies "
                    "unchanged and opens for nobody: put the right key file back from your copy"
                )
    except ClewError as error:
        yield Finding(what="evidence", health=Health.MISSING, told=str(error))
        return
    yield Finding(what="evidence", health=Health.GOOD, told=f"{count(objects, 'sealed object')} in {room.vault.place}")
    if in_use and settings.vault.keyring == "file" and not settings.vault.key_file:
        told = "the master key lies beside the database and the vault; set vault.key_file to another disk"
        yield Finding(what="master key", health=Health.WEAK, told=f"{told}, and keep a copy in another place")
    if lapsed:
        cases = count(lapsed, "case has", "cases have")
        told = f"{cases} no hold any more; decide what follows: clew evidence show --kept lapsed"
        yield Finding(what="holds", health=Health.WEAK, told=told)


def examine_people(settings: Settings, store: Store) -> Iterator[Finding]:
    """Whether people's authenticator apps can be checked, and whose tries to sign in are counted as one."""
    keys = Authenticators(settings.people_key_path)
    try:
        with store.read() as reader:
            needed = keys.check(reader)
    except ClewError as error:
        yield Finding(what="authenticators", health=Health.MISSING, told=str(error))
    else:
        if needed:
            told = f"their secrets open with {settings.people_key_path}; keep a copy apart from the database"
            yield Finding(what="authenticators", health=Health.GOOD, told=told)
    if not settings.web.public_url:
        return
    told = "the proxy must reach Clew on this machine and set X-Forwarded-For; else all people count as one address"
    health = Health.GOOD if _is_loopback(settings.web.host) else Health.WEAK
    yield Finding(what="tries to sign in", health=health, told=told)


def _ground(what: str, basis: LegalBasis, now: datetime) -> Iterator[Finding]:
    until = basis.until
    if not basis.holds(now):
        yield Finding(what=what, health=Health.WEAK, told="its legal basis is not in force; renew or remove it")
    elif until is not None and until - now < _SOON:
        told = f"its legal basis ends on {until:%Y-%m-%d}, in {count((until - now).days, 'day')}"
        yield Finding(what=what, health=Health.WEAK, told=told)
    else:
        told = "legal basis in force" + (f" until {until:%Y-%m-%d}" if until else ", no end recorded")
        yield Finding(what=what, health=Health.GOOD, told=told)


def _reporting(settings: Settings, store: Store) -> Iterator[Finding]:
    with store.read() as reader:
        for each in checklist(settings, reader):
            health = Health.GOOD if each.good else Health.WEAK
            yield Finding(what="reporting", health=health, told=each.told)


def _review(store: Store) -> Iterator[Finding]:
    with store.read() as reader:
        stranded = len(jobs_for_nobody(reader))
    if stranded:
        told = (
            f"{count(stranded, 'job waits', 'jobs wait')} for review that nobody who works here may take: add a "
            "reviewer or a senior reviewer, see: clew users add --help"
        )
        yield Finding(what="review", health=Health.MISSING, told=told)


def _service(settings: Settings) -> Iterator[Finding]:
    host = settings.web.host
    if not _is_loopback(host):
        told = f"it listens on {host}, for other machines: put a proxy that ends TLS in front"
        yield Finding(what="service", health=Health.WEAK, told=told)
    if settings.environment != "production":
        told = f"environment is '{settings.environment}': set environment = \"production\" when it is"
        yield Finding(what="service", health=Health.WEAK, told=told)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
