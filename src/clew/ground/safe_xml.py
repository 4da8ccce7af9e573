"""The one door for XML: foreign documents are read without entities, DTD or network and within limits; ours written.

Nothing outside this file sees the parser. What comes in is a tree of plain nodes; namespaces, comments and processing
instructions are resolved or gone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from lxml import etree

from clew.errors import InputError, TooLargeError

# A clearinghouse's answer has a few hundred bytes; a report with a whole chat log has a few hundred thousand.
DEFAULT_MAX_BYTES = 1 << 20
DEFAULT_MAX_DEPTH = 32
# A node costs the parser some hundred bytes: an 8 MiB document of empty elements would cost a gigabyte.
MAX_NODES = 200_000
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}
_MARK = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"[ \t\r\n]*")
_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.\d["'](?:\s+encoding\s*=\s*["']([\w.:-]{1,40})["'])?[^>]{0,80}\?>"""
)
# Char of XML 1.0 (5th edition, section 2.2), turned around: no escape can write these.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlNode:
    """One element.

    Attributes:
        name: with its namespace in braces, if it has one.
        text: all character data directly in it, joined.
        line: in the document, from 1; 0 for a node that we made.
    """

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["XmlNode", ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFault:
    """What a schema has against a document; `about` bears names of elements, never values."""

    line: int
    kind: str
    about: str


def read_xml(
    data: bytes, *, max_bytes: int = DEFAULT_MAX_BYTES, max_depth: int = DEFAULT_MAX_DEPTH, max_nodes: int = MAX_NODES
) -> XmlNode:
    """The document's root, read from UTF-8 bytes.

    Raises:
        TooLargeError: more than `max_bytes`.
        InputError: a DOCTYPE, another encoding, deeper than `max_depth`, more elements than `max_nodes`, or not well
            formed. The message repeats nothing of the document.
    """
    _before_parsing(data, max_bytes)
    parser_events = etree.iterparse(
        BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = nodes = 0
    try:
        for event, _ in parser_events:
            depth += 1 if event == "start" else -1
            nodes += event == "start"
            if depth > max_depth:
                raise InputError(f"expected XML at most {max_depth} elements deep, came deeper; it is not read")
            if nodes > max_nodes:
                raise InputError(f"expected XML of at most {max_nodes:,} elements, came more; it is not read")
    except etree.XMLSyntaxError as error:
        # An entity that nobody defined has no place of its own.
        where = "line {}, column {}".format(*error.position) if error.position[0] else "it"
        raise InputError(f"expected well-formed XML, {where} is not") from None
    root = parser_events.root
    if root is None:
        raise InputError("expected an XML document, came none")
    return _node(root)


def write_xml(root: XmlNode, *, standalone: bool | None = None) -> bytes:
    """The document in UTF-8 with its declaration, without any space between elements.

    Raises:
        InputError: a character that no XML can bear.
    """
    made = _element(root)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="UTF-8", standalone=standalone))


def unwritable(text: str) -> bool:
    """Whether it has a character that no XML document can bear, escaped or not."""
    return bool(_UNWRITABLE.search(text))


def writable(text: str) -> str:
    """The text with each character that XML cannot bear replaced by U+FFFD."""
    return _UNWRITABLE.sub("\ufffd", text)


def schema_faults(data: bytes, schema: bytes, *, max_bytes: int = DEFAULT_MAX_BYTES) -> list[SchemaFault]:
    """What a W3C schema has against a document; neither may refer to any other file.

    Raises:
        InputError: one of the two cannot be read.
    """
    read_xml(data, max_bytes=max_bytes)
    read_xml(schema, max_bytes=8 << 20, max_depth=64)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        judge = etree.XMLSchema(etree.fromstring(schema, parser))
    except etree.XMLSchemaParseError:
        raise InputError("expected a W3C XML schema, the file is none that can be used") from None
    judge.validate(etree.fromstring(data, parser))
    return [
        SchemaFault(line=each.line, kind=each.type_name, about=_elements_in(each.message)) for each in judge.error_log
    ]


# ---------------------------------------------------------------- before the parser


def _before_parsing(data: bytes, max_bytes: int) -> None:
    if len(data) > max_bytes:
        raise TooLargeError(f"expected XML of at most {max_bytes:,} bytes, came {len(data):,}")
    body = data.removeprefix(_MARK)
    if not body.strip():
        raise InputError("expected an XML document, came nothing")
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in body[:4]:
        raise InputError("expected XML in UTF-8, came UTF-16 or UTF-32")
    if body.startswith(b"<?xml"):
        declared = _DECLARATION.match(body)
        if declared is None:
            raise InputError("expected an XML 1.0 declaration, came another")
        if declared[1] is not None and declared[1].decode().lower() not in _ENCODINGS:
            raise InputError("expected XML in UTF-8, it declares another encoding")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"expected XML in UTF-8, byte {error.start + 1} is none") from None
    _refuse_doctype(body)


def _refuse_doctype(body: bytes) -> None:
    """A document type can only stand before the root: whatever looks like one further on is text."""
    place = 0
    while True:
        space = _SPACE.match(body, place)
        place = space.end() if space else place
        if body.startswith(b"<?", place):
            end = body.find(b"?>", place)
        elif body.startswith(b"<!--", place):
            end = body.find(b"-->", place + 4) + 1
        elif body.startswith(b"<!", place):
            raise InputError("expected XML without a document type, came one with a DOCTYPE; it is not read")
        else:
            return
        if end <= 0:
            return  # not closed: the parser will say so
        place = end + 2


# ---------------------------------------------------------------- trees


def _node(element: etree._Element) -> XmlNode:
    pieces = [element.text or ""]
    children = []
    for child in element:
        # An unresolved entity is the only thing besides elements that is left, and there is none without a DOCTYPE.
        children.append(_node(child))
        pieces.append(child.tail or "")
    return XmlNode(
        name=str(element.tag),
        text="".join(pieces),
        attributes={str(name): str(value) for name, value in element.attrib.items()},
        children=tuple(children),
        line=element.sourceline or 0,
    )


def _element(node: XmlNode) -> etree._Element:
    for text in (node.text, *node.attributes.values()):
        if unwritable(text):
            raise InputError(f"<{node.name}> holds a character that XML cannot bear; replace it")
    spaces = {"xsi": XSI.strip("{}")} if any(name.startswith(XSI) for name in node.attributes) else None
    made = etree.Element(node.name, dict(node.attributes), nsmap=spaces)
    made.text = node.text or None
    made.extend(_element(child) for child in node.children)
    return made


def _elements_in(message: str) -> str:
    """Which element and attribute a message of the parser is about; the values in it are left out."""
    return " ".join(_names(message)) or "document"


def _names(message: str) -> Iterator[str]:
    for kind, name in re.findall(r"(Element|attribute) '([\w.@-]{1,60})'", message):
        yield f"{kind.lower()} {name}"
