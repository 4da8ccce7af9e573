"""Codes of an authenticator, against the published vectors."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from clew.ground.totp import STEP_S, app_address, code_of, new_secret, step_of

# RFC 6238, appendix B, SHA-1: the last six of their eight digits, since an app shows the number modulo a million.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_the_published_codes(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert code_of(SECRET, at) == code
    assert step_of(SECRET, code, at) == second // STEP_S


def test_a_code_of_the_step_before_or_after_is_taken_and_none_further_off() -> None:
    at = datetime.fromtimestamp(1234567890, UTC)
    now = 1234567890 // STEP_S
    found = [step_of(SECRET, code_of(SECRET, at + timedelta(seconds=STEP_S * off)), at) for off in range(-3, 4)]
    assert found == [None, None, now - 1, now, now + 1, None, None]


@pytest.mark.parametrize("code", ["", "00592", "0059244", "00592a", "-05924", "\u0660\u0660\u0665\u0669\u0662\u0664"])
def test_what_is_not_six_digits_is_no_code(code: str) -> None:
    assert step_of(SECRET, code, datetime.fromtimestamp(1234567890, UTC)) is None


def test_a_code_may_be_typed_in_groups() -> None:
    assert step_of(SECRET, " 005 924 ", datetime.fromtimestamp(1234567890, UTC)) == 1234567890 // STEP_S


def test_secrets_differ_and_the_address_bears_name_and_issuer() -> None:
    assert len(new_secret()) == 32
    assert new_secret() != new_secret()
    assert app_address(SECRET, "ada & co", "Clew").startswith("otpauth://totp/Clew:ada%20%26%20co?secret=")
