"""From a text to the coin addresses that it can be, each decoded, checked and in its one way of writing.

A Base58Check text of version 0 or 5 is an address of Bitcoin, of Bitcoin Cash in its older form, and (5) of Litecoin in
its older form: one key or script, several coins. `read` names each, Bitcoin first; who knows the coin picks. Test
networks are refused. A payload is what a key or script hashes to, so the aliases of one key can be made from it.

Source: `chainparams.cpp` of Bitcoin, Litecoin, Dogecoin, Dash Core and zcashd (version bytes); EIP 55, 2016;
Tron documentation, "Accounts"; Monero `cryptonote_config.h`; XRP Ledger documentation, "base58 Encodings".
"""

import enum
from dataclasses import dataclass

from clew.addresses import base58, bech32
from clew.addresses.keccak import keccak256
from clew.errors import InputError


class Coin(enum.StrEnum):
    """A coin by its ticker. The values are stored."""

    BITCOIN = "btc"
    LITECOIN = "ltc"
    DOGECOIN = "doge"
    BITCOIN_CASH = "bch"
    BITCOIN_GOLD = "btg"
    ZCASH = "zec"
    DASH = "dash"
    ETHEREUM = "eth"
    TRON = "trx"
    MONERO = "xmr"
    XRP = "xrp"


class AddressForm(enum.StrEnum):
    """What the payload of an address is."""

    KEY_HASH = "key-hash"  # HASH160 of a public key
    SCRIPT_HASH = "script-hash"  # HASH160 of a script
    WITNESS = "witness"  # a program; 20 bytes of version 0 are the HASH160 of a key, too
    ACCOUNT = "account"  # the last 20 bytes of Keccak-256 of a public key, or a contract; of XRP, an account id
    STANDARD = "standard"  # Monero: public spend key, public view key
    SUBADDRESS = "subaddress"  # Monero
    INTEGRATED = "integrated"  # Monero: with eight bytes of payment id after the keys


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinAddress:
    """One address of one coin.

    Attributes:
        text: in the coin's one way of writing it; Bitcoin Cash as CashAddr without prefix, Ethereum as EIP 55 has it.
        checked: its checksum held; False of an Ethereum address all in one case, which has none.
        version: of a witness program.
    """

    coin: Coin
    form: AddressForm
    payload: bytes
    text: str
    checked: bool = True
    version: int | None = None

    @property
    def value(self) -> str:
        """The address as a mention states it, "coin:address"."""
        return f"{self.coin}:{self.text}"


_KEY, _SCRIPT = AddressForm.KEY_HASH, AddressForm.SCRIPT_HASH
# Version bytes; the first of a coin and form is the one that is written.
_VERSIONS: tuple[tuple[bytes, Coin, AddressForm], ...] = (
    (b"\x00", Coin.BITCOIN, _KEY),
    (b"\x05", Coin.BITCOIN, _SCRIPT),
    (b"\x00", Coin.BITCOIN_CASH, _KEY),
    (b"\x05", Coin.BITCOIN_CASH, _SCRIPT),
    (b"\x30", Coin.LITECOIN, _KEY),
    (b"\x32", Coin.LITECOIN, _SCRIPT),
    (b"\x05", Coin.LITECOIN, _SCRIPT),
    (b"\x1e", Coin.DOGECOIN, _KEY),
    (b"\x16", Coin.DOGECOIN, _SCRIPT),
    (b"\x4c", Coin.DASH, _KEY),
    (b"\x10", Coin.DASH, _SCRIPT),
    (b"\x26", Coin.BITCOIN_GOLD, _KEY),
    (b"\x17", Coin.BITCOIN_GOLD, _SCRIPT),
    (b"\x1c\xb8", Coin.ZCASH, _KEY),
    (b"\x1c\xbd", Coin.ZCASH, _SCRIPT),
    (b"\x41", Coin.TRON, AddressForm.ACCOUNT),
)
_WITNESS_PREFIXES = {"bc": Coin.BITCOIN, "ltc": Coin.LITECOIN, "btg": Coin.BITCOIN_GOLD}
_MONERO = {18: (AddressForm.STANDARD, 64), 42: (AddressForm.SUBADDRESS, 64), 19: (AddressForm.INTEGRATED, 72)}
_MONERO_DIGITS = (95, 106)
_HASH160_BYTES = 20
_ETHEREUM_LENGTH = 42
# As payment links of BIP 21 and EIP 681 begin; of Bitcoin Cash the prefix is part of the checksum and may stay.
_SCHEMES = ("bitcoin:", "litecoin:", "dogecoin:", "dash:", "zcash:", "ethereum:", "tron:", "monero:", "bitcoincash:")
_LONGEST = 256


