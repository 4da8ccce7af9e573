"""How lists, sources and what became of an import or export are shown."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from clew.cli.console import err, out, print_json, print_table
from clew.ground.clock import iso
from clew.ground.text import count
from clew.parts.signals.base import Metric, SignalPart
from clew.pipelines.list_exports import Exported
from clew.pipelines.list_imports import Imported
from clew.records.hashlist import Action, LegalBasis, ListState, RowFault, Source
from clew.records.identifiers import SignalType

_SHOWN_FAULTS = 10
_LEADS_TO = {
    Action.BLOCK: "block when vetted and undisputed; review when not vetted or disputed",
    Action.REVIEW: "review",
    Action.PASS: "pass when vetted and undisputed, nobody is asked; review when not vetted or disputed",
}


def show_import(outcome: Imported, *, as_json: bool) -> None:
    """What came onto the list, and everything that did not."""
    if as_json:
        print_json(
            {
                "list": outcome.list,
                "source": outcome.source,
                "format": outcome.format,
                "rows": outcome.rows,
                "new": outcome.new,
                "changed": outcome.changed,
                "unchanged": outcome.unchanged,
                "expired": outcome.expired,
                "vetted_by_themselves": outcome.vetted_by_themselves,
                "faults": outcome.faults,
                "faults_by_kind": outcome.faults_by_kind,
                "first_faults": [{"row": each.row, "fault": each.fault} for each in outcome.first_faults],
                "unknown_columns": outcome.unknown_columns,
                "unsupported": outcome.unsupported,
                "left_out": outcome.left_out,
                "remarks": outcome.remarks,
            }
        )
        return
    if not outcome.rows and not outcome.faults:
        _say(
            f"{outcome.list}: nothing was in the file, read as {outcome.format}: not one {outcome.row_word}. The list "
            f"and what is recorded of its last import stay as they were."
        )
        return
    _say(
        f"{outcome.list}: {count(outcome.rows, outcome.row_word)} read as {outcome.format}; entries: "
        f"{outcome.new:,} new, {outcome.changed:,} changed, {outcome.unchanged:,} unchanged."
    )
    if outcome.expired:
        _say(f"{outcome.expired:,} of them had expired before they came and do not match.")
    if outcome.unknown_columns:
        _say(f"Not known, and not read: {', '.join(outcome.unknown_columns)}")
    _counts("Hashes of types that are not known here", outcome.unsupported)
    _counts("Left out", outcome.left_out)
    _counts("Remarks", outcome.remarks)
    if outcome.faults:
        _counts(f"{count(outcome.faults, 'fault')}, hashes that could not be used", outcome.faults_by_kind)
        for each in outcome.first_faults[:_SHOWN_FAULTS]:
            _say(f"  {outcome.row_word} {each.row:,}: {each.fault}")
        if outcome.faults > _SHOWN_FAULTS:
            _say(f"  further ones: clew lists show {outcome.list} --faults")
    if outcome.vetted_by_themselves:
        those = outcome.vetted_by_themselves
        came = count(those, "entry says of itself that it is", "entries say of themselves that they are")
        _say(
            f"{came} vetted, though the list is not: an exact match on such an entry can lead to "
            f"{outcome.exact_action.value}."
        )


def show_export(outcome: Exported, *, as_json: bool) -> None:
    """What stands in the file, and what does not."""
    if as_json and outcome.file is not None:
        print_json(
            {
                "list": outcome.list,
                "format": outcome.format,
                "file": _name(outcome.file),
                "entries": outcome.entries,
                "left_out": outcome.left_out,
                "remarks": outcome.remarks,
            }
        )
        return
    if outcome.file is None:  # standard output is the list's; what is left to say is how much is not in it
        for reason, number in (*outcome.left_out.items(), *outcome.remarks.items()):
            err.print(f"{number:,} {reason}")
        return
    written = count(outcome.entries, "entry", "entries")
    _say(f"{outcome.list}: {written} written to {_name(outcome.file)} as {outcome.format}.")
    _counts("Left out", outcome.left_out)
    _counts("Remarks", outcome.remarks)


def show_lists(states: Sequence[ListState], at: datetime, *, as_json: bool) -> None:
    """A line for each list."""
    if as_json:
        for state in states:
            print_json(state_json(state, at))
        return
    if not states:
        _say("There is no list yet. The first comes with: clew lists import FILE --list NAME (see --help)")
        return
    print_table(
        ("list", "entries", "source", "rights", "legal basis", "last import", "faults"),
        [
            (
                state.hash_list.name,
                _entries(state),
                state.source.name,
                _rights(state.source),
                basis_state(state.source.legal_basis, at),
                _day(state.last_import_at),
                f"{state.last_import_faults:,}" if state.last_import_at else None,
            )
            for state in states
        ],
        numbers=("faults",),
    )


def show_list(state: ListState, signals: Mapping[SignalType, SignalPart], at: datetime, *, as_json: bool) -> None:
    """Everything about one list."""
    if as_json:
        print_json(state_json(state, at))
        return
    it, source = state.hash_list, state.source
    radius = [
        f"{name} {it.within_bits.get(name, part.default_within_bits)} of {8 * part.width_bytes} bits"
        + ("" if name in it.within_bits else " (the type's default)")
        for name, part in signals.items()
        if part.metric is not Metric.EXACT
    ]
    faults = count(state.last_import_faults, "fault")
    rows = (
        ("list", it.name),
        ("entries", _entries(state)),
        ("vetted", f"{state.vetted_entries:,}; the list is {'vetted' if it.vetted else 'unvetted'}"),
        ("disputed", f"{state.disputed_entries:,}"),
        ("expired", f"{state.expired_entries:,} not yet removed"),
        ("came", f"{_day(state.oldest_at)} to {_day(state.newest_at)}" if state.newest_at else None),
        ("kept", count(it.kept_days, "day") if it.kept_days else "until removed"),
        ("exact match", _LEADS_TO[it.exact_action]),
        ("near match", "review, within " + ", ".join(radius) if radius else None),
        ("source", f"{source.name} ({source.kind.value}, {source.jurisdiction})"),
        ("rights", _rights(source)),
        ("legal basis", f"{basis_state(source.legal_basis, at)}: {source.legal_basis.text}"),
        ("last import", f"{iso(state.last_import_at)}, {faults}" if state.last_import_at else None),
        ("made", _day(it.created_at)),
    )
    for label, text in rows:
        _say(f"{label:<12} {text or '-'}")


def show_faults(state: ListState, faults: Sequence[RowFault], *, as_json: bool) -> None:
    """The rows that the last import could not use."""
    if as_json:
        for each in faults:
            print_json({"list": state.hash_list.name, "row": each.row, "fault": each.fault})
        return
    _say("")
    _say(f"{state.hash_list.name}: {count(state.last_import_faults, 'fault')} in the last import")
    for each in faults:
        _say(f"  row {each.row:,}: {each.fault}")
    if state.last_import_faults > len(faults):
        _say(f"  only the first {len(faults):,} are kept")


def show_sources(sources: Sequence[Source], at: datetime, *, as_json: bool) -> None:
    """Each source with its rights and its legal basis."""
    if as_json:
        for source in sources:
            print_json(source_json(source, at))
        return
    if not sources:
        _say("There is no source yet; the first import names one.")
        return
    for each in sources:
        _say(f"{each.name} ({each.kind.value}, {each.jurisdiction}); rights: {_rights(each)}")
        _say(f"  {basis_state(each.legal_basis, at)}, since {_day(each.legal_basis.since)}: {each.legal_basis.text}")


def state_json(state: ListState, at: datetime) -> dict[str, object]:
    """One list as JSON."""
    it = state.hash_list
    return {
        "list": it.name,
        "entries": state.entries,
        "total_entries": sum(state.entries.values()),
        "vetted_entries": state.vetted_entries,
        "disputed_entries": state.disputed_entries,
        "expired_entries": state.expired_entries,
        "oldest_at": _iso(state.oldest_at),
        "newest_at": _iso(state.newest_at),
        "last_import_at": _iso(state.last_import_at),
        "last_import_faults": state.last_import_faults,
        "vetted": it.vetted,
        "exact_action": it.exact_action.value,
        "within_bits": it.within_bits,
        "kept_days": it.kept_days,
        "created_at": iso(it.created_at),
        "source": source_json(state.source, at),
    }


def source_json(source: Source, at: datetime) -> dict[str, object]:
    """One source as JSON."""
    return {
        "name": source.name,
        "kind": source.kind.value,
        "jurisdiction": source.jurisdiction,
        "rights": sorted(source.rights),
        "legal_basis": basis_json(source.legal_basis, at),
    }


def basis_json(basis: LegalBasis, at: datetime) -> dict[str, object]:
    """One legal basis as JSON."""
    return {"text": basis.text, "since": iso(basis.since), "until": _iso(basis.until), "in_force": basis.holds(at)}


def basis_state(basis: LegalBasis, at: datetime) -> str:
    """Whether it is in force, and until when."""
    if basis.until is not None and basis.until <= at:
        return f"ended {_day(basis.until)}"
    if at < basis.since:
        return f"begins {_day(basis.since)}"
    return "in force" if basis.until is None else f"in force, ends {_day(basis.until)}"


def _entries(state: ListState) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in state.entries.items()) or "none"


def _rights(source: Source) -> str:
    return ", ".join(sorted(source.rights)) or "matching only"


def _counts(title: str, counts: Mapping[str, int]) -> None:
    if counts:
        _say(f"{title}: " + "; ".join(f"{name} ({count:,})" for name, count in counts.items()))


def _day(at: datetime | None) -> str | None:
    return None if at is None else at.date().isoformat()


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _name(path: Path) -> str:
    """The path as text; bytes of it that are not UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _say(line: str) -> None:
    # Names and texts come from files and people: none of them is markup.
    out.print(line)
