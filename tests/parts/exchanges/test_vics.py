import io
import json
import tracemalloc

import pytest

from clew.errors import InputError
from clew.ground import json_events
from clew.parts.exchanges import _vics
from clew.parts.exchanges.base import FaultKind
from clew.parts.exchanges.vics import PART
from clew.records.hashlist import Category, NewEntry
from clew.records.identifiers import SignalType

A = "0cc175b9c0f1b6a831c399e269772661"
B = "92eb5ffee6ae2fec3ad71c777531578f"
SHA1 = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
PDQ = "f1" * 32
BASE = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml"


def hash_set(*media: object, region: str = "US") -> bytes:
    return json.dumps({"@odata.context": f"{BASE}/{region}/$metadata#Media", "value": media}).encode()


def case_file(*media: object, region: str = "US") -> bytes:
    case = {
        "CaseID": "0", "CaseNumber": "7", "ContactName": "Ada Example", "TotalMediaFiles": "9", "Media": media,
        "SourceApplicationName": "x",
    }  # fmt: skip
    return json.dumps({"@odata.context": f"{BASE}/{region}/$metadata#Cases", "value": [case]}).encode()


FULL = {
    "MediaID": 1, "Category": 1, "MD5": A.upper(), "SHA1": SHA1, "PhotoDNA": "AAAA", "MediaSize": "123",
    "MimeType": "image/png", "RelativeFilePath": "a\\b.png", "VictimIdentified": "true", "OffenderIdentified": False,
    "IsDistributed": "false", "IsPrecategorized": "TRUE", "PrecategorizationSource": None, "IsSuspected": False,
    "SelfGenerated": "false", "Series": {"Name": "s"}, "Tags": ["t"], "Comments": "c",
    "DateUpdated": "2026-03-08T01:58:00Z",
    "MediaFiles": [{"MD5": B, "FileName": "secret-name.png", "FilePath": "c:\\secret", "SHA1": SHA1}],
    "Exifs": [{"MD5": B, "PropertyName": "Make", "PropertyValue": "x"}],
    "MediaMetadata": [{"PropertyName": "Width", "PropertyValue": "1"}],
    "AlternativeHashes": [{"HashName": "PDQ", "HashValue": PDQ}, {"HashName": "TMK", "HashValue": "x"}],
    "Segments": [{"Category": 2}],
}  # fmt: skip

# Each property of a media record, and which part of an entry it fills; None is not read, for the reason in the part.
FILLS = {
    "MediaID": None, "Category": "category", "MD5": "value", "SHA1": "value", "PhotoDNA": "unsupported",
    "MediaSize": None, "MimeType": None, "RelativeFilePath": None, "VictimIdentified": None,
    "OffenderIdentified": None, "IsDistributed": None, "IsPrecategorized": None, "PrecategorizationSource": None,
    "IsSuspected": None, "SelfGenerated": None, "Series": None, "Tags": None, "Comments": None,
    "DateUpdated": "made_at", "MediaFiles": None, "Exifs": None, "MediaMetadata": None, "AlternativeHashes": "value",
    "Segments": None,
}  # fmt: skip


@pytest.mark.parametrize("document", [hash_set(FULL), case_file(FULL)], ids=["hash set", "case"])
def test_every_property_fills_what_the_coverage_table_says(read, document: bytes) -> None:
    assert set(FULL) == set(FILLS)
    taken = read(PART, document)
    assert [(each.type, each.value.hex()) for each in taken.entries] == [("md5", A), ("sha1", SHA1), ("pdq", PDQ)]
    assert {each.category for each in taken.entries} == {Category(scheme="vics-us", code="1")}
    assert {each.made_at.isoformat() for each in taken.entries} == {"2026-03-08T01:58:00+00:00"}
    assert {each.note for each in taken.entries} == {None}
    assert taken.reading.unsupported == {"photodna": 1, "TMK": 1}
    assert (taken.reading.rows, taken.faults, taken.reading.unknown_columns) == (1, {}, {})
    assert {name for name, fills in FILLS.items() if fills is None} == {
        name for name in FULL if name.lower() in _vics._NOT_READ
    }


def test_no_name_path_or_contact_is_read(read) -> None:
    taken = read(PART, case_file(FULL))
    assert not [each for each in taken.entries if "secret" in repr(each) or "Ada" in repr(each)]


