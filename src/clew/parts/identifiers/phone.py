"""Telephone numbers in E.164, an extension after them.

A number without its calling code is read as dialled in the report's country; without a country it names nobody and is
unusable, unless it is a filler, which is kept to be recognised. In words only a number that begins with "+" or "00", or
that follows a word such as "phone", is looked at: dates, prices and ids are digits, too.

Source: ITU-T E.164 (2010); RFC 3966 (the extension); Google's libphonenumber, whose tables `phonenumbers` carries.
"""

import re

import phonenumbers
from phonenumbers.phonenumberutil import region_code_for_number, region_codes_for_country_code

from clew.parts.identifiers._placeholders import digits_of_nobody
from clew.parts.identifiers.base import DIGITS, NOWHERE, Context, NumberedPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind
from clew.records.routing import NumberPlace

_LONGEST = 60
_SEPARATORS = r" ().\-/\u2010-\u2015\u00a0"
_IN_WORDS = re.compile(
    rf"(?<![\w+])(?:[+\uff0b]|00)\d[\d{_SEPARATORS}]{{5,22}}\d(?!\w)"
    rf"|(?<=[:=\s])\(?\d[\d{_SEPARATORS}]{{5,22}}\d(?!\w)"
)
_LABEL = re.compile(
    r"\b(?:tel|phone|telephone|mobile|cell|call|text|sms|whatsapp|viber|handy|telefon|t[ée]l[ée]fono?|number|nr|no)"
    r"(?: (?:no|number|is|me|at|on))?[.:= ]*$",
    re.IGNORECASE,
)
_LABEL_WITHIN = 24
# What the library calls the country of numbers that have none: satellites, international services.
_NO_COUNTRY = "001"
_OF_NO_PLACE = {phonenumbers.PhoneNumberType.VOIP, phonenumbers.PhoneNumberType.PERSONAL_NUMBER}


class PhonePart(NumberedPart):
    """A line."""

    name = "phone"
    kinds = frozenset({IdentifierKind.PHONE})
    signs = Signs(characters=DIGITS)

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract; a number of a right length is kept even where its block is not in use."""
        text = raw.strip()
        digits = "".join(str(int(each)) for each in text[:_LONGEST] if each.isdecimal())
        if len(text) > _LONGEST or not digits:
            return Unusable(f"a telephone number has digits, and at most {_LONGEST} characters")
        if text.startswith("00"):
            text = f"+{text[2:]}"
        try:
            number = phonenumbers.parse(text, (context.country or "").upper() or None)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            if digits_of_nobody(digits):
                return Reading(kind=IdentifierKind.PHONE, value=digits)
            return Unusable("no country has numbers of this shape, or no country is known to read it in")
        extension = f";ext={number.extension}" if number.extension else ""
        number.extension = None
        value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return Reading(kind=IdentifierKind.PHONE, value=value + extension)

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return [
            Span(match.start(), match[0])
            for match in _IN_WORDS.finditer(text)
            if match[0][0] in "+\uff0b"
            or match[0].startswith("00")
            or _LABEL.search(text[max(0, match.start() - _LABEL_WITHIN) : match.start()])
        ]

    def place(self, value: str) -> NumberPlace | None:
        """By the number itself; where it fits no plan, all countries of its calling code."""
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException:
            return None
        exact = region_code_for_number(number)
        around = (exact,) if exact else region_codes_for_country_code(number.country_code or 0)
        countries = tuple(each for each in around if each != _NO_COUNTRY)
        if not countries:
            return None
        valid, roaming = phonenumbers.is_valid_number(number), phonenumbers.number_type(number) in _OF_NO_PLACE
        return NumberPlace(countries=countries, valid=valid, roaming=roaming)


PART = PhonePart()
