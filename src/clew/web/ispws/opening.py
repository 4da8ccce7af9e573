"""A server put together from what was asked for, and taken apart again at the end."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from clew.errors import InputError
from clew.ground.clock import Clock, system_clock
from clew.ground.locks import hold
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.shelf import load
from clew.web.ispws.app import Serving, create_app
from clew.web.ispws.clearinghouse import Clearinghouse
from clew.web.ispws.faults import Faults, refuse_in_production
from clew.web.ispws.plan import Plan
from clew.web.ispws.recorder import MovableClock, Recorder
from clew.web.ispws.register import Register
from clew.web.ispws.rehearsal import rehearsal_routes
from clew.web.ispws.senders import NamedSender, Senders
from clew.web.ispws.strictness import strictness

MEGABYTE = 1_000_000
_FILE_ID_BYTES = 16
_REQUEST_ID_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a server is to be.

    Attributes:
        environment: of the settings; "production" refuses `plan` and `recording`.
        state: where the register's file stands; None keeps it in memory.
        profile: how strict it is.
        schema: the dated version of the grammar; None takes the format's default.
        own_schema: a W3C schema that GET /xsd answers and that documents must pass besides.
        plan: of faults; None loads none.
        recording: the recorder answers at /ispws-recorder; with a plan it always does.
        journal: a file to which each call is added; asks for `recording`.
    """

    senders: Sequence[NamedSender]
    environment: str
    state: Path | None = None
    profile: str = "strict"
    schema: str | None = None
    own_schema: bytes | None = None
    file_bytes: int = 2_000 * MEGABYTE
    plan: Plan | None = None
    recording: bool = False
    journal: Path | None = None


@contextmanager
def opened(wanted: Wanted, clock: Clock = system_clock) -> Iterator[FastAPI]:
    """The application; at the end its files are closed.

    Raises:
        RefusedError: faults or a recording in production.
        InputError: a profile or a schema that does not exist, or senders that cannot be told apart.
        ConflictError: another server has the same register.
    """
    rehearsing = wanted.plan is not None or wanted.recording
    if rehearsing:
        refuse_in_production(wanted.environment)
    form = load("formats", "cybertipline", ClearinghouseFormat)
    schema = wanted.schema or form.default_profile
    if schema not in form.profiles:
        raise InputError(f"expected a schema of: {', '.join(form.profiles)}; got '{schema}'")
    asked = strictness(wanted.profile, schema, wanted.own_schema)
    senders = Senders(wanted.senders)
    movable = MovableClock(clock)
    with ExitStack() as closing:
        if wanted.state is not None:
            lock = wanted.state.with_suffix(".lock")
            closing.enter_context(hold(lock, "a clearinghouse server on the same data folder"))
        register = Register(wanted.state)
        closing.callback(register.close)
        recorder = Recorder(movable, wanted.environment, wanted.journal) if rehearsing else None
        if recorder is not None:
            closing.callback(recorder.close)
        clearinghouse = Clearinghouse(
            register, form, asked, clock=movable, new_file_id=lambda: secrets.token_hex(_FILE_ID_BYTES)
        )
        serving = Serving(
            clearinghouse=clearinghouse,
            form=form,
            senders=senders,
            file_bytes=wanted.file_bytes,
            new_request_id=lambda: secrets.token_hex(_REQUEST_ID_BYTES),
        )

        def faulty(app: ASGIApp) -> Faults:
            return Faults(app, form, wanted.plan or Plan(), wanted.environment)

        if recorder is None:
            yield create_app(serving)
            return
        yield create_app(
            serving,
            faults=faulty,
            noted=recorder.note,
            rehearsal=partial(rehearsal_routes, clearinghouse, recorder),
        )
