"""The composer: the report of one case, with its gaps and what they cost, saved, read as the receiver will, filed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, ConflictError, InputError
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.report_drafts import OpenDraft, discard, file_draft, open_draft, save
from clew.pipelines.report_forms import ComposedReport, details_of, report_format
from clew.records.identifiers import CaseId, FilingId
from clew.records.report import AbsenceReason, IncidentType, ReportAnnotation
from clew.reporting.completeness import Gap, GapState
from clew.reporting.edit import leaf_of, scalar_paths, set_fact, state_absent
from clew.web.console.forms import Fields, LargeForm
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303
_SHOWN_GAPS = 12
_BETWEEN_TAGS = re.compile(r"(?<=>)(?=<)")
_OPENING = re.compile(r"<[A-Za-z][^<>]*(?<!/)>")
REASONS = {
    AbsenceReason.NOT_HELD: "not recorded here",
    AbsenceReason.NOT_KNOWN: "recorded, and empty here",
    AbsenceReason.NOT_SHARED: "held, and left out by a decision",
    AbsenceReason.DOES_NOT_APPLY: "does not apply",
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """The draft with what it would become."""

    opened: OpenDraft
    composed: ComposedReport


@dataclass(frozen=True, slots=True)
class GapShown:
    """A gap with the one field that closes it best."""

    gap: Gap
    path: str
    words: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Nobody has said yet why it is missing."""
        return self.gap.state is GapState.OPEN


@router.get("/reports/draft/{case_id}")
def show_draft(request: Request, case_id: str) -> Response:
    """The draft of a case."""
    shown = _open(request, CaseId(case_id))
    note(request, "report.open", f"case:{case_id}")
    return _page(request, shown)


@router.post("/reports/draft/{case_id}")
def change_draft(request: Request, case_id: str, form: LargeForm) -> Response:
    """What the person filled in is saved; "file" files it, once."""
    shown = _open(request, CaseId(case_id))
    try:
        changed = _changed(shown.opened, form)
    except InputError as error:
        return _page(request, shown, fault=str(error), status=error.http_status)
    installation, actor = door_of(request).installation, visit_of(request.scope).actor
    at = installation.clock()
    try:
        installation.store.transact(lambda unit: save(unit, changed.draft, at=at, actor=actor))
    except ClewError as error:
        again = _Shown(changed, shown.composed)
        return _page(request, again, fault=str(error), status=error.http_status)
    if form.get("act") == "file":
        return _file(request, CaseId(case_id), form.get("filings", ""), supplement=form.get("supplement") == "on")
    return RedirectResponse(f"/reports/draft/{case_id}", _SEE_OTHER)


@router.post("/reports/draft/{case_id}/discard")
def discard_draft(request: Request, case_id: str) -> Response:
    """The draft begins again with what the case holds."""
    installation, actor = door_of(request).installation, visit_of(request.scope).actor
    at = installation.clock()
    installation.store.transact(lambda unit: discard(unit, CaseId(case_id), at=at, actor=actor))
    return RedirectResponse(f"/reports/draft/{case_id}", _SEE_OTHER)


@router.get("/reports/draft/{case_id}/receiver")
def show_as_received(request: Request, case_id: str) -> Response:
    """The documents as the receiver will read them; numbers that it gives are placeholders."""
    shown = _open(request, CaseId(case_id))
    note(request, "report.preview", f"case:{case_id}")
    documents = [shown.composed.xml, *details_of(shown.composed.report)]
    return page(
        request,
        "receiver.html",
        place="reports",
        case_id=case_id,
        documents=[_laid_out(each.decode("utf-8")) for each in documents],
        faults=shown.composed.faults,
    )


def _laid_out(document: str) -> str:
    """The document with a line for each element, indented; for eyes only, since the bytes that are sent stay as made.

    A "<" stands nowhere but at a tag; text with line breaks of its own keeps them.
    """
    depth, lines = 0, []
    for line in _BETWEEN_TAGS.sub("\n", document).split("\n"):
        depth -= line.startswith("</")
        lines.append("  " * depth + line)
        depth += len(_OPENING.findall(line)) - line.count("</") + line.startswith("</")
    return "\n".join(lines)


