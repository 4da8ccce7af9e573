import json

import pytest

from clew.parts.exchanges.base import FaultKind
from clew.parts.exchanges.jsonlines import PART
from clew.records.hashlist import Category

A = "0cc175b9c0f1b6a831c399e269772661"
B = "92eb5ffee6ae2fec3ad71c777531578f"


def lines(*objects: object) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in objects)


def test_byte_order_mark_crlf_and_blank_lines_do_not_matter(read) -> None:
    text = f'\ufeff{{"type":"md5","value":"{A}"}}\r\n\r\n  \r\n{{"type":"SHA-1","value":"{A + A[:8]}"}}'
    taken = read(PART, text.encode())
    assert taken.values == [A, A + A[:8]]
    assert (taken.faults, taken.reading.rows) == ({}, 2)


def test_null_and_empty_text_mean_that_nothing_is_said(read) -> None:
    empty = dict.fromkeys(("quality", "category", "vetted", "opinions", "made_at", "expires_at", "note"))
    assert read(PART, lines({"type": "md5", "value": A, **empty})).entries[0].vetted is None
    assert read(PART, lines({"type": "md5", "value": A, "note": ""})).entries[0].note is None


def test_numbers_and_truth_may_be_json_or_text(read) -> None:
    taken = read(
        PART,
        lines(
            {
                "type": "md5",
                "value": A,
                "quality": 50,
                "vetted": False,
                "category_scheme": "VICS-US",
                "category_code": 1,
            },
            {"type": "md5", "value": A, "quality": "50", "vetted": "false", "category": "vics-us:1"},
        ),
    )
    assert taken.entries[0] == taken.entries[1]
    assert taken.entries[0].category == Category(scheme="vics-us", code="1")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"type":"md5"', "is no JSON"),
        (b"[1]", "expected a JSON object, came an array"),
        (b"7", "came a single value"),
        (b'{"type":"md5","value":"\xff"}', "expected UTF-8, byte 24"),
        (b"[" * 50_000, "expected a JSON object"),
        (b'{"quality":' + b"9" * 5_000 + b"}", "expected a JSON object"),
        (b'{"type":"md5","value":12}', "value must be the md5 hash as text, got 12"),
        (b'{"type":["md5"],"value":"x"}', "type must name a signal type, got a JSON array"),
        (b'{"value":"x"}', "type must name a signal type, got nothing"),
        (f'{{"type":"md5","value":"{A}","quality":50.5}}'.encode(), "quality must be a whole number"),
        (f'{{"type":"md5","value":"{A}","quality":true}}'.encode(), "quality must be a whole number"),
        (f'{{"type":"md5","value":"{A}","quality":NaN}}'.encode(), "quality must be a whole number"),
        (f'{{"type":"md5","value":"{A}","note":"\\ud800"}}'.encode(), "note must be printable text"),
        (f'{{"type":"md5","value":"{A}","note":"\\u0000"}}'.encode(), "note must be printable text"),
        (f'{{"type":"md5","value":"{A}","note":{{}}}}'.encode(), "note must be text, got a JSON object"),
        (f'{{"type":"md5","value":"{A}","category":"a:b","category_code":"c"}}'.encode(), "category must stand once"),
        (f'{{"type":"md5","value":"{A}","opinions":[1]}}'.encode(), "an opinion must be"),
        (b'{"note":"' + b"x" * 70_000 + b'"}', "expected a line of at most 65,536 bytes"),
        (b"\0", "is no JSON"),
    ],
)
def test_a_bad_line_is_a_fault_with_its_number_and_the_lines_after_it_go_on(read, line: bytes, said: str) -> None:
    taken = read(PART, lines({"type": "md5", "value": A}) + line + b"\n" + lines({"type": "md5", "value": B}))
    assert taken.values == [A, B]
    assert list(taken.faults) == [2]
    assert said in taken.faults[2]


def test_one_member_has_one_opinion(read) -> None:
    opinion = {"member": "m", "standing": "positive", "at": "2026-01-01"}
    taken = read(PART, lines({"type": "md5", "value": A, "opinions": [opinion, opinion]}))
    assert "each member once" in taken.faults[1]


def test_properties_that_nobody_knows_are_counted_and_named(read) -> None:
    taken = read(PART, lines({"type": "md5", "value": A, "x": 1}, {"type": "md5", "value": B, "x": 1, "y\n": 2}))
    assert taken.reading.unknown_columns == {"x": 2, "y?": 1}


def test_a_truncated_file_loses_its_last_line_only(read) -> None:
    content = lines({"type": "md5", "value": A}, {"type": "md5", "value": B})
    taken = read(PART, content[:-10])
    assert taken.values == [A]
    assert taken.reading.faults == {FaultKind.FORM: 1}
