"""What has a vote, what has none, and why."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.parts import shelf
from clew.parts.geography.base import ExitKind, Flag
from clew.parts.identifiers.base import NumberedPart
from clew.records.identifiers import IntakeNumber
from clew.records.mention import IdentifierKind, Mention, Origin, Part
from clew.records.routing import NumberPlace, Territory, VoteKind, Whence
from clew.triage import route_rules as rules
from clew.triage.address_votes import ASK_PORT, ASK_TIME, AddressSeen, FileSaid
from clew.triage.route import weigh
from clew.triage.votes import Ballot, Evidence, Stated, cast

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
ALL = frozenset(ExitKind)


def mention(
    kind: IdentifierKind,
    value: str,
    *,
    part: Part = Part.SUBJECT,
    at: datetime | None = AT,
    port: int | None = 40_000,
    path: str = "subjects[0].x",
) -> tuple[Whence, Mention]:
    origin = Origin(path=path)
    stated = Mention(kind=kind, value=value, raw=value, origin=origin, part=part, at=at, port=port)
    return Whence(number=IntakeNumber(7), path=path), stated


def said(country: str, file: str = "a.mmdb", *, age: int | None = 10, form: str = "mmdb", flags: int = 0) -> FileSaid:
    return FileSaid(
        file=file,
        form=form,
        snapshot=date(2026, 4, 21),
        age_days=age,
        territory=Territory(country=country),
        flags=Flag(flags),
    )


def seen(*files: FileSaid, listed: frozenset[ExitKind] = frozenset()) -> AddressSeen:
    return AddressSeen(said=files, listed=listed, lists=ALL)


def ip(what: AddressSeen, *, at: datetime | None = AT, port: int | None = 40_000, part: Part = Part.SUBJECT) -> Ballot:
    stated = mention(IdentifierKind.IP, "192.0.2.1", at=at, port=port, part=part, path="subjects[0].ip_events[0]")
    return cast(Evidence(mentions=[stated], addresses={("192.0.2.1", at): what}), Part.SUBJECT, stale_days=180)


place_of = shelf.load("identifiers", "phone", NumberedPart).place
WHOLE = rules.RULES[VoteKind.ADDRESS].log_odds


def test_files_that_agree_make_one_whole_vote() -> None:
    ballot = ip(seen(said("NL"), said("NL", "b.mmdb")))
    assert [(each.shares, each.contested) for each in ballot.votes] == [(((Territory(country="NL"), 1.0),), False)]
    assert ballot.votes[0].log_odds == pytest.approx(WHOLE)
    assert ballot.votes[0].told == "a.mmdb says NL; b.mmdb says NL"


def test_files_that_differ_are_shown_as_contested() -> None:
    vote = ip(seen(said("NL"), said("BE", "b.mmdb"))).votes[0]
    assert vote.contested
    assert dict(vote.shares) == {Territory(country="BE"): 0.5, Territory(country="NL"): 0.5}
    assert vote.told == "contested; a.mmdb says NL; b.mmdb says BE"


@pytest.mark.parametrize(("age", "told"), [(181, "made 181 days from"), (None, "distance in time")])
def test_an_old_file_counts_less_and_says_so(age: int | None, told: str) -> None:
    vote = ip(seen(said("NL", age=age))).votes[0]
    assert vote.log_odds == pytest.approx(WHOLE * rules.STALE)
    assert told in vote.told
    both = dict(ip(seen(said("NL", age=age), said("BE", "b.mmdb"))).votes[0].shares)
    assert both[Territory(country="BE")] == pytest.approx(1 / (1 + rules.STALE))


def test_registration_votes_apart_and_less() -> None:
    ballot = ip(seen(said("NL"), said("DE", "r.txt", form="rir")))
    assert {each.kind: each.countries for each in ballot.votes} == {
        VoteKind.ADDRESS: {"NL"},
        VoteKind.REGISTRATION: {"DE"},
    }
    assert not any(each.contested for each in ballot.votes)


@pytest.mark.parametrize(
    ("what", "because"),
    [
        (seen(said("NL"), listed=frozenset({ExitKind.TOR})), "Tor exit"),
        (seen(said("NL"), listed=frozenset({ExitKind.VPN})), "belonged to a VPN"),
        (seen(said("NL", flags=Flag.TOR_EXIT)), "anonymising"),
        (seen(said("NL"), said("NL", "b", flags=Flag.VPN)), "anonymising"),
        (seen(said("NL", flags=Flag.ANYCAST)), "anycast"),
        (seen(), "no file of addresses"),
        (seen(FileSaid(file="a", form="mmdb")), "no file here says"),
    ],
)
def test_what_is_no_place_leaves_the_vote_with_its_reason(what: AddressSeen, because: str) -> None:
    ballot = ip(what)
    assert ballot.votes == []
    assert [because in each.because for each in ballot.left_out] == [True]


@pytest.mark.parametrize("value", ["10.1.2.3", "192.168.0.1", "100.64.3.3", "::1", "fe80::1", "::ffff:10.0.0.1", "zzz"])
def test_an_address_of_no_public_place_leaves_the_vote(value: str) -> None:
    stated = mention(IdentifierKind.IP, value)
    evidence = Evidence(mentions=[stated], addresses={(value, AT): seen(said("NL"))})
    ballot = cast(evidence, Part.SUBJECT, stale_days=180)
    assert (ballot.votes, len(ballot.left_out)) == ([], 1)


def test_a_shared_address_without_port_is_not_attributable_and_asked_about() -> None:
    shared = seen(said("NL"), listed=frozenset({ExitKind.SHARED}))
    ballot = ip(shared, port=None)
    assert [each.whence.path for each in ballot.not_attributable] == ["subjects[0].ip_events[0]"]
    assert [each.text for each in ballot.inquiries] == [ASK_PORT]
    assert ballot.votes[0].log_odds == pytest.approx(WHOLE * rules.SHARED)
    assert ip(shared, port=40_000).not_attributable == []
    assert [each.text for each in ip(shared, at=None).inquiries] == [ASK_TIME]
    assert ip(seen(said("NL")), port=None).not_attributable == []


def test_a_question_asks_only_for_what_is_held_and_repeats_no_address() -> None:
    for text in (ASK_PORT, ASK_TIME):
        assert "records of this event that you hold already" in text
        assert "192.0.2.1" not in text


def test_a_mobile_network_of_a_file_is_shared_too() -> None:
    assert len(ip(seen(said("NL", flags=Flag.SHARED)), port=None).not_attributable) == 1


@pytest.mark.parametrize(
    ("flag", "factor"), [(Flag.HOSTING, rules.HOSTING), (Flag.SATELLITE, rules.SATELLITE)], ids=["hosting", "satellite"]
)
def test_machines_and_ground_stations_count_less(flag: Flag, factor: float) -> None:
    assert ip(seen(said("NL", flags=flag))).votes[0].log_odds == pytest.approx(WHOLE * factor)


def test_what_was_said_in_words_counts_by_half_and_without_a_time_less() -> None:
    assert ip(seen(said("NL")), part=Part.OTHER).votes[0].log_odds == pytest.approx(WHOLE * rules.IN_WORDS)
    untimed = ip(seen(said("NL")), at=None).votes[0]
    assert untimed.log_odds == pytest.approx(WHOLE * rules.UNTIMED)
    assert "no list of exits was asked" in untimed.told


def test_of_several_sightings_the_one_that_counts_most_votes() -> None:
    evidence = Evidence(
        mentions=[
            mention(IdentifierKind.IP, "192.0.2.1", at=None, path="a"),
            mention(IdentifierKind.IP, "192.0.2.1", path="b"),
        ],
        addresses={("192.0.2.1", None): seen(said("NL")), ("192.0.2.1", AT): seen(said("NL"))},
    )
    (vote,) = cast(evidence, Part.SUBJECT, stale_days=180).votes
    assert vote.whence.path == "b"
    assert vote.log_odds == pytest.approx(WHOLE)


def test_one_value_votes_once_however_often_it_is_stated() -> None:
    stated = [mention(IdentifierKind.BANK, "NL02ABNA0123456789", path=each) for each in "abc"]
    ballot = cast(Evidence(mentions=stated), Part.SUBJECT, stale_days=180)
    assert [each.whence.path for each in ballot.votes] == ["a"]


def test_that_no_list_of_the_time_is_here_is_said() -> None:
    told = ip(AddressSeen(said=(said("NL"),))).votes[0].told
    assert "whether it was one is not known" in told


def test_an_address_stated_often_votes_once_by_its_best_sighting() -> None:
    later = AT + timedelta(days=1)
    evidence = Evidence(
        mentions=[
            mention(IdentifierKind.IP, "192.0.2.1", path="a"),
            mention(IdentifierKind.IP, "192.0.2.1", at=later, path="b"),
            mention(IdentifierKind.IP, "192.0.2.1", at=later, path="c"),
        ],
        addresses={
            ("192.0.2.1", AT): seen(said("NL"), listed=frozenset({ExitKind.TOR})),
            ("192.0.2.1", later): seen(said("NL")),
        },
    )
    ballot = cast(evidence, Part.SUBJECT, stale_days=180)
    assert [each.whence.path for each in ballot.votes] == ["b"]
    assert [each.whence.path for each in ballot.left_out] == ["a"]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (IdentifierKind.PHONE, "+46701740605", (VoteKind.PHONE, {"SE"})),
        (IdentifierKind.PHONE, "+442079460018", (VoteKind.PHONE, {"GB"})),
        (IdentifierKind.BANK, "NL02ABNA0123456789", (VoteKind.PAYMENT, {"NL"})),
        (IdentifierKind.BANK, "us:021000021", (VoteKind.PAYMENT, {"US"})),
        (IdentifierKind.PAYMENT, "pix:someone", (VoteKind.PAYMENT, {"BR"})),
        (IdentifierKind.PAYMENT, "mobilepay:x", (VoteKind.PAYMENT, {"DK", "FI"})),
        (IdentifierKind.EMAIL, "someone@lighthouse.co.uk", (VoteKind.DOMAIN, {"GB"})),
        (IdentifierKind.URL, "https://example.nl:8080/a?b=c.de", (VoteKind.DOMAIN, {"NL"})),
    ],
)
def test_each_kind_points_to_its_countries(
    kind: IdentifierKind, value: str, expected: tuple[VoteKind, set[str]]
) -> None:
    place = place_of(value) if kind is IdentifierKind.PHONE else None
    evidence = Evidence(mentions=[mention(kind, value)], numbers={value: place} if place else {})
    ballot = cast(evidence, Part.SUBJECT, stale_days=180)
    assert [(each.kind, set(each.countries)) for each in ballot.votes] == [expected]


@pytest.mark.parametrize(
    ("kind", "value", "left_out"),
    [
        (IdentifierKind.PHONE, "+88210001", 1),
        (IdentifierKind.PHONE, "none", 1),
        (IdentifierKind.PHONE, "+14165550123", 1),
        (IdentifierKind.BANK, "12345", 1),
        (IdentifierKind.EMAIL, "someone@lighthouse.io", 1),
        (IdentifierKind.EMAIL, "test@lighthouse.nl", 1),
        (IdentifierKind.EMAIL, "someone@example.com", 0),
        (IdentifierKind.URL, "http://[", 0),
        (IdentifierKind.URL, "https://192.0.2.1/", 0),
        (IdentifierKind.PAYMENT, "paypal:someone", 0),
        (IdentifierKind.ACCOUNT, "chat.example:someone.nl", 0),
    ],
)
def test_what_points_nowhere_has_no_vote(kind: IdentifierKind, value: str, left_out: int) -> None:
    ballot = cast(Evidence(mentions=[mention(kind, value)]), Part.SUBJECT, stale_days=180)
    assert (ballot.votes, len(ballot.left_out)) == ([], left_out)


def test_a_number_that_follows_a_person_has_no_vote_and_an_unused_one_less() -> None:
    places = {
        "+447012345678": NumberPlace(countries=("GB",), valid=True, roaming=True),
        "+35812345": NumberPlace(countries=("FI", "AX"), valid=False, roaming=False),
    }
    stated = [mention(IdentifierKind.PHONE, each) for each in places]
    ballot = cast(Evidence(mentions=stated, numbers=places), Part.SUBJECT, stale_days=180)
    assert [each.value for each in ballot.left_out] == ["+447012345678"]
    whole = rules.RULES[VoteKind.PHONE].log_odds
    (vote,) = ballot.votes
    assert vote.countries == {"FI", "AX"}
    assert vote.log_odds == pytest.approx(whole * rules.UNVERIFIED)


@pytest.mark.parametrize(
    ("tag", "kind", "countries"),
    [
        ("nl", VoteKind.LANGUAGE, {"NL", "BE", "SR"}),
        ("pt-BR", VoteKind.LOCALE, {"BR"}),
        ("zh_Hant_TW", VoteKind.LOCALE, {"TW"}),
    ],
)
def test_a_language_points_to_its_countries_and_a_locale_to_one(tag: str, kind: VoteKind, countries: set[str]) -> None:
    evidence = Evidence(mentions=[], languages=[(Whence(number=None, path="language"), tag)])
    assert [(each.kind, set(each.countries)) for each in cast(evidence, Part.SUBJECT, stale_days=180).votes] == [
        (kind, countries)
    ]


def test_a_language_of_half_the_world_points_nowhere() -> None:
    evidence = Evidence(mentions=[], languages=[(Whence(number=None, path="language"), "en")])
    ballot = cast(evidence, Part.SUBJECT, stale_days=180)
    assert (ballot.votes, len(ballot.left_out)) == ([], 1)


def test_the_victims_evidence_is_the_victims_alone() -> None:
    numbers = {"+46701740605": Part.SUBJECT, "+442079460018": Part.VICTIM, "+61491570006": Part.REPORTER}
    words = mention(IdentifierKind.BANK, "nl:ABC4471", part=Part.OTHER)
    evidence = Evidence(
        mentions=[mention(IdentifierKind.PHONE, number, part=part) for number, part in numbers.items()] + [words],
        numbers={each: place for each in numbers if (place := place_of(each))},
        stated=[(Part.VICTIM, Stated(whence=Whence(number=None, path="a"), territory=Territory(country="BE")))],
        languages=[(Whence(number=None, path="language"), "nl")],
    )
    subject, victim = (cast(evidence, about, stale_days=180) for about in (Part.SUBJECT, Part.VICTIM))
    assert {each.kind: each.countries for each in subject.votes} == {
        VoteKind.PHONE: {"SE"},
        VoteKind.PAYMENT: {"NL"},
        VoteKind.LANGUAGE: {"NL", "BE", "SR"},
    }
    assert {each.kind: each.countries for each in victim.votes} == {VoteKind.PHONE: {"GB"}, VoteKind.DECLARED: {"BE"}}


def moments(awake: range, days: int) -> list[tuple[Whence, Mention]]:
    begin = datetime(2026, 5, 1, tzinfo=UTC)
    return [
        mention(IdentifierKind.ACCOUNT, f"chat.example:{day}", at=begin + timedelta(days=day, hours=hour))
        for day in range(days)
        for hour in awake
    ]


def test_the_night_of_an_account_points_to_countries_where_it_is_night() -> None:
    # Quiet from 15:00 to 20:59 UTC: in Japan that is midnight to six.
    evidence = Evidence(mentions=moments(range(15), 20) + moments(range(21, 24), 20))
    votes = cast(evidence, Part.SUBJECT, stale_days=180).votes
    assert [each.kind for each in votes] == [VoteKind.HOURS]
    assert {"JP", "KR"} <= votes[0].countries
    assert not {"NL", "US", "IN"} & votes[0].countries


def test_few_moments_or_none_quiet_show_no_habit() -> None:
    for stated, left_out in ((moments(range(8, 20), 3), 0), (moments(range(24), 20), 1)):
        ballot = cast(Evidence(mentions=stated), Part.SUBJECT, stale_days=180)
        assert (ballot.votes, len(ballot.left_out)) == ([], left_out)


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_a_report_states_things_changes_nothing(random: Random) -> None:
    stated = [
        mention(IdentifierKind.IP, value, at=at, port=port, part=part, path=path)
        for value in ("192.0.2.1", "192.0.2.2")
        for at in (AT, AT + timedelta(days=1), None)
        for port in (None, 9)
        for part in (Part.SUBJECT, Part.OTHER)
        for path in ("text", "a[0]")
    ]
    stated += [mention(IdentifierKind.EMAIL, f"a@example.{each}", path="text") for each in ("nl", "be", "io")]
    addresses = {(m.value, m.at): seen(said("NL"), listed=frozenset({ExitKind.SHARED})) for _, m in stated}
    addresses["192.0.2.2", AT] = seen(said("BE"), listed=frozenset({ExitKind.TOR}))
    shuffled = list(stated)
    random.shuffle(shuffled)
    one, other = (
        weigh(cast(Evidence(mentions=each, addresses=addresses), Part.SUBJECT, stale_days=180), Part.SUBJECT)
        for each in (stated, shuffled)
    )
    assert one == other


def test_an_answer_without_any_vote_says_why() -> None:
    ballot = ip(seen(said("NL"), listed=frozenset({ExitKind.TOR})))
    found = weigh(ballot, Part.SUBJECT)
    assert found.unknown == 1
    assert found.unknown_because == "it was a Tor exit at that time: the exit's country is not its user's"
