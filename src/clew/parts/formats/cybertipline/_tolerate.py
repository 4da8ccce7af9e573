"""Foreign documents as clients are known to send them, brought into the schema's form without losing anything.

Where the documentation, the schema and clients disagree, we write what the schema says and read what any of them says.
What has no place at all becomes labelled text in the nearest additional information.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import InputError
from clew.ground.safe_xml import XmlNode
from clew.parts.formats.cybertipline._check import shown
from clew.parts.formats.cybertipline._grammar import Attribute, Choice, Empty, Group, Kind, Marks, Row, Simple, known
from clew.parts.formats.cybertipline._people import ASSOCIATED
from clew.parts.formats.cybertipline._report import LAW_ENFORCEMENT
from clew.parts.formats.cybertipline._table import METADATA
from clew.parts.formats.cybertipline._values import read_value
from clew.records.report import Incident, Report, Reporter
from clew.records.report_file import hanging

_INFO = "additionalInfo"
# How an element that says something by standing there is written with a text.
_SET, _NOT_SET = frozenset({"", "true", "1"}), frozenset({"false", "0"})


@dataclass(slots=True)
class StandIns:
    """What stands for what a report cannot be without, where a document has none.

    Attributes:
        at: for the time of the incident.
        untimed: set when it had to stand for it.
    """

    at: datetime
    untimed: bool = False


@dataclass(slots=True)
class _Left:
    """What had no place: lines of text on their way to the nearest additional information."""

    lines: list[str]
    stand_ins: StandIns | None = None


def tolerated(node: XmlNode, group: Group, profile: str, stand_ins: StandIns | None = None) -> XmlNode:
    """The document in the schema's form, as far as it can be brought there.

    Args:
        stand_ins: for what is missing; None leaves a document that lacks something as it is.
    """
    left = _Left([], stand_ins)
    return _group(node, group, profile, left) or node


def moved(node: XmlNode, group: Group) -> XmlNode:
    """The document with what clients are known to write elsewhere in the schema's places, and nothing else changed."""
    told = _Left([])
    here = _moved(node, group, told)
    # What would have to be told in words has no place: then the element stays as it is, for whoever judges it.
    here = node if told.lines else here
    rows = {row.name: row.of for row in group.rows}
    inner = (moved(child, of) if isinstance(of := rows.get(child.name), Group) else child for child in here.children)
    return replace(here, children=tuple(inner))


def _group(node: XmlNode, group: Group, profile: str, outer: _Left) -> XmlNode | None:
    """The element in form; None when it lacks what it cannot be without, and is told in words instead."""
    node = _moved(node, group, outer)
    own = _Left([], outer.stand_ins)
    room = any(row.name == _INFO for row in group.rows)
    left = own if room else outer
    if not all(_said(node, each) for each in group.attributes if each.required):
        return None
    attributes = dict(_attributes(node, group.attributes, left))
    if group.text is not None:
        if not node.text.strip() or not _readable(group.text, node.text):
            return None
        _tell_children(node, left)
        return replace(node, attributes=attributes, children=())
    _tell_text(node, left)
    children: list[XmlNode] = []
    for row in group.rows:
        children += _children(node, row, profile, left)
    names = {row.name for row in group.rows if known(row.since, profile)}
    for child in (each for each in node.children if each.name not in names):
        left.lines += _told(child)
    here = {child.name for child in children}
    for row in (each for each in group.rows if each.least and each.name not in here):
        stood = None if left.stand_ins is None else _stood_in(group, row, profile, left)
        if stood is None:
            return None
        children += stood
    return replace(node, attributes=attributes, children=tuple(_with_lines(children, group, own.lines)), text="")


def _stood_in(group: Group, row: Row, profile: str, left: _Left) -> list[XmlNode] | None:
    """What stands for a missing row: nothing where its record does without it; None where nothing can."""
    assert left.stand_ins is not None
    if group.record is Incident and row.field == "at":
        left.stand_ins.untimed = True
        return [XmlNode(name=row.name, text=left.stand_ins.at.isoformat())]
    if group.record is Incident:
        return []
    if group.record in {Report, Reporter} and isinstance(row.of, Group):
        made = _group(XmlNode(name=row.name), row.of, profile, left)
        return None if made is None else [made]
    return None


def _children(node: XmlNode, row: Row, profile: str, left: _Left) -> Iterator[XmlNode]:
    taken = 0
    for child in (each for each in node.children if each.name == row.name and known(row.since, profile)):
        form = _element(child, row, profile, left) if row.most is None or taken < row.most else None
        if form is None:
            left.lines += _told(child)
        else:
            taken += 1
            yield form


def _element(node: XmlNode, row: Row, profile: str, left: _Left) -> XmlNode | None:
    match row.of:
        case Group():
            return _group(node, row.of, profile, left)
        case Choice():
            return _choice(node, row.of, profile, left)
        case Marks():
            return _marks(node, row.of, left)
        case Empty():
            return _empty(node, row, left)
        case Simple():
            return _simple(node, row, row.of, left)


def _choice(node: XmlNode, choice: Choice, profile: str, left: _Left) -> XmlNode | None:
    rows = {each.name: each for each in choice.rows}
    if len(node.children) != 1 or node.children[0].name not in rows:
        return None
    inner = _element(node.children[0], rows[node.children[0].name], profile, left)
    if inner is None:
        return None
    _tell_text(node, left)
    return replace(node, children=(inner,), text="", attributes=dict(_attributes(node, (), left)))


