"""The composer: the report of one case, with its gaps and what they cost, saved, read as the receiver will, filed."""

import re
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, InputError
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.report_drafts import OpenDraft, discard, file_case, open_draft, renew, save
from clew.pipelines.report_forms import ComposedReport, details_of
from clew.pipelines.viral import same_files
from clew.records.filing import FilingState
from clew.records.identifiers import CaseId, FilingId
from clew.records.report import AbsenceReason, IncidentType, ReportAnnotation
from clew.reporting.prefill_batch import VIRAL, batched
from clew.web.console.composer_form import Filled, digest_of, facts_as_text, filled_in
from clew.web.console.composer_shown import (
    changes_shown,
    contents_of,
    conversation,
    faults_shown,
    field_list,
    gaps_shown,
    warnings_shown,
)
from clew.web.console.forms import Fields, LargeForm
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303
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


@router.get("/reports/draft/{case_id}")
def show_draft(request: Request, case_id: str) -> Response:
    """The draft of a case."""
    shown = _open(request, CaseId(case_id))
    note(request, "report.open", f"case:{case_id}")
    return _page(request, shown)


@router.post("/reports/draft/{case_id}")
def change_draft(request: Request, case_id: str, form: LargeForm) -> Response:
    """What the person filled in is saved; "file" files it, once, in the same transaction; "read" shows it as sent."""
    shown = _open(request, CaseId(case_id))
    installation, actor = door_of(request).installation, visit_of(request.scope).actor
    at = installation.clock()
    filled = filled_in(shown.opened, form, at)
    if filled.stands and form.get("act") == "renew":
        filled = replace(filled, opened=renew(filled.opened))
    if filled.stands and form.get("act") == "batch":
        filled = _batched(request, filled, form)
    if not filled.stands:
        return _page(request, shown, filled=filled, fault=filled.fault, status=InputError.http_status)
    try:
        if form.get("act") != "file":
            reads = form.get("act") == "read"
            # Reading alone makes no version: there is nothing new to keep.
            if not reads or filled.opened.draft != shown.opened.draft:
                installation.store.transact(
                    lambda unit: save(unit, filled.opened.draft, at=at, actor=actor, form=filled.opened.form)
                )
            return RedirectResponse(f"/reports/draft/{case_id}{'/receiver' if reads else ''}", _SEE_OTHER)
        filing_id = _file(request, filled.opened, form.get("filings", ""), supplement=form.get("supplement") == "on")
    except ClewError as error:
        return _page(request, shown, filled=filled, fault=str(error), status=error.http_status)
    return RedirectResponse(f"/reports/{filing_id}", _SEE_OTHER)


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


def _file(request: Request, filled: OpenDraft, known: str, *, supplement: bool) -> FilingId:
    """The report is filed, unless another filing of the case has come since the page was made: a form sent twice."""
    installation, actor = door_of(request).installation, visit_of(request.scope).actor
    desk = installation.filing_desk

    def work(unit: UnitOfWork) -> FilingId:
        filing = file_case(
            unit,
            desk,
            filled.draft.case_id,
            actor=actor,
            supplement=supplement,
            changed=filled.draft,
            known=int(known) if re.fullmatch("[0-9]{1,6}", known) else -1,
        )
        return filing.id

    return installation.store.transact(work)


def _batched(request: Request, filled: Filled, form: Fields) -> Filled:
    """The form as a batched report on one of its files, with the accounts that were ticked."""
    installation, opened = door_of(request).installation, filled.opened
    facts = opened.form.read_facts(opened.draft.facts)
    with installation.store.read() as reader:
        others = same_files(reader, opened.draft.case_id, installation.settings)
    ticked = set(form.all("account"))
    key = form.get("viral", "")
    if key not in {each.key for each in facts.files} or opened.adds:
        return replace(filled, problem="choose the viral file of this report; a supplement is never batched")
    accounts = [each.reference for each in others if each.case_id in ticked and each.content_id == key]
    report = batched(facts, key, [each for each in accounts if each is not None])
    return replace(filled, opened=replace(opened, draft=replace(opened.draft, facts=opened.form.write_facts(report))))


def _open(request: Request, case_id: CaseId) -> _Shown:
    installation = door_of(request).installation
    at = installation.clock()
    with installation.store.read() as reader:
        opened = open_draft(reader, case_id, installation.settings.reporting, at)
    return _Shown(opened, opened.composed(at))


def _page(
    request: Request, shown: _Shown, *, filled: Filled | None = None, fault: str | None = None, status: int = 200
) -> Response:
    """The page as it stands; of a form that could not be saved, with all that was typed."""
    installation = door_of(request).installation
    opened, composed = shown.opened, shown.composed
    fields = opened.form.fields(opened.profile)
    filled = filled or Filled(opened=opened)
    facts, case_id = opened.draft.facts, opened.draft.case_id
    facts_text = facts_as_text(facts)
    gaps, smaller, smaller_points = gaps_shown(opened, composed, filled, installation.clock())
    with installation.store.read() as reader:
        filings = reader.filings(FilingFilter(case_id=case_id))
        viral = [each.key for each in composed.report.files if each.annotations & VIRAL and not opened.adds]
        others = same_files(reader, case_id, installation.settings) if viral else []
    settings = installation.settings
    here = (settings.reporting.clearinghouse, settings.environment)
    ours = [each for each in filings if (each.clearinghouse, each.environment) == here]
    return page(
        request,
        "composer.html",
        place="reports",
        status=status,
        fault=fault,
        case_id=case_id,
        shown=opened,
        filled=filled,
        incident=filled.opened.draft.facts.get("incident", {}),
        further_facts=filled.opened.draft.facts.get("additional_info", ""),
        report=composed.report,
        composed=composed,
        completeness=composed.completeness,
        gaps=gaps,
        smaller=smaller,
        smaller_points=smaller_points,
        warnings=warnings_shown(composed.completeness.warnings, facts),
        anything_wrong=filled.refused.get("", ""),
        changes=changes_shown(composed.notes),
        faults=faults_shown(composed.faults, fields),
        conversation=conversation(opened.form.read_facts(facts)),
        contents=contents_of(composed.report),
        statements=opened.statements,
        earlier=[each for each in ours if each.state.filed or each.state is FilingState.HANDED],
        moving=[each for each in ours if not (each.state.ended or each.state is FilingState.HANDED)],
        failed=[each for each in ours if each.state is FilingState.FAILED],
        filings=len(filings),
        viral=viral,
        others=others,
        fields=field_list(fields),
        facts_text=facts_text if filled.text is None else filled.text,
        facts_before=digest_of(facts_text),
        filing_on=settings.reporting.filing,
        clearinghouse=settings.reporting.clearinghouse,
        REASONS=REASONS,
        TYPES=IncidentType,
        ANNOTATIONS=ReportAnnotation,
    )
