"""The console's routes, gathered."""

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from clew.web.console import (
    account,
    administration,
    alerts,
    audit,
    cluster_acts,
    clusters,
    composer,
    evidence,
    exposure,
    find,
    hits,
    intake,
    lists,
    oidc,
    order,
    proving,
    queue,
    queue_acts,
    queue_place,
    reports,
    review,
    review_acts,
    review_job,
    screening,
    second,
    setup,
    signin,
    simulator,
    today,
    url_acts,
    urls,
    views,
)
from clew.web.console.pages import STATIC

# Files of a release; a browser may keep them while it asks whether they changed.
_FRESH = (b"cache-control", b"no-cache")


def add_to(app: FastAPI) -> None:
    """The application has the console's routes."""
    for each in (
        signin,
        second,
        oidc,
        setup,
        proving,
        account,
        administration,
        today,
        hits,
        review,
        review_job,
        review_acts,
        views,
        exposure,
        lists,
        screening,
        find,
        evidence,
        audit,
        composer,
        reports,
        alerts,
        urls,
        url_acts,
        cluster_acts,
        clusters,
        intake,
        queue,
        queue_acts,
        queue_place,
        simulator,
        order,
    ):
        app.router.routes.extend(each.router.routes)
    app.router.routes.append(Route("/static/{path:path}", _Static(), methods=["GET"], include_in_schema=False))
    app.add_api_route("/favicon.ico", _icon, methods=["GET"], include_in_schema=False)


class _Static:
    """The style sheet, the script, the mark."""

    def __init__(self) -> None:
        self._files = StaticFiles(directory=STATIC)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One file."""
        response = await self._files.get_response(scope["path_params"]["path"], scope)
        response.headers["cache-control"] = _FRESH[1].decode()
        await response(scope, receive, send)


def _icon() -> FileResponse:
    return FileResponse(STATIC / "clew.svg", media_type="image/svg+xml")
