"""How long a connection is waited for, by ticks that the test turns."""

from clew.web.patience import ANSWER_S, BODY_S, HEAD_BYTES, HEAD_S, Patience


class Ticks:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def open_connection() -> tuple[Patience, Ticks]:
    ticks = Ticks()
    return Patience(ticks), ticks


def test_a_connection_that_says_nothing_is_let_go() -> None:
    patience, ticks = open_connection()
    ticks.now += HEAD_S
    assert not patience.ended
    ticks.now += 0.1
    assert patience.ended


def test_headers_that_drip_buy_no_time_and_only_so_many_bytes() -> None:
    patience, ticks = open_connection()
    patience.head_began()
    assert patience.took(HEAD_BYTES)
    ticks.now += HEAD_S + 0.1
    assert patience.ended
    assert not patience.took(1)


def test_a_body_may_take_long_as_long_as_it_comes() -> None:
    patience, ticks = open_connection()
    patience.head_began()
    patience.head_ended()
    for _ in range(100):
        ticks.now += BODY_S - 1
        patience.body_came()
        assert patience.took(1_000_000)
        assert not patience.ended
    ticks.now += BODY_S + 0.1
    assert patience.ended


def test_a_whole_request_is_answered_however_long_that_takes() -> None:
    patience, ticks = open_connection()
    patience.head_ended()
    patience.body_ended()
    ticks.now += 10_000
    assert not patience.ended


def test_a_body_that_is_no_longer_wanted_buys_no_time() -> None:
    patience, ticks = open_connection()
    patience.head_ended()
    patience.answered()
    ticks.now += BODY_S - 1
    patience.body_came()
    ticks.now += 1.1
    assert patience.ended


def test_line_ends_between_requests_are_counted_and_timed() -> None:
    patience, ticks = open_connection()
    patience.head_ended()
    patience.body_ended()
    assert patience.took(100)
    patience.answered()
    assert patience.took(HEAD_BYTES)
    assert not patience.took(1)
    ticks.now += HEAD_S + 0.1
    assert patience.ended


def test_while_we_do_not_read_nobody_is_late() -> None:
    patience, ticks = open_connection()
    patience.head_ended()
    ticks.now += BODY_S + 5
    patience.reading_held()
    assert not patience.ended


def test_an_answer_that_nobody_takes_in_is_let_go() -> None:
    patience, ticks = open_connection()
    patience.head_ended()
    patience.body_ended()
    patience.writing_stuck()
    ticks.now += ANSWER_S + 0.1
    assert patience.ended
    patience.writing_goes_on()
    assert not patience.ended
