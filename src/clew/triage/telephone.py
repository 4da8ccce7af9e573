"""To which country a telephone number belongs, by the numbering plans.

Source: ITU-T E.164 and the national plans, as the library phonenumbers has them.
"""

import phonenumbers
from phonenumbers.phonenumberutil import region_code_for_number, region_codes_for_country_code

from clew.records.routing import NumberPlace

# What the library calls numbers of no country: satellites, international services.
_NOWHERE = "001"


def place_of(number: str) -> NumberPlace | None:
    """What the plans say of a number in E.164; None when its calling code belongs to no country."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    exact = region_code_for_number(parsed)
    code = parsed.country_code
    around = (exact,) if exact else tuple(region_codes_for_country_code(code) if code else ())
    countries = tuple(each for each in around if each != _NOWHERE)
    if not countries:
        return None
    kind = phonenumbers.number_type(parsed)
    return NumberPlace(
        countries=countries,
        valid=phonenumbers.is_valid_number(parsed),
        roaming=kind in {phonenumbers.PhoneNumberType.VOIP, phonenumbers.PhoneNumberType.PERSONAL_NUMBER},
    )
