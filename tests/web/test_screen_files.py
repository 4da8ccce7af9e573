"""POST /screen with files: a raw body, a form, and what cannot be read of either."""

import asyncio
import hashlib
import io
import resource
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from clew.errors import UnavailableError
from clew.intake.wire import MOST_BYTES_INSIDE
from clew.parts.stores.base import HitFilter
from clew.records.screening import Scope
from clew.web.uploads import Upload
from clew.web.visit import Visit
from tests.web.web_desk import WebDesk


def picture(seed: int, quality: int = 90) -> bytes:
    """A seeded landscape of soft shapes, as JPEG."""
    rough = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(rough).resize((320, 240), Image.Resampling.BICUBIC).save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.fixture(scope="module")
def key(hashing_desk: WebDesk) -> str:
    hashing_desk.add_list("bytes", [hashlib.sha256(picture(1)).digest()], "sha256")
    key = hashing_desk.key(Scope.SCREEN)
    signals = hashing_desk.screen(key, content=picture(2), headers={"content-type": "image/jpeg"})
    assert signals.status_code == 200
    return key


def test_the_same_bytes_as_a_listed_file_block(hashing_desk: WebDesk, key: str) -> None:
    answer = hashing_desk.screen(key, content=picture(1), headers={"content-type": "image/jpeg"}).json()
    assert answer["action"] == "block"
    assert [(each["type"], each["exact"]) for each in answer["matches"]] == [("sha256", True)]
    assert answer["unhashable"] == []


def test_another_picture_passes(hashing_desk: WebDesk, key: str) -> None:
    assert hashing_desk.screen(key, content=picture(3)).json()["action"] == "pass"


def test_what_cannot_be_hashed_is_said_and_its_digests_are_matched(hashing_desk: WebDesk, key: str) -> None:
    text = b"no picture at all"
    hashing_desk.add_list("texts", [hashlib.md5(text).digest()], "md5")
    answer = hashing_desk.screen(key, content=text, headers={"content-type": "image/jpeg"}).json()
    assert [(each["type"], each["reason"]) for each in answer["unhashable"]] == [("pdq", "not-a-picture")]
    assert answer["action"] == "block"


def test_an_empty_body_is_an_empty_file(hashing_desk: WebDesk, key: str) -> None:
    answer = hashing_desk.screen(key, content=b"", headers={"content-type": "image/png"}).json()
    assert {each["reason"] for each in answer["unhashable"]} == {"empty"}


def test_reference_and_channel_come_by_query_or_by_header(hashing_desk: WebDesk, key: str) -> None:
    by_query = hashing_desk.screen(key, content=picture(1), params={"reference": "one"}).json()["hit"]
    headers = {"x-clew-reference": "two", "x-clew-channel": "upload", "x-clew-list": "bytes"}
    by_header = hashing_desk.screen(key, content=picture(1), headers=headers).json()["hit"]
    with hashing_desk.installation.store.read() as reader:
        assert [reader.get_hit(each).reference for each in (by_query, by_header)] == ["one", "two"]


@pytest.mark.parametrize("name", ["X-Clew-Chanel", "x-clew-lists", "x-clew-"])
def test_a_misspelt_header_is_refused_and_not_passed_over(hashing_desk: WebDesk, key: str, name: str) -> None:
    """Else a private message would be screened as an upload, without its legal basis."""
    answer = hashing_desk.screen(key, content=picture(1), headers={name: "private-message"})
    assert answer.status_code == 400
    assert "only these are known: channel" in answer.json()["error"]["message"]


def test_a_form_of_files_is_answered_in_its_order(hashing_desk: WebDesk, key: str) -> None:
    hashing_desk.clock.move(minutes=1)
    files = [("file", ("holiday of somebody.jpg", picture(each), "image/jpeg")) for each in (3, 1, 4, 1)]
    answer = hashing_desk.screen(key, files=files, data={"reference": ["a", "b", "c", "d"]})
    assert [each["action"] for each in answer.json()["results"]] == ["pass", "block", "pass", "block"]
    with hashing_desk.installation.store.read() as reader:
        newest = reader.hits(HitFilter(limit=2))
    assert {hit.reference for hit in newest} == {"b", "d"}


def test_a_form_of_one_file_is_a_batch_of_one(hashing_desk: WebDesk, key: str) -> None:
    answer = hashing_desk.screen(key, files={"file": ("f", picture(1))}).json()
    assert [each["action"] for each in answer["results"]] == ["block"]


