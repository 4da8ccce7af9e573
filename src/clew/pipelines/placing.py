"""Say where each report of a batch is worked, and how that place stands: its score, its overrides, what is new in it.

A place to which only new reports came is added to; one whose reports moved, for their clusters joined or were parted,
is made anew from all of them. Both come to the same, which a test holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from clew.parts.stores._triage import Member
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.queue_desk import QueueDesk, model_in_force
from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, PlaceId, SenderId
from clew.records.triage import (
    Completeness,
    Factor,
    OrderedReport,
    Override,
    OverrideKind,
    Place,
    PlaceState,
    WakeUp,
)
from clew.records.worked import ScoreModel
from clew.triage.bundle import Joined, new_elements, place_for
from clew.triage.overrides import repeat_subject
from clew.triage.score import Weighed, score, sender_factor, together, weighed_of

_PAGE = 1000
_SENDER = "sender-outcomes"
# So many incidents of one subject are several.
SEVERAL = 4
LINK_SIGNS = frozenset({"linked-incident", "several-incidents", "several-platforms", "linked-outcome"})
VICTIM_SIGNS = frozenset({"victim", "victim-found", "chat-with-child"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A report of the batch, with what its incident did not have before."""

    report: OrderedReport
    new_file: bool = False
    uploader_known: bool = False


@dataclass(slots=True)
class Placed:
    """What became of a batch.

    Attributes:
        places: as they stand now.
        woken: those of them that had left the line, and are in it again.
        gone: places whose reports are worked elsewhere.
    """

    places: list[Place] = field(default_factory=list)
    woken: list[Place] = field(default_factory=list)
    gone: list[PlaceId] = field(default_factory=list)


def place_batch(
    unit: UnitOfWork,
    desk: QueueDesk,
    arrived: Sequence[Arrived],
    moved: Mapping[IntakeNumber, ClusterId],
    at: datetime,
) -> Placed:
    """The batch's reports, and those that its links moved, stand in their places.

    Args:
        moved: reports of before whose cluster is another one now.
    """
    before = unit.ordered_of(sorted(moved))
    shifted = [replace(report, cluster_id=moved[number]) for number, report in before.items()]
    unit.put_ordered([*(each.report for each in arrived), *shifted])
    touched = {each.report.cluster_id for each in arrived}
    touched |= {each.cluster_id for each in (*before.values(), *shifted)}
    members: dict[ClusterId, list[Member]] = defaultdict(list)
    for member in unit.members_of(touched):
        members[member.cluster_id].append(member)
    batch = {each.report.number: each for each in arrived}
    places, anew = _settle(unit, members, batch)
    anew |= {report.place_id for report in before.values()}
    desks = _Weighing(unit, desk, members, at)
    placed = Placed()
    added: dict[PlaceId, list[Arrived]] = defaultdict(list)
    for each in arrived:
        added[places[each.report.cluster_id]].append(each)
    standing = unit.places_of(sorted({*added, *anew, *places.values()}))
    for place_id in sorted({*added, *anew, *places.values()}):
        _put(desks, placed, place_id, standing.get(place_id), added[place_id], anew=place_id in anew)
    unit.put_places(placed.places)
    unit.delete_places(placed.gone)
    return placed


def place_again(
    unit: UnitOfWork, desk: QueueDesk, place_id: PlaceId, at: datetime, *woken_by: WakeUp, links_too: bool = False
) -> Placed:
    """One place, made anew from all its reports; what is said to have happened wakes it.

    Args:
        links_too: what its links say of danger holds again, though a person had lowered it.
    """
    members = {ClusterId(place_id): unit.members_of([ClusterId(place_id)])}
    placed = Placed()
    standing = unit.places_of([place_id]).get(place_id)
    weighing = _Weighing(unit, desk, members, at, links_too=links_too)
    _put(weighing, placed, place_id, standing, [], anew=True, elements=woken_by)
    unit.put_places(placed.places)
    unit.delete_places(placed.gone)
    return placed


