"""A strongroom of a test's own: a vault in a folder, a clock that is set by hand, and a look at the audit."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from clew.parts.stores.base import Store
from clew.pipelines import holds, legal_process
from clew.pipelines.evidence import open_sealed, seal
from clew.pipelines.permits import permit
from clew.pipelines.strongroom import Strongroom, open_strongroom
from clew.records.evidence import LegalProcess, ProcessKind, SealedObject
from clew.records.identifiers import CaseId, ObjectId
from clew.records.permits import NOT_SEEN, Opening, OpeningPurpose, Seen, ViewingPermit
from clew.settings import Review, Settings, Vault
from tests.pipelines.list_desk import SetClock

CASE, OTHER = CaseId("01KA2VJ5T0M3N4P5Q6R7S8T9V0"), CaseId("01KB2VJ5T0M3N4P5Q6R7S8T9V1")
ADA, EVE = "user:ada", "user:eve"
HARBOUR = b"a harbour at noon, with boats"


@dataclass
class EvidenceDesk:
    """What the tests of evidence work with."""

    room: Strongroom
    clock: SetClock

    @property
    def store(self) -> Store:
        return self.room.store

    @property
    def folder(self) -> Path:
        return self.room.settings.data_dir

    def seal(self, content: bytes = HARBOUR, case_id: CaseId = CASE) -> SealedObject:
        return seal(self.room, case_id, content, actor=ADA, media_type="image/png")

    def permit(
        self, object_id: ObjectId, purpose=OpeningPurpose.REVIEW, seen: Seen = NOT_SEEN, **wanted
    ) -> ViewingPermit:
        opening = Opening(object_id=object_id, purpose=purpose, actor=ADA, ground="job 7")
        return permit(self.room, replace(opening, **wanted), seen)

    def read(self, object_id: ObjectId) -> bytes:
        with open_sealed(self.room, self.permit(object_id)) as opened:
            return opened.read()

    def process(self, kind: ProcessKind, case_id: CaseId = CASE, actor: str = ADA, **particulars) -> LegalProcess:
        asked = legal_process.Asked(
            kind=kind, reference="26-12", authority="County court", issued_at=self.clock.at - timedelta(days=1)
        )
        return legal_process.record_process(self.room, case_id, replace(asked, **particulars), actor=actor)

    def end_open_case(self, case_id: CaseId = CASE) -> None:
        self.store.transact(lambda unit: holds.end_open_case(unit, self.room, case_id, ground="dismissed", actor=ADA))

    def preserve(self, reference: str = "filing-1", case_id: CaseId = CASE):
        at = self.clock.at
        return self.store.transact(
            lambda unit: holds.preserve(
                unit, self.room, case_id, finished_at=at, reference=reference, actor="system:file"
            )
        )

    def files(self) -> list[Path]:
        """The objects in the folder, by name."""
        return sorted(path for path in (self.folder / "vault" / "objects").rglob("*") if path.is_file())

    def file_of(self, object_id: ObjectId) -> Path:
        return self.folder / "vault" / "objects" / object_id[:2] / object_id

    def audit(self, *acts: str) -> list[dict[str, object]]:
        """The facts of the events of those acts, oldest first, with actor and subject."""
        with self.store._database.reading.begin() as connection:  # type: ignore[attr-defined]
            rows = connection.exec_driver_sql("SELECT act, actor, subject, facts FROM audit_events ORDER BY id").all()
        return [
            {"act": row.act, "actor": row.actor, "subject": row.subject, **json.loads(row.facts)}
            for row in rows
            if row.act in acts
        ]


def open_desk(store: Store, folder: Path, *, one_person: bool = False, **vault: str) -> EvidenceDesk:
    """A desk whose vault is a folder."""
    clock = SetClock()
    settings = Settings(
        data_dir=folder,
        review=Review(one_person=one_person),
        vault=Vault(**vault),  # type: ignore[arg-type]
    )
    return EvidenceDesk(open_strongroom(settings, store, clock), clock)
