"""Whether a document follows the schema: each element in its place, as often as it may, with a value that is one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clew.ground.safe_xml import XSI, XmlNode
from clew.parts.formats.base import Fault, Rule
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
from clew.parts.formats.cybertipline._values import wrong_with

_SHOWN = 40
_MARK = Simple(kind=Kind.TRUTH)
# On the root only; they say where the schema is to be found and nothing else.
_ROOT_ATTRIBUTES = {f"{XSI}noNamespaceSchemaLocation", f"{XSI}schemaLocation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One element with its path and its part of the schema."""

    path: str
    node: XmlNode
    of: Simple | Group | Choice | Marks | Empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: against which version of the schema, when, and how strictly."""

    profile: str
    at: datetime
    tolerant: bool = False

    def document(self, node: XmlNode, name: str, group: Group) -> Iterator[Fault]:
        """Everything in a document that the schema does not allow."""
        if node.name != name:
            yield _fault(name, Rule.ROOT, f"<{name}>", f"<{shown(node.name)}>", node)
            return
        left = {key for key in node.attributes if key in _ROOT_ATTRIBUTES}
        yield from self._group(Place(path=name, node=node, of=group), group, (), left)

    def _group(
        self, place: Place, group: Group, more: tuple[Attribute, ...] = (), allowed: set[str] | None = None
    ) -> Iterator[Fault]:
        yield from self._attributes(place, group.attributes + more, allowed or set())
        if group.text is not None:
            yield from self._leaf(place, group.text)
            return
        yield from _no_text(place)
        rows = [row for row in group.rows if known(row.since, self.profile)]
        yield from _order(place, rows)
        for child in places(place, self.profile):
            row = next(each for each in rows if each.name == child.node.name)
            yield from self._element(child, row)

    def _element(self, place: Place, row: Row) -> Iterator[Fault]:
        of = row.of
        if isinstance(of, Group):
            yield from self._group(place, of, row.attributes)
            return
        yield from self._attributes(place, row.attributes, set())
        if isinstance(of, Simple):
            yield from self._leaf(place, of)
        elif isinstance(of, Marks):
            yield from self._marks(place, of)
        elif isinstance(of, Choice):
            yield from self._choice(place, of)
        else:
            yield from _no_text(place)
            yield from _no_children(place)

    def _leaf(self, place: Place, simple: Simple) -> Iterator[Fault]:
        yield from _no_children(place)
        for rule, expected, came in wrong_with(simple, place.node.text, self.at, tolerant=self.tolerant):
            yield _fault(place.path, rule, expected, came, place.node)

    def _attributes(self, place: Place, attributes: tuple[Attribute, ...], allowed: set[str]) -> Iterator[Fault]:
        names = {each.name: each for each in attributes if known(each.since, self.profile)}
        for name, text in place.node.attributes.items():
            if name in allowed:
                continue
            if name not in names:
                yield _fault(place.path, Rule.UNKNOWN, "no such attribute", f"@{shown(name)}", place.node)
                continue
            for rule, expected, came in wrong_with(names[name].of, text, self.at, tolerant=self.tolerant):
                yield _fault(f"{place.path}/@{name}", rule, expected, came, place.node)
        for name, each in names.items():
            if each.required and name not in place.node.attributes:
                yield _fault(f"{place.path}/@{name}", Rule.MISSING, f"@{name}", "none", place.node)

    def _marks(self, place: Place, marks: Marks) -> Iterator[Fault]:
        yield from _no_text(place)
        counts = Counter(child.name for child in place.node.children)
        for child in place.node.children:
            path = f"{place.path}/{shown(child.name)}"
            if child.name not in marks.words or not known(marks.since.get(child.name, VERIFIED), self.profile):
                yield _fault(path, Rule.UNKNOWN, "no such mark", f"<{shown(child.name)}>", child)
                continue
            yield from self._mark(Place(path=path, node=child, of=_MARK))
        for name, count in counts.items():
            if count > 1:
                yield _fault(place.path, Rule.TOO_MANY, f"<{shown(name)}> once", f"{count} of them", place.node)

    def _mark(self, place: Place) -> Iterator[Fault]:
        """A mark is empty or true; the schema fixes its value."""
        yield from self._attributes(place, (), set())
        yield from _no_children(place)
        text = place.node.text
        if text and text.strip() not in {"true", "1"}:
            yield _fault(place.path, Rule.WORD, "true, or nothing in it", f"{len(text)} characters", place.node)

    def _choice(self, place: Place, choice: Choice) -> Iterator[Fault]:
        yield from _no_text(place)
        rows = {row.name: row for row in choice.rows}
        for child in place.node.children:
            path = f"{place.path}/{shown(child.name)}"
            if child.name in rows:
                row = rows[child.name]
                yield from self._element(Place(path=path, node=child, of=row.of), row)
            else:
                yield _fault(path, Rule.UNKNOWN, "no such element", f"<{shown(child.name)}>", child)
        count = sum(child.name in rows for child in place.node.children)
        if count != 1:
            yield _fault(place.path, Rule.CHOICE, "exactly one of: " + ", ".join(rows), f"{count}", place.node)


def places(place: Place, profile: str) -> Iterator[Place]:
    """The elements directly in one that its schema knows, with their paths."""
    if isinstance(place.of, Group):
        rows = {row.name: row for row in place.of.rows if known(row.since, profile)}
    elif isinstance(place.of, Choice):
        rows = {row.name: row for row in place.of.rows}
    else:
        return
    numbers: Counter[str] = Counter()
    for child in place.node.children:
        if child.name in rows:
            numbers[child.name] += 1
            several = rows[child.name].most != 1
            path = f"{place.path}/{child.name}" + (f"[{numbers[child.name]}]" if several else "")
            yield Place(path=path, node=child, of=rows[child.name].of)


def everywhere(place: Place, profile: str) -> Iterator[Place]:
    """An element and all that its schema knows within it, outermost first."""
    yield place
    for child in places(place, profile):
        yield from everywhere(child, profile)


def shown(name: str) -> str:
    """A foreign name as a message may bear it."""
    text = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in name[:_SHOWN])
    return text + ("..." if len(name) > _SHOWN else "")


def _order(place: Place, rows: list[Row]) -> Iterator[Fault]:
    """The sequence: what stands too early or late, too often, too seldom, or beside what excludes it."""
    names = [row.name for row in rows]
    counts = Counter(child.name for child in place.node.children)
    reached = 0
    for child in place.node.children:
        path = f"{place.path}/{shown(child.name)}"
        if child.name not in names:
            yield _fault(path, Rule.UNKNOWN, "no such element", f"<{shown(child.name)}>", child)
        elif names.index(child.name) < reached:
            yield _fault(path, Rule.ORDER, f"it before <{names[reached]}>", "it after", child)
        else:
            reached = names.index(child.name)
    for row in rows:
        count, path = counts[row.name], f"{place.path}/{row.name}"
        if count < row.least:
            yield _fault(path, Rule.MISSING, f"<{row.name}>", "none", place.node)
        if row.most is not None and count > row.most:
            yield _fault(path, Rule.TOO_MANY, f"at most {row.most}", f"{count}", place.node)
        if row.not_with and count and counts[row.not_with]:
            yield _fault(path, Rule.CHOICE, f"<{row.name}> or <{row.not_with}>", "both", place.node)


def _no_text(place: Place) -> Iterator[Fault]:
    if place.node.text.strip(" \t\r\n"):
        yield _fault(
            place.path, Rule.UNKNOWN, "no text between elements", f"{len(place.node.text)} characters", place.node
        )


def _no_children(place: Place) -> Iterator[Fault]:
    for child in place.node.children:
        path = f"{place.path}/{shown(child.name)}"
        yield _fault(path, Rule.UNKNOWN, "no elements in it", f"<{shown(child.name)}>", child)


def _fault(path: str, rule: Rule, expected: str, came: str, node: XmlNode) -> Fault:
    return Fault(path=path, rule=rule, expected=expected, came=came, line=node.line)
