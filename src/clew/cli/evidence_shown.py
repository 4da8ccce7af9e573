"""How evidence is shown: cases with their holds, legal process, destruction; for people, or as JSON lines."""

from collections.abc import Sequence
from datetime import datetime

from clew.cli.console import out, print_json, print_table
from clew.ground.clock import iso
from clew.ground.text import count
from clew.parts.stores.base import Reader
from clew.pipelines.destruction import Plan
from clew.pipelines.strongroom import Strongroom
from clew.pipelines.two_words import free_at
from clew.pipelines.verification_run import Verified
from clew.records.evidence import (
    BroughtIn,
    Deadline,
    DeadlineKind,
    Destruction,
    DestructionState,
    Hold,
    HoldKind,
    LegalProcess,
    Preservation,
)
from clew.records.identifiers import CaseId

_SHOWN_FAULTS = 50
_MEGABYTE = 1_000_000
_KINDS = {HoldKind.OPEN_CASE: "open case", HoldKind.PRESERVATION: "preservation", HoldKind.LEGAL: "legal hold"}
_OPEN_END = {HoldKind.OPEN_CASE: "until it is decided and reported"}
_STATES = {
    DestructionState.ASKED: "asked for, nothing is destroyed yet",
    DestructionState.KEY_DESTROYED: "the key is destroyed, objects are left",
    DestructionState.DONE: "done",
    DestructionState.WITHDRAWN: "withdrawn, nothing was destroyed",
}


