"""What holds for every exchange: it is chosen by content, keeps every field it can bear, and survives any bytes."""

import dataclasses
import io
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import InputError
from clew.parts import shelf
from clew.parts.exchanges.base import ExchangePart, Reading
from clew.records.hashlist import Entry, NewEntry, RowFault
from clew.records.identifiers import SignalType

PARTS = shelf.load_all("exchanges", ExchangePart)
MD5 = "0cc175b9c0f1b6a831c399e269772661"
VICS = '{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media",'

EXAMPLES = {
    "csv": [
        f"type,value\nmd5,{MD5}\n",
        f"\ufefftype;value\r\nmd5;{MD5}\r\n",
        f"note,value,type\n,{MD5},md5\n",
        f'"type"\t"value"\nmd5\t{MD5}\n',
    ],
    "jsonlines": [
        f'{{"type":"md5","value":"{MD5}"}}\n',
        f'\ufeff\r\n{{"value": "{MD5}", "type": "md5", "note": "\\"value\\":["}}\r\n',
    ],
    "vics": [
        VICS + f'"value":[{{"MD5":"{MD5}","Category":1}}]}}',
        "\ufeff{\r\n  " + VICS[1:] + f'\r\n "value": [ {{"MD5":"{MD5}","Category":1}}]}}',
        VICS.replace("@odata.context", "odata.metadata").replace("2.0.xml/US/$metadata", "1.2.xml") + '"value":[]}',
    ],
}


@pytest.mark.parametrize(("name", "content"), [(name, text) for name, texts in EXAMPLES.items() for text in texts])
def test_a_well_formed_file_is_recognised_by_one_part_alone(name: str, content: str) -> None:
    assert [part.name for part in PARTS.values() if part.sniff(content.encode())] == [name]


@pytest.mark.parametrize("head", [b"", b"\x89PNG\r\n\x1a\n", b"hello", b"[1, 2]", b"{", b"\x00" * 100, b"\xff\xfe{"])
def test_other_bytes_are_recognised_by_none(head: bytes) -> None:
    assert not [part.name for part in PARTS.values() if part.sniff(head)]


@pytest.mark.parametrize("part", [PARTS["csvfile"], PARTS["jsonlines"]], ids=lambda part: part.name)
def test_every_field_of_an_entry_comes_back_from_the_file(part: ExchangePart, full_entry, read, write) -> None:
    bare = NewEntry(type=SignalType("md5"), value=bytes.fromhex(MD5), vetted=False)
    written = write(part, [full_entry, bare])

    assert read(part, written.content).entries == [full_entry, bare]
    assert written.writing.entries == 2
    for field in dataclasses.fields(NewEntry):
        assert getattr(full_entry, field.name) not in {None, ()}, f"the full entry leaves {field.name} empty"


@pytest.mark.parametrize("part", [PARTS["csvfile"], PARTS["jsonlines"]], ids=lambda part: part.name)
def test_each_field_of_a_stored_entry_is_written_or_known_not_to_be(part: ExchangePart, full_entry, write) -> None:
    line = write(part, [full_entry]).content.decode().split("\n", maxsplit=1)[0]
    names = set(json.loads(line)) if part.name == "jsonlines" else set(line.strip().split(","))
    own = {"id", "list_id", "added_at"}  # the place in this installation's database says nothing elsewhere
    assert names == {field.name for field in dataclasses.fields(Entry)} - own


@pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.name)
def test_an_empty_file_is_refused_with_what_was_expected(part: ExchangePart, read) -> None:
    with pytest.raises(InputError, match="expected"):
        read(part, b"")


@pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.name)
def test_a_utf16_file_is_refused_with_what_to_do(part: ExchangePart, read) -> None:
    with pytest.raises(InputError, match="UTF-16; save the file as UTF-8"):
        read(part, f"type,value\nmd5,{MD5}".encode("utf-16"))


@pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.name)
def test_no_hash_stands_in_any_message(part: ExchangePart, read) -> None:
    wrong = MD5 + "00"
    text = {
        "csv": f"type,value,quality,{MD5}\nmd5,{wrong},,\n{wrong},md5,,\nmd5,{MD5},{MD5},\n{MD5},{MD5}\n",
        "jsonlines": "".join(
            f"{line}\n"
            for line in (
                f'{{"type":"md5","value":"{wrong}"}}',
                f'{{"type":"{wrong}","value":"md5","{MD5}":1}}',
                f'{{"type":"md5","value":"{MD5}","quality":"{MD5}","made_at":"{MD5}"}}',
                f'{{"type":"md5","value":"{MD5}"',
                f'"{MD5}"',
            )
        ),
        "vics": VICS
        + f'"value":[{{"MD5":"{wrong}","Category":1}},{{"MD5":"{MD5}","Category":"{MD5}","{MD5}":[]}},'
        + f'{{"MD5":"{MD5}","Category":1,"Hashes":[{{"HashName":"{MD5}","HashValue":"{MD5}"}}]}}, "{MD5}" : ]}}',
    }[part.name]
    taken = read(part, text.encode())
    said = [*taken.faults.values(), *taken.reading.unknown_columns, *taken.reading.unsupported, *taken.reading.remarks]
    assert len(taken.faults) >= 3
    assert not [each for each in said if MD5[:16] in each]


@pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.name)
@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 12))
def test_damaged_files_give_entries_and_faults_and_nothing_else(
    part: ExchangePart, read, seed: int, edits: int
) -> None:
    chance = random.Random(seed)
    content = bytearray("".join(EXAMPLES[part.name]).encode() * 2)
    for _ in range(edits):
        place = chance.randrange(len(content))
        content[place : place + chance.randrange(4)] = chance.choice(
            [b'"', b"\x00", b"\xff\xfe", b"\n", b"\r", b",", b"{", b"]", b"1e999", b"\\ud800", b"null"]
        )
    reading = Reading(types=read.types)
    try:
        for each in part.read(io.BytesIO(bytes(content)), reading):
            assert isinstance(each, NewEntry | RowFault)
            if isinstance(each, NewEntry):
                assert len(each.value) in {16, 20, 32}
    except InputError:
        assert not reading.rows
