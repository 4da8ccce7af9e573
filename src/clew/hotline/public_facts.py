"""What the public form held, as the facts of a report: the words as they were written, links as links.

Our own words around them are so chosen that none is a danger word of any language: only what the person wrote, and the
box for danger, may raise a report.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from clew.ground.defang import fanged
from clew.records.public_report import PublicReport, PublicWho, PublicYears, SafeContact
from clew.records.report import Contact, Incident, Location, Person, Phone, Report, Reporter, Victim, WebPage
from clew.records.report_file import Labelled
from clew.records.subject import Email

DANGER = "the box for danger was ticked on the public form"
_SAFE_CONTACT = "Safe contact"
_NEVER = "Do not contact who wrote this."
_ONLY = "Reach who wrote this in one way only, the one that they named."
_MESSAGE = "A message may be left."
_NO_MESSAGE = "Leave no message."
_NOBODY = "Tell nobody else that they wrote."
_WHO = {
    PublicWho.CHILD: "the child whom it is about",
    PublicWho.CARER: "an adult who looks after the child or knows the child",
    PublicWho.WITNESS: "somebody who saw it",
    PublicWho.OTHER: "somebody else",
}
_YEARS = {
    PublicYears.UNDER_13: "under 13",
    PublicYears.FROM_13: "13 to 15",
    PublicYears.FROM_16: "16 or 17",
    PublicYears.ADULT: "18 or over",
}
# With a scheme, or a name with a dot and a path: a bare name with a dot may as well be somebody's handle.
_LINK = re.compile(r"^(?:(?:https?|ftp)://\S+|(?:[\w-]+\.)+[a-z]{2,24}/\S*|www\.\S+\.\S+)$", re.IGNORECASE)
_MAIL = re.compile(r"^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$")


def facts_of(told: PublicReport, at: datetime, *, adds_to: int | None = None) -> Report:
    """The facts of a form.

    Args:
        at: when it was sent, which stands in for the time of the incident.
        adds_to: the number of the report that it adds to.
    """
    links, others = _sorted(told.places)
    return Report(
        incident=Incident(at=at, urgent_because=DANGER if told.danger else None),
        reporter=Reporter(person=Person(), contact=_contact(told.contact)),
        details=(WebPage(urls=links),) if links else (),
        victims=(_victim(told),) if told.who in {PublicWho.CHILD, PublicWho.CARER} else (),
        additional_info=told.words or None,
        further=tuple(_further(told, others, adds_to)),
    )


def contact_warning(report: Report) -> str:
    """What whoever works the report must know before they reach for a telephone; "" where nothing was wished.

    It names nobody and quotes nothing that was typed, so that it may stand uncovered.
    """
    rest = next((each.text for each in report.further if each.label == _SAFE_CONTACT), "")
    told = []
    for sentence in (_NEVER, _ONLY, _MESSAGE, _NO_MESSAGE, _NOBODY):
        if rest == sentence or rest.startswith(f"{sentence} "):
            told.append(sentence)
            rest = rest[len(sentence) + 1 :]
    return " ".join(told)


def _sorted(places: str) -> tuple[tuple[str, ...], str]:
    """The links of a field, once each as a program would open them, and the lines that are none, as they are."""
    lines = [line.strip() for line in places.splitlines() if line.strip()]
    links = dict.fromkeys(fanged(line) for line in lines if _LINK.match(fanged(line)))
    return tuple(links), "\n".join(line for line in lines if not _LINK.match(fanged(line)))


def _victim(told: PublicReport) -> Victim:
    """The child, of whom nothing more is known than that there is one, unless the child wrote."""
    if told.who is not PublicWho.CHILD:
        return Victim(person=Person())
    where = Location(country=told.country) if told.country else None
    return Victim(person=Person(), location=where)


def _contact(wish: SafeContact | None) -> Contact | None:
    """The way in which they may be reached, where it is an address or a number; `further` has it as it was written."""
    if wish is None or not wish.allowed or not wish.way:
        return None
    if _MAIL.match(wish.way):
        return Contact(emails=(Email(address=wish.way),))
    phone = Phone(number=wish.way)
    return Contact(phones=(phone,)) if phone.is_dialable else None


def _further(told: PublicReport, others: str, adds_to: int | None) -> Iterator[Labelled]:
    """What stands first is what whoever works the report must know before they do anything."""
    if adds_to is not None:
        yield Labelled(label="Adds to report", text=str(adds_to))
    if told.contact is not None:
        yield Labelled(label=_SAFE_CONTACT, text=_wish(told.contact))
    if told.who is not None:
        yield Labelled(label="Who writes", text=_WHO[told.who])
    if told.years is not None:
        yield Labelled(label="Age of who writes, as they say", text=_YEARS[told.years])
    if told.country:
        yield Labelled(label="Country of who writes, as they say", text=told.country)
    if others:
        yield Labelled(label="Where it is, as they say", text=others)


def _wish(wish: SafeContact) -> str:
    """Our own sentences first, so that what somebody typed is never taken for one of them."""
    told = [_ONLY if wish.allowed and wish.way else _NEVER]
    if told == [_ONLY]:
        told.append(_MESSAGE if wish.leave_message else _NO_MESSAGE)
    if wish.nobody_else:
        told.append(_NOBODY)
    if told[0] == _ONLY:
        # An address that can be read stands with who writes, and nowhere among what the report is about.
        told.append(f"The way: {'the address or number of who writes' if _contact(wish) else wish.way}.")
        told.append(f"Safe times: {wish.times or 'not said'}.")
    return " ".join(told)
