"""The client of the interface against a server that misbehaves."""

import pytest

from clew.errors import InputError, UnavailableError
from clew.parts.clearinghouses.base import Access, Clearinghouse, Reply, SentFile
from clew.parts.clearinghouses.cybertipline import PART
from clew.parts.formats.base import Answer
from clew.parts.formats.cybertipline import PART as FORMAT
from tests.parts.clearinghouses.hostile_server import answering, http


def read_reply(body: bytes) -> Reply:
    answer = FORMAT.read_response(body)
    number = None if answer.report_number is None else str(answer.report_number)
    return Reply(code=answer.code, number=number, done=answer.done, file_ids=answer.file_ids)


def client(address: str) -> Clearinghouse:
    return PART.open(Access(place=address, user="esp", password="word"), read_reply)


def yes(**more: object) -> bytes:
    return FORMAT.write_response(Answer(code=0, report_number=7, **more))  # type: ignore[arg-type]


def test_a_receipt_comes_back_byte_for_byte_with_its_request_id():
    receipt = yes(done=True, file_ids=("f1",)) + b"\n"
    with answering(http(receipt, "200 OK", "Request-ID: req-9")) as server:
        reply = client(server.address).finish("7")
    assert (reply.body, reply.request_id, reply.file_ids) == (receipt, "req-9", ("f1",))


def test_a_file_is_sent_as_a_form_whose_name_cannot_break_out():
    with answering(http(yes())) as server:
        file = SentFile(name='a"\r\nX: y.png', media_type="image/png", size_bytes=6, pieces=(b"abc", b"def"))
        client(server.address).upload("7", file)
    (request,) = server.requests
    assert b'name="id"\r\n\r\n7\r\n' in request
    assert b'filename="a%22%0D%0AX: y.png"' in request
    assert b"\r\n\r\nabcdef\r\n--" in request
    assert b"authorization: basic" in request.lower()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<report", id="cut"),
        pytest.param(http(b"<html>busy</html>", "503 Busy"), id="a proxy's page"),
        pytest.param(http(b"", "500 Oops"), id="an empty failure"),
        pytest.param(http(yes().replace(b"<report", b"<!DOCTYPE r [<!ENTITY a 'b'>]><report", 1)), id="doctype"),
        pytest.param(http(yes() + b" " * (1 << 20)), id="oversized"),
        pytest.param(http(yes()[: len(yes()) // 2]), id="half"),
        pytest.param(http(b"\x1f\x8b" + b"0" * 50, "200 OK", "Content-Encoding: gzip"), id="packed"),
        pytest.param(http(yes(), "500 Oops"), id="yes and no at once"),
        pytest.param(http(b"", "302 Found", "Location: http://127.0.0.1:1/"), id="a redirect"),
        pytest.param(http(yes(), "302 Found", "Location: http://127.0.0.1:1/"), id="a redirect that says yes"),
        pytest.param(b"garbage\r\n\r\n", id="no HTTP"),
    ],
)
def test_whatever_cannot_be_read_leaves_the_outcome_open(answer):
    with answering(answer) as server, pytest.raises(UnavailableError):
        client(server.address).finish("7")


def test_an_empty_401_says_that_credentials_are_wrong():
    with answering(http(b"", "401 Unauthorized")) as server:
        assert client(server.address).finish("7").code == 2000


def test_a_server_that_is_not_there_leaves_the_outcome_open():
    with answering() as server:
        pass
    with pytest.raises(UnavailableError):
        client(server.address).finish("7")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "report.cybertip.org/ispws",
        "ftp://report.cybertip.org",
        "http://report.cybertip.org/ispws",
        "https://user:word@report.cybertip.org/ispws",
        "https://report.cybertip.org/ispws?a=b",
        "https://[::1",
        "http://10.0.0.1/ispws",
    ],
)
def test_an_address_that_may_not_be_called_is_refused_before_anything_is_sent(address):
    with pytest.raises(InputError, match="https"):
        client(address)


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with answering(http(yes(done=True))) as server:
        assert client(server.address).finish("7").code == 0
