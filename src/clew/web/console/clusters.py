"""Clusters in the console: who is in one and by what, why two reports are together, what a split would come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, NotFoundError
from clew.parts.stores.base import Reader
from clew.pipelines.linking_preview import Part, preview_split, preview_take_out
from clew.pipelines.linking_shown import ClusterPage, cluster_page, explained, hubs
from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.linking import EdgeState, EvidenceEdge, LinkPath
from clew.records.mention import IdentifierKind
from clew.records.people import User
from clew.triage.link_weave import Weave, weave
from clew.web.console import cluster_words, queue_words
from clew.web.console.forms import Fields
from clew.web.console.holding import SEE_OTHER
from clew.web.console.pages import page
from clew.web.console.weave_drawing import Drawing, drawing
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.rules import QUEUE_WORK
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ROWS = 50
_WAITING = 50
_HUBS = 20
# A number of so many digits has 64 bits.
_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One report of a cluster, as its table has it.

    Attributes:
        joined, other: identifiers that hold it, and those that it shares without being held by them.
        received_at: None of a report that is gone.
    """

    number: IntakeNumber
    sender: str
    received_at: datetime | None
    joined: tuple[EvidenceEdge, ...]
    other: tuple[EvidenceEdge, ...]


@router.get("/clusters")
def show_clusters(request: Request, said: Annotated[str, Query(max_length=20)] = "", q: str = "") -> Response:
    """What waits for a person's word, and what is set aside; or the cluster of the report that is asked for."""
    if q.strip().isdigit():
        return RedirectResponse(f"/clusters/{number_of(q.strip())}", SEE_OTHER)
    return clusters_page(request, said=said, asked=q)


def clusters_page(
    request: Request, *, said: str = "", asked: str = "", fault: ClewError | None = None, status: int = 0
) -> Response:
    """The page; with the fault, when a form of it was refused."""
    installation = door_of(request).installation
    who = visit_of(request.scope)
    with installation.store.read() as reader:
        waiting = reader.link_suggestions(_WAITING + 1)
    aside = installation.store.transact(lambda unit: hubs(unit, _HUBS, by=who.actor, at=installation.clock()))
    return page(
        request,
        "clusters.html",
        place="clusters",
        status=status or (fault.http_status if fault else 200),
        waiting=waiting[:_WAITING],
        more=len(waiting) > _WAITING,
        hubs=aside,
        told=cluster_words.SAID.get(said, ""),
        fault=_sentence(fault),
        asked=asked,
        works=may_work(who.user),
        words=cluster_words,
        kinds=queue_words.KINDS,
    )


