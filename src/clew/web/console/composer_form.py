"""What a person filled in on the composer's page: what can stand is taken over, what cannot is named at its field."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from clew.errors import InputError
from clew.pipelines.report_drafts import OpenDraft
from clew.records.report import ReportAnnotation
from clew.reporting.edit import find_fact, set_fact, state_absent
from clew.web.console.forms import Fields

# Fields of gaps on one page; a form with more was not made by it.
MOST_FIELDS = 60
# Texts of the page that have a place of their own, and where they stand in the facts.
_TEXTS = {"urgent_because": ("incident", "urgent_because"), "additional_info": ("additional_info",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form, read.

    Attributes:
        opened: the draft with what can stand; not yet saved.
        typed: by path, what was typed into a field, so that nothing is typed twice.
        reasons: by path, why something is left out, and in what words.
        refused: by path, what was expected of what was typed there; of the field of one's own choice under "".
        anything: the path and the text of that field.
        text: all facts as JSON, as a person left them; None where they were not touched.
        problem: what is wrong with the form as a whole, and what to do.
    """

    opened: OpenDraft
    typed: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    anything: tuple[str, str] = ("", "")
    text: str | None = None
    problem: str = ""

    @property
    def stands(self) -> bool:
        """Whether all of it can be saved."""
        return not (self.refused or self.problem)

    @property
    def fault(self) -> str | None:
        """What to say of the form as a whole."""
        if self.problem:
            return f"{self.problem}; what you typed is still there"
        if not self.refused:
            return None
        values = "1 value cannot" if len(self.refused) == 1 else f"{len(self.refused)} values cannot"
        return f"{values} stand where typed: look for what is expected, beside each; what you typed is still there"


def filled_in(opened: OpenDraft, form: Fields, at: datetime) -> Filled:
    """The draft with what the form says: the fields, and the text of all facts where somebody has changed it.

    Nothing typed is passed over: where the text and a field say different things of one place, neither is taken.
    """
    version = int(form["version"]) if re.fullmatch("[0-9]{1,9}", form.get("version", "")) else -1
    saved = opened.draft.facts
    text = _changed_text(form, saved)
    problem, given = "", None
    if text is not None:
        try:
            # In one form, whichever of the short ones the text had.
            given = opened.form.write_facts(opened.form.read_facts(_object(text)))
        except InputError as error:
            problem = f"the text of all facts cannot be taken: {error}"
    work = _Filling(opened, given, at)
    work.incident(form)
    for number in range(MOST_FIELDS):
        work.gap(form, number)
    work.anything(form.get("path", "").strip(), form.get("value", "").strip())
    if work.torn and not problem:
        problem = f"{', '.join(work.torn)}: the text of all facts says another thing than the field; make the two agree"
    if not problem and not work.refused:
        try:
            opened.form.read_facts(work.facts)
        except InputError as error:
            problem = str(error)
    return Filled(
        opened=replace(opened, draft=replace(opened.draft, facts=work.facts, version=version)),
        typed=work.typed,
        reasons=work.reasons,
        refused=work.refused,
        anything=(form.get("path", ""), form.get("value", "")),
        text=text,
        problem=problem,
    )


