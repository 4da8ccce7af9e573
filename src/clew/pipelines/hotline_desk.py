"""What a hotline works its addresses with: the store, the clock, the law, and the operator's own lists."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.errors import InputError
from clew.ground.clock import Clock
from clew.ground.text import bears_controls
from clew.hotline.categories import UrlCategory, read_categories
from clew.hotline.hosting import HostingBook, read_hosts
from clew.hotline.url_work import UrlPolicy
from clew.parts import shelf
from clew.parts.jurisdictions.base import Jurisdiction
from clew.parts.stores.base import Store, UnitOfWork
from clew.records.audit import AuditEvent
from clew.records.identifiers import UrlReportId
from clew.records.url_report import UrlAct, UrlAction
from clew.settings import Settings

MOST_WORDS = 2_000
_MOST_REFERENCE = 200

Facts = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineDesk:
    """The desk. Lists of the operator are read anew each time: they are small, and change without a restart."""

    settings: Settings
    store: Store
    jurisdiction: Jurisdiction
    clock: Clock

    @property
    def policy(self) -> UrlPolicy:
        """What the law and the operator ask for."""
        settings, first = self.settings.hotline, self.jurisdiction.police_first
        by_law = None if first is None else first.within
        agreed = timedelta(hours=settings.hold_hours) if settings.hold_hours else None
        return UrlPolicy(
            police_first=first is not None,
            hold=by_law if by_law is not None else agreed,
            assess_within=timedelta(hours=settings.assess_hours),
        )

    @property
    def categories(self) -> tuple[UrlCategory, ...]:
        """The scheme."""
        return read_categories(self.settings.hotline.categories)

    @property
    def hosts(self) -> HostingBook:
        """Who hosts what, as the operator's lists have it."""
        return read_hosts(self.settings.hotline.hosting, self.settings.hotline.resolver)

    @property
    def mails(self) -> bool:
        """Whether notices can leave by mail."""
        return bool(self.settings.hotline.notice_from and self.settings.review.smtp_host)


def open_hotline(settings: Settings, store: Store, clock: Clock) -> HotlineDesk:
    """The desk of an open store."""
    law = shelf.load("jurisdictions", settings.jurisdiction, Jurisdiction)
    return HotlineDesk(settings=settings, store=store, jurisdiction=law, clock=clock)


def record(
    unit: UnitOfWork, url_id: UrlReportId, act: UrlAct, facts: Facts, *, actor: str, at: datetime, words: str = ""
) -> None:
    """The act stands in the address's history, and in the audit log without the person's words."""
    unit.add_url_action(UrlAction(url_id=url_id, at=at, by=actor, act=act, facts=facts, words=words))
    unit.audit(AuditEvent(at=at, actor=actor, act=f"url.{act}", subject=f"url:{url_id}", facts=facts))


def checked_words(words: str, *, needed: str = "") -> str:
    """What a person wrote, fit to be kept.

    Args:
        needed: what must be said; "" when nothing need be.
    Raises:
        InputError: it is too long, bears what cannot be read, or is missing.
    """
    told = words.strip().replace("\r\n", "\n")
    if needed and not told:
        raise InputError(f"{needed} must be said in a few words")
    if len(told) > MOST_WORDS or bears_controls(told, lines=True):
        raise InputError(f"a note has at most {MOST_WORDS:,} printable characters")
    return told


def checked_reference(reference: str) -> str:
    """A partner's own name for what they report."""
    told = reference.strip()
    if len(told) > _MOST_REFERENCE or bears_controls(told):
        raise InputError(f"a reference has at most {_MOST_REFERENCE} printable characters")
    return told
