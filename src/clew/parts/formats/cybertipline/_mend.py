"""Values of one record that contradict one another: the service refuses both, so one of them is told in words.

Each function returns the record as the service takes it, and what had to leave it; None when nothing of it can stay.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from clew.parts.formats.cybertipline._rules import repeats_code
from clew.parts.formats.cybertipline._words import COUNTRIES, STATES
from clew.records import report as r
from clew.records.report_file import Labelled, Relevance, ReportFile
from clew.records.review import FileAnnotation
from clew.records.subject import Email

Mended = tuple[Any, list[Labelled]]


def _mend_phone(phone: r.Phone) -> Mended:
    told: list[Labelled] = []
    code, number = phone.calling_code, phone.number.strip()
    if code and repeats_code(number, code):
        bare = number.removeprefix(code).strip()
        if bare and not repeats_code(bare, code):
            phone = replace(phone, number=bare)
        else:
            told.append(Labelled(label="calling code", text=code))
            phone = replace(phone, calling_code=None)
    return _mend_verified(phone, told)


def _mend_verified(checked: Any, told: list[Labelled]) -> Mended:
    if checked.verified_at is not None and not checked.verified:
        told.append(Labelled(label="verified at", text=checked.verified_at.isoformat()))
        checked = replace(checked, verified_at=None)
    return checked, told


def _mend_associated(account: r.AssociatedAccount) -> Mended:
    if account.approximate_age is None or account.birth_date is None:
        return account, []
    told = [Labelled(label="approximate age", text=str(account.approximate_age))]
    return replace(account, approximate_age=None), told


def _mend_location(place: r.Location) -> Mended:
    told: list[Labelled] = []
    if place.country not in COUNTRIES:
        names = ("city", "region", "country", "verified", "at")
        held = ((name, getattr(place, name)) for name in names)
        return None, [Labelled(label=name, text=str(value)) for name, value in held if value is not None]
    if place.country == "US" and place.region and place.region not in STATES:
        told.append(Labelled(label="region", text=place.region))
        place = replace(place, region=None)
    if place.country == "US" and place.city and not place.region:
        told.append(Labelled(label="city", text=place.city))
        place = replace(place, city=None)
    return place, told


def _mend_closure(closure: Any) -> Mended:
    told: list[Labelled] = []
    if closure.at is None:
        return closure, told
    if closure.notified_at is not None and closure.notified_at < closure.at:
        told.append(Labelled(label="notified at", text=closure.notified_at.isoformat()))
        closure = replace(closure, notified_at=None)
    again = closure.reopened_at if isinstance(closure, r.TemporaryClosure) else None
    if again is not None and again <= closure.at:
        told.append(Labelled(label="reopened at", text=again.isoformat()))
        closure = replace(closure, reopened_at=None)
    return closure, told


def _mend_file(file: ReportFile) -> Mended:
    """The older form of the meme mark becomes the newer; a supplemental file is not classified."""
    told: list[Labelled] = []
    if file.potential_meme is not None:
        if file.potential_meme:
            file = replace(file, annotations=file.annotations | {FileAnnotation.POTENTIAL_MEME})
        else:
            told.append(Labelled(label="potential meme", text="no"))
        file = replace(file, potential_meme=None)
    if file.relevance is Relevance.SUPPLEMENTAL:
        if file.industry_class is not None:
            told.append(Labelled(label="industry class", text=file.industry_class.value))
        if FileAnnotation.POTENTIAL_MEME in file.annotations:
            told.append(Labelled(label="annotation", text=FileAnnotation.POTENTIAL_MEME.value))
        left = file.annotations - {FileAnnotation.POTENTIAL_MEME}
        file = replace(file, industry_class=None, annotations=left)
    return file, told


MENDS: dict[type, Callable[[Any], Mended]] = {
    r.Phone: _mend_phone,
    Email: lambda email: _mend_verified(email, []),
    r.AssociatedAccount: _mend_associated,
    r.Location: _mend_location,
    r.PermanentClosure: _mend_closure,
    r.TemporaryClosure: _mend_closure,
    ReportFile: _mend_file,
}
