"""The viewing ledger: who was served which bytes, how, and what they confirmed. "Viewed" is computed from it alone."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import CaseId, ContentId, ObjectId, UserId, ViewId


class Filter(enum.StrEnum):
    """How a content was served. Only `FULL` is all of it; every other is a part, however much it shows."""

    BLURRED_GREY = "blurred-grey-keyframe"  # the smallest view
    BLURRED = "blurred-keyframe"
    GREY = "grey-keyframe"
    KEYFRAME = "keyframe"
    CROP = "crop"
    METADATA = "metadata"  # what the file says of itself (EXIF), as text
    TEXT = "text"  # the messages of a thread
    FULL = "full"  # the bytes as uploaded

    @property
    def shows_pixels(self) -> bool:
        """Whether something is to be seen."""
        return self not in {Filter.METADATA, Filter.TEXT}


class Ground(enum.StrEnum):
    """Why somebody needed the view."""

    REVIEW = "review"  # to decide the job that they hold
    SECOND_LOOK = "second-look"
    CONFIRM_VIEWED = "confirm-viewed"  # to spare police a warrant
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class CropBox:
    """A part of a picture, in thousandths of its width and height."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewEvent:
    """One serving. The row is durable before the first byte leaves; it is completed after the last.

    Attributes:
        sha256: of the bytes as uploaded, from which the view was made.
        size_bytes: their length.
        served_bytes: how many left; None while it is under way, or when it broke off.
        completed_at: when the last byte left; None for a serving that broke off.
        begun_at: when its one serving began; None while it waits to be fetched.
        proof: of a whole serving, SHA-256 over its id and the bytes that left: whoever says it has received them all.
    """

    id: ViewId
    case_id: CaseId
    content_id: ContentId
    person: UserId
    object_id: ObjectId | None
    sha256: bytes | None
    size_bytes: int | None
    filter: Filter
    ground: Ground
    at: datetime
    crop: CropBox | None = None
    completed_at: datetime | None = None
    served_bytes: int | None = None
    begun_at: datetime | None = None
    proof: bytes | None = None

    @property
    def opened(self) -> bool:
        """Whether something of it may have been seen: not when it was only asked for, or could not be read."""
        return self.completed_at is not None or (self.begun_at is not None and self.filter.shows_pixels)

    @property
    def whole(self) -> bool:
        """Whether all of the bytes, unfiltered, have left."""
        return (
            self.filter is Filter.FULL
            and self.completed_at is not None
            and self.size_bytes is not None
            and self.served_bytes == self.size_bytes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A person's word that they saw all of what one serving showed. Serving is not seeing."""

    view_id: ViewId
    content_id: ContentId
    person: UserId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierViewing:
    """That identical bytes were viewed in full before, in another upload."""

    content_id: ContentId
    case_id: CaseId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileViewing:
    """What a report may say of one file: computed, never set.

    Attributes:
        viewed: `fileViewedByEsp`: a complete unfiltered serving of this upload's bytes, and the word of the person
            served.
        metadata_viewed: `exifViewedByEsp`: the same of the file's metadata; never without `viewed`.
        viewed_at: when that word was given.
        view_id: the serving that it rests on.
        partial_views: servings that do not count: of a part, filtered, or whole and not confirmed.
        earlier: full viewings of identical bytes in other uploads; for the narrative only.
    """

    content_id: ContentId
    viewed: bool
    metadata_viewed: bool
    viewed_at: datetime | None = None
    view_id: ViewId | None = None
    partial_views: int = 0
    earlier: tuple[EarlierViewing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What one person was served within the last day, and what policy leaves them. Shown to that person alone.

    Attributes:
        whole, partial, texts: servings by kind; they add up to `views`.
        left: views until the limit.
        break_until: until then nothing is served; None when no break is due.
        views_to_break: views until the next enforced break.
    """

    views: int
    whole: int
    partial: int
    texts: int
    limit: int
    left: int
    whole_left: int
    views_to_break: int
    break_until: datetime | None = None
    free_again_at: datetime | None = None

    @property
    def stopped(self) -> bool:
        """Whether nothing more is served for now."""
        return self.left == 0 or self.break_until is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamExposure:
    """Totals of a team, in which nobody can be told apart.

    Attributes:
        people: how many of the team were served anything; None, and no totals, when they are too few to hide in.
    """

    team: str
    people: int | None
    views: int | None
    whole: int | None
    stops: int | None
