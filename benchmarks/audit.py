"""How fast the audit log is written and sealed, and how long it takes to find one change among a million acts.

    python -m benchmarks.audit [--events N] [--database URL] [--folder F] [--json FILE]

Acts are written through `Store.submit`, many to a transaction and then one to a transaction, and counted once they are
durable. The log is sealed as the service does it. Then one bit is flipped, two rows change places, one row is deleted,
the tail is cut off with all that speaks of it, and each time the whole log is verified; every change is undone before
the next. All in one process. Wall-clock time, and beside it the processor's: on a busy machine the two drift apart, and
only the second says what the work costs. Without --database the log is in SQLite, in --folder.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url

from clew.ground.clock import system_clock
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.audit import AuditLog, last_checkpoint, open_log, seal
from clew.pipelines.audit_prove import prove
from clew.pipelines.audit_verify import verify
from clew.pipelines.installation import open_store
from clew.pipelines.witness import append
from clew.records.audit import AuditEvent
from clew.settings import Settings

# The goals: any change among a million found in less than ten seconds, 50,000 acts a second durable.
GOAL_VERIFY_S, GOAL_WRITE = 10.0, 50_000
IN_ONE_WORK = 500
SINGLES = 50_000
SUBJECTS, ACTORS = 50_000, 20
ACTS = ("hit.open", "console.find", "case.open", "evidence.open", "report.change")
CUT = 1_000
PROOFS = 100


@dataclass
class Spent:
    """Seconds on the wall and of the processor, all threads of this process together."""

    wall: float = 0.0
    cpu: float = 0.0

    def rates(self, count: int) -> str:
        return f"{count / self.wall:,.0f} a second ({count / self.cpu:,.0f} by processor time)"

    def seconds(self) -> str:
        return f"{self.wall:.2f} s ({self.cpu:.2f} of the processor)"


@contextlib.contextmanager
def spending() -> Iterator[Spent]:
    spent, wall, cpu = Spent(), time.perf_counter(), time.process_time()
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - wall, time.process_time() - cpu


def write(store: Store, events: int, in_one_work: int) -> Spent:
    """Until so many acts are durable."""
    at = system_clock()

    def work_of(first: int) -> Callable[[UnitOfWork], None]:
        def work(unit: UnitOfWork) -> None:
            for number in range(first, first + in_one_work):
                unit.audit(
                    AuditEvent(
                        at=at,
                        actor=f"user:{number % ACTORS:026d}",
                        act=ACTS[number % len(ACTS)],
                        subject=f"case:{number * 7919 % SUBJECTS:026d}",
                        facts={"rows": number, "by": "digits"},
                    )
                )

        return work

    with spending() as spent:
        waiting: list[Future[None]] = [store.submit(work_of(first)) for first in range(0, events, in_one_work)]
        for each in waiting:
            each.result()
    return spent


def intrude(settings: Settings) -> Engine:
    """A way into the database past the store: whoever alters a log does not ask it."""
    url = make_url(settings.database_url)
    return create_engine(url if url.get_backend_name() == "sqlite" else url.set(drivername="postgresql+psycopg"))


def run(intruder: Engine, *statements: str) -> None:
    with intruder.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def drop_triggers(intruder: Engine) -> None:
    """As whoever may alter the schema can."""
    with intruder.begin() as connection:
        for table in ("audit_events", "audit_checkpoints", "audit_subtrees"):
            for kind in ("keep", "stay"):
                on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
                connection.exec_driver_sql(f"DROP TRIGGER {table}_{kind}{on}")


def changes(size: int, signed_before: int) -> dict[str, tuple[list[str], list[str]]]:
    """Each with its undoing."""
    middle, cut = size // 2, signed_before

    def swap(one: int, other: int) -> list[str]:
        moves = ((-1, one), (one, other), (other, -1))
        return [f"UPDATE audit_events SET number = {to} WHERE number = {at}" for to, at in moves]

    copies = {
        "audit_events": f"number >= {cut}",
        "audit_checkpoints": f"size > {cut}",
        "audit_subtrees": f"(place + 1) * (CASE level WHEN 8 THEN 256 ELSE 65536 END) > {cut}",
    }
    cutting, mending = [], []
    for table, condition in copies.items():
        cutting += [f"CREATE TABLE kept_{table} AS SELECT * FROM {table} WHERE {condition}"]
        cutting += [f"DELETE FROM {table} WHERE {condition}"]
        mending += [f"INSERT INTO {table} SELECT * FROM kept_{table}", f"DROP TABLE kept_{table}"]
    one = f"number = {middle}"
    keep = f"CREATE TABLE kept_row AS SELECT * FROM audit_events WHERE {one}"
    return {
        "one bit of a time flipped": (
            [f"UPDATE audit_events SET at = at + 1 - 2 * (at & 1) WHERE {one}"],
            [f"UPDATE audit_events SET at = at + 1 - 2 * (at & 1) WHERE {one}"],
        ),
        "two rows reordered": (swap(middle, middle + 1), swap(middle, middle + 1)),
        "one row deleted": (
            [keep, f"DELETE FROM audit_events WHERE {one}"],
            ["INSERT INTO audit_events SELECT * FROM kept_row", "DROP TABLE kept_row"],
        ),
        f"the last {size - cut:,} cut off": (cutting, mending),
    }


@contextlib.contextmanager
def opened(database: str, folder: Path | None) -> Iterator[tuple[AuditLog, Engine]]:
    with tempfile.TemporaryDirectory(dir=folder, prefix="clew-audit-") as name:
        settings = Settings(data_dir=Path(name), database=database)
        with contextlib.closing(open_store(settings)) as store:
            intruder = intrude(settings)
            yield open_log(settings, store, system_clock), intruder
            intruder.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; else SQLite")
    parser.add_argument(
        "--folder", type=Path, help="where the SQLite database and the keys stand; else the temporary one"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, object] = {"database": "PostgreSQL" if arguments.database else "SQLite"}
    with opened(arguments.database, arguments.folder) as (log, intruder):
        good = measure(log, intruder, arguments.events, figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))
    return 0 if good else 1


def measure(log: AuditLog, intruder: Engine, events: int, figures: dict[str, object]) -> bool:
    good = True

    def say(what: str, spent: Spent, told: str, *, fits: bool = True) -> None:
        nonlocal good
        good &= fits
        figures[what] = {"wall_s": spent.wall, "cpu_s": spent.cpu, "told": told}
        print(f"{what:40} {told}{'' if fits else '   MISSES THE GOAL'}", flush=True)

    singles = min(SINGLES, events // 2)
    many = (events - singles - CUT) // IN_ONE_WORK * IN_ONE_WORK
    spent = write(log.store, many, IN_ONE_WORK)
    say(f"written, {IN_ONE_WORK} acts a transaction", spent, spent.rates(many), fits=many / spent.wall >= GOAL_WRITE)
    spent = write(log.store, singles, 1)
    say("written, one act a transaction", spent, spent.rates(singles))
    with spending() as spent:
        sealed = seal(log)
    say("sealed", spent, spent.rates(sealed))
    with log.store.read() as reader:
        signed_before = reader.audit_size()
    write(log.store, events - sealed, 1)
    seal(log)
    with log.store.read() as reader:
        size, checkpoint = reader.audit_size(), last_checkpoint(reader)
        with spending() as spent:
            for number in range(0, size, size // PROOFS):
                prove(reader, number)
        say("one inclusion proof", spent, f"{spent.wall / PROOFS * 1000:,.1f} ms ({spent.cpu / PROOFS * 1000:,.1f})")
    assert checkpoint is not None
    witness = log.kept.with_name("witness")
    append(checkpoint, witness)
    log.kept.unlink()
    drop_triggers(intruder)
    untouched: dict[str, tuple[list[str], list[str]]] = {f"verified, {size:,} acts untouched": ([], [])}
    for what, (change, undo) in (untouched | changes(size, signed_before)).items():
        run(intruder, *change)
        with spending() as spent:
            verified = verify(log, witnesses=[witness])
        run(intruder, *undo)
        assert verified.sound == (not change), what
        told = [f"leaf {each.first:,}: {each.told.partition(':')[0]}" for each in verified.faults[:1] if each.first]
        say(what, spent, ", ".join([spent.seconds(), *told]), fits=spent.wall < GOAL_VERIFY_S)
    assert verify(log, witnesses=[witness]).sound, "every change was undone"
    return good


if __name__ == "__main__":
    sys.exit(main())
