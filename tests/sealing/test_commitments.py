"""Keyed commitments: what is committed to is canonical JSON of every column."""

import hmac
import json
from hashlib import sha256

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clew.ground.canonical import canonical
from clew.sealing.commitments import Quoted, commitment, committed_text, reference_text

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
FACTS = st.dictionaries(TEXT, st.one_of(TEXT, WHOLE, st.booleans(), st.none()), max_size=4)


@given(WHOLE, WHOLE, WHOLE, TEXT, TEXT, TEXT, FACTS)
def test_what_is_committed_to_is_the_canonical_json_of_the_row(number, row_id, at_us, actor, act, subject, facts):
    text = canonical(facts).decode()
    fast = committed_text(number, row_id, at_us, actor, act, subject, text, Quoted())
    assert fast.encode() == reference_text(number, row_id, at_us, actor, act, subject, facts)
    assert json.loads(fast)["facts"] == facts


@given(st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=9), st.one_of(TEXT, WHOLE, st.none())))
def test_the_fast_library_writes_facts_with_plain_names_as_the_careful_one(facts):
    assert msgspec.json.Encoder(order="deterministic").encode(facts) == canonical(facts)


def test_no_column_can_pass_for_another():
    quoted = Quoted()
    rows = [
        (1, 2, 3, "a", "b", "c", "{}"),
        (1, 2, 3, 'a","at_us":3,"x":"', "b", "c", "{}"),
        (1, 2, 3, "a", "b", 'c"}', "{}"),
        (1, 2, 3, "a", "b", "c", '{},"id":2,"number":1,"subject":"c"}'),
        (2, 1, 3, "a", "b", "c", "{}"),
        (1, 2, 3, "b", "a", "c", "{}"),
        (1, 2, 3, "a", "c", "b", "{}"),
    ]
    assert len({committed_text(*row, quoted) for row in rows}) == len(rows)


def test_a_commitment_is_hmac_sha_256():
    # RFC 4231, section 4.2, test case 1.
    expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    assert commitment(b"\x0b" * 20, b"Hi There").hex() == expected
    assert commitment(bytes(32), b"x") == hmac.new(bytes(32), b"x", sha256).digest()


def test_the_same_event_under_two_keys_has_two_commitments():
    assert commitment(bytes(32), b"event") != commitment(b"\1" * 32, b"event")
