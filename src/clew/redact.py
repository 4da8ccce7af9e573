"""What may be said of a sensitive value in a message, a log or a page: enough to recognise it, never enough to use it.

A list's hash can be used to test evasion and a name can point at a person, so neither is ever written whole.
"""

from pathlib import PurePath

# Eight hex digits tell entries of one list apart for a person and are no use as a hash.
_SHOWN_HEX = 8


def short_hash(value: bytes) -> str:
    """The first eight hex digits of a hash and an ellipsis: `6ac3f901...`."""
    return f"{value.hex()[:_SHOWN_HEX]}…"


def short_name(name: str) -> str:
    """The first character and the suffix of a file's name: `h….jpg`."""
    path = PurePath(name)
    return f"{path.stem[:1]}…{path.suffix}"


def short_secret(secret: str) -> str:
    """The public prefix of a key such as `clew_a1b2c3_…`; nothing of what follows."""
    head, _, rest = secret.rpartition("_")
    return f"{head}_…" if head and rest else "…"


def short_url(url: str) -> str:
    """A database URL without its user and password."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if found else "…"


def printable(text: str) -> str:
    """The text with every character that is not printable written as an escape.

    Names come from strangers: a newline in one could forge a line, an escape sequence could rewrite the screen, and a
    mark of writing direction could turn a name around.
    """
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
