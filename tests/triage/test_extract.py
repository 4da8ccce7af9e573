"""Mentions of whole reports: each field read or left out for a reason, and hostile words bounded."""

import dataclasses
import types
import typing
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.parts import shelf
from clew.parts.identifiers.base import IdentifierPart
from clew.records.mention import IdentifierKind, Part
from clew.records.report import (
    AccountTie,
    AssociatedAccount,
    Incident,
    Person,
    Phone,
    Report,
    ReportedSubject,
    Reporter,
    Victim,
)
from clew.records.report_file import FileHash, ReportFile
from clew.records.subject import Device, Email, IpEvent, Payment
from clew.triage.extract import MOST_MENTIONS, MOST_TEXT, extract, mentions
from clew.triage.extract_fields import FIELDS, Nothing, Of, Words
from clew.triage.extract_text import LONGEST_TEXT

PARTS = list(shelf.load_all("identifiers", IdentifierPart).values())
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def report(**changes):
    made = Report(incident=Incident(at=AT, platform="Instagram"), reporter=Reporter(person=Person()))
    return dataclasses.replace(made, **changes)


def stated(made):
    return {(each.kind.value, each.value, each.part.value, each.origin.path) for each in mentions(made, PARTS)}


# ---- every field


def records_of(kind, seen):
    """Every record that the report's tree can hold."""
    if typing.get_origin(kind) in {tuple, frozenset, types.UnionType, typing.Union}:
        for each in typing.get_args(kind):
            records_of(each, seen)
    elif dataclasses.is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        for hint in typing.get_type_hints(kind).values():
            records_of(hint, seen)
    return seen


