"""The log: one JSON line an event on the error stream, bearing only fields that are on a list."""

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from typing import TextIO

import msgspec
import structlog

from clew.ground.clock import iso, system_clock

# What may be written. Everything else is dropped, and how much was dropped is said: a list of what is forbidden
# would miss the next field that somebody adds.
ALLOWED = frozenset({
    "at", "level", "event", "request_id", "method", "route", "status", "ms", "key", "code", "error", "frames",
    "host", "port", "seconds", "count", "message", "purpose", "sender",
})  # fmt: skip

# Longer runs of hexadecimal digits may be a hash or a secret, whatever field they stand in.
_LONG_HEX = re.compile(r"[0-9a-fA-F]{17,}")
_SHOWN_CHARACTERS = 200

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_least = logging.INFO

Event = MutableMapping[str, object]


def configure(level: str, stream: TextIO | None = None) -> None:
    """From now on events go to the stream; those below the level do not."""
    global _least  # noqa: PLW0603  (the log is the process's one)
    number = _least = _LEVELS.get(level, logging.INFO)
    structlog.configure(
        processors=[_stamp, _allow, _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name, least, whole in (("uvicorn", logging.WARNING, False), ("clew", number, True)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Forward(whole)], False
        logger.setLevel(max(number, least))
    # Whatever library has something to say: without a handler Python would print it as it is, with what came in.
    root = logging.getLogger()
    root.handlers = [*(each for each in root.handlers if not isinstance(each, _Forward)), _Forward(whole=False)]
    root.setLevel(max(number, logging.WARNING))


def says(level: str) -> bool:
    """Whether events of that level are written; asked before costly facts are gathered."""
    return _LEVELS[level] >= _least


def say(level: str, event: str, **facts: object) -> None:
    """One event."""
    if says(level):
        getattr(structlog.get_logger(), level)(event, **facts)


def configure_process(level: str) -> None:
    """The same for a process that serves: a thread that ends by an error does not print it either."""
    configure(level)
    threading.excepthook = _say_thread


def _say_thread(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value
    if error is not None:
        say("error", "a thread ended by an error", error=type(error).__name__, frames=frames_of(error))


def frames_of(error: BaseException) -> list[str]:
    """Where an error came from, file and line, innermost last; its message is left out, for it may bear anything."""
    return [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(error.__traceback__)]


def _stamp(_logger: object, method: str, event: Event) -> Event:
    event["level"] = method
    event["at"] = iso(system_clock())
    return event


def _allow(_logger: object, _method: str, event: Event) -> Event:
    kept: Event = {name: _shorten(value) for name, value in event.items() if name in ALLOWED and value is not None}
    dropped = sum(name not in ALLOWED for name in event)
    if dropped:
        kept["dropped"] = dropped
    return kept


def _shorten(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list):
        return [_shorten(each) for each in value]
    return _LONG_HEX.sub(lambda run: run[0][:8] + "…", str(value))[:_SHOWN_CHARACTERS]


def _render(_logger: object, _method: str, event: Event) -> str:
    return msgspec.json.encode(event).decode()


class _Forward(logging.Handler):
    """Lines that are logged the standard way: by the HTTP server, and by what stands below this floor.

    Args:
        whole: true for our own lines, whose words never bear anything sensitive; of others only the unfilled template
            is written, for what fills it may have come in with a request.
    """

    def __init__(self, whole: bool) -> None:
        super().__init__()
        self._whole = whole

    def emit(self, record: logging.LogRecord) -> None:
        """The line as an event of ours."""
        error = record.exc_info[1] if record.exc_info else None
        level = "error" if record.levelno >= logging.ERROR else record.levelname.lower()
        say(
            level if level in _LEVELS else "info",
            record.name,
            message=record.getMessage() if self._whole else str(record.msg),
            error=type(error).__name__ if error else None,
            frames=frames_of(error) if error else None,
        )
