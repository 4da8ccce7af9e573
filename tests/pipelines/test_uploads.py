"""Screening: what is answered, what is durable, what is counted."""

from datetime import timedelta

import pytest

from clew.errors import InputError, NotFoundError, RefusedError
from clew.ground.clock import monotonic_s
from clew.parts.stores.base import HitFilter
from clew.pipelines.installation import Installation
from clew.pipelines.list_entries import add_opinion
from clew.pipelines.uploads import Content, Screener, parse_signal
from clew.records.hashlist import Action, LegalBasis, NewEntry, Standing
from clew.records.identifiers import ListName, SignalType
from clew.records.match import Channel
from clew.records.screening import CountKey, Purpose, PurposeBasis
from clew.records.signal import Reason, Signal, Unhashable
from tests.installed import NOON, AddList

MD5, PDQ = SignalType("md5"), SignalType("pdq")
DAY = NOON.date()


def md5(number: int) -> Signal:
    return Signal(type=MD5, value=bytes([number]) * 16)


def pdq(value: bytes, quality: int = 90) -> Signal:
    return Signal(type=PDQ, value=value, quality=quality)


def near(value: bytes, bits: int) -> bytes:
    """The value with its first bits flipped."""
    return (int.from_bytes(value) ^ ((1 << bits) - 1)).to_bytes(len(value))


PICTURE = bytes(range(32))


def test_an_answer_is_durable_and_counted_when_its_future_resolves(
    installation: Installation, add_list: AddList
) -> None:
    add_list("vetted", [md5(1).value])
    contents = [Content(signals=(md5(1),), reference="upload-1"), Content(signals=(md5(2),), reference="upload-2")]
    answers, durable = installation.screener.screen(contents, channel=Channel.UPLOAD)
    durable.result()
    assert [each.screening.action for each in answers] == [Action.BLOCK, Action.PASS]
    with installation.store.read() as reader:
        hits = reader.hits(HitFilter())
        counts = reader.counts(DAY, DAY)
    assert [(hit.reference, hit.action, hit.id) for hit in hits] == [
        ("upload-1", Action.BLOCK, answers[0].screening.hit_id)
    ]
    assert counts == {
        CountKey(day=DAY, channel=Channel.UPLOAD, action=Action.BLOCK): 1,
        CountKey(day=DAY, channel=Channel.UPLOAD, action=Action.PASS): 1,
    }


def test_a_hit_names_the_index_state_that_found_it(installation: Installation, add_list: AddList) -> None:
    add_list("vetted", [md5(1).value])
    answers, _ = installation.screener.screen([Content(signals=(md5(1),))], channel=Channel.UPLOAD)
    with installation.store.read() as reader:
        assert answers[0].screening.index.sequence == reader.change_sequence()


def test_an_unhashable_upload_is_counted_not_dropped(installation: Installation) -> None:
    missing = Unhashable(type=PDQ, reason=Reason.DAMAGED)
    answers, durable = installation.screener.screen(
        [Content(signals=(md5(2),), unhashable=(missing,))], channel=Channel.UPLOAD
    )
    durable.result()
    assert answers[0].unhashable == (missing,)
    with installation.store.read() as reader:
        counts = reader.counts(DAY, DAY)
    assert counts[CountKey(day=DAY, channel=Channel.UPLOAD, type=PDQ, reason=Reason.DAMAGED)] == 1
    assert counts[CountKey(day=DAY, channel=Channel.UPLOAD, action=Action.PASS)] == 1


def test_a_picture_of_low_quality_is_said_and_still_matched_by_its_digests(
    installation: Installation, add_list: AddList
) -> None:
    add_list("pictures", [PICTURE], "pdq")
    add_list("digests", [md5(1).value])
    answers, _ = installation.screener.screen(
        [Content(signals=(pdq(PICTURE, quality=49), md5(1)))], channel=Channel.UPLOAD
    )
    assert [(each.type, each.reason) for each in answers[0].unhashable] == [(PDQ, Reason.LOW_QUALITY)]
    assert [match.list_name for match in answers[0].screening.matches] == ["digests"]