TREE = sorted(records_of(Report, set()), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", TREE)
def test_every_field_of_a_report_is_read_or_left_out_for_a_reason(kind):
    assert set(FIELDS[kind]) == {field.name for field in dataclasses.fields(kind)}
    assert all(holds.because for holds in FIELDS[kind].values() if isinstance(holds, Nothing))


def test_no_field_is_listed_of_a_record_that_no_report_holds():
    assert set(FIELDS) == set(TREE)


VALUES = {
    "ip": "8.8.8.8",
    "wallet": "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu",
    "pdq": "ab" * 31 + "01",
    "phone": "+4930901820",
}
VALUES |= {"url": "https://a.org/", "device": "own-7", "email": "jo@host.org", "account": "jo", "group": "g-1"}


NEEDED = {"at": AT, "tie": AccountTie.LINKED, "closed": True, "person": Person(), "values": ()}


def filled(kind, field, holds):
    """A record with the one field filled, and what it needs beside it."""
    hints, value = typing.get_type_hints(kind), "mail jo@host.org"
    if isinstance(holds, Of):
        value = "https://x.com/jo" if holds.every else VALUES[holds.parts[0]]
    wanted: dict[str, Any] = {
        each.name: "PDQ" if each.name == "type" else "x"
        for each in dataclasses.fields(kind)
        if each.default is dataclasses.MISSING and hints[each.name] is str
    }
    for each in dataclasses.fields(kind):
        if each.default is dataclasses.MISSING and each.name not in wanted:
            wanted[each.name] = NEEDED.get(each.name)
    wanted[field] = (value,) if typing.get_origin(hints[field]) is tuple else value
    return kind(**wanted)


READ = [
    (kind, field, holds)
    for kind in TREE
    for field, holds in FIELDS[kind].items()
    if isinstance(holds, (Of, Words)) and kind is not Report
]


@pytest.mark.parametrize(("kind", "field", "holds"), READ, ids=lambda each: each if isinstance(each, str) else "")
def test_every_field_that_is_read_yields_what_stands_in_it(kind, field, holds):
    from clew.parts.identifiers.base import Context
    from clew.triage.extract import _Beside, _Walk

    walk = _Walk(PARTS, "Instagram")
    walk.record(filled(kind, field, holds), "here", _Beside(Part.SUBJECT, 0, Context(service="Instagram"), None))
    found = [each for each in walk.found.values() if each.origin.path.startswith(f"here.{field}")]
    assert found
    assert {each.part for each in found} == {Part.OTHER if isinstance(holds, Words) else Part.SUBJECT}


# ---- whose, when, where


def test_each_identifier_stands_under_its_person_with_its_place():
    made = report(
        subjects=(
            ReportedSubject(
                identifier="17841",
                screen_name="@Some.Name",
                person=Person(
                    emails=(Email(address="J.Doe@gmail.com", verified=True),),
                    phones=(Phone(number="901820", calling_code="+4930"),),
                ),
                ip_events=(IpEvent(address="8.8.8.8", at=AT, port=4711),),
                associated=(AssociatedAccount(tie=AccountTie.LINKED, platform="Snapchat", screen_name="Jo_1"),),
                profile_bio="snap: jo_2",
            ),
        ),
        victims=(Victim(person=Person(emails=(Email(address="kim@host.org"),))),),
        files=(ReportFile(key="1", hashes=(FileHash(type="MD5", value="0f" * 16),)),),
        payments=(Payment(method="bitcoin", account="1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", at=AT),),
    )  # fmt: skip
    assert stated(made) == {
        ("account", "instagram:#17841", "subject", "subjects[0].identifier"),
        ("account", "instagram:some.name", "subject", "subjects[0].screen_name"),
        ("email", "jdoe@gmail.com", "subject", "subjects[0].person.emails[0].address"),
        ("phone", "+4930901820", "subject", "subjects[0].person.phones[0].number"),
        ("ip", "8.8.8.8", "subject", "subjects[0].ip_events[0].address"),
        ("account", "snapchat:jo_1", "subject", "subjects[0].associated[0].screen_name"),
        ("account", "snapchat:jo_2", "other", "subjects[0].profile_bio"),
        ("email", "kim@host.org", "victim", "victims[0].person.emails[0].address"),
        ("file", "md5:" + "0f" * 16, "other", "files[0].hashes[0].value"),
        ("wallet", "btc:1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "other", "payments[0].account"),
    }
    by_kind = {each.kind: each for each in mentions(made, PARTS)}
    assert (by_kind[IdentifierKind.IP].port, by_kind[IdentifierKind.IP].at) == (4711, AT)
    assert by_kind[IdentifierKind.WALLET].at == AT


def test_the_same_value_stays_several_only_where_time_or_port_differ():
    events = (
        IpEvent(address="8.8.8.8", port=1),
        IpEvent(address="8.8.8.8", port=2),
        IpEvent(address="8.8.8.8", port=1),
    )
    emails = (Email(address="jo@host.org"), Email(address="JO@host.org", verified=True))
    found = mentions(report(subjects=(ReportedSubject(ip_events=events, person=Person(emails=emails)),)), PARTS)
    assert [(each.value, each.port, each.verified) for each in found if each.kind is IdentifierKind.IP] == [
        ("8.8.8.8", 1, None),
        ("8.8.8.8", 2, None),
    ]
    (email,) = [each for each in found if each.kind is IdentifierKind.EMAIL]
    assert (email.raw, email.verified) == ("jo@host.org", True)


def test_a_field_that_is_no_identifier_is_a_named_gap_that_repeats_nothing():
    made = report(subjects=(ReportedSubject(devices=(Device(kind="IMEI", value="490154203237510"),)),))
    (gap,) = extract(made, PARTS).gaps
    assert gap.path == "subjects[0].devices[0].value"
    assert "490154203237510" not in gap.because


def test_words_give_the_place_of_each_identifier():
    words = "Müller wrote from jo@host.org, see hxxp://bad[.]org/x and https://instagram.com/Max"
    found = mentions(report(additional_info=words), PARTS)
    assert [(each.kind.value, each.value) for each in found] == [
        ("email", "jo@host.org"),
        ("url", "http://bad.org/x"),
        ("account", "instagram:max"),
        ("url", "https://instagram.com/Max"),
    ]
    for each in found:
        assert each.origin.start is not None
        assert words[each.origin.start :].startswith(each.raw)


# ---- hostile words

HOSTILE = [
    "@",
    "a@",
    "1",
    "+1 ",
    "::",
    "1.",
    "http://",
    "[",
    "a.",
    "$a",
    "%",
    " ",
    "\u0660",
    "x: ",
    "0x",
    "a@b.co ",
    "ab" * 16 + " ",
]


@pytest.mark.parametrize("piece", ["@", "7", "a@b.co ", "[" * 9 + "]", "snap: "])
def test_ten_million_characters_are_looked_at_no_further_than_the_cap(piece):
    seen = []

    class Counting(str):
        """Words that note how much of them is asked for."""

        __slots__ = ()

        def __getitem__(self, wanted):
            got = super().__getitem__(wanted)
            seen.append(len(got))
            return got

    words = Counting((piece * 10_000_000)[:10_000_000])
    found = extract(report(additional_info=words), PARTS)
    assert max(seen) == LONGEST_TEXT
    assert str(LONGEST_TEXT) in found.gaps[0].because


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_one_piece_is_read_up_to_the_cap_and_the_rest_is_a_gap(piece):
    words = (piece * 1_000_000)[:1_000_000]
    found = extract(report(additional_info=words), PARTS)
    assert [gap.path for gap in found.gaps][:1] == ["additional_info"]
    assert str(LONGEST_TEXT) in found.gaps[0].because


def test_more_mentions_than_a_report_may_have_are_a_gap():
    emails = tuple(Email(address=f"a{number}@host.org") for number in range(MOST_MENTIONS + 1))
    found = extract(report(subjects=(ReportedSubject(person=Person(emails=emails)),)), PARTS)
    assert len(found.mentions) == MOST_MENTIONS
    assert str(MOST_MENTIONS) in found.gaps[-1].because


def test_gaps_beyond_the_first_hundred_are_counted_in_one_more():
    devices = tuple(Device(kind="IMEI", value=f"no{number}") for number in range(130))
    found = extract(report(subjects=(ReportedSubject(devices=devices),)), PARTS)
    assert [gap.path for gap in found.gaps[:100]] == [f"subjects[0].devices[{number}].value" for number in range(100)]
    assert [(gap.path, gap.because[:14]) for gap in found.gaps[100:]] == [("", "30 more fields")]


def test_many_fields_of_words_share_one_allowance():
    bios = ("x" * LONGEST_TEXT,) * (MOST_TEXT // LONGEST_TEXT + 1)
    found = extract(report(subjects=(ReportedSubject(display_names=bios),)), PARTS)
    assert [gap.path for gap in found.gaps] == ["subjects[0].display_names[10]"]


@settings(max_examples=200, deadline=None)
@given(words=st.text(max_size=300), field=st.text(max_size=60))
def test_any_report_is_read_without_an_error(words, field):
    subject = ReportedSubject(
        identifier=field, screen_name=field, group_identifier=field, profile_urls=(field,), profile_bio=words,
        person=Person(
            emails=(Email(address=field),), phones=(Phone(number=field, calling_code=field, extension=field),)
        ),
        devices=(Device(kind=field, value=field),), ip_events=(IpEvent(address=field),),
    )  # fmt: skip
    made = report(subjects=(subject,), payments=(Payment(method=field, account=field),), additional_info=words)
    assert mentions(made, PARTS) == mentions(made, PARTS)
