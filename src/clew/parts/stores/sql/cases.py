"""Subjects, their cases, and the contents that belong to them."""

from abc import ABC
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import RowMapping, and_, delete, func, insert, select, text, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import hits as hits_table
from clew.parts.stores.sql.tables import review as tables
from clew.parts.stores.sql.values import Row, from_us, maybe_at, maybe_us, name_bytes, name_text, to_us
from clew.records.case import (
    AlertKind,
    Case,
    CaseAlert,
    CaseState,
    Content,
    ContentKind,
    FlagReason,
    Message,
    NotHeld,
    Origin,
    Provenance,
    ReportRoute,
)
from clew.records.identifiers import (
    AlertId,
    CaseId,
    ContentId,
    HitId,
    ObjectId,
    SignalType,
    SubjectId,
    VerdictId,
)
from clew.records.signal import Signal
from clew.records.subject import AccountIdentifier, Device, IpEvent, Particulars, Subject

_S, _I, _C, _O = tables.subjects.c, tables.subject_identifiers.c, tables.cases.c, tables.contents.c
_A = tables.case_alerts.c
# In the statement's own text: of a prepared one, PostgreSQL knows no parameter when it looks for the index.
_OPEN = text("state = 'open'")

_particulars = msgspec.json.Decoder(Particulars).decode
_ip_event = msgspec.json.Decoder(IpEvent).decode
_device = msgspec.json.Decoder(Device).decode
_provenance = msgspec.json.Decoder(Provenance).decode
_encode = msgspec.json.Encoder(order="deterministic").encode

# PostgreSQL takes no more than 2,700 bytes into an index row.
_INDEXED_BYTES = 2_000
# A case that closes under our hands is looked for again so often; each time another process must have won a race.
_RACES = 8


class CaseReading(Session, Reader, ABC):
    """Reading subjects, cases and contents."""

    def get_subject(self, subject_id: SubjectId) -> Subject:
        """By the primary key."""
        row = self._first(select(tables.subjects).where(_S.id == subject_id))
        if row is None:
            raise NotFoundError(f"no subject '{subject_id}'")
        return _subject_of(row)

    def find_subject(self, reference: str) -> Subject | None:
        """By its index."""
        row = self._first(select(tables.subjects).where(_S.reference == name_bytes(reference)))
        return None if row is None else _subject_of(row)

    def subjects_by(self, kind: AccountIdentifier, value: str, limit: int = 50) -> list[Subject]:
        """By the identifiers' primary key."""
        query = select(tables.subjects).join(tables.subject_identifiers, _I.subject_id == _S.id)
        found = query.where(_I.kind == kind.value, _I.value == _folded(value)).order_by(_S.id.desc())
        return [_subject_of(row) for row in self._all(found.limit(limit))]

    def get_case(self, case_id: CaseId) -> Case:
        """By the primary key."""
        row = self._first(select(tables.cases).where(_C.id == case_id))
        if row is None:
            raise NotFoundError(f"no case '{case_id}'")
        return _case_of(row)

    def find_open_case(self, subject_id: SubjectId, environment: str) -> Case | None:
        """By the index that allows only one."""
        open_ = and_(_C.state == CaseState.OPEN.value, _C.environment == environment)
        row = self._first(select(tables.cases).where(_C.subject_id == subject_id, open_))
        return None if row is None else _case_of(row)

    def cases_of(self, subject_id: SubjectId) -> list[Case]:
        """Along its index."""
        query = select(tables.cases).where(_C.subject_id == subject_id).order_by(_C.id.desc())
        return [_case_of(row) for row in self._all(query)]

    def get_content(self, content_id: ContentId) -> Content:
        """By the primary key."""
        found = self._load_contents(self._all(select(tables.contents).where(_O.id == content_id)))
        if not found:
            raise NotFoundError(f"no content '{content_id}'")
        return found[0]

    def contents_of(self, case_id: CaseId) -> list[Content]:
        """Along its index."""
        return self._load_contents(
            self._all(select(tables.contents).where(_O.case_id == case_id).order_by(_O.added_at, _O.id))
        )

    def find_content_of_hit(self, hit_id: HitId) -> Content | None:
        """By the primary key of the hits' table."""
        query = select(tables.contents).join(tables.content_hits, tables.content_hits.c.content_id == _O.id)
        found = self._load_contents(self._all(query.where(tables.content_hits.c.hit_id == hit_id)))
        return found[0] if found else None

    def messages_of(self, content_id: ContentId) -> list[Message]:
        """Along the primary key."""
        columns = tables.thread_messages.c
        query = select(tables.thread_messages).where(columns.content_id == content_id).order_by(columns.place)
        return [_message_of(row) for row in self._all(query)]

    def contents_sealing(self, before: datetime, limit: int) -> list[Content]:
        """Along the partial index."""
        query = select(tables.contents).where(_O.not_held == NotHeld.SEALING.value, _O.added_at < to_us(before))
        return self._load_contents(self._all(query.order_by(_O.added_at).limit(limit)))

    def case_alerts(
        self, *, case_id: CaseId | None = None, before: AlertId | None = None, limit: int | None = None
    ) -> list[CaseAlert]:
        """Along the index of those that stand."""
        query = select(tables.case_alerts).where(_A.cleared_at.is_(None))
        if case_id is not None:
            query = query.where(_A.case_id == case_id)
        if before is not None:
            query = query.where(_A.id < before)
        return [_alert_of(row) for row in self._all(query.order_by(_A.id.desc()).limit(limit))]

    def count_case_alerts(self) -> int:
        """Counted on the index of those that stand."""
        row = self._first(select(func.count().label("n")).where(_A.cleared_at.is_(None)))
        return 0 if row is None else int(row["n"])

    def get_case_alert(self, alert_id: AlertId) -> CaseAlert:
        """By the primary key."""
        row = self._first(select(tables.case_alerts).where(_A.id == alert_id))
        if row is None:
            raise NotFoundError(f"no alert '{alert_id}'")
        return _alert_of(row)

    def _load_contents(self, rows: Sequence[RowMapping]) -> list[Content]:
        """Those contents in their order, with their signals and hits."""
        signals: dict[str, list[Signal]] = defaultdict(list)
        hits: dict[str, list[HitId]] = defaultdict(list)
        of_signal, of_hit = tables.content_signals.c, tables.content_hits.c
        for some in portions([row["id"] for row in rows]):
            in_order = select(tables.content_signals).where(of_signal.content_id.in_(some))
            for row in self._all(in_order.order_by(of_signal.content_id, of_signal.place)):
                signals[row["content_id"]].append(_signal_of(row))
            for row in self._all(
                select(tables.content_hits).where(of_hit.content_id.in_(some)).order_by(of_hit.hit_id)
            ):
                hits[row["content_id"]].append(HitId(row["hit_id"]))
        return [_content_of(row, tuple(signals[row["id"]]), tuple(hits[row["id"]])) for row in rows]


