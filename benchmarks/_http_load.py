"""A real `clew serve`, and `wrk` calling it: requests a second, latencies, processor time of all that take part."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")

# wrk sends the bodies in turn; they come from one file, with their sizes.
_SCRIPT = """
local bodies = {}
local file = io.open(os.getenv("BODIES"), "rb")
for size in string.gmatch("@SIZES@", "%d+") do bodies[#bodies + 1] = file:read(tonumber(size)) end
local headers = { ["Authorization"] = "Bearer " .. os.getenv("KEY"), ["Content-Type"] = os.getenv("KIND") }
local turn = 0
function request()
  turn = turn % #bodies + 1
  return wrk.format("POST", "/api/v1/screen", headers, bodies[turn])
end
"""


@dataclass(frozen=True)
class Outcome:
    """What one run gave.

    Attributes:
        all_cpu_us: processor time for one request, of the service, its workers and wrk together: on an idle machine
            with every core busy, the rate follows from it alone.
        web_cpu_us: of that, the service's own process.
    """

    per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    all_cpu_us: float
    web_cpu_us: float


@dataclass(frozen=True)
class Service:
    """A service that runs: its process number, and where it listens."""

    process: int
    port: int


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Service]:
    """A service on the folder, on a port that is free; settings as the environment names them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), "serve", "--port", str(port)]
    environ = {**os.environ, "CLEW_LOG": "error", **settings}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready"), "the service did not start"
        time.sleep(2)  # its decode workers load
        yield Service(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def load(bodies: Sequence[bytes], kind: str, key: str, service: Service, *, connections: int, seconds: int) -> Outcome:
    """What wrk sees when it sends these bodies in turn."""
    with tempfile.TemporaryDirectory() as room:
        script, content = Path(room, "load.lua"), Path(room, "bodies")
        content.write_bytes(b"".join(bodies))
        script.write_text(_SCRIPT.replace("@SIZES@", ",".join(str(len(each)) for each in bodies)))
        command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency"]
        before_s, web_before_s = _wrk_cpu_s() + tree_cpu_s(service.process), cpu_s(service.process)
        said = subprocess.run(
            [*command, "-s", str(script), f"http://127.0.0.1:{service.port}"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "KEY": key, "KIND": kind, "BODIES": str(content)},
        ).stdout
        all_s = _wrk_cpu_s() + tree_cpu_s(service.process) - before_s
        web_s = cpu_s(service.process) - web_before_s
    quantiles = {name: _ms(value, unit) for name, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", said)}
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    requests = max(int(_first(r"(\d+) requests in", said)), 1)
    return Outcome(
        per_s=float(_first(r"Requests/sec:\s+([\d.]+)", said)),
        p50_ms=quantiles["50"],
        p99_ms=quantiles["99"],
        errors=int(errors[1]) if errors else 0,
        all_cpu_us=1e6 * all_s / requests,
        web_cpu_us=1e6 * web_s / requests,
    )


def cpu_s(process: int) -> float:
    """Processor time of one process so far."""
    return _times().get(process, (0, 0.0))[1]


def tree_cpu_s(process: int) -> float:
    """Processor time so far of a process and of all that descend from it and still run."""
    times = _times()
    family = {process}
    while more := {each for each, (parent, _) in times.items() if parent in family} - family:
        family |= more
    return sum(times[each][1] for each in family if each in times)


def _times() -> Mapping[int, tuple[int, float]]:
    """Parent and processor time of every process."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(folder.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS)
    return found


def _wrk_cpu_s() -> float:
    """Processor time of children that have ended: of wrk, since nothing else ends in between."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]


def _ms(value: str, unit: str) -> float:
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
