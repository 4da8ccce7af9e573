"""Addresses of a hotline as JSON: every one defanged, with where the work on it stands."""

from typing import Annotated

import msgspec

from clew.pipelines.url_shown import ShownUrl, UrlFile, action_row, url_row
from clew.web.schemas import Heard, Said

Address = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
Reference = Annotated[str, msgspec.Meta(max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=2_000)]


class UrlHeard(Heard):
    """Addresses that a partner reports, defanged or not, with the partner's own name for them."""

    addresses: Annotated[list[Address], msgspec.Meta(min_length=1, max_length=100)]
    reference: Reference = ""
    words: Words = ""


class UrlSaid(Said):
    """One address and where the work on it stands; times are ISO 8601, null where nothing has happened yet."""

    id: str
    address: str
    host: str
    onion: bool
    state: str
    came: str
    received_at: str
    sightings: int
    category: str | None
    actionable: bool
    assessed_at: str | None
    hosted_by: str | None
    hosted_in: str | None
    held_since: str | None
    released_at: str | None
    notices: int
    noticed_at: str | None
    found: str | None
    found_at: str | None
    due_at: str | None
    next: str | None
    end: str | None
    closed_at: str | None


class UrlsSaid(Said):
    """A page of addresses, what is due first ahead; `next` goes into `after` for the page behind it."""

    urls: list[UrlSaid]
    next: str | None


class UrlActionSaid(Said):
    """One act, dated."""

    at: str
    by: str
    act: str
    facts: dict[str, str | int | bool | None]
    words: str


class UrlDetailSaid(UrlSaid):
    """One address with all that was done, oldest first."""

    actions: list[UrlActionSaid]


class UrlTakenSaid(Said):
    """What became of one address: taken in anew, known already, or none at all, and why."""

    id: str | None
    new: bool
    fault: str | None


class UrlsTakenSaid(Said):
    """What became of each, in the order in which they came."""

    urls: list[UrlTakenSaid]


def say_url(shown: ShownUrl) -> UrlSaid:
    """An address as JSON."""
    return UrlSaid(**url_row(shown))  # type: ignore[arg-type]


def say_url_file(file: UrlFile) -> UrlDetailSaid:
    """All that is known of an address as JSON."""
    actions = [UrlActionSaid(**action_row(each)) for each in file.actions]  # type: ignore[arg-type]
    return UrlDetailSaid(**url_row(file.shown), actions=actions)  # type: ignore[arg-type]
