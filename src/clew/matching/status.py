"""How the live index stands in one process: what readiness, metrics and the doctor are told."""

from dataclasses import dataclass, replace
from datetime import datetime

from clew.matching.followed import FollowedType
from clew.records.identifiers import SignalType
from clew.records.match import IndexState


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeStatus:
    """How the index of one signal type stands in this process.

    Attributes:
        fault: why it does not answer; "" when it does.
        entries: that can match.
        delta_entries: of these, in this process's memory only.
        silenced: rows of removed entries in the segments.
        building: entries done and entries in all of the build under way in this process.
    """

    signal_type: SignalType
    fault: str
    state: IndexState | None = None
    entries: int = 0
    delta_entries: int = 0
    silenced: int = 0
    segments: int = 0
    size_bytes: int = 0
    largest_bucket: int = 0
    building: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """How the live index stands in this process.

    Attributes:
        followed_at: when the database was last read; None before the first time.
        lag_s: how long ago that is.
        fault: why it could not be read since, or why the last build failed; "" when all is well.
    """

    types: tuple[TypeStatus, ...]
    followed_at: datetime | None
    lag_s: float | None
    fault: str

    @property
    def ready(self) -> bool:
        """Whether every type answers."""
        return not any(each.fault for each in self.types)


def fault_of(followed: FollowedType, building: tuple[int, int] | None) -> str:
    """Why a type does not answer, and how far its build is."""
    how_far = "" if building is None else f": {building[0]:,} of {building[1]:,} entries"
    return f"index of {followed.kind.name} {followed.missing}{how_far}; ask again in a moment"


def type_status(followed: FollowedType, building: tuple[int, int] | None) -> TypeStatus:
    """How one type stands."""
    snapshot = followed.snapshot
    status = TypeStatus(signal_type=followed.kind.name, fault="", building=building)
    if snapshot is None:
        return replace(status, fault=fault_of(followed, building))
    files = [each.file for each in snapshot.opened]
    return replace(
        status,
        state=snapshot.state,
        entries=snapshot.audible,
        delta_entries=len(snapshot.delta.entry_ids),
        silenced=sum(each.silenced for each in snapshot.opened),
        segments=len(files),
        size_bytes=sum(each.size_bytes for each in files),
        largest_bucket=max((each.largest_bucket for each in files), default=0),
    )
