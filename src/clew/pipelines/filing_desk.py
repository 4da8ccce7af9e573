"""The desk from which reports are filed: what every sentence of filing needs, and how a change is recorded."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from clew.errors import InputError
from clew.ground import signing
from clew.ground.clock import Clock
from clew.ground.identity import new_id
from clew.parts import shelf
from clew.parts.clearinghouses.base import (
    Access,
    CalledPart,
    Clearinghouse,
    ClearinghousePart,
    FetchingPart,
    Outlet,
    Reply,
)
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.filing_journal import FilingJournal, open_journal
from clew.pipelines.strongroom import Strongroom
from clew.records.audit import AuditEvent
from clew.records.filing import Filing, FilingAlert, FilingAlertKind, FilingState, FilingStep, Step
from clew.records.identifiers import AlertId
from clew.settings import Settings

# Who acts when a worker files what a person has ordered.
ACTOR = "system:filing"
KIND = "filing"

Facts = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingDesk:
    """What filing needs.

    Attributes:
        wait: sleeps for so many seconds, where only waiting helps.
        passing: is told each step that an attempt passes, before and after it is recorded; tests stop there.
    """

    settings: Settings
    store: Store
    strongroom: Strongroom
    clock: Clock
    wait: Callable[[float], None] = time.sleep
    passing: Callable[[str], None] = lambda _: None

    def part(self, name: str) -> ClearinghousePart:
        """The clearinghouse of that name."""
        return _part(name)

    def format_of(self, part: ClearinghousePart) -> ClearinghouseFormat:
        """The format in which it takes reports."""
        return _format(part.format)

    def format_for(self, clearinghouse: str | None) -> ClearinghouseFormat:
        """The format of a clearinghouse; of the one that the settings name, for None."""
        return format_for(clearinghouse or self.settings.reporting.clearinghouse)

    def open_called(self, part: CalledPart, environment: str) -> Clearinghouse:
        """An environment that is called; nothing is called yet."""
        format_part = self.format_of(part)

        def read_reply(body: bytes) -> Reply:
            answer = format_part.read_response(body)
            return Reply(
                code=answer.code,
                description=answer.description,
                number=None if answer.report_number is None else str(answer.report_number),
                file_id=answer.file_id,
                md5=answer.hash,
                done=answer.done,
                file_ids=answer.file_ids,
            )

        return part.open(access_of(self.settings, environment), read_reply)

    def open_outlet(self, part: FetchingPart, environment: str, place: str = "") -> Outlet:
        """An environment that fetches; where a package lies already, whatever the settings name now."""
        reporting = self.settings.reporting
        base = Path(reporting.folder) if reporting.folder else self.settings.data_dir / "handover"
        return part.open(Access(place=place), base / environment, self.sign)

    @property
    def journal(self) -> FilingJournal:
        """What was opened at clearinghouses, whatever the database has forgotten."""
        return open_journal(self.settings)

    def sign(self, message: bytes) -> bytes:
        """By the installation's key."""
        return signing.load_or_make(self.settings.signing_key_path).sign(message)


# Finding a part reads the installed packages' entry points, 15 ms each time; a transaction must not wait for that.
@cache
def _part(name: str) -> ClearinghousePart:
    return shelf.load("clearinghouses", name, ClearinghousePart)


@cache
def _format(name: str) -> ClearinghouseFormat:
    return shelf.load("formats", name, ClearinghouseFormat)


def format_for(clearinghouse: str) -> ClearinghouseFormat:
    """The format in which that clearinghouse takes reports."""
    return _format(_part(clearinghouse).format)


def access_of(settings: Settings, environment: str) -> Access:
    """Where an environment is and as whom to come.

    Raises:
        InputError: the environment is neither, or the password's file cannot be read.
    """
    reporting = settings.reporting
    if environment == "production":
        place, user = reporting.production_url, reporting.production_user
        password, file = reporting.production_password, reporting.production_password_file
    elif environment == "test":
        place, user = reporting.test_url, reporting.test_user
        password, file = reporting.test_password, reporting.test_password_file
    else:
        raise InputError(f"the setting environment must be 'test' or 'production', got '{environment}'")
    if file:
        try:
            password = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"the password file of '{environment}' cannot be read: {file}") from error
    return Access(
        place=place.rstrip("/"),
        user=user,
        password=password,
        authority_file=reporting.authority_file,
        proxy=reporting.proxy,
    )


# ---------------------------------------------------------------- what every change writes


def record(
    unit: UnitOfWork,
    filing: Filing,
    step: Step,
    at: datetime,
    *,
    actor: str,
    told: str | None = None,
    key: str | None = None,
    file_id: str | None = None,
    request_id: str | None = None,
) -> Filing:
    """The filing as it is given, the step and the audit row are stored together; the filing with its new version."""
    changed = unit.change_filing(filing)
    unit.add_step(
        FilingStep(
            filing_id=filing.id,
            attempt=filing.attempts,
            at=at,
            step=step,
            number=filing.number,
            key=key,
            file_id=file_id,
            request_id=request_id,
            told=told,
        )
    )
    facts: Facts = {
        "filing": filing.id,
        "state": filing.state.value,
        "attempt": filing.attempts,
        "number": filing.number,
        "environment": filing.environment,
        "request": request_id,
    }
    note(unit, filing, f"filing.{step.value}", at, actor, facts)
    return changed


def note(unit: UnitOfWork, filing: Filing, act: str, at: datetime, actor: str, facts: Facts) -> None:
    """An audit row about a filing."""
    unit.audit(AuditEvent(at=at, actor=actor, act=act, subject=filing.subject, facts=facts))


def alert(unit: UnitOfWork, filing: Filing, kind: FilingAlertKind, told: str, at: datetime) -> None:
    """An alert stands until a person has acted."""
    raised = unit.raise_filing_alert(
        FilingAlert(id=AlertId(new_id(at)), filing_id=filing.id, case_id=filing.case_id, kind=kind, at=at, told=told)
    )
    if raised:
        note(unit, filing, "filing.alert", at, ACTOR, {"filing": filing.id, "kind": kind.value})


def fail(unit: UnitOfWork, filing: Filing, told: str, at: datetime) -> Filing:
    """The filing has failed: nothing more happens by itself, and an alert stands; of a withdrawal, it says so."""
    if filing.state is FilingState.WITHDRAWING:
        told = f"It was to be withdrawn, and what lies open there could not be taken back; withdraw it again. {told}"
    failed = replace(filing, state=FilingState.FAILED, due_at=None, told=told)
    alert(unit, failed, FilingAlertKind.FAILED, told, at)
    return record(unit, failed, Step.GAVE_UP, at, actor=ACTOR, told=told)
