"""`clew audit`: show, verify, export and prove the audit log; seal it by hand; erase a cleared person's events."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table, progress
from clew.cli.list_options import Json, Yes, confirm, utc
from clew.errors import NotFoundError
from clew.ground import signing
from clew.ground.clock import iso, system_clock
from clew.ground.text import count
from clew.parts.stores.base import Store
from clew.pipelines import audit as sealing
from clew.pipelines.audit import AuditLog, note_read, open_log
from clew.pipelines.audit_erase import demand_erasable
from clew.pipelines.audit_erase import erase as erase_events
from clew.pipelines.audit_prove import prove as prove_leaf
from clew.pipelines.audit_prove import prove_consistency
from clew.pipelines.audit_verify import verify as verify_log
from clew.pipelines.installation import open_store
from clew.pipelines.witness import append
from clew.records.audit import AuditEvent, AuditFault, AuditFilter, AuditLine, Checkpoint, Verified
from clew.sealing.checkpoints import verifier_key

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Show, verify, export and prove the audit log; seal it by hand; erase a cleared person's events.",
)

_DAMAGED = 5
_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

_Witnesses = Annotated[
    list[Path] | None, typer.Option("--witness", help="A file of checkpoints kept elsewhere; may be repeated.")
]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What each command works with."""

    store: Store
    log: AuditLog


@contextlib.contextmanager
def _opened(ctx: typer.Context) -> Iterator[_Desk]:
    with contextlib.closing(open_store(ctx.obj)) as store:
        yield _Desk(store, open_log(ctx.obj, store, system_clock))


