"""The online linker on the reports of `linking_reports`, beside exact identifiers and, where installed, Splink.

`python -m benchmarks.linking --reports 100000 1000000 --profile hard hold-out --seed 1`: each report is handed to the
installed package's linker alone, in the order of receipt, and only the linker's own time is counted. P and R are over
pairs of reports; the ceiling is the recall of exact linking by one who knows which values are whose. `--splink` adds
Splink in a process of its own. Python's collector of cycles is off: it would walk all that is kept, again and again,
and the state in memory has no cycles.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.linking_reports import (
    KINDS,
    Reports,
    Truth,
    ceiling_labels,
    exact_labels,
    get_profile,
    make_reports,
    score,
)
from clew.records.identifiers import IntakeNumber
from clew.records.linking import EdgeState, StatedAddress, StatedValue, Statement
from clew.records.mention import IdentifierKind
from clew.triage.link import Linker
from clew.triage.link_memory import MemoryState
from clew.triage.link_split import split_evidence, undo

NAMING = KINDS[:5]  # all but groups: a group names nobody
SPLINK = {"splink .9": 0.9, "splink .99": 0.99}  # by the probability at which a pair is joined
COLUMNS = (
    ("precision", 7, ".4f"),
    ("recall", 7, ".4f"),
    ("ceiling", 8, ".4f"),
    ("of_ceiling", 8, ".4f"),
    ("largest", 8, ",d"),
    ("largest_true", 6, ",d"),
    ("per_s", 10, ",.0f"),
    ("p50_us", 7, ".1f"),
    ("p99_us", 7, ".1f"),
    ("max_ms", 7, ".1f"),
    ("split_p99_ms", 9, ".2f"),
    ("split_max_ms", 7, ".2f"),
    ("peak_gb", 8, ".2f"),
)
_CHUNK = 100_000
SPLITS = 5_000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.linking")
    parser.add_argument("--reports", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--profile", nargs="+", default=["hard", "hold-out"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--splink", action="store_true")
    parser.add_argument("--one", choices=["clew", "exact", *SPLINK], help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(run(options.one, options.profile[0], options.reports[0], options.seed)))
        return 0
    print(
        f"{'world':9}{'reports':>11} {'linker':10}{'P':>7}{'R':>7}{'ceiling':>8}{'R/ceil':>8}{'largest':>8}{'true':>6}",
        end="",
    )
    print(f"{'reports/s':>10}{'p50 us':>7}{'p99 us':>7}{'max ms':>7}{'splitp99':>9}{'max ms':>7}{'peak GB':>8}")
    for profile in options.profile:
        for count in options.reports:
            for linker in ["clew", "exact", *(SPLINK if options.splink else [])]:
                print(line(child(linker, profile, count, options.seed)), flush=True)
    return 0


def child(linker: str, profile: str, count: int, seed: int) -> dict[str, float | int | str]:
    """One linker on one world in a process of its own, so that memory is its own."""
    command = [sys.executable, "-m", "benchmarks.linking", "--one", linker, "--profile", profile]
    command += ["--reports", str(count), "--seed", str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float | int | str] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(linker: str, profile: str, count: int, seed: int) -> dict[str, float | int | str]:
    reports, truth = make_reports(count, seed=seed, profile=get_profile(profile))
    row: dict[str, float | int | str] = {"profile": profile, "reports": count, "linker": linker}
    started = time.perf_counter()
    if linker == "clew":
        labels, took_s, split_s = link(reports, seed)
        seconds = float(took_s.sum())
        row |= {"p50_us": float(np.percentile(took_s, 50)) * 1e6, "p99_us": float(np.percentile(took_s, 99)) * 1e6}
        row |= {"max_ms": float(took_s.max()) * 1e3, "split_p99_ms": float(np.percentile(split_s, 99)) * 1e3}
        row["split_max_ms"] = float(split_s.max()) * 1e3
    elif linker == "exact":
        labels = exact_labels(reports, NAMING)
        seconds = time.perf_counter() - started
    else:
        from benchmarks._linking_splink import splink_labels

        labels = splink_labels(reports, SPLINK[linker])
        seconds = time.perf_counter() - started
    return row | judged(labels, reports, truth) | {"per_s": count / seconds, "peak_gb": peak_gb()}


def judged(labels: np.ndarray, reports: Reports, truth: Truth) -> dict[str, float | int | str]:
    found, best = score(labels, truth.person), score(ceiling_labels(reports, truth), truth.person)
    return {
        "precision": found.precision,
        "recall": found.recall,
        "ceiling": best.recall,
        "of_ceiling": found.of_ceiling(best),
        "largest": found.largest_found,
        "largest_true": found.largest_true,
    }


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # kilobytes on Linux


def link(reports: Reports, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each report's cluster; the seconds that the linker took for it; and those that splits and their undoing took."""
    state = MemoryState()
    linker = Linker(state)
    took_s = np.empty(len(reports))
    gc.collect()
    gc.disable()
    clock = time.perf_counter
    for each in statements(reports):
        started = clock()
        linker.take(each)
        took_s[each.number - 1] = clock() - started
    labels = np.array([state.label(IntakeNumber(number + 1)) for number in range(len(reports))])
    return labels, took_s, split_and_undo(state, len(reports), seed)


def split_and_undo(state: MemoryState, count: int, seed: int) -> np.ndarray:
    """The seconds of each of SPLITS splits at evidence drawn by chance, and of each undoing."""
    draw = np.random.default_rng(seed)
    took_s: list[float] = []
    while len(took_s) < 2 * SPLITS:
        report = IntakeNumber(int(draw.integers(1, count + 1)))
        joined = [each for each in state.of_report(report) if each.state is EdgeState.JOINED]
        if len(state.cluster(report).members) == 1 or not joined:
            continue
        started = time.perf_counter()
        done = split_evidence(state, report, joined[0].key)
        middle = time.perf_counter()
        undo(state, done)
        took_s += [middle - started, time.perf_counter() - middle]
    return np.array(took_s)


def statements(reports: Reports) -> Iterator[Statement]:
    """The reports as the linker takes them: identifiers, births, names and addresses of the subject.

    Codes are written as numbers: equal texts and equal codes are the same thing to a linker that compares for equality.
    """
    kinds = [IdentifierKind(kind) for kind in NAMING]
    for start in range(0, len(reports), _CHUNK):
        rows = slice(start, start + _CHUNK)
        codes = [reports.codes[kind][rows].tolist() for kind in NAMING]
        columns = (reports.sender, reports.received, reports.verified, reports.first_name, reports.last_name)
        others = zip(*(each[rows].tolist() for each in (*columns, reports.birth_day, reports.ip)), strict=True)
        for place, (sender, at_s, verified, first, last, birth, ip) in enumerate(others):
            values = tuple(
                StatedValue(kind=kind, value=str(code[place]), verified=bool(verified >> bit & 1))
                for bit, (kind, code) in enumerate(zip(kinds, codes, strict=True))
                if code[place]
            )
            name = tuple(f"{which}{code}" for which, code in (("f", first), ("l", last)) if code)
            yield Statement(
                number=IntakeNumber(start + place + 1),
                sender=str(sender),
                at_s=at_s,
                values=values,
                births=(birth,) if birth else (),
                names=(name,) if name else (),
                addresses=(StatedAddress(ip=str(ip), at_s=at_s),) if ip else (),
            )


def line(row: dict[str, float | int | str]) -> str:
    text = f"{row['profile']:9}{row['reports']:>11,} {row['linker']:10}"
    for key, width, form in COLUMNS:
        text += format(format(row[key], form) if key in row else "-", f">{width}")
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
