"""Say of each report of a batch which incident it tells of, and keep by what its copies will be found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from clew.parts.stores.base import Reader, UnitOfWork
from clew.records.identifiers import BundleId, IntakeNumber
from clew.records.intake import IntakeReport
from clew.records.mention import Mention
from clew.records.triage import Bundle
from clew.triage.bundle import IncidentKeys, Joined, Known, join, keys_of
from clew.triage.pictures import BundlePictures, near_each_other

_FOLLOW = 50_000
# Among more pictures than this in one batch only equal ones find one another; those of earlier batches do anyway.
_PAIRED = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A report with its incident.

    Attributes:
        uploader_known: the account had sent a copy before; a first report brings nothing new.
    """

    keys: IncidentKeys
    joined: Joined
    uploader_known: bool


def bundle_batch(
    unit: UnitOfWork,
    pictures: BundlePictures,
    intakes: Mapping[IntakeNumber, IntakeReport],
    mentions: Mapping[IntakeNumber, Sequence[Mention]],
) -> dict[IntakeNumber, Bundled]:
    """The incident of each report, in the order of their numbers; keys, counts and uploaders of bundles are stored."""
    follow(unit, pictures)
    numbers = sorted(intakes)
    keys = {number: keys_of(intakes[number], mentions.get(number, ())) for number in numbers}
    finder = _Finder(unit, pictures, keys.values())
    uploaders: dict[BundleId, set[bytes]] = {}
    bundled = {}
    for number in numbers:
        joined = join(number, keys[number], finder.known)
        finder.learn(keys[number], joined.bundle_id)
        if joined.bundle_id not in uploaders:
            wanted = [each.uploader for each in keys.values()]
            copied = joined.bundle_id != BundleId(number)
            uploaders[joined.bundle_id] = unit.known_uploaders(joined.bundle_id, wanted) if copied else set()
        seen = uploaders[joined.bundle_id]
        bundled[number] = Bundled(keys=keys[number], joined=joined, uploader_known=keys[number].uploader in seen)
        seen.add(keys[number].uploader)
    _store(unit, intakes, bundled, finder)
    return bundled


def follow(reader: Reader, pictures: BundlePictures) -> None:
    """Every picture that is stored is known."""
    while more := reader.pictures_after(pictures.last_id, _FOLLOW):
        pictures.add([(each.id, each.bundle_id, each.pdq) for each in more])
        if len(more) < _FOLLOW:
            return


class _Finder:
    """What leads to which bundle, before this batch and within it."""

    def __init__(self, unit: UnitOfWork, pictures: BundlePictures, batch: Iterable[IncidentKeys]) -> None:
        every = list(batch)
        shown = sorted(frozenset[bytes]().union(*(keys.pictures for keys in every)))
        self._by_key = unit.bundles_by_key(frozenset[bytes]().union(*(keys.keys for keys in every)))
        self._by_picture = pictures.near(shown)
        first = near_each_other(shown) if len(shown) <= _PAIRED else {picture: picture for picture in shown}
        self._alike: dict[bytes, list[bytes]] = defaultdict(list)
        for picture, of in first.items():
            self._alike[of].append(picture)
        self._first = first
        self.new_keys: dict[bytes, BundleId] = {}
        self.new_pictures: list[tuple[BundleId, bytes]] = []
        self.known = Known(self._by_key, self._by_picture)

    def learn(self, keys: IncidentKeys, bundle_id: BundleId) -> None:
        """A later report of the batch finds this one's bundle, too."""
        for key in sorted(keys.keys):
            if key not in self._by_key:
                self._by_key[key] = self.new_keys[key] = bundle_id
        for picture in sorted(keys.pictures):
            if picture not in self._by_picture:
                self.new_pictures.append((bundle_id, picture))
                for alike in self._alike[self._first[picture]]:
                    self._by_picture.setdefault(alike, bundle_id)


def _store(
    unit: UnitOfWork,
    intakes: Mapping[IntakeNumber, IntakeReport],
    bundled: Mapping[IntakeNumber, Bundled],
    finder: _Finder,
) -> None:
    unit.add_bundle_keys(finder.new_keys)
    unit.add_bundle_pictures(finder.new_pictures)
    pairs = [(each.joined.bundle_id, each.keys.uploader) for each in bundled.values() if not each.uploader_known]
    unit.add_bundle_uploaders(pairs)
    bundles: dict[BundleId, Bundle] = {}
    for number, each in bundled.items():
        bundle_id, at = each.joined.bundle_id, intakes[number].received_at
        before = bundles.get(bundle_id) or unit.find_bundle(bundle_id) if bundle_id != BundleId(number) else None
        if before is None:
            bundles[bundle_id] = Bundle(id=bundle_id, first_at=at, last_at=at, reports=1, uploaders=1)
            continue
        bundles[bundle_id] = replace(
            before,
            last_at=max(at, before.last_at),
            reports=before.reports + 1,
            uploaders=before.uploaders + (0 if each.uploader_known else 1),
        )
    unit.add_bundles(list(bundles.values()))
