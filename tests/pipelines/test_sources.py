from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from clew.errors import ConflictError, InputError
from clew.pipelines.sources import SourceClaim, agree_on_source, put_source
from clew.records.hashlist import Right, ServiceKind
from tests.pipelines.list_desk import ACTOR, CLAIM, csv


def put(desk, claim: SourceClaim):
    return put_source(desk.store, claim, actor=ACTOR, clock=desk.clock)


def test_a_source_keeps_kind_jurisdiction_rights_and_a_dated_ground(desk) -> None:
    put(desk, replace(CLAIM, jurisdiction="us", until=datetime(2028, 3, 1, tzinfo=UTC)))
    with desk.store.read() as reader:
        [source] = reader.sources()
    assert (source.kind, source.jurisdiction, source.rights) == (ServiceKind.CLEARINGHOUSE, "US", {Right.EXPORT})
    assert source.legal_basis.text == "Hash sharing agreement of 1 March 2026"
    assert source.legal_basis.holds(datetime(2028, 2, 29, tzinfo=UTC))
    assert not source.legal_basis.holds(datetime(2028, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("missing", ["kind", "jurisdiction", "legal_basis", "since"])
def test_a_new_source_needs_every_particular_and_the_message_names_what_is_missing(desk, missing: str) -> None:
    with pytest.raises(InputError, match=f"--{missing.replace('_', '-')} ") as refused:
        put(desk, replace(CLAIM, **{missing: None}))
    others = {"kind", "jurisdiction", "legal_basis", "since"} - {missing}
    assert not [each for each in others if f"--{each.replace('_', '-')} " in str(refused.value)]


def test_everything_that_is_missing_is_named_at_once(desk) -> None:
    with pytest.raises(InputError, match=r"--kind .*--jurisdiction .*--legal-basis .*--since "):
        put(desk, SourceClaim(name="ncmec"))


@pytest.mark.parametrize("code", ["UK", "USA", "XX", "", "U", "int "])
def test_a_jurisdiction_is_a_country_or_international(desk, code: str) -> None:
    if code.strip() == "int":
        assert put(desk, replace(CLAIM, jurisdiction=code)).jurisdiction == "INT"
        return
    with pytest.raises(InputError, match=r"jurisdiction") as refused:
        put(desk, replace(CLAIM, jurisdiction=code))
    assert ("the United Kingdom is GB" in str(refused.value)) is (code == "UK")


def test_a_ground_that_ends_before_it_begins_is_refused(desk) -> None:
    with pytest.raises(InputError, match="must end after it begins"):
        put(desk, replace(CLAIM, until=CLAIM.since))


def test_a_ground_without_words_is_refused(desk) -> None:
    with pytest.raises(InputError, match="must be said in words"):
        put(desk, replace(CLAIM, legal_basis="   "))


def test_what_is_not_said_of_a_known_source_stays(desk) -> None:
    put(desk, CLAIM)
    changed = put(desk, SourceClaim(name="ncmec", rights=frozenset()))
    assert changed.rights == frozenset()
    assert changed.legal_basis.text == CLAIM.legal_basis
    assert [each["rights"] for each in desk.audit("source.create", "source.change")] == ["export", ""]


def test_a_ground_that_begins_anew_does_not_end_with_the_one_before(desk) -> None:
    put(desk, replace(CLAIM, until=datetime(2027, 1, 1, tzinfo=UTC)))
    changed = put(desk, SourceClaim(name="ncmec", legal_basis="Renewed", since=datetime(2027, 1, 1, tzinfo=UTC)))
    assert (changed.legal_basis.text, changed.legal_basis.until) == ("Renewed", None)


def test_white_space_around_what_is_said_again_is_no_contradiction(desk) -> None:
    put(desk, CLAIM)
    agree_on_source(put(desk, CLAIM), replace(CLAIM, jurisdiction=" us ", legal_basis=f" {CLAIM.legal_basis}\n"))


def test_a_record_of_what_is_already_so_leaves_no_trace(desk) -> None:
    put(desk, CLAIM)
    put(desk, CLAIM)
    assert desk.audit("source.change") == []


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("kind", ServiceKind.HOTLINE),
        ("jurisdiction", "DE"),
        ("legal_basis", "Another"),
        ("since", datetime(2026, 3, 2, tzinfo=UTC)),
        ("until", datetime(2027, 3, 2, tzinfo=UTC)),
        ("rights", frozenset()),
    ],
)
def test_an_import_cannot_change_the_ground_it_stands_on(desk, name: str, other: object) -> None:
    assert {each.name for each in fields(SourceClaim)} == {
        *("name", "kind", "jurisdiction", "legal_basis", "since", "until", "rights")
    }
    desk.bring(csv(1))
    with pytest.raises(ConflictError, match=f"other particulars: {name.replace('_', ' ')}"):
        desk.bring(csv(2), source=replace(CLAIM, **{name: other}))  # type: ignore[arg-type]
    assert desk.numbers() == [1]
