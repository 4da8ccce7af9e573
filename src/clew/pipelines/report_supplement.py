"""What a supplement says: what is new or changed since the reports it adds to, under their incident."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from clew.pipelines.corrections import ToldReport
from clew.records.report import QuotedMessage, Report
from clew.records.report_file import Labelled, ReportFile
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
    known, words = _known(told)
    return replace(
        now,
        incident=incident,
        files=tuple(each for each in now.files if not _is_told(each, told)),
        messages=now.messages if any(each not in known for each in now.messages) else (),
        further=tuple(each for each in now.further if each.label != FURTHER_FILE or each not in words),
        additional_info="\n".join(fallen) or None,
    )


def saying(report: Report, fallen: Sequence[str]) -> Report:
    """The report, with each of these sentences in its further facts that its writer left out of them."""
    words = (report.additional_info or "").strip()
    left_out = [each for each in fallen if each not in words]
    return replace(report, additional_info="\n".join([words, *left_out]).strip()) if left_out else report


def under_first_type(facts: Mapping[str, object], told: Sequence[ToldReport]) -> Mapping[str, object]:
    """A saved draft with the type of incident that the first report had; as it is when there was none."""
    incident = facts.get("incident")
    first = told[0].report.incident.type if told else None
    if first is None or not isinstance(incident, Mapping):
        return facts
    return {**facts, "incident": {**incident, "type": first.value}}


def _known(told: Sequence[ToldReport]) -> tuple[set[QuotedMessage], set[Labelled]]:
    """The messages and further words that need not be told again: after something else than a file fell, none."""
    messages: set[QuotedMessage] = set()
    words: set[Labelled] = set()
    files: set[str] = set()
    for one in told:
        if not one.takes_back <= files:
            messages, words = set(), set()
        messages |= set(one.report.messages)
        words |= set(one.report.further)
        files |= {each.key for each in one.report.files}
    return messages, words


def _is_told(file: ReportFile, told: Sequence[ToldReport]) -> bool:
    """Whether the last report that describes the file says all that would be said of it now."""
    last: ReportFile | None = None
    for one in told:
        if file.key in one.takes_back:
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
