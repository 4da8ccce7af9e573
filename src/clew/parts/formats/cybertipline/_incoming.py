"""Documents as a clearinghouse takes them in: whatever rule they break, what they say is read, and nothing is lost.

What is wrong is a gap; what has no place in the grammar stands in the nearest additional information.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from clew.errors import InputError
from clew.ground import safe_xml
from clew.ground.safe_xml import XmlNode
from clew.parts.formats.base import Fault, Root
from clew.parts.formats.cybertipline._grammar import NEWEST
from clew.parts.formats.cybertipline._read import record_of
from clew.parts.formats.cybertipline._table import FILE, REPORT
from clew.parts.formats.cybertipline._tolerate import StandIns, tolerated
from clew.records.identifiers import IntakeNumber
from clew.records.intake import Arrival, FileArrival, Unread
from clew.records.report import Report
from clew.records.report_file import ReportFile

# Any number of so many digits has 64 bits.
_NUMBER_DIGITS = 18


def read_document(xml: bytes, root: Root, most_bytes: int) -> XmlNode | Unread:
    """The document's own elements; Unread when it is no XML that may be read, or another document."""
    try:
        node = safe_xml.read_xml(xml, max_bytes=most_bytes)
    except InputError as error:
        return Unread(place=1, because=str(error))
    return node if node.name == root else Unread(place=1, because=f"expected <{root}>, came another document")


def arrival_of(node: XmlNode, xml: bytes, faults: Sequence[Fault], at: datetime) -> Arrival:
    """The report that a document holds.

    Args:
        xml: the bytes as they came.
        faults: everything that is wrong in it.
        at: what stands for the time of an incident that has none.
    """
    stand_ins = StandIns(at=at)
    report = record_of(tolerated(node, REPORT, NEWEST, stand_ins), REPORT)
    assert isinstance(report, Report)
    digest = hashlib.sha256(xml.strip()).digest()
    return Arrival(report=report, digest=digest, gaps=tuple(each.gap for each in faults), untimed=stand_ins.untimed)


def file_of(node: XmlNode, faults: Sequence[Fault], at: datetime) -> FileArrival | Unread:
    """What a document says of a file; Unread when it does not say of which."""
    texts = {child.name: child.text.strip() for child in node.children}
    number, file_id = texts.get("reportId", ""), texts.get("fileId", "")
    if not (number.isascii() and number.isdigit() and len(number) <= _NUMBER_DIGITS and file_id):
        return Unread(place=1, because="expected <reportId> and <fileId>, which say of what file it tells")
    file = record_of(tolerated(node, FILE, NEWEST, StandIns(at=at)), FILE, {"key": file_id})
    assert isinstance(file, ReportFile)
    return FileArrival(number=IntakeNumber(int(number)), file=file, gaps=tuple(each.gap for each in faults))