def _settle(
    unit: UnitOfWork, members: Mapping[ClusterId, Sequence[Member]], batch: Mapping[IntakeNumber, Arrived]
) -> tuple[dict[ClusterId, PlaceId], set[PlaceId]]:
    """The place of each cluster, with its reports and their copies moved there; and places that some left or joined."""
    # Clusters of copies whose incident another cluster told first.
    alone = {}
    for cluster_id, some in members.items():
        bundles, numbers = {member.bundle_id for member in some}, {member.number for member in some}
        if len(bundles) == 1 and IntakeNumber(some[0].bundle_id) not in numbers:
            alone[cluster_id] = some[0].bundle_id
    firsts = unit.ordered_of(sorted({IntakeNumber(bundle_id) for bundle_id in alone.values()}))
    places: dict[ClusterId, PlaceId] = {}
    anew: set[PlaceId] = set()
    for cluster_id, some in members.items():
        first = firsts.get(IntakeNumber(alone[cluster_id])) if cluster_id in alone else None
        place_id = place_for(
            cluster_id, [member.bundle_id for member in some], None if first is None else first.cluster_id
        )
        places[cluster_id] = place_id
        leaving = [member for member in some if member.place_id != place_id]
        if leaving:
            unit.move_cluster(cluster_id, place_id)
        for member in leaving:
            if member.number in batch:
                continue
            anew |= {member.place_id, place_id}
            if member.number == IntakeNumber(member.bundle_id):
                unit.move_copies(member.bundle_id, member.place_id, place_id)
    return places, anew


class _Weighing:
    """What all places of a batch are weighed with: the model, senders' outcomes, and the clusters' members."""

    def __init__(
        self,
        unit: UnitOfWork,
        desk: QueueDesk,
        members: Mapping[ClusterId, Sequence[Member]],
        at: datetime,
        *,
        links_too: bool = False,
    ) -> None:
        self.unit, self.at, self._links_too = unit, at, links_too
        self._desk, self._members, self._model = desk, members, model_in_force(unit)
        senders = sorted({member.sender_id for some in members.values() for member in some})
        self._outcomes = unit.sender_outcomes(senders)
        totals = unit.outcome_totals() if self._outcomes else {}
        told = sum(count for kind, count in totals.items() if kind.urgent is not None)
        urgent = sum(count for kind, count in totals.items() if kind.urgent)
        # Neither none nor all: a share has room on both sides.
        self._urgent_share = (urgent + 1) / (told + 2)

    def place(self, place_id: PlaceId, standing: Place | None, gathered: "_Gathered", *, anew: bool) -> Place:
        """The place as its reports have it; state, lease and line as they stand."""
        members = self._members.get(ClusterId(place_id), ())
        linked, repeated = self._links(place_id, standing, members)
        risk = score(
            replace(gathered.weighed, linked=linked),
            self._model,
            sender=self._sender(standing, members),
            classifier=self._desk.classifier,
        )
        overrides = dict(gathered.overrides)
        if repeated is not None:
            overrides[OverrideKind.REPEAT_SUBJECT] = repeated
        order = list(OverrideKind)
        base = standing or Place(
            id=place_id,
            state=PlaceState.WAITING,
            arrived_at=gathered.arrived_at,
            since=self.at if anew else gathered.arrived_at,
            risk=risk,
            completeness=gathered.completeness,
            lot=self._desk.lots.lot(str(place_id), risk.high),
        )
        # The chance of one that nobody reached in time was fixed when it became one: the audit counts on it.
        lot = base.lot if base.disposition is not None else self._desk.lots.lot(str(place_id), risk.high)
        return replace(
            base,
            risk=risk,
            completeness=gathered.completeness,
            lot=lot,
            overrides=tuple(sorted(overrides.values(), key=lambda each: order.index(each.kind))),
            bundle_id=gathered.bundle_id,
            reports=gathered.reports,
            copies=gathered.copies,
            uploaders=len(gathered.uploaders),
            platforms=len(_firsts(members)) or base.platforms,
            country=gathered.country,
            language=gathered.language,
        )

    def _links(
        self, place_id: PlaceId, standing: Place | None, members: Sequence[Member]
    ) -> tuple[dict[str, str], Override | None]:
        """What follows from the cluster's links; as it stands where only copies of others came."""
        stood = None if standing is None else _repeated(standing)
        if not members and standing is not None:
            return {each.name: each.source for each in standing.risk.factors if each.name in LINK_SIGNS}, stood
        incidents, platforms = len({member.bundle_id for member in members}), len(_firsts(members))
        linked = {}
        if incidents > 1:
            linked["linked-incident"] = f"{incidents} incidents"
        if incidents >= SEVERAL:
            linked["several-incidents"] = f"{incidents} incidents"
        if platforms > 1 and incidents > 1:
            linked["several-platforms"] = f"{platforms} senders"
        if standing is not None and self._had_outcome(place_id):
            linked["linked-outcome"] = "an earlier outcome"
        if standing is not None and not self._links_too and not _changed(standing, linked, platforms):
            return linked, stood  # a person may have lowered it, and nothing is new
        newest = max((member.number for member in members), default=IntakeNumber(place_id))
        return linked, repeat_subject(newest, platforms, incidents)

    def _had_outcome(self, place_id: PlaceId) -> bool:
        """Whether something urgent came of it before."""
        return any(each.kind.urgent and each.withdrawn_at is None for each in self.unit.outcomes_of(place_id))

    def _sender(self, standing: Place | None, members: Sequence[Member]) -> Factor | None:
        """The best that the outcomes of any of the senders say: a good sender's report is not sunk by a bad one's."""
        if not members and standing is not None:
            return next((each for each in standing.risk.factors if each.name == _SENDER), None)
        senders: set[SenderId] = {member.sender_id for member in members}
        factors = [sender_factor(self._outcomes.get(each), self._urgent_share) for each in senders]
        return max((each for each in factors if each is not None), key=lambda each: each.weight, default=None)


