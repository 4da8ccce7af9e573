"""The tables of the guide, made from the schema: `python -m tests.parts.formats.fields_page` writes them."""

import re
from pathlib import Path

from clew.parts.formats.cybertipline._facts import expected, fields_with_rows
from clew.parts.formats.cybertipline._grammar import NEWEST, Attribute, Choice, Group, Marks, Row, Simple
from clew.parts.formats.cybertipline._table import REPORT

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "reports.md"
BEGIN, END = "<!-- fields: made from the schema -->", "<!-- end of fields -->"
OF_THE_LEDGER = {"viewed", "exif_viewed"}


def tables() -> str:
    """A section for each kind of object, in the order in which a reader meets them."""
    lines: list[str] = []
    for group in _groups(REPORT, []):
        lines += [
            f"### {_title(group)}",
            "",
            "| field | what it is | often | filled from | without it |",
            "|---|---|---|---|---|",
        ]
        for name, row in fields_with_rows(group):
            if name not in OF_THE_LEDGER:
                # An attribute of an element that may be absent may be absent with it.
                owned = any(row in each.attributes for each in group.rows)
                lines.append(_line(name, row, "at most once" if owned else _often(row)))
        lines.append("")
    return "\n".join(lines)


def inserted(page: str) -> str:
    """The page with the tables in their place."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{rest.partition(END)[2]}"


def _groups(group: Group, seen: list[Group]) -> list[Group]:
    if group not in seen:
        seen.append(group)
        for _, row in fields_with_rows(group):
            of = row.of
            inner = [each.of for each in of.rows] if isinstance(of, Choice) else [of]
            for each in inner:
                if isinstance(each, Group):
                    _groups(each, seen)
    return seen


def _title(group: Group) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", group.record.__name__).capitalize()


def _line(name: str, row: Row | Attribute, often: str) -> str:
    knows = row.knows
    since = "; from schema 2026-08 on" if row.since == NEWEST else ""
    source = knows.filled_from or f"nobody: {knows.unfillable}"
    return f"| `{name}` | {_what(row)}{since} | {often} | {source} | {knows.cost or '-'} |"


def _what(row: Row | Attribute) -> str:
    of = row.of
    if isinstance(of, Group):
        return _anchor(of)
    if isinstance(of, Choice):
        return "an object with one of: " + ", ".join(
            f"`{each.field}` ({_anchor(each.of)})" for each in of.rows if isinstance(each.of, Group)
        )
    if isinstance(of, Marks):
        words = (f"`{word}`" + (" (2026-08)" if name in of.since else "") for name, word in of.words.items())
        return "a list of: " + ", ".join(words)
    if not isinstance(of, Simple):
        return ""
    if of.words:
        return "one of: " + ", ".join(f"`{word}`" for word in of.words.values())
    limit = f", at most {of.max_chars:,} characters" if of.max_chars else ""
    bounds = f", {of.least} to {of.most}" if of.least is not None and of.most is not None else ""
    return f"{expected(of)}{limit}{bounds}"


def _anchor(group: Group) -> str:
    return f"[{_title(group).lower()}](#{_title(group).lower().replace(' ', '-')})"


def _often(row: Row | Attribute) -> str:
    if isinstance(row, Attribute):
        return "once" if row.required else "at most once"
    if row.most is None:
        return "any number" if not row.least else "at least one"
    return "once" if row.least else "at most once"


if __name__ == "__main__":
    PAGE.write_text(inserted(PAGE.read_text("utf-8")), "utf-8")
