"""Each call of the interface is counted and logged as other requests are: ids, codes and times, and no word of it."""

from collections.abc import Callable
from time import perf_counter

from clew.web import log
from clew.web.ispws.call import Call
from clew.web.ispws.faults import BASE
from clew.web.ispws.senders import StoredSender
from clew.web.metrics import Metrics

_READING = frozenset({"status", "xsd"})
# The caller had gone before there was an answer; nginx counts these so.
_GONE = 499
_SERVER_ERRORS = 500


def accounting(metrics: Metrics) -> Callable[[Call], None]:
    """What is told of each call when it has ended."""

    def account(call: Call) -> None:
        seconds = perf_counter() - call.began_s
        status = call.status or _GONE
        route = BASE + call.endpoint if call.endpoint else "(none)"
        method = "(none)" if not call.endpoint else "GET" if call.endpoint in _READING else "POST"
        metrics.answered(method, route, status, seconds)
        log.say(
            "error" if status >= _SERVER_ERRORS and call.retry_after_s is None else "info",
            "answered",
            request_id=call.request_id,
            method=method,
            route=route,
            status=status,
            code=call.code,
            ms=round(1000 * seconds, 1),
            sender=call.sender.id if isinstance(call.sender, StoredSender) else None,
        )

    return account