class CaseWriting(CaseReading, ChangingSession, UnitOfWork, ABC):
    """Changing subjects, cases and contents."""

    def take_subjects(self, subjects: Sequence[Subject]) -> list[Subject]:
        """An insert that gives way to who was first; then whoever is there is read."""
        statement = self._database.insert(tables.subjects).on_conflict_do_nothing(
            index_elements=["reference"], index_where=_S.reference.is_not(None)
        )
        self._change(statement, [_subject_row(each) for each in subjects])
        there: dict[bytes, Subject] = {}
        names = sorted({each.reference for each in subjects if each.reference is not None})
        for some in portions(names):
            query = select(tables.subjects).where(_S.reference.in_([name_bytes(name) for name in some]))
            there |= {bytes(row["reference"]): _subject_of(row) for row in self._all(query)}
        taken = [each if each.reference is None else there[_reference(each)] for each in subjects]
        self._put_identifiers([each for each, ours in zip(taken, subjects, strict=True) if each.id == ours.id])
        return taken

    def change_subject(
        self,
        subject_id: SubjectId,
        at: datetime,
        *,
        particulars: Particulars | None = None,
        safeguarding: bool | None = None,
    ) -> None:
        """The row, and the identifiers that are drawn from it."""
        changed: Row = {"changed_at": to_us(at)}
        if particulars is not None:
            changed["particulars"] = _json(particulars)
        if safeguarding is not None:
            changed["safeguarding"] = safeguarding
        self._change(update(tables.subjects).where(_S.id == subject_id).values(changed))
        if particulars is not None:
            self._change(delete(tables.subject_identifiers).where(_I.subject_id == subject_id))
            self._put_identifiers([self.get_subject(subject_id)])

    def erase_subject(self, subject_id: SubjectId) -> None:
        """Six statements."""
        of_subject = select(_C.id).where(_C.subject_id == subject_id)
        contents = select(_O.id).where(_O.case_id.in_(of_subject))
        hits = select(tables.content_hits.c.hit_id).where(tables.content_hits.c.content_id.in_(contents))
        self._change(delete(tables.subject_identifiers).where(_I.subject_id == subject_id))
        nobody: Row = {"reference": None, "particulars": _json(Particulars())}
        self._change(update(tables.subjects).where(_S.id == subject_id).values(nobody))
        self._change(delete(tables.thread_messages).where(tables.thread_messages.c.content_id.in_(contents)))
        unsaid: Row = dict.fromkeys(
            ("reference", "file_name", "url", "ip_event", "device", "provenance", "uploaded_at")
        )
        self._change(update(tables.contents).where(_O.case_id.in_(of_subject)).values(unsaid | {"messages": 0}))
        self._change(update(hits_table).where(hits_table.c.id.in_(hits)).values(reference=None))
        appeals = tables.appeals.c
        self._change(update(tables.appeals).where(appeals.case_id.in_(of_subject)).values(reference=None))

    def take_open_cases(self, cases: Sequence[Case]) -> list[Case]:
        """An insert that gives way to who was first; then the rows that are there are taken hold of."""
        found: dict[SubjectId, Case] = {}
        for _ in range(_RACES):
            missing = [each for each in cases if each.subject_id not in found]
            if not missing:
                return [found[each.subject_id] for each in cases]
            statement = self._database.insert(tables.cases).on_conflict_do_nothing(
                index_elements=["subject_id", "environment"], index_where=_OPEN
            )
            self._change(statement, [_case_row(each) for each in missing])
            for some in portions([each.subject_id for each in missing]):
                # Written without a change: on PostgreSQL it waits for, and then bars, whoever would close the case.
                open_ = and_(_C.state == CaseState.OPEN.value, _C.environment == cases[0].environment)
                held = update(tables.cases).where(_C.subject_id.in_(some), open_)
                rows = self._all(held.values(state=_C.state).returning(*_C))
                found |= {SubjectId(row["subject_id"]): _case_of(row) for row in rows}
        raise ConflictError("a subject's case is opened and closed by others at this moment; try again")

    def take_case(self, case_id: CaseId) -> Case:
        """Written without a change, which bars others."""
        row = self._first(update(tables.cases).where(_C.id == case_id).values(state=_C.state).returning(*_C))
        if row is None:
            raise NotFoundError(f"no case '{case_id}'")
        return _case_of(row)

    def change_case(self, case: Case) -> None:
        """The whole row."""
        self._change(update(tables.cases).where(_C.id == case.id).values(_case_row(case)))

    def add_contents(self, contents: Sequence[Content]) -> None:
        """Three statements, however many contents."""
        self._change(insert(tables.contents), [_content_row(each) for each in contents])
        signals = [
            _signal_row(each.id, place, signal) for each in contents for place, signal in enumerate(each.signals)
        ]
        self._change(insert(tables.content_signals), signals)
        hits: list[Row] = [{"hit_id": hit_id, "content_id": each.id} for each in contents for hit_id in each.hit_ids]
        self._change(insert(tables.content_hits), hits)

    def add_messages(self, messages: Sequence[Message]) -> None:
        """The rows, then the count of each thread."""
        self._change(insert(tables.thread_messages), [_message_row(each) for each in messages])
        columns = tables.thread_messages.c
        for content_id in sorted({each.content_id for each in messages}):
            counted = select(func.count()).select_from(tables.thread_messages).where(columns.content_id == content_id)
            self._change(update(tables.contents).where(_O.id == content_id).values(messages=counted.scalar_subquery()))

    def set_held(self, content_id: ContentId, *, object_id: ObjectId | None, not_held: NotHeld | None) -> None:
        """Two columns."""
        held: Row = {"object_id": object_id, "not_held": None if not_held is None else not_held.value}
        self._change(update(tables.contents).where(_O.id == content_id).values(held))

    def put_known(self, sha256: bytes, verdict_id: VerdictId) -> None:
        """An upsert."""
        row: Row = {"sha256": sha256, "verdict_id": verdict_id}
        statement = self._database.insert(tables.known_bytes).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["sha256"], set_={"verdict_id": verdict_id}))

    def forget_known(self, verdict_id: VerdictId) -> int:
        """Along their indexes."""
        self._change(delete(tables.known_bytes).where(tables.known_bytes.c.verdict_id == verdict_id))
        return self._change(update(tables.contents).where(_O.known == verdict_id).values(known=None))

    def raise_case_alert(self, alert: CaseAlert) -> None:
        """One row."""
        self._change(insert(tables.case_alerts).values(_alert_row(alert)))

    def clear_case_alert(self, alert_id: AlertId, by: str, because: str, at: datetime) -> bool:
        """Only one that stands."""
        statement = update(tables.case_alerts).where(_A.id == alert_id, _A.cleared_at.is_(None))
        return self._change(statement.values(cleared_by=by, cleared_because=because, cleared_at=to_us(at))) > 0

    def clear_case_alerts(self, content_id: ContentId, kind: AlertKind, at: datetime) -> int:
        """Those of the content's case that stand."""
        case_id = select(_O.case_id).where(_O.id == content_id).scalar_subquery()
        statement = update(tables.case_alerts).where(
            _A.case_id == case_id, _A.content_id == content_id, _A.kind == kind.value, _A.cleared_at.is_(None)
        )
        return self._change(statement.values(cleared_at=to_us(at)))

    def _put_identifiers(self, subjects: Sequence[Subject]) -> None:
        rows: list[Row] = [
            {"kind": kind.value, "value": value, "subject_id": each.id}
            for each in subjects
            for kind, value in _identifiers(each)
        ]
        self._change(insert(tables.subject_identifiers), rows)