def _repeated(place: Place) -> Override | None:
    return next((each for each in place.overrides if each.kind is OverrideKind.REPEAT_SUBJECT), None)


def _changed(standing: Place, linked: Mapping[str, str], platforms: int) -> bool:
    """Whether its links say something else of incidents and platforms than they did."""
    told = {each.name: each.source for each in standing.risk.factors if each.name in LINK_SIGNS}
    return standing.platforms != platforms or told.get("linked-incident") != linked.get("linked-incident")


def _firsts(members: Sequence[Member]) -> set[SenderId]:
    """The senders of the cluster's incidents, each told by its first report there: copies are no further platform."""
    firsts: dict[BundleId, SenderId] = {}
    for member in members:
        firsts.setdefault(member.bundle_id, member.sender_id)
    return set(firsts.values())


# ---------------------------------------------------------------- one place


@dataclass(slots=True)
class _Gathered:
    """What the reports of a place say together, and how many they are."""

    weighed: Weighed
    completeness: Completeness
    arrived_at: datetime
    overrides: dict[OverrideKind, Override] = field(default_factory=dict)
    country: str | None = None
    language: str | None = None
    bundle_id: BundleId | None = None
    reports: int = 0
    copies: int = 0
    uploaders: set[bytes] = field(default_factory=set)

    def add(self, report: OrderedReport) -> None:
        """What one report says beside the others."""
        self.weighed = together(self.weighed, _weighed(report))
        for override in report.overrides:
            self.overrides.setdefault(override.kind, override)
        if report.completeness.figure > self.completeness.figure:
            self.completeness = report.completeness
        self.country = self.country or report.country
        self.language = self.language or report.language
        if report.is_copy:
            self.bundle_id = self.bundle_id or report.bundle_id
        self.reports += 1
        self.copies += report.is_copy
        self.uploaders.add(report.uploader)


def _gather(reports: Iterable[OrderedReport], standing: Place | None = None) -> _Gathered | None:
    """Of these reports, beside what stands already; None where there is nothing of either."""
    gathered = None if standing is None else _gathered_of(standing)
    for report in reports:
        if gathered is None:
            gathered = _Gathered(
                weighed=_weighed(report), completeness=report.completeness, arrived_at=report.received_at
            )
        gathered.add(report)
    return gathered


def _gathered_of(place: Place) -> _Gathered:
    return _Gathered(
        weighed=weighed_of(place.risk),
        completeness=place.completeness,
        arrived_at=place.arrived_at,
        overrides={each.kind: each for each in place.overrides if each.kind is not OverrideKind.REPEAT_SUBJECT},
        country=place.country,
        language=place.language,
        bundle_id=place.bundle_id,
        reports=place.reports,
        copies=place.copies,
    )


