"""What the HTTP interface says and hears, as JSON: requests, answers, and how records become them.

These shapes are also the OpenAPI document's, so a field that is not here is not in the contract.
"""

from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec

from clew.errors import InputError
from clew.ground.clock import iso
from clew.pipelines.uploads import Answer
from clew.records.hashlist import Action, ListState, Right, RowFault, ServiceKind
from clew.records.match import Channel, Hit, IndexState, Match
from clew.records.screening import CountKey
from clew.records.signal import Unhashable
from clew.web.upload_shapes import UploadGiven

T = TypeVar("T")

Name = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Reference = Annotated[str, msgspec.Meta(max_length=1000)]
HexValue = Annotated[str, msgspec.Meta(min_length=1, max_length=1024, extra_json_schema={"pattern": "^[0-9a-fA-F]+$"})]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
# Words of a choice are told in the document and checked where they are used, which names the choices in its error.
KindWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": sorted(ServiceKind)})]
ActionWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": list(Action)})]
RightWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": sorted(Right)})]
ChannelWord = Annotated[
    str,
    msgspec.Meta(
        max_length=40, extra_json_schema={"enum": sorted([Channel.UPLOAD, Channel.PRIVATE_MESSAGE, Channel.HASHES])}
    ),
]
Bits = Annotated[int, msgspec.Meta(ge=0, le=256)]
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]


class Heard(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What comes in: a field that we do not know is an error, for it may be a misspelt one."""


class Said(msgspec.Struct, kw_only=True):
    """What goes out."""


# ---------------------------------------------------------------- screening


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
    lists: Annotated[list[Name], msgspec.Meta(max_length=1000)] = []


class CategorySaid(Said):
    """What the source calls the material, and the scheme that gives the code its meaning."""

    scheme: str
    code: str


class IndexSaid(Said):
    """Which state of the index answered."""

    generation: int
    sequence: int


class MatchSaid(Said):
    """One entry near enough: `exact` means the same bytes; a perceptual hash at distance 0 is not exact."""

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


# ---------------------------------------------------------------- lists


class BasisHeard(Heard):
    """The ground on which a source's entries are used; times are ISO 8601 with an offset."""

    text: Text
    since: datetime
    until: datetime | None = None


class SourceHeard(Heard):
    """Who gives the entries, and what may be done with them beyond matching: "export", "share"."""

    name: Name
    kind: KindWord
    jurisdiction: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,3}$")]
    legal_basis: BasisHeard
    rights: list[RightWord] = []


class ListHeard(Heard):
    """A new list; its source is recorded with it."""

    name: Name
    source: SourceHeard
    vetted: bool = False
    exact_action: ActionWord = "block"
    within_bits: dict[str, Bits] = {}
    kept_days: Days | None = None


class CategoryHeard(Heard):
    """A category of a scheme."""

    scheme: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class EntryHeard(Heard):
    """One hash for a list; `vetted` left out takes the list's word."""

    type: Short
    value: HexValue
    quality: Percent | None = None
    category: CategoryHeard | None = None
    vetted: bool | None = None
    made_at: datetime | None = None
    expires_at: datetime | None = None
    note: Text | None = None


class EntriesHeard(Heard):
    """Entries to add: all are taken, or none and the answer names the first that cannot be."""

    entries: Annotated[list[EntryHeard], msgspec.Meta(min_length=1, max_length=10_000)]


class ValueHeard(Heard):
    """One hash to remove."""

    type: Short
    value: HexValue


class ValuesHeard(Heard):
    """Hashes to remove; those that are not on the list are passed over."""

    entries: Annotated[list[ValueHeard], msgspec.Meta(min_length=1, max_length=10_000)]


class AddedSaid(Said):
    """What became of the entries."""

    new: int
    changed: int
    unchanged: int


class RemovedSaid(Said):
    """How many entries were on the list and are no longer."""

    removed: int


class BasisSaid(Said):
    """The ground on which a source's entries are used, and whether it is in force now."""

    text: str
    since: str
    until: str | None
    holds: bool


class SourceSaid(Said):
    """Who gives the entries."""

    name: str
    kind: str
    jurisdiction: str
    legal_basis: BasisSaid
    rights: list[str]


class ListSaid(Said):
    """One list and how it stands."""

    name: str
    source: SourceSaid
    vetted: bool
    exact_action: str
    within_bits: dict[str, int]
    kept_days: int | None
    created_at: str
    entries: dict[str, int]
    vetted_entries: int
    disputed_entries: int
    expired_entries: int
    newest_at: str | None
    oldest_at: str | None
    last_import_at: str | None
    last_import_faults: int


class ListsSaid(Said):
    """Every list, by name."""

    lists: list[ListSaid]


class FaultSaid(Said):
    """A row of the last import that could not be taken."""

    row: int
    fault: str


class ListDetailSaid(ListSaid):
    """One list with the first faults of its last import."""

    faults: list[FaultSaid]


# ---------------------------------------------------------------- hits, measures, health


class HitSaid(Said):
    """A durable finding with its matches."""

    id: str
    at: str
    channel: str
    reference: str | None
    action: str
    size_bytes: int | None
    media_type: str | None
    matches: list[MatchSaid]
    total_matches: int
    index: IndexSaid
    run: str | None


