"""Score models: those there are, and the one that a person puts into force, by which every place is weighed anew."""

from dataclasses import replace
from functools import partial

from clew.errors import NotFoundError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.placing import reweigh
from clew.pipelines.queue_desk import QueueDesk, model_in_force
from clew.records.audit import AuditEvent
from clew.records.identifiers import PlaceId
from clew.records.worked import ScoreModel
from clew.triage.prior import PRIOR

_PAGE = 1000


def models(desk: QueueDesk) -> list[ScoreModel]:
    """Every model, newest first; the one that Clew came with last, in force as long as no other is."""
    with desk.store.read() as reader:
        stored = reader.score_models()
    return stored if any(each.version == PRIOR.version for each in stored) else [*stored, PRIOR]


def get_model(desk: QueueDesk, version: str) -> ScoreModel:
    """The model of that version; NotFoundError else."""
    found = next((each for each in models(desk) if each.version == version), None)
    if found is None:
        raise NotFoundError(f"no score model '{version[:40]}'; see: clew queue models")
    return found


def put_in_force(desk: QueueDesk, version: str, *, actor: str) -> int:
    """Every place is weighed by that model from now on, new ones at once; how many of those there are changed.

    A person does this, having read the model's card. It can be taken back by putting the former one into force.

    Raises:
        NotFoundError: there is no such model.
    """
    model = get_model(desk, version)

    def work(unit: UnitOfWork) -> None:
        at = desk.clock()
        before = model_in_force(unit)
        unit.put_model(replace(model, in_force_since=at, put_by=actor))
        facts = {"model": version, "before": before.version}
        unit.audit(AuditEvent(at=at, actor=actor, act="model.put", subject=f"model:{version}", facts=facts))

    desk.store.transact(work)
    return rescore(desk)


def rescore(desk: QueueDesk) -> int:
    """Places that were weighed by another model than the one in force are weighed by it; how many.

    A portion at a time, so that whoever works the queue is not kept waiting.
    """
    changed, last = 0, PlaceId(0)

    def work(unit: UnitOfWork, after: PlaceId) -> tuple[int, PlaceId | None]:
        model = model_in_force(unit)
        page = unit.places_by_id(after, _PAGE)
        # Read again: now nobody else changes them.
        places = unit.places_of([each.id for each in page if each.risk.model != model.version])
        unit.put_places([reweigh(desk, place, model) for place in places.values()])
        return len(places), page[-1].id if len(page) == _PAGE else None

    while True:
        done, end = desk.store.transact(partial(work, after=last))
        changed += done
        if end is None:
            return changed
        last = end
