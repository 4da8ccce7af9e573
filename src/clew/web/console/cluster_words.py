"""What the console says of clusters: strengths, changes, and what was done, in people's words."""

from clew.records.linking import ChangeKind, EdgeState, SuggestionKind

SAID = {
    "split": "The join was undone. It will not be made again by machine.",
    "out": "The reports were taken out. No machine joins them to the others again.",
    "merged": "The clusters are one now.",
    "undone": "The change was taken back; everything is as it was before it.",
    "joined": "The two are one cluster now.",
    "left": "The two stay apart; nobody is asked again.",
    "same": "Nothing changed; it was so before.",
}
CHANGES = {
    ChangeKind.JOINED: "joined by what their reports state",
    ChangeKind.FELL_APART: "fell apart: an identifier proved to be several people's",
    ChangeKind.MERGED: "merged by a person",
    ChangeKind.SPLIT: "split by a person",
    ChangeKind.CLEARED: "cleared: every link withdrawn",
    ChangeKind.UNDONE: "a change taken back",
}
STATES = {
    EdgeState.JOINED: "joins",
    EdgeState.HELD: "too little to join by",
    EdgeState.REVOKED: "joined once; the value proved to be shared",
    EdgeState.BLOCKED: "a person said that it must not join",
}
SUGGESTIONS = {
    SuggestionKind.GIANTS: "Two large clusters share identifiers; a wrong join would cost much",
    SuggestionKind.ALIKE: "Names and dates resemble each other; no identifier is the same",
}

_STRONG, _FAIR = 8.0, 4.0


def strength(bits: float) -> str:
    """How strong a link is, in a word; bits are log2 of odds."""
    word = "strong" if bits >= _STRONG else "fair" if bits >= _FAIR else "weak"
    return f"{word}, {bits:.1f} bits"
