"""Records become elements, in the order of the schema table and no other."""

from collections.abc import Iterator, Mapping

from clew.errors import InputError
from clew.ground.safe_xml import XmlNode
from clew.parts.formats.cybertipline._grammar import Attribute, Choice, Empty, Group, Marks, Row, known
from clew.parts.formats.cybertipline._values import write_value


def element_of(
    name: str, group: Group, record: object, profile: str, given: Mapping[str, object] | None = None
) -> XmlNode:
    """The record as one element.

    Args:
        name: of the element.
        group: its part of the schema.
        record: whose fields fill it.
        profile: the version of the schema; what it does not know is not written.
        given: values of elements that no record has, by their names.
    """
    children = tuple(child for row in group.rows for child in _elements(row, record, profile, given or {}))
    text = write_value(group.text, getattr(record, group.text_field)) if group.text else ""
    return XmlNode(name=name, text=text, attributes=_attributes(group.attributes, record, profile), children=children)


def values_of(row: Row | Attribute, record: object) -> tuple[object, ...]:
    """What a record holds for a row: nothing, one value, or several."""
    value = getattr(record, row.field)
    if value is None or value in ((), frozenset()):
        return ()
    return value if isinstance(value, tuple) else (value,)


def row_of(choice: Choice, record: object) -> Row:
    """Which of the choice's rows a record belongs to."""
    return next(row for row in choice.rows if isinstance(row.of, Group) and type(record) is row.of.record)


def _elements(row: Row, record: object, profile: str, given: Mapping[str, object]) -> Iterator[XmlNode]:
    if not known(row.since, profile):
        return
    values = values_of(row, record) if row.field else (given[row.name],)
    attributes = _attributes(row.attributes, record, profile) if row.attributes else {}
    if attributes and not values:
        raise InputError(f"{row.attributes[0].field} is given and {row.field} is not, without which it has no place")
    if isinstance(row.of, Marks):
        marks = _marks(row.of, values, profile)
        if marks:
            yield XmlNode(name=row.name, children=marks)
        return
    for value in values:
        yield _element(row, value, attributes, profile)


def _element(row: Row, value: object, attributes: Mapping[str, str], profile: str) -> XmlNode:
    if isinstance(row.of, Group):
        return element_of(row.name, row.of, value, profile)
    if isinstance(row.of, Choice):
        chosen = row_of(row.of, value)
        return XmlNode(name=row.name, children=(_element(chosen, value, {}, profile),))
    if isinstance(row.of, Empty | Marks):
        return XmlNode(name=row.name, attributes=attributes)
    return XmlNode(name=row.name, text=write_value(row.of, value), attributes=attributes)


def _marks(marks: Marks, values: tuple[object, ...], profile: str) -> tuple[XmlNode, ...]:
    chosen = values[0] if values else frozenset()
    return tuple(
        XmlNode(name=literal, text="true")
        for literal, word in marks.words.items()
        if isinstance(chosen, frozenset) and word in chosen and known(marks.since.get(literal, ""), profile)
    )


def _attributes(attributes: tuple[Attribute, ...], record: object, profile: str) -> dict[str, str]:
    return {
        each.name: write_value(each.of, value)
        for each in attributes
        if known(each.since, profile)
        for value in values_of(each, record)
    }