PART = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nbytes\r\n'


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("multipart/form-data", PART + b"--xx--\r\n", "needs a boundary"),
        ("multipart/form-data; boundary=xx", PART, "cut off"),
        ("multipart/form-data; boundary=xx", PART[:-9], "cut off"),
        ("multipart/form-data; boundary=xx", b"", "cut off"),
        ("multipart/form-data; boundary=xx", b"no form at all", "well-formed"),
        ("multipart/form-data; boundary=xx", b"--xx\r\n\r\nbytes\r\n--xx--\r\n", "has no name"),
        ("multipart/form-data; boundary=xx", PART.replace(b'; name="file"', b"") + b"--xx--\r\n", "has no name"),
        ("multipart/form-data; boundary=xx", PART.replace(b'; filename="f"', b"") + b"--xx--\r\n", "only these are"),
        (
            "multipart/form-data; boundary=xx",
            b'--xx\r\nContent-Disposition: form-data; name="list"\r\n\r\nbytes\r\n--xx--\r\n',
            "no file",
        ),
        ("multipart/form-data; boundary=xx", PART.replace(b"form-data; n", b"x" * 9000) + b"--xx--\r\n", "well-formed"),
        ("multipart/form-data; boundary=" + "x" * 300, PART, "boundary"),
    ],
)
def test_a_form_that_is_not_whole_is_refused_whole(
    hashing_desk: WebDesk, key: str, kind: str, body: bytes, told: str
) -> None:
    answer = hashing_desk.screen(key, content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]
    assert hashing_desk.app.state.door.held.bytes == 0


def test_references_must_be_as_many_as_files(hashing_desk: WebDesk, key: str) -> None:
    files = [("file", ("f", b"1")), ("file", ("g", b"2"))]
    answer = hashing_desk.screen(key, files=files, data={"reference": "only one"})
    assert answer.status_code == 400
    assert "2 files came with 1 references" in answer.json()["error"]["message"]


@pytest.mark.parametrize("kind", ["image/jpeg", "multipart/form-data; boundary=xx", "application/json"])
def test_a_huge_body_is_refused_by_what_it_says_before_it_is_read(hashing_desk: WebDesk, key: str, kind: str) -> None:
    headers = {"content-type": kind, "content-length": str(10**12)}
    answer = hashing_desk.screen(key, content=b"x", headers=headers)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


def test_a_huge_body_that_says_nothing_is_refused_once_it_is_too_large(hashing_desk: WebDesk, key: str) -> None:
    async def endless() -> object:
        while True:
            yield b"x" * 65_536

    answer = hashing_desk.screen(key, content=endless(), headers={"content-type": "image/jpeg"})
    assert answer.status_code == 413
    assert hashing_desk.app.state.door.held.bytes == 0


def test_a_file_of_a_form_has_the_same_limit(hashing_desk: WebDesk, key: str) -> None:
    answer = hashing_desk.screen(key, files={"file": ("f", bytes(2_000_001))})
    assert answer.status_code == 413


