"""Values that stand for nobody: fillers, examples of standards, tests, the zeros of broken software.

Each rule gives its reason. They err towards "may be somebody's": a wrongly joined pair is caught by the linker's
conflict test, a person's own address that is called junk is lost to everybody.

Source: RFC 2606 and 6761 (reserved names); RFC 5737, 3849 and 6890 through `ipaddress`; NANPA, "555 line numbers"
(0100 to 0199 are for fiction); 3GPP TS 23.003 (IMEI); Android issue 10603 (one id on many devices).
"""

import ipaddress
import re
from collections.abc import Callable

from clew.records.mention import IdentifierKind

_FILLERS = frozenset(
    "test tester testing test1 test123 none null nil na n/a unknown undefined anonymous anon user username admin "  # noqa: SIM905
    "administrator guest deleted removed example sample demo abc asdf qwerty xxx blank private hidden redacted".split()
)
_MAIL_FILLERS = _FILLERS | frozenset("noreply no-reply donotreply do-not-reply nobody postmaster me a aa aaa x".split())  # noqa: SIM905
_MAIL_HOSTS = frozenset("test.com test.de email.com domain.com mail.com none.com abc.com yourdomain.com".split())  # noqa: SIM905
_RESERVED_ENDS = (".test", ".example", ".invalid", ".localhost", ".local")
_EXAMPLE_HOSTS = ("example.com", "example.net", "example.org")
_RUNS = ("0123456789" * 3, "9876543210" * 3, "1234567890" * 3)
_LEAST_RUN = 6
_DEVICES = {
    "9774d56d682e549c": "one id that a fault gave to very many devices",
    "imei:004999010640000": "the IMEI that emulators and unlocked firmware share",
    "imei:490154203237518": "the example of the standard",
    "mac:02:00:00:00:00:00": "what Android and iOS answer in place of the address",
    "mac:ff:ff:ff:ff:ff:ff": "the broadcast address",
}
_WALLETS = {
    "btc:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "the first block's address, an example everywhere",
    "btc:1BitcoinEaterAddressDontSendf59kuE": "an address nobody has the key of",
    "btc:1111111111111111111114oLvT2": "an address nobody has the key of",
    "btc:1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2": "an example in documentation",
    "eth:0x0000000000000000000000000000000000000000": "the zero address",
    "eth:0x000000000000000000000000000000000000dEaD": "an address nobody has the key of",
}
_IBANS = frozenset(
    "DE89370400440532013000 GB82WEST12345698765432 GB29NWBK60161331926819 FR1420041010050500013M02606".split()  # noqa: SIM905
)
_EMPTY_FILE = frozenset(
    {
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
)
_FICTION = re.compile(r"\+1[2-9]\d\d55501\d\d")
_NOT_HEX = re.compile(r"[^0-9a-f]")


def reason_of(kind: IdentifierKind, value: str) -> str | None:
    """Why the value stands for nobody, in words; None when it may be somebody's."""
    rule = _RULES.get(kind)
    return rule(value) if rule else None


def digits_of_nobody(digits: str) -> str | None:
    """Why a row of digits was typed to fill a field, in words; None of any other."""
    if digits and digits == digits[0] * len(digits):
        return "all digits are equal"
    if len(digits) >= _LEAST_RUN and any(digits in run for run in _RUNS):
        return "digits in counting order"
    return None


def _email(value: str) -> str | None:
    local, _, host = value.rpartition("@")
    if _reserved(host):
        return "a host reserved for examples and tests"
    if local in _MAIL_FILLERS or host in _MAIL_HOSTS:
        return "a filler, not somebody's address"
    return digits_of_nobody(local) if local.isdecimal() else None


def _reserved(host: str) -> bool:
    return (
        host in _EXAMPLE_HOSTS or host.endswith(_RESERVED_ENDS) or host.endswith(tuple(f".{e}" for e in _EXAMPLE_HOSTS))
    )


def _phone(value: str) -> str | None:
    number = value.partition(";")[0]
    if _FICTION.fullmatch(number):
        return "a number kept for fiction"
    digits = number.removeprefix("+")
    # The calling code has up to three digits and is never part of the filler.
    return next(
        filter(None, (digits_of_nobody(digits[skip:]) for skip in range(4) if len(digits) - skip >= _LEAST_RUN)), None
    )


def _handle(value: str) -> str | None:
    handle = value.partition(":")[2].removeprefix("#").lower()
    if handle in _FILLERS:
        return "a filler, not somebody's name"
    return digits_of_nobody(handle) if handle.isdecimal() else None


def _device(value: str) -> str | None:
    if value in _DEVICES:
        return _DEVICES[value]
    kind, _, bare = value.rpartition(":") if not value.startswith("mac:") else ("mac", ":", value[4:])
    if bare in _DEVICES:
        return _DEVICES[bare]
    if kind == "mac" and bare[1:2] in {"2", "3", "6", "7", "a", "b", "e", "f"}:
        return "a random or multicast address, not the device's own"
    digits = _NOT_HEX.sub("", bare.lower())
    if digits and digits == digits[0] * len(digits):
        return "all digits are equal"
    return digits_of_nobody(digits) or ("a filler" if bare.lower() in _FILLERS else None)


def _bank(value: str) -> str | None:
    return "an example in documentation" if value in _IBANS else digits_of_nobody(value.partition(":")[2])


def _ip(value: str) -> str | None:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    return None if address.is_global else "a private, reserved or documentation address"


def _url(value: str) -> str | None:
    host = value.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    return "a host reserved for examples and tests" if _reserved(host) or host == "localhost" else None


def _file(value: str) -> str | None:
    digits = value.partition(":")[2]
    if value in _EMPTY_FILE:
        return "the digest of an empty file"
    return "all digits are equal" if digits == digits[:1] * len(digits) else None


def _picture(value: str) -> str | None:
    return "all digits are equal" if value == value[:1] * len(value) else None


_RULES: dict[IdentifierKind, Callable[[str], str | None]] = {
    IdentifierKind.EMAIL: _email,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.ACCOUNT: _handle,
    IdentifierKind.GROUP: _handle,
    IdentifierKind.PAYMENT: _handle,
    IdentifierKind.DEVICE: _device,
    IdentifierKind.WALLET: _WALLETS.get,
    IdentifierKind.BANK: _bank,
    IdentifierKind.IP: _ip,
    IdentifierKind.URL: _url,
    IdentifierKind.FILE: _file,
    IdentifierKind.PICTURE: _picture,
}
