"""Recipients with their dates of validity, and referrals."""

import json
from abc import ABC
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import RowMapping, insert, select, update

from clew.errors import ConflictError
from clew.parts.stores._routing import ReferralFilter
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import routing as T  # noqa: N812  (the tables of this area)
from clew.parts.stores.sql.values import Row, compact, from_us, to_us
from clew.records.identifiers import ClusterId, IntakeNumber, RecipientId, ReferralId
from clew.records.referral import RecipientKind, Referral, ReferralRecipient, ReferralState
from clew.records.report import IncidentType

_ORDER = (
    T.recipients.c.country,
    T.recipients.c.region,
    T.recipients.c.county,
    T.recipients.c.priority,
    T.recipients.c.id,
)


class RoutingReading(Session, Reader, ABC):
    """Reading them."""

    def find_recipient(self, recipient_id: RecipientId) -> ReferralRecipient | None:
        """By the primary key."""
        row = self._first(select(T.recipients).where(T.recipients.c.id == recipient_id))
        return None if row is None else _recipient_of(row)

    def recipients(self, countries: Sequence[str] | None = None) -> list[ReferralRecipient]:
        """The whole table, which has some hundred rows, or by the index."""
        query = select(T.recipients).order_by(*_ORDER)
        if countries is not None:
            query = query.where(T.recipients.c.country.in_(countries))
        return [_recipient_of(row) for row in self._all(query)]

    def find_referral(self, referral_id: ReferralId) -> Referral | None:
        """By the primary key."""
        row = self._first(select(T.referrals).where(T.referrals.c.id == referral_id))
        return None if row is None else self._whole([row])[0]

    def referrals(self, wanted: ReferralFilter) -> list[Referral]:
        """By the indexes; ids sort by time."""
        columns = T.referrals.c
        query = select(T.referrals).order_by(columns.id.desc()).limit(wanted.limit)
        if wanted.number is not None:
            query = query.join(T.referral_reports, T.referral_reports.c.referral_id == columns.id)
            query = query.where(T.referral_reports.c.number == wanted.number)
        for column, value in (
            (columns.cluster_id, wanted.cluster_id),
            (columns.recipient_id, wanted.recipient_id),
            (columns.state, wanted.state),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.before is not None:
            query = query.where(columns.id < wanted.before)
        return self._whole(self._all(query))

    def referrals_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, list[Referral]]:
        """By the index, some hundred numbers at a time."""
        pairs: list[tuple[IntakeNumber, str]] = []
        columns = T.referral_reports.c
        for some in portions(numbers):
            rows = self._all(select(columns.number, columns.referral_id).where(columns.number.in_(some)))
            pairs += [(IntakeNumber(row["number"]), row["referral_id"]) for row in rows]
        known: dict[str, Referral] = {}
        for ids in portions(sorted({referral_id for _, referral_id in pairs})):
            found = self._whole(self._all(select(T.referrals).where(T.referrals.c.id.in_(ids))))
            known |= {each.id: each for each in found}
        grouped: dict[IntakeNumber, list[Referral]] = {each: [] for each in numbers}
        for number, referral_id in sorted(pairs, key=lambda each: each[1], reverse=True):
            grouped[number].append(known[referral_id])
        return grouped

    def _whole(self, rows: Sequence[RowMapping]) -> list[Referral]:
        """Referrals with their reports."""
        numbers: dict[str, list[IntakeNumber]] = defaultdict(list)
        columns = T.referral_reports.c
        for ids in portions([row["id"] for row in rows]):
            query = select(T.referral_reports).where(columns.referral_id.in_(ids)).order_by(columns.number)
            for row in self._all(query):
                numbers[row["referral_id"]].append(IntakeNumber(row["number"]))
        return [_referral_of(row, numbers[row["id"]]) for row in rows]


class RoutingWriting(RoutingReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def put_recipient(self, recipient: ReferralRecipient) -> ReferralRecipient | None:
        """Inserted, or every column of the row replaced."""
        before = self.find_recipient(recipient.id)
        row = _recipient_row(recipient)
        if before is None:
            self._change(insert(T.recipients).values(row))
        else:
            self._change(update(T.recipients).where(T.recipients.c.id == recipient.id).values(row))
        return before

    def add_referral(self, referral: Referral) -> None:
        """Its row, and one for each report."""
        row: Row = {
            "id": referral.id,
            "recipient_id": referral.recipient_id,
            "recipient_name": referral.recipient_name,
            "cluster_id": referral.cluster_id,
            "package": referral.package,
            "digest": referral.digest,
            "made_at": to_us(referral.made_at),
            "made_by": referral.made_by,
            "because": referral.because,
            **_state_row(referral),
        }
        self._change(insert(T.referrals).values(row))
        rows: list[Row] = [{"referral_id": referral.id, "number": each} for each in referral.numbers]
        self._change(insert(T.referral_reports), rows)

    def change_referral(self, referral: Referral) -> Referral:
        """The state's columns of the very version that was read."""
        changed = replace(referral, version=referral.version + 1)
        known = (T.referrals.c.id == referral.id) & (T.referrals.c.version == referral.version)
        if self._change(update(T.referrals).where(known).values(_state_row(changed))) == 0:
            raise ConflictError("somebody else has changed this referral since you opened it; load it again")
        return changed


def _state_row(referral: Referral) -> Row:
    return {
        "state": referral.state.value,
        "state_at": to_us(referral.state_at),
        "state_by": referral.state_by,
        "told": referral.told,
        "version": referral.version,
    }


def _recipient_row(recipient: ReferralRecipient) -> Row:
    return {
        "id": recipient.id,
        "name": recipient.name,
        "kind": recipient.kind.value,
        "country": recipient.country,
        "region": recipient.region,
        "county": recipient.county,
        "valid_from": _day_text(recipient.valid_from),
        "valid_until": _day_text(recipient.valid_until),
        "legal_basis": recipient.legal_basis,
        "language": recipient.language,
        "channel": recipient.channel,
        "contact": recipient.contact,
        "confirmed_at": _day_text(recipient.confirmed_at),
        "takes": compact(sorted(recipient.takes)),
        "priority": recipient.priority,
        "note": recipient.note,
    }


def _recipient_of(row: RowMapping) -> ReferralRecipient:
    return ReferralRecipient(
        id=RecipientId(row["id"]),
        name=row["name"],
        kind=RecipientKind(row["kind"]),
        country=row["country"],
        region=row["region"],
        county=row["county"],
        valid_from=_day(row["valid_from"]),
        valid_until=_day(row["valid_until"]),
        legal_basis=row["legal_basis"],
        language=row["language"],
        channel=row["channel"],
        contact=row["contact"],
        confirmed_at=_day(row["confirmed_at"]),
        takes=frozenset(IncidentType(each) for each in json.loads(row["takes"])),
        priority=row["priority"],
        note=row["note"],
    )


def _referral_of(row: RowMapping, numbers: Iterable[IntakeNumber]) -> Referral:
    return Referral(
        id=ReferralId(row["id"]),
        recipient_id=RecipientId(row["recipient_id"]),
        recipient_name=row["recipient_name"],
        numbers=tuple(numbers),
        cluster_id=None if row["cluster_id"] is None else ClusterId(row["cluster_id"]),
        package=row["package"],
        digest=bytes(row["digest"]),
        made_at=from_us(row["made_at"]),
        made_by=row["made_by"],
        because=row["because"],
        state=ReferralState(row["state"]),
        state_at=from_us(row["state_at"]),
        state_by=row["state_by"],
        told=row["told"],
        version=row["version"],
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
