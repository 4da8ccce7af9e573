"""Streams of reports: batch by batch, broken ones named, the same file twice the same reports; case files as one."""

import io
import json
import random
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import InputError
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines import case_files, intake_streams
from clew.pipelines.intake_desk import Taken
from clew.pipelines.intake_streams import take_stream
from clew.records.intake import IntakeForm, IntakeState, Unread
from clew.records.mention import IdentifierKind
from tests.parts.formats.filed_reports import filed_report
from tests.pipelines.intake_house import DELIVERY, IntakeHouse


@pytest.fixture
def house(any_store):
    return IntakeHouse(any_store)


def line(name: str) -> bytes:
    subject = {"screen_name": name, "person": {"emails": [f"{name}@example.org"]}}
    return json.dumps({"incident": {"at": "2026-01-02T03:04:05Z"}, "subjects": [subject]}).encode() + b"\n"


def take(house, given: bytes, form: IntakeForm | None = None) -> list[Taken | Unread]:
    return list(take_stream(house.desk, DELIVERY, io.BytesIO(given), form=form))


def numbers(found) -> list[int]:
    return [each.report.number for each in found if isinstance(each, Taken)]


def case(*media: dict[str, object], **about: object) -> bytes:
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Cases"
    told = {"CaseID": "{C-1}", "CaseNumber": "2026-117", "ContactOrganization": "Coast police", **about}
    return json.dumps({"@odata.context": context, "value": [{**told, "Media": list(media)}]}).encode()


def medium(number: int, **more: object) -> dict[str, object]:
    return {"MediaID": number, "Category": number % 3, "MD5": f"{number:032X}", "VictimIdentified": "true", **more}


# ---- batches


def test_more_than_a_batch_is_in_and_broken_lines_are_named_in_their_place(house, monkeypatch):
    monkeypatch.setattr(intake_streams, "_BATCH", 3)
    given = b"".join([*(line(f"n{each}") for each in range(5)), b"{broken\n", line("last")])
    found = take(house, given)
    assert len(numbers(found)) == 6
    assert isinstance(found[5], Unread)
    assert [each.place for each in found if isinstance(each, Unread)] == [6]
    assert house.pending() == sorted(numbers(found))
    assert house.acts().count("intake.take_in") == 3