def test_version_1_with_byte_order_mark_needs_a_region_from_a_person(read) -> None:
    text = f'\ufeff{{"odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/1.2.xml#Cases","value":[{{"Media":[{{"Category":"2","MD5":"{A}"}}]}}]}}'
    with pytest.raises(InputError, match=r"it does not say.*--region"):
        read(PART, text.encode())
    assert read(PART, text.encode(), region="uk").entries[0].category == Category(scheme="vics-uk", code="2")


@pytest.mark.parametrize("region", ["CUSTOM", "Default", "ZZ"])
def test_an_unknown_region_is_refused_unless_a_person_names_it(read, region: str) -> None:
    document = hash_set({"MD5": A, "Category": 3}, region=region)
    with pytest.raises(InputError, match=f"it says '{region}'"):
        read(PART, document)
    assert read(PART, document, region="CA").entries[0].category == Category(scheme="vics-ca", code="3")


def test_a_person_cannot_call_a_file_of_one_known_region_another(read) -> None:
    with pytest.raises(InputError, match="categories are of UK, --region says US"):
        read(PART, hash_set(region="UK"), region="us")


def test_what_nobody_judged_is_left_out_of_a_case_and_unvetted_in_a_hash_set(read) -> None:
    media = [{"MD5": f"{number:032x}", "Category": code} for number, code in enumerate([None, 5, "", 0, "0"], 1)]
    case = read(PART, case_file(*media))
    assert case.entries == []
    assert sorted(case.reading.left_out.values()) == [2, 3]

    of_a_set = read(PART, hash_set(*media))
    assert [(each.vetted, each.category) for each in of_a_set.entries] == [(False, None)] * 3
    assert list(of_a_set.reading.left_out.items()) == [
        ("category 0: 'non-pertinent' in some tools, 'not yet categorised' in others", 2)
    ]

    everything = read(PART, case_file(*media), uncategorised=True)
    assert [(each.vetted, each.category) for each in everything.entries] == [(False, None)] * 5
    assert everything.reading.rows == 5


def test_a_comparison_picture_never_leads_to_blocking(read) -> None:
    taken = read(PART, hash_set({"MD5": A, "Category": 4}))
    assert taken.entries[0].vetted is False
    assert sum(taken.reading.remarks.values()) == 1
    assert read(PART, hash_set({"MD5": A, "Category": 4}, region="UK")).entries[0].vetted is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-03-08T01:58:00.1234567Z", "2026-03-08T01:58:00.123456+00:00"),
        ("2026-03-08T01:58:00+02:00", "2026-03-07T23:58:00+00:00"),
        ("2026-03-08", "2026-03-08T00:00:00+00:00"),
        ("/Date(1772935080000)/", "2026-03-08T01:58:00+00:00"),
        ("/Date(1772935080000+0200)/", "2026-03-08T01:58:00+00:00"),
        ("3/8/2026 1:58:00 AM", "2026-03-08T01:58:00+00:00"),
    ],
)
def test_dates_in_every_form_that_is_met(read, given: str, expected: str) -> None:
    assert (
        read(PART, hash_set({"MD5": A, "Category": 1, "DateUpdated": given})).entries[0].made_at.isoformat() == expected
    )


@pytest.mark.parametrize(
    ("given", "region"), [("yesterday", "US"), ("/Date(999999999999999)/", "US"), ("3/8/2026", "UK"), (7, "US")]
)
def test_a_date_of_no_known_form_is_left_empty_and_said(read, given: object, region: str) -> None:
    taken = read(PART, hash_set({"MD5": A, "Category": 1, "DateUpdated": given}, region=region))
    assert taken.entries[0].made_at is None
    assert "DateUpdated" in next(iter(taken.reading.remarks))


