"""A saved draft is brought up to its case: what is not to be reported any more leaves it, what came since joins it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from clew.records.report import Absence, QuotedMessage, Report
from clew.reporting.draft import FURTHER_FILE

_FILE = re.compile(r"^files\[(\d+)\]")


def renewed(saved: Report, now: Report, asked: Collection[str], fallen: Collection[QuotedMessage] = ()) -> Report:
    """The draft as a person has left it, with the files that the case asks to report now, and no other.

    A file whose bytes are held no longer is told of in words instead. A batched report takes no further file: it is
    about one.

    Args:
        saved: the draft.
        now: what a fresh draft would hold.
        asked: keys of the files that may be sent.
        fallen: messages that are not to be reported any more.
    """
    kept = [number for number, each in enumerate(saved.files) if each.key in asked]
    named = {each.key for each in saved.files}
    files = tuple(saved.files[number] for number in kept)
    further = saved.further
    if saved.batch is None:
        files += tuple(each for each in now.files if each.key not in named)
        told = [each for each in now.further if each.label == FURTHER_FILE]
        others = [each for each in further if each.label != FURTHER_FILE]
        further = (*told, *others)
    places = {old: new for new, old in enumerate(kept)}
    messages = tuple(each for each in saved.messages if each not in fallen)
    return replace(saved, files=files, messages=messages, further=further, absent=_moved(saved.absent, places))


def _moved(absent: tuple[Absence, ...], places: Mapping[int, int]) -> tuple[Absence, ...]:
    """What was said of an absence stays with its file, and goes with it."""
    found = []
    for each in absent:
        of_file = _FILE.match(each.field)
        if of_file is None:
            found.append(each)
        elif (number := int(of_file[1])) in places:
            found.append(replace(each, field=f"files[{places[number]}]{each.field[of_file.end() :]}"))
    return tuple(found)
