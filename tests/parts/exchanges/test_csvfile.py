import io
import tracemalloc
from typing import BinaryIO

import pytest

from clew.errors import InputError
from clew.parts.exchanges.base import FaultKind, Reading
from clew.parts.exchanges.csvfile import PART
from clew.records.hashlist import Category, RowFault, Standing

A = "0cc175b9c0f1b6a831c399e269772661"
B = "92eb5ffee6ae2fec3ad71c777531578f"
C = "4a8a08f09d37b73795649038408b5f33"


class Endless(io.RawIOBase):
    """A file that begins as given and then repeats one piece so many times."""

    def __init__(self, head: bytes, piece: bytes, times: int, tail: bytes) -> None:
        self._pieces = iter([head, *[piece] * times, tail])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        count = min(len(into), len(self._rest))
        into[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def endless(head: bytes, piece: bytes, times: int, tail: bytes) -> BinaryIO:
    return io.BufferedReader(Endless(head, piece, times, tail))


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("last", [True, False], ids=["closed", "open"])
def test_line_ends_and_byte_order_marks_do_not_matter(read, end: str, mark: str, last: bool) -> None:
    text = mark + end.join(["type,value", f"md5,{A}", "", f"MD5,{B.upper()}"]) + (end if last else "")
    taken = read(PART, text.encode())
    assert taken.values == [A, B]
    assert (taken.faults, taken.reading.rows) == ({}, 2)


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_the_header_says_which_delimiter_is_used(read, between: str) -> None:
    text = f"value{between}note{between}type\n{A}{between}a note{between}md5\n"
    assert read(PART, text.encode()).entries[0].note == "a note"


def test_all_columns_are_read(read) -> None:
    text = (
        "type,value,quality,category_scheme,category_code,vetted,opinions,made_at,expires_at,note\n"
        f'md5,{A},,vics-uk,2,no,"[{{""member"":""m"",""standing"":""negative"",""at"":""2026-01-01""}}]",'
        '2026-03-08,2026-03-08T01:58:00+02:00,"one, two"\n'
    )
    entry = read(PART, text.encode()).entries[0]
    assert entry.category == Category(scheme="vics-uk", code="2")
    assert entry.vetted is False
    assert entry.opinions[0].standing is Standing.NEGATIVE
    assert (entry.made_at.isoformat(), entry.expires_at.isoformat()) == (
        "2026-03-08T00:00:00+00:00",
        "2026-03-07T23:58:00+00:00",
    )
    assert entry.note == "one, two"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (f"md5,{A[:-1]},,", "32 hex digits, got 31"),
        (f"md5,{A}0,,", "32 hex digits, got 33"),
        (f"md5,{A[:-1]}g,,", "hex"),
        (f"md5,{'0' * 32},,", "all zero"),
        ("md5,,,", "value must be the md5 hash as text, got nothing"),
        (f",{A},,", "type must name a signal type, got nothing"),
        (f"photodna,{A},,", "type 'photodna' is not known; known are md5, pdq, sha1"),
        (f"md5,{A},101,", "quality must be a whole number from 0 to 100, got '101'"),
        (f"md5,{A},-1,", "quality must be"),
        (f"md5,{A},,A1", "category must be SCHEME:CODE"),
        (f"md5,{A}", "expected 4 columns as in the header, came 2"),
        (f"md5,{A},,,,", "expected 4 columns as in the header, came 6"),
        (f"md5,{A}\0,,", "NUL"),
        (f'md5,"{A}"x,,', "expected quotes around whole cells"),
    ],
)
def test_a_bad_row_is_a_fault_with_its_line_and_the_rows_after_it_go_on(read, cells: str, said: str) -> None:
    taken = read(PART, f"type,value,quality,category\nmd5,{B},,\n{cells}\nmd5,{C},,\n".encode())
    assert taken.values == [B, C]
    assert list(taken.faults) == [3]
    assert said in taken.faults[3]
    assert sum(taken.reading.faults.values()) == 1
    assert taken.reading.rows == 3


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("made_at", "08.03.2026", "made_at must be a date such as 2026-03-08"),
        ("made_at", "2026-02-30", "made_at must be a date"),
        ("made_at", "20260308", "made_at must be a date"),
        ("expires_at", "soon", "expires_at must be a date"),
        ("expires_at", "0001-01-01T00:00:00+14:00", "expires_at must be a date"),
        ("vetted", "maybe", "vetted must be true or false, got 'maybe'"),
        ("opinions", "yes", "opinions must be a JSON array"),
        ("opinions", '"[{""member"":""m"",""standing"":""odd"",""at"":""2026-01-01""}]"', "standing must be one of"),
        ("opinions", '"[{""standing"":""positive""}]"', "its member is missing"),
        ("note", "x" * 2001, "note must have at most 2,000 characters, got 2,001"),
        ("note", "bell\a", "note must be printable text"),
    ],
)
def test_a_particular_that_cannot_be_read_is_a_fault_of_its_row(read, column: str, cell: str, said: str) -> None:
    taken = read(PART, f"type,value,{column}\nmd5,{A},{cell}\nmd5,{B},\n".encode())
    assert taken.values == [B]
    assert said in taken.faults[2]
    assert taken.reading.faults == {FaultKind.PARTICULAR: 1}


