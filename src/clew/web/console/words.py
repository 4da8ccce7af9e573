"""How the console says what the records hold: short, exact, with units; nothing sensitive whole."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from clew.ground.text import count as _count
from clew.records.hashlist import Action, Category, Right, ServiceKind
from clew.records.match import Channel, Hit, Match
from clew.records.signal import Reason
from clew.redact import short_hash, short_name
from clew.web.console.place import Asked

ACTIONS = {Action.PASS: "Pass", Action.REVIEW: "Review", Action.BLOCK: "Block"}
FOLLOWS = {Action.REVIEW.value: " for review", Action.BLOCK.value: " to block"}
CHANNELS = {
    Channel.UPLOAD: "Upload",
    Channel.PRIVATE_MESSAGE: "Private message",
    Channel.HASHES: "Hashes alone",
    Channel.FOLDER: "Folder",
}
KINDS = {
    ServiceKind.CLEARINGHOUSE: "clearinghouse",
    ServiceKind.HOTLINE: "hotline",
    ServiceKind.POLICE: "police",
    ServiceKind.INDUSTRY: "industry",
    ServiceKind.OWN: "this installation",
    ServiceKind.RESEARCH: "research",
}
RIGHTS = {Right.EXPORT: "export to a file", Right.SHARE: "share with members"}
TYPES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "pdq": "PDQ"}
REASONS = {
    Reason.NOT_A_PICTURE: "not a picture that any decoder knows",
    Reason.CONTAINER: "a container: what is inside was not looked at",
    Reason.EMPTY: "no bytes at all",
    Reason.DAMAGED: "damaged: the format is known, the file cannot be read",
    Reason.TOO_MANY_PIXELS: "more pixels than the limit",
    Reason.TOO_SMALL: "fewer pixels than the hash needs",
    Reason.TOO_LARGE: "more bytes than the limit",
    Reason.TOO_SLOW: "took longer than the limit",
    Reason.TOO_MUCH_MEMORY: "needed more memory than the limit",
    Reason.CRASHED: "the decoder crashed; only this file was lost to it",
    Reason.FLAT: "a picture without structure to compare",
    Reason.LOW_QUALITY: "too little structure for a safe comparison",
    Reason.TRUNCATED: "breaks off or is damaged inside: only a part was compared",
    Reason.FRAMES_LEFT_OUT: "has more frames than were looked at",
    Reason.UNREADABLE: "could not be opened or read",
    Reason.CHANGED: "changed while it was read",
    Reason.NOT_A_FILE: "not a regular file",
    Reason.UNSUPPORTED: "a known format without a decoder here",
}

_SCHEMES = {
    "industry": "Industry classification of the hash-sharing agreement",
    "vics-us": "Project VIC, categories of the United States",
    "vics-uk": "Project VIC, categories of the United Kingdom (CAID)",
    "vics-ca": "Project VIC, categories of Canada",
}
# Source: NCMEC CyberTipline schema, note on industryClassification: A prepubescent, B pubescent minor; 1 sex act,
# 2 lascivious exhibition.
_CODES = {
    ("industry", "A1"): "prepubescent minor, sex act",
    ("industry", "A2"): "prepubescent minor, lascivious exhibition",
    ("industry", "B1"): "pubescent minor, sex act",
    ("industry", "B2"): "pubescent minor, lascivious exhibition",
}

# The pages count as the commands do.
count = _count
_PDQ_BITS = 256
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def category(given: Category | None) -> str:
    """A category with its scheme spelt out."""
    if given is None:
        return "none given by the source"
    scheme = _SCHEMES.get(given.scheme, f"scheme “{given.scheme}”")
    meaning = _CODES.get((given.scheme, given.code))
    return f"{scheme}: {given.code}, {meaning}" if meaning else f"{scheme}: {given.code}"


def number(value: float) -> str:
    """A whole number with separators, in the console's way."""
    return f"{value:,.0f}"


def size(size_bytes: int | None) -> str:
    """A size in the unit that keeps it readable."""
    if size_bytes is None:
        return "not known"
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= least:
            return f"{size_bytes / least:.1f} {unit}"
    return count(size_bytes, "byte")


def clock(at: datetime, now: datetime) -> str:
    """`02:14` today, `8 Mar 01:58` this year, `8 Mar 2025` else; UTC, which the page says once."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return at.strftime("%H:%M")
    if at.year == now.year:
        return f"{at.day} {at.strftime('%b %H:%M')}"
    return day(at)


def day(at: datetime) -> str:
    """`8 Mar 2026`."""
    return f"{at.day} {at.strftime('%b %Y')}"


def left(until: datetime, now: datetime) -> str:
    """How long until a moment, or since it."""
    span = until - now
    text = _span(abs(span))
    return f"in {text}" if span > timedelta(0) else f"{text} ago"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return count(seconds // length, unit)
    return count(seconds, "second")


def reference(text: str | None) -> str:
    """A reference as it is shown before its hit is opened: it may point at a person."""
    return short_name(text) if text else "—"


def tail(hit: Hit) -> str:
    """The end of a hit's id: enough to tell rows apart whose references look alike when they are short."""
    return f"…{hit.id[-4:]}"


