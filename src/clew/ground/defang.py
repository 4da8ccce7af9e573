"""Addresses of abusive material so written that no program opens them and no page or mail links them."""

import re

# Neither a dot in brackets nor what is defanged already.
_DOT = re.compile(r"(?<!\[)\.(?!\])")
_SCHEME = re.compile(r"\b(?:http|ftp)(?=s?\[?:)", re.IGNORECASE)
_DEFANGED = {"http": "hxxp", "ftp": "fxp"}
_SLASHES = re.compile(r"(?<!\[):(?=//)")
# In words: whatever stands behind two slashes, and every name with dots in it, with all that follows up to a blank.
_ADDRESS = re.compile(
    r"""(?:\b[a-z][a-z0-9+.-]*:)?//[^\s<>"]+ | [^\s<>"@/.]+(?:\.[^\s<>"@/.]+)+(?:[/:?\#][^\s<>"]*)?""",
    re.IGNORECASE | re.VERBOSE,
)
# How people and tools write it, in both directions.
_FANGED = (
    (re.compile(r"\[:\]|\(:\)"), ":"),
    (re.compile(r"\[://\]"), "://"),
    (re.compile(r"[\[({]\s*(?:\.|dot)\s*[\])}]", re.IGNORECASE), "."),
    (re.compile(r"^h(?:xx|tt|\*\*)p(?=s?:)", re.IGNORECASE), "http"),
    (re.compile(r"^fxp(?=s?:)", re.IGNORECASE), "ftp"),
)


def defanged(address: str) -> str:
    """The address as `hxxps[:]//board[.]example/a[.]html`; defanging it twice changes nothing.

    Every dot is in brackets, those of the path too: an address may bear another one.
    """
    text = _SCHEME.sub(lambda found: _DEFANGED[found[0].lower()], address)
    return _DOT.sub("[.]", _SLASHES.sub("[:]", text))


def defanged_words(words: str) -> str:
    """A person's words with every address in them defanged."""
    return _ADDRESS.sub(lambda found: defanged(found[0]), words)


def fanged(text: str) -> str:
    """An address that somebody defanged in one of the usual ways, as it was."""
    for pattern, plain in _FANGED:
        text = pattern.sub(plain, text)
    return text
