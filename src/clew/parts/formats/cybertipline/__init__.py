"""The CyberTipline format: reports, file details and answers as the Reporting API of NCMEC speaks them.

One schema table (`_people`, `_report`, `_table`) says what there is; everything else walks over it. The profile
`2025-06` was read as a whole and checked; of `2026-08` only names are known, so it is never the default.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, islice
from typing import BinaryIO

from clew.errors import InputError
from clew.ground import safe_xml
from clew.parts.formats.base import Answer, CallsFormat, Fault, FieldSpec, Fitted, Root, Rule
from clew.parts.formats.cybertipline._answers import read_answer, write_answer
from clew.parts.formats.cybertipline._check import Check, Place, everywhere
from clew.parts.formats.cybertipline._facts import read_form, write_form
from clew.parts.formats.cybertipline._fields import specs
from clew.parts.formats.cybertipline._fit import fitted
from clew.parts.formats.cybertipline._grammar import NEWEST, VERIFIED, Group, Kind, Simple
from clew.parts.formats.cybertipline._incoming import arrival_of, file_of, read_document
from clew.parts.formats.cybertipline._read import record_of
from clew.parts.formats.cybertipline._rules import broken_in_file, broken_in_report
from clew.parts.formats.cybertipline._table import FILE, REPORT
from clew.parts.formats.cybertipline._tolerate import moved, tolerated
from clew.parts.formats.cybertipline._typed import value_of
from clew.parts.formats.cybertipline._values import read_value
from clew.parts.formats.cybertipline._write import element_of
from clew.parts.formats.cybertipline._xsd import schema_xml
from clew.records.intake import Arrival, FileArrival, Unread
from clew.records.report import Account, AssociatedAccount, Report, ReportedSubject, Victim
from clew.records.report_file import ReportFile

# A report holds whole chat logs. The parser takes no longer text than this, and is not asked to.
_MAX_BYTES = 10_000_000
# What may stand before the first element: the declaration and comments. A DOCTYPE is read by nobody.
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*){0,5}<report[\s>/]", re.DOTALL
)
_GROUPS: Mapping[str, Group] = {"report": REPORT, "fileDetails": FILE}
# Faults that leave a document readable: its values are there, and some rule of the service does not like them.
_READABLE = frozenset(Rule) - {
    Rule.MALFORMED,
    Rule.ROOT,
    Rule.ORDER,
    Rule.UNKNOWN,
    Rule.MISSING,
    Rule.TOO_MANY,
    Rule.CHOICE,
    Rule.FORM,
    Rule.WORD,
}
# Nobody mends more at once, and a stranger's document may have as many as it has elements.
_MOST_FAULTS = 500
# Whether a time has passed is no matter of reading.
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_NUMBER = Simple(kind=Kind.LONG)
_NOT_COMPOSED = ("messages", "payments", "further", "absent")


class CyberTipline(CallsFormat):
    """Reports as a clearinghouse of the CyberTipline kind takes them in."""

    name = "cybertipline"
    title = "CyberTipline report (XML)"
    suffix = ".xml"
    media_type = "text/xml"
    profiles = (VERIFIED, NEWEST)
    default_profile = VERIFIED

    def fields(self, profile: str) -> tuple[FieldSpec, ...]:
        """The schema, line by line."""
        return tuple(specs(self._profile(profile)))

    def value_of(self, path: str, text: str, profile: str, *, at: datetime) -> object:
        """What a person's text means in a field."""
        self._profile(profile)
        return value_of(path, text, at)

    def fit(self, report: Report, profile: str, *, at: datetime) -> Fitted:
        """The report as the grammar can bear it."""
        return fitted(report, self._profile(profile), at)

    def report_xml(self, report: Report, profile: str) -> bytes:
        """The report as a document; its files are documents of their own."""
        left = [name for name in _NOT_COMPOSED if getattr(report, name)]
        accounts = (*report.subjects, *report.recipients, *report.victims)
        owners = (*accounts, *report.details, *(other for each in accounts for other in _associated(each)))
        left += [f"further of a {type(each).__name__}" for each in owners if each.further]
        if left:
            raise InputError(f"the grammar has no element for: {', '.join(left)}; compose the report first")
        return safe_xml.write_xml(element_of("report", REPORT, report, self._profile(profile)), standalone=True)

    def file_details_xml(self, file: ReportFile, report_number: int, file_id: str, profile: str) -> bytes:
        """What is said of one uploaded file."""
        left = [name for name in ("reference", "ai_provenance", "further") if getattr(file, name)]
        if left:
            raise InputError(f"the grammar has no element for: {', '.join(left)} of a file; compose the report first")
        given = {"reportId": report_number, "fileId": file_id}
        return safe_xml.write_xml(element_of("fileDetails", FILE, file, self._profile(profile), given), standalone=True)

    def read_report(self, xml: bytes, profile: str, *, tolerant: bool = False) -> Report:
        """The report that a document holds."""
        node = self._judged(xml, "report", profile, tolerant=tolerant)
        read = record_of(node, REPORT)
        if not isinstance(read, Report):
            raise InputError("expected a report, came another document")
        return read

    def read_file_details(self, xml: bytes, profile: str, *, tolerant: bool = False) -> tuple[ReportFile, int, str]:
        """What a document says of a file; its key is the file id."""
        node = self._judged(xml, "fileDetails", profile, tolerant=tolerant)
        texts = {child.name: child.text.strip() for child in node.children}
        number = read_value(_NUMBER, texts.get("reportId", ""))
        file_id = texts.get("fileId", "")
        read = record_of(node, FILE, {"key": file_id})
        if not isinstance(read, ReportFile) or not isinstance(number, int):
            raise InputError("expected file details, came another document")
        return read, number, file_id

    def faults_of(
        self, xml: bytes, root: Root, profile: str, *, at: datetime, batched: bool = False, tolerant: bool = False
    ) -> list[Fault]:
        """What is wrong in a document, first structure, then rules; at most 500 faults."""
        profile = self._profile(profile)
        try:
            node = safe_xml.read_xml(xml, max_bytes=_MAX_BYTES)
        except InputError as error:
            return [Fault(path=root, rule=Rule.MALFORMED, expected="a document that can be read", came=str(error))]
        group = _GROUPS[root]
        if tolerant and node.name == root:
            node = tolerated(node, group, profile)
        return _faults_in(node, root, Check(profile=profile, at=at, tolerant=tolerant), batched=batched)

    def schema_xml(self, profile: str) -> bytes:
        """The two documents and the answers, as a W3C schema."""
        return schema_xml(_GROUPS, self._profile(profile))

    def schema_faults(self, xml: bytes, schema: bytes) -> list[Fault]:
        """What a schema of the clearinghouse's own has against a document."""
        return [
            Fault(path=each.about, rule=Rule.FORM, expected="what the schema says", came=each.kind, line=each.line)
            for each in safe_xml.schema_faults(xml, schema, max_bytes=_MAX_BYTES)
        ]

    def read_response(self, xml: bytes) -> Answer:
        """An answer of a clearinghouse."""
        return read_answer(xml)

    def write_response(self, answer: Answer) -> bytes:
        """An answer as the clearinghouse writes it."""
        return write_answer(answer)

    def read_facts(self, form: Mapping[str, object]) -> Report:
        """The facts of a JSON form, without anything that the ledger alone may say."""
        facts = _report(read_form(form, REPORT))
        keys = [file.key for file in facts.files]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise InputError(f"files[{number}].key: expected a key of its own, came that of another file")
        return facts

    def write_facts(self, report: Report) -> dict[str, object]:
        """The facts as a JSON form."""
        return write_form(report, REPORT)

    def read_stored(self, form: Mapping[str, object]) -> Report:
        """The whole report of a form that we wrote."""
        return _report(read_form(form, REPORT, ledger=True))

    def write_stored(self, report: Report) -> dict[str, object]:
        """The whole report as a JSON form."""
        return write_form(report, REPORT, ledger=True)

    def is_like(self, head: bytes) -> bool:
        """XML whose first element is a report."""
        return bool(_ROOT.match(head))

    def read_reports(self, stream: BinaryIO, at: datetime) -> Iterator[Arrival | Unread]:
        """The one report of the document, read as the newest schema has it."""
        xml = stream.read(_MAX_BYTES + 1)
        if len(xml) > _MAX_BYTES:
            because = f"a document of more than {_MAX_BYTES:,} bytes; one report has no bytes of files"
            yield Unread(place=1, because=because)
            return
        read = read_document(xml, "report", _MAX_BYTES)
        yield read if isinstance(read, Unread) else arrival_of(read, xml, _faults_told(read, "report", at), at)

    def read_file(self, xml: bytes, at: datetime) -> FileArrival | Unread:
        """What is said of one uploaded file, read as the newest schema has it."""
        read = read_document(xml, "fileDetails", _MAX_BYTES)
        return read if isinstance(read, Unread) else file_of(read, _faults_told(read, "fileDetails", at), at)

    def _profile(self, name: str) -> str:
        if name not in self.profiles:
            raise InputError(f"no profile '{name[:20]}' of this schema; there are: {', '.join(self.profiles)}")
        return name

    def _judged(self, xml: bytes, root: Root, profile: str, *, tolerant: bool) -> safe_xml.XmlNode:
        """The document, of which nothing keeps anybody from reading it into a record."""
        node = safe_xml.read_xml(xml, max_bytes=_MAX_BYTES)
        if tolerant and node.name == root:
            node = tolerated(node, _GROUPS[root], self._profile(profile))
        check = Check(profile=self._profile(profile), at=_NEVER, tolerant=True)
        for fault in check.document(node, root, _GROUPS[root]):
            if fault.rule not in _READABLE and not (tolerant and fault.rule in {Rule.FORM, Rule.WORD}):
                where = f"{fault.path}, line {fault.line}"
                raise InputError(f"{where}: expected {fault.expected}, came {fault.came} ({fault.rule.value})")
        return node