@app.command(epilog="Example: clew audit show --actor user:01JX... --since 2026-03-01")
def show(
    ctx: typer.Context,
    actor: Annotated[str | None, typer.Option(help="Only acts of this actor, as user:ID.")] = None,
    act: Annotated[str | None, typer.Option(help="Only this act, as hit.open.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only acts on this record, as case:ID.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_DATES, help="Not before this moment, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DATES, help="Before this moment, UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: Json = False,
) -> None:
    """Show what was done, newest first. That you looked is written down."""
    wanted = AuditFilter(actor=actor, act=act, subject=subject, since=utc(since), until=utc(until), limit=limit)
    with _opened(ctx) as desk:
        note_read(desk.store, actor=command_actor(), act="audit.read", subject="audit", clock=system_clock)
        with desk.store.read() as reader:
            lines = reader.audit_lines(wanted)
    if json:
        for line in lines:
            print_json(_line_json(line))
        return
    columns = ("leaf", "at (UTC)", "actor", "act", "subject", "facts")
    print_table(columns, [_row(line) for line in lines], numbers=("leaf",))


@app.command(epilog="Example: clew audit verify --witness /mnt/elsewhere/clew-witness")
def verify(
    ctx: typer.Context,
    witness: _Witnesses = None,
    since: Annotated[int, typer.Option(min=0, help="Take the leaves before this one on a checkpoint's word.")] = 0,
    json: Json = False,
) -> int:
    """Compute the whole log anew; name what is not as it was sealed, and end with 5 when something is not."""
    witnesses = list(witness or ())
    with _opened(ctx) as desk:
        if desk.log.witness is not None and desk.log.witness.exists() and desk.log.witness not in witnesses:
            witnesses.append(desk.log.witness)
        with desk.store.read() as reader:
            total = max(0, reader.audit_size() - since)
        with progress("leaves", total) as shown:
            verified = verify_log(desk.log, witnesses=witnesses, since=since, advance=shown.advance)
    if json:
        print_json(_verified_json(verified))
    else:
        _print_verified(verified)
    return 0 if verified.sound else _DAMAGED


@app.command(epilog="Example: clew audit seal")
def seal(ctx: typer.Context) -> None:
    """Number, hash and sign what waits; a running service does so by itself every few seconds."""
    with _opened(ctx) as desk:
        sealed = sealing.seal(desk.log)
        with desk.store.read() as reader:
            size, pending = reader.audit_size(), reader.count_pending_audit()[0]
    waiting = count(pending, "row waits", "rows wait")
    out.print(f"{sealed:,} sealed; the log has {count(size, 'leaf', 'leaves')}, and {waiting}")


@app.command(epilog="Example: clew audit export > audit.jsonl")
def export(
    ctx: typer.Context,
    since: Annotated[int, typer.Option(min=0, help="From this leaf on.")] = 0,
) -> None:
    """Print every sealed event as JSON lines, by leaf; the last line is the newest checkpoint."""
    with _opened(ctx) as desk:
        note_read(desk.store, actor=command_actor(), act="audit.export", subject="audit", clock=system_clock)
        with desk.store.read() as reader:
            for line in reader.stream_audit_lines(since):
                print_json(_line_json(line))
            checkpoint = sealing.last_checkpoint(reader)
            if checkpoint is not None:
                print_json({"checkpoint": checkpoint.note})


@app.command(epilog="Example: clew audit prove 4711 > proof.json")
def prove(
    ctx: typer.Context,
    leaf: Annotated[int, typer.Argument(min=0, metavar="LEAF", help="Which leaf.", show_default=False)],
    consistent_with: Annotated[
        int | None, typer.Option(min=0, help="Also prove that the log of this size is the beginning of this one.")
    ] = None,
) -> None:
    """Print a proof, as JSON, that a leaf is in the tree of the newest checkpoint; for an erased event too."""
    with _opened(ctx) as desk:
        subject = f"audit-leaf:{leaf}"
        note_read(desk.store, actor=command_actor(), act="audit.prove", subject=subject, clock=system_clock)
        with desk.store.read() as reader:
            proof = prove_leaf(reader, leaf)
            path = None if consistent_with is None else prove_consistency(reader, consistent_with)
    said: dict[str, object] = {
        "leaf": proof.number,
        "row": proof.id,
        "event": None if proof.event is None else _event_json(proof.event),
        "key": None if proof.secret is None else proof.secret.hex(),
        "commitment": proof.commitment.hex(),
        "inclusion_path": [each.hex() for each in proof.path],
        "checkpoint": proof.checkpoint.note,
        "verifier_keys": _verifier_keys(desk.log, proof.checkpoint),
    }
    if path is not None:
        said["consistency"] = {"size": consistent_with, "path": [each.hex() for each in path]}
    print_json(said)


@app.command(epilog="Example: clew audit checkpoint --witness /mnt/elsewhere/clew-witness")
def checkpoint(
    ctx: typer.Context,
    witness: Annotated[Path | None, typer.Option(help="Append it to this file, kept on another machine.")] = None,
) -> None:
    """Print the newest checkpoint, which stands for the whole log; the key to verify it goes to the error stream."""
    with _opened(ctx) as desk:
        with desk.store.read() as reader:
            newest = sealing.last_checkpoint(reader)
        if newest is None:
            raise NotFoundError("nothing is sealed yet; run: clew audit seal")
        if witness is not None:
            append(newest, witness)
    typer.echo(newest.note, nl=False)
    for each in _verifier_keys(desk.log, newest):
        typer.echo(f"verifier key: {each}", err=True)


@app.command(epilog='Example: clew audit erase case:01JX... --ground "Court order of 2026-03-01, cleared" --yes')
def erase(
    ctx: typer.Context,
    subjects: Annotated[list[str], typer.Argument(metavar="SUBJECT...", help="As in: clew audit show.")],
    ground: Annotated[str, typer.Option(help="The decision or statute, naming nobody: it stays.", show_default=False)],
    yes: Yes = False,
) -> None:
    """Erase the events of a cleared person's records for good; every proof of the log stays valid."""
    with _opened(ctx) as desk:
        demand_erasable(desk.log, subjects, ground=ground)
        confirm(f"Erase all events of {count(len(subjects), 'record')} for good?", yes=yes)
        gone = erase_events(desk.log, subjects, ground=ground, actor=command_actor())
    keys = ", ".join(f"audit-key:{each}" for each in gone.keys)
    events = f"{count(gone.events, 'event')} of {count(len(gone.keys), 'record')}"
    out.print(f"gone for good: {events}; the log knows them as {keys}")


def _print_verified(verified: Verified) -> None:
    for fault in verified.faults:
        out.print(f"{_leaves(fault)}{fault.told}")
    if verified.fault_count > len(verified.faults):
        out.print(f"faults in all: {verified.fault_count:,}")
    last = f", the last signed at {iso(verified.last.at)}" if verified.last else ""
    looked = (
        f"{verified.size - verified.since:,} of {count(verified.size, 'leaf', 'leaves')}, "
        f"{count(verified.checkpoints, 'checkpoint')}{last}"
    )
    out.print(
        f"{'sound' if verified.sound else 'NOT SOUND'}: {looked}; {verified.erased:,} erased; {verified.seconds:.1f} s"
    )
    oldest = f", the oldest since {iso(verified.oldest_pending)}" if verified.oldest_pending else ""
    out.print(f"not sealed yet, and so not protected: {count(verified.pending, 'row')}{oldest}")


def _leaves(fault: AuditFault) -> str:
    if fault.first is None:
        return ""
    return f"leaf {fault.first}: " if fault.first == fault.last else f"leaves {fault.first} to {fault.last}: "


def _verified_json(verified: Verified) -> dict[str, object]:
    return {
        "sound": verified.sound,
        "size": verified.size,
        "since": verified.since,
        "erased": verified.erased,
        "checkpoints": verified.checkpoints,
        "last_checkpoint": verified.last.note if verified.last else None,
        "pending": verified.pending,
        "oldest_pending": iso(verified.oldest_pending) if verified.oldest_pending else None,
        "faults": [{"first": each.first, "last": each.last, "told": each.told} for each in verified.faults],
        "fault_count": verified.fault_count,
        "seconds": round(verified.seconds, 3),
    }


def _row(line: AuditLine) -> tuple[object, ...]:
    if line.event is None:
        return (line.number, None, None, None, f"erased (audit-key:{line.key})", None)
    event = line.event
    facts = ", ".join(f"{name} {value}" for name, value in event.facts.items())
    return (line.number, f"{event.at:%Y-%m-%d %H:%M:%S}", event.actor, event.act, event.subject, facts or None)


def _line_json(line: AuditLine) -> dict[str, object]:
    head: dict[str, object] = {"leaf": line.number, "row": line.id}
    if line.event is None:
        return head | {"erased": True, "key": line.key}
    return head | _event_json(line.event)


def _event_json(event: AuditEvent) -> dict[str, object]:
    return {
        "at": event.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "actor": event.actor,
        "act": event.act,
        "subject": event.subject,
        "facts": dict(event.facts),
    }


def _verifier_keys(log: AuditLog, checkpoint: Checkpoint) -> list[str]:
    """The public keys of today and of before, as witnesses take them."""
    return [verifier_key(checkpoint.origin, each) for each in signing.public_keys(log.signing_key.parent).values()]