def _file(request: Request, case_id: CaseId, known: str, *, supplement: bool) -> Response:
    """The report is filed, unless another filing of the case has come since the page was made: a form sent twice."""
    installation, actor = door_of(request).installation, visit_of(request.scope).actor
    desk = installation.filing_desk

    def work(unit: UnitOfWork) -> FilingId:
        unit.be_alone()
        if known != str(len(unit.filings(FilingFilter(case_id=case_id)))):
            raise ConflictError("a filing of this case was ordered since you opened the page; look at that one first")
        opened = open_draft(unit, case_id, installation.settings.reporting, installation.clock())
        return file_draft(unit, desk, opened, actor=actor, supplement=supplement).id

    try:
        filing_id = installation.store.transact(work)
    except ClewError as error:
        return _page(request, _open(request, case_id), fault=str(error), status=error.http_status)
    return RedirectResponse(f"/reports/{filing_id}", _SEE_OTHER)


def _open(request: Request, case_id: CaseId) -> _Shown:
    installation = door_of(request).installation
    at = installation.clock()
    with installation.store.read() as reader:
        opened = open_draft(reader, case_id, installation.settings.reporting, at)
    return _Shown(opened, opened.composed(at))


def _page(request: Request, shown: _Shown, *, fault: str | None = None, status: int = 200) -> Response:
    installation = door_of(request).installation
    form = report_format()
    fields = form.fields(form.default_profile)
    facts = shown.opened.draft.facts
    gaps = [
        GapShown(each, path, next((spec.words for spec in fields if spec.path == _plain(path)), ()))
        for each in shown.composed.completeness.gaps
        if (path := leaf_of(each.missing[0], fields))
    ]
    with installation.store.read() as reader:
        case_id = shown.opened.draft.case_id
        filings = reader.filings(FilingFilter(case_id=case_id))
    return page(
        request,
        "composer.html",
        place="reports",
        status=status,
        fault=fault,
        case_id=case_id,
        shown=shown.opened,
        facts=facts,
        incident=facts.get("incident", {}),
        report=shown.composed.report,
        composed=shown.composed,
        completeness=shown.composed.completeness,
        gaps=gaps[:_SHOWN_GAPS],
        smaller=len(gaps[_SHOWN_GAPS:]),
        statements=shown.opened.statements,
        earlier=any(each.state.filed for each in filings),
        filings=len(filings),
        fields=[each.path.replace("[]", "[0]") for each in scalar_paths(fields)],
        facts_text=json.dumps(facts, indent=2, ensure_ascii=False),
        filing_on=installation.settings.reporting.filing,
        clearinghouse=installation.settings.reporting.clearinghouse,
        REASONS=REASONS,
        TYPES=IncidentType,
        ANNOTATIONS=ReportAnnotation,
    )


# ---------------------------------------------------------------- what a person filled in


def _changed(opened: OpenDraft, form: Fields) -> OpenDraft:
    """The draft with what the form says; InputError names the field at fault."""
    version = int(form["version"]) if re.fullmatch("[0-9]{1,9}", form.get("version", "")) else -1
    facts = _given_facts(form, opened.draft.facts)
    specs = report_format().fields(report_format().default_profile)
    if form.get("whole") != "on":
        _incident(facts, form)
        for number in range(_SHOWN_GAPS):
            path = form.get(f"gap-{number}", "")
            value, reason = form.get(f"value-{number}", "").strip(), form.get(f"reason-{number}", "")
            if path and value:
                set_fact(facts, path, value, specs)
            elif path and reason:
                state_absent(facts, form.get(f"place-{number}", path), reason, form.get(f"because-{number}", ""))
        if form.get("path", "").strip():
            set_fact(facts, form["path"].strip(), form.get("value", ""), specs)
    report_format().read_facts(facts)
    return replace(opened, draft=replace(opened.draft, facts=facts, version=version))


def _given_facts(form: Fields, saved: Mapping[str, object]) -> dict[str, Any]:
    if form.get("whole") != "on":
        copied: dict[str, Any] = json.loads(json.dumps(saved))
        return copied
    try:
        given = json.loads(form.get("facts", ""))
    except (json.JSONDecodeError, RecursionError):
        raise InputError("the facts must be JSON as the page had them; nothing was saved") from None
    if not isinstance(given, dict):
        raise InputError("the facts must be one JSON object; nothing was saved")
    return given


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


def _plain(path: str) -> str:
    return path.replace("[0]", "[]")
