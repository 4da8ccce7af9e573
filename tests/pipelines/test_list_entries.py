import pytest

from clew.errors import InputError, NotFoundError
from clew.pipelines.list_entries import add_opinion, expire, remove_entry
from clew.pipelines.lists import ListChanges, change_list
from clew.records.hashlist import Standing
from tests.pipelines.list_desk import ACTOR, MD5, MEASURES, NAME, csv, md5


def say(desk, number: int, member: str, standing: Standing):
    return add_opinion(
        desk.store, NAME, MD5, md5(number), member=member, standing=standing, actor=ACTOR, clock=desk.clock
    )


def test_a_member_has_one_opinion_of_an_entry_and_the_last_counts(any_desk) -> None:
    any_desk.bring(csv(1, 2))
    say(any_desk, 1, "hotline-a", Standing.POSITIVE)
    say(any_desk, 1, "hotline-b", Standing.NEGATIVE)
    assert any_desk.state().disputed_entries == 1
    any_desk.clock.pass_days(1)
    changed = say(any_desk, 1, "hotline-b", Standing.POSITIVE)
    assert [(each.member, each.standing) for each in changed.opinions] == [
        ("hotline-a", "positive"),
        ("hotline-b", "positive"),
    ]
    entry = next(each for each in any_desk.entries() if each.value == md5(1))
    assert entry.opinions == changed.opinions
    assert any_desk.state().disputed_entries == 0


def test_an_import_does_not_silence_what_members_said(any_desk) -> None:
    any_desk.bring(csv(1, 2))
    say(any_desk, 1, "hotline-a", Standing.NEGATIVE)
    assert any_desk.bring(csv(1, 2)).unchanged == 2

    opinions = '"[{""member"":""hotline-b"",""standing"":""positive"",""at"":""2026-01-01""}]"'
    for changed in (1, 0):
        assert any_desk.bring(csv(1, columns=",opinions", cells=f",{opinions}")).changed == changed
    entry = next(each for each in any_desk.entries() if each.value == md5(1))
    assert [each.member for each in entry.opinions] == ["hotline-a", "hotline-b"]
    assert any_desk.state().disputed_entries == 1

    say(any_desk, 1, "hotline-a", Standing.POSITIVE)
    assert any_desk.state().disputed_entries == 0


def test_an_opinion_keeps_the_entrys_id_and_particulars(desk) -> None:
    desk.bring(csv(1, columns=",category,vetted,expires_at,note", cells=",vics-us:1,false,2030-01-01,said"))
    [before] = desk.entries()
    say(desk, 1, "hotline-a", Standing.DISPUTED)
    [after] = desk.entries()
    assert (after.id, after.category, after.expires_at, after.note, after.vetted) == (
        before.id,
        before.category,
        before.expires_at,
        "said",
        False,
    )


def test_an_entry_of_the_lists_mind_follows_the_list_also_after_an_opinion(desk) -> None:
    desk.bring(csv(1), vetted=True)
    say(desk, 1, "hotline-a", Standing.POSITIVE)
    change_list(desk.store, NAME, ListChanges(vetted=False), measures=MEASURES, actor=ACTOR, clock=desk.clock)
    assert [each.vetted for each in desk.entries()] == [False]


@pytest.mark.parametrize("standing", Standing)
def test_an_opinion_leaves_the_entrys_own_word_alone(any_desk, standing: Standing) -> None:
    any_desk.bring(csv(1, columns=",vetted", cells=",false"))
    any_desk.bring(csv(2))
    say(any_desk, 1, "hotline-a", standing)
    say(any_desk, 2, "hotline-a", standing)
    change_list(any_desk.store, NAME, ListChanges(vetted=True), measures=MEASURES, actor=ACTOR, clock=any_desk.clock)
    assert {int.from_bytes(each.value): each.vetted for each in any_desk.entries()} == {1: False, 2: True}
    assert any_desk.state().vetted_entries == 1
    assert any_desk.state().disputed_entries == (0 if standing is Standing.POSITIVE else 2)


def test_an_opinion_is_audited_without_the_hash(desk) -> None:
    desk.bring(csv(1))
    say(desk, 1, "hotline-a", Standing.NEGATIVE)
    [entry] = desk.entries()
    assert desk.audit("entry.opinion") == [
        {
            "actor": ACTOR,
            "subject": "list:national-a",
            "entry": entry.id,
            "type": "md5",
            "member": "hotline-a",
            "standing": "negative",
        }
    ]


def test_an_opinion_of_what_is_not_on_the_list_is_refused_without_repeating_the_hash(desk) -> None:
    desk.bring(csv(1))
    with pytest.raises(NotFoundError, match="is not on the list 'national-a'") as refused:
        say(desk, 2, "hotline-a", Standing.NEGATIVE)
    assert md5(2).hex() not in str(refused.value)
    with pytest.raises(InputError, match="a member must be named"):
        say(desk, 1, "", Standing.NEGATIVE)


def test_a_removed_entry_is_gone_and_the_others_stay(desk) -> None:
    desk.bring(csv(1, 2))
    remove_entry(desk.store, NAME, MD5, md5(1), actor=ACTOR, clock=desk.clock)
    assert desk.numbers() == [2]
    assert [each["type"] for each in desk.audit("entry.remove")] == ["md5"]
    with pytest.raises(NotFoundError, match="is not on the list"):
        remove_entry(desk.store, NAME, MD5, md5(1), actor=ACTOR, clock=desk.clock)


def test_entries_expire_by_their_own_date_and_by_the_lists_days(desk) -> None:
    desk.bring(csv(1, columns=",expires_at", cells=",2026-06-03") + f"md5,{md5(2).hex()},\n")
    assert expire(desk.store, actor="system:watch", clock=desk.clock) == 0
    desk.clock.pass_days(3)
    assert desk.numbers() == [2]
    assert desk.state().expired_entries == 1
    assert expire(desk.store, actor="system:watch", clock=desk.clock) == 1
    assert desk.state().expired_entries == 0

    change_list(desk.store, NAME, ListChanges(kept_days=5), measures=MEASURES, actor=ACTOR, clock=desk.clock)
    desk.clock.pass_days(3)
    assert expire(desk.store, actor="system:watch", clock=desk.clock) == 1
    assert [each["entries"] for each in desk.audit("entry.expire")] == [1, 1]


def test_an_entry_that_an_import_changes_still_ends_with_the_lists_days(desk) -> None:
    desk.bring(csv(1))
    change_list(desk.store, NAME, ListChanges(kept_days=5), measures=MEASURES, actor=ACTOR, clock=desk.clock)
    desk.clock.pass_days(1)
    desk.bring(csv(1, columns=",vetted", cells=",true"))
    desk.clock.pass_days(4)
    assert expire(desk.store, actor="system:watch", clock=desk.clock) == 1
