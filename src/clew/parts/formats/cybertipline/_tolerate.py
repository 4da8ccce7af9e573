"""Foreign documents as clients are known to send them, brought into the schema's form without losing anything.

Where the documentation, the schema and clients disagree, we write what the schema says and read what any of them says.
What has no place at all becomes labelled text in the nearest additional information.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clew.errors import InputError
from clew.ground.safe_xml import XmlNode
from clew.parts.formats.cybertipline._check import shown
from clew.parts.formats.cybertipline._grammar import Choice, Empty, Group, Kind, Marks, Row, Simple, known
from clew.parts.formats.cybertipline._people import ASSOCIATED
from clew.parts.formats.cybertipline._report import LAW_ENFORCEMENT
from clew.parts.formats.cybertipline._table import METADATA
from clew.parts.formats.cybertipline._values import read_value
from clew.records.report_file import hanging

_INFO = "additionalInfo"


@dataclass(slots=True)
class _Left:
    """What had no place: lines of text on their way to the nearest additional information."""

    lines: list[str]


def tolerated(node: XmlNode, group: Group, profile: str) -> XmlNode:
    """The document in the schema's form, as far as it can be brought there."""
    left = _Left([])
    return _group(node, group, profile, left) or node


def _group(node: XmlNode, group: Group, profile: str, outer: _Left) -> XmlNode | None:
    """The element in form; None when it lacks what it cannot be without, and is told in words instead."""
    node = _moved(node, group, outer)
    own = _Left([])
    room = any(row.name == _INFO for row in group.rows)
    left = own if room else outer
    attributes = dict(_attributes(node, group, left))
    if group.text is not None:
        return replace(node, attributes=attributes) if _readable(group.text, node.text) else None
    children: list[XmlNode] = []
    for row in group.rows:
        children += _children(node, row, profile, left)
    names = {row.name for row in group.rows if known(row.since, profile)}
    for child in (each for each in node.children if each.name not in names):
        left.lines += _told(child)
    here = {child.name for child in children}
    if any(row.least and row.name not in here for row in group.rows):
        return None
    return replace(node, attributes=attributes, children=tuple(_with_lines(children, group, own.lines)), text="")


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
    of = row.of
    if isinstance(of, Group):
        return _group(node, of, profile, left)
    if isinstance(of, Choice):
        rows = {each.name: each for each in of.rows}
        known_children = [child for child in node.children if child.name in rows]
        if len(known_children) != 1 or len(node.children) != 1:
            return None
        inner = _element(known_children[0], rows[known_children[0].name], profile, left)
        return inner and replace(node, children=(inner,), text="", attributes={})
    if isinstance(of, Marks):
        kept = {child.name: child for child in node.children if child.name in of.words and _is_set(child)}
        for child in (each for each in node.children if each.name not in kept):
            left.lines += _told(child)
        return replace(node, children=tuple(kept.values()), text="", attributes={})
    if isinstance(of, Empty):
        return replace(node, children=(), text="")
    text = node.text.strip() if of.words else node.text
    return replace(node, text=text, children=()) if _readable(of, text) and not node.children else None


def _attributes(node: XmlNode, group: Group, left: _Left) -> Iterator[tuple[str, str]]:
    simples = {each.name: each.of for each in group.attributes}
    for name, text in node.attributes.items():
        if name.startswith("{"):
            continue
        if name in simples and _readable(simples[name], text):
            yield name, text
        else:
            left.lines.append(f"{shown(node.name)}, {shown(name)}: {text}")


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
    return mark.text.strip() in {"", "true", "1"} and not mark.children


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
