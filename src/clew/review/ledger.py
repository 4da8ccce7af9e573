"""What a report may say of a file: computed from the viewing ledger, and from nothing else.

`fileViewedByEsp` is true when one serving of this very upload's bytes was complete and unfiltered, and the person who
was served has confirmed afterwards that they saw all of it. Nothing else counts: not a keyframe, a blurred, grey or
cropped view, however much it shows; not a serving that broke off; not another person's word; not an earlier viewing of
identical bytes in another upload, which is told in the narrative. The default is not viewed.
"""

from collections.abc import Sequence

from clew.records.case import Content
from clew.records.identifiers import UserId, ViewId
from clew.records.viewing import Confirmation, EarlierViewing, FileViewing, Filter, ViewEvent


def file_viewing(
    content: Content,
    views: Sequence[ViewEvent],
    confirmations: Sequence[Confirmation],
    earlier: Sequence[EarlierViewing] = (),
) -> FileViewing:
    """What the ledger says of one content.

    Args:
        views, confirmations: in any order; those of other contents do not count.
        earlier: full viewings of identical bytes elsewhere.
    """
    ours = [view for view in views if view.content_id == content.id]
    words = {(each.view_id, each.person): each for each in confirmations if each.content_id == content.id}
    whole = _confirmed([view for view in ours if view.whole and _same_bytes(view, content)], words)
    metadata = _confirmed([view for view in ours if view.filter is Filter.METADATA and view.completed_at], words)
    first = whole[0] if whole else None
    seen = {word.view_id for word in whole}
    return FileViewing(
        content_id=content.id,
        viewed=first is not None,
        metadata_viewed=first is not None and bool(metadata),
        viewed_at=first.at if first else None,
        view_id=first.view_id if first else None,
        # A whole serving that nobody confirmed is told as a part: nobody knows how much of it was seen.
        partial_views=sum(view.id not in seen and view.filter is not Filter.METADATA for view in ours),
        earlier=tuple(sorted(earlier, key=lambda each: (each.at, each.content_id))),
    )


def narrative(viewing: FileViewing) -> str:
    """The sentence that a report bears beside its mark: what was viewed, what was not, and what was seen elsewhere."""
    if viewing.viewed and viewing.viewed_at is not None:
        told = f"A person of this service viewed the entire file on {viewing.viewed_at:%Y-%m-%d at %H:%M} UTC."
    elif viewing.partial_views:
        told = "No person of this service viewed the entire file; parts of it, or filtered views, were opened."
    else:
        told = "No person of this service viewed this file."
    if viewing.earlier and not viewing.viewed:
        first = viewing.earlier[0].at
        told += (
            f" A person of this service viewed a file with identical bytes (equal SHA-256) in full on "
            f"{first:%Y-%m-%d}, in another upload."
        )
    return told


# Said to the reviewer before they decide. It does not urge: an unviewed file is a lawful and often a right choice.
COST_OF_NOT_VIEWING = (
    "If it stays unviewed the report says “not viewed”. In the United States police may then need a warrant before "
    "they open it. A whole, unfiltered view and your confirmation spare them that. It is your choice, and the ledger "
    "records either."
)


def _same_bytes(view: ViewEvent, content: Content) -> bool:
    return view.sha256 is not None and view.sha256 == content.sha256 and view.size_bytes == content.size_bytes


def _confirmed(views: Sequence[ViewEvent], words: dict[tuple[ViewId, UserId], Confirmation]) -> list[Confirmation]:
    """The words of those who were served, given when the serving was over; the earliest first."""
    found = []
    for view in views:
        word = words.get((view.id, view.person))
        if word is not None and view.completed_at is not None and word.at >= view.completed_at:
            found.append(word)
    return sorted(found, key=lambda each: (each.at, each.view_id))
