"""Identifiers in words: what each part finds, and which of several readings of one place stands."""

from collections.abc import Sequence

from clew.parts.identifiers.base import Context, IdentifierPart, Reading, longest_run_in

# Of one field. The longest that the CyberTipline grammar's free text is known to bear is far below; a chat log pasted
# into a field may be more. What stands behind is not looked at, and the report's gaps say so.
LONGEST_TEXT = 100_000

# The shortest identifier, "1.1.1.1" or "a@b.co", has six characters.
_SHORTEST = 6


def identifiers_in(text: str, parts: Sequence[IdentifierPart], context: Context) -> list[tuple[int, str, Reading]]:
    """The start, the raw text and the reading of each identifier in the first `LONGEST_TEXT` characters, in order.

    Where places overlap the one that begins first stands, and of those the longest: the host of an e-mail address is no
    second identifier. Several parts may read the same place: the link to a profile is an account and a page.
    """
    if len(text) < _SHORTEST:
        return []
    looked_at = text[:LONGEST_TEXT]
    # Words name their services themselves: "snap: name" in an Instagram profile is an account at Snapchat.
    context = Context(country=context.country, label=context.label)
    longest = longest_run_in(looked_at)
    spans = [
        (span.start, -len(span.raw), order, span.raw)
        for order, part in enumerate(parts)
        if part.signs is None or part.signs.seen_in(looked_at, longest)
        for span in part.find(looked_at)
    ]
    spans.sort()
    found = []
    place, free_from = (-1, -1), 0
    for start, length, order, raw in spans:
        end = start - length
        if start < free_from and (start, end) != place:
            continue
        reading = parts[order].normalise(raw, context)
        if isinstance(reading, Reading):
            found.append((start, raw, reading))
            place, free_from = (start, end), end
    return found
