"""What a form bears so that it is sent once and not by a machine in no time: signed, and kept nowhere.

The token says when its page was made and names one sending by random bytes. Of these the code follows that finds the
report again, so that a form sent twice, in two processes or before and after a restart, has one code.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clew.ground.tokens import code_of, same

# A form that was left open over a night can still be sent; one of last week is loaded anew.
_LONGEST = timedelta(hours=24)
# A person needs longer to press the button, and a page that is sent again after a slip has its old time.
_SHORTEST = timedelta(seconds=2)
_NONCE_BYTES = 16
_TIME_BYTES = 8
_MAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """A form's own, as it came back.

    Attributes:
        early: the form was filled in in no time.
        late: it was left open for more than a day.
    """

    text: str
    code: str
    early: bool
    late: bool


class Tokens:
    """Made and read with one secret, which every process of the installation has.

    Args:
        secret: at least 32 bytes that nobody outside knows.
        random_bytes: so many of them, never the same twice.
    """

    def __init__(self, secret: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self._secret = secret
        self._random_bytes = random_bytes

    def make(self, at: datetime) -> str:
        """The token of a page that is shown now."""
        body = self._random_bytes(_NONCE_BYTES) + int(at.timestamp()).to_bytes(_TIME_BYTES)
        return base64.urlsafe_b64encode(body + self._mac(b"form", body)).decode()

    def read(self, text: str, at: datetime) -> Token | None:
        """The token of a form that came back; None for one that is not ours."""
        try:
            told = base64.urlsafe_b64decode(text.encode("ascii"))
        except (ValueError, binascii.Error):
            return None
        body, mac = told[:-_MAC_BYTES], told[-_MAC_BYTES:]
        if len(body) != _NONCE_BYTES + _TIME_BYTES or not same(mac.hex(), self._mac(b"form", body).hex()):
            return None
        age = at - datetime.fromtimestamp(int.from_bytes(body[_NONCE_BYTES:]), UTC)
        return Token(text, code_of(self._mac(b"code", body)), early=age < _SHORTEST, late=age > _LONGEST)

    def _mac(self, what: bytes, body: bytes) -> bytes:
        return hmac.new(self._secret, what + b"\0" + body, hashlib.sha256).digest()