# ---------------------------------------------------------------- rows


def _json(structure: object) -> str:
    return _encode(structure).decode("utf-8")


def _reference(subject: Subject) -> bytes:
    return name_bytes(subject.reference) or b""


def _folded(value: str) -> bytes:
    """An identifier as it is searched for: accounts that differ in case alone are one to a person who looks."""
    return value.strip().casefold().encode("utf-8", "surrogatepass")[:_INDEXED_BYTES]


def _identifiers(subject: Subject) -> list[tuple[AccountIdentifier, bytes]]:
    """By what the subject is found, each once."""
    stated = subject.particulars
    named: list[tuple[AccountIdentifier, str | None]] = [
        (AccountIdentifier.REFERENCE, subject.reference),
        (AccountIdentifier.SCREEN_NAME, stated.screen_name),
        *((AccountIdentifier.SCREEN_NAME, each) for each in stated.display_names),
        *((AccountIdentifier.PROFILE_URL, each) for each in stated.profile_urls),
        *((AccountIdentifier.EMAIL, each.address) for each in stated.emails),
        *((AccountIdentifier.PHONE, f"{each.calling_code or ''}{each.number}") for each in stated.phones),
        *((AccountIdentifier.IP, each.address) for each in stated.ip_events),
        *((AccountIdentifier.DEVICE, each.value) for each in stated.devices),
        *((AccountIdentifier.PAYMENT_ACCOUNT, each.account) for each in stated.payments),
    ]
    return sorted({(kind, _folded(value)) for kind, value in named if value})


