from dataclasses import replace

import pytest

from clew.errors import ConflictError, InputError, NotFoundError
from clew.pipelines.lists import ListChanges, change_list, create_list, get_list, remove_list
from clew.records.hashlist import Action
from clew.records.identifiers import ListName, SignalType
from tests.pipelines.list_desk import ACTOR, CLAIM, MEASURES, NAME, csv

PDQ = SignalType("pdq")


def change(desk, **changes):
    return change_list(desk.store, NAME, ListChanges(**changes), measures=MEASURES, actor=ACTOR, clock=desk.clock)


def test_a_list_is_made_with_its_source_and_both_are_audited(desk) -> None:
    made = create_list(desk.store, NAME, CLAIM, vetted=True, actor=ACTOR, clock=desk.clock)
    assert (made.name, made.source, made.vetted) == (NAME, "ncmec", True)
    assert desk.state().source.jurisdiction == "US"
    assert desk.audit("source.create", "list.create") == [
        {
            "actor": ACTOR,
            "subject": "source:ncmec",
            "kind": "clearinghouse",
            "jurisdiction": "US",
            "rights": "export",
            "since": "2026-03-01T00:00:00.000Z",
            "until": None,
            "basis_changed": True,
        },
        {"actor": ACTOR, "subject": "list:national-a", "source": "ncmec", "vetted": True},
    ]


def test_a_list_that_is_there_is_not_made_again(desk) -> None:
    create_list(desk.store, NAME, CLAIM, vetted=True, actor=ACTOR, clock=desk.clock)
    with pytest.raises(ConflictError, match="clew lists set"):
        create_list(desk.store, NAME, CLAIM, vetted=True, actor=ACTOR, clock=desk.clock)


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "../a", "a" * 65, "ä", "a\n"])
def test_a_name_can_stand_in_commands_addresses_and_files(desk, name: str) -> None:
    with pytest.raises(InputError, match="must be named"):
        create_list(desk.store, ListName(name), CLAIM, vetted=True, actor=ACTOR, clock=desk.clock)
    with pytest.raises(InputError, match="must be named"):
        create_list(desk.store, NAME, replace(CLAIM, name=name or " "), vetted=True, actor=ACTOR, clock=desk.clock)


def test_changes_are_kept_and_audited_with_what_was_before(any_desk) -> None:
    any_desk.bring(csv(1), vetted=True)
    change(any_desk, vetted=False, exact_action=Action.REVIEW, within_bits={PDQ: 24}, kept_days=90)
    found = any_desk.state().hash_list
    assert (found.vetted, found.exact_action, found.within_bits, found.kept_days) == (False, "review", {PDQ: 24}, 90)
    assert any_desk.audit("list.change") == [
        {
            "actor": ACTOR,
            "subject": "list:national-a",
            "vetted": "true -> false",
            "exact_action": "block -> review",
            "kept_days": "none -> 90",
            "within_bits": "default -> pdq=24",
        }
    ]


def test_a_radius_and_kept_days_can_be_given_back(desk) -> None:
    desk.bring(csv(1))
    change(desk, within_bits={PDQ: 24}, kept_days=90)
    changed = change(desk, within_bits={PDQ: None}, kept_days=0)
    assert (changed.within_bits, changed.kept_days) == ({}, None)


def test_a_change_to_what_is_already_so_leaves_no_trace(desk) -> None:
    desk.bring(csv(1))
    change(desk, vetted=False, kept_days=0, within_bits={PDQ: None})
    assert desk.audit("list.change") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"within_bits": {SignalType("md5"): 3}},
            "a radius for md5 must be 0 bits: its hashes match when they are equal, or not at all, got 3",
        ),
        ({"within_bits": {PDQ: 257}}, "0 to 256 bits, got 257"),
        ({"within_bits": {SignalType("photodna"): 3}}, "must be for one of md5, pdq, sha1, sha256, got 'photodna'"),
        ({"kept_days": -1}, "kept days must be 1 to 36,500"),
        ({"kept_days": 40_000}, "kept days must be 1 to 36,500"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(desk, changes, said: str) -> None:
    desk.bring(csv(1))
    with pytest.raises(InputError, match=said):
        change(desk, **changes)


def test_a_removed_list_is_gone_with_its_entries_and_its_name_is_free(any_desk) -> None:
    any_desk.bring(csv(1, 2))
    assert remove_list(any_desk.store, NAME, actor=ACTOR, clock=any_desk.clock) == 2
    assert any_desk.entries() == []
    assert any_desk.audit("list.remove") == [{"actor": ACTOR, "subject": "list:national-a", "entries": 2}]
    any_desk.bring(csv(3))
    assert any_desk.numbers() == [3]


def test_a_list_that_is_not_there_is_named_beside_those_that_are(desk) -> None:
    desk.bring(csv(1))
    with desk.store.read() as reader, pytest.raises(NotFoundError, match="no list 'other'; there are: national-a"):
        get_list(reader, ListName("other"))
    with pytest.raises(NotFoundError, match="no list"):
        remove_list(desk.store, ListName("other"), actor=ACTOR, clock=desk.clock)
