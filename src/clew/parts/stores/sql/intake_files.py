"""The files that came for reports: digests, and where the vault has them."""

from abc import ABC
from datetime import datetime

from sqlalchemy import RowMapping, and_, select, update

from clew.errors import ConflictError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.tables import intake as tables
from clew.parts.stores.sql.values import Row, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import IntakeNumber, ObjectId
from clew.records.intake import IntakeFile

_F = tables.intake_files.c


class FileReading(Session, Reader, ABC):
    """Reading them."""

    def intake_files(self, number: IntakeNumber) -> list[IntakeFile]:
        """Along their index; of one moment by id."""
        query = select(tables.intake_files).where(_F.number == number).order_by(_F.uploaded_at, _F.id)
        return [_file_of(row) for row in self._all(query)]


class FileWriting(FileReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def add_intake_file(self, file: IntakeFile) -> None:
        """One row."""
        row: Row = {
            "id": file.id,
            "number": file.number,
            "sha256": file.sha256,
            "md5": file.md5,
            "size_bytes": file.size_bytes,
            "object_id": file.object_id,
            "uploaded_at": to_us(file.uploaded_at),
            "described_at": maybe_us(file.described_at),
        }
        statement = self._database.insert(tables.intake_files).values(row).on_conflict_do_nothing().returning(_F.id)
        if self._first(statement) is None:
            raise ConflictError("a file of that id came before; give each file an id of its own")

    def describe_intake_file(self, file_id: str, at: datetime) -> None:
        """Only one that was not described yet, whoever is faster."""
        open_one = and_(_F.id == file_id, _F.described_at.is_(None))
        row: Row = {"described_at": to_us(at)}
        if not self._change(update(tables.intake_files).where(open_one).values(row)):
            raise ConflictError("the details of this file have come already, or there is no such file")


def _file_of(row: RowMapping) -> IntakeFile:
    return IntakeFile(
        id=row["id"],
        number=IntakeNumber(row["number"]),
        sha256=bytes(row["sha256"]),
        md5=bytes(row["md5"]),
        size_bytes=row["size_bytes"],
        object_id=ObjectId(row["object_id"]),
        uploaded_at=from_us(row["uploaded_at"]),
        described_at=maybe_at(row["described_at"]),
    )