def size(size_bytes: int) -> str:
    """Bytes as people read them."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= _MEGABYTE else count(size_bytes, "byte")


def state_of(kept: Preservation, at: datetime) -> str:
    """How a case stands, in a few words."""
    if kept.key_destroyed_at is not None:
        return f"destroyed {kept.key_destroyed_at:%Y-%m-%d}"
    standing = kept.standing(at)
    if not standing:
        return "no hold stands; a person decides"
    until = kept.kept_until(at)
    kinds = ", ".join(sorted({_KINDS[hold.kind] for hold in standing}))
    return f"{kinds} until {until:%Y-%m-%d}" if until else f"{kinds}, no end"


def show_cases(cases: Sequence[Preservation], at: datetime, *, as_json: bool) -> None:
    """One line a case."""
    if as_json:
        for kept in cases:
            print_json(preservation_json(kept, at))
        return
    if not cases:
        out.print("no evidence is held")
        return
    rows = [
        (kept.case_id, f"{kept.since:%Y-%m-%d}", kept.objects, size(kept.size_bytes), state_of(kept, at))
        for kept in cases
    ]
    print_table(("case", "since", "objects", "size", "kept"), rows, numbers=("objects", "size"))


def show_case(reader: Reader, kept: Preservation, at: datetime, *, as_json: bool) -> None:
    """Everything about one case but its bytes."""
    processes = reader.processes_of_case(kept.case_id)
    destructions = reader.destructions_of_case(kept.case_id)
    brought = reader.brought_into(kept.case_id)
    if as_json:
        told = preservation_json(kept, at)
        told["processes"] = [process_json(each) for each in processes]
        told["brought_in"] = [brought_in_json(each) for each in brought]
        told["destructions"] = [destruction_json(each) for each in destructions]
        print_json(told)
        return
    out.print(f"case {kept.case_id}: {count(kept.objects, 'object')}, {size(kept.size_bytes)}; {state_of(kept, at)}")
    if kept.key_destroyed_at is not None:
        out.print(f"  {_end_words(kept.case_id, destructions)}")
    for hold in kept.holds:
        out.print(f"  hold {hold.id}  {hold_words(hold, at, destroyed=kept.key_destroyed_at is not None)}")
    for each_in in brought:
        on = f"{each_in.brought_at:%Y-%m-%d} by {each_in.brought_by}"
        out.print(f"  content {each_in.content_id}  brought in on {on} from {each_in.whence}; {each_in.ground}")
    for process in processes:
        out.print(f"  process {process.id}  {process_words(process)}")
    for each in destructions:
        out.print(f"  destruction {each.id}  {destruction_words(each)}")


def hold_words(hold: Hold, at: datetime, *, destroyed: bool = False) -> str:
    """A hold in a line.

    Args:
        destroyed: the evidence of its case is gone, and it keeps nothing any more.
    """
    told = f"{_KINDS[hold.kind]}: {hold.ground}, recorded by {hold.recorded_by}"
    if hold.released_at is not None:
        on = f"{hold.released_at:%Y-%m-%d}"
        return f"{told}; ended on {on} by {hold.released_by}, because: {hold.release_ground}"
    if not hold.stands(at):
        return f"{told}; ended on {hold.until:%Y-%m-%d}"
    if destroyed:
        return f"{told}; keeps nothing any more"
    ends = f"until {hold.until:%Y-%m-%d}" if hold.until else _OPEN_END.get(hold.kind, "until a person ends it")
    if hold.release_asked_at is not None:
        ends += f"; {hold.release_asked_by} asked on {hold.release_asked_at:%Y-%m-%d} to end it"
    return f"{told}; stands {ends}"


def process_name(process: LegalProcess) -> str:
    """What was asked for, under which number, by whom."""
    return f"{process.kind.value} {process.reference}, {process.authority}"


def process_words(process: LegalProcess) -> str:
    """A legal process in a line."""
    told = f"{process_name(process)}, issued {process.issued_at:%Y-%m-%d}"
    if process.voided_at is not None:
        return f"{told}; voided {process.voided_at:%Y-%m-%d} by {process.voided_by}, because: {process.void_ground}"
    if process.void_asked_at is not None:
        told += f"; {process.void_asked_by} asked on {process.void_asked_at:%Y-%m-%d} to void it"
    if process.answered_at is not None:
        return f"{told}; answered {process.answered_at:%Y-%m-%d}"
    return told + (f"; due {process.due_at:%Y-%m-%d}" if process.due_at else "; not answered")


def destruction_words(destruction: Destruction) -> str:
    """A destruction in a line."""
    told = f"{_STATES[destruction.state]}; asked by {destruction.asked_by} on {destruction.asked_at:%Y-%m-%d}"
    if destruction.approved_by is not None:
        told += f", confirmed by {destruction.approved_by}" + (", who was alone" if destruction.alone else "")
    return told


def second_word(room: Strongroom, asked_at: datetime) -> str:
    """By whom and when the second word is given on what one person has asked for."""
    if room.two_people:
        return "another person gives the same command"
    return f"you, who are alone here, give the same command again after {free_at(room, asked_at):%Y-%m-%d %H:%M} UTC"


def show_plan(plan: Plan, room: Strongroom) -> None:
    """What would go, and what stands in its way."""
    at = room.clock()
    out.print(
        f"case {plan.case_id}: {count(plan.objects, 'object')}, {size(plan.size_bytes)}, and the key that alone opens "
        "what lies there"
    )
    if plan.destroyed_at is not None:
        out.print(f"destroyed already, on {plan.destroyed_at:%Y-%m-%d}")
        return
    for hold in plan.holds:
        out.print(f"forbidden by hold {hold.id}: {hold_words(hold, at)}")
    if plan.judged:
        out.print("forbidden: people judge that case, and nothing is destroyed before it is decided")
    for process in plan.unanswered:
        out.print(f"forbidden by process {process.id}, which is not answered: {process_words(process)}")
    for request in plan.requests:
        out.print(f"asked for by process {request.id}: {process_words(request)}")
    if not plan.requests:
        out.print("no lawful request is recorded: clew evidence process CASE --kind destruction-request ...")
    if plan.asked is not None:
        out.print(f"under way: {destruction_words(plan.asked)}")
    if plan.possible:
        asked_at = at if plan.asked is None else plan.asked.asked_at
        verb = "ask for its destruction" if plan.asked is None else "confirm it"
        out.print(f"to {verb}: clew evidence destroy {plan.case_id} --confirm {plan.case_id}")
        out.print(f"it is done when {second_word(room, asked_at)}; it cannot be undone")


def show_verified(done: Verified, *, as_json: bool) -> None:
    """What was checked, and every fault by name."""
    if as_json:
        for fault in done.faults:
            told = {"fault": fault.kind.value, "object": fault.object, "case": fault.case_id}
            print_json({**told, "told": fault.told, "mended": fault.mended})
        counts = {"objects": done.objects, "size_bytes": done.size_bytes, "resumed": done.resumed}
        counts |= {"destroyed": done.destroyed, "unfinished": done.unfinished}
        print_json({**counts, "since": iso(done.began_at), "faults": len(done.faults), "sound": done.sound})
        return
    for fault in done.faults[:_SHOWN_FAULTS]:
        case = f" of case {fault.case_id}" if fault.case_id else ""
        out.print(f"{fault.kind.value}: {fault.object}{case}: {fault.told}")
    if len(done.faults) > _SHOWN_FAULTS:
        out.print(f"... and {len(done.faults) - _SHOWN_FAULTS} more; all of them with --json")
    since = f"{done.began_at:%Y-%m-%d %H:%M}"
    resumed = f" ({done.resumed:,} of them by the run that was stopped, since {since})" if done.resumed else ""
    end = "all readable and unchanged" if not done.faults else f"{count(len(done.faults), 'fault')}, named above"
    out.print(f"{count(done.objects, 'object')} read{resumed}, {size(done.size_bytes)}: {end}")
    if done.destroyed:
        what = count(done.destroyed, "case was", "cases were")
        out.print(f"{what} destroyed on a lawful request, with certificate: clew evidence show --kept destroyed")


def show_deadlines(deadlines: Sequence[Deadline], undated: Sequence[LegalProcess], at: datetime, *, days: int) -> None:
    """The soonest first; then what an authority asked for without a day."""
    if deadlines:
        rows = [
            (f"{each.due_at:%Y-%m-%d %H:%M}", "overdue" if each.due_at <= at else "", each.case_id, each.what)
            for each in deadlines
        ]
        print_table(("due (UTC)", "", "case", "what"), rows)
    else:
        out.print(f"nothing is due within {days} days" if days > 1 else "nothing is due within a day")
    if undated:
        out.print("not answered, without a date by when")
        asked = [(f"{each.received_at:%Y-%m-%d}", each.case_id, process_name(each), each.id) for each in undated]
        print_table(("received", "case", "what", "process"), asked)


def print_deadlines(deadlines: Sequence[Deadline], undated: Sequence[LegalProcess], at: datetime) -> None:
    """The same as JSON lines."""
    for each in deadlines:
        told = {"case": each.case_id, "kind": each.kind.value, "what": each.what, "due_at": iso(each.due_at)}
        print_json({**told, "overdue": each.due_at <= at})
    for request in undated:
        told = {"case": request.case_id, "kind": DeadlineKind.LEGAL_REQUEST.value, "what": process_name(request)}
        print_json({**told, "due_at": None, "overdue": False})


def preservation_json(kept: Preservation, at: datetime) -> dict[str, object]:
    """A case as a JSON line."""
    until = kept.kept_until(at)
    return {
        "case": kept.case_id,
        "objects": kept.objects,
        "size_bytes": kept.size_bytes,
        "since": iso(kept.since),
        "standing": len(kept.standing(at)),
        "kept_until": iso(until) if until and kept.key_destroyed_at is None else None,
        "destroyed_at": iso(kept.key_destroyed_at) if kept.key_destroyed_at else None,
        "holds": [hold_json(hold, at) for hold in kept.holds],
    }


def hold_json(hold: Hold, at: datetime) -> dict[str, object]:
    """A hold as JSON."""
    return {
        "hold": hold.id,
        "case": hold.case_id,
        "kind": hold.kind.value,
        "ground": hold.ground,
        "reference": hold.reference,
        "begun_at": iso(hold.begun_at),
        "until": iso(hold.until) if hold.until else None,
        "recorded_by": hold.recorded_by,
        "released_at": iso(hold.released_at) if hold.released_at else None,
        "released_by": hold.released_by,
        "release_ground": hold.release_ground,
        "release_asked_at": iso(hold.release_asked_at) if hold.release_asked_at else None,
        "release_asked_by": hold.release_asked_by,
        "stands": hold.stands(at),
    }


def brought_in_json(brought: BroughtIn) -> dict[str, object]:
    """The provenance of a content as JSON."""
    return {
        "content": brought.content_id,
        "from": brought.whence,
        "ground": brought.ground,
        "brought_by": brought.brought_by,
        "brought_at": iso(brought.brought_at),
    }


def process_json(process: LegalProcess) -> dict[str, object]:
    """A legal process as JSON."""
    return {
        "process": process.id,
        "case": process.case_id,
        "kind": process.kind.value,
        "reference": process.reference,
        "authority": process.authority,
        "issued_at": iso(process.issued_at),
        "due_at": iso(process.due_at) if process.due_at else None,
        "expires_at": iso(process.expires_at) if process.expires_at else None,
        "recorded_by": process.recorded_by,
        "approved_by": process.approved_by,
        "answered_at": iso(process.answered_at) if process.answered_at else None,
        "void_asked_at": iso(process.void_asked_at) if process.void_asked_at else None,
        "voided_at": iso(process.voided_at) if process.voided_at else None,
    }


def destruction_json(destruction: Destruction) -> dict[str, object]:
    """A destruction as JSON, without its certificate."""
    return {
        "destruction": destruction.id,
        "case": destruction.case_id,
        "process": destruction.process_id,
        "state": destruction.state.value,
        "asked_by": destruction.asked_by,
        "approved_by": destruction.approved_by,
        "alone": destruction.alone,
        "key_destroyed_at": iso(destruction.key_destroyed_at) if destruction.key_destroyed_at else None,
        "done_at": iso(destruction.done_at) if destruction.done_at else None,
    }


def _end_words(case_id: CaseId, destructions: Sequence[Destruction]) -> str:
    done = [each for each in destructions if each.certificate is not None]
    if not done:
        return "its destruction has no certificate; see: clew evidence verify"
    return f"certificate of destruction {done[-1].id}: clew evidence export-certificate {case_id} --out FILE"
