"""The desk at which reports are ordered and worked: the store, the rule of the queue, its lots, the clock."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from clew.errors import InputError
from clew.ground.clock import Clock
from clew.parts.classifiers.base import ClassifierPart
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.shelf import load
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.linked import Link, link_as_ordered
from clew.records.audit import AuditEvent
from clew.records.identifiers import PlaceId
from clew.records.report import Report
from clew.records.worked import ScoreModel
from clew.settings import Settings, Triage
from clew.triage.lots import Lots
from clew.triage.pictures import BundlePictures
from clew.triage.prior import PRIOR
from clew.triage.queue import Rule
from clew.triage.score import Classifier

_SEED = "queue lots"
# The format whose JSON form is that of our own facts.
_STORED_FORM = "cybertipline"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDesk:
    """What every sentence about the queue needs.

    Attributes:
        read: the facts of a stored intake document.
        pictures: those of bundles, followed from the store by whoever orders; nobody else uses them.
        alone: one person works here, and gives second looks to their own word after `alone_after`.
    """

    store: Store
    policy: Triage
    rule: Rule
    lots: Lots
    clock: Clock
    read: Callable[[str], Report]
    link: Link = link_as_ordered
    classifier: Classifier | None = None
    pictures: BundlePictures = field(default_factory=BundlePictures)
    alone: bool = False
    alone_after: timedelta = timedelta(hours=12)

    @property
    def lease(self) -> timedelta:
        """How long a claimed place is held without a sign of its holder."""
        return timedelta(minutes=self.policy.lease_minutes)

    @property
    def audit_after(self) -> timedelta:
        """How long a place must have waited before nobody counts as having reached it."""
        return timedelta(microseconds=self.rule.audit_after_us)


def open_queue_desk(settings: Settings, store: Store, clock: Clock, *, link: Link = link_as_ordered) -> QueueDesk:
    """The desk as the settings have it; the secret seed of its lots is made once and kept in the store.

    Raises:
        InputError: a setting cannot be.
        MissingPartError: the classifier that the settings name is not installed.
    """
    policy = settings.triage
    rule = Rule(
        reserve_permille=policy.reserve_permille,
        audit_permille=policy.audit_permille,
        audit_after_us=int(policy.audit_after_hours * 3_600_000_000),
    )
    return QueueDesk(
        store=store,
        policy=policy,
        rule=rule,
        lots=Lots(cuts=_numbers(policy.audit_cuts), chances=_numbers(policy.audit_chances), seed=_seed(store)),
        clock=clock,
        read=_documents(),
        link=link,
        classifier=load("classifiers", policy.classifier, ClassifierPart) if policy.classifier else None,
        alone=settings.review.one_person,
        alone_after=timedelta(hours=settings.review.self_review_hours),
    )


def model_in_force(reader: Reader) -> ScoreModel:
    """The weights that a person has put into force; those that Clew came with until then."""
    return reader.find_model() or PRIOR


def note_place(
    unit: UnitOfWork, at: datetime, actor: str, act: str, place_id: PlaceId, **facts: str | int | bool | None
) -> None:
    """The act on a place is in the audit, in this transaction."""
    unit.audit(AuditEvent(at=at, actor=actor, act=act, subject=f"place:{place_id}", facts=facts))


def _documents() -> Callable[[str], Report]:
    """Reads what taking in has stored, whatever form it came in."""
    form = load("formats", _STORED_FORM, ClearinghouseFormat)
    return lambda document: form.read_stored(msgspec.json.decode(document))


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise InputError(f"triage.audit_cuts and audit_chances are numbers with commas between, got '{text}'") from None


def _seed(store: Store) -> bytes:
    with store.read() as reader:
        kept = reader.find_value(_SEED)
    return bytes.fromhex(kept or store.transact(_make_seed))


def _make_seed(unit: UnitOfWork) -> str:
    unit.be_alone()
    kept = unit.find_value(_SEED)
    if kept is None:
        kept = secrets.token_hex(32)
        unit.put_value(_SEED, kept)
    return kept
