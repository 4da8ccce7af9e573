"""The audit log: who did what, whether it is sealed, and a look at whether all of it is as it was sealed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import NotFoundError
from clew.parts.stores.base import Reader
from clew.pipelines.audit import AuditLog, last_checkpoint, open_log
from clew.pipelines.audit_verify import STUCK_AFTER
from clew.records.audit import OF_EXPOSURE, AuditFilter, AuditLine
from clew.records.review import AskReason
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ROWS = 50
_SEE_OTHER = 303
_USER = "user:"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines the address asks for; a day that is none asks for nothing."""

    actor: str = ""
    act: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    @property
    def anything(self) -> bool:
        """Whether some lines are left out."""
        return any((self.actor, self.act, self.subject, self.since, self.until))

    def words(self) -> dict[str, str]:
        """What is asked for, by name."""
        names = ("actor", "act", "subject", "since", "until")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def link(self, **more: object) -> str:
        """The page of these lines; `before` a row."""
        words = self.words() | {name: str(value) for name, value in more.items()}
        return f"/audit?{urlencode(words)}" if words else "/audit"

    def but(self, **changed: str) -> "Asked":
        """The same with some of it changed."""
        return replace(self, **changed)

    def wanted(self) -> AuditFilter:
        """As the store takes it; `until` is a whole day."""
        until = _day(self.until)
        return AuditFilter(
            actor=self.actor or None,
            act=self.act or None,
            subject=self.subject or None,
            since=_day(self.since),
            until=None if until is None else until + timedelta(days=1),
        )


def _asked(
    actor: Annotated[str, Query(max_length=200)] = "",
    act: Annotated[str, Query(max_length=100)] = "",
    subject: Annotated[str, Query(max_length=400)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> Asked:
    return Asked(
        actor=actor.strip(),
        act=act.strip(),
        subject=subject.strip(),
        since=since if _day(since) else "",
        until=until if _day(until) else "",
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None


@router.get("/audit")
def show_audit(
    request: Request,
    asked: Annotated[Asked, Depends(_asked)],
    before: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """The newest lines that are asked for, and how the log stands. That somebody looked is a line of it too."""
    installation, reads = door_of(request).installation, visit_of(request.scope).actor
    note(request, "audit.read", "audit", **({"by": " ".join(asked.words())} if asked.anything else {}))
    with installation.store.read() as reader:
        without = OF_EXPOSURE if asked.actor not in {"", reads} else frozenset[str]()
        wanted = replace(asked.wanted(), before=before or None, limit=_ROWS + 1, without=without)
        lines = reader.audit_lines(wanted)
        size = reader.audit_size()
        pending, oldest = reader.count_pending_audit()
        checkpoint = last_checkpoint(reader)
        names = _names(reader, lines)
    more = asked.link(before=lines[_ROWS - 1].id) if len(lines) > _ROWS else ""
    return page(
        request,
        "audit.html",
        place="audit",
        asked=asked,
        lines=lines[:_ROWS],
        names=names,
        unnamed=[each.id for each in lines if _tells_exposure(each, reads)],
        left_out=bool(without),
        more=more,
        first_page=not before,
        size=size,
        pending=pending,
        oldest=oldest,
        stuck=oldest is not None and installation.clock() - oldest > STUCK_AFTER,
        checkpoint=checkpoint,
        witness=installation.settings.audit.witness,
        look=door_of(request).verifying.look,
    )


@router.get("/audit/checkpoint")
def download_checkpoint(request: Request) -> Response:
    """The newest checkpoint, as witnesses take it."""
    installation = door_of(request).installation
    note(request, "audit.checkpoint", "audit")
    with installation.store.read() as reader:
        checkpoint = last_checkpoint(reader)
    if checkpoint is None:
        raise NotFoundError("nothing is sealed yet; the service seals what was written every few seconds")
    headers = {"content-disposition": f'attachment; filename="clew-audit-{checkpoint.size}.checkpoint"'}
    return Response(checkpoint.note, media_type="text/plain; charset=utf-8", headers=headers)


@router.post("/audit/verify")
def begin_verification(request: Request) -> Response:
    """A look at the whole log begins, unless one is under way; the next page tells how it goes."""
    door_of(request).verifying.begin(_log(request), visit_of(request.scope).actor)
    return RedirectResponse("/audit/verified", _SEE_OTHER)


@router.get("/audit/verified")
def show_verification(request: Request) -> Response:
    """What the last look found, or how far it is."""
    return page(request, "audit_verified.html", place="audit", look=door_of(request).verifying.look)


def _tells_exposure(line: AuditLine, reads: str) -> bool:
    """Whether the line says of somebody else that they were shown something."""
    event = line.event
    if event is None or event.act not in OF_EXPOSURE or not event.actor.startswith(_USER):
        return False
    handed_over = event.act == "review.hand_over" and event.facts.get("reason") != AskReason.EXPOSURE
    return event.actor != reads and not handed_over


def _log(request: Request) -> AuditLog:
    installation = door_of(request).installation
    return open_log(installation.settings, installation.store, installation.clock)


def _names(reader: Reader, lines: Iterable[AuditLine]) -> dict[str, str]:
    """The names of the people among the actors; who was removed since is shown by their id."""
    wanted = {line.event.actor for line in lines if line.event is not None and line.event.actor.startswith(_USER)}
    return {user.actor: user.name for user in reader.users() if user.actor in wanted} if wanted else {}