@pytest.mark.parametrize(
    ("media", "said"),
    [
        ({"Category": 1}, "expected an MD5"),
        ({"Category": 1, "MD5": None, "SHA1": ""}, "expected an MD5"),
        ({"Category": 1, "MD5": A[1:]}, "32 hex digits, got 31"),
        ({"Category": 1, "MD5": "0" * 32}, "all zero"),
        ({"Category": 1, "MD5": [A]}, "hash as text, got a JSON object"),
        ({"Category": 1, "MD5": {"x": [A]}}, "hash as text, got a JSON object"),
        ({"Category": 1, "MD5": 12}, "hash as text, got 12"),
        ({"Category": "one", "MD5": A}, "Category must be a whole number"),
        ({"Category": 1.5, "MD5": A}, "Category must be a whole number"),
        ({"Category": -1, "MD5": A}, "Category must be a whole number"),
        ({"Category": True, "MD5": A}, "Category must be a whole number"),
        ({"Category": {}, "MD5": A}, "Category must be a whole number"),
        ({"Category": 1, "MD5": "", "AlternativeHashes": [{"HashName": "PDQ"}]}, "pdq hash as text, got nothing"),
    ],
)
def test_a_bad_record_is_a_fault_with_its_place_and_the_records_after_it_go_on(read, media: object, said: str) -> None:
    good = {"Category": 1, "MD5": B}
    for document in (hash_set(good, media, good), case_file(good, media, good)):
        taken = read(PART, document)
        assert taken.values == [B, B]
        assert list(taken.faults) == [2]
        assert said in taken.faults[2]


@pytest.mark.parametrize("element", [7, None, "x", [], [[{}]]])
def test_an_element_that_is_no_record_is_a_fault(read, element: object) -> None:
    for document in (hash_set(element, FULL), case_file(element, FULL)):
        taken = read(PART, document)
        assert list(taken.faults) in ([1], [])
        assert len(taken.entries) == 3


def test_a_good_hash_is_taken_beside_a_bad_one(read) -> None:
    taken = read(PART, hash_set({"Category": 1, "MD5": "zz", "SHA1": SHA1}))
    assert taken.values == [SHA1]
    assert list(taken.faults) == [1]


@pytest.mark.parametrize("make", [hash_set, case_file])
@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_truncated_file_gives_every_record_before_its_end_and_says_where(read, make, kept: float) -> None:
    document = make(*({"MD5": f"{number:032x}", "Category": 1} for number in range(1, 5001)))
    part = document[: int(len(document) * kept)]
    taken = read(PART, part)
    whole = part.count(b"}")
    assert taken.values == [f"{number:032x}" for number in range(1, whole + 1)]
    assert list(taken.faults) == [whole + 1]
    assert f"after {whole:,} whole records, before byte {len(part):,}" in taken.faults[whole + 1]
    assert taken.reading.faults == {FaultKind.BROKEN_OFF: 1}


def test_records_before_damage_in_the_middle_are_taken(read) -> None:
    document = hash_set(*({"MD5": f"{number:032x}", "Category": 1} for number in range(1, 101)))
    place = document.index(f"{60:032x}".encode())
    taken = read(PART, document[:place] + b"\xff" + document[place:])
    assert len(taken.entries) == 59
    assert list(taken.faults) == [60]


def test_a_record_that_never_ends_is_stopped_within_bounded_memory(read, monkeypatch) -> None:
    monkeypatch.setattr(json_events, "MOST_RECORD_BYTES", 1_000_000)

    class Endless(io.RawIOBase):
        head = hash_set({"MD5": A, "Category": 1})[:-2]

        def read(self, size: int = -1) -> bytes:
            piece, self.head = self.head[:size], self.head[size:]
            return piece or b" " * size

    tracemalloc.start()
    taken = read(PART, Endless())
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken.values == [A]
    assert "a record is larger than 1,000,000 bytes" in taken.faults[2]
    assert peak_bytes < 5_000_000


@pytest.mark.parametrize("digits", [4_301, 70_000, 300_000])
@pytest.mark.parametrize("key", ["Category", "MediaSize", "Other"])
@pytest.mark.parametrize("before", [0, 65_000])
def test_a_number_without_end_breaks_the_document_off_and_not_the_process(
    read, digits: int, key: str, before: int
) -> None:
    document = hash_set({"MD5": A, "Category": 1, "Comments": "c" * before}, {"MD5": B, key: 7})
    taken = read(PART, document.replace(b": 7}", b": " + b"7" * digits + b"}"))
    assert taken.values == [A]
    assert "a number has more than 4,300 digits" in taken.faults[2]
    assert taken.reading.faults == {FaultKind.BROKEN_OFF: 1}


