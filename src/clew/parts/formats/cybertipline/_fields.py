"""The schema as a list of lines, for forms, guides and the completeness score."""

from collections.abc import Iterator
from dataclasses import replace

from clew.parts.formats.base import FieldSpec
from clew.parts.formats.cybertipline._facts import fields_with_rows
from clew.parts.formats.cybertipline._grammar import (
    VERIFIED,
    Attribute,
    Choice,
    Empty,
    Group,
    Marks,
    Row,
    Simple,
    known,
)
from clew.parts.formats.cybertipline._table import FILE, REPORT
from clew.parts.formats.cybertipline._typed import choices_of, hint_of


def specs(profile: str) -> Iterator[FieldSpec]:
    """Every line of the schema in one of its versions, in the order in which a document has them."""
    yield from _group(REPORT, "", "report", profile)


def _group(group: Group, path: str, element: str, profile: str) -> Iterator[FieldSpec]:
    for each in group.rows:
        # Elements that no field fills: filing knows their values, or they stand for their attributes.
        if known(each.since, profile) and (not each.field or isinstance(each.of, Empty)):
            yield _spec(each, "", f"{element}/{each.name}", profile)
    for name, row in fields_with_rows(group):
        if not known(row.since, profile):
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(row, Attribute):
            owner = next((each.name for each in group.rows if row in each.attributes), "")
            spec = _spec(row, here, f"{element}/{owner}/@{row.name}".replace("//", "/"), profile)
            # An attribute of an element that may be absent may be absent with it.
            yield replace(spec, least=0) if owner else spec
        else:
            yield from _row(row, here, _element(row, element, group), profile)


def _row(row: Row, path: str, element: str, profile: str) -> Iterator[FieldSpec]:
    path += "[]" if row.most is None else ""
    yield _spec(row, path, element, profile)
    if isinstance(row.of, Group):
        yield from _group(row.of, path, element, profile)
    elif isinstance(row.of, Choice):
        for each in row.of.rows:
            yield from _row(each, f"{path}.{each.field}", f"{element}/{each.name}", profile)


def _element(row: Row, element: str, group: Group) -> str:
    """The path in the grammar; empty for a fact that has no element."""
    if row.of is FILE:
        return "fileDetails"
    if group.text is not None and row.field == group.text_field:
        return element
    return f"{element}/{row.name}" if row.name and element else ""


def _spec(row: Row | Attribute, path: str, element: str, profile: str) -> FieldSpec:
    simple = row.of if isinstance(row.of, Simple) else None
    attribute = isinstance(row, Attribute)
    return FieldSpec(
        path=path,
        element=element,
        type=_type(row.of),
        least=int(row.required) if isinstance(row, Attribute) else row.least,
        most=1 if isinstance(row, Attribute) else row.most,
        max_chars=simple.max_chars if simple else None,
        words=_words(row.of, profile),
        since=row.since,
        filled_from=row.knows.filled_from or None,
        unfillable=row.knows.unfillable or None,
        cost=row.knows.cost,
        weight=0 if attribute else row.knows.weight,
        choices=choices_of(simple) if simple else (),
        hint=hint_of(simple) if simple else "",
    )


def _type(of: Simple | Group | Choice | Marks | Empty) -> str:
    if isinstance(of, Simple):
        return "word" if of.words else of.kind.value
    if isinstance(of, Marks):
        return "marks"
    return "one of its fields" if isinstance(of, Choice) else "object"


def _words(of: Simple | Group | Choice | Marks | Empty, profile: str) -> tuple[str, ...]:
    if isinstance(of, Marks):
        every = of.words.items()
        return tuple(str(word) for name, word in every if known(of.since.get(name, VERIFIED), profile))
    return tuple(str(word) for word in of.words.values()) if isinstance(of, Simple) else ()


def marks_of(profile: str) -> Iterator[str]:
    """The paths of all marks: elements that have no field of their own, but a word in their owner's."""
    yield from _marks(REPORT, "report", profile)


def _marks(group: Group, element: str, profile: str) -> Iterator[str]:
    for row in (*group.rows, *group.extras):
        here = _element(row, element, group)
        if isinstance(row.of, Marks):
            yield from (f"{here}/{name}" for name in row.of.words if known(row.of.since.get(name, VERIFIED), profile))
        elif isinstance(row.of, Group) and known(row.since, profile):
            yield from _marks(row.of, here, profile)