def _subject_row(subject: Subject) -> Row:
    return {
        "id": subject.id,
        "reference": name_bytes(subject.reference),
        "particulars": _json(subject.particulars),
        "safeguarding": subject.safeguarding,
        "created_at": to_us(subject.created_at),
        "changed_at": to_us(subject.changed_at),
    }


def _subject_of(row: RowMapping) -> Subject:
    return Subject(
        id=SubjectId(row["id"]),
        reference=name_text(row["reference"]),
        particulars=_particulars(row["particulars"]),
        safeguarding=bool(row["safeguarding"]),
        created_at=from_us(row["created_at"]),
        changed_at=from_us(row["changed_at"]),
    )


def _case_row(case: Case) -> Row:
    return {
        "id": case.id,
        "subject_id": case.subject_id,
        "state": case.state.value,
        "origin": case.origin.value,
        "opened_at": to_us(case.opened_at),
        "closed_at": maybe_us(case.closed_at),
        "safeguarding": case.safeguarding,
        "environment": case.environment,
        "route": case.route.value,
        "informational_because": case.informational_because,
    }


def _case_of(row: RowMapping) -> Case:
    return Case(
        id=CaseId(row["id"]),
        subject_id=SubjectId(row["subject_id"]),
        state=CaseState(row["state"]),
        origin=Origin(row["origin"]),
        opened_at=from_us(row["opened_at"]),
        closed_at=maybe_at(row["closed_at"]),
        safeguarding=bool(row["safeguarding"]),
        environment=row["environment"],
        route=ReportRoute(row["route"]),
        informational_because=row["informational_because"],
    )


