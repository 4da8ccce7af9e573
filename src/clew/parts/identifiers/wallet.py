"""Wallets: coin addresses whose checksum holds, as "coin:address".

Where one text is an address of several coins (see `clew.addresses.read`), the coin that the field names is taken, else
Bitcoin, of which there are most by far; the other coins' addresses of the same key can be made from the payload.
"""

import re

from clew.addresses.read import Coin, read
from clew.errors import InputError
from clew.parts.identifiers.base import DIGITS, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

# The first letters and lengths of the formats that `clew.addresses` decodes; the checksum there has the last word.
_IN_WORDS = re.compile(
    r"(?<![0-9A-Za-z])(?:bitcoincash:)?(?:0x[0-9a-fA-F]{40}|(?:bc1|BC1|ltc1|LTC1)[0-9A-Za-z]{6,86}"
    r"|[qp][02-9ac-hj-np-z]{41}|[1-9A-HJ-NP-Za-km-z]{95}|[1-9A-HJ-NP-Za-km-z]{106}"
    r"|[13LMXDA79tTrG][1-9A-HJ-NP-Za-km-z]{24,34})(?![0-9A-Za-z])",
    re.ASCII,
)
_NAMES = {
    "bitcoin": "btc", "xbt": "btc", "litecoin": "ltc", "dogecoin": "doge", "bitcoin cash": "bch", "bitcoincash": "bch",
    "ethereum": "eth", "ether": "eth", "tron": "trx", "monero": "xmr", "zcash": "zec", "ripple": "xrp",
    "bitcoin gold": "btg",
}  # fmt: skip
_COINS = {coin.value for coin in Coin}


class WalletPart(IdentifierPart):
    """An address of a coin."""

    name = "wallet"
    kinds = frozenset({IdentifierKind.WALLET})
    signs = Signs(characters=DIGITS, run=25)

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract."""
        text = raw.strip()
        coin, colon, rest = text.partition(":")
        named = coin.lower() if colon and coin.lower() in _COINS else None
        label = (context.label or "").strip().lower()
        wanted = named or _NAMES.get(label, label)
        try:
            found = read(rest.strip() if named else text)
        except InputError as error:
            return Unusable(str(error))
        address = next((each for each in found if each.coin == wanted), None if named else found[0])
        if address is None:
            return Unusable("an address of another coin than the one named beside it")
        return Reading(kind=IdentifierKind.WALLET, value=address.value)

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return [Span(match.start(), match[0]) for match in _IN_WORDS.finditer(text)]


PART = WalletPart()
