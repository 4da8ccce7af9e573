"""Open a case from hits, or let them join their subject's open one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.case_joining import Opening, Wanted, add_contents, open_or_join, with_facts
from clew.pipelines.review_desk import ReviewDesk, note
from clew.records.case import NO_FACTS, Case, Content, ContentKind, NotHeld, Origin, UploadFacts
from clew.records.identifiers import ContentId, HitId
from clew.records.match import Channel, Hit
from clew.records.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class HitContent:
    """A hit with what was known of its upload."""

    hit: Hit
    signals: tuple[Signal, ...]
    facts: UploadFacts


def open_from_hits(unit: UnitOfWork, found: Sequence[HitContent], opening: Opening) -> list[Content]:
    """Each hit is a content of its subject's open case, which is opened if there is none, and its job waits.

    Each case is opened or joined once, whatever the number of its hits, and in the order of their subjects' names: two
    works that join the same cases take them in the same order. A hit of an unnamed subject has a case of its own.
    """
    groups: dict[tuple[str, str], list[HitContent]] = defaultdict(list)
    for each in found:
        name = each.facts.subject
        groups[("", each.hit.id) if name is None else (name, "")].append(each)
    in_order = sorted(groups)
    wanted = [Wanted(reference=key[0] or None, at=groups[key][0].hit.at) for key in in_order]
    opened = open_or_join(unit, wanted, opening, "system:screening")
    contents = {
        each.hit.id: _content_of_hit(each, case, opening)
        for key, (case, _) in zip(in_order, opened, strict=True)
        for each in groups[key]
    }
    return add_contents(unit, [contents[each.hit.id] for each in found])


def open_cases(desk: ReviewDesk, hit_ids: Sequence[HitId], *, actor: str) -> list[Content]:
    """Hits that were found without opening a case, such as those of a folder run, are reviewed from now on."""
    at = desk.clock()
    opening = Opening(policy=desk.policy, environment=desk.environment, seals=False, strongroom=desk.strongroom)

    def work(unit: UnitOfWork) -> list[Content]:
        made = []
        for hit_id in hit_ids:
            there = unit.find_content_of_hit(hit_id)
            if there is None:
                hit = unit.get_hit(hit_id)
                signals = tuple({match.signal: None for match in hit.matches})
                (there,) = open_from_hits(unit, [HitContent(hit=hit, signals=signals, facts=NO_FACTS)], opening)
                note(unit, at, actor, "case.open_hit", there.case_id)
            made.append(there)
        return made

    return desk.store.transact(work)


def _content_of_hit(found: HitContent, case: Case, opening: Opening) -> Content:
    hit = found.hit
    content = Content(
        id=ContentId(new_id(hit.at)),
        case_id=case.id,
        kind=ContentKind.FILE,
        origin=Origin.HIT,
        added_at=hit.at,
        reference=hit.reference,
        hit_ids=(hit.id,),
        signals=_kept(found.signals),
        size_bytes=hit.size_bytes,
        media_type=hit.media_type,
        not_held=_why_not_held(hit, opening),
    )
    return with_facts(content, found.facts)


def _kept(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Of the upright whole only: turned forms and frames are for searching, and a report wants none of them."""
    return tuple(each for each in signals if each.form is None)


def _why_not_held(hit: Hit, opening: Opening) -> NotHeld:
    if hit.channel is Channel.HASHES or hit.size_bytes is None or hit.channel is Channel.FOLDER:
        return NotHeld.HASHES_ONLY
    return NotHeld.SEALING if opening.seals else NotHeld.VAULT_OFF