def digest_of(text: str) -> str:
    """By what a text that comes back with a form is known to be as the page had it."""
    return hashlib.sha256(_lines(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def facts_as_text(facts: Mapping[str, object]) -> str:
    """All facts, as the page shows them."""
    return json.dumps(facts, indent=2, ensure_ascii=False)


class _Filling:
    """The fields of a form, taken over one by one.

    Attributes:
        torn: places of which the text and a field both say something new, and not the same.
    """

    def __init__(self, opened: OpenDraft, given: Mapping[str, object] | None, at: datetime) -> None:
        self.facts = _copy(opened.draft.facts if given is None else given)
        self.typed: dict[str, str] = {}
        self.reasons: dict[str, tuple[str, str]] = {}
        self.refused: dict[str, str] = {}
        self.torn: list[str] = []
        self._saved, self._given = opened.draft.facts, given
        self._at = at
        self._form, self._profile = opened.form, opened.profile
        self._fields = opened.form.fields(opened.profile)

    def incident(self, form: Fields) -> None:
        """What has a place of its own on the page."""
        marks = tuple(sorted(each for each in form.all("annotation") if each in set(ReportAnnotation)))
        if form.get("type"):
            self._own(("incident", "type"), form["type"], "type")
        if marks or "additional_info" in form:  # boxes without a tick are not sent; the rest of their page is
            self._own(("incident", "annotations"), marks, "marks")
        for name, way in _TEXTS.items():
            if name in form:
                self._own(way, _lines(form[name]).strip(), name.replace("_", " "))

    def gap(self, form: Fields, number: int) -> None:
        """A field of a gap: its value, or the reason why it is left out."""
        path, value = form.get(f"gap-{number}", ""), form.get(f"value-{number}", "").strip()
        reason, because = form.get(f"reason-{number}", ""), form.get(f"because-{number}", "")
        if not path:
            return
        before = find_fact(self._saved, path)
        # A value that the case holds and the draft does not is offered; beside a text of one's own it is no more.
        offered = form.get(f"was-{number}", before) if self._given is not None else before
        if value not in {before, offered}:  # a value that does not fit may stay as it stands: it is told in words
            self._set(path, value)
        elif reason and not value:
            self.reasons[path] = reason, because
            state_absent(self.facts, form.get(f"place-{number}", path), reason, because)

    def anything(self, path: str, value: str) -> None:
        """The field of one's own choice; an empty value takes it away."""
        if path:
            self._set(path, value, at="")
        elif value:
            self.refused[""] = "choose the field that this value belongs to"

    def _own(self, way: tuple[str, ...], value: str | tuple[str, ...], name: str) -> None:
        before, now = _at(self._saved, way), _at(self.facts, way)
        if value == before:
            return
        if now not in {before, value}:
            self.torn.append(name)
        # Also then: it is not saved, and stands on the page where it was typed.
        place = self.facts.setdefault(way[0], {}) if len(way) > 1 else self.facts
        _put(place, way[-1], list(value) if isinstance(value, tuple) else value)

    def _set(self, path: str, text: str, at: str | None = None) -> None:
        """The value stands at the path; what is wrong with it is told at the field where it was typed."""
        field_path = path if at is None else at
        self.typed[field_path] = text
        changed = _copy(self.facts)
        try:
            self._demand_one_word(path, text)
            set_fact(changed, path, text, self._fields, self._read)
        except InputError as error:
            self.refused[field_path] = str(error)
        else:
            self.facts = changed

    def _demand_one_word(self, path: str, text: str) -> None:
        """InputError where the text of all facts was changed at this place, too, and says another thing."""
        if self._given is None:
            return
        now, new = find_fact(self.facts, path), text and str(self._read(path, text))
        if now not in {find_fact(self._saved, path), text, new}:
            raise InputError("expected the same as in the text of all facts, which was changed there, too")

    def _read(self, path: str, text: str) -> object:
        return self._form.value_of(path, text, self._profile, at=self._at)


def _changed_text(form: Fields, saved: Mapping[str, object]) -> str | None:
    """The text of all facts, where it is not as the page had it."""
    text = form.get("facts")
    if text is None or digest_of(text) == form.get("facts_before", digest_of(facts_as_text(saved))):
        return None
    return _lines(text)


def _object(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise InputError("the facts must be JSON as the page had them") from None
    if not isinstance(given, dict):
        raise InputError("the facts must be one JSON object")
    return given


def _lines(text: str) -> str:
    """With the line breaks that we write; a browser sends others."""
    return text.replace("\r\n", "\n")


def _at(facts: Mapping[str, object], way: tuple[str, ...]) -> str | tuple[str, ...]:
    """What stands there, as a form would send it."""
    place: object = facts
    for name in way:
        place = place.get(name) if isinstance(place, Mapping) else None
    if isinstance(place, list) or way[-1] == "annotations":
        return tuple(sorted(str(each) for each in place)) if isinstance(place, list) else ()
    return _lines(str(place or "")).strip()


def _copy(facts: Mapping[str, object]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(facts))
    return copied


def _put(place: dict[str, Any], name: str, value: object) -> None:
    if value:
        place[name] = value
    else:
        place.pop(name, None)
