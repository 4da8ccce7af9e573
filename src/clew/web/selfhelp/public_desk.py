"""What the public pages share: the words, the numbers to call, tokens, limits, and where reports are taken in."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request

from clew.errors import InputError
from clew.ground.clock import monotonic_s
from clew.ground.signing import load_or_make
from clew.hotline.numbers import HelpNumbers, read_numbers
from clew.pipelines.installation import Installation
from clew.pipelines.intake_desk import IntakeDesk
from clew.settings import Public
from clew.web.selfhelp.catalogue import Catalogue, asked_for, catalogue
from clew.web.selfhelp.limits import Limits
from clew.web.selfhelp.tokens import Tokens
from clew.web.visit import header

# Whoever has the signing key has this; it signs nothing else.
_PURPOSE = b"clew: forms of the public, first form"
_MOST_PROMISES = 5_000
_HEADER = re.compile(r"^(?:[a-z][a-z0-9-]*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDesk:
    """Shared by the public pages of one process."""

    settings: Public
    catalogues: dict[str, Catalogue]
    numbers: HelpNumbers
    promises: dict[str, tuple[str, ...]]
    tokens: Tokens
    limits: Limits
    intake: IntakeDesk

    def language(self, request: Request) -> str:
        """The open language that the browser asks for most."""
        return asked_for(header(request.scope, b"accept-language") or "", list(self.catalogues))

    def caller(self, request: Request) -> str:
        """The address that the form came from: the connection's, or what the operator's proxy wrote last."""
        name = self.settings.address_header.lower().encode()
        told: list[str] = [value.decode("latin-1") for each, value in request.scope["headers"] if name and each == name]
        if told:
            return told[-1].rpartition(",")[2].strip()
        return request.client.host if request.client else ""


def open_public(installation: Installation) -> PublicDesk:
    """The desk of an installation.

    Raises:
        InputError: a setting of it, or a file that one names, cannot be used.
    """
    settings = installation.settings.public
    if urlsplit(settings.exit_url).scheme not in {"http", "https"}:
        raise InputError("public.exit_url must be the address of a page, with https:// before it")
    if not settings.languages:
        raise InputError("public.languages must name at least one language")
    if not _HEADER.match(settings.address_header):
        raise InputError("public.address_header must be the name of a header, as X-Forwarded-For")
    secret = hashlib.sha256(load_or_make(installation.settings.signing_key_path).sign(_PURPOSE)).digest()
    return PublicDesk(
        settings=settings,
        catalogues={code: catalogue(code) for code in settings.languages},
        numbers=read_numbers(settings.numbers),
        promises={code: _promises(settings.promises, code) for code in settings.languages},
        tokens=Tokens(secret, secrets.token_bytes),
        limits=Limits(settings.per_hour, monotonic_s, secrets.token_bytes),
        intake=installation.intake_desk,
    )


def public_of(request: Request) -> PublicDesk:
    """The desk of a request's application."""
    desk = request.app.state.public
    assert isinstance(desk, PublicDesk)
    return desk


def _promises(folder: str, language: str) -> tuple[str, ...]:
    """The operator's paragraphs in a language; none where nobody wrote any."""
    file = Path(folder) / f"{language}.txt"
    if not folder or not file.exists():
        return ()
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the words of {file} cannot be read: {type(error).__name__}") from error
    if len(text) > _MOST_PROMISES:
        raise InputError(f"{file}: at most {_MOST_PROMISES:,} characters, got {len(text):,}")
    return tuple(" ".join(each.split()) for each in text.split("\n\n") if each.strip())
