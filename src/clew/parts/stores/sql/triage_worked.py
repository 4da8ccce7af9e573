"""What people said of places: decisions, outcomes, officers' facts; and what the score learns from and is held to."""

import json
from abc import ABC
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, case, func, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._triage import AuditTurn, Unreached
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import triage as T  # noqa: N812  (the tables of this area)
from clew.parts.stores.sql.triage_rows import decision_of, decision_row, outcome_of, outcome_row
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import IntakeNumber, OutcomeId, PlaceId, SenderId
from clew.records.triage import OfficerFact
from clew.records.worked import OutcomeKind, PlaceDecision, PlaceOutcome, ScoreModel, SenderOutcomes

_D, _O, _M, _A = T.place_decisions.c, T.place_outcomes.c, T.score_models.c, T.audit_turns.c
_PORTION = 1000
_NO_REASON = ""


class WorkedReading(Session, Reader, ABC):
    """Reading it."""

    def find_decision(self, decision_id: str) -> PlaceDecision | None:
        """By the primary key."""
        row = self._first(select(T.place_decisions).where(_D.id == decision_id))
        return None if row is None else decision_of(row)

    def decisions_of(self, place_id: PlaceId) -> list[PlaceDecision]:
        """Along its index."""
        query = select(T.place_decisions).where(_D.place_id == place_id).order_by(_D.id.desc())
        return [decision_of(row) for row in self._all(query)]

    def outcomes_of(self, place_id: PlaceId) -> list[PlaceOutcome]:
        """Along its index."""
        query = select(T.place_outcomes).where(_O.place_id == place_id).order_by(_O.id.desc())
        return [outcome_of(row) for row in self._all(query)]

    def stream_outcomes(self, since: datetime | None = None) -> Iterator[PlaceOutcome]:
        """A portion at a time, along the primary key."""
        last = ""
        while True:
            query = select(T.place_outcomes).where(_O.id > last, _O.withdrawn_at.is_(None))
            if since is not None:
                query = query.where(_O.recorded_at >= to_us(since))
            rows = self._all(query.order_by(_O.id).limit(_PORTION))
            yield from map(outcome_of, rows)
            if len(rows) < _PORTION:
                return
            last = rows[-1]["id"]

    def sender_outcomes(self, ids: Sequence[SenderId]) -> dict[SenderId, SenderOutcomes]:
        """From the counts that are kept."""
        columns = T.sender_outcomes.c
        counts: dict[SenderId, dict[OutcomeKind, int]] = defaultdict(lambda: defaultdict(int))
        reasons: dict[SenderId, dict[str, int]] = defaultdict(dict)
        for some in portions(ids):
            query = select(T.sender_outcomes).where(columns.sender_id.in_(some), columns.outcomes > 0)
            for row in self._all(query.order_by(columns.sender_id, columns.kind, columns.reason)):
                sender_id = SenderId(row["sender_id"])
                counts[sender_id][OutcomeKind(row["kind"])] += row["outcomes"]
                if row["reason"] != _NO_REASON:
                    reasons[sender_id][row["reason"]] = row["outcomes"]
        return {
            sender_id: SenderOutcomes(sender_id=sender_id, counts=dict(each), reasons=reasons[sender_id])
            for sender_id, each in counts.items()
        }

    def outcome_totals(self) -> dict[OutcomeKind, int]:
        """From the counts that are kept."""
        columns = T.sender_outcomes.c
        query = select(columns.kind, func.sum(columns.outcomes).label("n")).group_by(columns.kind)
        return {OutcomeKind(row["kind"]): int(row["n"]) for row in self._all(query.order_by(columns.kind))}

    def officer_facts_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, list[OfficerFact]]:
        """By the primary key, a portion at a time."""
        columns = T.officer_facts.c
        found: dict[IntakeNumber, list[OfficerFact]] = defaultdict(list)
        for some in portions(numbers):
            query = select(T.officer_facts).where(columns.number.in_(some)).order_by(columns.number, columns.about)
            for row in self._all(query):
                found[IntakeNumber(row["number"])].append(_fact_of(row))
        return dict(found)

    def score_models(self) -> list[ScoreModel]:
        """Few."""
        return [_model_of(row) for row in self._all(select(T.score_models).order_by(_M.made_at.desc(), _M.version))]

    def find_model(self, version: str | None = None) -> ScoreModel | None:
        """By the primary key, or the index of the one in force."""
        which = _M.in_force_since.is_not(None) if version is None else _M.version == version
        row = self._first(select(T.score_models).where(which))
        return None if row is None else _model_of(row)

    def audit_turns(self, since: datetime, until: datetime) -> list[AuditTurn]:
        """Along its index."""
        query = select(T.audit_turns).where(_A.unreached_at >= to_us(since), _A.unreached_at < to_us(until))
        return [_turn_of(row) for row in self._all(query.order_by(_A.unreached_at, _A.place_id))]

    def unreached(self, since: datetime, until: datetime) -> list[Unreached]:
        """The days between."""
        columns = T.unreached_days.c
        within = (columns.day >= since.date().isoformat(), columns.day < until.date().isoformat())
        query = select(T.unreached_days).where(*within).order_by(columns.day, columns.stratum)
        return [
            Unreached(day=row["day"], stratum=row["stratum"], places=row["places"], lowest_chance=row["lowest_chance"])
            for row in self._all(query)
        ]