@pytest.mark.parametrize("size", [1, 3, 4_300, 65_536])
def test_a_long_number_that_python_reads_is_no_break(read, size: int) -> None:
    class Piecewise(io.BytesIO):
        def read(self, most: int | None = -1) -> bytes:
            return super().read(min(size, most or 0))

    document = hash_set({"MD5": A, "Category": 1, "MediaSize": 7}, {"MD5": B, "Category": 1})
    taken = read(PART, Piecewise(document.replace(b": 7}", b": " + b"7" * 4_300 + b"}")))
    assert taken.values == [A, B]
    broken = read(PART, Piecewise(document.replace(b": 7}", b": " + b"7" * 4_301 + b"}")))
    assert broken.reading.faults == {FaultKind.BROKEN_OFF: 1}


def test_remarks_count_what_was_taken_and_nothing_else(read) -> None:
    taken = read(PART, hash_set(7, "text", {"MD5": "bad"}, {"MD5": A}, {"MD5": B, "Category": 4}))
    assert taken.values == [A, B]
    assert sorted(taken.reading.remarks.values()) == [1, 1]
    assert [fault for row, fault in taken.faults.items() if row < 3] == [
        "expected a media record, an object; came something else"
    ] * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1]", "of another shape"),
        ("{}", "no array 'value'"),
        ('{"value": 3}', "no array 'value'"),
        ('{"@odata.context": "x"', "ends or is no JSON"),
        ("type,value", "ends or is no JSON"),
    ],
)
def test_a_document_that_is_no_vics_is_refused_before_any_record(read, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(PART, content.encode())


def test_properties_that_nobody_knows_are_counted_and_named(read) -> None:
    taken = read(PART, hash_set({"MD5": A, "Category": 1, "Colour": 1, "Things": [{"a": [1]}], "Thing": {"b": {}}}))
    assert taken.values == [A]
    assert taken.reading.unknown_columns == {"Colour": 1, "Things": 1, "Thing": 1}


def entry(value: str, code: str | None = "1", scheme: str = "vics-us", **more: object) -> NewEntry:
    category = Category(scheme=scheme, code=code) if code else None
    return NewEntry(
        type=SignalType("md5"), value=bytes.fromhex(value), category=category, vetted=bool(more.pop("vetted", True)),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_hash_set_comes_back_as_it_was_written(read, write) -> None:
    written = write(PART, [entry(A), entry(B, code="2")])
    document = json.loads(written.content)
    assert document["@odata.context"] == f"{BASE}/US/$metadata#Media"
    assert document["value"][0] == {"MediaID": 1, "Category": 1, "MD5": A.upper()}
    back = read(PART, written.content)
    assert [(each.value.hex(), each.category, each.vetted) for each in back.entries] == [
        (A, Category(scheme="vics-us", code="1"), None),
        (B, Category(scheme="vics-us", code="2"), None),
    ]


def test_an_empty_list_is_a_well_formed_hash_set(read, write) -> None:
    assert read(PART, write(PART, []).content, region="US").entries == []


def test_a_disputed_entry_is_written_without_the_category_that_would_be_read_as_a_verdict(
    read, write, full_entry
) -> None:
    written = write(PART, [entry(A, vetted=False), entry(B, opinions=full_entry.opinions), entry("f" * 32)])
    assert [each["Category"] for each in json.loads(written.content)["value"]] == [1, None, 1]
    assert [each.vetted for each in read(PART, written.content).entries] == [None, False, None]
    assert sum(written.writing.remarks.values()) == 2


def test_hashes_that_vics_cannot_bear_are_left_out_and_counted(write, full_entry) -> None:
    written = write(PART, [entry(A), full_entry])
    assert written.writing.entries == 1
    assert written.writing.left_out == {"pdq: VICS demands an MD5 of each record": 1}


def test_categories_of_two_regions_need_a_person_to_choose(write) -> None:
    both = [entry(A), entry(B, scheme="vics-uk"), entry("f" * 32, code="A1", scheme="industry")]
    with pytest.raises(InputError, match="this list has those of UK, US; give --region"):
        write(PART, both)
    with pytest.raises(InputError, match="expected a region such as US"):
        write(PART, both, region="U/K")
    written = write(PART, both, region="uk")
    assert json.loads(written.content)["@odata.context"] == f"{BASE}/UK/$metadata#Media"
    assert [each["Category"] for each in json.loads(written.content)["value"]] == [None, 1, None]
    assert sum(written.writing.remarks.values()) == 2