def _faults_in(node: safe_xml.XmlNode, root: Root, check: Check, *, batched: bool = False) -> list[Fault]:
    group = _GROUPS[root]
    found = check.document(node, root, group)
    if node.name == root:
        found = chain(found, _broken(Place(path=root, node=node, of=group), check.profile, batched=batched))
    return list(islice(found, _MOST_FAULTS))


def _faults_told(node: safe_xml.XmlNode, root: Root, at: datetime) -> list[Fault]:
    """What a document that is taken in all the same breaks, beside what clients are known to write otherwise.

    Elements in another order say what they say.
    """
    found = _faults_in(moved(node, _GROUPS[root]), root, Check(profile=NEWEST, at=at, tolerant=True))
    return [each for each in found if each.rule is not Rule.ORDER]


def _broken(place: Place, profile: str, *, batched: bool) -> Iterator[Fault]:
    every = list(everywhere(place, profile))
    if place.of is REPORT:
        yield from broken_in_report(place, every)
    else:
        yield from broken_in_file(place, every, batched=batched)


def _associated(account: Account) -> tuple[AssociatedAccount, ...]:
    return account.associated if isinstance(account, ReportedSubject | Victim) else ()


def _report(read: object) -> Report:
    if not isinstance(read, Report):
        raise InputError("expected the facts of a report")
    return read


PART = CyberTipline()
