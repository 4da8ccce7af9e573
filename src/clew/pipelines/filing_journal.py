"""The journal of filing: which reports were opened at a clearinghouse, in a file that no restored database takes back.

A database that is put back from yesterday's copy has forgotten what was filed since, and would file it again. A
clearinghouse cannot be asked what it has, so the numbers that it gave stand in a file of their own as well. What the
journal knows and the database does not is taken back first, as after a crash: the clearinghouse says then that the
report had been finished, and it is filed, not sent again.
"""

import enum
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clew.errors import InputError, UnavailableError
from clew.ground.clock import iso
from clew.records.filing import Filing
from clew.records.identifiers import FilingId
from clew.settings import Settings


class Stage(enum.StrEnum):
    """How far a report is."""

    OPENED = "opened"  # the clearinghouse has given its number
    FINISHING = "finishing"  # the last call may have been made
    GONE = "gone"  # it was taken back, or is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A report that the clearinghouse may have, by the journal.

    Attributes:
        place: the base address at which it was opened.
        finishing: whether it may have been finished.
    """

    filing_id: FilingId
    number: str
    place: str
    finishing: bool


class FilingJournal:
    """Lines are only ever added, each durable before the next call is made.

    Args:
        path: of the file; several workers of one machine share it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, filing: Filing, number: str, stage: Stage, at: datetime) -> None:
        """The line is on the disk.

        Raises:
            UnavailableError: it is not, and nothing may be sent on.
        """
        line = {
            "at": iso(at),
            "report": _report(filing),
            "filing": filing.id,
            "place": filing.place or "",
            "number": number,
            "stage": stage.value,
        }
        # It begins a line of its own: the one before may have been broken off.
        text = f"\n{json.dumps(line)}\n".encode()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                written = os.write(file, text)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise self._unusable(error.strerror) from error
        if written != len(text):
            raise self._unusable("a line was cut short")

    def standing(self, filing: Filing) -> Known | None:
        """The newest report of the same case and part that was opened and is not known to be gone.

        It may be another filing's: of one that the database has forgotten. Without a case it is the same report's.

        Raises:
            UnavailableError: the journal cannot be read; what was filed is not known then.
        """
        wanted, found = _report(filing), dict[str, Known]()
        for line in self._lines():
            if line["report"] != wanted:
                continue
            number, stage = line["number"], Stage(line["stage"])
            if stage is Stage.GONE:
                found.pop(number, None)
                continue
            found[number] = Known(
                filing_id=FilingId(line["filing"]),
                number=number,
                place=line["place"],
                finishing=stage is Stage.FINISHING,
            )
        return next(reversed(found.values()), None)

    def filings(self) -> frozenset[FilingId]:
        """All that it names."""
        return frozenset(FilingId(line["filing"]) for line in self._lines())

    def _lines(self) -> Iterator[dict[str, str]]:
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unusable(error.strerror) from error
        with closing(file):
            for text in file:
                line = _read(text)
                if line is not None:
                    yield line

    def _unusable(self, why: str | None) -> UnavailableError:
        return UnavailableError(
            f"the journal of filing {self._path} cannot be used ({why}), and without it a report might be filed twice: "
            "see the disk and the file's rights, or reporting.journal in the settings"
        )


def open_journal(settings: Settings) -> FilingJournal:
    """The journal that the settings name, else the one in the data folder."""
    named = settings.reporting.journal
    return FilingJournal(Path(named) if named else settings.data_dir / "filing-journal.jsonl")


def _report(filing: Filing) -> str:
    """What must not be filed twice: a case's first report, or one supplement; else the one that was ordered."""
    about = f"case {filing.case_id} part {filing.part}" if filing.case_id else f"report {filing.report_id}"
    return f"{filing.environment} {filing.clearinghouse} {about}"


def _read(text: bytes) -> dict[str, str] | None:
    """A whole line; None for an empty one, or one that was broken off while it was written."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    names = ("report", "filing", "place", "number", "stage")
    if not isinstance(line, dict) or not all(isinstance(line.get(name), str) for name in names):
        return None
    if line["stage"] not in set(Stage):
        raise InputError(f"the journal of filing has a line of a later version of Clew, '{line['stage'][:20]}'")
    return line
