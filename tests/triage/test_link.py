from hypothesis import given, settings
from hypothesis import strategies as st

from clew.records.identifiers import IntakeNumber
from clew.records.linking import ChangeKind, EdgeState, Statement
from clew.records.mention import IdentifierKind
from clew.triage.link import Linker
from clew.triage.link_memory import MemoryState
from tests.triage.linking import clusters, linked, states

ANNA, BERT = 10_000, 15_000  # birth days


def held_by(state: MemoryState, number: int) -> dict[str, EdgeState]:
    return {each.key[1]: each.state for each in state.of_report(IntakeNumber(number))}


def test_two_reports_of_one_email_are_one_cluster_with_the_number_of_the_older() -> None:
    state = linked(states(1, "email:a"), states(2, "email:b"), states(3, "email:a"))
    assert clusters(state, range(1, 4)) == [[1, 3], [2]]
    assert state.label(IntakeNumber(3)) == 1


def test_a_report_without_identifiers_stands_alone_whatever_its_name_birth_and_address() -> None:
    reports = [states(n, birth=ANNA, name="anna ada", ip="192.0.2.1", day=1) for n in (2, 3)]
    state = linked(states(1, "email:a", birth=ANNA, name="anna ada", ip="192.0.2.1", day=1), *reports)
    assert clusters(state, range(1, 4)) == [[1], [2], [3]]


def test_two_birth_dates_and_two_names_outweigh_one_shared_value() -> None:
    state = linked(
        states(1, "device:tablet", birth=ANNA, name="anna ada"),
        states(2, "device:tablet", birth=BERT, name="bert bode"),
    )
    assert clusters(state, range(1, 3)) == [[1], [2]]


def test_a_report_that_agrees_with_the_second_holder_of_a_value_joins_that_one() -> None:
    state = linked(
        states(1, "phone:5", birth=ANNA, name="anna ada"),
        states(2, "phone:5", birth=BERT, name="bert bode"),
        states(3, "phone:5", birth=BERT, name="bert bode"),
    )
    assert clusters(state, range(1, 4)) == [[1], [2, 3]]


def test_a_report_with_several_subjects_joins_nothing_and_what_it_shares_is_held() -> None:
    state = linked(states(1, "email:a"), states(2, "email:a", "email:b", several=True), states(3, "email:b"))
    assert clusters(state, range(1, 4)) == [[1], [2], [3]]
    assert set(held_by(state, 2).values()) == {EdgeState.HELD}


def test_a_value_that_only_a_report_of_several_subjects_stated_is_at_home_with_the_next_that_states_it() -> None:
    state = linked(states(1, "email:a", several=True), states(2, "email:a"), states(3, "email:a"))
    assert clusters(state, range(1, 4)) == [[1], [2, 3]]


def test_a_report_of_two_small_clusters_joins_them_and_the_change_is_in_the_history() -> None:
    state = linked(
        states(1, "email:a"),
        states(2, "email:a"),
        states(3, "account:s:b"),
        states(4, "account:s:b"),
        states(5, "email:a", "account:s:b"),
    )
    assert clusters(state, range(1, 6)) == [[1, 2, 3, 4, 5]]
    (change,) = state.changes
    assert (change.kind, change.kept, change.other, change.moved) == (ChangeKind.JOINED, 1, 3, (3, 4, 5))


def two_clusters(size: int) -> list[Statement]:
    """Reports 1 to `size` of one account, as many of another."""
    return [states(n, "account:s:a") for n in range(1, size + 1)] + [
        states(n, "account:s:b") for n in range(size + 1, 2 * size + 1)
    ]


def test_one_bridge_joins_small_clusters_and_is_held_between_larger_ones() -> None:
    for size, count in ((2, 1), (40, 2)):
        last = 2 * size + 1
        state = linked(*two_clusters(size), states(last, "account:s:a", "account:s:b"))
        assert len(clusters(state, range(1, last + 1))) == count


def test_bridges_by_several_values_corroborate_one_another() -> None:
    reports = two_clusters(40)
    bridges = [
        states(81, "account:s:a", "email:e"),
        states(82, "account:s:b", "phone:p"),
        states(83, "account:s:b", "email:e"),
        states(84, "account:s:a", "phone:p"),
        states(85, "account:s:a", "account:s:b"),
    ]
    state = linked(*reports, *bridges)
    assert len(clusters(state, range(1, 86))) == 1


def test_two_giants_are_suggested_to_a_person_and_never_joined() -> None:
    reports = [states(n, f"account:s:{'a' if n <= 100 else 'b'}", birth=ANNA, name="anna ada") for n in range(1, 201)]
    state = linked(*reports, states(201, "account:s:a", "account:s:b", birth=ANNA, name="anna ada"))
    assert [len(each) for each in clusters(state, range(1, 202))] == [100, 101]
    (left, right, bits), *_ = state.suggested
    assert (left, right) == (1, 101)
    assert bits > 0


