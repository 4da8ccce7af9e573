"""What a supplement says: what is new or changed since the reports it adds to, under their incident."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from clew.pipelines.corrections import ToldReport
from clew.records.report import Report
from clew.records.report_file import ReportFile
from clew.reporting.draft import FURTHER_FILE

# What a verdict gives or takes away; of the rest, what the case does not hold may have been filled in by hand.
_JUDGED = frozenset({"annotations", "industry_class"})


def supplement_of(now: Report, told: Sequence[ToldReport], fallen: Sequence[str]) -> Report:
    """The facts of a supplement, of what a report on the whole case would say now.

    A file, a conversation that a clearinghouse has already is not described again; the type of the incident stays.

    Args:
        told: the reports it adds to, oldest first; at least one.
        fallen: what nobody stands for any more, a sentence each.
    """
    first = told[0].report.incident
    empty = not (now.files or now.messages or any(each.label == FURTHER_FILE for each in now.further))
    # Of what is all taken back nothing but the first report knows when it was.
    incident = (
        replace(first, urgent_because=None, annotations=frozenset())
        if empty
        else replace(now.incident, type=first.type)
    )
    # What was taken back once and is reportable again is told again.
    back = any(one.says(words) for one in told for words in ("message that report", "messages that report"))
    known = set() if back else {each for one in told for each in one.report.messages}
    words = {each for one in told for each in one.report.further}
    return replace(
        now,
        incident=incident,
        files=tuple(each for each in now.files if not _is_told(each, told)),
        messages=now.messages if any(each not in known for each in now.messages) else (),
        further=tuple(each for each in now.further if each.label != FURTHER_FILE or each not in words),
        additional_info="\n".join(fallen) or None,
    )


def under_first_type(facts: Mapping[str, object], told: Sequence[ToldReport]) -> Mapping[str, object]:
    """A saved draft with the type of incident that the first report had; as it is when there was none."""
    incident = facts.get("incident")
    if not told or not isinstance(incident, Mapping):
        return facts
    return {**facts, "incident": {**incident, "type": told[0].report.incident.type.value}}


def _is_told(file: ReportFile, told: Sequence[ToldReport]) -> bool:
    """Whether the last report that describes the file says all that would be said of it now."""
    name = f"The file {file.reference or file.original_file_name or file.key} that "
    last: ReportFile | None = None
    for one in told:
        if one.says(name):
            last = None  # taken back; police rely on it only when they are told of it again
        last = one.file(file.key) or last
    if last is None:
        return False
    for each in fields(file):
        new, old = getattr(file, each.name), getattr(last, each.name)
        if new != old and (each.name in _JUDGED or not _says(old, new)):
            return False
    return True


def _says(old: object, new: object) -> bool:
    """Whether what was said holds what would be said; of several, in whichever order they were stored."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return all(each in old for each in new)
    return new is None or new == ""
