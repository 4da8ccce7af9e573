"""Documents of strangers: whatever they hold, they are read or refused, and what is read is whole."""

import contextlib
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import InputError
from clew.ground.safe_xml import read_xml
from clew.parts.formats.base import Root
from clew.parts.formats.cybertipline import PART
from clew.pipelines.report_forms import compose_report, details_of
from tests.parts.formats.random_reports import quick
from tests.parts.formats.report_facts import NOW, maximal

COMPOSED = compose_report(PART.read_facts(maximal()), {}, at=NOW)
DOCUMENTS: list[tuple[Root, bytes]] = [("report", COMPOSED.xml), ("fileDetails", details_of(COMPOSED.report)[0])]
NAMES = sorted({element.tag for _, xml in DOCUMENTS for element in ET.fromstring(xml).iter()} | {"surprise"})
ATTRIBUTES = [
    "type",
    "verified",
    "verificationDate",
    "disabledDate",
    "fleaCountry",
    "thirdPartyUser",
    "accountType",
    "odd",
]
texts = st.one_of(
    st.sampled_from(["", "true", "US", "2026-01-01T00:00:00Z", "7", "Upload", "Linked"]), st.text("ab<&é ", max_size=5)
)


@st.composite
def trees(draw, depth: int = 0) -> ET.Element:
    """Elements of the grammar (and one other) anywhere, as often as chance has it."""
    made = ET.Element(
        draw(st.sampled_from(NAMES)) if depth else "report",
        draw(st.dictionaries(st.sampled_from(ATTRIBUTES), texts, max_size=2)),
    )
    made.text = draw(texts)
    if depth < 4:
        made.extend(draw(st.lists(trees(depth + 1), max_size=3)))
    return made


@quick
@given(
    place=st.integers(0, 1),
    edits=st.lists(st.tuples(st.integers(0, 2**20), st.binary(max_size=3)), min_size=1, max_size=4),
)
def test_a_document_with_bytes_changed_anywhere_is_read_or_refused(place: int, edits) -> None:
    root, xml = DOCUMENTS[place]
    for where, new in edits:
        cut = where % len(xml)
        xml = xml[:cut] + new + xml[cut + 1 :]
    _read_every_way(xml, root)


@quick
@given(xml=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(xml: bytes) -> None:
    _read_every_way(xml, "report")
    with contextlib.suppress(InputError):
        PART.read_response(xml)


def _read_every_way(xml: bytes, root: Root) -> None:
    for tolerant in (False, True):
        PART.faults_of(xml, root, "2025-06", at=NOW, tolerant=tolerant)
        with contextlib.suppress(InputError):
            if root == "report":
                PART.read_report(xml, "2025-06", tolerant=tolerant)
            else:
                PART.read_file_details(xml, "2025-06", tolerant=tolerant)


@quick
@given(extra=st.lists(trees(depth=1), min_size=1, max_size=4), place=st.integers(0, 10_000))
def test_tolerantly_read_no_word_of_a_strangers_report_is_lost(extra: list[ET.Element], place: int) -> None:
    document = ET.fromstring(COMPOSED.xml)
    parents = [element for element in document.iter() if len(element)]
    parents[place % len(parents)].extend(extra)
    xml = ET.tostring(document)
    try:
        report = PART.read_report(xml, "2025-06", tolerant=True)
    except InputError:
        return  # a second incident or reporter took the place of the first: nothing is taken in, so nothing is lost
    written = _words(read_xml(PART.report_xml(report, "2025-06")))
    lost = [word for each in extra for word in _words_of(each) if word not in written]
    assert lost == []


PARENTS = [element.tag for element in ET.fromstring(COMPOSED.xml).iter() if len(element)]


@pytest.mark.parametrize("name", NAMES)
def test_tolerantly_read_no_word_or_mark_of_any_element_is_lost_wherever_it_stands(name: str) -> None:
    # Each at every eleventh place, beginning elsewhere: all names meet all kinds of parents in a few seconds.
    for place in range(NAMES.index(name) % 11, len(PARENTS), 11):
        document = ET.fromstring(COMPOSED.xml)
        parents = [element for element in document.iter() if len(element)]
        odd = ET.SubElement(parents[place], name, {"odd": "of-an-attribute"})
        odd.text = "of-an-element"
        if place % 2:
            ET.SubElement(odd, "firstName").text = "of-a-child"
        try:
            report = PART.read_report(ET.tostring(document), "2025-06", tolerant=True)
        except InputError:
            continue  # as above
        written = _words(read_xml(PART.report_xml(report, "2025-06")))
        assert [word for word in _words_of(odd) if word not in written] == [], PARENTS[place]


def _words(node) -> str:
    here = "".join("".join((node.text, *node.attributes.values())).split())
    return here + "|" + "|".join(_words(child) for child in node.children)


def _words_of(element: ET.Element) -> list[str]:
    """Texts that say something of their own, without space."""
    mark = {"true", "false", "0", "1"}
    texts = [element.text or "", *element.attrib.values()]
    own = ["".join(text.split()) for text in texts if text.strip() and text.strip() not in mark]
    return own + [word for child in element for word in _words_of(child)]