@pytest.mark.parametrize(("bits", "action"), [(0, Action.REVIEW), (31, Action.REVIEW), (32, Action.PASS)])
def test_a_picture_is_near_up_to_31_bits_and_never_blocks(
    installation: Installation, add_list: AddList, bits: int, action: Action
) -> None:
    add_list("pictures", [PICTURE], "pdq")
    answers, _ = installation.screener.screen([Content(signals=(pdq(near(PICTURE, bits)),))], channel=Channel.UPLOAD)
    assert answers[0].screening.action is action
    assert [match.distance for match in answers[0].screening.matches] == [bits] * (action is Action.REVIEW)


def test_a_list_has_a_radius_of_its_own(installation: Installation, add_list: AddList) -> None:
    add_list("strict", [PICTURE], "pdq", within_bits={PDQ: 4})
    content = Content(signals=(pdq(near(PICTURE, 5)),))
    answers, _ = installation.screener.screen([content], channel=Channel.UPLOAD)
    assert answers[0].screening.action is Action.PASS


def test_only_the_lists_that_are_named_are_searched(installation: Installation, add_list: AddList) -> None:
    add_list("one", [md5(1).value])
    add_list("two", [md5(2).value])
    contents = [Content(signals=(md5(1),)), Content(signals=(md5(2),))]
    answers, _ = installation.screener.screen(contents, channel=Channel.UPLOAD, lists=[ListName("two")])
    assert [each.screening.action for each in answers] == [Action.PASS, Action.BLOCK]
    with pytest.raises(NotFoundError, match="no list 'three'; there are: one, two"):
        installation.screener.screen(contents, channel=Channel.UPLOAD, lists=[ListName("three")])


def test_a_flood_is_cut_at_the_limit_and_counted_whole(installation: Installation, add_list: AddList) -> None:
    add_list("flood", [near(PICTURE, bits) for bits in range(20)], "pdq")
    answers, _ = installation.screener.screen([Content(signals=(pdq(PICTURE),))], channel=Channel.UPLOAD)
    screening = answers[0].screening
    assert [match.distance for match in screening.matches] == [0, 1, 2, 3, 4]
    assert (screening.total_matches, screening.flooded) == (20, True)


def test_when_all_of_a_floods_nearest_have_expired_those_behind_them_still_match(
    installation: Installation, add_list: AddList
) -> None:
    add_list("old", [near(PICTURE, bits) for bits in range(12)], "pdq", expires_at=NOON - timedelta(seconds=1))
    add_list("new", [near(PICTURE, 25)], "pdq")
    answers, _ = installation.screener.screen([Content(signals=(pdq(PICTURE),))], channel=Channel.UPLOAD)
    assert [(match.list_name, match.distance) for match in answers[0].screening.matches] == [("new", 25)]


def test_behind_a_flood_of_expired_entries_the_limit_holds(installation: Installation, add_list: AddList) -> None:
    add_list("old", [near(PICTURE, bits) for bits in range(8)], "pdq", expires_at=NOON - timedelta(seconds=1))
    add_list("new", [near(PICTURE, bits) for bits in range(10, 30)], "pdq")
    [answer], _ = installation.screener.screen([Content(signals=(pdq(PICTURE),))], channel=Channel.UPLOAD, limit=3)
    assert [match.distance for match in answer.screening.matches] == [10, 11, 12]
    assert (answer.screening.total_matches, answer.screening.flooded) == (20, True)


def test_entries_that_are_gone_are_not_counted(installation: Installation, add_list: AddList) -> None:
    add_list("old", [near(PICTURE, 1)], "pdq", expires_at=NOON - timedelta(seconds=1))
    add_list("new", [near(PICTURE, 2)], "pdq")
    [answer], _ = installation.screener.screen([Content(signals=(pdq(PICTURE),))], channel=Channel.UPLOAD)
    assert (answer.screening.total_matches, answer.screening.flooded) == (1, False)


def test_a_signal_is_not_kept_when_its_ground_ended_before_it_is_written(installation: Installation) -> None:
    record(installation, Purpose.KEPT_SIGNALS, LegalBasis(text="statute", since=NOON))
    judged = fresh_screener(installation).judge([Content(signals=(md5(1),))], channel=Channel.UPLOAD)
    assert judged.kept
    record(installation, Purpose.KEPT_SIGNALS, LegalBasis(text="statute", since=NOON - timedelta(9), until=NOON))
    installation.store.transact(lambda unit: judged.write(unit, NOON))
    with installation.store.read() as reader:
        assert reader.count_kept_signals() == 0
        assert sum(reader.counts(DAY, DAY).values()) == 1


