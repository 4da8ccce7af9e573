"""Bank accounts: an IBAN whose check digits hold, else "country:account" where a field names a bank and a country.

Source: ISO 13616-1 (2020) with the lengths of SWIFT's IBAN registry; ISO/IEC 7064, MOD 97-10.
"""

import re

from clew.parts.identifiers.base import DIGITS, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

# Source: SWIFT's registry, as validator.js has it (src/lib/isIBAN.js): every length here was compared with it. What
# stands there only (DZ, IR, MA, MZ) is left out.
_LENGTHS = {
    each[:2]: int(each[2:])
    for each in (  # noqa: SIM905
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FO18 "
        "FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 "
        "LT20 LU20 LV21 "
        "LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 "
        "SE24 SI19 SK24 "
        "SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    ).split()
}
_IN_WORDS = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d{2}(?:[ ]?[0-9A-Z]){11,28}(?![a-z])", re.ASCII)
_SPACING = re.compile(r"[\s.\-]+")
_ACCOUNT = re.compile(r"[0-9A-Z/]{4,34}", re.ASCII)
_BANKING = ("bank", "wire", "iban", "transfer", "sepa", "ach", "account")


class BankPart(IdentifierPart):
    """An account at a bank."""

    name = "bank"
    kinds = frozenset({IdentifierKind.BANK})
    signs = Signs(characters=DIGITS)

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract; the digits of a card are no account."""
        if len(raw) > 100:  # noqa: PLR2004 -- 34 letters and their spacing
            return Unusable("a bank account has at most 34 letters and digits")
        text = _SPACING.sub("", raw).upper().removeprefix("IBAN").removeprefix(":")
        if _is_iban(text):
            return Reading(kind=IdentifierKind.BANK, value=text)
        country, colon, account = text.partition(":")
        if not colon:
            country, account = (context.country or "").upper(), text
            if not any(word in (context.label or "").lower() for word in _BANKING):
                return Unusable("the check digits of an IBAN do not hold, and the field names no bank")
        if not re.fullmatch("[A-Z]{2}", country, re.ASCII) or not _ACCOUNT.fullmatch(account):
            return Unusable("an account that is no IBAN needs its country, and 4 to 34 letters and digits")
        return Reading(kind=IdentifierKind.BANK, value=f"{country.lower()}:{account}")

    def find(self, text: str) -> list[Span]:
        """As the contract; only an IBAN, cut where its country's ends."""
        found = []
        for match in _IN_WORDS.finditer(text):
            wanted, raw = _LENGTHS.get(match[0][:2], 0), ""
            for letter in match[0]:
                if wanted == 0:
                    break
                raw += letter
                wanted -= letter != " "
            if raw and wanted == 0 and _is_iban(raw.replace(" ", "")):
                found.append(Span(match.start(), raw))
        return found


def _is_iban(text: str) -> bool:
    if not text.isascii() or not text.isalnum() or _LENGTHS.get(text[:2]) != len(text) or not text[2:4].isdecimal():
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


PART = BankPart()
