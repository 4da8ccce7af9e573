import pytest

from clew.errors import NotFoundError
from clew.records.identifiers import IntakeNumber
from clew.records.mention import IdentifierKind
from clew.triage.link_path import SAID_BITS, why
from clew.triage.link_split import merge
from tests.triage.linking import linked, states

ACCOUNT, PHONE, EMAIL = IdentifierKind.ACCOUNT, IdentifierKind.PHONE, IdentifierKind.EMAIL


def n(number: int) -> IntakeNumber:
    return IntakeNumber(number)


def test_the_path_goes_by_the_identifiers_and_marks_its_weakest_link() -> None:
    state = linked(
        states(1, "account:s:a"),
        states(2, "account:s:a", "phone:5"),
        states(3, "phone:5", "email:e"),
        states(4, "email:e"),
    )
    path = why(state, n(1), n(4))
    assert [(each.left, each.right, each.kind, each.value) for each in path.steps] == [
        (1, 2, ACCOUNT, "s:a"),
        (2, 3, PHONE, "5"),
        (3, 4, EMAIL, "e"),
    ]
    assert path.weakest == 1  # phones change hands
    assert path.steps[1].bits == min(each.bits for each in path.steps)


def test_of_two_ways_the_one_whose_weakest_link_is_stronger_is_told() -> None:
    # By phone in one step; by e-mail and account in two that are each stronger.
    state = linked(
        states(1, "phone:5", "account:s:a", day=1),
        states(2, "account:s:a", "email:e", day=1),
        states(3, "email:e", "phone:5", day=1),
    )
    assert [each.kind for each in why(state, n(1), n(3)).steps] == [ACCOUNT, EMAIL]


def test_a_persons_word_is_a_step_and_is_the_strongest() -> None:
    state = linked(states(1, "email:a"), states(2, "email:b"))
    merge(state, n(1), n(2))
    (step,) = why(state, n(1), n(2)).steps
    assert (step.kind, step.bits) == (None, SAID_BITS)


def test_a_report_needs_no_path_to_itself_and_there_is_none_between_clusters() -> None:
    state = linked(states(1, "email:a"), states(2, "email:b"))
    assert why(state, n(1), n(1)).weakest is None
    with pytest.raises(NotFoundError):
        why(state, n(1), n(2))
