"""Hits as JSON."""

from clew.ground.clock import iso
from clew.records.match import Hit
from clew.web.api.screen_shapes import IndexSaid, MatchSaid, say_index, say_match
from clew.web.schemas import Said


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