def test_uploads_leave_no_file_on_the_disk(
    hashing_desk: WebDesk, key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither the form parser nor the hand-over to workers may spool an upload; a mark in it is looked for."""
    mark = b"a mark that is nowhere else " * 50_000
    hashing_desk.screen(key, files={"file": ("f", mark)})
    hashing_desk.screen(key, content=mark)
    folder = hashing_desk.installation.settings.data_dir
    written = [each for each in folder.rglob("*") if each.is_file() and mark[:28] in each.read_bytes()]
    assert written == []


def test_a_client_that_goes_away_in_the_middle_leaves_nothing_behind(hashing_desk: WebDesk, key: str) -> None:
    sent: list[object] = []
    messages: Iterator[dict[str, object]] = iter(
        [
            {"type": "http.request", "body": b"half of a", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/screen",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {key}".encode()), (b"content-type", b"image/jpeg")],
    }

    async def receive() -> dict[str, object]:
        return next(messages)

    async def send(message: object) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    hashing_desk.runner.run(hashing_desk.app(scope, receive, send))
    assert sent == []
    visit = scope["clew"]
    assert isinstance(visit, Visit)
    assert visit.status == 499
    assert hashing_desk.app.state.door.held.bytes == 0


def test_a_form_bears_so_many_files_and_no_more(hashing_desk: WebDesk, key: str) -> None:
    def form(count: int) -> list[tuple[str, tuple[str, bytes]]]:
        return [("file", ("f", b"x"))] * count

    assert len(hashing_desk.screen(key, files=form(256)).json()["results"]) == 256
    refused = hashing_desk.screen(key, files=form(257))
    assert refused.status_code == 413
    assert "at most 256 files" in refused.json()["error"]["message"]
    assert hashing_desk.app.state.door.held.files == 0


def test_more_files_at_a_time_than_there_are_descriptors_for_are_put_off(hashing_desk: WebDesk, key: str) -> None:
    held = hashing_desk.app.state.door.held
    with held.room() as room:
        for _ in range(held._most_files):
            room.take_file()
        assert hashing_desk.screen(key, content=picture(3)).status_code == 503
    assert hashing_desk.screen(key, content=picture(3)).status_code == 200


def test_a_process_without_descriptors_puts_uploads_off(hashing_desk: WebDesk, key: str) -> None:
    hashing_desk.screen(key, content=picture(3))  # all that is opened once is open
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(UnavailableError, match="no room for more uploads"):
            Upload().write(bytes(MOST_BYTES_INSIDE + 1))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert hashing_desk.screen(key, content=picture(3)).status_code == 200


def test_bytes_that_wait_to_be_sealed_count_as_held_beyond_their_request(
    hashing_desk: WebDesk, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, door = hashing_desk.app.state.door.held, hashing_desk.app.state.door
    go_on = threading.Event()
    for _ in range(2):  # both threads that seal are at work
        door._keeping.submit(go_on.wait, 60)
    monkeypatch.setattr("clew.web.door._KEEP_S", 0.0)
    try:
        answer = hashing_desk.screen(key, content=picture(1), params={"subject": "account-of-held"})
        assert answer.json()["hit"]
        assert (held.bytes, held.files) == (len(picture(1)), 1)
    finally:
        go_on.set()
    for _ in range(200):
        hashing_desk.runner.run(asyncio.sleep(0.02))
        if not held.files:
            break
    assert (held.bytes, held.files) == (0, 0)


def test_every_list_that_is_named_is_searched(hashing_desk: WebDesk, key: str) -> None:
    hashing_desk.add_list("nothing-of-it", [], "sha256")
    headers = [("x-clew-list", "nothing-of-it"), ("X-Clew-List", "bytes")]
    answer = hashing_desk.screen(key, content=picture(1), headers=headers)
    assert answer.json()["action"] == "block"


@pytest.mark.parametrize("name", ["reference", "channel"])
def test_a_second_word_for_one_content_is_refused(hashing_desk: WebDesk, key: str, name: str) -> None:
    headers = [(f"x-clew-{name}", "upload"), (f"x-clew-{name}", "hashes")]
    assert hashing_desk.screen(key, content=picture(1), headers=headers).status_code == 400


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b" \r\n\t"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_hashes_without_their_content_type_are_told_so(hashing_desk: WebDesk, key: str, head: bytes, kind: str) -> None:
    body = head + b'{"signals": [{"type": "sha256", "value": "' + b"ab" * 32 + b'"}]}'
    answer = hashing_desk.screen(key, content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert "send Content-Type: application/json" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body", [b"{}", b'{"signals": 1}', b'{"name": "a chart"}', b"{" * 3000, b'{"signals": [\xff]}']
)
def test_other_json_is_a_file_as_any(hashing_desk: WebDesk, key: str, body: bytes) -> None:
    assert hashing_desk.screen(key, content=body, headers={"content-type": "text/plain"}).json()["action"] == "pass"


@pytest.mark.parametrize(
    ("name", "value"),
    [("transfer-encoding", "gzip, chunked"), ("transfer-encoding", "identity"), ("content-encoding", "gzip")],
)
def test_a_body_in_another_encoding_is_refused(hashing_desk: WebDesk, key: str, name: str, value: str) -> None:
    headers = [("content-encoding", "identity"), (name, value)]
    assert hashing_desk.screen(key, content=picture(1), headers=headers).status_code == 400


@pytest.mark.parametrize("kind", ["image/jpeg", "application/json", "multipart/form-data; boundary=xx"])
def test_a_body_of_another_size_than_declared_is_refused(hashing_desk: WebDesk, key: str, kind: str) -> None:
    headers = {"content-type": kind, "content-length": "5"}
    answer = hashing_desk.screen(key, content=b"", headers=headers)
    assert answer.status_code == 400
    assert "0 bytes of the 5 declared" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("Content-Transfer-Encoding: base64", "is encoded"),
        ("Content-Type: multipart/mixed; boundary=inner", "is a form itself"),
        ('Content-Disposition: form-data; name="reference"', "Content-Disposition twice"),
    ],
)
def test_a_part_that_two_readers_take_differently_is_refused(
    hashing_desk: WebDesk, key: str, headers: str, told: str
) -> None:
    """Else a listed file would pass as its encoding, or not be screened at all."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n{headers}\r\n\r\n'
    body = head.encode() + picture(1) + b"\r\n--b--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = hashing_desk.screen(key, content=body, headers=kind)
    assert (answer.status_code, told in answer.json()["error"]["message"]) == (400, True)
    plain = body.replace(headers.encode(), b"Content-Transfer-Encoding: binary")
    assert hashing_desk.screen(key, content=plain, headers=kind).json()["results"][0]["action"] == "block"


def test_a_body_in_parts_that_is_no_form_is_refused(hashing_desk: WebDesk, key: str) -> None:
    kind = {"content-type": "multipart/mixed; boundary=b"}
    body = b"--b\r\n\r\n" + picture(1) + b"\r\n--b--\r\n"
    assert hashing_desk.screen(key, content=body, headers=kind).status_code == 400
