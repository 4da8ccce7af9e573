"""The schema table written as a W3C schema: what a clearinghouse of ours answers to whoever asks for its schema.

It says what a W3C schema can say: order, counts, words, lengths, ranges. It is ours, made of the same table by which
documents are judged, and no copy of anybody's.
"""

from collections.abc import Iterator, Mapping

from clew.ground.safe_xml import XmlNode, write_xml
from clew.parts.formats.cybertipline._grammar import (
    VERIFIED,
    Attribute,
    Choice,
    Empty,
    Group,
    Kind,
    Marks,
    Row,
    Simple,
    known,
)

_XS = "{http://www.w3.org/2001/XMLSchema}"
# The writer declares the prefix xs for this namespace; our own types stand in none.
_BUILT_IN = {
    Kind.TOKEN: "token",
    Kind.LONG: "long",
    Kind.INT: "int",
    Kind.DEGREES: "double",
    Kind.TRUTH: "boolean",
    Kind.MOMENT: "dateTime",
    Kind.DAY: "date",
}
_ANSWERED = {"reportId": Kind.LONG, "fileId": Kind.TEXT, "hash": Kind.TEXT}
_PATTERNS = {
    Kind.COUNTRY: "[A-Z][A-Z0-9]",
    Kind.STATE: "[A-Z]{2}",
    Kind.CALLING_CODE: r"\+[0-9]{1,3}",
    Kind.EXTENSION: "[0-9]+",
}


def schema_xml(roots: Mapping[str, Group], profile: str) -> bytes:
    """The schema of some documents, and of the answers to them, in one version."""
    return write_xml(_Schema(profile).written(roots))


class _Schema:
    """One schema on its way; simple types get their names as they are met."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._types: dict[object, XmlNode] = {}

    def written(self, roots: Mapping[str, Group]) -> XmlNode:
        """The whole of it."""
        elements = [_xs("element", {"name": name}, self._group(group)) for name, group in roots.items()]
        elements += [self._response(), self._done()]
        return _xs("schema", {"elementFormDefault": "qualified"}, *self._types.values(), *elements)

    def _group(self, group: Group, more: tuple[Attribute, ...] = ()) -> XmlNode:
        attributes = list(self._attributes((*group.attributes, *more)))
        if group.text is not None:
            return self._simple_content(group.text, attributes)
        rows = [row for row in group.rows if known(row.since, self._profile)]
        return _xs("complexType", {}, _xs("sequence", {}, *self._sequence(rows)), *attributes)

    def _sequence(self, rows: list[Row]) -> Iterator[XmlNode]:
        taken: set[str] = set()
        for row in rows:
            if row.name in taken:
                continue
            if row.not_with:
                other = next(each for each in rows if each.name == row.not_with)
                taken.add(other.name)
                pair = (self._element(row, least=1), self._element(other, least=1))
                yield _xs("choice", {"minOccurs": "0"}, *pair)
            else:
                yield self._element(row)

    def _element(self, row: Row, *, least: int | None = None) -> XmlNode:
        most = "unbounded" if row.most is None else str(row.most)
        times = {"minOccurs": str(row.least if least is None else least), "maxOccurs": most}
        return _xs("element", {"name": row.name, **times}, self._content(row))

    def _content(self, row: Row) -> XmlNode:
        of = row.of
        if isinstance(of, Group):
            return self._group(of, row.attributes)
        attributes = list(self._attributes(row.attributes))
        if isinstance(of, Simple):
            return self._simple_content(of, attributes)
        if isinstance(of, Marks):
            names = [name for name in of.words if known(of.since.get(name, VERIFIED), self._profile)]
            mark = {"type": self._type(Simple(kind=Kind.TRUTH)), "fixed": "true", "minOccurs": "0"}
            return _xs("complexType", {}, _xs("all", {}, *(_xs("element", {"name": name, **mark}) for name in names)))
        if isinstance(of, Choice):
            one_of = _xs("choice", {}, *(self._element(each, least=1) for each in of.rows))
            return _xs("complexType", {}, one_of)
        assert isinstance(of, Empty)
        return _xs("complexType", {}, *attributes)

    def _simple_content(self, simple: Simple, attributes: list[XmlNode]) -> XmlNode:
        extension = _xs("extension", {"base": self._type(simple)}, *attributes)
        return _xs("complexType", {}, _xs("simpleContent", {}, extension))

    def _attributes(self, attributes: tuple[Attribute, ...]) -> Iterator[XmlNode]:
        for each in attributes:
            if known(each.since, self._profile):
                use = "required" if each.required else "optional"
                yield _xs("attribute", {"name": each.name, "type": self._type(each.of), "use": use})

    def _type(self, simple: Simple) -> str:
        """The name of the type of such values, which the schema has from now on."""
        key = (simple.kind, simple.max_chars, simple.least, simple.most, simple.not_blank, tuple(simple.words))
        if key not in self._types:
            name = f"{simple.kind.name.lower().replace('_', '-')}-{len(self._types) + 1}"
            base = {"base": "xs:" + _BUILT_IN.get(simple.kind, "string")}
            self._types[key] = _xs("simpleType", {"name": name}, _xs("restriction", base, *_facets(simple)))
        return self._types[key].attributes["name"]

    def _response(self) -> XmlNode:
        parts = (
            self._plain("responseCode", Kind.INT),
            self._plain("responseDescription", Kind.TEXT),
            *(self._plain(name, kind, least=0) for name, kind in _ANSWERED.items()),
        )
        return _xs("element", {"name": "reportResponse"}, _xs("complexType", {}, _xs("sequence", {}, *parts)))

    def _done(self) -> XmlNode:
        ids = _xs("sequence", {}, self._plain("fileId", Kind.TEXT, least=0, most="unbounded"))
        parts = (
            self._plain("responseCode", Kind.INT),
            self._plain("reportId", Kind.LONG),
            _xs("element", {"name": "files"}, _xs("complexType", {}, ids)),
        )
        return _xs("element", {"name": "reportDoneResponse"}, _xs("complexType", {}, _xs("sequence", {}, *parts)))

    def _plain(self, name: str, kind: Kind, *, least: int = 1, most: str = "1") -> XmlNode:
        told = {"name": name, "type": self._type(Simple(kind=kind)), "minOccurs": str(least), "maxOccurs": most}
        return _xs("element", told)


def _facets(simple: Simple) -> Iterator[XmlNode]:
    for word in simple.words:
        yield _xs("enumeration", {"value": word})
    if simple.max_chars is not None:
        yield _xs("maxLength", {"value": str(simple.max_chars)})
    if simple.not_blank:
        yield _xs("pattern", {"value": r"[\s\S]*\S[\s\S]*"})
    if simple.kind in _PATTERNS:
        yield _xs("pattern", {"value": _PATTERNS[simple.kind]})
    if simple.least is not None:
        yield _xs("minInclusive", {"value": str(simple.least)})
    if simple.most is not None:
        yield _xs("maxInclusive", {"value": str(simple.most)})


def _xs(name: str, attributes: Mapping[str, str], *children: XmlNode) -> XmlNode:
    return XmlNode(name=_XS + name, attributes=attributes, children=children)