class HitsSaid(Said):
    """A page of hits, newest first; `next` goes into `before` for the page after it, null at the end."""

    hits: list[HitSaid]
    next: str | None


class DaySaid(Said):
    """What was screened through one channel on one day (UTC): by action, and what could not be hashed."""

    day: str
    channel: str
    screened: int
    actions: dict[str, int]
    unhashable: list["ReasonSaid"]


class ReasonSaid(Said):
    """How many contents had no signal of a type, for one reason."""

    type: str
    reason: str
    contents: int


class ScreeningSaid(Said):
    """The counts of the days asked for."""

    since: str
    until: str
    days: list[DaySaid]


class ReadySaid(Said):
    """Whether requests should come here; each reason against it."""

    ready: bool
    reasons: list[str]


class AliveSaid(Said):
    """The process answers."""

    alive: bool


# ---------------------------------------------------------------- from bytes, from records


def hear(body: bytes, kind: type[T]) -> T:
    """The request of that kind; InputError names the field at fault and never repeats its value."""
    return hear_with(msgspec.json.Decoder(kind), body)


def hear_with(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """The same, with a decoder that the caller keeps."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise InputError(f"the request does not fit: {_without_values(str(error))}") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise InputError("the body must be JSON in UTF-8, as /api/openapi.json describes it") from None


def _without_values(message: str) -> str:
    """The decoder repeats an unknown field's name and an unknown word of a choice; both may bear anything."""
    head, _, place = message.rpartition(" - at ")
    text = head or message
    if text.startswith("Object contains unknown field"):
        text = "Object contains an unknown field"
    if text.startswith("Invalid enum value"):
        text = "Invalid word"
    return f"{text} at {place}" if head else text


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
    )


def say_unhashable(missing: Unhashable) -> UnhashableSaid:
    """A missing signal as JSON."""
    return UnhashableSaid(type=missing.type, reason=missing.reason.value, detail=missing.detail)


def say_index(state: IndexState) -> IndexSaid:
    """An index state as JSON."""
    return IndexSaid(generation=state.generation, sequence=state.sequence)


def say_hit(hit: Hit) -> HitSaid:
    """A hit as JSON."""
    return HitSaid(
        id=hit.id,
        at=iso(hit.at),
        channel=hit.channel.value,
        reference=hit.reference,
        action=hit.action.value,
        size_bytes=hit.size_bytes,
        media_type=hit.media_type,
        matches=[say_match(each) for each in hit.matches],
        total_matches=hit.total_matches,
        index=say_index(hit.index),
        run=hit.run_id,
    )


def say_list(state: ListState, at: datetime) -> ListSaid:
    """A list and its state as JSON."""
    return ListSaid(**_list_fields(state, at))


def say_list_detail(state: ListState, faults: list[RowFault], at: datetime) -> ListDetailSaid:
    """A list, its state and the faults of its last import as JSON."""
    return ListDetailSaid(
        **_list_fields(state, at), faults=[FaultSaid(row=each.row, fault=each.fault) for each in faults]
    )


def _list_fields(state: ListState, at: datetime) -> dict[str, Any]:
    each, source = state.hash_list, state.source
    basis = source.legal_basis
    return {
        "name": each.name,
        "source": SourceSaid(
            name=source.name,
            kind=source.kind.value,
            jurisdiction=source.jurisdiction,
            legal_basis=BasisSaid(
                text=basis.text, since=iso(basis.since), until=_maybe(basis.until), holds=basis.holds(at)
            ),
            rights=sorted(right.value for right in source.rights),
        ),
        "vetted": each.vetted,
        "exact_action": each.exact_action.value,
        "within_bits": dict(each.within_bits),
        "kept_days": each.kept_days,
        "created_at": iso(each.created_at),
        "entries": dict(state.entries),
        "vetted_entries": state.vetted_entries,
        "disputed_entries": state.disputed_entries,
        "expired_entries": state.expired_entries,
        "newest_at": _maybe(state.newest_at),
        "oldest_at": _maybe(state.oldest_at),
        "last_import_at": _maybe(state.last_import_at),
        "last_import_faults": state.last_import_faults,
    }


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def say_days(counts: dict[CountKey, int], since: date, until: date) -> ScreeningSaid:
    """The counts by day and channel, oldest first."""
    lines: dict[tuple[date, str], tuple[dict[str, int], list[ReasonSaid]]] = {}
    for key, number in sorted(counts.items(), key=lambda pair: _order(pair[0])):
        actions, reasons = lines.setdefault((key.day, key.channel.value), ({}, []))
        if key.action is not None:
            actions[key.action.value] = number
        elif key.type is not None and key.reason is not None:
            reasons.append(ReasonSaid(type=key.type, reason=key.reason.value, contents=number))
    return ScreeningSaid(
        since=since.isoformat(),
        until=until.isoformat(),
        days=[
            DaySaid(
                day=day.isoformat(),
                channel=channel,
                screened=sum(actions.values()),
                actions=actions,
                unhashable=reasons,
            )
            for (day, channel), (actions, reasons) in lines.items()
        ],
    )


def _order(key: CountKey) -> tuple[date, str, str, str, str]:
    return key.day, key.channel, key.action or "", key.type or "", key.reason or ""