def _content_row(content: Content) -> Row:
    return {
        "id": content.id,
        "case_id": content.case_id,
        "kind": content.kind.value,
        "origin": content.origin.value,
        "added_at": to_us(content.added_at),
        "reference": name_bytes(content.reference),
        "size_bytes": content.size_bytes,
        "media_type": content.media_type,
        "file_name": name_bytes(content.file_name),
        "uploaded_at": maybe_us(content.uploaded_at),
        "url": content.url,
        "publicly_available": content.publicly_available,
        "ip_event": None if content.ip_event is None else _json(content.ip_event),
        "device": None if content.device is None else _json(content.device),
        "object_id": content.object_id,
        "not_held": None if content.not_held is None else content.not_held.value,
        "known": content.known,
        "provenance": None if content.provenance is None else _json(content.provenance),
        "messages": content.messages,
        "flagged_as": None if content.flagged_as is None else content.flagged_as.value,
    }


def _content_of(row: RowMapping, signals: tuple[Signal, ...], hits: tuple[HitId, ...]) -> Content:
    return Content(
        id=ContentId(row["id"]),
        case_id=CaseId(row["case_id"]),
        kind=ContentKind(row["kind"]),
        origin=Origin(row["origin"]),
        added_at=from_us(row["added_at"]),
        reference=name_text(row["reference"]),
        hit_ids=hits,
        signals=signals,
        size_bytes=row["size_bytes"],
        media_type=row["media_type"],
        file_name=name_text(row["file_name"]),
        uploaded_at=maybe_at(row["uploaded_at"]),
        url=row["url"],
        publicly_available=None if row["publicly_available"] is None else bool(row["publicly_available"]),
        ip_event=None if row["ip_event"] is None else _ip_event(row["ip_event"]),
        device=None if row["device"] is None else _device(row["device"]),
        object_id=None if row["object_id"] is None else ObjectId(row["object_id"]),
        not_held=None if row["not_held"] is None else NotHeld(row["not_held"]),
        known=None if row["known"] is None else VerdictId(row["known"]),
        provenance=None if row["provenance"] is None else _provenance(row["provenance"]),
        messages=row["messages"],
        flagged_as=None if row["flagged_as"] is None else FlagReason(row["flagged_as"]),
    )


def _signal_row(content_id: ContentId, place: int, signal: Signal) -> Row:
    return {
        "content_id": content_id,
        "place": place,
        "type": signal.type,
        "value": signal.value,
        "quality": signal.quality,
        "form": signal.form,
    }


def _signal_of(row: RowMapping) -> Signal:
    kind = SignalType(row["type"])
    return Signal(type=kind, value=bytes(row["value"]), quality=row["quality"], form=row["form"])


def _message_row(message: Message) -> Row:
    return {
        "content_id": message.content_id,
        "place": message.place,
        "author": name_bytes(message.author),
        "at": maybe_us(message.at),
        "text": message.text,
        "recipient": name_bytes(message.recipient),
        "ip_event": None if message.ip_event is None else _json(message.ip_event),
        "context": message.context,
    }


def _message_of(row: RowMapping) -> Message:
    return Message(
        content_id=ContentId(row["content_id"]),
        place=row["place"],
        author=name_text(row["author"]),
        at=maybe_at(row["at"]),
        text=row["text"],
        recipient=name_text(row["recipient"]),
        ip_event=None if row["ip_event"] is None else _ip_event(row["ip_event"]),
        context=bool(row["context"]),
    )


def _alert_row(alert: CaseAlert) -> Row:
    return {
        "id": alert.id,
        "case_id": alert.case_id,
        "kind": alert.kind.value,
        "at": to_us(alert.at),
        "content_id": alert.content_id,
        "cleared_by": alert.cleared_by,
        "cleared_at": maybe_us(alert.cleared_at),
        "cleared_because": alert.cleared_because,
    }


def _alert_of(row: RowMapping) -> CaseAlert:
    return CaseAlert(
        id=AlertId(row["id"]),
        case_id=CaseId(row["case_id"]),
        kind=AlertKind(row["kind"]),
        at=from_us(row["at"]),
        content_id=None if row["content_id"] is None else ContentId(row["content_id"]),
        cleared_by=row["cleared_by"],
        cleared_at=maybe_at(row["cleared_at"]),
        cleared_because=row["cleared_because"],
    )
