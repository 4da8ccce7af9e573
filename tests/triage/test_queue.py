from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import ConflictError, InputError
from clew.records.triage import Turns, Why
from clew.triage.memory_line import MemoryLine
from clew.triage.queue import Choice, Rule, choose, take, urgency

HOUR = 3_600_000_000
DAY = 24 * HOUR


def line_of(*places: tuple[bool, float, int, bool]) -> MemoryLine:
    """A line of (override, score, arrival, drawn), numbered from 0."""
    line = MemoryLine()
    for number, (override, score, arrived_us, drawn) in enumerate(places):
        line.enter(number, override=override, score=score, arrived_us=arrived_us, drawn=drawn)
    return line


def worked(line: MemoryLine, rule: Rule, now_us: int = 10 * DAY, turns: Turns | None = None) -> list[Choice[int]]:
    """Everything the line gives until it is empty."""
    turns, choices = turns or Turns(), []
    while choice := take(line, turns, rule, now_us):
        turns = choice.turns
        choices.append(choice)
    return choices


def test_an_override_stands_ahead_of_every_score() -> None:
    line = line_of((False, 1e9, 0, False), (True, -1e9, 5, False))
    assert [(c.place, c.why) for c in worked(line, Rule())] == [(1, Why.OVERRIDE), (0, Why.SCORE)]


def test_equal_scores_are_taken_in_the_order_of_arrival_and_equal_arrivals_by_number() -> None:
    line = line_of((False, 1.0, 9, False), (False, 1.0, 3, False), (False, 1.0, 3, False))
    assert [c.place for c in worked(line, Rule(reserve_permille=0))] == [1, 2, 0]


def test_of_a_thousand_turns_fifty_are_reserved_and_audit_and_oldest_alternate() -> None:
    line = line_of(*((False, float(number), number, True) for number in range(1000)))
    reserved = [(place, c.why) for place, c in enumerate(worked(line, Rule())) if c.why is not Why.SCORE]
    assert [place for place, _ in reserved] == list(range(19, 1000, 20))
    assert [why for _, why in reserved] == [Why.OLDEST, Why.AUDIT] * 25


def test_an_audit_turn_waits_until_the_order_had_its_time_and_goes_to_the_oldest_meanwhile() -> None:
    rule = Rule(reserve_permille=1000, audit_permille=1000)
    places = ((False, 0.0, 0, False), (False, 0.0, HOUR, True))
    early = choose(line_of(*places), Turns(), rule, HOUR + DAY)
    late = choose(line_of(*places), Turns(), rule, HOUR + DAY + 1)
    assert early is not None
    assert late is not None
    assert (early.place, early.why) == (0, Why.OLDEST)
    assert (late.place, late.why) == (1, Why.AUDIT)


def test_an_override_pushes_a_reserved_turn_back_and_the_turn_stays_owed() -> None:
    line = line_of(*((False, 0.0, number, False) for number in range(3)), (True, 0.0, 9, False))
    found = worked(line, Rule(), turns=Turns(taken=19, reserved=0))
    assert [(c.place, c.why) for c in found[:2]] == [(3, Why.OVERRIDE), (0, Why.OLDEST)]


def test_overrides_without_end_cannot_end_the_reserve() -> None:
    line = line_of((False, 0.0, 0, False), *((True, 0.0, number, False) for number in range(1, 200)))
    whys = [c.why for c in worked(line, Rule())]
    assert whys[:39] == [Why.OVERRIDE] * 39
    assert whys[39] is Why.OLDEST


def test_an_empty_line_gives_nothing_and_uses_no_turn() -> None:
    assert choose(MemoryLine(), Turns(), Rule(), 0) is None
    assert take(MemoryLine(), Turns(taken=19), Rule(), 0) is None


def test_to_choose_changes_nothing() -> None:
    line = line_of((False, 1.0, 0, True), (False, 2.0, 1, True))
    first = choose(line, Turns(), Rule(), DAY)
    assert choose(line, Turns(), Rule(), DAY) == first
    assert len(line) == 2


def test_a_place_put_back_stands_where_it_stood() -> None:
    line = line_of((False, 2.0, 0, True), (False, 1.0, 1, False))
    line.claim(0)
    assert (line.most_urgent(), line.oldest(), line.drawn(DAY)) == (1, 1, None)
    line.put_back(0)
    assert (line.most_urgent(), line.oldest(), line.drawn(DAY)) == (0, 0, 0)


def test_a_place_is_claimed_once_entered_once_and_put_back_only_when_claimed() -> None:
    line = line_of((False, 1.0, 0, False))
    with pytest.raises(ConflictError, match="waits already"):
        line.put_back(0)
    line.claim(0)
    with pytest.raises(ConflictError, match="does not wait"):
        line.claim(0)
    with pytest.raises(InputError, match="in the line already"):
        line.enter(0, override=False, score=0.0, arrived_us=0, drawn=False)


@pytest.mark.parametrize(
    "wrong", [{"reserve_permille": -1}, {"audit_permille": 1001}, {"audit_after_us": -1}, {"owed_at_most": -1}]
)
def test_a_rule_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Rule(**wrong)


@dataclass
class PlainLine:
    """The line as a list that is looked through whole: what it says is plainly right."""

    places: dict[int, tuple[bool, float, int, bool]]
    waiting: set[int] = field(default_factory=set)

    def _by_urgency(self) -> list[int]:
        return sorted(
            self.waiting,
            key=lambda n: urgency(
                override=self.places[n][0], score=self.places[n][1], arrived_us=self.places[n][2], last=n
            ),
        )

    def override_waits(self) -> bool:
        return any(self.places[n][0] for n in self.waiting)

    def most_urgent(self) -> int | None:
        return next(iter(self._by_urgency()), None)

    def oldest(self) -> int | None:
        return min(self.waiting, key=lambda n: (self.places[n][2], n), default=None)

    def drawn(self, before_us: int) -> int | None:
        fit = [n for n in self.waiting if self.places[n][3] and self.places[n][2] < before_us]
        return min(fit, key=lambda n: (self.places[n][2], n), default=None)

    def claim(self, place: int) -> None:
        self.waiting.remove(place)

    def put_back(self, place: int) -> None:
        self.waiting.add(place)


PLACES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([-1.0, 0.0, 2.5]), st.integers(0, 5), st.booleans()), max_size=25
)


@given(
    places=PLACES,
    acts=st.lists(st.integers(0, 40), max_size=60),
    reserve=st.sampled_from([0, 50, 300, 1000]),
    now_us=st.integers(0, 8),
)
def test_the_line_in_memory_gives_what_a_plain_line_gives(places, acts, reserve, now_us) -> None:
    rule = Rule(reserve_permille=reserve, audit_after_us=2)
    fast, plain = line_of(*places), PlainLine(dict(enumerate(places)), set(range(len(places))))
    turns = Turns()
    held: list[int] = []
    for act in acts:
        if held and act < 10:
            place = held.pop(act % len(held))
            fast.put_back(place)
            plain.put_back(place)
            continue
        one, other = take(fast, turns, rule, now_us), take(plain, turns, rule, now_us)
        assert one == other
        if one is not None:
            turns = one.turns
            held.append(one.place)
