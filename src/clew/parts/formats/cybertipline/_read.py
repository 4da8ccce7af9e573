"""Elements become records; the document has been judged before, so that what is read here has its place."""

from collections.abc import Mapping

from clew.errors import InputError
from clew.ground.safe_xml import XmlNode
from clew.parts.formats.cybertipline._grammar import Attribute, Choice, Empty, Group, Marks, Row, Simple
from clew.parts.formats.cybertipline._values import read_value


def record_of(node: XmlNode, group: Group, given: Mapping[str, object] | None = None) -> object:
    """The record that an element holds.

    Args:
        node: the element.
        group: its part of the schema.
        given: values of fields that stand in no element.
    Raises:
        InputError: it holds what has no place, or lacks what its record needs; the message names the element.
    """
    values: dict[str, object] = dict(given or {})
    if group.text is not None:
        values[group.text_field] = _value(node, group.text, node.text)
    _take_attributes(values, node, group.attributes)
    for row in group.rows:
        here = [child for child in node.children if child.name == row.name]
        if here and row.field:
            _take_row(values, row, here)
    try:
        return group.record(**values)
    except TypeError:
        raise InputError(f"<{node.name}>, line {node.line}, lacks an element that it must have") from None


def _take_row(values: dict[str, object], row: Row, here: list[XmlNode]) -> None:
    if row.most == 1 and len(here) > 1:
        raise InputError(f"<{row.name}>, line {here[1].line}, stands more than once")
    for node in here[:1]:
        _take_attributes(values, node, row.attributes)
    if isinstance(row.of, Empty):
        return
    read = tuple(_read(node, row) for node in here)
    values[row.field] = read[0] if row.most == 1 else read


def _read(node: XmlNode, row: Row) -> object:
    if isinstance(row.of, Group):
        return record_of(node, row.of)
    if isinstance(row.of, Choice):
        return _read_choice(node, row.of)
    if isinstance(row.of, Marks):
        return frozenset(row.of.words[child.name] for child in node.children if child.name in row.of.words)
    return _value(node, row.of, node.text) if isinstance(row.of, Simple) else None


def _read_choice(node: XmlNode, choice: Choice) -> object:
    rows = {row.name: row for row in choice.rows}
    if len(node.children) != 1 or node.children[0].name not in rows:
        raise InputError(f"<{node.name}>, line {node.line}, must hold exactly one of its elements")
    return _read(node.children[0], rows[node.children[0].name])


def _take_attributes(values: dict[str, object], node: XmlNode, attributes: tuple[Attribute, ...]) -> None:
    for each in attributes:
        if each.name in node.attributes:
            values[each.field] = _value(node, each.of, node.attributes[each.name])


def _value(node: XmlNode, simple: Simple, text: str) -> object:
    try:
        return read_value(simple, text)
    except InputError as error:
        raise InputError(f"<{node.name}>, line {node.line}: {error}") from None