def entry(match: Match) -> str:
    """An entry's hash, short."""
    return short_hash(match.value)


def actor(name: str, names: Mapping[str, str]) -> str:
    """Who did something, in words: a person by name, a command by its account, a task of Clew's own by its work."""
    kind, _, rest = name.partition(":")
    return names.get(name) or {"system": f"Clew, {rest}", "command": f"{rest}, by command"}.get(kind, name)


def record(name: str) -> str:
    """The name of a record in the audit log with the end of its id, which tells it apart: `case:…V31HE4AV`."""
    return _ID.sub(lambda found: f"…{found[0][-8:]}", name)


def facts(of: Mapping[str, object]) -> list[tuple[str, str]]:
    """What an act says of itself: ids short, names without their joints; what it leaves open is left out."""
    said = [(name.replace("_", " ").replace("-", " "), value) for name, value in of.items()]
    return [(name, _fact(value)) for name, value in said if value is not None and value != ""]


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return record(str(value)).replace(",", ", ")


def nearness(hit: Hit) -> str:
    """How near the nearest match is."""
    if any(each.exact for each in hit.matches):
        return "Exact, the same bytes"
    if not hit.matches:
        return "No match is kept"
    distance = hit.matches[0].distance
    return f"Near, {count(distance, 'bit')} {'differs' if distance == 1 else 'differ'}"


def answer(hit: Hit) -> str:
    """What was answered, and why; who screened a folder told no platform anything."""
    told = "Clew answered: {}." if hit.channel is Channel.FOLDER else "The platform was told to {}."
    if hit.action is Action.BLOCK:
        return f"{_ground_of_block(hit)} {told.format('block')}"
    if hit.action is Action.REVIEW:
        return told.format("hold it for a person")
    return "Its lists say that a match has no consequence."


def _ground_of_block(hit: Hit) -> str:
    lists = dict.fromkeys(each.list_name for each in hit.matches if each.action is Action.BLOCK)
    if not lists:
        # A hit of a version that did not keep it, or the match is not among those that were kept.
        return "An exact match on a vetted list."
    return f"An exact match, vetted and undisputed on {' and on '.join(lists)}."


def asked(some: Asked) -> str:
    """Which hits are asked for, in a few words: "Hits for review, exact, on mine"."""
    near = {"exact": ", exact", "near": ", near"}.get(some.near, "")
    return f"Hits{FOLLOWS.get(some.action, '')}{near}{f', on {some.list_name}' if some.list_name else ''}"


def share(part: int, whole: int) -> str:
    """A share with its unit: per cent, or per 100,000 where that would be all zeros."""
    if whole == 0:
        return "—"
    return f"{100 * part / whole:.1f} %" if 100 * part >= whole else f"{100_000 * part / whole:.1f} per 100,000"


def interval(part: int, whole: int) -> str:
    """Where the share lies in 95 of 100 such days, in the share's unit.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927.
    """
    if whole == 0:
        return "nothing screened"
    z = 1.96
    share_of = part / whole
    middle = (share_of + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(share_of * (1 - share_of) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    factor, unit = (100, " %") if 100 * part >= whole else (100_000, "")
    return f"{factor * max(middle - half, 0):.1f} to {factor * min(middle + half, 1):.1f}{unit} (95 %), of {whole:,}"


def chance(match: Match, entries: int) -> str:
    """What a distance means: how many of the index's entries would be this near if hashes were random."""
    if match.exact:
        return "The digests are equal, so the bytes are the same."
    near = sum(math.comb(_PDQ_BITS, bits) for bits in range(match.distance + 1))
    expected = entries * near / 2**_PDQ_BITS
    return (
        f"If hashes were random they would differ in about 128 bits, and of {count(entries, 'entry', 'entries')} "
        f"{_expected(expected)} would be this near. Real pictures of the same layout do come near one another: "
        "a near match is a lead, and a person decides."
    )


def _expected(number_expected: float) -> str:
    if number_expected <= 0:
        return "none"
    if number_expected >= 0.01:  # noqa: PLR2004
        return f"{number_expected:.2g}"
    power = -math.floor(math.log10(number_expected)) - 1
    return f"fewer than one in 10{str(power).translate(_RAISED)}"


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
