"""How evidence is shown: cases with their holds, legal process, destruction; for people, or as JSON lines."""

from collections.abc import Sequence
from datetime import datetime

from clew.cli.console import out, print_json, print_table
from clew.ground.clock import iso
from clew.parts.stores.base import Reader
from clew.pipelines.destruction import Plan
from clew.pipelines.verification import Verified
from clew.records.evidence import BroughtIn, Deadline, Destruction, Hold, LegalProcess, Preservation

_SHOWN_FAULTS = 50
_MEGABYTE = 1_000_000


def size(size_bytes: int) -> str:
    """Bytes as people read them."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= _MEGABYTE else f"{size_bytes:,} bytes"


def state_of(kept: Preservation, at: datetime) -> str:
    """How a case stands, in a few words."""
    if kept.key_destroyed_at is not None:
        return f"destroyed {kept.key_destroyed_at:%Y-%m-%d}"
    standing = kept.standing(at)
    if not standing:
        return "no hold stands; a person decides"
    until = kept.kept_until(at)
    kinds = ", ".join(sorted({hold.kind.value for hold in standing}))
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
    out.print(f"case {kept.case_id}: {kept.objects} objects, {size(kept.size_bytes)}; {state_of(kept, at)}")
    for hold in kept.holds:
        out.print(f"  hold {hold.id}  {hold_words(hold, at)}")
    for each_in in brought:
        on = f"{each_in.brought_at:%Y-%m-%d} by {each_in.brought_by}"
        out.print(f"  content {each_in.content_id}  brought in on {on} from {each_in.whence}; {each_in.ground}")
    for process in processes:
        out.print(f"  process {process.id}  {process_words(process)}")
    for each in destructions:
        out.print(f"  destruction {each.id}  {destruction_words(each)}")


def hold_words(hold: Hold, at: datetime) -> str:
    """A hold in a line."""
    ends = f"until {hold.until:%Y-%m-%d}" if hold.until else "until released"
    if hold.released_at is not None:
        ends = f"released {hold.released_at:%Y-%m-%d} by {hold.released_by}: {hold.release_ground}"
    elif not hold.stands(at):
        ends = f"ended {hold.until:%Y-%m-%d}"
    elif hold.release_asked_at is not None:
        ends += f", its release asked for by {hold.release_asked_by} on {hold.release_asked_at:%Y-%m-%d}"
    return f"{hold.kind.value}, {ends}; {hold.ground} (by {hold.recorded_by})"


def process_words(process: LegalProcess) -> str:
    """A legal process in a line."""
    told = f"{process.kind.value} {process.reference}, {process.authority}, issued {process.issued_at:%Y-%m-%d}"
    if process.answered_at is not None:
        return f"{told}; answered {process.answered_at:%Y-%m-%d}"
    return told + (f"; due {process.due_at:%Y-%m-%d}" if process.due_at else "; not answered")


def destruction_words(destruction: Destruction) -> str:
    """A destruction in a line."""
    told = f"{destruction.state.value}; asked by {destruction.asked_by} on {destruction.asked_at:%Y-%m-%d}"
    if destruction.approved_by is not None:
        told += f", approved by {destruction.approved_by}" + (" (one person)" if destruction.alone else "")
    return told


def show_plan(plan: Plan, at: datetime, *, two_people: bool) -> None:
    """What would go, and what stands in its way."""
    out.print(
        f"case {plan.case_id}: {plan.objects} objects, {size(plan.size_bytes)}, and the key that alone opens them"
    )
    if plan.destroyed_at is not None:
        out.print(f"destroyed already, on {plan.destroyed_at:%Y-%m-%d}")
        return
    for hold in plan.holds:
        out.print(f"forbidden by hold {hold.id}: {hold_words(hold, at)}")
    for process in plan.unanswered:
        out.print(f"forbidden by process {process.id}, which is not answered: {process_words(process)}")
    for request in plan.requests:
        out.print(f"asked for by process {request.id}: {process_words(request)}")
    if not plan.requests:
        out.print("no lawful request is recorded: clew evidence process CASE --kind destruction-request ...")
    if plan.asked is not None:
        out.print(f"under way: {destruction_words(plan.asked)}")
    if plan.possible:
        second = "another person then confirms it; " if two_people and plan.asked is None else ""
        out.print(f"to destroy it for good: clew evidence destroy {plan.case_id} --confirm {plan.case_id}")
        out.print(f"{second}it cannot be undone")


def show_verified(done: Verified, *, as_json: bool) -> None:
    """What was checked, and every fault by name."""
    if as_json:
        for fault in done.faults:
            told = {"fault": fault.kind.value, "object": fault.object, "case": fault.case_id}
            print_json({**told, "told": fault.told, "mended": fault.mended})
        counts = {"objects": done.objects, "size_bytes": done.size_bytes, "resumed": done.resumed}
        counts |= {"destroyed": done.destroyed, "unfinished": done.unfinished}
        print_json({**counts, "faults": len(done.faults), "sound": done.sound})
        return
    for fault in done.faults[:_SHOWN_FAULTS]:
        case = f" of case {fault.case_id}" if fault.case_id else ""
        out.print(f"{fault.kind.value}: {fault.object}{case}: {fault.told}")
    if len(done.faults) > _SHOWN_FAULTS:
        out.print(f"... and {len(done.faults) - _SHOWN_FAULTS} more; all of them with --json")
    resumed = f" ({done.resumed:,} of them by a run before)" if done.resumed else ""
    end = "all readable and unchanged" if not done.faults else f"{len(done.faults)} faults, named above"
    out.print(f"{done.objects:,} objects read{resumed}, {size(done.size_bytes)}: {end}")
    if done.destroyed:
        what = "1 case was" if done.destroyed == 1 else f"{done.destroyed:,} cases were"
        out.print(f"{what} destroyed on a lawful request, with certificate: clew evidence show --kept destroyed")


def show_deadlines(deadlines: Sequence[Deadline], at: datetime, *, as_json: bool) -> None:
    """The soonest first."""
    if as_json:
        for each in deadlines:
            told = {"case": each.case_id, "kind": each.kind.value, "what": each.what, "due_at": iso(each.due_at)}
            print_json({**told, "overdue": each.due_at <= at})
    elif deadlines:
        rows = [
            (f"{each.due_at:%Y-%m-%d %H:%M}", "overdue" if each.due_at <= at else "", each.case_id, each.what)
            for each in deadlines
        ]
        print_table(("due (UTC)", "", "case", "what"), rows)
    else:
        out.print("nothing is due")


def preservation_json(kept: Preservation, at: datetime) -> dict[str, object]:
    """A case as a JSON line."""
    until = kept.kept_until(at)
    return {
        "case": kept.case_id,
        "objects": kept.objects,
        "size_bytes": kept.size_bytes,
        "since": iso(kept.since),
        "standing": len(kept.standing(at)),
        "kept_until": iso(until) if until else None,
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
