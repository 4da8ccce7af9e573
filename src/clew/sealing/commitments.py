"""Keyed commitments: a leaf is bound to its event by a key that can be destroyed together with the event.

Who holds the subject's key and the event can make the commitment anew; once both are gone the commitment says nothing
of the event, not even to somebody who guesses it, and the tree above it stands as before.
"""

import hmac
from collections.abc import Mapping
from json.encoder import encode_basestring

from clew.ground.canonical import canonical

KEY_BYTES = 32


class Quoted(dict[str, str]):
    """Text as canonical JSON has it; each is quoted once, for there are few actors and acts."""

    def __missing__(self, text: str) -> str:
        """Quoted, and kept."""
        self[text] = quoted = encode_basestring(text)
        return quoted


def commitment(secret: bytes, text: bytes) -> bytes:
    """The commitment to a text under a subject's key, 32 bytes. Source: RFC 2104 and FIPS 198-1, HMAC-SHA-256."""
    return hmac.digest(secret, text, "sha256")


def committed_text(
    number: int, row_id: int, at_us: int, actor: str, act: str, subject: str, facts: str, quoted: Quoted
) -> str:
    """What a commitment is made of: every column of the row, and its number, as canonical JSON.

    The facts are canonical JSON in the database already and are taken over as they stand, so that nothing in that
    column, were it a space, can be changed unseen. Equal to `reference_text` for all that we write.
    """
    return (
        f'{{"act":{quoted[act]},"actor":{quoted[actor]},"at_us":{at_us},"facts":{facts},"id":{row_id},'
        f'"number":{number},"subject":{encode_basestring(subject)}}}'
    )


def reference_text(
    number: int,
    row_id: int,
    at_us: int,
    actor: str,
    act: str,
    subject: str,
    facts: Mapping[str, str | int | bool | None],
) -> bytes:
    """The same by the library that knows RFC 8785: slow, and what `committed_text` is held to."""
    return canonical(
        {
            "act": act,
            "actor": actor,
            "at_us": at_us,
            "facts": dict(facts),
            "id": row_id,
            "number": number,
            "subject": subject,
        }
    )
