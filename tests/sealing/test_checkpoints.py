"""Checkpoints: the published signed note verifies, ours come back, and a changed one is seen."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import InputError
from clew.ground import signing
from clew.records.audit import Checkpoint
from clew.sealing.checkpoints import is_signed, key_hash, read, sign, split, verifier_key

AT = datetime(2026, 3, 8, 12, 0, 0, 250_001, tzinfo=UTC)
KEY = signing.key_from(bytes(range(32)))
ROOT = bytes(range(100, 132))
OURS = sign("clew/audit/test", 20_852_163, ROOT, AT, KEY)

# The example of golang.org/x/mod/sumdb/note.
GO_NAME = "PeterNeumann"
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SIGNER = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


def test_the_published_note_is_signed_by_the_published_key() -> None:
    key = signing.key_from(base64.b64decode(GO_SIGNER)[1:])
    assert verifier_key(GO_NAME, key.public) == GO_VERIFIER
    assert base64.b64encode(key_hash(GO_NAME, key.public) + key.sign(GO_TEXT.encode())).decode() == GO_SIGNATURE
    note = Checkpoint(origin=GO_NAME, size=0, root=b"", at=AT, note=f"{GO_TEXT}\n\u2014 {GO_NAME} {GO_SIGNATURE}\n")
    assert is_signed(note, [bytes(32), key.public])
    assert not is_signed(note, [KEY.public])


def test_a_checkpoint_is_the_text_that_witnesses_read() -> None:
    lines = OURS.note.split("\n")
    assert lines[:3] == ["clew/audit/test", "20852163", base64.b64encode(ROOT).decode()]
    assert lines[3:5] == ["at 2026-03-08T12:00:00.250001Z", ""]
    assert lines[5].startswith("\u2014 clew/audit/test ")
    assert lines[6:] == [""]


def test_a_checkpoint_comes_back_from_its_note() -> None:
    assert read(OURS.note) == OURS
    assert is_signed(read(OURS.note), [KEY.public])


def test_a_moment_of_another_zone_is_signed_as_utc() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert sign("clew/audit/test", 20_852_163, ROOT, elsewhere, KEY).note == OURS.note


@given(st.integers(0, 8 * len(OURS.note.encode()) - 1))
def test_any_flipped_bit_of_a_note_makes_it_unreadable_or_unsigned(bit: int) -> None:
    raw = bytearray(OURS.note.encode())
    raw[bit // 8] ^= 1 << bit % 8
    try:
        found = read(raw.decode())
    except (InputError, UnicodeDecodeError):
        return
    assert not is_signed(found, [KEY.public])


def test_a_signature_of_another_key_or_under_another_name_is_none() -> None:
    assert not is_signed(OURS, [signing.key_from(bytes(32)).public])
    assert not is_signed(replace(OURS, origin="clew/audit/other"), [KEY.public])


def test_signatures_of_witnesses_beside_ours_are_passed_over() -> None:
    note = OURS.note + "\u2014 witness.example AAAAAAAA\n"
    assert is_signed(read(note), [KEY.public])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        OURS.note.replace("20852163", "020852163"),
        OURS.note.replace("20852163", "-1"),
        OURS.note.replace("20852163", "9" * 19),
        OURS.note.replace("clew/audit/test", "clew audit", 1),
        OURS.note.replace("at 2026", "on 2026"),
        OURS.note.replace("12:00:00.250001Z", "25:00"),
        OURS.note.replace("12:00:00.250001Z", "12:00:00"),
        OURS.note.replace("=\n", "\n"),
        OURS.note.split("\n\n", maxsplit=1)[0],
        OURS.note.replace("\u2014", "-"),
    ],
)
def test_what_is_no_checkpoint_is_refused_without_being_repeated(note: str) -> None:
    with pytest.raises(InputError) as refused:
        read(note)
    assert "clew/audit" not in str(refused.value)


def test_a_witness_file_falls_into_its_notes() -> None:
    cosigned = OURS.note + "\u2014 witness.example AAAAAAAA\n"
    notes = [OURS.note, cosigned, OURS.note]
    assert split("\n".join(notes)) == notes
    assert split("".join(notes)) == notes
    assert split("") == split("\n\n") == []


def test_a_note_that_was_cut_off_is_kept_for_whoever_reads_it() -> None:
    whole, cut = OURS.note, OURS.note[:40]
    assert split(f"{whole}\n{cut}") == [whole, cut]
    with pytest.raises(InputError):
        read(cut)
