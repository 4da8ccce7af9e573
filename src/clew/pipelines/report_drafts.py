"""A person completes the report of a case: its draft, saved, read as it would be sent, and filed once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import ConflictError, InputError, RefusedError
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.case_file import reportable_contents
from clew.pipelines.corrections import Correction, corrections, told_already, told_reports
from clew.pipelines.filing import file_report
from clew.pipelines.filing_desk import FilingDesk, format_for
from clew.pipelines.filing_papers import in_words
from clew.pipelines.report_forms import ComposedReport, compose_report, draft_case, report_format
from clew.pipelines.report_supplement import saying, supplement_of, under_first_type
from clew.pipelines.reported import has_unreported
from clew.records.audit import AuditEvent
from clew.records.case import Content, ContentKind
from clew.records.draft import ReportDraft
from clew.records.filing import Filing, FilingState
from clew.records.identifiers import CaseId, ContentId
from clew.records.report import QuotedMessage, Report
from clew.records.report_file import ViewingStatement
from clew.reporting.draft import NO_BYTES
from clew.reporting.prefill_accounts import FURTHER_ACCOUNT
from clew.reporting.prefill_type import TypeSource
from clew.reporting.renew import renewed
from clew.settings import Reporting

__all__ = ["OpenDraft", "demand_saved", "discard", "file_case", "open_draft", "renew", "save"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraft:
    """The draft of a case as it stands.

    Attributes:
        draft: version 0 when nobody has saved one: then it is what the case holds now.
        statements: what the viewing ledger says of each file now.
        held: the facts as the case holds them now, whatever was saved.
        added: files that the case's verdicts ask to report and the saved draft does not name.
        gone: files that the saved draft names and no verdict asks to report any more, or whose bytes are held no
            longer.
        gone_messages: messages in it of a thread that no verdict asks to report any more.
        asked: keys of the files that may be sent.
        type_from: whose word the draft's type of incident rests on; None where it is nobody's but a person's choice.
        proposed: how many accounts wrote to a child, while the one that the case proposes stands as the reported one.
        form: the clearinghouse's, in which the draft is written.
        profile: the version of its schema.
        fallen: what an earlier report told and nobody stands for any more.
        reported: files that stand in an earlier report, with its number.
        unchanged: of them, what stands there as it would be described now, and is not described again.
        adds: whether it adds to a report that is out; then the type of incident is that one's.
        only_corrects: nothing of the case is reportable any more: it describes nothing, and takes back what was told.
        unsent: reportable files whose bytes are not held: what each is called, and why.
    """

    draft: ReportDraft
    statements: Mapping[str, ViewingStatement]
    held: Mapping[str, object]
    added: int
    gone: int
    gone_messages: tuple[QuotedMessage, ...]
    asked: frozenset[str]
    type_from: TypeSource | None
    proposed: int
    form: ClearinghouseFormat
    profile: str
    fallen: tuple[Correction, ...]
    reported: Mapping[ContentId, str]
    unchanged: tuple[ContentId, ...]
    adds: bool
    only_corrects: bool
    unsent: tuple[tuple[str, str], ...]

    @property
    def untold(self) -> tuple[str, ...]:
        """What fell and the draft does not say: it is added to its further facts, whatever else its writer says."""
        said = str(self.draft.facts.get("additional_info", ""))
        return tuple(each.sentence for each in self.fallen if each.sentence not in said)

    @property
    def report(self) -> Report:
        """The facts that are filed.

        Raises:
            InputError: the draft holds what the form does not know; the message names the field.
        """
        return saying(self.form.read_facts(self.draft.facts), self.untold)

    def composed(self, at: datetime) -> ComposedReport:
        """As it would be sent now.

        Raises:
            InputError: the draft holds what the form does not know; the message names the field.
        """
        return compose_report(self.report, self.statements, at=at, profile=self.profile, form=self.form)


def open_draft(
    reader: Reader,
    case_id: CaseId,
    settings: Reporting,
    at: datetime,
    facts: Mapping[str, object] | None = None,
    clearinghouse: str | None = None,
) -> OpenDraft:
    """The saved draft of a case, or a fresh one of what the case holds.

    Args:
        facts: shown in place of the saved ones: what a person is about to save.
        clearinghouse: whose form it is; None takes the setting's.
    """
    recipient = clearinghouse or settings.clearinghouse
    form = format_for(recipient)
    found = reportable_contents(reader, case_id)
    fallen = corrections(reader, case_id, recipient)
    if not found and not fallen:
        raise RefusedError(
            "nothing of this case was found reportable by a person, and no report of it to this clearinghouse has to "
            "be corrected; a report begins with a verdict"
        )
    now = draft_case(reader, case_id, settings)
    told = told_reports(reader, case_id, recipient)
    new = supplement_of(now.facts, told, [each.sentence for each in fallen]) if told else now.facts
    saved = reader.find_draft(case_id)
    fresh = form.write_facts(new)
    draft = saved or ReportDraft(case_id=case_id, facts=fresh, saved_at=at, saved_by="")
    if facts is not None:
        draft = ReportDraft(
            case_id=case_id, facts=facts, saved_at=draft.saved_at, saved_by=draft.saved_by, version=draft.version
        )
    draft = replace(draft, facts=under_first_type(draft.facts, told))
    asked, named = {each.key for each in now.facts.files}, _keys(draft.facts)
    wanted = {each.key for each in new.files}
    return OpenDraft(
        draft=draft,
        statements=now.statements,
        held=fresh,
        # A batched report is about one file; the case's others wait for a report of their own.
        added=0 if draft.facts.get("batch") else len(wanted - named),
        gone=len(named - asked),
        gone_messages=_gone_messages(reader, case_id, {each.id for each, _, _ in found}, form, draft.facts),
        asked=frozenset(asked),
        type_from=now.type_from if _type_of(draft.facts) == _type_of(fresh) else None,
        proposed=_proposed(now.facts, draft.facts),
        form=form,
        profile=settings.profile or form.default_profile,
        fallen=fallen,
        reported=told_already(told),
        unchanged=tuple(ContentId(each) for each in sorted(asked - wanted - named)),
        adds=bool(told),
        only_corrects=not found,
        unsent=tuple(_unsent(each) for each, _, _ in found if each.kind is ContentKind.FILE and each.object_id is None),
    )


def save(
    unit: UnitOfWork, draft: ReportDraft, *, at: datetime, actor: str, form: ClearinghouseFormat | None = None
) -> ReportDraft:
    """The draft is saved under the person's name; ConflictError when another was faster.

    Args:
        form: the clearinghouse's; None is the CyberTipline's.
    """
    (form or report_format()).read_facts(draft.facts)
    saved = ReportDraft(case_id=draft.case_id, facts=draft.facts, saved_at=at, saved_by=actor, version=draft.version)
    unit.audit(AuditEvent(at=at, actor=actor, act="report.save", subject=f"case:{draft.case_id}", facts={}))
    return unit.put_draft(saved)


def renew(opened: OpenDraft) -> OpenDraft:
    """The draft with the files that the case asks to report now, and with all else that a person put into it."""
    saved, now = opened.form.read_facts(opened.draft.facts), opened.form.read_facts(opened.held)
    facts = opened.form.write_facts(renewed(saved, now, opened.asked, opened.gone_messages))
    return replace(opened, draft=replace(opened.draft, facts=facts))


def discard(unit: UnitOfWork, case_id: CaseId, *, at: datetime, actor: str) -> None:
    """What was added by hand is gone; the draft begins again with what the case holds."""
    if unit.delete_draft(case_id):
        unit.audit(AuditEvent(at=at, actor=actor, act="report.discard", subject=f"case:{case_id}", facts={}))


def demand_saved(unit: UnitOfWork, case_id: CaseId, *, supplement: bool) -> None:
    """ConflictError unless a person has read and saved the draft: what nobody has seen is not filed by the way."""
    if unit.find_draft(case_id) is not None:
        return
    standing = [each for each in unit.filings(FilingFilter(case_id=case_id)) if each.state is not FilingState.WITHDRAWN]
    if supplement and not any(each.part for each in standing):
        raise ConflictError("no draft of a supplement is saved: a person opens it in the console and saves it")
    if standing:
        raise ConflictError(f"its draft was filed already: filing {standing[0].id} is '{standing[0].state}'")
    raise ConflictError("no draft of this case is saved: a person opens it in the console under Reports and saves it")


def file_case(
    unit: UnitOfWork,
    desk: FilingDesk,
    case_id: CaseId,
    *,
    actor: str,
    supplement: bool = False,
    clearinghouse: str | None = None,
    changed: ReportDraft | None = None,
    known: int | None = None,
) -> Filing:
    """The report of a case is filed, and its draft is gone: the one way for every door, in one transaction.

    What is filed is the draft that a person saved; without one, what the case holds as it stands.

    Args:
        changed: the draft as the person has it before them, which is saved first.
        known: how many filings of the case the person has seen; None does not ask.

    Raises:
        InputError: the report has faults; the message names the first.
        ConflictError: the draft names files that are not to be reported, was saved by another meanwhile, or was filed
            already; or nobody has saved one, and a supplement would say nothing new.
        RefusedError: nothing of the case was found reportable.
    """
    unit.be_alone()
    at = desk.clock()
    if known is not None and known != len(unit.filings(FilingFilter(case_id=case_id))):
        raise ConflictError("a filing of this case was ordered since you opened the page; look at that one first")
    if changed is not None:
        save(unit, changed, at=at, actor=actor, form=desk.format_for(clearinghouse))
    opened = open_draft(unit, case_id, desk.settings.reporting, at, clearinghouse=clearinghouse)
    if supplement and opened.draft.version == 0 and not opened.fallen and not has_unreported(unit, case_id):
        raise ConflictError(
            "the reports of this case say all that it holds, so this supplement would add nothing: save a draft that "
            "says what is new"
        )
    return _file_draft(unit, desk, opened, actor=actor, supplement=supplement, clearinghouse=clearinghouse)


def _file_draft(
    unit: UnitOfWork,
    desk: FilingDesk,
    opened: OpenDraft,
    *,
    actor: str,
    supplement: bool = False,
    clearinghouse: str | None = None,
) -> Filing:
    """The filing of an open draft is promised, and the draft is gone: a second click files nothing twice.

    Raises:
        InputError: the report has faults; the message names the first.
        ConflictError: the draft names files that are not to be reported, or it was filed already.
    """
    faults = opened.composed(desk.clock()).faults
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise InputError(f"the report has {count} by the rules of the form and cannot be filed yet: {in_words(faults)}")
    if opened.gone or opened.gone_messages:
        raise ConflictError(
            "the draft holds files or messages whose verdict was taken back, or whose bytes are held no longer; "
            "open it, and bring it up to date there"
        )
    filing = file_report(
        unit,
        desk,
        opened.draft.case_id,
        opened.report,
        actor=actor,
        supplement=supplement,
        clearinghouse=clearinghouse,
        takes_back=tuple(dict.fromkeys(each.content_id for each in opened.fallen)),
    )
    unit.delete_draft(opened.draft.case_id)
    return filing


def _keys(facts: Mapping[str, object]) -> set[str]:
    files = facts.get("files", [])
    return {str(each.get("key")) for each in files if isinstance(each, dict)} if isinstance(files, list) else set()


def _proposed(now: Report, facts: Mapping[str, object]) -> int:
    named = facts.get("subjects")
    first = named[0] if isinstance(named, list) and named else None
    if not (now.victims and now.subjects and isinstance(first, Mapping)):
        return 0
    stands = first.get("identifier") == now.subjects[0].identifier
    return 1 + sum(each.label == FURTHER_ACCOUNT for each in now.further) if stands else 0


def _gone_messages(
    reader: Reader,
    case_id: CaseId,
    wanted: Collection[ContentId],
    form: ClearinghouseFormat,
    facts: Mapping[str, object],
) -> tuple[QuotedMessage, ...]:
    """Those of a draft that stand in a thread of the case which is not to be reported, and in no other."""
    written = form.read_facts(facts).messages if "messages" in facts else ()
    if not written:
        return ()
    threads = [each for each in reader.contents_of(case_id) if each.kind is ContentKind.THREAD]
    words: dict[bool, set[tuple[str, datetime | None]]] = {True: set(), False: set()}
    for thread in threads:
        words[thread.id in wanted] |= {(each.text, each.at) for each in reader.messages_of(thread.id)}
    fallen = words[False] - words[True]
    return tuple(each for each in written if (each.text, each.at) in fallen)


def _type_of(facts: Mapping[str, object]) -> object:
    incident = facts.get("incident")
    return incident.get("type") if isinstance(incident, Mapping) else None


def _unsent(content: Content) -> tuple[str, str]:
    why = NO_BYTES[content.not_held] if content.not_held else "the reason is not recorded"
    return content.reference or content.file_name or content.id, why
