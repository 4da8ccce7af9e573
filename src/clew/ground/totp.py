"""Codes of an authenticator app: six digits that change every thirty seconds.

Source: RFC 6238 "TOTP", 2011; section 5.2 for the window of one step either way and for taking a code once only.
"""

import hmac
from datetime import datetime

import pyotp

STEP_S = 30
# One step either way, for clocks that differ.
_WINDOW = 1
_DIGITS = 6


def new_secret() -> str:
    """160 random bits as base 32."""
    return pyotp.random_base32()


def app_address(secret: str, name: str, issuer: str) -> str:
    """The otpauth: address that an app takes from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def code_of(secret: str, at: datetime) -> str:
    """The code that an app shows at that moment."""
    return pyotp.TOTP(secret).at(at)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The step whose code it is, the latest that fits; None for none that is good now."""
    digits = "".join(code.split())
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    now = int(at.timestamp()) // STEP_S
    app = pyotp.TOTP(secret)
    # All are compared, so that the time does not tell which one it was.
    fits = [
        step for step in range(now - _WINDOW, now + _WINDOW + 1) if hmac.compare_digest(app.generate_otp(step), digits)
    ]
    return max(fits, default=None)
