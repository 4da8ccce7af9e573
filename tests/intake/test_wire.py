"""What a worker says is read as a stranger's word."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clew.errors import InputError
from clew.intake.wire import (
    MOST_BYTES,
    PIECE_BYTES,
    Answer,
    Request,
    Spent,
    join_piece,
    pack_answer,
    pack_hello,
    pack_request,
    pieces,
    unpack_answer,
    unpack_hello,
    unpack_request,
)
from clew.kernels.sandbox import Confinement
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Reason, Signal, Unhashable

PDQ = SignalType("pdq")
ANSWER = Answer(
    7,
    Hashed(
        size_bytes=1 << 40,
        media_type="image/png",
        signals=(
            Signal(type=SignalType("md5"), value=bytes(range(16))),
            Signal(type=PDQ, value=bytes(32), quality=0, form="on-white+unrotated"),
        ),
        unhashable=(Unhashable(type=PDQ, reason=Reason.DAMAGED, detail="früh zu Ende"),),
    ),
    Spent(digests_s=0.5, decode_s=0.25, hash_s=0.125),
)


@pytest.mark.parametrize(
    "request_",
    [
        Request(1, (PDQ,)),
        Request(2**63, (SignalType("md5"), PDQ), dihedral=True),
        Request(3, (), undecoded=Reason.TOO_SLOW),
    ],
)
def test_a_request_comes_as_it_was_sent(request_):
    assert unpack_request(pack_request(request_)) == request_


def test_an_answer_comes_as_it_was_sent():
    assert unpack_answer(pack_answer(ANSWER)) == ANSWER


def test_a_greeting_comes_as_it_was_sent():
    held = Confinement(calls=True, user=False, memory=True)
    assert unpack_hello(pack_hello(held)) == held
    with pytest.raises(InputError):
        unpack_hello(b"hello")


@pytest.mark.parametrize("end", range(len(pack_answer(ANSWER))))
def test_an_answer_cut_off_anywhere_is_refused(end):
    with pytest.raises(InputError):
        unpack_answer(pack_answer(ANSWER)[:end])


def test_an_answer_that_goes_on_is_refused():
    with pytest.raises(InputError):
        unpack_answer(pack_answer(ANSWER) + b"x")


@given(some.binary(max_size=300))
def test_any_bytes_are_an_answer_or_refused(message):
    try:
        unpack_answer(message)
    except InputError:
        return


def test_a_message_comes_in_pieces_and_is_put_together():
    for size in (1, PIECE_BYTES - 1, PIECE_BYTES, 5 * PIECE_BYTES):
        message, held = bytes(range(256)) * (size // 256) + bytes(size % 256), bytearray()
        *first, last = pieces(message)
        assert all(len(each) <= PIECE_BYTES for each in (*first, last))
        assert [join_piece(held, each) for each in first] == [None] * len(first)
        assert join_piece(held, last) == message
        assert not held


def test_pieces_without_end_are_refused():
    held = bytearray()
    for _ in range(MOST_BYTES // PIECE_BYTES):
        assert join_piece(held, b"+" + bytes(PIECE_BYTES - 1)) is None
    with pytest.raises(InputError):
        join_piece(held, b"+" + bytes(PIECE_BYTES - 1))


def test_a_detail_is_made_fit_to_be_shown():
    strange = Unhashable(type=PDQ, reason=Reason.DAMAGED, detail="bell\a\x1b[2J")
    answer = Answer(1, Hashed(size_bytes=1, media_type=None, unhashable=(strange,)), Spent())
    assert unpack_answer(pack_answer(answer)).hashed.unhashable[0].detail == "bell??[2J"


def test_a_long_detail_is_cut():
    long = Unhashable(type=PDQ, reason=Reason.DAMAGED, detail="x" * 5000)
    answer = Answer(1, Hashed(size_bytes=1, media_type=None, unhashable=(long,)), Spent())
    assert len(unpack_answer(pack_answer(answer)).hashed.unhashable[0].detail) == 200
