"""Answers of a clearinghouse: both forms, and what is none."""

import pytest

from clew.errors import InputError
from clew.parts.formats.base import Answer
from clew.parts.formats.cybertipline import PART

DECLARED = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@pytest.mark.parametrize(
    "answer",
    [
        Answer(code=0, description="Remote User : fjord, Remote Ip : 192.0.2.1"),
        Answer(code=0, description="Success", report_number=4_564_654),
        Answer(code=0, report_number=7, file_id="b" * 32, hash="fafa5efeaf3cbe3b23b2748d13e629a1"),
        Answer(code=4100, description="Validation failed"),
        Answer(code=0, report_number=7, done=True),
        Answer(code=0, report_number=7, done=True, file_ids=("a" * 32, "b" * 32)),
    ],
)
def test_an_answer_is_read_as_it_was_written(answer: Answer) -> None:
    assert PART.read_response(PART.write_response(answer)) == answer


def test_an_answer_says_that_it_stands_alone() -> None:
    assert PART.write_response(Answer(code=0)).startswith(b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>")


def test_the_documented_answers_are_read() -> None:
    opened = (
        DECLARED + b"<reportResponse><responseCode>0</responseCode><responseDescription>Success</responseDescription>"
    )
    found = PART.read_response(opened + b"<reportId>4564654</reportId></reportResponse>")
    assert (found.code, found.report_number, found.done) == (0, 4_564_654, False)
    done = DECLARED + b"<reportDoneResponse>\n <responseCode>0</responseCode><reportId>4564654</reportId>\n <files>"
    found = PART.read_response(
        done + b"<fileId> b0754af766b426f2928a02c651ed4b99 </fileId></files></reportDoneResponse>"
    )
    assert (found.done, found.file_ids) == (True, ("b0754af766b426f2928a02c651ed4b99",))


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<html><body>Bad gateway</body></html>",
        b"<reportResponse/>",
        b"<reportResponse><responseCode>none</responseCode></reportResponse>",
        b"<reportResponse><responseCode>0</responseCode><responseCode>1</responseCode></reportResponse>",
        b"<reportResponse><responseCode>0</responseCode><reportId>1</reportId><reportId>2</reportId></reportResponse>",
        b"<reportResponse><responseCode>0</responseCode><reportId>99999999999999999999999</reportId></reportResponse>",
        b"<reportDoneResponse><responseCode>0</responseCode></reportDoneResponse>",
        b"<!DOCTYPE reportResponse [<!ENTITY x 'y'>]><reportResponse><responseCode>0</responseCode></reportResponse>",
        b"<reportResponse><responseCode>0</responseCode>",
        b"<reportResponse>" + b" " * (1 << 20) + b"</reportResponse>",
    ],
)
def test_what_is_no_answer_is_refused(xml: bytes) -> None:
    with pytest.raises(InputError) as refused:
        PART.read_response(xml)
    assert "gateway" not in str(refused.value)
