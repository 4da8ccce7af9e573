"""Bytes for signing."""

import pytest

from clew.errors import InputError
from clew.ground.canonical import canonical


def test_the_example_of_the_rfc_comes_out_as_printed_there() -> None:
    # RFC 8785, section 3.2.2 (input) and 3.2.3 (output).
    structure = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(structure) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_their_utf_16_code_units() -> None:
    # RFC 8785, section 3.2.3: the emoji's surrogates sort before U+FB33, though its code point is larger.
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5}) == (
        '{"\\r":4,"1":5,"\u20ac":3,"\U0001f600":2,"\ufb33":1}'.encode()
    )


@pytest.mark.parametrize("wrong", [2**53, -(2**53), float("nan"), float("inf"), "\ud800", b"bytes", {1: "a"}])
def test_what_has_no_canonical_form_is_refused_without_being_repeated(wrong: object) -> None:
    with pytest.raises(InputError) as refused:
        canonical([wrong])
    assert repr(wrong) not in str(refused.value)
    assert refused.value.__context__ is None


def test_the_largest_integer_that_every_reader_reads_alike_is_taken() -> None:
    assert canonical(2**53 - 1) == b"9007199254740991"
