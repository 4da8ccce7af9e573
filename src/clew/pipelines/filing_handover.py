"""Filing by handing over: the report lies sealed for its recipient, whose receipt, or a person's word, ends it.

For authorities without an open interface. Somebody carries the package, or the recipient fetches it; what they answer
is laid beside it, or a person records the number that a portal gave.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec

from clew.errors import ClewError, ConflictError, UnavailableError
from clew.parts.clearinghouses.base import FetchingPart, Outlet, Package, PackedFile
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing_course import begun, given_up, put_off
from clew.pipelines.filing_desk import ACTOR, FilingDesk, alert, record
from clew.pipelines.filing_outcome import store_receipt, taken_back
from clew.pipelines.filing_papers import Ready, ready
from clew.pipelines.hand_over import documents, filed_report
from clew.pipelines.outbox import Held, fault
from clew.records.filing import Filing, FilingAlertKind, FilingState, Paper, PaperKind, Step
from clew.records.outbox import TaskState

_LOOK_AGAIN = timedelta(minutes=15)
# Who has said that they saw to it is left alone for so long.
_SEEN = timedelta(days=1)
# The random end of a report's id: 40 bits, which tell the few reports of one filing apart.
_END = 8
# Where the name of a package was recorded.
_NAMED = frozenset({Step.HANDING, Step.HANDED})
# What a withdrawal makes an end of.
_WAITED_FOR = (FilingAlertKind.FAILED, FilingAlertKind.STUCK, FilingAlertKind.RECEIPT_AWAITED)


class Handover:
    """One worker's look at one filing that is handed over."""

    def __init__(self, desk: FilingDesk, held: Held, part: FetchingPart, filing: Filing) -> None:
        self._desk = desk
        self._held = held
        self._part = part
        self._filing = filing

    def run(self) -> None:
        """The package lies there, or its receipt is stored, or it is tried again, or it has failed with an alert.

        Raises:
            ConflictError: the task or the filing is another's now.
        """
        lies = self._filing.state in {FilingState.HANDED, FilingState.WITHDRAWING}
        try:
            outlet = self._desk.open_outlet(
                self._part, self._filing.environment, (self._filing.place or "") if lies else ""
            )
            if self._filing.state is FilingState.HANDED:
                self._look(outlet)
            elif self._begin(outlet.place):
                self._go(outlet)
        except ConflictError:
            raise
        except UnavailableError as error:
            self._later(f"{error}.")
        except ClewError as error:
            self._give_up(f"{error}.")
        except Exception as error:  # noqa: BLE001  (nothing may leave a filing without a word)
            self._later(f"{fault(error)}.")

    def _begin(self, place: str) -> bool:
        """Whether the attempt is recorded; else the filing has failed, because nothing more may be tried.

        The name of the package is durable before it lies there: whatever is found of it later has its filing.
        """

        def work(unit: UnitOfWork) -> Filing:
            taken = begun(unit, self._desk, self._held, unit.get_filing(self._filing.id), place)
            if taken.state is not FilingState.UNDER_WAY:
                return taken
            named = replace(taken, number=_package_name(taken))
            return record(unit, named, Step.HANDING, self._desk.clock(), actor=ACTOR, key=taken.report_id)

        self._desk.passing("before storing begun")
        self._filing = self._desk.store.transact(work)
        self._desk.passing("after storing begun")
        return self._filing.state is not FilingState.FAILED

    def _go(self, outlet: Outlet) -> None:
        if self._filing.state is FilingState.WITHDRAWING:
            self._withdraw(outlet)
        else:
            self._hand(outlet)

    def _hand(self, outlet: Outlet) -> None:
        """The package, and that it lies there; each durable before the next."""
        papers = ready(self._desk, self._filing, self._desk.format_of(self._part))
        self._held.demand()
        name = _package_name(self._filing)
        manifest = outlet.put(Package(name=name, files=_documents(self._desk, self._filing, papers)))
        older = [each for each in outlet.packages(self._filing.id) if each != name]
        self._desk.passing("before storing handed")
        try:
            self._desk.store.transact(lambda unit: self._handed(unit, name, manifest, older))
        except ConflictError:
            self._say_if_withdrawn(outlet, name)
            raise
        self._desk.passing("after storing handed")

    def _handed(self, unit: UnitOfWork, name: str, manifest: bytes, older: list[str]) -> None:
        at = self._desk.clock()
        unit.demand_task(self._held.fence, at)
        told = "It lies sealed for its recipient. Once they have it, lay their receipt beside it or record its number."
        if older:
            told += (
                f" An older package of this report, {', '.join(older)}, lies there too: take it away; if the recipient "
                f"has it already, tell them that {name} replaces it."
            )
        handed = replace(self._filing, state=FilingState.HANDED, number=name, due_at=at + _LOOK_AGAIN, told=told)
        record(unit, handed, Step.HANDED, at, actor=ACTOR)
        unit.add_paper(
            Paper(
                filing_id=handed.id,
                attempt=handed.attempts,
                kind=PaperKind.MANIFEST,
                at=at,
                body=manifest,
                digest=hashlib.sha256(manifest).digest(),
                key=handed.report_id,
            )
        )
        unit.put_task_back(self._held.fence, at + _LOOK_AGAIN, told)

    def _look(self, outlet: Outlet) -> None:
        """Its receipts are stored, or awaited further; after a while an alert says so."""
        bodies = outlet.receipts(self._package)

        def work(unit: UnitOfWork) -> None:
            if bodies:
                self._receive(unit, {self._package: bodies})
            else:
                self._await(unit, "")

        self._desk.store.transact(work)

    def _receive(self, unit: UnitOfWork, found: Mapping[str, Sequence[bytes]]) -> Filing:
        """The first package's first receipt files it under that name; others are kept beside it.

        Args:
            found: the receipts by the names of their packages, which of them was last given first.
        """
        at = self._desk.clock()
        unit.demand_task(self._held.fence, at)
        filing, name = unit.get_filing(self._filing.id), next(iter(found))
        if filing.number != name:
            unit.change_filing(replace(filing, number=name))
        for each, bodies in found.items():
            for body in bodies:
                filing = store_receipt(unit, self._desk, filing.id, each, body, at)
        unit.end_task(self._held.fence, at, TaskState.DONE)
        return filing

    def _await(self, unit: UnitOfWork, why: str) -> None:
        """It is looked for again; when nobody has acknowledged it for long, an alert says so."""
        at = self._desk.clock()
        unit.demand_task(self._held.fence, at)
        hours = self._desk.settings.reporting.receipt_hours
        since = self._filing.attempting_since or self._filing.created_at
        seen_at = unit.filing_alert_seen_at(self._filing.id, FilingAlertKind.RECEIPT_AWAITED)
        if at - since >= timedelta(hours=hours) and (seen_at is None or at - seen_at >= _SEEN):
            told = (
                f"The package of this report lies in {self._filing.place} for more than {hours} hours, and nobody "
                "has acknowledged it. Carry it to the recipient, then lay the receipt beside it or record its number. "
                f"{why}"
            )
            alert(unit, self._filing, FilingAlertKind.RECEIPT_AWAITED, told.rstrip(), at)
        unit.put_task_back(self._held.fence, at + _LOOK_AGAIN, why or self._filing.told or "")

    def _withdraw(self, outlet: Outlet) -> None:
        """What lies sealed cannot be called back by a machine: an alert stands until a person has taken it away.

        A receipt of any package of this filing, of an earlier report of it too, says that the recipient has it.
        """
        lying = outlet.packages(self._filing.id)
        found = {name: bodies for name in self._names(lying) if (bodies := outlet.receipts(name))}

        def work(unit: UnitOfWork) -> None:
            at = self._desk.clock()
            if found:
                filed = self._receive(unit, found)
                unread = [name for name in lying if name not in found]
                if unread:
                    told = _lies(outlet, unread, f"acknowledged as {filed.number}")
                    alert(unit, filed, FilingAlertKind.PACKAGE_LIES, told, at)
                return
            unit.demand_task(self._held.fence, at)
            filing = unit.get_filing(self._filing.id)
            unit.clear_filing_alerts(filing.id, _WAITED_FOR, ACTOR, at)
            taken_back(unit, self._desk, filing, ACTOR)
            if lying:
                alert(unit, filing, FilingAlertKind.PACKAGE_LIES, _lies(outlet, lying), at)
            unit.end_task(self._held.fence, at, TaskState.DONE)

        self._desk.store.transact(work)

    def _say_if_withdrawn(self, outlet: Outlet, name: str) -> None:
        """A package that was put while its filing was withdrawn, or filed by hand, does not lie there in silence."""

        def work(unit: UnitOfWork) -> None:
            filing = unit.get_filing(self._filing.id)
            # Whoever takes it back may have looked before the package lay there.
            back = filing.state in {FilingState.WITHDRAWN, FilingState.WITHDRAWING}
            by_hand = filing.state is FilingState.FILED_BY_HAND and filing.number != name
            if back or by_hand:
                became = f"filed by hand as {filing.number}" if by_hand else "withdrawn"
                told = _lies(outlet, [name], became)
                alert(unit, filing, FilingAlertKind.PACKAGE_LIES, told, self._desk.clock())

        self._desk.store.transact(work)

    def _names(self, lying: Sequence[str]) -> list[str]:
        """Of every package that was made for this filing or lies there for it: the last first."""
        with self._desk.store.read() as reader:
            steps = reader.steps_of(self._filing.id)
        made = [each.number for each in reversed(steps) if each.step in _NAMED and each.number is not None]
        return list(dict.fromkeys([_package_name(self._filing), self._package, *made, *reversed(lying)]))

    @property
    def _package(self) -> str:
        return self._filing.number or _package_name(self._filing)

    def _later(self, told: str) -> None:
        def work(unit: UnitOfWork) -> None:
            filing = unit.get_filing(self._filing.id)
            if filing.state is FilingState.HANDED:
                self._await(unit, told)
            else:
                put_off(unit, self._desk, self._held, filing, told)

        self._desk.store.transact(work)

    def _give_up(self, told: str) -> None:
        def work(unit: UnitOfWork) -> None:
            given_up(unit, self._desk, self._held, unit.get_filing(self._filing.id), told)

        self._desk.store.transact(work)


def _lies(outlet: Outlet, names: Sequence[str], became: str = "withdrawn") -> str:
    return (
        f"This report was {became}, and its package {', '.join(names)} lies in {outlet.place} still: take it away, "
        "and tell the recipient if they have it."
    )


def _package_name(filing: Filing) -> str:
    """Of one report of one filing: a retry finds its package again, and a changed report gets its own."""
    return f"{filing.id}-{filing.report_id[-_END:]}"


def _documents(desk: FilingDesk, filing: Filing, papers: Ready) -> tuple[PackedFile, ...]:
    """The complete report, for people and for machines; evidence bytes never lie in a folder.

    Raises:
        MissingPartError: the library that sets the PDF is not installed.
    """
    with desk.store.read() as reader:
        told = filed_report(reader, filing, papers.report, {}, desk.settings.reporting, desk.clock())
    whole = replace(told, files_it=True)
    facts = msgspec.json.format(msgspec.json.encode(papers.format.write_stored(papers.report)), indent=2) + b"\n"
    return (
        *documents(whole),
        PackedFile(name="facts.json", media_type="application/json", body=facts),
        PackedFile(name="report.xml", media_type=papers.format.media_type, body=papers.document),
    )
