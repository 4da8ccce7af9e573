"""Filing under SIGKILL: `python -m ...filing_process SEED FIRST COUNT FOLDER TEMPLATE ADDRESS USER PASSWORD [URL]`.

Each run has an SQLite database of its own; with the URL of a migrated database all of them share that one. For each
run a worker process of its own is made by fork. It kills itself at one of its steps, of which it is told by the hook
that the filing desk offers; no production code knows of this. Another may be killed after it. Then fresh workers,
whose clock runs ahead, bring the filing to its end. Each run prints one line of JSON.
"""

import gc
import json
import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines.filing_work import reconcile
from clew.records.filing import FilingState
from clew.records.identifiers import FilingId
from tests.pipelines.filing_house import MORNING, FilingHouse, SetClock, open_filing_house

Tell = Callable[[dict[str, Any]], object]
Deed = Callable[[FilingHouse, Tell], None]

# Passings of one clean attempt with two files; a run that names a later one is killed in a later attempt, or never.
STEPS = 30
ENDPOINTS = ("submit", "upload", "fileinfo", "finish", "retract")
# Every fault of the server, with what makes it one, and whether a person must act.
FAULTS: tuple[dict[str, Any], ...] = (
    {},
    {"fault": "drop-before"},
    {"fault": "drop-after"},
    {"fault": "status", "status": 503},
    {"fault": "status", "status": 502, "after": True},
    {"fault": "code", "code": 1000},
    {"fault": "code", "code": 1300, "after": True},
    {"fault": "code", "code": 4100},
    {"fault": "code", "code": 3000, "after": True},
    {"fault": "slow", "seconds": 0.05, "after": True},
    {"fault": "empty-401"},
    {"fault": "empty-401", "after": True},
    {"fault": "revoked"},
    {"fault": "wrong-hash"},
    {"fault": "wrong-file-id"},
    {"fault": "other-files"},
    {"fault": "oversized"},
    {"fault": "doctype"},
    {"fault": "malformed"},
)


def plan_of(number: int, seed: int) -> tuple[list[dict[str, Any]], int]:
    """The faults of one run and the step at which the first worker dies: every fault meets every step in turn."""
    chance = random.Random(f"{seed}/{number}")
    fault = FAULTS[number % len(FAULTS)]
    step = number // len(FAULTS) % STEPS if number >= len(FAULTS) else chance.randrange(STEPS)
    if not fault:
        return [], step
    wherever = {"wrong-hash": "upload", "other-files": "finish", "wrong-file-id": chance.choice(["upload", "finish"])}
    endpoint = wherever.get(fault["fault"], chance.choice(("*", *ENDPOINTS)))
    line = {**fault, "endpoint": endpoint}
    if fault["fault"] != "revoked" and chance.random() < 0.8:
        line["calls"] = chance.choice([[1], [2], [1, 2]])
    elif fault["fault"] != "revoked":
        line["probability"] = 0.4
    else:
        line["calls"] = [chance.randrange(1, 3)]
    return [line], step


def main(arguments: list[str]) -> None:
    seed, first, count = map(int, arguments[:3])
    folder, template = Path(arguments[3]), Path(arguments[4])
    address, user, password = arguments[5:8]
    shared = arguments[8] if len(arguments) > 8 else None
    # Parts are imported when they are asked for: once here, and not in each child again.
    for shelf, part in (("stores", "sql"), ("vaults", "local"), ("keyrings", "file"), ("jurisdictions", "us")):
        load(shelf, part, object)
    for shelf in ("clearinghouses", "formats"):
        load(shelf, "cybertipline", object)
    gc.freeze()  # so that a child copies no page for counting references alone
    for number in range(first, first + count):
        place = folder / ("shared" if shared else f"run-{number}")
        place.mkdir(parents=True, exist_ok=bool(shared))
        if shared is None:
            shutil.copy(template, place / "clew.db")
        url = shared or f"sqlite:///{place / 'clew.db'}"
        run = Run(number, seed, place, url, address, (user, password))
        sys.stdout.write(json.dumps(run.all()) + "\n")
        sys.stdout.flush()
        if shared is None:
            shutil.rmtree(place)


