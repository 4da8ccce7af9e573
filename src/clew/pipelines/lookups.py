"""Look hashes up on the lists, without screening anything: nothing is counted and no hit is made."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from clew.errors import InputError
from clew.parts.signals.base import SignalPart
from clew.pipelines.installation import Installation
from clew.pipelines.uploads import parse_signal
from clew.records.identifiers import ListName, SignalType
from clew.records.match import IndexState, Match
from clew.records.signal import Signal

# Enough that a search by batch runs at its full speed, and few enough that answers keep coming.
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """The answer to one line: the matches of its signal, or what was wrong with the line.

    Attributes:
        line: its number, from 1.
    """

    line: int
    signal: Signal | None
    fault: str | None = None
    matches: tuple[Match, ...] = ()
    total_matches: int = 0
    index: IndexState | None = None


def look_up(
    installation: Installation, lines: Iterable[bytes], *, lists: Sequence[ListName] = (), limit: int
) -> Iterator[LookedUp]:
    """One answer for each line that is not empty, in order; a line that cannot be read is answered with its fault.

    Args:
        lines: `type value` each, as in `pdq 3f00...`; the value in hexadecimal.
        lists: names of the lists to search; none means all.
        limit: matches given for each line; all are counted.
    """
    read = _read(lines, installation.signals)
    while batch := list(islice(read, _BATCH)):
        signals = [each.signal for each in batch if each.signal is not None]
        found = iter(installation.screener.look_up([(signal,) for signal in signals], lists=lists, limit=limit))
        for each in batch:
            if each.signal is None:
                yield each
                continue
            near, matches = next(found)
            yield LookedUp(
                line=each.line, signal=each.signal, matches=matches, total_matches=near.total, index=near.index
            )


def _read(lines: Iterable[bytes], parts: Mapping[SignalType, SignalPart]) -> Iterator[LookedUp]:
    parse = {name: part.parse for name, part in parts.items()}
    for number, raw in enumerate(lines, 1):
        words = raw.decode("ascii", "replace").split()
        if not words:
            continue
        try:
            yield LookedUp(line=number, signal=_signal(words, parse))
        except InputError as error:
            yield LookedUp(line=number, signal=None, fault=str(error))


def _signal(words: Sequence[str], parse: Mapping[SignalType, Callable[[str], bytes]]) -> Signal:
    if len(words) != 2:  # noqa: PLR2004  (a type and a value)
        raise InputError(f"expected 'type value', got {len(words)} words")
    return parse_signal(words[0].lower(), words[1], None, parse)