def _marks(node: XmlNode, marks: Marks, left: _Left) -> XmlNode:
    kept: dict[str, XmlNode] = {}
    for child in node.children:
        if child.name in marks.words and _is_set(child):
            kept[child.name] = child
        else:
            left.lines += _told(child)
    _tell_text(node, left)
    return replace(node, children=tuple(kept.values()), text="", attributes=dict(_attributes(node, (), left)))


def _empty(node: XmlNode, row: Row, left: _Left) -> XmlNode | None:
    text = node.text.strip()
    if text in _NOT_SET:
        return None
    if text not in _SET:
        _tell_text(node, left)
    _tell_children(node, left)
    return replace(node, children=(), text="", attributes=dict(_attributes(node, row.attributes, left)))


def _simple(node: XmlNode, row: Row, simple: Simple, left: _Left) -> XmlNode | None:
    text = node.text.strip() if simple.words else node.text
    # Where a record cannot be without it, an empty text is none.
    if (row.least and not text.strip()) or not _readable(simple, text) or node.children:
        return None
    return replace(node, text=text, attributes=dict(_attributes(node, row.attributes, left)))


def _attributes(node: XmlNode, known_ones: Sequence[Attribute], left: _Left) -> Iterator[tuple[str, str]]:
    simples = {each.name: each.of for each in known_ones}
    for name, text in node.attributes.items():
        if name.startswith("{"):
            continue
        if name in simples and _readable(simples[name], text):
            yield name, text
        else:
            left.lines.append(f"{shown(node.name)}, {shown(name)}: {text}")


def _said(node: XmlNode, attribute: Attribute) -> bool:
    text = node.attributes.get(attribute.name, "")
    return bool(text.strip()) and _readable(attribute.of, text)


def _readable(simple: Simple, text: str) -> bool:
    """Whether a value can be made of it; whether it is a good one, the rules say."""
    if not text.strip() and simple.kind in {Kind.COUNTRY, Kind.STATE, Kind.WORD}:
        return False
    try:
        read_value(simple, text)
    except InputError:
        return False
    return True


def _is_set(mark: XmlNode) -> bool:
    return mark.text.strip() in _SET and not mark.children and not mark.attributes


def _tell_text(node: XmlNode, left: _Left) -> None:
    """Words that stand between an element's own elements, where the schema has none."""
    if node.text.strip():
        left.lines.append(f"{shown(node.name)}: {node.text.strip()}")


def _tell_children(node: XmlNode, left: _Left) -> None:
    """Elements in one that has none."""
    for child in node.children:
        left.lines += [f"{shown(node.name)}, {line}" for line in _told(child)]


# ---------------------------------------------------------------- what clients are known to do otherwise


def _moved(node: XmlNode, group: Group, left: _Left) -> XmlNode:
    if group is ASSOCIATED:
        attributes = dict(node.attributes)
        kind = attributes.pop("accountType", None)
        attributes.setdefault("type", kind or "Other")
        third = attributes.pop("thirdPartyUser", None)
        node = replace(node, attributes=attributes)
        return _onto_child(node, "platform", "thirdPartyUser", third, left)
    if group is LAW_ENFORCEMENT:
        attributes = dict(node.attributes)
        country = attributes.pop("fleaCountry", None)
        node = replace(node, attributes=attributes)
        return _onto_child(node, "servedLegalProcessInternational", "fleaCountry", country, left)
    if group is METADATA:
        kinds = [child.attributes["type"] for child in node.children if "type" in child.attributes]
        if kinds and "type" not in node.attributes:
            bare = (replace(child, attributes={}) for child in node.children)
            return replace(node, attributes={**node.attributes, "type": kinds[0]}, children=tuple(bare))
    return node


def _onto_child(node: XmlNode, child_name: str, name: str, text: str | None, left: _Left) -> XmlNode:
    """An attribute stands on the child that the schema gives it to; told in words when there is no such child."""
    if text is None:
        return node
    if not any(child.name == child_name for child in node.children):
        left.lines.append(f"{shown(node.name)}, {name}: {text}")
        return node
    children = (
        replace(child, attributes={name: text, **child.attributes}) if child.name == child_name else child
        for child in node.children
    )
    return replace(node, children=tuple(children))


# ---------------------------------------------------------------- what is left, in words


def _told(node: XmlNode) -> list[str]:
    parts = [f"@{shown(name)} {text}" for name, text in node.attributes.items()]
    if node.text.strip():
        parts.append(node.text.strip())
    lines = [f"{shown(node.name)}: {'; '.join(parts)}"] if parts or not node.children else []
    return lines + [f"{shown(node.name)}, {line}" for child in node.children for line in _told(child)]


def _with_lines(children: list[XmlNode], group: Group, lines: list[str]) -> list[XmlNode]:
    """The children with what was left as additional information: the last row of every group that has one."""
    if not lines:
        return children
    text = "\n".join(hanging(line) for line in lines)
    row = next(row for row in group.rows if row.name == _INFO)
    here = [child for child in children if child.name == _INFO]
    if here and row.most == 1:
        joined = replace(here[0], text=f"{here[0].text}\n{text}")
        return [joined if child is here[0] else child for child in children]
    return [*children, XmlNode(name=_INFO, text=text)]
