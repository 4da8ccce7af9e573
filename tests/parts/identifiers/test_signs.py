"""A part that is spared a text by its signs would have found nothing there: the plain search is the reference."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.parts import shelf
from clew.parts.identifiers.base import Context, IdentifierPart, longest_run_in
from clew.triage.extract_text import identifiers_in
from tests.parts.identifiers.test_contract import KNOWN

PARTS = shelf.load_all("identifiers", IdentifierPart)
PLAIN = [type(f"Plain{name}", (type(part),), {"signs": None})() for name, part in PARTS.items()]
# What has no digit, no sign of another sort, or stands in another script.
RARE = [
    "aaaa.bbbb.cccc", "aa-bb-cc-dd-ee-ff", "idfa aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "serial: abcdefgh",
    "call \u0660\u0663\u0660 \u0669\u0660\u0661\u0668\u0662\u0660",
    "telefon \u0967\u0968\u0969\u096a\u096b\u096c\u096d",
    "jo [AT] host[.]org", "jo (at) host.org", "www.board.org", "WWW[.]board.org", "a" * 56 + ".onion",
    "chat.whatsapp.com/AbC", "signal.group/#AbC", "venmo @jo", "$jo", "jo@ybl", "snap @jo", "kik=jo", "::a:b:c",
    "LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ", "XyZ" * 10, "ab" * 16, "pdq " + "ab" * 32, "http:\\\\a.org",
]  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    pieces = st.sampled_from([raw for _, raw, _ in KNOWN] + RARE) | st.text(max_size=30)
    return st.lists(pieces, max_size=5).map(" ".join) | st.text(alphabet="ab0.:=@/\\$#[(]) \u0660wonis", max_size=60)


@pytest.mark.parametrize("raw", RARE + [raw for _, raw, _ in KNOWN])
def test_no_known_text_is_passed_over(raw: str) -> None:
    for name, part in PARTS.items():
        if part.signs is not None and part.find(raw):
            assert part.signs.seen_in(raw, longest_run_in(raw)), name


@settings(max_examples=400, deadline=None)
@given(text=texts())
def test_with_signs_and_without_the_same_is_found(text: str) -> None:
    for context in (Context(), Context(country="DE", service="Instagram")):
        assert identifiers_in(text, list(PARTS.values()), context) == identifiers_in(text, PLAIN, context)


def test_words_of_people_are_not_searched() -> None:
    words = "The account sent the link after a chat of two days, and asked for money; the other side then wrote to us."
    spared = {
        name for name, part in PARTS.items() if part.signs and not part.signs.seen_in(words, longest_run_in(words))
    }
    assert spared == set(PARTS) - {"url"}
