"""The worlds that linkers are judged on: their ceilings, what exact linking costs in them, and how long they take.

python -m benchmarks.linking_reports --reports 100000 1000000 --profile hard hold-out adverse --seed 1
"""

import argparse
import json
import resource
import sys
import time

from benchmarks.linking_reports import KINDS, PROFILES, ceiling_labels, exact_labels, get_profile, make_reports, score


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.linking_reports")
    parser.add_argument("--reports", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--profile", nargs="+", default=list(PROFILES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one line for each world in place of the table")
    options = parser.parse_args(arguments)
    if not options.json:
        print(
            f"{'world':10}{'reports':>11}{'CPU s':>7}{'peak GB':>8}{'people':>10}{'true pairs':>15}{'ceiling':>9}",
            end="",
        )
        print(f"{'largest':>9}{'exact: P':>10}{'R':>7}{'largest':>10}")
    for name in options.profile:
        for count in options.reports:
            row = measure(name, count, options.seed)
            print(json.dumps(row) if options.json else line(row))
    return 0


def measure(name: str, count: int, seed: int) -> dict[str, float | int | str]:
    started = time.process_time()
    reports, truth = make_reports(count, seed=seed, profile=get_profile(name))
    cpu_s = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # of this process so far; kilobytes on Linux
    best = score(ceiling_labels(reports, truth), truth.person)
    exact = score(exact_labels(reports, KINDS[:5]), truth.person)  # all but groups
    return {
        "profile": name,
        "reports": count,
        "seed": seed,
        "cpu_s": round(cpu_s, 2),
        "peak_gb": round(peak / 1e6, 2),
        "people": int(truth.person.max()) + 1,
        "true_pairs": best.true_pairs,
        "ceiling": round(best.recall, 4),
        "largest_true": best.largest_true,
        "exact_precision": round(exact.precision, 5),
        "exact_recall": round(exact.recall, 4),
        "exact_largest": exact.largest_found,
    }


def line(row: dict[str, float | int | str]) -> str:
    return (
        f"{row['profile']:10}{row['reports']:>11,}{row['cpu_s']:>7}{row['peak_gb']:>8}{row['people']:>10,}"
        f"{row['true_pairs']:>15,}{row['ceiling']:>9}{row['largest_true']:>9,}"
        f"{row['exact_precision']:>10}{row['exact_recall']:>7}{row['exact_largest']:>10,}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
