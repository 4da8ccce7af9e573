"""Requests that do not fit are answered in our words, not in those of the libraries that found it."""

import msgspec
import pytest

from clew.records.screening import Scope
from clew.web.misfits import of_body
from tests.web.web_desk import WebDesk


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Expected `array` of length >= 1", "expected a list of at least 1 member"),
        ("Expected `str` of length <= 64", "expected text of at most 64 characters"),
        ("Expected `int` >= 0", "expected a whole number of at least 0"),
        ("Expected `str | null`, got `int`", "expected text or null, came a whole number"),
        ("Object missing required field `type`", "the field `type` is missing"),
        ("Invalid RFC3339 encoded datetime", "Invalid RFC3339 encoded datetime"),
    ],
)
def test_what_the_decoder_says_is_said_plainly(theirs: str, ours: str) -> None:
    assert of_body(theirs) == ours


def test_the_decoder_still_speaks_the_words_that_are_translated() -> None:
    class Given(msgspec.Struct):
        some: list[int]

    for body in (b"{}", b'{"some": 1}', b"[]"):
        with pytest.raises(msgspec.ValidationError) as raised:
            msgspec.json.decode(body, type=Given)
        assert of_body(str(raised.value)) != str(raised.value)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("limit=0", "query.limit: it must be at least 1"),
        ("limit=many", "query.limit: it must be a whole number"),
    ],
)
def test_a_parameter_that_does_not_fit_is_told_plainly(shared_desk: WebDesk, query: str, told: str) -> None:
    answer = shared_desk.call("GET", f"/api/v1/hits?{query}", key=shared_desk.key(Scope.HITS_READ))
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == told
