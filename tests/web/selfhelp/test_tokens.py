"""What a public form bears: signed, of one sending, good for a day and not for the first two seconds."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clew.web.selfhelp.tokens import Tokens

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def tokens(secret: bytes = b"s" * 32) -> Tokens:
    counted = iter(range(256))
    return Tokens(secret, lambda size: next(counted).to_bytes(size))


def test_a_token_comes_back_with_its_code_whoever_reads_it() -> None:
    text = tokens().make(NOON)
    one, other = tokens().read(text, NOON + timedelta(minutes=5)), tokens().read(text, NOON + timedelta(hours=5))
    assert one is not None
    assert other is not None
    assert one.code == other.code
    assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", one.code)
    assert not one.early
    assert not one.late


def test_two_pages_have_two_codes_and_two_secrets_too() -> None:
    making = tokens()
    texts = [making.make(NOON), making.make(NOON)]
    codes = {token.code for each in texts if (token := making.read(each, NOON)) is not None}
    assert len(codes) == 2
    assert tokens(b"o" * 32).read(texts[0], NOON) is None


def test_a_token_is_early_for_two_seconds_and_late_after_a_day() -> None:
    text = tokens().make(NOON)
    for after, early, late in (
        (timedelta(seconds=-5), True, False),
        (timedelta(seconds=1), True, False),
        (timedelta(seconds=2), False, False),
        (timedelta(hours=24), False, False),
        (timedelta(hours=24, seconds=1), False, True),
    ):
        token = tokens().read(text, NOON + after)
        assert token is not None
        assert (token.early, token.late) == (early, late)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_=-]{60,90}"))
def test_what_is_no_token_of_ours_is_none(text: str) -> None:
    assert tokens().read(text, NOON) is None


def test_a_token_with_one_character_changed_is_none() -> None:
    text = tokens().make(NOON)
    for place in range(len(text) - 2):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert tokens().read(changed, NOON) is None, place
