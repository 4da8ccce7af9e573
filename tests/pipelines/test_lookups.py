from clew.parts.stores.base import HitFilter
from clew.pipelines.installation import Installation
from clew.pipelines.lookups import look_up
from clew.records.identifiers import ListName
from tests.installed import NOON, AddList


def test_every_line_is_answered_in_order_and_a_bad_one_with_its_fault(
    installation: Installation, add_list: AddList
) -> None:
    add_list("one", [b"\x01" * 16])
    lines = [b"md5 " + b"01" * 16, b"", b"md5 02", b"pdq", b"crc32 00", b"MD5 " + b"0A" * 16, b"\xff\xfe x"]
    answers = list(look_up(installation, lines, limit=10))
    assert [each.line for each in answers] == [1, 3, 4, 5, 6, 7]
    assert [match.list_name for match in answers[0].matches] == ["one"]
    assert answers[1].fault == "MD5 hash must be 32 hex digits, got 2"
    assert answers[2].fault == "expected 'type value', got 1 words"
    assert "must be one of" in (answers[3].fault or "")
    assert answers[4].matches == ()
    assert answers[4].fault is None
    assert answers[5].fault


def test_looking_up_is_not_screening(installation: Installation, add_list: AddList) -> None:
    add_list("one", [b"\x01" * 16])
    assert len(list(look_up(installation, [b"md5 " + b"01" * 16], limit=10))) == 1
    with installation.store.read() as reader:
        assert reader.counts(NOON.date(), NOON.date()) == {}
        assert reader.hits(HitFilter()) == []


def test_only_the_lists_that_are_named_are_searched(installation: Installation, add_list: AddList) -> None:
    add_list("one", [b"\x01" * 16])
    add_list("two", [b"\x02" * 16])
    answers = list(look_up(installation, [b"md5 " + b"01" * 16], lists=[ListName("two")], limit=10))
    assert answers[0].matches == ()


def test_more_lines_than_one_batch_are_all_answered(installation: Installation, add_list: AddList) -> None:
    add_list("one", [number.to_bytes(16) for number in range(1, 2500, 7)])
    lines = [b"md5 " + number.to_bytes(16).hex().encode() for number in range(1, 2500)]
    answers = list(look_up(installation, lines, limit=10))
    assert [each.line for each in answers if each.matches] == list(range(1, 2500, 7))
