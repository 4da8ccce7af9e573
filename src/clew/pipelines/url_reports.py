"""Take addresses in, assess them, tell the police first, close them: each act in one transaction with its audit row.

Nothing here, and nothing that it calls, reaches the network: who hosts an address comes from the operator's lists, what
stands there a person has seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import ConflictError, InputError
from clew.ground.identity import new_id
from clew.hotline import url_work
from clew.hotline.address import WebAddress, addresses_in, is_onion, parse_address
from clew.hotline.categories import category_of
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.hotline_desk import Facts, HotlineDesk, checked_reference, checked_words, record
from clew.records.identifiers import IntakeNumber, UrlReportId
from clew.records.mention import IdentifierKind
from clew.records.url_report import (
    Hosting,
    UrlAct,
    UrlCame,
    UrlEnd,
    UrlFound,
    UrlReport,
    UrlSighting,
    UrlState,
)

# Of one report; a case file of a million rows is no hotline's list of addresses.
_MOST_OF_REPORT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An address that was taken in.

    Attributes:
        new: nobody had reported it before.
    """

    report: UrlReport
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How an address comes: by whom, under which reference of theirs, mentioned in which report."""

    came: UrlCame
    actor: str
    reference: str = ""
    number: IntakeNumber | None = None


# ---------------------------------------------------------------- taking in


def receive(desk: HotlineDesk, text: str, origin: Origin, *, words: str = "") -> Received:
    """The address is one row with one sighting more, durably.

    Raises:
        InputError: it is no address.
    """
    address, told = parse_address(text), checked_words(words)
    origin = replace(origin, reference=checked_reference(origin.reference))
    return desk.store.transact(lambda unit: receive_in(unit, desk, address, origin, words=told))


def receive_in(
    unit: UnitOfWork, desk: HotlineDesk, address: WebAddress, origin: Origin, *, words: str = ""
) -> Received:
    """`receive` within another's transaction; what a report mentions counts once however often it is looked through."""
    at = desk.clock()
    found = unit.find_url_report(address.normal)
    if found is None:
        report = unit.add_url_report(
            UrlReport(
                id=UrlReportId(new_id(at)),
                given=address.given,
                normal=address.normal,
                host=address.host,
                came=origin.came,
                state=UrlState.RECEIVED,
                received_at=at,
                due_at=at + desk.policy.assess_within,
            )
        )
        unit.add_url_sighting(_sighting(report.id, origin, at))
        facts: Facts = {"came": origin.came, "number": origin.number, "onion": is_onion(address.host)}
        record(unit, report.id, UrlAct.RECEIVE, facts, actor=origin.actor, at=at, words=words)
        return Received(report=report, new=True)
    if not unit.add_url_sighting(_sighting(found.id, origin, at)):
        return Received(report=found, new=False)
    report = unit.change_url_report(url_work.sighted(found, desk.policy, at))
    facts = {"came": origin.came, "number": origin.number, "opened_again": report.state is not found.state}
    record(unit, report.id, UrlAct.SIGHT, facts, actor=origin.actor, at=at, words=words)
    return Received(report=report, new=False)


def receive_words_in(unit: UnitOfWork, desk: HotlineDesk, words: str, origin: Origin) -> list[Received]:
    """Every address in what somebody wrote is taken in, within another's transaction."""
    return [receive_in(unit, desk, address, origin) for address in addresses_in(words)]


def receive_of_report(desk: HotlineDesk, number: IntakeNumber, *, actor: str) -> list[Received]:
    """The addresses that a report mentions are taken in; a second call changes nothing."""
    origin = Origin(came=UrlCame.REPORT, actor=actor, number=number)

    def work(unit: UnitOfWork) -> list[Received]:
        mentions = unit.mentions_of([number], most_each=_MOST_OF_REPORT).get(number, [])
        found: dict[str, WebAddress] = {}
        for mention in mentions:
            if mention.kind is IdentifierKind.URL:
                address = _address_of(mention.raw) or _address_of(mention.value)
                if address is not None:
                    found.setdefault(address.normal, address)
        return [receive_in(unit, desk, address, origin) for address in found.values()]

    return desk.store.transact(work)


# ---------------------------------------------------------------- what a person does


def assess(
    desk: HotlineDesk, url_id: UrlReportId, category: str, *, actor: str, words: str = "", version: int | None = None
) -> UrlReport:
    """A person has seen what stands there, and says which category of the scheme it is."""
    chosen, told = category_of(desk.categories, category), checked_words(words)

    def change(report: UrlReport, at: datetime) -> tuple[UrlReport, Facts]:
        facts: Facts = {"category": chosen.code, "actionable": chosen.actionable, "before": report.category}
        return url_work.assessed(report, chosen, actor, at), facts

    return _changed(desk, url_id, UrlAct.ASSESS, change, actor=actor, words=told, version=version)


def look_up_host(
    desk: HotlineDesk, url_id: UrlReportId, *, actor: str, network: str = "", version: int | None = None
) -> UrlReport:
    """Who hosts it, and who registered its name, as the operator's lists have it today.

    Args:
        network: the host's IP address, or the number of its network, as a person found it; "" takes what the
            operator's resolver noted.
    Raises:
        ConflictError: the lists know nobody.
        InputError: the network is neither.
    """
    hosts = desk.hosts

    def change(report: UrlReport, at: datetime) -> tuple[UrlReport, Facts]:
        noted, seen = ("", "") if network.strip() else hosts.network_of(report.host)
        how = "given by a person" if network.strip() else f"noted by the operator's resolver on {seen}"
        answers = tuple(
            Hosting(
                role=each.role,
                name=each.name,
                contact=each.contact,
                country=each.country,
                network=each.network,
                evidence=f"{each.evidence}; address {how}" if each.network else f"{each.evidence}; by its name",
                as_of=each.as_of,
                found_at=at,
                found_by=actor,
            )
            for each in hosts.answers(report.host, network.strip() or noted)
        )
        if not answers:
            raise ConflictError("the operator's lists name nobody for it (hotline.hosting); give the host's IP address")
        facts: Facts = {each.role.value: each.name for each in answers}
        return url_work.hosted(report, answers), facts

    return _changed(desk, url_id, UrlAct.HOST, change, actor=actor, version=version)


