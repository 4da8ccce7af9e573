"""Identifiers out of reports: the whole extraction, with and without the signs that spare words a search.

    python -m benchmarks.extraction
    python -m benchmarks.extraction --reports 20000 --json FILE

Three reports of invented people: a usual one (an account with its e-mail, telephone number, logins and a device, two
digests, 420 letters of words without an identifier), the same with nine identifiers in its words, and the fields alone.
Before anything is timed both ways give equal mentions. Times are microseconds of this process's CPU for each report on
one thread, both ways taking turns, the least of five: what else the machine does only adds to them.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clew.parts import shelf
from clew.parts.identifiers.base import IdentifierPart
from clew.records.report import Incident, Person, Phone, Report, ReportedSubject, Reporter
from clew.records.report_file import FileHash, ReportFile
from clew.records.subject import Device, Email, IpEvent
from clew.triage.extract import extract

AT = datetime(2026, 3, 1, tzinfo=UTC)
TURNS = 5
WORDS = "The account sent the link after a chat of two days and asked for money; the other side then wrote to us. " * 4
FULL = (
    "wrote from jo.harbour@quay-mail.org on 2026-03-01 at 12:30:11 from 8.8.8.8:443, phone 030 901820, snap: jo_harb1, "
    "see hxxps://board[.]org/a and https://t.me/+AbCdEf12, paid to NL91 ABNA 0417 1643 00 or $JoHarbour1, wallet "
    "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC, then nothing more was heard of it for two weeks and the account was gone"
)


def reports() -> dict[str, Report]:
    subject = ReportedSubject(
        identifier="17841",
        screen_name="some.name",
        person=Person(emails=(Email(address="j.doe@gmail.com"),), phones=(Phone(number="+4930901820"),)),
        ip_events=(IpEvent(address="8.8.8.8", at=AT, port=4711), IpEvent(address="8.8.4.4", at=AT)),
        devices=(Device(kind="IMEI", value="490154203237518"),),
    )
    digests = (FileHash(type="MD5", value="0f" * 16), FileHash(type="SHA256", value="0a" * 32))
    usual = Report(
        incident=Incident(at=AT, platform="Instagram"),
        reporter=Reporter(person=Person()),
        subjects=(subject,),
        files=(ReportFile(key="1", file_name="a.jpg", hashes=digests),),
        additional_info=WORDS,
    )
    return {
        "usual": usual,
        "identifiers in the words": replace(usual, additional_info=FULL),
        "fields alone": replace(usual, additional_info=None),
    }


def _without_signs(part: IdentifierPart) -> IdentifierPart:
    """The same part, asked about every text."""
    kind = type(f"Every{type(part).__name__}", (type(part),), {"signs": None})
    return kind()  # type: ignore[no-any-return]


def microseconds(work: Callable[[], object], count: int) -> float:
    began = time.process_time()
    for _ in range(count):
        work()
    return (time.process_time() - began) / count * 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=5_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    signed = list(shelf.load_all("identifiers", IdentifierPart).values())
    plain = [_without_signs(part) for part in signed]
    found: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    print(f"{'report':26}{'mentions':>9}{'with signs':>13}{'plain':>9}   microseconds")
    for name, report in reports().items():
        assert extract(report, signed) == extract(report, plain)
        ways = {"signs": signed, "plain": plain}
        turns: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(TURNS):
            for way, parts in ways.items():
                turns[way].append(microseconds(lambda r=report, p=parts: extract(r, p), given.reports))  # type: ignore[misc]
        best = {way: min(each) for way, each in turns.items()}
        mentions = len(extract(report, signed).mentions)
        found[name] = {"mentions": mentions, **{way: round(each, 1) for way, each in best.items()}}
        print(f"{name:26}{mentions:9}{best['signs']:13.1f}{best['plain']:9.1f}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=2), "utf-8")


if __name__ == "__main__":
    main()
