"""Foreign XML: what is read, and everything hostile that is not."""

import time

import pytest

from clew.errors import InputError, TooLargeError
from clew.ground.safe_xml import XSI, XmlNode, read_xml, schema_faults, unwritable, writable, write_xml

SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:complexType>
<xs:sequence><xs:element name="b" type="xs:int"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""


def test_a_document_is_a_tree_of_names_texts_attributes_and_lines() -> None:
    found = read_xml(b'<?xml version="1.0"?>\n<a x="1">one<!-- no --><b>two</b>\n<c><![CDATA[<three>]]></c>four</a>')
    assert (found.name, found.text, found.attributes, found.line) == ("a", "one\nfour", {"x": "1"}, 2)
    assert [(each.name, each.text, each.line) for each in found.children] == [("b", "two", 2), ("c", "<three>", 3)]


@pytest.mark.parametrize(
    "text",
    ["plain", "<&>\"'", "æ 中 \U0001f426", "a\r\nb\tc", "]]>", " lead and trail ", "\x85\u2028"],
)
def test_what_is_written_is_read_back(text: str) -> None:
    node = XmlNode(name="a", text=text, attributes={"x": text})
    found = read_xml(write_xml(node))
    assert (found.text, found.attributes["x"]) == (text, text)


def test_the_place_of_a_schema_is_written_with_its_namespace() -> None:
    written = write_xml(XmlNode(name="a", attributes={f"{XSI}noNamespaceSchemaLocation": "https://example.org/xsd"}))
    assert b'xsi:noNamespaceSchemaLocation="https://example.org/xsd"' in written
    assert read_xml(written).attributes == {f"{XSI}noNamespaceSchemaLocation": "https://example.org/xsd"}


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\ufffe", "\ufffd"])
def test_characters_that_no_document_can_bear_are_refused_or_replaced(character: str) -> None:
    if character == "\ufffd":
        assert not unwritable(character)
        return
    assert unwritable(character)
    assert writable(f"a{character}b") == "a\ufffdb"
    with pytest.raises(InputError, match="<a> holds a character"):
        write_xml(XmlNode(name="a", text=character))


BOMB = b'<!DOCTYPE a [<!ENTITY x "0123456789">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n if n else 120) * 10) for n in range(8)
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMB + b"]><a>&i;</a>",
        b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
        b"<?xml version='1.0'?>\n<!-- a --><?pi?>\n<!DOCTYPE a><a/>",
        b"\xef\xbb\xbf<!doctype a><a/>",
        b"<!-- <a> --><!DOCTYPE a><a/>",
    ],
)
def test_a_document_type_is_refused_before_parsing(xml: bytes) -> None:
    with pytest.raises(InputError, match="DOCTYPE"):
        read_xml(xml)


def test_what_looks_like_a_document_type_within_text_is_text() -> None:
    assert read_xml(b"<a><![CDATA[<!DOCTYPE html><p>]]></a>").text == "<!DOCTYPE html><p>"
    assert read_xml(b"<a><!-- <!DOCTYPE b> -->x</a>").text == "x"


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"", "came nothing"),
        (b"  \n", "came nothing"),
        ("<a/>".encode("utf-16"), "UTF-16"),
        ("<a/>".encode("utf-32"), "UTF-16 or UTF-32"),
        ("<a/>".encode("utf-16-be"), "UTF-16"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "declares another encoding"),
        (b'<?xml version="1.0" encoding="windows-1252"?><a>\xe4</a>', "declares another encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-</a>', "declares another encoding"),
        (b'<?xml version="2.0"?><a/>', "XML 1.0 declaration"),
        (b"<a>\xe4</a>", "byte 4 is none"),
        (b"<a>\xc0\xaf</a>", "in UTF-8"),
        (b"<a>", "well-formed"),
        (b"<a></b>", "well-formed"),
        (b"<a/><a/>", "well-formed"),
        (b"<a>&secret;</a>", "well-formed"),
        (b"<a>\x01</a>", "well-formed"),
        (b"<a x='1' x='2'/>", "well-formed"),
        (b"no xml at all", "well-formed"),
        (b"<!-- never closed", "well-formed"),
        (b"<a>" * 33 + b"</a>" * 33, "32 elements deep"),
        (b"<a>" * 100_000, "32 elements deep"),
        (b"<a>" + b"<b/>" * 200_001 + b"</a>", "200,000 elements"),
    ],
)
def test_what_cannot_be_read_safely_is_refused(xml: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read_xml(xml)
    assert "secret" not in str(refused.value)


def test_a_document_larger_than_the_limit_is_not_parsed() -> None:
    with pytest.raises(TooLargeError, match="at most 10 bytes, came 13"):
        read_xml(b"<a>012345</a>", max_bytes=10)


def test_many_comments_before_the_root_cost_no_time() -> None:
    began = time.process_time()
    read_xml(b"<!---->" * 140_000 + b"<a/>")
    assert time.process_time() - began < 10  # in squares it would be hours


def test_a_schema_names_elements_and_no_values() -> None:
    assert schema_faults(b"<a><b>1</b></a>", SCHEMA) == []
    found = schema_faults(b"<a>\n<b>secret</b></a>", SCHEMA)
    assert (found[0].line, found[0].about) == (2, "element b")
    assert "secret" not in repr(found)


@pytest.mark.parametrize("schema", [b"<a/>", b"", b"<!DOCTYPE a><a/>", b"<xs:schema"])
def test_what_is_no_schema_is_refused(schema: bytes) -> None:
    with pytest.raises(InputError):
        schema_faults(b"<a/>", schema)


def test_a_schema_may_not_lead_elsewhere() -> None:
    leading = SCHEMA.replace(b"><xs:element", b"><xs:include schemaLocation='http://127.0.0.1:9/x.xsd'/><xs:element", 1)
    with pytest.raises(InputError):
        schema_faults(b"<a><b>1</b></a>", leading)
