"""The weave draws the strongest part of a cluster, the same way every time."""

from datetime import UTC, datetime

from clew.records.identifiers import IntakeNumber, LinkValueId
from clew.records.linking import EdgeState, EvidenceEdge, LinkPath, PathStep
from clew.records.mention import IdentifierKind
from clew.triage.link_weave import MOST_COLUMNS, MOST_ROWS, weave

AT = datetime(2026, 3, 1, tzinfo=UTC)
EMAIL = IdentifierKind.EMAIL


def edge(report: int, value: str, state: EdgeState = EdgeState.JOINED) -> EvidenceEdge:
    return EvidenceEdge(
        report=IntakeNumber(report),
        value_id=LinkValueId(1),
        kind=EMAIL,
        value=value,
        state=state,
        prior_bits=3.0,
        facts_bits=0.0,
        home=IntakeNumber(1),
        rule_version=1,
        at=AT,
        by="linker",
    )


def numbers(*some: int) -> list[IntakeNumber]:
    return [IntakeNumber(each) for each in some]


def test_threads_that_belong_together_run_side_by_side():
    edges = [edge(1, "a"), edge(3, "a"), edge(2, "b"), edge(4, "b"), edge(3, "c"), edge(2, "c")]
    drawn = weave(numbers(1, 2, 3, 4), edges)
    order = [
        abs(drawn.rows.index(IntakeNumber(left)) - drawn.rows.index(IntakeNumber(right)))
        for left, right in ((1, 3), (2, 4))
    ]
    assert order == [1, 1]
    assert drawn.columns.index((EMAIL, "c")) == 1
    assert weave(numbers(4, 3, 2, 1), reversed(edges)) == drawn


def test_what_only_one_report_states_holds_nothing_together():
    drawn = weave(numbers(1, 2), [edge(1, "a"), edge(2, "a"), edge(1, "alone")])
    assert drawn.columns == ((EMAIL, "a"),)
    assert len(drawn.knots) == 2


def test_the_way_that_was_asked_for_is_drawn_even_where_it_is_weak():
    edges = [edge(number, f"v{value}") for value in range(30) for number in (10 + value, 11 + value, 12 + value)]
    edges += [edge(1, "way"), edge(2, "way", EdgeState.HELD)]
    path = LinkPath(steps=(PathStep(left=IntakeNumber(1), right=IntakeNumber(2), kind=EMAIL, value="way", bits=2.6),))
    drawn = weave(numbers(1, 2, *range(10, 90)), edges, path)
    assert {drawn.rows[each.row] for each in drawn.way} == {1, 2}
    assert all(drawn.columns[each.column] == (EMAIL, "way") and each.on_way for each in drawn.way)


def test_a_giant_is_drawn_in_part_and_the_rest_is_counted():
    edges = [edge(number, f"v{number % 40}") for number in range(1, 401)]
    drawn = weave(numbers(*range(1, 401)), edges)
    assert (len(drawn.rows), len(drawn.columns)) == (MOST_ROWS, MOST_COLUMNS)
    assert drawn.left_out == (400 - MOST_ROWS, 40 - MOST_COLUMNS)


def test_a_report_alone_has_a_row_and_nothing_else():
    drawn = weave(numbers(7), [edge(7, "a")])
    assert (drawn.rows, drawn.columns, drawn.knots) == ((7,), (), ())