class Run:
    """One case, one plan of faults, one or two killed workers, and those that finish."""

    def __init__(self, number: int, seed: int, place: Path, url: str, address: str, auth: tuple[str, str]) -> None:
        self.number = number
        self.seed = seed
        self.place = place
        self.url = url
        self.address = address
        self.auth = auth
        self.chance = random.Random(f"{seed}/{number}/times")
        self.faults, self.step = plan_of(number, seed)
        self.now = MORNING

    def all(self) -> dict[str, Any]:
        self._load(self.faults)
        first = _end(self._begin(lambda house, tell: self._prepare(house, tell, self.step)))
        filing_id, killed = FilingId(first["filing"]), [first.get("killed_at")]
        if self.number % 3 == 0:
            self.now += timedelta(minutes=6)
            step = self.chance.randrange(STEPS)
            killed.append(_end(self._begin(lambda house, tell: _work_until(house, tell, step))).get("killed_at"))
        # Clocks jump: back, a little on, past the horizon of retries.
        self.now += timedelta(minutes=self.chance.choice([-600, 6, 6, 6, 6000]))
        ended = self._finish(filing_id, resume=False)
        failures: list[dict[str, Any]] = []
        while ended["state"] == FilingState.FAILED and len(failures) < 3:
            failures.append(ended)
            self._load([])  # somebody has mended what was wrong, such as the password
            ended = self._finish(filing_id, resume=True)
        return {
            "run": self.number,
            "faults": self.faults,
            "step": self.step,
            "killed_at": killed,
            "failures": failures,
            "identifier": first["identifier"],
            **ended,
        }

    def _prepare(self, house: FilingHouse, tell: Tell, step: int) -> None:
        case_id = house.case(b"boats " * 9000, b"harbour %d" % self.number)
        tell({"identifier": f"account-{case_id}", "filing": house.order(case_id).id})
        _work_until(house, tell, step)

    def _load(self, faults: list[dict[str, Any]]) -> None:
        address = self.address.removesuffix("/ispws") + "/ispws-recorder/plan"
        plan = {"seed": self.seed + self.number, "faults": faults}
        assert httpx.put(address, json=plan, auth=self.auth, timeout=30).status_code == 200

    def _finish(self, filing_id: FilingId, *, resume: bool) -> dict[str, Any]:
        """One fresh worker, or two whose clocks differ, work until nothing is open."""
        if self.number % 5 == 0 and not resume:
            one = self._begin(lambda house, _: _work(house, "one", 2))
            two = self._begin(lambda house, _: _work(house, "two", 2))
            _end(one)
            _end(two)
        said = _end(self._begin(lambda house, tell: _work_and_tell(house, tell, filing_id, resume=resume)))
        self.now = max(self.now, datetime.fromisoformat(said.pop("now")))
        return said

    def _begin(self, deed: Deed) -> "Child":
        """A process that does it on the run's database, and says what came of it."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid:
            os.close(writing)
            return Child(pid, reading)
        status = 1
        try:
            os.close(reading)
            store = load("stores", "sql", StorePart).open(self.url)
            house = open_filing_house(store, self.place, self.address, SetClock(self.now), retry_hours=4)
            deed(house, lambda told: os.write(writing, json.dumps(told).encode() + b"\n"))
            store.close()
            status = 0
        except BaseException:  # noqa: BLE001  (the parent sees the status, a person the trace)
            traceback.print_exc()
        finally:
            os._exit(status)


@dataclass
class Child:
    pid: int
    said: int


def _end(child: Child) -> dict[str, Any]:
    """What a process has said, once it is gone; by SIGKILL, or of itself."""
    with os.fdopen(child.said, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child.pid, 0)
    told: dict[str, Any] = {name: value for line in said.splitlines() for name, value in json.loads(line).items()}
    assert status == 0 or (os.WTERMSIG(status) == signal.SIGKILL and "killed_at" in told), (status, told)
    return told


# ---------------------------------------------------------------- what the processes do


def _work_until(house: FilingHouse, tell: Tell, step: int) -> None:
    """A worker that works until its step comes, and is gone in the middle of it."""
    passed = 0

    def hook(name: str) -> None:
        nonlocal passed
        if passed == step:
            tell({"killed_at": name})
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    house.passing(hook).work()


def _work(house: FilingHouse, name: str, steals: int) -> None:
    reconcile(house.desk)
    house.work_to_the_end(worker=name, steals=steals)


def _work_and_tell(house: FilingHouse, tell: Tell, filing_id: FilingId, *, resume: bool) -> None:
    if resume:
        house.again(filing_id)
    _work(house, "fresh", 400)
    known = house.file(filing_id)
    assert known.filing.case_id is not None
    with house.store.read() as reader:
        holds = [hold.kind for hold in reader.holds_of_case(known.filing.case_id) if hold.stands(house.clock())]
        tasks = {state.value: count for state, count in reader.count_tasks().items()}
        case = reader.get_case(known.filing.case_id)
    told = {
        "state": known.filing.state.value,
        "number": known.filing.number,
        "receipt": known.receipt is not None,
        "alerts": sorted(each.kind.value for each in known.alerts),
        "attempts": known.filing.attempts,
        "holds": sorted(hold.value for hold in holds),
        "tasks": tasks,
        "case": case.state.value,
        "told": known.filing.told,
    }
    tell({"now": house.clock.now.isoformat(), **told})


if __name__ == "__main__":
    main(sys.argv[1:])