def test_a_book_that_was_begun_earlier_does_not_replace_a_newer_one(installation: Installation) -> None:
    screener = fresh_screener(installation)
    older = screener._read_book()
    screener.refresh()
    newer = screener._book
    screener._read_book = lambda: older  # type: ignore[method-assign]  # as a thread that was held up
    screener.refresh()
    assert screener._book is newer


def test_private_messages_are_refused_until_their_legal_basis_is_in_force(installation: Installation) -> None:
    content = [Content(signals=(md5(1),))]
    with pytest.raises(RefusedError, match="no legal basis in force"):
        installation.screener.screen(content, channel=Channel.PRIVATE_MESSAGE)
    record(installation, Purpose.PRIVATE_MESSAGES, LegalBasis(text="statute", since=NOON))
    answers, _ = fresh_screener(installation).screen(content, channel=Channel.PRIVATE_MESSAGE)
    assert answers[0].screening.action is Action.PASS
    record(installation, Purpose.PRIVATE_MESSAGES, LegalBasis(text="statute", since=NOON - timedelta(9), until=NOON))
    with pytest.raises(RefusedError, match="no legal basis in force"):
        fresh_screener(installation).screen(content, channel=Channel.PRIVATE_MESSAGE)


def test_signals_are_kept_only_while_keeping_them_has_a_legal_basis(installation: Installation) -> None:
    content = [Content(signals=(md5(1),), reference="upload-1")]
    assert fresh_screener(installation).judge(content, channel=Channel.UPLOAD).kept == []
    record(installation, Purpose.KEPT_SIGNALS, LegalBasis(text="statute", since=NOON))
    assert fresh_screener(installation).judge(content, channel=Channel.UPLOAD).kept == [(md5(1), "upload-1")]
    record(installation, Purpose.KEPT_SIGNALS, LegalBasis(text="statute", since=NOON - timedelta(9), until=NOON))
    assert fresh_screener(installation).judge(content, channel=Channel.UPLOAD).kept == []


def test_a_signal_is_read_from_text_or_refused_by_name() -> None:
    parse = {MD5: bytes.fromhex}
    assert parse_signal("md5", "00ff", 7, parse) == Signal(type=MD5, value=b"\x00\xff", quality=7)
    with pytest.raises(InputError, match="must be one of md5, got 'crc32'"):
        parse_signal("crc32", "00", None, parse)


def record(installation: Installation, purpose: Purpose, basis: LegalBasis) -> None:
    recorded = PurposeBasis(purpose=purpose, basis=basis, recorded_by="test", recorded_at=NOON)
    installation.store.transact(lambda unit: unit.put_basis(recorded))


def fresh_screener(installation: Installation) -> Screener:
    """A screener that has read nothing yet, as after the half second for which one trusts what it read."""
    return Screener(
        store=installation.store,
        index=installation.index,
        measures=installation.measures,
        limit=5,
        clock=installation.clock,
    )


@pytest.mark.parametrize("limit", [None, 3, 2, 1])
def test_what_follows_does_not_depend_on_how_many_matches_are_kept(
    installation: Installation, add_list: AddList, limit: int | None
) -> None:
    """A batch may leave room for one match of each content: a dispute, or a block, must count behind it too."""
    for name in ("a", "b"):
        add_list(name, [md5(1).value, md5(2).value], vetted=False)
    add_list("c", [md5(1).value])
    add_list("d", [md5(2).value])
    add_list("e", [md5(3).value, md5(2).value])
    add_opinion(
        installation.store,
        ListName("c"),
        MD5,
        md5(1).value,
        member="m",
        standing=Standing.NEGATIVE,
        actor="t",
        clock=lambda: NOON,
    )
    installation.index.follow_once()
    disputed, blocked = Content(signals=(md5(1),)), Content(signals=(md5(2),))
    answers, _ = installation.screener.screen([disputed, blocked], channel=Channel.UPLOAD, limit=limit)
    assert [each.screening.action for each in answers] == [Action.REVIEW, Action.BLOCK]
    assert all(len(each.screening.matches) <= (limit or 10) for each in answers)
    assert [each.screening.total_matches for each in answers] == [3, 4]
    # Of what is kept one says why.
    assert Action.BLOCK in {each.action for each in answers[1].screening.matches}