def test_a_row_that_is_not_utf8_is_a_fault(read) -> None:
    taken = read(PART, b"type,value,note\nmd5," + A.encode() + b",caf\xe9\nmd5," + B.encode() + b",caf\xc3\xa9\n")
    assert taken.values == [B]
    assert taken.faults == {2: "expected UTF-8, byte 41 of the line is none"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"md5,{A}\nmd5,{B}\n", "the first line has 2 columns and none is type or value"),
        (f"type;hash\nmd5;{A}\n", "none is value"),
        ("type,value,type\n", "type stands several times"),
        (f"type,value\rmd5,{A}\r", "CR alone"),
        ("\x89PNG\r\n\x1a\n", "expected a header line"),
    ],
)
def test_a_header_that_is_none_is_refused_before_any_row(read, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read(PART, content.encode("latin-1"))
    assert A not in str(refused.value)


def test_columns_that_nobody_knows_are_counted_and_named(read) -> None:
    taken = read(PART, f"type,value,color,{A}\nmd5,{A},red,\n".encode())
    assert taken.values == [A]
    assert taken.reading.unknown_columns == {"color": 1, f"{A[:8]}…": 1}


def test_a_header_of_many_columns_names_fifty_and_counts_the_rest(read) -> None:
    names = ",".join(f"c{number}" for number in range(1000))
    counted = read(PART, f"type,value,{names}\n".encode()).reading.unknown_columns
    assert len(counted) == 51
    assert counted["(further names)"] == 950


def test_a_header_of_a_million_columns_is_refused(read) -> None:
    with pytest.raises(InputError, match="longer than 65,536 bytes"):
        read(PART, b"type,value" + b",x" * 1_000_000 + b"\n")


def test_a_row_of_a_million_columns_is_one_fault(read) -> None:
    text = f"type,value\nmd5,{A}".encode() + b",x" * 1_000_000 + f"\nmd5,{B}\n".encode()
    taken = read(PART, text)
    assert taken.values == [B]
    assert taken.faults == {2: "expected a line of at most 65,536 bytes"}


def test_an_endless_line_costs_one_fault_and_no_memory(read) -> None:
    stream = endless(b"type,value\n", b"f" * 65_536, 1_000, f"\nmd5,{B}\n".encode())
    tracemalloc.start()
    taken = read(PART, stream)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken.values == [B]
    assert taken.reading.faults == {FaultKind.TOO_LONG: 1}
    assert peak_bytes < 2_000_000  # the line has 65 million bytes


def test_a_note_may_run_over_lines_and_rows_keep_their_line_numbers(read) -> None:
    taken = read(PART, f'type,value,note\nmd5,{A},"one\r\n\n""two"""\nmd5,{B},x\nmd5,zz,\n'.encode())
    assert taken.values == [A, B]
    assert taken.entries[0].note == 'one\r\n\n"two"'
    assert list(taken.faults) == [6]


def test_a_quote_that_is_never_closed_costs_its_own_row_only(read) -> None:
    rows = "".join(f"md5,{number:032x},\n" for number in range(1, 500))
    taken = read(PART, f'type,value,note\nmd5,{A},"open\n{rows}md5,{B},"closed"\n'.encode())
    assert taken.faults == {2: "expected the quote that is open in this row to be closed"}
    assert len(taken.entries) == 500


def test_many_open_quotes_are_many_faults_and_nothing_worse(read) -> None:
    rows = f'md5,{A},"\nmd5,{B},\n\xff\n' * 20_000
    taken = read(PART, f"type,value,note\n{rows}".encode("latin-1"))
    assert len(taken.entries) == 20_000
    assert taken.reading.rows == 60_000
    assert taken.reading.faults == {FaultKind.FORM: 40_000}


def test_the_last_row_of_a_truncated_file_is_a_fault(read) -> None:
    taken = read(PART, f"type,value,vetted\nmd5,{A},false\nmd5,{B[:20]}".encode())
    assert taken.values == [A]
    assert list(taken.faults) == [3]


def test_rows_come_while_the_file_is_still_being_read(read) -> None:
    reading = Reading(types=read(PART, b"type,value\n").reading.types)
    stream = endless(f"type,value\nmd5,{A}\n".encode(), f"md5,{B}\n".encode() * 1000, 1_000_000, b"")
    rows = PART.read(stream, reading)
    assert not isinstance(next(rows), RowFault)
    assert reading.rows == 1
