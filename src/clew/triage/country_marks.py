"""What hints at a country in a language, a domain's ending, a bank account or a payment service.

Where a hint fits too many countries to point to any, it stands here with the reason and has no vote.
"""

# Languages of ISO 639-1, each with the countries where most people speak it or where it is an official language of
# daily life. Those of more than a dozen countries would point nowhere: English, French, Spanish, Arabic, Portuguese are
# kept only where a locale names the country too.
LANGUAGES: dict[str, tuple[str, ...]] = {
    "af": ("ZA", "NA"),
    "am": ("ET",),
    "az": ("AZ",),
    "be": ("BY",),
    "bg": ("BG",),
    "bn": ("BD", "IN"),
    "bs": ("BA",),
    "ca": ("ES", "AD"),
    "cs": ("CZ",),
    "da": ("DK", "GL", "FO"),
    "de": ("DE", "AT", "CH", "LU", "LI"),
    "el": ("GR", "CY"),
    "et": ("EE",),
    "fa": ("IR", "AF"),
    "fi": ("FI",),
    "fil": ("PH",),
    "ga": ("IE",),
    "gu": ("IN",),
    "he": ("IL",),
    "hi": ("IN",),
    "hr": ("HR", "BA"),
    "hu": ("HU",),
    "hy": ("AM",),
    "id": ("ID",),
    "is": ("IS",),
    "it": ("IT", "CH", "SM"),
    "ja": ("JP",),
    "ka": ("GE",),
    "kk": ("KZ",),
    "km": ("KH",),
    "ko": ("KR", "KP"),
    "ky": ("KG",),
    "lo": ("LA",),
    "lt": ("LT",),
    "lv": ("LV",),
    "mk": ("MK",),
    "mn": ("MN",),
    "ms": ("MY", "BN", "SG"),
    "mt": ("MT",),
    "my": ("MM",),
    "nb": ("NO",),
    "ne": ("NP",),
    "nl": ("NL", "BE", "SR"),
    "no": ("NO",),
    "pa": ("IN", "PK"),
    "pl": ("PL",),
    "ro": ("RO", "MD"),
    "ru": ("RU", "BY", "KZ", "KG"),
    "si": ("LK",),
    "sk": ("SK",),
    "sl": ("SI",),
    "so": ("SO",),
    "sq": ("AL", "XK", "MK"),
    "sr": ("RS", "BA", "ME"),
    "sv": ("SE", "FI"),
    "sw": ("TZ", "KE"),
    "ta": ("IN", "LK", "SG"),
    "te": ("IN",),
    "tg": ("TJ",),
    "th": ("TH",),
    "tk": ("TM",),
    "tl": ("PH",),
    "tr": ("TR", "CY"),
    "uk": ("UA",),
    "ur": ("PK", "IN"),
    "uz": ("UZ",),
    "vi": ("VN",),
    "zh": ("CN", "TW", "HK", "SG", "MO"),
}

# Country endings that are sold to everybody for how they read, or that were given away; they point nowhere.
_SOLD = (
    "ac ag ai am as bz cc cd cf cm co cx dj fm ga gd gg gl gq gs im io is je la lc li ly me ml ms mu nu pm pw re rs sc "
    "sh so st su tf tk tm to tv vc vg wf ws yt"
)
SOLD_ENDINGS = frozenset(_SOLD.split())
# Endings whose code in ISO 3166-1 differs.
ENDINGS = {"uk": "GB"}
# Two letters that are no country.
NO_COUNTRY = frozenset({"EU", "AP", "ZZ", "XX"})

# Services that serve people with an account in these countries only.
SERVICES: dict[str, tuple[str, ...]] = {
    "bancontact": ("BE",),
    "bizum": ("ES",),
    "blik": ("PL",),
    "gcash": ("PH",),
    "ideal": ("NL",),
    "interac": ("CA",),
    "mobilepay": ("DK", "FI"),
    "pix": ("BR",),
    "satispay": ("IT",),
    "swish": ("SE",),
    "twint": ("CH",),
    "upi": ("IN",),
    "venmo": ("US",),
    "vipps": ("NO",),
    "zelle": ("US",),
}
