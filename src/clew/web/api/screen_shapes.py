"""Screening as JSON: hashes that come in, and what was found."""

from typing import Annotated

import msgspec

from clew.pipelines.uploads import Answer
from clew.records.match import Channel, IndexState, Match
from clew.records.signal import Unhashable
from clew.web.schemas import Heard, HexValue, Name, Percent, Reference, Said, Short
from clew.web.upload_shapes import UploadGiven

# Words of a choice are told in the document and checked where they are used, which names the choices in its error.
ChannelWord = Annotated[
    str,
    msgspec.Meta(
        max_length=40, extra_json_schema={"enum": sorted([Channel.UPLOAD, Channel.PRIVATE_MESSAGE, Channel.HASHES])}
    ),
]


class SignalGiven(Heard):
    """A hash that the platform computed."""

    type: Short
    value: HexValue
    quality: Percent | None = None


class ContentGiven(Heard):
    """The hashes of one file."""

    signals: Annotated[list[SignalGiven], msgspec.Meta(min_length=1, max_length=10_000)]
    reference: Reference | None = None
    upload: UploadGiven | None = None


class ScreenGiven(Heard):
    """Hashes of one file, in `signals`, or of many, in `batch`: one of the two."""

    signals: Annotated[list[SignalGiven], msgspec.Meta(min_length=1, max_length=10_000)] | None = None
    batch: Annotated[list[ContentGiven], msgspec.Meta(min_length=1, max_length=10_000)] | None = None
    reference: Reference | None = None
    upload: UploadGiven | None = None
    channel: ChannelWord | None = None
    lists: Annotated[list[Name], msgspec.Meta(max_length=1000)] = msgspec.field(default_factory=list)


class CategorySaid(Said):
    """What the source calls the material, and the scheme that gives the code its meaning."""

    scheme: str
    code: str


class IndexSaid(Said):
    """Which state of the index answered."""

    generation: int
    sequence: int


class MatchSaid(Said):
    """One entry near enough: `exact` means the same bytes; a perceptual hash at distance 0 is not exact.

    `action` is what it alone led to; null in a hit of a version that did not keep it.
    """

    type: str
    value: str
    form: str | None
    distance: int
    within_bits: int
    exact: bool
    list: str
    source: str
    category: CategorySaid | None
    vetted: bool
    disputed: bool
    action: str | None


class UnhashableSaid(Said):
    """A type by which the content could not be screened, and why."""

    type: str
    reason: str
    detail: str


class ScreenSaid(Said):
    """The answer for one content: `action` is "pass", "review" or "block"; `hit` is set when anything matched."""

    action: str
    hit: str | None
    matches: list[MatchSaid]
    total_matches: int
    flooded: bool
    unhashable: list[UnhashableSaid]
    index: IndexSaid


class BatchSaid(Said):
    """The answers of a batch, in its order."""

    results: list[ScreenSaid]


def say_answer(answer: Answer) -> ScreenSaid:
    """A screening as JSON."""
    screening = answer.screening
    return ScreenSaid(
        action=screening.action.value,
        hit=screening.hit_id,
        matches=[say_match(each) for each in screening.matches],
        total_matches=screening.total_matches,
        flooded=screening.flooded,
        unhashable=[say_unhashable(each) for each in answer.unhashable],
        index=say_index(screening.index),
    )


def say_match(match: Match) -> MatchSaid:
    """A match as JSON."""
    category = match.category
    return MatchSaid(
        type=match.signal.type,
        value=match.value.hex(),
        form=match.signal.form,
        distance=match.distance,
        within_bits=match.within_bits,
        exact=match.exact,
        list=match.list_name,
        source=match.source,
        category=CategorySaid(scheme=category.scheme, code=category.code) if category else None,
        vetted=match.vetted,
        disputed=match.disputed,
        action=match.action.value if match.action else None,
    )


def say_unhashable(missing: Unhashable) -> UnhashableSaid:
    """A missing signal as JSON."""
    return UnhashableSaid(type=missing.type, reason=missing.reason.value, detail=missing.detail)


def say_index(state: IndexState) -> IndexSaid:
    """An index state as JSON."""
    return IndexSaid(generation=state.generation, sequence=state.sequence)
