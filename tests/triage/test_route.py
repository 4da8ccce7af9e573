"""Votes combined: the answer is a distribution, in no order, and no evidence works against itself."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.records.mention import Part
from clew.records.routing import Territory, Vote, VoteKind, Whence, Whereabouts
from clew.triage import route_rules as rules
from clew.triage.route import weigh
from clew.triage.votes import Ballot

CODES = ("NL", "BE", "DE", "US", "BR")


def vote(kind: VoteKind, *countries: str, region: str = "", factor: float = 1.0, path: str = "a") -> Vote:
    where = [Territory(country=each, region=region) for each in countries]
    return Vote(
        kind=kind,
        whence=Whence(number=None, path=path),
        value="v",
        shares=tuple((each, 1 / len(where)) for each in where),
        log_odds=rules.RULES[kind].log_odds * factor,
        told="told",
    )


def of(*votes: Vote) -> Whereabouts:
    return weigh(Ballot(votes=list(votes)), Part.SUBJECT)


def weight(found: Whereabouts, country: str) -> float:
    return next((each.weight for each in found.shares if each.country == country), 0.0)


votes = st.builds(
    vote,
    st.sampled_from(VoteKind),
    st.sampled_from(CODES),
    factor=st.sampled_from([0.25, 0.5, 1.0]),
    path=st.sampled_from("abcd"),
) | st.builds(vote, st.sampled_from(VoteKind), st.just("NL"), st.just("BE"), path=st.sampled_from("abcd"))
ballots = st.lists(votes, max_size=12)


@given(ballots)
def test_all_weights_and_the_unknown_make_one(given_votes: list[Vote]) -> None:
    found = of(*given_votes)
    assert math.fsum([*(each.weight for each in found.shares), found.unknown]) == pytest.approx(1, abs=1e-12)
    assert all(0 <= each.weight <= 1 for each in found.shares)


@given(ballots, st.randoms(use_true_random=False))
def test_the_order_of_votes_changes_nothing(given_votes: list[Vote], random: object) -> None:
    shuffled = list(given_votes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert of(*shuffled) == of(*given_votes)


@given(ballots, st.sampled_from(VoteKind), st.sampled_from(CODES))
def test_a_vote_for_one_country_alone_never_lowers_it(given_votes: list[Vote], kind: VoteKind, country: str) -> None:
    before = weight(of(*given_votes), country)
    after = weight(of(*given_votes, vote(kind, country, path="new")), country)
    assert after >= before - 1e-12
    assert after > 0


@given(ballots)
def test_what_many_countries_share_lowers_none_of_them_against_the_unknown(given_votes: list[Vote]) -> None:
    before, after = of(*given_votes), of(*given_votes, vote(VoteKind.LANGUAGE, "NL", "BE", path="new"))
    for country in ("NL", "BE"):
        assert weight(after, country) * before.unknown >= weight(before, country) * after.unknown - 1e-12


@pytest.mark.parametrize("kind", list(VoteKind))
def test_one_vote_alone_is_right_as_often_as_its_rule_says(kind: VoteKind) -> None:
    found = of(vote(kind, "NL"))
    assert weight(found, "NL") == pytest.approx(rules.RULES[kind].reliability)
    assert found.unknown == pytest.approx(1 - rules.RULES[kind].reliability)


def test_a_vote_that_two_countries_share_gives_each_half() -> None:
    found = of(vote(VoteKind.ADDRESS, "NL", "BE"))
    assert [each.country for each in found.shares] == ["BE", "NL"]
    assert found.shares[0].weight == found.shares[1].weight


def test_two_kinds_that_agree_are_nearly_certain_and_two_that_differ_are_not() -> None:
    agree = of(vote(VoteKind.ADDRESS, "NL"), vote(VoteKind.PHONE, "NL"))
    assert weight(agree, "NL") > 0.999
    differ = of(vote(VoteKind.ADDRESS, "NL"), vote(VoteKind.PHONE, "BE"))
    assert 0.7 < weight(differ, "NL") < 0.8
    assert [each.countries for each in differ.dissent] == [{"BE"}]


def test_a_hundred_logins_do_not_outweigh_everything_else() -> None:
    logins = [vote(VoteKind.LANGUAGE, "NL", path=str(each)) for each in range(100)]
    found = of(*logins, vote(VoteKind.PAYMENT, "BE"), vote(VoteKind.PHONE, "BE"))
    assert found.shares[0].country == "BE"


def test_nothing_stated_is_unknown_and_says_so() -> None:
    found = of()
    assert (found.shares, found.unknown) == ((), 1.0)
    assert found.unknown_because == "the report states nothing that points to a country"


def test_weak_votes_alone_leave_it_unknown() -> None:
    found = of(vote(VoteKind.DOMAIN, "NL"))
    assert found.unknown_because == "what points to a country is too weak"


def test_regions_are_weighed_within_their_country_only() -> None:
    found = of(
        vote(VoteKind.ADDRESS, "US", region="CA"),
        vote(VoteKind.DECLARED, "US", region="CA"),
        vote(VoteKind.DECLARED, "BR", region="SP"),
    )
    united_states = found.shares[0]
    assert united_states.country == "US"
    assert [code for code, _ in united_states.regions] == ["CA"]
    assert 0.9 < united_states.regions[0][1] < 1
    alone = of(vote(VoteKind.ADDRESS, "US", region="CA"))
    assert dict(alone.shares[0].regions) == {"CA": pytest.approx(0.6)}


def test_a_vote_without_a_region_says_nothing_of_one() -> None:
    assert of(vote(VoteKind.ADDRESS, "US")).shares[0].regions == ()


def test_contested_evidence_marks_the_answer() -> None:
    assert of(replace(vote(VoteKind.ADDRESS, "NL", "BE"), contested=True)).contested
    assert not of(vote(VoteKind.ADDRESS, "NL")).contested