def test_the_form_is_seen_from_how_a_stream_begins(house):
    with house.store.read() as reader:
        pass
    assert reader is not None
    ids = load("formats", "ids_json", object).write(filed_report())  # type: ignore[attr-defined]
    given = {IntakeForm.FACTS: line("mara"), IntakeForm.IDS_JSON: ids, IntakeForm.VICS: case(medium(1))}
    for form, stream in given.items():
        (taken,) = take(house, stream)
        assert isinstance(taken, Taken)
        assert taken.report.form is form
    for nothing in (b"", b"hello", b"\xff\xd8\xff", b"[1, 2]"):
        with pytest.raises(InputError, match="--form"):
            take(house, nothing)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", "d", "{broken", ""]), max_size=12), st.integers(1, 4))
def test_the_same_stream_twice_gives_the_same_reports(tmp_path_factory, names, batch):
    part = load("stores", "sql", StorePart)
    store = part.open(f"sqlite:///{tmp_path_factory.mktemp('twice') / 'clew.db'}")
    store.migrate()
    house, before = IntakeHouse(store), intake_streams._BATCH
    given = line("first") + b"".join(each.encode() + b"\n" if each in {"{broken", ""} else line(each) for each in names)
    intake_streams._BATCH = batch
    try:
        once, again = take(house, given), take(house, given)
    finally:
        intake_streams._BATCH = before
    assert numbers(once) == numbers(again)
    assert all(each.repeated for each in again if isinstance(each, Taken))
    assert [each for each in once if isinstance(each, Unread)] == [each for each in again if isinstance(each, Unread)]
    assert len(set(numbers(once))) == len({"first", *names} - {"{broken", ""})
    assert house.pending() == sorted(set(numbers(once)))
    store.close()


# ---- case files


def test_a_case_file_is_one_report_with_every_digest(house):
    given = case(
        medium(1, SHA1="A" * 40),
        medium(2, AlternativeHashes=[{"HashName": "PDQ", "HashValue": "0f" * 32}, {"HashName": "x", "HashValue": "y"}]),
        {"MediaID": 3, "MD5": "no digest"},
        {"MediaID": 4},
    )
    (taken,) = take(house, given)
    assert isinstance(taken, Taken)
    report = taken.report
    assert (report.state, report.file_count, report.reference) == (IntakeState.TAKEN_IN, 4, "2026-117")
    files = [each.value for each in house.mentions(report.number) if each.kind is IdentifierKind.FILE]
    assert files == [f"md5:{1:032x}", f"sha1:{'a' * 40}", f"md5:{2:032x}"]
    pictures = [each.value for each in house.mentions(report.number) if each.kind is IdentifierKind.PICTURE]
    assert pictures == ["0f" * 32]
    told = {gap.path: gap.because for gap in report.gaps}
    assert "1 media without any digest" in told["Media"] or "digests that are none" in told["Media"]
    facts = house.desk.read(report.document)
    assert {each.label: each.text for each in facts.further}["files marked victim identified"] == "2"
    assert facts.law_enforcement is not None
    assert facts.law_enforcement.agency == "Coast police"
    assert house.pending() == [report.number]


def test_the_same_case_file_again_is_repeated(house):
    (first,) = take(house, case(medium(1)))
    (again,) = take(house, case(medium(1)))
    assert isinstance(again, Taken)
    assert again.repeated
    assert numbers([first]) == numbers([again])


def test_a_run_that_was_stopped_is_taken_up_where_it_was(house, monkeypatch):
    monkeypatch.setattr(case_files, "_PORTION", 5)
    given = case(*(medium(each) for each in range(1, 24)))
    calls = []

    def store(unit, *, course, original=case_files._store):
        calls.append(course.stored)
        if len(calls) == 3:
            raise KeyboardInterrupt
        original(unit, course=course)

    monkeypatch.setattr(case_files, "_store", store)
    with pytest.raises(KeyboardInterrupt):
        take(house, given)
    assert house.pending() == []
    (taken,) = take(house, given)
    assert isinstance(taken, Taken)
    values = [each.value for each in house.mentions(taken.report.number) if each.kind is IdentifierKind.FILE]
    assert values == [f"md5:{each:032x}" for each in range(1, 24)]
    assert calls[3] == 10  # what was stored is not stored again


def test_a_truncated_case_file_is_in_as_far_as_it_goes(house):
    given = case(*(medium(each) for each in range(1, 6)))
    cut = given[: given.index(b'"MediaID": 5')]
    unread, taken = take(house, cut, IntakeForm.VICS)
    assert isinstance(unread, Unread)
    assert isinstance(taken, Taken)
    assert "broken off after 4 media records" in unread.because
    assert taken.report.file_count == 4
    assert any("broken off" in gap.because for gap in taken.report.gaps)


def test_what_is_no_case_file_leaves_nothing_open(house):
    with pytest.raises(InputError):
        take(house, b'{"hello": 1}', IntakeForm.VICS)
    assert house.pending() == []
    assert house.acts()[-1] == "intake.retract"


def test_media_of_a_set_of_hashes_and_of_several_cases_are_all_there(house):
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media"
    loose = json.dumps({"@odata.context": context, "value": [medium(1), medium(2)]}).encode()
    (taken,) = take(house, loose)
    assert isinstance(taken, Taken)
    assert taken.report.file_count == 2
    two = json.dumps({"value": [{"CaseID": "a", "Media": [medium(3)]}, {"CaseID": "b", "Media": [medium(4)]}]}).encode()
    (taken,) = take(house, two)
    assert isinstance(taken, Taken)
    assert (taken.report.file_count, taken.report.reference) == (2, "a")


def test_a_pipe_cannot_be_read_twice_and_that_is_said(house):
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(InputError, match="give a file and no pipe"):
        list(take_stream(house.desk, DELIVERY, io.BufferedReader(Pipe(case(medium(1)))), form=IntakeForm.VICS))


@pytest.mark.slow
def test_three_hundred_thousand_media_take_no_more_memory_than_three_thousand(store, tmp_path: Path):
    house, draw = IntakeHouse(store), random.Random(1)
    peaks = []
    for many in (3_000, 300_000):
        path = tmp_path / f"{many}.json"
        with path.open("wb") as file:
            head = case().removesuffix(b"]}]}")
            file.write(head)
            for each in range(many):
                row = medium(draw.getrandbits(100), Exifs=[{"PropertyName": "Make", "PropertyValue": "x" * 50}])
                file.write((b"," if each else b"") + json.dumps(row).encode())
            file.write(b"]}]}")
        tracemalloc.start()
        with path.open("rb") as file:
            (taken,) = take_stream(replace(house.desk), DELIVERY, file)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert isinstance(taken, Taken)
        assert taken.report.file_count == many
        with store.read() as reader:
            assert reader.count_mentions(taken.report.number) == many
    assert peaks[1] < peaks[0] + 4_000_000
