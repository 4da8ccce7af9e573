"""The seven calls as a part of the service: beside the console and the keys' interface, with senders of its own."""

import secrets
from concurrent.futures import Executor

from starlette.types import ASGIApp

from clew.ground.clock import monotonic_s
from clew.parts.formats.base import CallsFormat
from clew.parts.shelf import load
from clew.pipelines.installation import Installation
from clew.web.body import MEGABYTE, Held
from clew.web.ispws.accounting import accounting
from clew.web.ispws.app import Serving, create_app
from clew.web.ispws.intake import Intake
from clew.web.ispws.stored_senders import StoredSenders
from clew.web.metrics import Metrics

_REQUEST_ID_BYTES = 8
# Files in memory at one time: so many of the largest size, and of any size.
_LARGEST_HELD, _FILES_HELD = 2, 64


def production_door(installation: Installation, threads: Executor, metrics: Metrics) -> ASGIApp:
    """The application over an open installation.

    Args:
        threads: in which senders are read.
        metrics: in which each call is counted.
    """
    form = load("formats", "cybertipline", CallsFormat)
    file_bytes = installation.settings.ispws.upload_mb * MEGABYTE
    serving = Serving(
        clearinghouse=Intake(installation.intake_desk, installation.strongroom, form),
        form=form,
        senders=StoredSenders(installation.store, threads, monotonic_s),
        file_bytes=file_bytes,
        held=Held(_LARGEST_HELD * file_bytes, _FILES_HELD),
        new_request_id=lambda: secrets.token_hex(_REQUEST_ID_BYTES),
    )
    return create_app(serving, noted=accounting(metrics))
