"""Bytes for signing: one structure has one form, whoever writes it."""

import rfc8785

from clew.errors import InputError


def canonical(structure: object) -> bytes:
    """The structure as JSON in its one canonical form, UTF-8: sorted keys, no space, shortest numbers.

    Args:
        structure: made of text, numbers, true, false, null, lists, tuples and dicts with text keys. An integer beyond
            2**53 - 1 is none that every reader of JSON reads alike: write it as text.
    Raises:
        InputError: it holds a number or a text that has no canonical form. The message does not bear it.
    Source: RFC 8785, "JSON Canonicalization Scheme (JCS)", 2020.
    """
    try:
        # What JSON has not, the library itself refuses.
        return rfc8785.dumps(structure)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError:
        pass
    # Outside of the handler: the library's message bears the value.
    raise InputError(
        "JSON for signing holds text, finite numbers, integers up to 2**53 - 1, true, false, null, lists and dicts; "
        "something else came: write large integers, bytes and times as text"
    )
