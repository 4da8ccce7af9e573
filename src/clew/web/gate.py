"""The gate: every request passes it, and what it does not let through never reaches a route.

It gives each request its id, finds its rule, asks for the key or the session that the rule needs, turns every error
into one shape, and counts and logs what was answered. It stands outside of all other middleware, so nothing answers
before it.
"""

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from urllib.parse import urlencode

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clew.errors import ClewError, InputError, NotFoundError, RefusedError, UnavailableError
from clew.ground.clock import Clock
from clew.records.people import Role, Stage
from clew.records.screening import Scope as KeyScope
from clew.web import answers, log, misfits
from clew.web.auth import KeyRing
from clew.web.body import GoneError, Held
from clew.web.browser import FILM_PAGE_HEADERS, PAGE_HEADERS, Origins
from clew.web.console.sessions import Admitted
from clew.web.form_token import demand_form_token
from clew.web.metrics import Metrics
from clew.web.rate import Buckets
from clew.web.rules import Need, Rule, Rules
from clew.web.step_up import StepUpError, demand_proof
from clew.web.visit import Visit, header

ErrorPage = Callable[[Visit, int, str, str], bytes]
FindSession = Callable[[Scope], Awaitable[Admitted | None]]

# The client had gone before there was an answer; nginx counts these so, and nobody ever receives it.
_GONE = 499
_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_NOT_STORED = (b"cache-control", b"no-store")


# What a key that named something is told when it is not there, by what stands in the path.
_NOT_FOUND = (
    ("{hit_id}", "no hit of that id"),
    ("{filing_id}", "no filing of that id"),
    ("{url_id}", "no address of that id"),
    ("{number}", "no report of that number"),
    ("/intake", "no sender of that name"),
    ("/reports", "no case of that id"),
    ("/appeals", "no case, account or content of that name"),
)


