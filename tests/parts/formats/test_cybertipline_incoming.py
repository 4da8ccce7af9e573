"""Whatever a document breaks, what it says is read, and what has no place is kept as words."""

import io
import random
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.parts.formats.cybertipline import PART
from clew.records.intake import Arrival, Unread

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
WHOLE = b"""<report>
<incidentSummary><incidentType>Child Sex Trafficking</incidentType><platform>Harbour</platform>
<incidentDateTime>2026-02-28T08:00:00Z</incidentDateTime></incidentSummary>
<internetDetails><webPageIncident><url>https://harbour.test/1</url></webPageIncident></internetDetails>
<reporter><reportingPerson><firstName>Ada</firstName><email>ada@harbour.test</email></reportingPerson></reporter>
<personOrUserReported><personOrUserReportedPerson><firstName>Kim</firstName><email>kim@host.test</email>
<address type="Home"><city>Delft</city><country>NL</country></address></personOrUserReportedPerson>
<espIdentifier>kim-7</espIdentifier><screenName>kim</screenName>
<ipCaptureEvent><ipAddress>192.0.2.7</ipAddress><eventName>Login</eventName>
<dateTime>2026-02-28T07:00:00Z</dateTime><port>443</port></ipCaptureEvent>
<associatedAccount type="Linked"><platform>Other</platform><espIdentifier>k</espIdentifier></associatedAccount>
</personOrUserReported>
<victim><victimPerson><firstName>Sam</firstName></victimPerson></victim>
<additionalInfo>in words</additionalInfo></report>"""


def read(document: bytes) -> Arrival | Unread:
    (found,) = PART.read_reports(io.BytesIO(document), NOW)
    return found


def test_a_whole_document_has_no_gaps():
    found = read(WHOLE)
    assert isinstance(found, Arrival)
    assert (found.gaps, found.untimed) == ((), False)
    assert found.report == PART.read_report(WHOLE, "2026-08")


def test_what_is_missing_is_stood_in_for_and_named():
    found = read(b"<report/>")
    assert isinstance(found, Arrival)
    assert (found.untimed, found.report.incident.at, found.report.incident.type) == (True, NOW, None)
    assert {each.path for each in found.gaps} == {"report/incidentSummary", "report/reporter"}


def test_elements_in_another_order_are_no_gap_and_what_clients_write_elsewhere_is_none():
    swapped = WHOLE.replace(b"<espIdentifier>kim-7</espIdentifier><screenName>kim</screenName>", b"").replace(
        b"<personOrUserReported><",
        b"<personOrUserReported><screenName>kim</screenName><espIdentifier>kim-7</espIdentifier><",
    )
    of_documentation = WHOLE.replace(b'<associatedAccount type="Linked">', b'<associatedAccount accountType="Linked">')
    for document in (swapped, of_documentation):
        found = read(document)
        assert isinstance(found, Arrival)
        assert (found.gaps, found.report) == ((), read(WHOLE).report)  # type: ignore[union-attr]


def words_of(document: bytes) -> set[str]:
    """Every word of its texts and attributes that a reader would miss."""
    texts = [text for node in ET.fromstring(document).iter() for text in (node.text, *node.attrib.values())]
    return {word for text in texts if text for word in text.split()}


@given(seed=st.integers(0, 2**32))
def test_however_a_document_is_broken_it_is_read_and_no_word_of_it_is_lost(seed: int):
    draw = random.Random(seed)
    root = ET.fromstring(WHOLE)
    for _ in range(draw.randrange(1, 6)):
        parents = [node for node in root.iter() if len(node)]
        parent = draw.choice(parents)
        child = draw.choice(list(parent))
        match draw.randrange(6):
            case 0:
                parent.remove(child)
            case 1:
                parent.append(child)
            case 2:
                child.tag = "unheardOf"
            case 3:
                child.text = f"unreadable{draw.randrange(1000)}"
            case 4:
                child.set("unknown", f"attribute{draw.randrange(1000)}")
            case _:
                parent.insert(0, child)
    document = ET.tostring(root)
    found = read(document)
    assert isinstance(found, Arrival)
    stored = repr(PART.write_stored(found.report))
    # Words of the grammar, times and truths come in our own writing.
    ours = {"Login", "Linked", "Home", "Child", "Sex", "Trafficking", "2026-02-28T08:00:00Z", "2026-02-28T07:00:00Z"}
    assert not [word for word in words_of(document) - ours if word not in stored]


@pytest.mark.parametrize("document", [b"", b"no xml", b"<report>", b"<!DOCTYPE a><report/>", b"<other/>", b"\0"])
def test_what_is_no_such_document_is_unread_and_nothing_of_it_is_repeated(document: bytes):
    found = read(document)
    assert isinstance(found, Unread)
    assert document.decode() == "" or document.decode() not in found.because