def test_a_dispute_of_one_digest_counts_though_only_the_other_is_kept(
    installation: Installation, add_list: AddList
) -> None:
    sha = Signal(type=SignalType("sha256"), value=bytes([9]) * 32)
    one = add_list("one", [sha.value], "sha256")
    more = [NewEntry(type=MD5, value=md5(1).value)]
    installation.store.transact(lambda unit: unit.add_entries(one.id, more, NOON))
    add_opinion(
        installation.store,
        ListName("one"),
        MD5,
        md5(1).value,
        member="m",
        standing=Standing.NEGATIVE,
        actor="t",
        clock=lambda: NOON,
    )
    installation.index.follow_once()
    for limit in (None, 1):
        [answer], _ = installation.screener.screen(
            [Content(signals=(md5(1), sha))], channel=Channel.UPLOAD, limit=limit
        )
        assert answer.screening.action is Action.REVIEW


def test_the_way_past_the_database_asks_for_the_legal_ground_too(installation: Installation) -> None:
    screener = installation.screener
    screener.refresh()
    passing = [Content(signals=(md5(9),))]
    assert screener.screen_in_memory(passing, channel=Channel.UPLOAD) is not None
    assert screener.screen_in_memory(passing, channel=Channel.PRIVATE_MESSAGE) is None
    with pytest.raises(RefusedError, match="no legal basis"):
        screener.screen(passing, channel=Channel.PRIVATE_MESSAGE)


def test_the_way_past_the_database_leaves_what_is_near_newer_or_unknown_to_the_other(
    installation: Installation, add_list: AddList, monkeypatch: pytest.MonkeyPatch
) -> None:
    screener = installation.screener
    add_list("vetted", [md5(1).value])
    screener.refresh()
    assert screener.screen_in_memory([Content(signals=(md5(9),))], channel=Channel.UPLOAD) is not None
    assert screener.screen_in_memory([Content(signals=(md5(1),))], channel=Channel.UPLOAD) is None
    unknown = [ListName("nowhere")]
    assert screener.screen_in_memory([Content(signals=(md5(9),))], channel=Channel.UPLOAD, lists=unknown) is None
    # A list that the index follows already and the book does not know: what is on it must not pass.
    before = screener._book
    add_list("newer", [md5(2).value])
    screener._book = before
    assert screener.screen_in_memory([Content(signals=(md5(2),))], channel=Channel.UPLOAD) is None
    [answer], _ = screener.screen([Content(signals=(md5(2),))], channel=Channel.UPLOAD)
    assert answer.screening.action is Action.BLOCK
    # An old book is not gone by.
    now_s = monotonic_s()
    monkeypatch.setattr("clew.pipelines.uploads.monotonic_s", lambda: now_s + 0.6)
    assert screener.screen_in_memory([Content(signals=(md5(9),))], channel=Channel.UPLOAD) is None


def test_a_type_that_lacks_for_two_reasons_is_counted_once(installation: Installation) -> None:
    broken = Unhashable(type=PDQ, reason=Reason.TRUNCATED)
    content = Content(signals=(pdq(PICTURE, quality=30),), unhashable=(broken,))
    [answer], durable = installation.screener.screen([content], channel=Channel.UPLOAD)
    durable.result()
    assert [each.reason for each in answer.unhashable] == [Reason.TRUNCATED, Reason.LOW_QUALITY]
    with installation.store.read() as reader:
        lacking = {key.reason: number for key, number in reader.counts(DAY, DAY).items() if key.type == PDQ}
    assert lacking == {Reason.TRUNCATED: 1}


def test_one_good_form_of_a_picture_is_enough_to_have_been_compared(installation: Installation) -> None:
    poor, good = pdq(PICTURE, quality=30), pdq(near(PICTURE, 60), quality=90)
    [both, alone], _ = installation.screener.screen(
        [Content(signals=(poor, good)), Content(signals=(poor,))], channel=Channel.UPLOAD
    )
    assert both.unhashable == ()
    assert [(each.type, each.reason) for each in alone.unhashable] == [(PDQ, Reason.LOW_QUALITY)]
