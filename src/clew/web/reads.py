"""What a person or a key was shown: written down, durably, before it is shown."""

from fastapi import Request

from clew.pipelines.audit import note_read
from clew.web.door import door_of
from clew.web.visit import visit_of


def note(request: Request, act: str, subject: str, **facts: str | int | bool | None) -> None:
    """Whoever calls is about to be shown the subject."""
    installation = door_of(request).installation
    actor = visit_of(request.scope).actor
    note_read(installation.store, actor=actor, act=act, subject=subject, clock=installation.clock, facts=facts)
