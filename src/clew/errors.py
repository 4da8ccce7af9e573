"""Every failure that Clew raises on purpose, in one tree.

    ClewError
    |-- InputError          what came in cannot be used: a file, a row, a flag, a request          exit 2, HTTP 400
    |   `-- TooLargeError   it is larger than the limit that the message names                     exit 2, HTTP 413
    |-- NotFoundError       no such list, hit, key, part                                            exit 2, HTTP 404
    |-- RefusedError        it may not be done: rights, legal basis, permission, rate               exit 3, HTTP 403
    |   |-- SignInError     nobody is signed in, or the key is not known                            exit 3, HTTP 401
    |   `-- RateError       too often; the message says when to come again                          exit 3, HTTP 429
    |-- ConflictError       it was changed or taken by another; read it again                       exit 3, HTTP 409
    |-- DamagedError        a file of ours fails its checksum or its shape                          exit 5, HTTP 500
    |-- MissingPartError    a part or an optional library is not installed                          exit 2, HTTP 501
    |-- UnavailableError    the other side, a worker or a disk cannot serve now                     exit 4, HTTP 503
    `-- RejectedError       the other side read it and said no                                      exit 3, HTTP 502

A message says what was expected, what came, and what to do. It never bears file bytes, names, contact details or a
whole hash: see `clew.redact`. Doors (cli, web) translate these; nobody else does.
"""

from typing import ClassVar


class ClewError(Exception):
    """The root: something that Clew knows how to name.

    Attributes:
        exit_code: what a command ends with (DESIGN: 2 bad input, 3 refused, 4 other side unavailable, 5 internal).
        http_status: what a route answers with.
        retry: true when the same call may succeed later, unchanged.
    """

    exit_code: ClassVar[int] = 5
    http_status: ClassVar[int] = 500
    retry: ClassVar[bool] = False


class InputError(ClewError):
    """What came in cannot be used."""

    exit_code = 2
    http_status = 400


class TooLargeError(InputError):
    """What came in is larger than a limit."""

    http_status = 413


class NotFoundError(ClewError):
    """What was asked for by name or id is not there."""

    exit_code = 2
    http_status = 404


class RefusedError(ClewError):
    """It may not be done."""

    exit_code = 3
    http_status = 403


class SignInError(RefusedError):
    """Nobody is signed in, or the key is not known."""

    http_status = 401


class RateError(RefusedError):
    """Too many calls; `retry_after_s` says when to come again."""

    http_status = 429
    retry = True

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ConflictError(ClewError):
    """It was changed or taken by another."""

    exit_code = 3
    http_status = 409
    retry = True


class DamagedError(ClewError):
    """A file of ours fails its checksum or its shape."""


class MissingPartError(ClewError):
    """A part or an optional library is not installed."""

    exit_code = 2
    http_status = 501


class UnavailableError(ClewError):
    """The other side, a worker or a disk cannot serve now."""

    exit_code = 4
    http_status = 503
    retry = True


class RejectedError(ClewError):
    """The other side read it and said no."""

    exit_code = 3
    http_status = 502
