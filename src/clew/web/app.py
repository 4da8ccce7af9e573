"""The web application: the HTTP interface and the console behind one gate."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from clew import __version__
from clew.pipelines.installation import Installation
from clew.settings import Settings
from clew.web.api import cases, health, hits, intake, lists, measure, queue, reports, urls
from clew.web.api.contract import complete
from clew.web.api.screen import Screen
from clew.web.browser import Origins
from clew.web.console import pages, routes
from clew.web.door import Door
from clew.web.gate import Gate
from clew.web.ispws.faults import BASE
from clew.web.ispws.production import production_door
from clew.web.rules import RULES, Need, Rules, rules_of
from clew.web.selfhelp import routes as selfhelp
from clew.web.selfhelp.public_desk import open_public
from clew.web.selfhelp.shown import failed_page
from clew.web.visit import Visit
from clew.web.watch import watching

_SCREEN = "/api/v1/screen"


class App(FastAPI):
    """FastAPI behind our gate, which alone turns errors into answers; the framework's own layers for that are left out.

    POST /screen goes from the gate straight to its endpoint; it stands among the routes all the same, so that whoever
    walks them finds it.
    """

    door: Door
    screen: Screen
    ispws: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or the lifespan; the framework's telemetry, which would look at each, is left out."""
        scope["app"] = self
        if self.ispws is not None and scope["type"] == "http" and scope["path"].startswith(BASE):
            # A door of its own: other senders than keys and people, and answers in the interface's words.
            await self.ispws(scope, receive, send)
            return
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """The gate, and behind it the router."""
        installation = self.door.installation
        settings = installation.settings.web
        return Gate(
            AsyncExitStackMiddleware(self.router),
            direct={_SCREEN: self.screen},
            rules=Rules(rules_of(installation.settings.desks)),
            keys=self.door.keys,
            buckets=self.door.buckets,
            metrics=self.door.metrics,
            origins=Origins(host=settings.host, public_url=settings.public_url),
            held=self.door.held,
            clock=installation.clock,
            find_session=self.door.sessions.admit,
            step_up_s=60 * installation.settings.people.step_up_minutes,
            error_page=partial(_error_page, installation.settings),
        )

    def openapi(self) -> dict[str, Any]:
        """The contract, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi())
        return self.openapi_schema


def create_app(installation: Installation) -> FastAPI:
    """The application of an open installation; it does not close the installation."""
    door = Door(installation)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        door.open()
        try:
            async with watching(door):
                yield
        finally:
            door.close()

    app = App(
        title="Clew",
        version=__version__,
        description="Screen content against lists of known hashes. Keys are made with `clew keys create`.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.door = app.state.door = door
    app.screen = Screen(door)
    app.router.routes.append(Route(_SCREEN, app.screen, methods=["POST"], include_in_schema=False))
    for each in (lists, hits, cases, reports, urls, intake, queue, measure, health):
        app.router.routes.extend(each.router.routes)
    routes.add_to(app)
    if "clearinghouse" in installation.settings.desks:
        app.ispws = production_door(installation, door.threads, door.metrics)
    app.router.routes.extend(selfhelp.router.routes)
    _check_rules(app)
    _close_desks(app, installation.settings.desks)
    if "public" in installation.settings.desks:
        app.state.public = open_public(installation)
    return app


def _error_page(settings: Settings, visit: Visit, status: int, code: str, message: str) -> bytes:
    """An error as a page; the public's says nothing of it but what to do."""
    if visit.rule is not None and visit.rule.need is Need.PUBLIC:
        return failed_page(settings.public.exit_url)
    return pages.error_page(settings.desks, visit, status, code, message)


def _close_desks(app: FastAPI, desks: Collection[str]) -> None:
    """Routes of desks that are not open are gone, from the contract too."""
    closed = {rule.path for rule in RULES if rule.desk and rule.desk not in desks}
    app.router.routes[:] = [each for each in app.router.routes if getattr(each, "path", None) not in closed]


def _check_rules(app: FastAPI) -> None:
    """Every route has its rule and every rule its route, or the service does not start."""
    there = {(method, path) for path, methods in route_methods(app) for method in methods}
    ruled = {(rule.method, rule.path) for rule in RULES}
    assert there == ruled, f"routes and rules differ: {sorted(there ^ ruled)}"


def route_methods(app: FastAPI) -> list[tuple[str, set[str]]]:
    """Each route's path with its methods; HEAD, which the framework adds by itself, is refused by the gate."""
    found: list[tuple[str, set[str]]] = []
    for route in app.router.routes:
        path, methods = getattr(route, "path", None), getattr(route, "methods", None)
        if path is not None:
            found.append((path, set(methods or {"GET"}) - {"HEAD"}))
    return found