def hold(desk: HotlineDesk, url_id: UrlReportId, *, actor: str, words: str, version: int | None = None) -> UrlReport:
    """The police were told; nobody else is until they release it, or their time is over.

    Args:
        words: whom, and how they name it.
    """
    told = checked_words(words, needed="whom of the police you told")

    def change(report: UrlReport, at: datetime) -> tuple[UrlReport, Facts]:
        held = url_work.held(report, desk.policy, at)
        return held, {"until": None if held.hold_until is None else held.hold_until.isoformat()}

    return _changed(desk, url_id, UrlAct.HOLD, change, actor=actor, words=told, version=version)


def release(desk: HotlineDesk, url_id: UrlReportId, *, actor: str, words: str, version: int | None = None) -> UrlReport:
    """The police have nothing against it that others are told; who said so stands in the words."""
    told = checked_words(words, needed="who of the police released it")
    change = _only(url_work.released)
    return _changed(desk, url_id, UrlAct.RELEASE, change, actor=actor, words=told, version=version)


def order_check(
    desk: HotlineDesk, url_id: UrlReportId, every_h: int, *, actor: str, version: int | None = None
) -> UrlReport:
    """A person is to look at it every so many hours; 0 takes the order back."""

    def change(report: UrlReport, at: datetime) -> tuple[UrlReport, Facts]:
        return url_work.check_ordered(report, desk.policy, every_h, at), {"every_h": every_h}

    return _changed(desk, url_id, UrlAct.ORDER_CHECK, change, actor=actor, version=version)


def check(
    desk: HotlineDesk,
    url_id: UrlReportId,
    found: UrlFound,
    *,
    actor: str,
    words: str = "",
    moved_to: str = "",
    version: int | None = None,
) -> UrlReport:
    """A person has looked, and says what they found; where it moved to is an address of its own from now on.

    Raises:
        InputError: it moved, and nobody says where to; or says so of what did not move.
    """
    told = checked_words(words)
    if (found is UrlFound.MOVED) != bool(moved_to.strip()):
        raise InputError("where it moved to is said when it has moved, and then only")
    moved = parse_address(moved_to) if moved_to.strip() else None

    def work(unit: UnitOfWork) -> UrlReport:
        at = desk.clock()
        report = _read(unit, url_id, version)
        facts: Facts = {"found": found.value}
        if moved is not None:
            if moved.normal == report.normal:
                raise InputError("it moved to another address than its own")
            origin = Origin(came=UrlCame.MOVED, actor=actor, reference=report.id)
            facts["moved_to"] = receive_in(unit, desk, moved, origin).report.id
        changed = unit.change_url_report(url_work.checked(report, found, at))
        record(unit, url_id, UrlAct.CHECK, facts, actor=actor, at=at, words=told)
        return changed

    return desk.store.transact(work)


def close(
    desk: HotlineDesk, url_id: UrlReportId, end: UrlEnd, *, actor: str, words: str = "", version: int | None = None
) -> UrlReport:
    """Nothing more is done about it, and a person says why."""
    told = checked_words(words)

    def change(report: UrlReport, at: datetime) -> tuple[UrlReport, Facts]:
        return url_work.closed(report, end, at), {"end": end.value, "notices": report.notices}

    return _changed(desk, url_id, UrlAct.CLOSE, change, actor=actor, words=told, version=version)


def reopen(desk: HotlineDesk, url_id: UrlReportId, *, actor: str, words: str, version: int | None = None) -> UrlReport:
    """It is assessed anew."""
    told = checked_words(words, needed="why it is opened again")
    change = _only(lambda report, at: url_work.reopened(report, desk.policy, at))
    return _changed(desk, url_id, UrlAct.REOPEN, change, actor=actor, words=told, version=version)


# ---------------------------------------------------------------- below


_Change = Callable[[UrlReport, datetime], tuple[UrlReport, Facts]]


def _only(change: Callable[[UrlReport, datetime], UrlReport]) -> _Change:
    return lambda report, at: (change(report, at), {})


def _changed(
    desk: HotlineDesk,
    url_id: UrlReportId,
    act: UrlAct,
    change: _Change,
    *,
    actor: str,
    words: str = "",
    version: int | None = None,
) -> UrlReport:
    def work(unit: UnitOfWork) -> UrlReport:
        at = desk.clock()
        report, facts = change(_read(unit, url_id, version), at)
        stored = unit.change_url_report(report)
        record(unit, url_id, act, facts, actor=actor, at=at, words=words)
        return stored

    return desk.store.transact(work)


def _read(unit: UnitOfWork, url_id: UrlReportId, version: int | None) -> UrlReport:
    report = unit.get_url_report(url_id)
    if version is not None and report.version != version:
        raise ConflictError("somebody else has worked at this address since you opened it; load the page again")
    return report


def _sighting(url_id: UrlReportId, origin: Origin, at: datetime) -> UrlSighting:
    return UrlSighting(
        url_id=url_id,
        at=at,
        came=origin.came,
        by=origin.actor,
        reference=origin.reference,
        number=origin.number,
    )


def _address_of(text: str) -> WebAddress | None:
    try:
        return parse_address(text)
    except InputError:
        return None
