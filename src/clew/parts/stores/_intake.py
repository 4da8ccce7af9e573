"""The store's contract for one area.

Reports as they were taken in: senders, what came, what it mentions, what is missing and was asked for.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import IntakeNumber, QuestionId, SenderId
from clew.records.intake import Gap, IntakeFile, IntakeForm, IntakeReport, IntakeSender, IntakeState, Question
from clew.records.mention import IdentifierKind, Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFilter:
    """Which reports to show, newest first; None does not filter. `before` pages by the last number seen."""

    sender_id: SenderId | None = None
    state: IntakeState | None = None
    form: IntakeForm | None = None
    incomplete: bool | None = None
    before: IntakeNumber | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderDay:
    """What one sender sent on one UTC day, as integers that only grow.

    Attributes:
        refused: calls over the sender's quota.
        repeated: reports that were there already.
    """

    day: str
    reports: int
    incomplete: int
    repeated: int
    refused: int


class IntakeReader(ABC):
    """Reading them."""

    @abstractmethod
    def find_sender(self, sender_id: SenderId) -> IntakeSender | None:
        """The sender of that id, blocked ones too."""

    @abstractmethod
    def find_sender_by_user(self, user: str) -> IntakeSender | None:
        """The sender who signs in by that name."""

    @abstractmethod
    def senders(self) -> list[IntakeSender]:
        """Every sender, by name."""

    @abstractmethod
    def sender_days(self, sender_id: SenderId, days: int) -> list[SenderDay]:
        """The last so many days on which it sent something, newest first."""

    @abstractmethod
    def sent_on(self, sender_id: SenderId, at: datetime) -> int:
        """How many reports it sent on the UTC day of that moment; what a quota is held against."""

    @abstractmethod
    def find_intake(self, number: IntakeNumber) -> IntakeReport | None:
        """The report of that number."""

    @abstractmethod
    def intakes_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, IntakeReport]:
        """Those of the reports that are there. Any number of numbers."""

    @abstractmethod
    def find_same_intake(self, sender_id: SenderId, digest: bytes) -> IntakeReport | None:
        """The report that the same sender sent with the very same bytes."""

    @abstractmethod
    def intakes(self, wanted: IntakeFilter) -> list[IntakeReport]:
        """Reports that fit, newest first, at most `wanted.limit`."""

    @abstractmethod
    def count_pending(self) -> int:
        """How many reports wait for the order of work to be told of them."""

    @abstractmethod
    def pending(self, limit: int) -> list[IntakeNumber]:
        """The first of them, by number."""

    @abstractmethod
    def mentions_of(
        self, numbers: Sequence[IntakeNumber], *, most_each: int | None = None
    ) -> dict[IntakeNumber, list[Mention]]:
        """What each report mentions, in its order; of a case file of a million rows only the first `most_each`."""

    @abstractmethod
    def count_mentions(self, number: IntakeNumber) -> int:
        """How many mentions a report has."""

    @abstractmethod
    def reports_mentioning(
        self, kind: IdentifierKind, value: str, *, before: IntakeNumber | None = None, limit: int = 50
    ) -> list[IntakeNumber]:
        """The reports that state an identifier, newest first."""

    @abstractmethod
    def values_like(self, kind: IdentifierKind | None, beginning: str, limit: int) -> list[tuple[IdentifierKind, str]]:
        """Stated identifiers that begin so, by kind and value, each once."""

    @abstractmethod
    def intake_files(self, number: IntakeNumber) -> list[IntakeFile]:
        """The files that came for a report, in the order of their coming."""

    @abstractmethod
    def questions(self, *, sender_id: SenderId | None = None, number: IntakeNumber | None = None) -> list[Question]:
        """Questions to a sender or about a report, newest first; open ones before answered ones."""

    @abstractmethod
    def count_open_questions(self, sender_id: SenderId, most: int) -> int:
        """How many questions wait for the sender's answer, counted no further than `most`."""


class IntakeWriter(ABC):
    """Changing them."""

    @abstractmethod
    def put_sender(self, sender: IntakeSender) -> None:
        """The sender is stored, or replaced.

        Raises:
            ConflictError: another one has that name or signs in by that user.
        """

    @abstractmethod
    def add_intake(self, report: IntakeReport) -> IntakeReport:
        """The report is stored under a new number (the given one is ignored), higher than every one before it.

        Raises:
            ConflictError: the same sender sent those very bytes before.
        """

    @abstractmethod
    def add_intakes(self, reports: Sequence[IntakeReport]) -> list[IntakeReport | None]:
        """Many at once; None in the place of each that the same sender sent before, here or earlier in the call."""

    @abstractmethod
    def change_intake(self, report: IntakeReport) -> None:
        """The report of that number has this state, end, document, file count and these gaps now.

        Only one that is open may change otherwise than in its state: what was taken in stays as it came.
        """

    @abstractmethod
    def add_mentions(self, mentions: Sequence[tuple[IntakeNumber, Mention]]) -> None:
        """The mentions are stored, each after those that its report has already."""

    @abstractmethod
    def put_pending(self, numbers: Sequence[IntakeNumber]) -> None:
        """Those reports wait for the order of work to be told of them; one that waits already waits once."""

    @abstractmethod
    def delete_pending(self, numbers: Sequence[IntakeNumber]) -> int:
        """They wait no longer; how many did."""

    @abstractmethod
    def count_sent(
        self,
        sender_id: SenderId,
        at: datetime,
        *,
        reports: int = 0,
        incomplete: int = 0,
        repeated: int = 0,
        refused: int = 0,
    ) -> None:
        """The sender's day grows by that much."""

    @abstractmethod
    def add_intake_file(self, file: IntakeFile) -> None:
        """A file has come for a report.

        Raises:
            ConflictError: one of that id is there.
        """

    @abstractmethod
    def describe_intake_file(self, file_id: str, at: datetime) -> None:
        """What its sender says of the file has come.

        Raises:
            ConflictError: it had come before, or there is no such file.
        """

    @abstractmethod
    def put_gaps(self, number: IntakeNumber, gaps: Sequence[Gap]) -> None:
        """These are the report's gaps now: an answer of its sender closes some."""

    @abstractmethod
    def put_question(self, question: Question) -> None:
        """The question is stored, or replaced by its answered self."""

    @abstractmethod
    def answer_question(self, question_id: QuestionId, answer: str, at: datetime) -> Question:
        """It has that answer.

        Raises:
            NotFoundError: there is none of that id.
            ConflictError: it was answered already.
        """
