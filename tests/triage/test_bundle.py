from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.records.identifiers import BundleId, ClusterId, IntakeNumber
from clew.records.mention import IdentifierKind, Mention
from clew.records.triage import WakeUp
from clew.triage.bundle import Joined, Known, join, keys_of, new_elements, place_for
from tests.triage.facts import AT, INTAKE, account, file, intake, mention, picture

URL = mention(IdentifierKind.URL, "https://forum.example/a/7", "details[0].urls[0]")
EMPTY_FILE = mention(IdentifierKind.FILE, "md5:d41d8cd98f00b204e9800998ecf8427e", "files[0].hashes[0]")


def known(*reports: list[Mention], given=INTAKE) -> Known:
    """What the bundles of those reports lead to; the first is bundle 1, and so on."""
    by_key: dict[bytes, BundleId] = {}
    by_picture: dict[bytes, BundleId] = {}
    for number, mentions in enumerate(reports, start=1):
        keys = keys_of(given, mentions)
        by_key.update(dict.fromkeys(keys.keys - set(by_key), BundleId(number)))
        by_picture.update(dict.fromkeys(keys.pictures, BundleId(number)))
    return Known(by_key, by_picture)


def joined(mentions: list[Mention], knows: Known, given=INTAKE) -> Joined:
    return join(IntakeNumber(9), keys_of(given, mentions), knows)


def test_the_same_file_is_a_copy_whoever_sends_it() -> None:
    knows = known([account("kim"), file(1)])
    assert joined([account("bo"), file(1)], knows) == Joined(bundle_id=BundleId(1))
    assert joined([file(2)], knows) == Joined(bundle_id=BundleId(9))


def test_a_near_picture_is_a_copy() -> None:
    assert joined([picture(b"x" * 32)], known([picture(b"x" * 32)])).bundle_id == 1


def test_a_report_of_which_half_is_known_brings_a_new_file() -> None:
    knows = known([file(1)])
    assert joined([file(1, 0), file(2, 1)], knows) == Joined(bundle_id=BundleId(1), new_file=True)


def test_one_passed_around_file_does_not_swallow_a_report_of_many() -> None:
    knows = known([file(1)])
    assert joined([file(1, 0), file(2, 1), file(3, 2)], knows).bundle_id == 9


def test_several_hashes_of_one_file_are_one_file() -> None:
    both = [file(1), mention(IdentifierKind.FILE, "sha256:" + "a" * 64, "files[0].hashes[1]")]
    assert joined([*both, file(2, 1)], known([file(1)])).new_file


def test_of_two_bundles_the_one_that_holds_most_is_joined_and_else_the_oldest() -> None:
    knows = known([file(1)], [file(2), file(3)])
    assert joined([file(1, 0), file(2, 1), file(3, 2)], knows).bundle_id == 2
    assert joined([file(1, 0), file(2, 1)], knows).bundle_id == 1


def test_addresses_tell_only_where_no_file_does_and_only_when_they_lead_to_something() -> None:
    front = mention(IdentifierKind.URL, "https://forum.example/", "details[0].urls[0]")
    assert joined([URL], known([URL])).bundle_id == 1
    assert joined([URL, file(1)], known([URL])).bundle_id == 9
    assert joined([front], known([front])).bundle_id == 9


def test_the_same_second_of_the_same_account_is_the_same_report_in_two_forms() -> None:
    knows = known([account("kim")])
    assert joined([account("kim")], knows).bundle_id == 1
    assert joined([account("bo")], knows).bundle_id == 9
    later = replace(INTAKE, incident_at=AT.replace(second=8))
    assert joined([account("kim")], knows, later).bundle_id == 9


@pytest.mark.parametrize(
    "given_intake", [replace(INTAKE, incident_at=None), replace(INTAKE, incident_at=AT.replace(second=0))]
)
def test_a_time_that_many_share_tells_nothing(given_intake) -> None:
    assert joined([account("kim")], known([account("kim")], given=given_intake), given_intake).bundle_id == 9


def test_an_empty_file_is_no_file() -> None:
    assert joined([EMPTY_FILE], known([EMPTY_FILE])).bundle_id == 9


def test_an_uploader_is_an_account_and_where_none_is_named_the_sender() -> None:
    kim, again, bo = (keys_of(INTAKE, [account(name)]).uploader for name in ("kim", "kim", "bo"))
    assert kim == again != bo
    assert keys_of(intake(5), []).uploader == keys_of(intake(6), []).uploader != keys_of(intake(6, "S2"), []).uploader


def test_one_more_of_the_same_brings_nothing() -> None:
    same = {"uploader_known": True, "victim": True, "victim_known": True}
    assert new_elements(Joined(bundle_id=BundleId(1)), **same) == ()


def test_a_new_uploader_a_new_file_and_a_victim_each_surface() -> None:
    found = new_elements(
        Joined(bundle_id=BundleId(1), new_file=True), uploader_known=False, victim=True, victim_known=False
    )
    assert found == (WakeUp.VICTIM, WakeUp.NEW_FILE, WakeUp.NEW_UPLOADER)


def test_a_cluster_of_copies_stands_in_the_place_of_the_first_and_any_other_in_its_own() -> None:
    first, own = ClusterId(1), ClusterId(7)
    assert place_for(own, [BundleId(1), BundleId(1)], first) == 1
    assert place_for(own, [BundleId(1), BundleId(8)], first) == 7
    assert place_for(first, [BundleId(1)], first) == 1


@given(files=st.lists(st.integers(1, 6), min_size=1, max_size=5, unique=True), order=st.randoms())
def test_the_order_in_which_files_are_told_changes_nothing(files: list[int], order) -> None:
    knows = known([file(1), file(2, 1)], [file(3), file(4, 1)])
    mentions = [file(number, place) for place, number in enumerate(files)]
    shuffled = mentions[:]
    order.shuffle(shuffled)
    assert joined(shuffled, knows) == joined(mentions, knows)