class Gate:
    """The outermost ASGI application.

    Args:
        app: what stands behind the gate.
        direct: endpoints that answer for a path at once, without the router.
        held: room for the bodies of forms, whose token is looked at before any route sees them.
        find_session: the console session that a request bears, if it is a good one.
        step_up_s: how old a proof may be where a rule asks for a recent one.
        error_page: an error as a page for people.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        direct: Mapping[str, ASGIApp],
        rules: Rules,
        keys: KeyRing,
        buckets: Buckets,
        metrics: Metrics,
        origins: Origins,
        held: Held,
        clock: Clock,
        find_session: FindSession,
        step_up_s: float,
        error_page: ErrorPage,
    ) -> None:
        self._app = app
        self._direct = direct
        self._rules = rules
        self._keys = keys
        self._buckets = buckets
        self._metrics = metrics
        self._origins = origins
        self._held = held
        self._clock = clock
        self._find_session = find_session
        self._step_up_s = step_up_s
        self._error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, from its id to its log line."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        began_s = perf_counter()
        visit = Visit()
        scope["clew"] = visit
        signed = _signed(send, visit)
        failure: BaseException | None = None
        try:
            await self._admit(scope, visit)
            if visit.rule is not None and visit.session is not None and _bears_token(visit.rule):
                receive = await demand_form_token(scope, receive, visit, visit.rule.body_bytes, self._held)
            await self._direct.get(scope["path"], self._app)(scope, receive, signed)
        except (GoneError, ClientDisconnect):
            visit.status = visit.status or _GONE
        except Exception as error:  # noqa: BLE001  (whatever it is, it is answered without what came in)
            failure = error
            await self._answer_error(scope, visit, signed, error)
        seconds = perf_counter() - began_s
        route = visit.rule.path if visit.rule else "(none)"
        self._metrics.answered(scope["method"] if visit.rule else "(none)", route, visit.status, seconds)
        _log(scope, visit, route, seconds, failure)

    async def _admit(self, scope: Scope, visit: Visit) -> None:
        rules = self._rules.of(scope["path"])
        rule = rules.get(scope["method"])
        if rule is None:
            if rules:
                raise HTTPException(405, headers={"allow": ", ".join(sorted(rules))})
            raise NotFoundError(
                "there is nothing at this address: a slip in it, or a page that is gone; "
                "programs find every address in /api/openapi.json"
            )
        visit.rule = rule
        if isinstance(rule.need, KeyScope):
            visit.key = key = await self._keys.admit(header(scope, b"authorization"))
            if rule.need not in key.scopes:
                raise _missing_scope(rule)
            self._buckets.take(key)
        elif rule.console:
            self._origins.check(scope)
            await self._admit_person(scope, visit, rule)

    async def _admit_person(self, scope: Scope, visit: Visit, rule: Rule) -> None:
        admitted = await self._find_session(scope)
        if admitted is not None:
            visit.session, visit.form_token = admitted.session, admitted.form_token
            visit.user = admitted.user if admitted.session.stage is Stage.OPEN else None
            visit.arriving = admitted.user if visit.user is None else None
        if rule.need is Need.SIGN_IN:
            return
        wanted = visit.arriving if rule.need is Need.HALF_WAY else visit.user
        if wanted is None:
            raise HTTPException(303 if scope["method"] == "GET" else 401, headers={"location": "/signin"})
        if isinstance(rule.need, frozenset) and not wanted.has(*rule.need):
            raise _missing_role(rule.need)
        if rule.step_up:
            demand_proof(visit, self._clock(), self._step_up_s)

    async def _answer_error(self, scope: Scope, visit: Visit, send: Send, error: Exception) -> None:
        if visit.status:
            return  # the answer has begun and cannot be mended; the server cuts the connection
        if isinstance(error, StepUpError) and _navigates(scope):
            await answers.send_bytes(send, 303, b"", b"text/plain", [(b"location", self._step_up_place(scope))])
            return
        status, code, message, headers = _translate(error, visit)
        if wants_page(scope, visit):
            body, kind = self._error_page(visit, status, code, message), b"text/html; charset=utf-8"
        else:
            body, kind = answers.error_json(code, message, visit.request_id), b"application/json"
        await answers.send_bytes(send, status, body, kind, headers)

    def _step_up_place(self, scope: Scope) -> bytes:
        """The page of the proof, which leads back to the page asked for, or to the one that the form stood on.

        What a form asked for is not done by the proof, and the page says so.
        """
        path = scope["path"]
        while scope["method"] != "GET" and path != "/" and "GET" not in self._rules.of(path):
            path = path.rpartition("/")[0] or "/"
        query = scope["query_string"].decode("latin-1") if scope["method"] == "GET" else ""
        onward = {"back": f"{path}?{query}" if query else path}
        if scope["method"] != "GET":
            onward["undone"] = "yes"
        return f"/stepup?{urlencode(onward)}".encode()


def _bears_token(rule: Rule) -> bool:
    """Whether its forms stand on pages of a session; those of the sign-in page are there before there is one."""
    return rule.console and rule.changes and rule.need is not Need.SIGN_IN


def _navigates(scope: Scope) -> bool:
    """Whether the answer replaces the page, as a link's and a form's does, and a script's or a picture's does not."""
    return header(scope, b"sec-fetch-dest") in {None, "document"}


def wants_page(scope: Scope, visit: Visit) -> bool:
    """Whether an error is read by a person in a browser."""
    if visit.rule is not None:
        return visit.rule.console or visit.rule.need is Need.PUBLIC
    return not scope["path"].startswith("/api/") and "text/html" in (header(scope, b"accept") or "")


def _missing_role(wanted: frozenset[Role]) -> ClewError:
    names = ", ".join(sorted(role.value.replace("_", " ") for role in wanted))
    return RefusedError(f"this is for: {names}; an administrator gives roles")


def _missing_scope(rule: Rule) -> ClewError:
    assert isinstance(rule.need, KeyScope)
    return RefusedError(f"this key lacks the scope '{rule.need.value}'; make one with: clew keys create")


def _translate(error: Exception, visit: Visit) -> tuple[int, str, str, list[tuple[bytes, bytes]]]:
    """Status, code, message and headers of an error; nothing of an unknown one is told."""
    if isinstance(error, RequestValidationError):
        error = InputError(_faults(error))
    if isinstance(error, NotFoundError) and visit.key and visit.rule:
        # Commands name the lists that there are; a key that may only screen is not told, nor sent back what it sent.
        error = NotFoundError(
            next((told for part, told in _NOT_FOUND if part in visit.rule.path), "no list of that name")
        )
    if isinstance(error, ClewError):
        return error.http_status, answers.code_of(error), answers.told(error), answers.headers_of(error)
    if isinstance(error, HTTPException):
        headers = [(name.encode(), value.encode()) for name, value in (error.headers or {}).items()]
        code = error.detail.lower().replace(" ", "-")
        allowed = (error.headers or {}).get("allow")
        message = f"this address answers to {allowed} only" if allowed else error.detail
        return error.status_code, code, message, headers
    return 500, "internal", "something failed inside Clew; its log has the place under this request id", []


def _faults(error: RequestValidationError) -> str:
    """Which parameter is at fault, and what was expected; not what came."""
    return "; ".join(misfits.of_parameter(each) for each in error.errors())


def _signed(send: Send, visit: Visit) -> Callable[[Message], Awaitable[None]]:
    """`send`, noting the status and adding the headers that every answer bears."""
    request_id = (b"x-request-id", visit.request_id.encode())

    async def signed(message: Message) -> None:
        if message["type"] == "http.response.start":
            visit.status = message["status"]
            headers = [*message.get("headers", ()), request_id, *_ALWAYS]
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append(_NOT_STORED)
            if visit.rule is None or visit.key is None:
                headers.extend(FILM_PAGE_HEADERS if visit.rule and visit.rule.plays_films else PAGE_HEADERS)
            message["headers"] = headers
        await send(message)

    return signed


def _log(scope: Scope, visit: Visit, route: str, seconds: float, failure: BaseException | None) -> None:
    if failure is None and visit.status < 400 and not (visit.rule and visit.rule.console):  # noqa: PLR2004  (HTTP's own classes of answers)
        level = "debug"  # metrics count these; a line for each would be most of the work
    else:
        level = "error" if visit.status >= 500 else "info"  # noqa: PLR2004  (HTTP's own classes of answers)
    if not log.says(level):
        return
    unknown = failure is not None and not isinstance(failure, (ClewError, HTTPException, RequestValidationError))
    log.say(
        level,
        "answered",
        request_id=visit.request_id,
        method=scope["method"],
        route=route,
        status=visit.status,
        ms=round(1000 * seconds, 1),
        key=visit.key.id if visit.key else None,
        error=type(failure).__name__ if failure else None,
        message=str(failure) if isinstance(failure, UnavailableError) else None,
        frames=log.frames_of(failure) if failure and unknown else None,
    )
