"""Screen an upload: from signals to an answer that is durable before it is given."""

import functools
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime

from clew.errors import InputError, NotFoundError, RefusedError
from clew.ground.clock import Clock, monotonic_s
from clew.ground.identity import new_id
from clew.matching import match
from clew.matching.thresholds import Measures, comparable
from clew.parts.signals.base import SignalPart
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.case_joining import Opening
from clew.pipelines.cases import HitContent
from clew.pipelines.ledger import Kept, Ledger, write_record
from clew.records.case import NO_FACTS, UploadFacts
from clew.records.hashlist import HashList
from clew.records.identifiers import ChangeSequence, HitId, ListId, ListName, RunId, SignalType
from clew.records.match import Channel, Hit, Match, Screening
from clew.records.screening import CountKey, Purpose
from clew.records.signal import Reason, Signal, Unhashable

# How long a process may go on with lists and legal grounds as it last read them; entries themselves are followed by
# the index. A second is what an added or removed entry may take, so this stays below it.
_BOOK_SECONDS = 0.5

# How many times more matches are asked for when all of a flood's nearest are gone.
_WIDER = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is screened: the signals of one file or message, and what of it has none.

    Attributes:
        reference: the platform's own name for it; kept with a hit, never logged.
        facts: what the platform says of the upload; kept with a hit, never logged.
    """

    signals: tuple[Signal, ...]
    unhashable: tuple[Unhashable, ...] = ()
    reference: str | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    facts: UploadFacts = NO_FACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one content: its screening, and every type by which it could not be screened, with the reason."""

    content: Content
    screening: Screening
    unhashable: tuple[Unhashable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Answers that are not durable yet, with all that has to be written of them.

    Attributes:
        kept: signals of contents without a hit; empty unless keeping them has a legal basis in force.
        found: the hits that become review jobs.
    """

    answers: list[Answer]
    hits: list[Hit]
    kept: list[Kept]
    counts: Counter[CountKey]
    found: list[HitContent] = field(default_factory=list)

    def write(self, unit: UnitOfWork, at: datetime) -> None:
        """All of it is part of the transaction."""
        write_record(unit, self.counts, self.hits, self.kept, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """The lists and legal grounds in force, as last read; `read_at_s` is when that began."""

    read_at_s: float
    sequence: ChangeSequence
    lists: Mapping[ListName, HashList]
    by_id: Mapping[ListId, HashList]
    allowed: frozenset[Purpose]


class Screener:
    """Screens contents for one process. Safe to use from several threads.

    Args:
        store: the truth.
        index: what is searched, following the store.
        measures: how each signal type is compared; types without one are not searched.
        limit: most matches kept with one hit.
        opening: how a hit becomes a review job; None makes none.
    """

    def __init__(
        self,
        *,
        store: Store,
        index: match.Searcher,
        measures: Measures,
        limit: int,
        clock: Clock,
        opening: Opening | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._measures = measures
        self._limit = limit
        self._clock = clock
        self._opening = opening
        self._ledger = Ledger(store, clock, opening)
        self._book: _Book | None = None
        self._book_lock = threading.Lock()

    # ---- one call

    def screen(
        self,
        contents: Sequence[Content],
        *,
        channel: Channel,
        lists: Sequence[ListName] = (),
        run_id: RunId | None = None,
        limit: int | None = None,
    ) -> tuple[list[Answer], Future[None]]:
        """The answers, and a future that resolves when they are durable; give an answer only after that.

        Args:
            contents: any number; they share one search for each signal type.
            channel: private messages are refused until their legal basis is recorded and in force.
            lists: names of the lists to search; none means all.
            run_id: the folder run to which the hits belong.
            limit: most matches kept with one hit, where it shall be fewer than the installation's.
        Raises:
            RefusedError: the channel has no legal basis in force.
            NotFoundError: a list of that name does not exist.
        """
        judged = self.judge(contents, channel=channel, lists=lists, run_id=run_id, limit=limit)
        return judged.answers, self._ledger.record(judged.counts, judged.hits, judged.kept, judged.found)

    def judge(
        self,
        contents: Sequence[Content],
        *,
        channel: Channel,
        lists: Sequence[ListName] = (),
        run_id: RunId | None = None,
        limit: int | None = None,
    ) -> Judged:
        """The answers, not yet recorded; for callers that write them in a transaction of their own."""
        book = self._book_with(lists)
        if channel is Channel.PRIVATE_MESSAGE and Purpose.PRIVATE_MESSAGES not in book.allowed:
            raise RefusedError(
                "screening of private messages has no legal basis in force; "
                "record one with: clew legal set private-messages --basis TEXT --since DATE"
            )
        most = min(limit or self._limit, self._limit)
        book, found = self._find([each.signals for each in contents], lists, book, most)
        explained = self._explain(found, book)
        self._look_behind_floods([each.signals for each in contents], found, explained, _pick(book, lists), book)
        found = [_standing(*each) for each in zip(found, explained, strict=True)]
        explained = [match.shortened(each, most) for each in explained]
        return self._answer(contents, found, explained, book, channel, run_id)

    def screen_in_memory(
        self, contents: Sequence[Content], *, channel: Channel, lists: Sequence[ListName] = ()
    ) -> tuple[list[Answer], Future[None]] | None:
        """As `screen`, where nothing is near and the database need not be read; else None, and nothing is done.

        For an event loop, which must not wait for a database: what is None there belongs into a thread.
        """
        book = self._book
        if book is None or monotonic_s() - book.read_at_s >= _BOOK_SECONDS or not book.lists.keys() >= set(lists):
            return None
        if channel is Channel.PRIVATE_MESSAGE and Purpose.PRIVATE_MESSAGES not in book.allowed:
            return None
        signals = [each.signals for each in contents]
        found = match.find(signals, index=self._index, measures=self._measures, lists=_pick(book, lists), limit=1)
        if any(each.near or each.index.sequence > book.sequence for each in found):
            return None
        judged = self._answer(contents, found, [()] * len(found), book, channel, None)
        return judged.answers, self._ledger.record(judged.counts, judged.hits, judged.kept)

    def look_up(
        self, contents: Sequence[Sequence[Signal]], *, lists: Sequence[ListName] = (), limit: int
    ) -> list[tuple[match.Found, tuple[Match, ...]]]:
        """What is near, without screening: nothing is counted and no hit is made."""
        book, found = self._find(contents, lists, self._book_with(lists), limit)
        return [(_standing(*each), each[1]) for each in zip(found, self._explain(found, book), strict=True)]

    # ---- its steps

    def _answer(
        self,
        contents: Sequence[Content],
        found: Sequence[match.Found],
        explained: Sequence[tuple[Match, ...]],
        book: _Book,
        channel: Channel,
        run_id: RunId | None,
    ) -> Judged:
        answers: list[Answer] = []
        hits: list[Hit] = []
        found_in: list[HitContent] = []
        opens = self._opening is not None and channel is not Channel.FOLDER
        for content, each, matches in zip(contents, found, explained, strict=True):
            screening = Screening(
                action=match.decide(matches),
                matches=matches,
                total_matches=each.total if matches else 0,
                flooded=bool(matches) and each.total > len(matches),
                index=each.index,
            )
            if matches:
                hit = self._hit(content, screening, channel, run_id)
                hits.append(hit)
                if opens:
                    found_in.append(HitContent(hit=hit, signals=content.signals, facts=content.facts))
                screening = replace(screening, hit_id=hit.id)
            missing = content.unhashable + self._too_poor(content.signals)
            answers.append(Answer(content=content, screening=screening, unhashable=missing))
        kept: list[Kept] = []
        if Purpose.KEPT_SIGNALS in book.allowed:
            passed = (each for each in answers if each.screening.hit_id is None)
            kept = [(signal, each.content.reference) for each in passed for signal in each.content.signals]
        counts = _count(answers, channel, self._clock())
        return Judged(answers=answers, hits=hits, kept=kept, counts=counts, found=found_in)

    def _find(
        self, contents: Sequence[Sequence[Signal]], names: Sequence[ListName], book: _Book, limit: int
    ) -> tuple[_Book, list[match.Found]]:
        """What is near, and the book that it was asked by; the book is never older than the index that answered."""
        find = functools.partial(match.find, contents, index=self._index, measures=self._measures, limit=limit)
        found = find(lists=_pick(book, names))
        if any(each.index.sequence > book.sequence for each in found):
            self.refresh()
            book = self._book_with(names)
            found = find(lists=_pick(book, names))
        return book, found

    def _look_behind_floods(
        self,
        contents: Sequence[Sequence[Signal]],
        found: list[match.Found],
        explained: list[tuple[Match, ...]],
        lists: Sequence[HashList],
        book: _Book,
    ) -> None:
        """The nearest entries of a flood may all have expired a moment ago; those behind them still count."""
        for place, content in enumerate(contents):
            limit = max(1, len(found[place].near))
            while not explained[place] and found[place].total > len(found[place].near):
                limit *= _WIDER
                found[place : place + 1] = match.find(
                    [content], index=self._index, measures=self._measures, lists=lists, limit=limit
                )
                explained[place : place + 1] = self._explain(found[place : place + 1], book)

    def _explain(self, found: Sequence[match.Found], book: _Book) -> list[tuple[Match, ...]]:
        if not any(each.near for each in found):
            return [()] * len(found)
        with self._store.read() as reader:
            entries = reader.get_entries([near.entry_id for each in found for near in each.near], self._clock())
        return [match.explain(each, entries, book.by_id, self._measures) for each in found]

    def _hit(self, content: Content, screening: Screening, channel: Channel, run_id: RunId | None) -> Hit:
        at = self._clock()
        return Hit(
            id=HitId(new_id(at)),
            at=at,
            channel=channel,
            reference=content.reference,
            action=screening.action,
            size_bytes=content.size_bytes,
            media_type=content.media_type,
            matches=screening.matches,
            total_matches=screening.total_matches,
            index=screening.index,
            run_id=run_id,
        )

    def _too_poor(self, signals: Sequence[Signal]) -> tuple[Unhashable, ...]:
        """Types of which every signal is below the quality that can be compared: said, never passed over."""
        measures = self._measures
        below = [each for each in signals if each.type in measures and not comparable(each, measures[each.type])]
        if not below:
            return ()
        poor = {each.type for each in below} - {each.type for each in signals if each not in below}
        missing = []
        for signal_type, measure in self._measures.items():
            if signal_type in poor:
                best = max(each.quality or 0 for each in signals if each.type == signal_type)
                detail = f"quality {best} of 100, comparable from {measure.min_quality}"
                missing.append(Unhashable(type=signal_type, reason=Reason.LOW_QUALITY, detail=detail))
        return tuple(missing)

    def refresh(self) -> None:
        """Lists and legal grounds are read anew. Called often enough elsewhere, no screening has to wait for it."""
        book = self._read_book()
        with self._book_lock:
            # Whoever began to read later has read what is newer, whoever came to the end first.
            if self._book is None or self._book.read_at_s <= book.read_at_s:
                self._book = book

    def _book_with(self, names: Sequence[ListName]) -> _Book:
        """A book that is new enough, and that has been read again before it may say that a list does not exist."""
        book = self._book
        if book is None or monotonic_s() - book.read_at_s >= _BOOK_SECONDS or not book.lists.keys() >= set(names):
            self.refresh()
        book = self._book
        assert book is not None
        return book

    def _read_book(self) -> _Book:
        now, read_at_s = self._clock(), monotonic_s()
        with self._store.read() as reader:
            sequence = reader.change_sequence()
            lists = reader.lists()
            bases = {purpose: reader.find_basis(purpose) for purpose in Purpose}
        return _Book(
            read_at_s=read_at_s,
            sequence=sequence,
            lists={each.name: each for each in lists},
            by_id={each.id: each for each in lists},
            allowed=frozenset(purpose for purpose, it in bases.items() if it is not None and it.basis.holds(now)),
        )


def _standing(found: match.Found, matches: tuple[Match, ...]) -> match.Found:
    """What was found, less the entries that proved to be gone. Of those beyond the limit nobody knows."""
    gone = len(found.near) - len(matches)
    return replace(found, total=found.total - gone) if gone else found


def parse_signal(
    signal_type: str, text: str, quality: int | None, parse: Mapping[SignalType, Callable[[str], bytes]]
) -> Signal:
    """A signal from a type's name and its hash as text; InputError says what was expected."""
    name = SignalType(signal_type)
    if name not in parse:
        raise InputError(f"signal type must be one of {', '.join(sorted(parse))}, got '{signal_type[:20]}'")
    return Signal(type=name, value=parse[name](text), quality=quality)


def say_nothing(signals: Sequence[Signal], parts: Mapping[SignalType, SignalPart]) -> tuple[Unhashable, ...]:
    """A word for each signal that stands for no file: it can be on no list, so that by it nothing was screened."""
    return tuple(
        Unhashable(type=each.type, reason=Reason.EMPTY, detail=f"the hash is {why}")
        for each in signals
        if (why := parts[each.type].why_nothing(each.value))
    )


def _pick(book: _Book, names: Sequence[ListName]) -> list[HashList]:
    if not names:
        return list(book.lists.values())
    missing = [name for name in names if name not in book.lists]
    if missing:
        there = ", ".join(sorted(book.lists)) or "none yet"
        raise NotFoundError(f"no list '{missing[0]}'; there are: {there}")
    return [book.lists[name] for name in names]


def _count(answers: Sequence[Answer], channel: Channel, at: datetime) -> Counter[CountKey]:
    """The lines that these answers add to the day's counts: one a screening, one more for each missing signal type."""
    day = at.date()
    counts: Counter[CountKey] = Counter()
    for action, count in Counter(answer.screening.action for answer in answers).items():
        counts[CountKey(day=day, channel=channel, action=action)] = count
    for answer in answers:
        # Of several reasons for one type the first, so that the lines of a type add up to contents.
        for kind, reason in {each.type: each.reason for each in reversed(answer.unhashable)}.items():
            counts[CountKey(day=day, channel=channel, type=kind, reason=reason)] += 1
    return counts
