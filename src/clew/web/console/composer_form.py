"""What a person filled in on the composer's page: what can stand is taken over, what cannot is named at its field."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form, read.

    Attributes:
        opened: the draft with what can stand; not yet saved.
        typed: by path, what was typed into a field, so that nothing is typed twice.
        reasons: by path, why something is left out, and in what words.
        refused: by path, what was expected of what was typed there; of the field of one's own choice under "".
        anything: the path and the text of that field.
    """

    opened: OpenDraft
    typed: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    anything: tuple[str, str] = ("", "")

    @property
    def fault(self) -> str | None:
        """What to say of the form as a whole."""
        if not self.refused:
            return None
        values = "1 value cannot" if len(self.refused) == 1 else f"{len(self.refused)} values cannot"
        return f"{values} stand where typed: look for what is expected, beside each; what you typed is still there"


def filled_in(opened: OpenDraft, form: Fields, at: datetime) -> Filled:
    """The draft with what the form says.

    Raises:
        InputError: the text of all facts is no form, or the facts do not fit together; the message names the field.
    """
    version = int(form["version"]) if re.fullmatch("[0-9]{1,9}", form.get("version", "")) else -1
    work = _Filling(opened, _given_facts(form, opened.draft.facts), at)
    if form.get("whole") != "on":
        _incident(work.facts, form)
        for number in range(MOST_FIELDS):
            work.gap(form, number)
        work.anything(form.get("path", "").strip(), form.get("value", "").strip())
    facts = work.facts
    if not work.refused:
        read = opened.form.read_facts(facts)
        # In one form, whichever of the short ones the text had.
        facts = opened.form.write_facts(read) if form.get("whole") == "on" else facts
    return Filled(
        opened=replace(opened, draft=replace(opened.draft, facts=facts, version=version)),
        typed=work.typed,
        reasons=work.reasons,
        refused=work.refused,
        anything=(form.get("path", ""), form.get("value", "")),
    )


class _Filling:
    def __init__(self, opened: OpenDraft, facts: dict[str, Any], at: datetime) -> None:
        self.facts = facts
        self.typed: dict[str, str] = {}
        self.reasons: dict[str, tuple[str, str]] = {}
        self.refused: dict[str, str] = {}
        self._at = at
        self._form, self._profile = opened.form, opened.profile
        self._fields = opened.form.fields(opened.profile)

    def gap(self, form: Fields, number: int) -> None:
        """A field of a gap: its value, or the reason why it is left out."""
        path, value = form.get(f"gap-{number}", ""), form.get(f"value-{number}", "").strip()
        reason, because = form.get(f"reason-{number}", ""), form.get(f"because-{number}", "")
        if not path:
            return
        stands = find_fact(self.facts, path)
        if value != stands:  # a value that does not fit may stay as it stands: it is told in words
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

    def _set(self, path: str, text: str, at: str | None = None) -> None:
        """The value stands at the path; what is wrong with it is told at the field where it was typed."""
        field_path = path if at is None else at
        self.typed[field_path] = text
        changed = _copy(self.facts)
        try:
            set_fact(changed, path, text, self._fields, self._read)
        except InputError as error:
            self.refused[field_path] = str(error)
        else:
            self.facts = changed

    def _read(self, path: str, text: str) -> object:
        return self._form.value_of(path, text, self._profile, at=self._at)


def _given_facts(form: Fields, saved: Mapping[str, object]) -> dict[str, Any]:
    if form.get("whole") != "on":
        return _copy(saved)
    try:
        given = json.loads(form.get("facts", ""))
    except (json.JSONDecodeError, RecursionError):
        raise InputError("the facts must be JSON as the page had them; nothing was saved") from None
    if not isinstance(given, dict):
        raise InputError("the facts must be one JSON object; nothing was saved")
    return given


def _copy(facts: Mapping[str, object]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(facts))
    return copied


def _incident(facts: dict[str, Any], form: Fields) -> None:
    incident = facts.setdefault("incident", {})
    if form.get("type"):
        incident["type"] = form["type"]
    marks = [each for each in form.all("annotation") if each in set(ReportAnnotation)]
    _put(incident, "annotations", marks)
    _put(incident, "urgent_because", form.get("urgent_because", "").strip())
    _put(facts, "additional_info", form.get("additional_info", "").strip())


def _put(place: dict[str, Any], name: str, value: object) -> None:
    if value:
        place[name] = value
    else:
        place.pop(name, None)