def _put(
    weighing: _Weighing,
    placed: Placed,
    place_id: PlaceId,
    standing: Place | None,
    arrived: Sequence[Arrived],
    *,
    anew: bool,
    elements: Iterable[WakeUp] = (),
) -> None:
    """The place as it stands now, or gone."""
    reports = _reports_of(weighing.unit, place_id) if anew else (each.report for each in arrived)
    gathered = _gather(reports, None if anew else standing)
    if gathered is None:
        if standing is not None:
            placed.gone.append(place_id)
        return
    place = weighing.place(place_id, standing, gathered, anew=anew)
    if not anew and standing is not None:
        place = replace(place, uploaders=_uploaders(weighing.unit, standing, arrived))
    if standing is None:
        placed.places.append(place)
        return
    new = {*elements, *_grave(place, standing)}
    for each in arrived:
        new |= _elements(each, standing)
    if anew and place.reports > standing.reports and not arrived:
        new.add(WakeUp.NEW_LINK)
    surfaced = surface(place, sorted(new, key=_GRAVITY.index), weighing.at)
    placed.places.append(surfaced)
    if surfaced.state is PlaceState.WAITING and standing.state in {PlaceState.DECIDED, PlaceState.SET_ASIDE}:
        placed.woken.append(surfaced)


def reweigh(desk: QueueDesk, place: Place, model: ScoreModel) -> Place:
    """The place by other weights; what its reports and links say is as it was."""
    linked = {each.name: each.source for each in place.risk.factors if each.name in LINK_SIGNS}
    sender = next((each for each in place.risk.factors if each.name == _SENDER), None)
    risk = score(replace(weighed_of(place.risk), linked=linked), model, sender=sender, classifier=desk.classifier)
    lot = place.lot if place.disposition is not None else desk.lots.lot(str(place.id), risk.high)
    return replace(place, risk=risk, lot=lot)


def surface(place: Place, elements: Sequence[WakeUp], at: datetime) -> Place:
    """The place with what is new in it: it waits like a new one if it had left the line, or was out of reach.

    Args:
        elements: what happened, the gravest first; more copies of the same are none.
    """
    if not elements or elements[0] is WakeUp.MORE_COPIES:
        return place
    shown = replace(place, newest=elements[0], newest_at=at)
    if place.state in {PlaceState.DECIDED, PlaceState.SET_ASIDE}:
        return replace(shown, state=PlaceState.WAITING, since=at, disposition=None, asked_by=None)
    told = place.disposition
    if told is not None and any(told.woken_by(each) for each in elements):
        return replace(shown, since=at, disposition=None)
    return shown


_GRAVITY = (
    WakeUp.DANGER,
    WakeUp.VICTIM,
    WakeUp.OUTCOME,
    WakeUp.PERSON,
    WakeUp.NEW_LINK,
    WakeUp.ANSWER,
    WakeUp.NEW_FILE,
    WakeUp.NEW_UPLOADER,
    WakeUp.LISTED,
    WakeUp.SCORE,
    WakeUp.MORE_COPIES,
)


def _elements(arrived: Arrived, standing: Place) -> set[WakeUp]:
    """What a report brings that its place did not have."""
    if not arrived.report.is_copy:
        return {WakeUp.NEW_LINK}
    return set(
        new_elements(
            Joined(arrived.report.bundle_id, new_file=arrived.new_file),
            uploader_known=arrived.uploader_known,
            victim=any(sign.name in VICTIM_SIGNS for sign in arrived.report.signs),
            victim_known=bool(_signs_of(standing) & VICTIM_SIGNS),
        )
    )


def _grave(place: Place, standing: Place) -> set[WakeUp]:
    """Danger where an override is of a kind that did not hold before; a victim where there was no sign of one."""
    found = set()
    if {each.kind for each in place.overrides} - {each.kind for each in standing.overrides}:
        found.add(WakeUp.DANGER)
    if VICTIM_SIGNS & _signs_of(place) and not VICTIM_SIGNS & _signs_of(standing):
        found.add(WakeUp.VICTIM)
    return found


def _uploaders(unit: UnitOfWork, standing: Place, arrived: Sequence[Arrived]) -> int:
    """Distinct accounts: those whose first report in the place is one of these are new there."""
    first = unit.first_of_uploaders(standing.id, {each.report.uploader for each in arrived})
    numbers = {each.report.number for each in arrived}
    return standing.uploaders + sum(number in numbers for number in first.values())


def _reports_of(unit: UnitOfWork, place_id: PlaceId) -> Iterator[OrderedReport]:
    after = None
    while page := unit.reports_of_place(place_id, after=after, limit=_PAGE):
        yield from page
        after = page[-1].number


def _weighed(report: OrderedReport) -> Weighed:
    signs = {sign.name: (sign.source, report.number) for sign in report.signs}
    return Weighed(signs=signs, untold=report.untold)


def _signs_of(place: Place) -> set[str]:
    return {factor.name for factor in place.risk.factors if factor.number is not None}