@router.get("/clusters/{cluster_id}")
def show_cluster(
    request: Request,
    cluster_id: str,
    left: Annotated[str, Query(max_length=_DIGITS)] = "",
    right: Annotated[str, Query(max_length=_DIGITS)] = "",
    after: Annotated[str, Query(max_length=_DIGITS)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One cluster, by any of its reports."""
    return one_page(request, number_of(cluster_id), left=left, right=right, after=after, said=said)


def one_page(
    request: Request,
    report: IntakeNumber,
    *,
    left: str = "",
    right: str = "",
    after: str = "",
    said: str = "",
    fault: ClewError | None = None,
) -> Response:
    """The page of a cluster; with the fault, when a form of it was refused."""
    installation = door_of(request).installation
    who = visit_of(request.scope)
    at = installation.clock()
    cluster = installation.store.transact(lambda unit: cluster_page(unit, report, by=who.actor, at=at))
    path, why_not = _why(request, left, right)
    start = int(after) if after.isdigit() else 0
    shown = [each for each in cluster.members if each > start][: _ROWS + 1]
    with installation.store.read() as reader:
        rows = _rows(reader, cluster, shown[:_ROWS])
        names = {user.id: user.name for user in reader.users()}
    woven: Weave = weave(cluster.members, cluster.edges, path)
    return page(
        request,
        "cluster.html",
        place="clusters",
        status=fault.http_status if fault else 200,
        cluster=cluster,
        rows=rows,
        more=f"/clusters/{cluster.id}?after={rows[-1].number}#same" if len(shown) > _ROWS else "",
        first_page=start == 0,
        weave=woven,
        drawing=_drawing(woven, rows),
        path=path,
        why_not=why_not,
        asked=(left, right),
        told=cluster_words.SAID.get(said, ""),
        fault=_sentence(fault),
        works=may_work(who.user),
        names=names,
        words=cluster_words,
        kinds=queue_words.KINDS,
    )


@router.get("/clusters/{cluster_id}/part")
def show_part(
    request: Request,
    cluster_id: str,
    kind: Annotated[str, Query(max_length=20)] = "",
    value: Annotated[str, Query(max_length=2_000)] = "",
    report: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """What taking a cluster apart would come to: by one identifier of one report, or by taking reports out."""
    return part_page(request, number_of(cluster_id), kind=kind, value=value, reports=report or [])


def part_page(
    request: Request,
    of: IntakeNumber,
    *,
    kind: str,
    value: str,
    reports: Sequence[str],
    fault: ClewError | None = None,
    typed: Fields | None = None,
) -> Response:
    """The preview; with what was typed, when the form was refused."""
    installation = door_of(request).installation
    numbers = [number_of(each) for each in reports]
    known = IdentifierKind(kind) if kind in set(IdentifierKind) else None
    parts: list[Part] = []
    with installation.store.read() as reader:
        try:
            if known is not None and len(numbers) == 1:
                parts = preview_split(reader, numbers[0], (known, value))
            elif numbers:
                parts = preview_take_out(reader, numbers)
        except ClewError as error:
            fault = fault or error
        joined = _joined_by(reader, of, known, value) if known is not None else []
    note(request, "cluster.preview", f"cluster:{of}", parts=len(parts))
    return page(
        request,
        "cluster_part.html",
        place="clusters",
        status=fault.http_status if fault else 200,
        cluster_id=ClusterId(of),
        kind=known,
        value=value,
        joined=joined,
        numbers=numbers,
        parts=parts,
        fault=_sentence(fault),
        typed=typed or Fields([]),
        words=cluster_words,
        kinds=queue_words.KINDS,
    )


def number_of(text: str) -> IntakeNumber:
    """A report's number out of an address; NotFoundError when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NotFoundError("no report of that number was linked")
    return IntakeNumber(int(text))


def may_work(who: User | None) -> bool:
    """Whether the person may change links."""
    return who is not None and who.has(*QUEUE_WORK)


def _why(request: Request, left: str, right: str) -> tuple[LinkPath | None, str]:
    """The way between two reports that were asked for, or why there is none."""
    if not left or not right:
        return None, "Name two of its reports." if left or right else ""
    installation = door_of(request).installation
    actor = visit_of(request.scope).actor
    try:
        one, other = number_of(left), number_of(right)
        at = installation.clock()
        return installation.store.transact(lambda unit: explained(unit, one, other, by=actor, at=at)), ""
    except ClewError as error:
        return None, _sentence(error)


def _rows(reader: Reader, cluster: ClusterPage, numbers: Sequence[IntakeNumber]) -> list[MemberRow]:
    intakes = reader.intakes_of(numbers)
    senders = {sender.id: sender.name for sender in reader.senders()}
    shared = {value.value.id for value in cluster.values if value.here > 1}
    stated: dict[IntakeNumber, list[EvidenceEdge]] = {number: [] for number in numbers}
    for edge in cluster.edges:
        if edge.report in stated and edge.value_id in shared:
            stated[edge.report].append(edge)
    rows = []
    for number in numbers:
        intake, edges = intakes.get(number), stated[number]
        rows.append(
            MemberRow(
                number=number,
                sender=senders.get(intake.sender_id, intake.sender_id) if intake else "not held here",
                received_at=intake.received_at if intake else None,
                joined=tuple(each for each in edges if each.state is EdgeState.JOINED),
                other=tuple(each for each in edges if each.state is not EdgeState.JOINED),
            )
        )
    return rows


def _drawing(woven: Weave, rows: Sequence[MemberRow]) -> Drawing:
    senders: Mapping[IntakeNumber, str] = {row.number: row.sender for row in rows}
    return drawing(woven, senders, queue_words.KINDS)


def _joined_by(reader: Reader, of: IntakeNumber, kind: IdentifierKind, value: str) -> list[EvidenceEdge]:
    """Reports of the cluster that the value joins: one of them can be let go."""
    edges = reader.link_edges_of_values([each.id for each in reader.link_values([(kind, value)])])
    clusters = reader.clusters_of([each.report for each in edges])
    home = reader.clusters_of([of]).get(of, ClusterId(of))
    return [each for each in edges if each.state is EdgeState.JOINED and clusters.get(each.report) == home]


def _sentence(fault: ClewError | None) -> str:
    text = str(fault) if fault else ""
    return f"{text[:1].upper()}{text[1:]}." if text else ""