def read(text: str) -> tuple[CoinAddress, ...]:
    """Every address that the text can be, the likeliest coin first; never empty.

    Raises:
        InputError: it is none; the message says what is wrong with the form that it came nearest to, not what it is.
    """
    if len(text) > _LONGEST:
        raise InputError(f"a coin address must be at most {_LONGEST} characters, got {len(text)}")
    bare = text.strip().partition("?")[0]
    scheme = next((each for each in _SCHEMES if bare[: len(each)].lower() == each), "")
    bare = bare[len(scheme) :].removeprefix("//")
    lower = bare.lower()
    if lower.startswith("0x"):
        return (_ethereum(bare, scheme),)
    if lower.startswith(tuple(f"{prefix}1" for prefix in _WITNESS_PREFIXES)):
        return (_witness(bare),)
    if len(bare) == 42 and (lower[0] in "qpzr") and not any(letter in lower for letter in "1bio"):  # noqa: PLR2004
        return (_cash(bare),)
    if len(bare) in _MONERO_DIGITS:
        return (_monero(bare),)
    if bare.startswith("r"):
        return (_ripple(bare),)
    return _versioned(bare)


def _versioned(text: str) -> tuple[CoinAddress, ...]:
    body = base58.decode_checked(text)
    found = tuple(
        _written(coin, form, body[len(version) :])
        for version, coin, form in _VERSIONS
        if body.startswith(version) and len(body) == len(version) + _HASH160_BYTES
    )
    if not found:
        raise InputError("base58 checksum holds, but its version is of no coin known here, or of a test network")
    return found


def _written(coin: Coin, form: AddressForm, payload: bytes) -> CoinAddress:
    if coin is Coin.BITCOIN_CASH:
        return CoinAddress(coin=coin, form=form, payload=payload, text=bech32.encode_cash(form is _SCRIPT, payload))
    version = next(each for each, its_coin, its_form in _VERSIONS if (its_coin, its_form) == (coin, form))
    return CoinAddress(coin=coin, form=form, payload=payload, text=base58.encode_checked(version + payload))


def _witness(text: str) -> CoinAddress:
    prefix, version, program = bech32.decode_witness(text)
    if prefix not in _WITNESS_PREFIXES:
        raise InputError("bech32 checksum holds, but its prefix is of no coin known here, or of a test network")
    coin = _WITNESS_PREFIXES[prefix]
    return CoinAddress(coin=coin, form=AddressForm.WITNESS, payload=program, text=text.lower(), version=version)


def _cash(text: str) -> CoinAddress:
    kind, payload = bech32.decode_cash(text)
    # Kinds 2 and 3 are 0 and 1 of wallets that take tokens: one key, one way of writing it.
    return _written(Coin.BITCOIN_CASH, _SCRIPT if kind & 1 else _KEY, payload)


def _ethereum(text: str, scheme: str) -> CoinAddress:
    digits = text[2:] if scheme != "ethereum:" else text[2:].partition("@")[0]
    if len(digits) != _ETHEREUM_LENGTH - 2:
        raise InputError(f"Ethereum address must be 0x and 40 hex digits, got {len(digits)}")
    try:
        payload = bytes.fromhex(digits)
    except ValueError:
        raise InputError("Ethereum address must be 0x and 40 hex digits, got other characters among them") from None
    if len(payload) != _HASH160_BYTES:
        raise InputError("Ethereum address must be 0x and 40 hex digits, got spaces among them")
    lower = digits.lower()
    marks = keccak256(lower.encode()).hex()
    written = "".join(
        each.upper() if mark >= "8" else each for each, mark in zip(lower, marks, strict=False)
    )  # EIP 55: a letter is a capital where the digest's digit is 8 or more
    checked = digits not in {lower, digits.upper()}
    if checked and digits != written:
        raise InputError("Ethereum address has capitals and small letters that are no EIP 55 checksum")
    return CoinAddress(
        coin=Coin.ETHEREUM, form=AddressForm.ACCOUNT, payload=payload, text=f"0x{written}", checked=checked
    )


def _monero(text: str) -> CoinAddress:
    raw = base58.decode_blocks(text)
    body, checksum = raw[:-4], raw[-4:]
    if keccak256(body)[:4] != checksum:
        raise InputError("Monero checksum does not hold; a digit is wrong or missing")
    form, size = _MONERO.get(body[0], (None, 0))
    if form is None or len(body) != 1 + size:
        raise InputError("Monero checksum holds, but its kind is of a test network, or of another length")
    return CoinAddress(coin=Coin.MONERO, form=form, payload=body[1:], text=text)


def _ripple(text: str) -> CoinAddress:
    body = base58.decode_checked(text, base58.RIPPLE)
    if len(body) != 1 + _HASH160_BYTES or body[0]:
        raise InputError("XRP checksum holds, but it is no classic account address")
    return CoinAddress(coin=Coin.XRP, form=AddressForm.ACCOUNT, payload=body[1:], text=text)
