"""The picture from which an authenticator app takes its secret."""

import segno

from clew.ground.totp import app_address

_ISSUER = "Clew"


def of(secret: str, name: str) -> str:
    """SVG to stand in a page: geometry in attributes, no style, so that the page's policy lets it."""
    code = segno.make(app_address(secret, name, _ISSUER), error="m")
    return code.svg_inline(
        scale=5,
        border=4,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
        title="Picture for an authenticator app",
        omitsize=False,
    )


def in_groups(secret: str) -> str:
    """The secret for a person who types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
