"""Reports filed over the CyberTipline interface to a real `clew serve`: how many a second are taken in, durable.

How long an acknowledgement takes, too, and how long it is from there to a place in the queue.

    python -m benchmarks.intake_http [--database URL] [--seconds S] [--connections N] [--share F] [--file-kb N]

Two runs on one service, which orders reports beside taking them in: as many reports as are answered, then so large a
share of that rate, evenly spread. A report is two calls, /submit and /finish, or three with a file. One acknowledged
report in `_SAMPLED` is looked for in the order of work until it stands there.
"""

import argparse
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from benchmarks._http_load import Service, served, tree_cpu_s
from benchmarks._ispws_load import Load, Sent, send
from clew.ground.tokens import digest_of, new_token
from clew.parts.stores.base import Store
from clew.pipelines.installation import open_store
from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.intake import IntakeSender, SenderKind
from clew.settings import Settings

_USER = "platform"
_SAMPLED, _LOOK_S = 20, 0.01
# Ordering that takes longer than this after the last report is a service that has fallen behind.
_BEHIND_S = 120.0


class Placing:
    """Looks for acknowledged reports in the order of work until they stand there.

    Attributes:
        waits_ms: from the acknowledgement of each sampled report to the first look that found it placed.
    """

    def __init__(self, store: Store) -> None:
        self.waits_ms: list[float] = []
        self._store = store
        self._lock = threading.Lock()
        self._sought: dict[IntakeNumber, float] = {}
        self._seen = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def acknowledged(self, number: int, at: float) -> None:
        """One in `_SAMPLED` is looked for."""
        self._seen += 1
        if self._seen % _SAMPLED == 0:
            with self._lock:
                self._sought[IntakeNumber(number)] = at

    def end(self) -> int:
        """All are found, or it has taken too long; how many were not found."""
        self._ending.set()
        self._thread.join()
        return len(self._sought)

    def _look(self) -> None:
        until = float("inf")
        while time.monotonic() < until:
            with self._lock:
                sought = list(self._sought)
            if not sought and self._ending.is_set():
                return
            if self._ending.is_set() and until == float("inf"):
                until = time.monotonic() + _BEHIND_S
            with self._store.read() as reader:
                placed = reader.ordered_of(sought[:500])
            now = time.monotonic()
            with self._lock:
                for number in placed:
                    self.waits_ms.append(1e3 * (now - self._sought.pop(number)))
            time.sleep(_LOOK_S)


def add_sender(store: Store) -> str:
    """The benchmark's sender, with a new credential."""
    word = new_token()
    sender = IntakeSender(
        id=SenderId(_USER),
        name=_USER,
        kind=SenderKind.PLATFORM,
        created_at=datetime.now(UTC),
        created_by="command:benchmark",
        user=_USER,
        secret_digest=digest_of(word),
    )
    store.transact(lambda unit: unit.put_sender(sender))
    return word


def run(store: Store, service: Service, word: str, asked: argparse.Namespace, rate: float | None, seed: int) -> Sent:
    """One run, told as a line of the table."""
    placing = Placing(store)
    before_s = tree_cpu_s(service.process)
    sent = send(
        Load(
            port=service.port,
            user=_USER,
            password=word,
            seconds=asked.seconds,
            connections=asked.connections,
            rate=rate,
            file_bytes=1000 * asked.file_kb,
            seed=seed,
            acknowledged=placing.acknowledged,
        )
    )
    cpu_s = tree_cpu_s(service.process) - before_s
    with store.read() as reader:
        behind = reader.count_pending()
    missing = placing.end()
    how = "as many as are answered" if rate is None else f"{rate:.0f} a second asked for"
    each_ms = 1e3 * cpu_s / max(len(sent.finished), 1)
    cells = (
        f"{asked.database.partition(':')[0] or 'sqlite'}, {how}",
        f"{sent.per_s:,.0f}",
        *(shown(each) for each in (sent.finish_ms, sent.report_ms, placing.waits_ms)),
        f"{behind:,}",
        f"{each_ms:.2f} ms",
    )
    print(f"| {' | '.join(cells)} |", flush=True)
    if missing:
        print(f"{missing} sampled reports had no place {_BEHIND_S:.0f} s after the last", flush=True)
    return sent


def shown(values_ms: list[float]) -> str:
    """p50 and p99."""
    if len(values_ms) < 2:
        return "none"
    cuts = quantiles(values_ms, n=100)
    return f"{cuts[49]:,.0f}, {cuts[98]:,.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="", help="an empty database; the default is a new SQLite file")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--share", type=float, default=0.6, help="of the rate of the first run")
    parser.add_argument("--file-kb", type=int, default=0, help="size of a file for each report; 0 is none")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data_dir=Path(name), database=asked.database)
        store = open_store(settings)
        word = add_sender(store)
        environ = {"CLEW_DATABASE": settings.database_url, "CLEW_DESKS": "clearinghouse"}
        print(
            "| | finished a second | /finish p50, p99 | report p50, p99 | to its place p50, p99 | waiting at the end ",
            end="",
        )
        print("| CPU a report |\n|---|---|---|---|---|---|---|")
        with served(Path(name), **environ) as service:
            full = run(store, service, word, asked, None, 1)
            run(store, service, word, asked, asked.share * full.per_s, 2)
        store.close()


if __name__ == "__main__":
    main()