def test_a_placeholder_is_set_aside_and_what_it_alone_held_comes_apart() -> None:
    # Everybody states the placeholder, and every second report a birth date of its own.
    reports = [states(n, "email:none@none", birth=n * 37 if n % 2 else None) for n in range(1, 41)]
    state = linked(*reports)
    assert clusters(state, range(1, 41)) == [[n] for n in range(1, 41)]
    value = state.find_value((IdentifierKind.EMAIL, "none@none"))
    assert value is not None
    assert value.set_aside


def test_what_other_values_hold_together_stays_when_a_value_is_set_aside() -> None:
    couple = [states(1, "email:none@none", "account:s:a"), states(2, "email:none@none", "account:s:a")]
    others = [states(n, "email:none@none", birth=n * 37) for n in range(3, 30)]
    state = linked(*couple, *others)
    assert clusters(state, range(1, 30))[0] == [1, 2]


def test_a_cluster_that_two_people_grew_in_is_cut_where_they_meet_and_the_value_has_two_homes() -> None:
    anna = [states(n, "phone:5", "email:a") for n in range(1, 5)]
    bert = [states(n, "phone:5", "email:b") for n in range(5, 9)]  # nothing contradicts yet
    told = [states(n, "email:a", birth=ANNA) if n % 2 else states(n, "email:b", birth=BERT) for n in range(9, 17)]
    state = linked(*anna, *bert, *told)
    assert clusters(state, range(1, 17)) == [[1, 2, 3, 4, 9, 11, 13, 15], [5, 6, 7, 8, 10, 12, 14, 16]]
    phone = state.find_value((IdentifierKind.PHONE, "5"))
    assert phone is not None
    assert [holder.report for holder in phone.holders] == [1, 5]


def test_a_value_that_one_person_uses_long_survives_a_slip_in_a_birth_date() -> None:
    reports = [states(n, "email:a", birth=ANNA if n != 9 else BERT) for n in range(1, 20)]
    assert len(clusters(linked(*reports), range(1, 20))) == 1


def test_an_address_at_the_time_makes_a_shared_value_worth_more() -> None:
    def worth(ip: str) -> float:
        state = linked(states(1, "phone:5", ip="192.0.2.1", day=1), states(2, "phone:5", ip=ip, day=1.5))
        return state.of_report(IntakeNumber(2))[0].prior_bits

    assert worth("192.0.2.1") > worth("") > worth("192.0.2.9")


KINDS = st.sampled_from(["email", "phone", "device", "account"])
REPORTS = st.lists(
    st.tuples(
        st.lists(st.tuples(KINDS, st.integers(0, 12)), max_size=3, unique_by=lambda each: each[0]),
        st.one_of(st.none(), st.integers(1, 4)),
        st.booleans(),
    ),
    max_size=60,
)


def made(drawn: list[tuple[list[tuple[str, int]], int | None, bool]]) -> list[Statement]:
    return [
        states(n, *(f"{kind}:{value}" for kind, value in values), birth=birth, several=several and n % 7 == 0)
        for n, (values, birth, several) in enumerate(drawn, 1)
    ]


@settings(max_examples=150, deadline=None)
@given(REPORTS)
def test_clusters_are_what_joined_evidence_connects(
    drawn: list[tuple[list[tuple[str, int]], int | None, bool]],
) -> None:
    reports = made(drawn)
    state = linked(*reports)
    numbers = range(1, len(reports) + 1)
    root = {n: n for n in numbers}

    def find(n: int) -> int:
        return n if root[n] == n else find(root[n])

    first: dict[object, int] = {}
    for n in numbers:
        for each in state.of_report(IntakeNumber(n)):
            if each.state is EdgeState.JOINED:
                a, b = find(first.setdefault((each.key, each.home), n)), find(n)
                root[max(a, b)] = min(a, b)
    assert {n: find(n) for n in numbers} == {n: state.label(IntakeNumber(n)) for n in numbers}


@settings(max_examples=50, deadline=None)
@given(REPORTS)
def test_facts_of_a_cluster_are_those_of_its_reports(
    drawn: list[tuple[list[tuple[str, int]], int | None, bool]],
) -> None:
    reports = made(drawn)
    state = linked(*reports)
    for each in reports:
        cluster = state.cluster(each.number)
        births = [born for n in cluster.members for born in state.statement(n).births]
        assert cluster.facts.births == {born: births.count(born) for born in births}
        assert min(cluster.members) == int(cluster.id)


@settings(max_examples=50, deadline=None)
@given(REPORTS, st.integers(0, 60))
def test_the_linker_may_be_laid_down_after_any_report(
    drawn: list[tuple[list[tuple[str, int]], int | None, bool]], after: int
) -> None:
    reports = made(drawn)
    state = MemoryState()
    for each in reports[:after]:
        Linker(state).take(each)
    other = Linker(state)
    for each in reports[after:]:
        other.take(each)
    assert state == linked(*reports)
