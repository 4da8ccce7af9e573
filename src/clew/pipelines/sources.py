"""Know where lists come from: sources, the legal basis to use them, and the rights that they grant."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import ConflictError, InputError, RefusedError
from clew.ground.clock import Clock, iso
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.records.audit import AuditEvent
from clew.records.hashlist import LegalBasis, Right, ServiceKind, Source
from clew.records.identifiers import SourceName

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAX_TEXT = 2_000
_INTERNATIONAL = "INT"

# Source: ISO 3166-1 alpha-2, officially assigned codes, as of 2026.
_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceClaim:
    """What a person says of a source; None is "not said"."""

    name: str | None = None
    kind: ServiceKind | None = None
    jurisdiction: str | None = None
    legal_basis: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    rights: frozenset[Right] | None = None


def check_name(what: str, name: str) -> str:
    """The name; InputError unless it can stand in a command, an address and a file's name."""
    if not _NAME.fullmatch(name):
        raise InputError(f"{what} must be named with at most 64 letters, digits, dots, hyphens and underscores")
    return name


def legal_basis(text: str, since: datetime, until: datetime | None) -> LegalBasis:
    """The ground; InputError unless it is said in words and ends after it begins."""
    words = text.strip()
    if not words or len(words) > _MAX_TEXT or any(letter < " " and letter not in "\t\r\n" for letter in words):
        raise InputError(f"a legal basis must be said in words, at most {_MAX_TEXT:,} characters, got {len(words):,}")
    if until is not None and until <= since:
        raise InputError(f"a legal basis must end after it begins, got since {iso(since)} until {iso(until)}")
    return LegalBasis(text=words, since=since, until=until)


def demand_basis(source: Source, at: datetime) -> None:
    """RefusedError unless the source's legal basis is in force."""
    ground = source.legal_basis
    if not ground.holds(at):
        when = f"begins on {iso(ground.since)}" if at < ground.since else f"ended on {iso(ground.until or at)}"
        raise RefusedError(
            f"the legal basis of the source '{source.name}' {when}; record the one in force with "
            f"`clew lists source {source.name} --legal-basis TEXT --since DATE`"
        )


def put_source(store: Store, claim: SourceClaim, *, actor: str, clock: Clock) -> Source:
    """The source is recorded; what is not said stays as it was recorded before."""
    at = clock()

    def work(unit: UnitOfWork) -> Source:
        if claim.name is None:
            raise InputError("a source must be named")
        before = find_source(unit, claim.name)
        if before is None:
            source = _new_source(claim)
        else:
            source = replace(
                before,
                kind=claim.kind or before.kind,
                jurisdiction=_jurisdiction(claim.jurisdiction or before.jurisdiction),
                legal_basis=_changed_basis(before.legal_basis, claim),
                rights=before.rights if claim.rights is None else claim.rights,
            )
        if source != before:
            _put_source(unit, source, before, actor, at)
        return source

    return store.transact(work)


def ensure_source(unit: UnitOfWork, claim: SourceClaim, *, actor: str, at: datetime) -> Source:
    """The source that is claimed, recorded now if it was not.

    Raises:
        InputError: it is new and something of it is not said.
        ConflictError: what is said differs from what is recorded.
    """
    source = find_source(unit, claim.name) if claim.name else None
    if source is None:
        source = _new_source(claim)
        _put_source(unit, source, None, actor, at)
    agree_on_source(source, claim)
    return source


def find_source(reader: Reader, name: str) -> Source | None:
    """The source of that name, if it is recorded."""
    return next((each for each in reader.sources() if each.name == name), None)


def agree_on_source(source: Source, claim: SourceClaim) -> None:
    """ConflictError when what is said differs from what is recorded: an import must not change the ground it is on."""
    ground = source.legal_basis
    recorded_and_said = {
        "kind": (source.kind, claim.kind),
        "jurisdiction": (source.jurisdiction, claim.jurisdiction and claim.jurisdiction.strip().upper()),
        "legal basis": (ground.text, claim.legal_basis and claim.legal_basis.strip()),
        "since": (ground.since, claim.since),
        "until": (ground.until, claim.until),
        "rights": (source.rights, claim.rights),
    }
    differing = [name for name, (known, said) in recorded_and_said.items() if said is not None and said != known]
    if differing:
        raise ConflictError(
            f"the source '{source.name}' is recorded with other particulars: {', '.join(differing)}; "
            f"leave them out, or change them first with `clew lists source {source.name}`"
        )


def _missing(claim: SourceClaim) -> str:
    """The particulars that are not said, as the command names them, with an example of each."""
    examples = {
        "name": "--source ncmec",
        "kind": "--kind clearinghouse",
        "jurisdiction": "--jurisdiction US",
        "legal_basis": '--legal-basis "Hash sharing agreement of 1 March 2026"',
        "since": "--since 2026-03-01",
    }
    return ", ".join(example for name, example in examples.items() if not getattr(claim, name))


def _new_source(claim: SourceClaim) -> Source:
    """The source as it is claimed; InputError, naming everything that is missing, when that is not enough."""
    missing = _missing(claim)
    if (
        missing
        or claim.name is None
        or claim.kind is None
        or claim.jurisdiction is None
        or claim.legal_basis is None
        or claim.since is None
    ):
        known = f"the source '{claim.name[:64]}' is not recorded yet" if claim.name else "a new list needs its source"
        raise InputError(f"{known}; still to be said, for example: {missing}")
    return Source(
        name=SourceName(check_name("a source", claim.name)),
        kind=claim.kind,
        jurisdiction=_jurisdiction(claim.jurisdiction),
        legal_basis=legal_basis(claim.legal_basis, claim.since, claim.until),
        rights=claim.rights or frozenset(),
    )


def _changed_basis(before: LegalBasis, claim: SourceClaim) -> LegalBasis:
    """The ground as it is now said; one that begins anew does not end when the one before did."""
    until = claim.until if claim.since or claim.until else before.until
    return legal_basis(claim.legal_basis or before.text, claim.since or before.since, until)


def _jurisdiction(code: str) -> str:
    upper = code.strip().upper()
    if upper not in _COUNTRIES.split() and upper != _INTERNATIONAL:
        hint = "; the United Kingdom is GB" if upper == "UK" else ""
        raise InputError(
            f"a jurisdiction must be a country's two letters (ISO 3166-1) or INT, got '{upper[:10]}'{hint}"
        )
    return upper


def _put_source(unit: UnitOfWork, source: Source, before: Source | None, actor: str, at: datetime) -> None:
    unit.put_source(source)
    facts = {
        "kind": source.kind.value,
        "jurisdiction": source.jurisdiction,
        "rights": ",".join(sorted(source.rights)),
        "since": iso(source.legal_basis.since),
        "until": iso(source.legal_basis.until) if source.legal_basis.until else None,
        "basis_changed": before is None or before.legal_basis.text != source.legal_basis.text,
    }
    act = "source.create" if before is None else "source.change"
    unit.audit(AuditEvent(at=at, actor=actor, act=act, subject=f"source:{source.name}", facts=facts))