class WorkedWriting(WorkedReading, ChangingSession, UnitOfWork, ABC):
    """Changing it."""

    def put_decision(self, decision: PlaceDecision) -> None:
        """An upsert."""
        row = decision_row(decision)
        statement = self._database.insert(T.place_decisions).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def put_outcome(self, outcome: PlaceOutcome) -> None:
        """An insert; each of its senders counts it once."""
        self._change(self._database.insert(T.place_outcomes).values(outcome_row(outcome)))
        self._count_outcome(outcome, 1)

    def withdraw_outcome(self, outcome_id: OutcomeId, at: datetime) -> PlaceOutcome:
        """One statement, and the counts go back."""
        stands = (_O.id == outcome_id, _O.withdrawn_at.is_(None))
        withdrawn = update(T.place_outcomes).where(*stands).values(withdrawn_at=to_us(at)).returning(T.place_outcomes)
        row = self._first(withdrawn)
        if row is None:
            if self._first(select(_O.id).where(_O.id == outcome_id)) is None:
                raise NotFoundError(f"no outcome '{outcome_id[:40]}'")
            raise ConflictError("this outcome was withdrawn already")
        outcome = outcome_of(row)
        self._count_outcome(outcome, -1)
        return outcome

    def put_officer_fact(self, fact: OfficerFact) -> None:
        """An upsert."""
        row: Row = {
            "number": fact.number,
            "about": fact.about,
            "officer": fact.officer,
            "confirmed_at": to_us(fact.confirmed_at),
            "recorded_by": fact.recorded_by,
            "recorded_at": to_us(fact.recorded_at),
            "withdrawn_at": maybe_us(fact.withdrawn_at),
        }
        statement = self._database.insert(T.officer_facts).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["number", "about"], set_=row))

    def put_model(self, model: ScoreModel) -> None:
        """The one in force makes room first."""
        if model.in_force_since is not None:
            self._change(update(T.score_models).values(in_force_since=None))
        row: Row = {
            "version": model.version,
            "made_at": to_us(model.made_at),
            "weights": compact({"base": model.base, "weights": dict(model.weights), "shares": dict(model.shares)}),
            "card": model.card,
            "in_force_since": maybe_us(model.in_force_since),
            "put_by": model.put_by,
        }
        statement = self._database.insert(T.score_models).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["version"], set_=row))

    def add_unreached(self, turns: Sequence[AuditTurn], counts: Sequence[Unreached]) -> None:
        """Turns are inserted once; counts grow, their lowest chance falls."""
        rows: list[Row] = [
            {
                "place_id": turn.place_id,
                "unreached_at": to_us(turn.unreached_at),
                "stratum": turn.stratum,
                "chance": turn.chance,
                "looked_at": maybe_us(turn.looked_at),
                "urgent": turn.urgent,
            }
            for turn in turns
        ]
        self._change(self._database.insert(T.audit_turns).on_conflict_do_nothing(), rows)
        columns = T.unreached_days.c
        for each in sorted(counts, key=lambda count: (count.day, count.stratum)):
            statement = self._database.insert(T.unreached_days).values(
                day=each.day, stratum=each.stratum, places=each.places, lowest_chance=each.lowest_chance
            )
            grown = {
                "places": columns.places + each.places,
                "lowest_chance": case(
                    (columns.lowest_chance < each.lowest_chance, columns.lowest_chance), else_=each.lowest_chance
                ),
            }
            self._change(statement.on_conflict_do_update(index_elements=["day", "stratum"], set_=grown))

    def put_audit_look(self, place_id: PlaceId, at: datetime, *, urgent: bool) -> bool:
        """The newest turn of the place, if nobody has looked."""
        newest = select(func.max(_A.unreached_at)).where(_A.place_id == place_id).scalar_subquery()
        own = (_A.place_id == place_id, _A.unreached_at == newest, _A.looked_at.is_(None))
        return bool(self._change(update(T.audit_turns).where(*own).values(looked_at=to_us(at), urgent=urgent)))

    def _count_outcome(self, outcome: PlaceOutcome, by: int) -> None:
        columns = T.sender_outcomes.c
        for sender_id in sorted(set(outcome.senders)):
            statement = self._database.insert(T.sender_outcomes).values(
                sender_id=sender_id, kind=outcome.kind.value, reason=outcome.reason or _NO_REASON, outcomes=by
            )
            grown = {"outcomes": columns.outcomes + by}
            keys = ["sender_id", "kind", "reason"]
            self._change(statement.on_conflict_do_update(index_elements=keys, set_=grown))


def _fact_of(row: RowMapping) -> OfficerFact:
    return OfficerFact(
        number=IntakeNumber(row["number"]),
        about=row["about"],
        officer=row["officer"],
        confirmed_at=from_us(row["confirmed_at"]),
        recorded_by=row["recorded_by"],
        recorded_at=from_us(row["recorded_at"]),
        withdrawn_at=maybe_at(row["withdrawn_at"]),
    )


def _model_of(row: RowMapping) -> ScoreModel:
    told = json.loads(row["weights"])
    return ScoreModel(
        version=row["version"],
        made_at=from_us(row["made_at"]),
        base=told["base"],
        weights=told["weights"],
        shares=told["shares"],
        card=row["card"],
        in_force_since=maybe_at(row["in_force_since"]),
        put_by=row["put_by"],
    )


def _turn_of(row: RowMapping) -> AuditTurn:
    return AuditTurn(
        place_id=PlaceId(row["place_id"]),
        unreached_at=from_us(row["unreached_at"]),
        stratum=row["stratum"],
        chance=row["chance"],
        looked_at=maybe_at(row["looked_at"]),
        urgent=None if row["urgent"] is None else bool(row["urgent"]),
    )
