"""The composer's page as a person reads it: gaps, values of the wrong form, what composing changed, what is said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.errors import InputError
from clew.parts.formats.base import Fault, FieldSpec
from clew.pipelines.report_drafts import OpenDraft
from clew.pipelines.report_forms import ComposedReport
from clew.records.composing import Change
from clew.records.report import QuotedMessage, Report
from clew.reporting.completeness import Completeness, Gap, GapState
from clew.reporting.edit import find_fact, leaves_of, scalar_paths
from clew.reporting.naming import place_of, title_of
from clew.web.console.composer_form import MOST_FIELDS, Filled

_SHOWN_GAPS = 12
_IN_WORDS = "; told in words"
# An element that must be there: its own name says nothing to whoever reads the page.
_MISSING = re.compile(r"^<\w+>$")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """One value to be filled in.

    Attributes:
        number: of the field on the page.
        value: what was typed, or what stands there although it does not fit, or what the case holds.
        was: the same without what was typed; by it a form that comes back tells what was touched.
        error: what is wrong with it; empty where nothing is.
    """

    number: int
    path: str
    title: str
    choices: tuple[tuple[str, str], ...]
    hint: str
    value: str = ""
    was: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapShown:
    """A gap, or a value of the wrong form, with what closes it.

    Attributes:
        place: which one of several; empty where there is one.
        held: whether the platform has it, in a word or two, and then in a sentence.
        statement: where a reason for leaving it out would be recorded; empty for a value that is there.
        kept: nothing is missing there: what was typed and not saved is not lost with the gap.
        points: of the completeness score; 0 for a value that is not counted.
    """

    title: str
    place: str
    fields: tuple[FieldShown, ...]
    held: tuple[str, str]
    cost: str = ""
    statement: str = ""
    open: bool = True
    kept: bool = False
    points: int = 0
    missing: int = 1
    places: int = 1
    because: tuple[str, ...] = ()
    reason: tuple[str, str] = ("", "")

    @property
    def number(self) -> int:
        """Of its first field."""
        return self.fields[0].number

    @property
    def error(self) -> bool:
        """A value stands there, or was typed, that does not fit."""
        return any(each.error for each in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The messages of a report.

    Attributes:
        located: how many bear the address that they came from.
    """

    messages: tuple[QuotedMessage, ...]
    reported: int
    context: int
    located: int


def gaps_shown(
    opened: OpenDraft, composed: ComposedReport, filled: Filled, at: datetime
) -> tuple[list[GapShown], int, int]:
    """What does not fit, then what is missing, the costliest first; how many smaller gaps are left out, their points.

    All points together are what the score lacks of 100.
    """
    scored = composed.completeness
    points = dict(zip((each.field for each in scored.gaps), _whole(scored), strict=True))
    making = _Making(opened, filled, at, points)
    wrong = [making.wrong_form(change) for change in composed.notes if change.expected]
    taken = {each.path for shown in wrong for each in shown.fields}
    found = [(gap, leaves_of(gap.missing[0], making.specs)) for gap in composed.completeness.gaps]
    left = [(gap, leaves) for gap, leaves in found if not taken & set(leaves)]
    # Where something was typed that does not fit, the field is shown however little it counts.
    chosen = [pair for n, pair in enumerate(left) if n < _SHOWN_GAPS or set(pair[1]) & set(filled.refused)]
    shown = [*wrong, *(making.gap(gap, leaves) for gap, leaves in chosen)]
    there = {each.path for one in shown for each in one.fields}
    shown += [making.kept(path) for path in filled.typed if path and path not in there]
    told = [each for each in shown if each.number < MOST_FIELDS]
    hidden = len(left) - len(chosen) + len(shown) - len(told)
    return told, hidden, 100 - scored.percent - sum(each.points for each in told) if hidden else 0


def _whole(scored: Completeness) -> list[int]:
    """The points of each gap in whole percents that add up to what is lacking: the largest remainders go up."""
    whole = [int(each.points) for each in scored.gaps]
    rest = 100 - scored.percent - sum(whole)
    by_remainder = sorted(range(len(whole)), key=lambda n: whole[n] - scored.gaps[n].points)
    for place in by_remainder[: max(rest, 0)]:
        whole[place] += 1
    return whole


