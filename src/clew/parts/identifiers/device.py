"""Devices: IMEI, ICCID, advertising id, MAC address, serial number, and a platform's own id of a device.

The value names its sort, as in "imei:490154203237518". An advertising id is one name space for Apple and Google, since
reports mix their names. A platform's own id counts at that platform only: "service:id".

Source: 3GPP TS 23.003 section 6 (IMEI, IMEISV; check digit of annex B); ITU-T E.118 (ICCID); RFC 9562 (UUID); IEEE 802.
"""

import re

from clew.parts.identifiers._services import service_name
from clew.parts.identifiers.base import DIGITS, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_LONGEST = 256
_IMEI_DIGITS, _IMEI_LENGTHS, _ICCID_LENGTHS = 14, (14, 15, 16), (19, 20)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MAC = r"(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})"
_WORDS = {
    "imei": "imei", "imeisv": "imei", "iccid": "iccid", "idfa": "adid", "gaid": "adid", "aaid": "adid", "adid": "adid",
    "advertisingid": "adid", "advertising": "adid", "mac": "mac", "macaddress": "mac", "serial": "serial",
    "serialnumber": "serial", "serialno": "serial", "uuid": "uuid", "sn": "serial",
}  # fmt: skip
_SORTS = frozenset(_WORDS.values())
_LABELLED = re.compile(r"([a-z][a-z ]{0,20}?)\s?[:=#]\s?(\S.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_IN_WORDS = re.compile(
    r"(?<![0-9a-z])(?:imei(?:sv)?\s{0,2}(?:no|number)?\s{0,2}[:=#]?\s{0,2}\d(?:[ -]?\d){13,15}"
    rf"|(?:idfa|gaid|aaid|adid|advertising id)\s?[:=]?\s?{_UUID}|(?:mac(?: address)?\s?[:=]\s?)?{_MAC}"
    r"|iccid\s?[:=]?\s?\d{19,20}|serial(?: (?:no|number))?\s?[:=#]\s?[0-9a-z-]{6,30})(?![0-9a-z:-])",
    re.IGNORECASE | re.ASCII,
)


class DevicePart(IdentifierPart):
    """A device."""

    name = "device"
    kinds = frozenset({IdentifierKind.DEVICE})
    signs = Signs(characters=f"{DIGITS}:=#", run=14)  # a MAC address in threes of four letters has no digit

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract; the field's label says of which sort the value is."""
        text = raw.strip()
        if not text or len(text) > _LONGEST:
            return Unusable(f"a device's id has 1 to {_LONGEST} characters")
        sort, bare = _sort(text, context)
        value = _VALUES[sort](bare) if sort else None
        if value is not None:
            return _reading(f"{sort}:{value}")
        if sort:
            return Unusable("the length or the check digit is not that of its sort")
        service = service_name(context.service or "")
        if not service and ":" in bare:
            service = service_name(bare.partition(":")[0])
        if not service or bare == f"{service}:":
            return Unusable("a platform's own id of a device needs the platform")
        own = f"{service}:{bare.removeprefix(f'{service}:')}"
        if _sort(own, NOWHERE)[0]:
            return Unusable("a platform's name that is the word for a sort of id")
        return _reading(own)

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return [Span(match.start(), match[0]) for match in _IN_WORDS.finditer(text)]


def _reading(value: str) -> Reading | Unusable:
    """The value, unless what stands before it makes it longer than may be read again."""
    if len(value) > _LONGEST:
        return Unusable(f"a device's id has 1 to {_LONGEST} characters, its sort or platform among them")
    return Reading(kind=IdentifierKind.DEVICE, value=value)


def _sort(text: str, context: Context) -> tuple[str | None, str]:
    """Of which sort the text is, by its own label, the field's, or its shape; and the text without its label."""
    labelled = _LABELLED.fullmatch(text)
    own = _WORDS.get(_word(labelled[1]).removesuffix("no").removesuffix("number")) if labelled else None
    if labelled and own is None:
        own = _WORDS.get(_word(labelled[1]))
    if labelled and own:
        return own, labelled[2]
    loose = re.match(
        r"(imeisv|imei|idfa|gaid|aaid|adid|advertising id|iccid)(?:\s{0,2}(?:no|number))?\s{0,2}(?=[0-9a-f])",
        text,
        re.IGNORECASE,
    )
    if loose:
        return _WORDS[_word(loose[1])], text[loose.end() :]
    if re.fullmatch(_MAC, text, re.IGNORECASE | re.ASCII):
        return "mac", text
    by_field = _WORDS.get(_word(context.label or ""))
    if by_field is None and re.fullmatch(_UUID, text, re.IGNORECASE | re.ASCII):
        return "uuid", text
    return by_field, text


def _word(label: str) -> str:
    return re.sub(r"[^a-z]", "", label.lower())


def _imei(text: str) -> str | None:
    digits = re.sub(r"[ \-/]", "", text)
    if not digits.isascii() or not digits.isdecimal() or len(digits) not in _IMEI_LENGTHS:
        return None
    body = digits[:_IMEI_DIGITS]
    whole = body + _luhn(body)
    # Sixteen digits end with the software's version and bear no check digit, fourteen leave it away.
    return whole if len(digits) != len(whole) or digits == whole else None


def _iccid(text: str) -> str | None:
    digits = re.sub(r"[ \-]", "", text)
    if not digits.isascii() or not digits.isdecimal() or len(digits) not in _ICCID_LENGTHS:
        return None
    return digits if _luhn(digits[:-1]) == digits[-1] else None


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        twice = int(digit) * (2 if place % 2 == 0 else 1)
        total += twice - 9 if twice > 9 else twice  # noqa: PLR2004 -- the sum of its digits
    return str(-total % 10)


def _uuid(text: str) -> str | None:
    return text.lower() if re.fullmatch(_UUID, text, re.IGNORECASE | re.ASCII) else None


def _mac(text: str) -> str | None:
    if not re.fullmatch(_MAC, text, re.IGNORECASE | re.ASCII):
        return None
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _serial(text: str) -> str | None:
    bare = text.strip()
    return bare.upper() if re.fullmatch(r"[0-9A-Za-z-]{4,40}", bare, re.ASCII) else None


_VALUES = {"imei": _imei, "iccid": _iccid, "adid": _uuid, "uuid": _uuid, "mac": _mac, "serial": _serial}

PART = DevicePart()
