"""NCMEC's CyberTipline, and whoever else speaks its interface.

Source: NCMEC, CyberTipline Reporting API Technical Documentation, last updated 11 June 2025.
"""

from collections.abc import Callable
from typing import Final

from clew.errors import InputError, RefusedError, UnavailableError
from clew.ground.egress import Address, Answer, Egress, OutgoingFile
from clew.parts.clearinghouses.base import Access, CalledPart, Clearinghouse, ReadReply, Reply, SentFile

_XML = "text/xml; charset=utf-8"
# For a small call, and for a file: a gigabyte at 10 Mbit/s takes 14 minutes.
_CALL_S, _UPLOAD_S = 120.0, 900.0
_OK, _TOO_LARGE = 200, 413
# Statuses that mean the same with an empty body as a code does with one. Documented for 401 alone.
_CODE_OF: Final = {401: 2000, 403: 3000}
_REDIRECTS: Final = range(300, 400)
_SERVER_ERRORS: Final = range(500, 600)
_INVALID_REQUEST = 4000


class CyberTipline(Clearinghouse):
    """One environment of the interface."""

    def __init__(self, egress: Egress, read_reply: ReadReply) -> None:
        self._egress = egress
        self._read_reply = read_reply
        self.place = egress.base_url

    def status(self) -> Reply:
        """GET /status."""
        return self._reply(lambda: self._egress.get("/status", within_s=_CALL_S))

    def schema(self) -> bytes:
        """GET /xsd."""
        answer = self._egress.get("/xsd", within_s=_CALL_S)
        if answer.status in _CODE_OF:
            raise RefusedError(f"{self.place} refuses the credential (HTTP {answer.status}); check user and password")
        if answer.status != _OK or not answer.body:
            raise self._unreadable(answer, f"HTTP status {answer.status} and no schema")
        return answer.body

    def submit(self, document: bytes) -> Reply:
        """POST /submit."""
        return self._reply(lambda: self._egress.post("/submit", document, _XML, within_s=_CALL_S))

    def upload(self, number: str, file: SentFile) -> Reply:
        """POST /upload, as a multipart form."""
        outgoing = OutgoingFile(
            name=file.name, media_type=file.media_type, size_bytes=file.size_bytes, pieces=file.pieces
        )
        return self._reply(lambda: self._egress.post_form("/upload", {"id": number}, outgoing, within_s=_UPLOAD_S))

    def describe(self, document: bytes) -> Reply:
        """POST /fileinfo."""
        return self._reply(lambda: self._egress.post("/fileinfo", document, _XML, within_s=_CALL_S))

    def finish(self, number: str) -> Reply:
        """POST /finish."""
        return self._reply(lambda: self._egress.post_form("/finish", {"id": number}, within_s=_CALL_S))

    def retract(self, number: str) -> Reply:
        """POST /retract."""
        return self._reply(lambda: self._egress.post_form("/retract", {"id": number}, within_s=_CALL_S))

    def close(self) -> None:
        """The pool is empty."""
        self._egress.close()

    def _reply(self, call: Callable[[], Answer]) -> Reply:
        answer = call()
        if not answer.body:
            return self._without_body(answer)
        try:
            said = self._read_reply(answer.body)
        except InputError as error:
            if answer.status == _TOO_LARGE:
                return Reply(code=_INVALID_REQUEST, description="HTTP 413: too large", request_id=answer.request_id)
            raise self._unreadable(answer, f"an answer that cannot be read: {error}") from error
        if said.code == 0 and answer.status >= _REDIRECTS.start:
            raise self._unreadable(answer, f"yes with HTTP status {answer.status}, which contradict each other")
        return Reply(
            code=said.code,
            description=said.description,
            number=said.number,
            file_id=said.file_id,
            md5=said.md5,
            done=said.done,
            file_ids=said.file_ids,
            body=answer.body,
            request_id=answer.request_id,
        )

    def _without_body(self, answer: Answer) -> Reply:
        code = _CODE_OF.get(answer.status)
        if code is None:
            raise self._unreadable(answer, f"HTTP status {answer.status} without a word")
        return Reply(code=code, description=f"HTTP {answer.status}, empty", request_id=answer.request_id)

    def _unreadable(self, answer: Answer, what: str) -> UnavailableError:
        advice = ""
        if answer.status in _REDIRECTS:
            advice = "; it points elsewhere, which is never followed: check the address in the settings"
        elif answer.status not in _SERVER_ERRORS:
            advice = "; if that goes on, check the address in the settings"
        return UnavailableError(f"{self.place} gave {what}{advice}")


class CyberTiplinePart(CalledPart):
    """The CyberTipline's interface."""

    name = "cybertipline"
    title = "CyberTipline (NCMEC)"
    format = "cybertipline"

    def open(self, access: Access, read_reply: ReadReply) -> Clearinghouse:
        """By HTTPS with HTTP Basic."""
        address = Address(
            base_url=access.place,
            user=access.user,
            password=access.password,
            authority_file=access.authority_file,
            proxy=access.proxy,
        )
        return CyberTipline(Egress(address), read_reply)


PART = CyberTiplinePart()