class _Making:
    def __init__(self, opened: OpenDraft, filled: Filled, at: datetime, points: Mapping[str, int]) -> None:
        self._points = points
        self.specs = opened.form.fields(opened.profile)
        self._by_path = {each.path: each for each in self.specs}
        self._at = at
        self._opened, self._filled = opened, filled
        self._next = 0

    def wrong_form(self, change: Change) -> GapShown:
        """A value that stands there and is nothing that the field takes."""
        value = find_fact(self._opened.draft.facts, change.path)
        shown = self._field(change.path, value, error=f"Expected {change.expected}.")
        words = ("Held, in a form that its field cannot bear.", "It is put into the additional information instead.")
        return GapShown(title=title_of(change.path), place=place_of(change.path), fields=(shown,), held=words)

    def gap(self, gap: Gap, leaves: Sequence[str]) -> GapShown:
        """A fact that is missing."""
        in_case = find_fact(self._opened.held, leaves[0])
        fields = tuple(self._field(path, find_fact(self._opened.held, path)) for path in leaves)
        return GapShown(
            title=gap.title,
            place=place_of(gap.missing[0]),
            fields=fields,
            held=_held(gap, in_case=bool(in_case)),
            cost=gap.cost,
            statement=gap.missing[0],
            open=gap.state is GapState.OPEN,
            points=self._points[gap.field],
            missing=len(gap.missing),
            places=gap.places,
            because=gap.because,
            reason=self._filled.reasons.get(leaves[0], ("", "")),
        )

    def kept(self, path: str) -> GapShown:
        """What was typed into a gap that is none any more."""
        stands = find_fact(self._opened.draft.facts, path)
        held = ("Filled by another person meanwhile.", f"It says “{stands}” now. Save to put yours in its place.")
        return GapShown(
            title=title_of(path), place=place_of(path), fields=(self._field(path, stands),), held=held, kept=True
        )

    def _field(self, path: str, value: str, error: str = "") -> FieldShown:
        spec = self._spec(path)
        refused = self._filled.refused.get(path, "")
        was, value = value, self._filled.typed.get(path) or value
        number, self._next = self._next, self._next + 1
        return FieldShown(
            number=number,
            path=path,
            title=title_of(path),
            choices=spec.choices if spec else (),
            hint=spec.hint if spec else "",
            value=self._recognised(path, value) if spec and spec.choices else value,
            was=self._recognised(path, was) if spec and spec.choices else was,
            error=f"{refused[:1].upper()}{refused[1:]}." if refused else error,
        )

    def _recognised(self, path: str, value: str) -> str:
        """The choice that a value means, where one can be told: "Finland" is "FI"."""
        if not value:
            return ""
        try:
            return str(self._opened.form.value_of(path, value, self._opened.profile, at=self._at))
        except InputError:
            return value

    def _spec(self, path: str) -> FieldSpec | None:
        plain = re.sub(r"\[\d+\]", "[]", path)
        return self._by_path.get(plain)


def _held(gap: Gap, *, in_case: bool) -> tuple[str, str]:
    if gap.unusable:
        return "Held, in a form that nobody can use as it is.", ""
    if in_case:
        told = "The case has it, the saved draft does not. It is filled in here; save to take it over."
        return "Held.", told
    return "Not held here.", f"Nothing that the platform sent has it. Where it may be: {gap.filled_from}."


def changes_shown(notes: Sequence[Change]) -> list[str]:
    """Each thing that composing did, in a sentence."""
    return [_change(each) for each in notes]


def _change(change: Change) -> str:
    told, moved = change.told.removesuffix(_IN_WORDS), change.told.endswith(_IN_WORDS)
    if change.expected:
        told = f"its field takes {change.expected}"
    words = f"put into the additional information, because {told}" if moved else told
    if not change.path:
        return f"{words[:1].upper()}{words[1:]}."
    title, place = title_of(change.path), place_of(change.path)
    return f"{title[:1].upper()}{title[1:]}{f' ({place})' if place else ''}: {words}."


def warnings_shown(warnings: Sequence[str], facts: Mapping[str, object]) -> list[str]:
    """Each warning with its place in words and the address that it is about."""
    shown = []
    for path, _, told in (each.partition(": ") for each in warnings):
        address = find_fact(facts, f"{path}.address")
        shown.append(f"{place_of(path) or title_of(path)}{f' ({address})' if address else ''}: {told}")
    return shown


def faults_shown(faults: Sequence[Fault], specs: Sequence[FieldSpec]) -> list[tuple[str, str, str]]:
    """Each fault: where, in plain words; what is expected; what came."""
    by_element = {each.element: each.path for each in specs if each.element}
    return [(_element(each.path, by_element), _MISSING.sub("a value", each.expected), each.came) for each in faults]


def _element(path: str, by_element: Mapping[str, str]) -> str:
    file, _, rest = path.partition("/")
    element = re.sub(r"\[\d+\]", "", rest if file.startswith("files[") else path)
    while element and element not in by_element:
        element = element.rpartition("/")[0]
    if not element:
        return "the report"
    title = title_of(by_element[element]) if by_element[element] else element.rpartition("/")[2]
    return f"{title}, {place_of(file)}" if file.startswith("files[") else title


def conversation(facts: Report) -> Conversation:
    """The messages, counted; their words stay covered until somebody asks."""
    return Conversation(
        messages=facts.messages,
        reported=sum(each.reported for each in facts.messages),
        context=sum(not each.reported for each in facts.messages),
        located=sum(each.ip_event is not None for each in facts.messages),
    )


def contents_of(report: Report) -> list[tuple[str, str]]:
    """Every conversation as it is sent, with the kind of its place."""
    return list(_contents(report))


def _contents(report: Report) -> Iterator[tuple[str, str]]:
    for detail in report.details:
        content = getattr(detail, "content", None)
        if content:
            yield type(detail).__name__.lower(), content


def field_list(specs: Sequence[FieldSpec]) -> list[tuple[str, str]]:
    """Every field that takes one value, with the first of each list, and what it is."""
    return [(each.path.replace("[]", "[0]"), title_of(each.path)) for each in scalar_paths(specs)]
