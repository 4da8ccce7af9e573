"""One place of the queue, and one report of it: what is known, why it stands there, and what can be done."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, NotFoundError
from clew.ground.defang import defanged, defanged_words
from clew.hotline.public_facts import contact_warning
from clew.pipelines.outcomes import REASONS
from clew.pipelines.place_shown import READ, Identified, PlaceFile, place_file, report_file, where_worked
from clew.pipelines.work_queue import lowers
from clew.records.identifiers import IntakeNumber, PlaceId
from clew.records.intake import Question
from clew.records.mention import IdentifierKind
from clew.records.people import User
from clew.records.triage import Place, PlaceState
from clew.records.worked import PlaceAct, PlaceDecision
from clew.web.console import queue_words
from clew.web.console.forms import Fields
from clew.web.console.holding import SEE_OTHER
from clew.web.console.navigation import may_open
from clew.web.console.pages import page
from clew.web.console.queue import barred_from, holder_of, may_work, names_of, queue_of
from clew.web.console.report_shown import show_report
from clew.web.place_mark import place_id_of
from clew.web.reads import note
from clew.web.rules import RULES
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

# What is in the way of an identifier's search in an address.
_LONGEST_SEARCHED = 400


@router.get("/queue/{place_id}")
def show_place(
    request: Request,
    place_id: str,
    after: Annotated[str, Query(max_length=20)] = "",
    whole: Annotated[str, Query(max_length=1)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The place; with `whole`, identifiers are shown in full, which the audit says."""
    number = number_of(place_id)
    with queue_of(request).store.read() as reader:
        worked = where_worked(reader, number)
    if worked != number:
        return RedirectResponse(f"/queue/{worked}?said=moved", SEE_OTHER)
    return place_page(request, worked, after=after, whole=bool(whole), said=said)


def place_page(
    request: Request,
    place_id: PlaceId,
    *,
    after: str = "",
    whole: bool = False,
    said: str = "",
    fault: ClewError | None = None,
    typed: Fields | None = None,
    form: str = "",
) -> Response:
    """The page of one place; with what was typed, when a form of it was refused.

    Args:
        form: which form that was.
    """
    desk, visit = queue_of(request), visit_of(request.scope)
    who = visit.user
    with desk.store.read() as reader:
        after_number = IntakeNumber(number_of(after)) if after else None
        file = place_file(reader, place_id, actor=visit.actor, after=after_number)
        names = names_of(reader)
    place = file.place
    note(request, READ, f"place:{place_id}", whole=whole)
    holder = holder_of(place, who, names)
    return page(
        request,
        "place.html",
        place="queue",
        status=fault.http_status if fault else 200,
        file=file,
        shown=place,
        names=names,
        holder=holder,
        mine=holder == "you",
        barred=barred_from(place, who, alone=desk.alone),
        works=may_work(who),
        lease_s=int(desk.lease.total_seconds()),
        whole=whole,
        first_page=not after,
        value_of=_value_of(whole=whole),
        search_of=_search_of(who),
        links=_links(who, place),
        downgrades=[act for act in PlaceAct if lowers(place, act)],
        offered=[act for act in PlaceAct if act is not PlaceAct.DOWNGRADE or place.overrides],
        last=_last(file, who),
        questions=_asked(file),
        pending=next((each for each in file.decisions if each.pending and each.undone_at is None), None),
        outcome_reasons={each: queue_words.OUTCOME_REASONS[each] for each in REASONS},
        told=queue_words.SAID.get(said, ""),
        fault=_sentence(fault),
        form=form,
        typed=typed or Fields([]),
        words=queue_words,
        PlaceState=PlaceState,
    )


@router.get("/queue/{place_id}/reports/{number}")
def show_report_of_place(
    request: Request, place_id: str, number: str, whole: Annotated[str, Query(max_length=1)] = ""
) -> Response:
    """One report with its facts by group; names, words and identifiers in full only with `whole`."""
    desk, who = queue_of(request), visit_of(request.scope).user
    with desk.store.read() as reader:
        file = report_file(reader, desk, PlaceId(number_of(place_id)), IntakeNumber(number_of(number)))
        names = names_of(reader)
    note(request, "intake.read", f"intake:{file.intake.number}", whole=bool(whole))
    return page(
        request,
        "place_report.html",
        place="queue",
        file=file,
        report=None if file.facts is None else show_report(file.facts, whole=bool(whole)),
        wish="" if file.facts is None else contact_warning(file.facts),
        whole=bool(whole),
        names=names,
        links=_links(who, file.place, file.intake.number),
        works=may_work(who),
        defanged_words=defanged_words,
        words=queue_words,
    )


def number_of(text: str) -> int:
    """The number that an address bears.

    Raises:
        NotFoundError: it is none.
    """
    try:
        return int(place_id_of(text))
    except ValueError:
        raise NotFoundError("no place or report of that number") from None


def _value_of(*, whole: bool) -> Callable[[Identified], str]:
    def told(each: Identified) -> str:
        if not whole:
            return queue_words.covered(each.value)
        return defanged(each.value) if each.kind is IdentifierKind.URL else each.value

    return told


def _search_of(who: User | None) -> Callable[[Identified], str]:
    """The address of the search for an identifier; "" where the person may not search, or it is too long for one."""
    open_to = may_open(who, "/intake/search")

    def told(each: Identified) -> str:
        value = defanged(each.value) if each.kind is IdentifierKind.URL else each.value
        return f"/intake/search?q={quote(value, safe='')}" if open_to and len(value) <= _LONGEST_SEARCHED else ""

    return told


def _links(who: User | None, place: Place, report: IntakeNumber | None = None) -> dict[str, str]:
    """Where else the place, or its report, is worked: "" for a page that the person may not open."""
    of = report or IntakeNumber(place.id)
    pages = {"cluster": ("clusters", place.cluster_id), "routing": ("routing", of)}
    return {
        name: f"/{word}/{number}" if may_open(who, _path_of(word)) else "" for name, (word, number) in pages.items()
    }


def _path_of(word: str) -> str:
    """The path of the page of one thing under that word, as the rules write it; "" where there is no such page."""
    wanted = re.compile(rf"/{word}/{{\w+}}")
    return next((rule.path for rule in RULES if rule.method == "GET" and wanted.fullmatch(rule.path)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question as the senders of several reports were asked it."""

    text: str
    open: bool
    asked_at: datetime
    reports: tuple[IntakeNumber, ...]


def _asked(file: PlaceFile) -> list[Asking]:
    """Each question once, what is open first; twelve copies ask twelve times for the same port."""
    found: dict[tuple[bool, str], list[Question]] = {}
    for each in file.questions:
        found.setdefault((each.answered_at is not None, each.text), []).append(each)
    return [
        Asking(
            text=text,
            open=not answered,
            asked_at=min(each.asked_at for each in some),
            reports=tuple(each.number for each in some),
        )
        for (answered, text), some in sorted(found.items())
    ]


def _last(file: PlaceFile, who: User | None) -> PlaceDecision | None:
    """The decision that can be taken back: the newest that stands, as long as nobody works at the place."""
    if not may_work(who) or file.place.state is PlaceState.CLAIMED:
        return None
    return next((each for each in file.decisions if each.undone_at is None), None)


def _sentence(fault: ClewError | None) -> str:
    text = str(fault) if fault else ""
    return f"{text[:1].upper()}{text[1:]}." if text else ""
