"""Learn weights from the outcomes that were recorded. What was learnt waits for a person to put it into force."""

from clew.parts.stores.base import UnitOfWork
from clew.pipelines.queue_desk import QueueDesk, model_in_force
from clew.records.audit import AuditEvent
from clew.triage.calibrate import Calibrated, calibrate


def learn(desk: QueueDesk, *, actor: str) -> Calibrated:
    """A model with its card, learnt from every outcome that stands and stored; the one in force goes on.

    Raises:
        RefusedError: there are too few outcomes; the message says how many are needed.
    """
    at = desk.clock()
    with desk.store.read() as reader:
        outcomes = list(reader.stream_outcomes())
        before = model_in_force(reader)
        taken = {each.version for each in reader.score_models()}
    calibrated = calibrate(outcomes, before, version=_version(f"learnt-{at:%Y-%m-%d}", taken), at=at)

    def work(unit: UnitOfWork) -> None:
        unit.put_model(calibrated.model)
        version = calibrated.model.version
        facts: dict[str, str | int | bool | None] = {
            "model": version,
            "outcomes": len(outcomes),
            "before": before.version,
        }
        unit.audit(AuditEvent(at=at, actor=actor, act="model.learn", subject=f"model:{version}", facts=facts))

    desk.store.transact(work)
    return calibrated


def _version(name: str, taken: set[str]) -> str:
    """The day, and a number where the day has several."""
    number, version = 1, name
    while version in taken:
        number += 1
        version = f"{name}-{number}"
    return version
