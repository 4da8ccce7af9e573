"""Take in what the public form sends, once, and what is added to it later by whoever has its code.

Of a code only the digest is kept, and that digest is the report's own: the same form sent twice is one report, and a
code finds its report without any list of codes.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from clew.errors import NotFoundError
from clew.ground.tokens import recovery_digest
from clew.hotline.public_facts import facts_of
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.senders import BUILT_IN, built_in
from clew.pipelines.taking_in import read_through, store_all, unread
from clew.records.intake import Arrival, IntakeForm, SenderKind
from clew.records.public_report import PublicReport
from clew.records.report import Report

PUBLIC_SENDER, _ = BUILT_IN[SenderKind.PUBLIC]
_DELIVERY = Delivery(sender_id=PUBLIC_SENDER, form=IntakeForm.PUBLIC, actor=f"sender:{PUBLIC_SENDER}")
# Enough to see that two reports are of one code, and nothing that a code could be searched for by.
_REFERENCE_HEX = 8
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def send_public(desk: IntakeDesk, told: PublicReport, code: str) -> Taken:
    """The form is in, durably, and its code finds it.

    The same form once more is the same report; another form under the same code adds to it, so that nothing that
    somebody wrote is lost because they went back a page.

    Raises:
        RefusedError: the public's sender is blocked.
    """
    facts = facts_of(told, desk.clock())
    taken = _take_in(desk, told, facts, digest=recovery_digest(code), code=code)
    if taken.repeated and _timeless(desk, desk.read(taken.report.document)) != _timeless(desk, facts):
        return add_public(desk, told, code)
    return taken


def add_public(desk: IntakeDesk, told: PublicReport, code: str) -> Taken:
    """What was written is in as a report of its own that names the one it adds to; the same words twice are one.

    Raises:
        NotFoundError: no report has that code.
        RefusedError: the public's sender is blocked.
    """
    first = recovery_digest(code)
    with desk.store.read() as reader:
        report = reader.find_same_intake(PUBLIC_SENDER, first)
    if report is None:
        raise NotFoundError("no report has that code")
    facts = facts_of(told, desk.clock(), adds_to=report.number)
    digest = hashlib.sha256(b"adds to " + first + _timeless(desk, facts).encode()).digest()
    return _take_in(desk, told, facts, digest=digest, code=code)


def _take_in(desk: IntakeDesk, told: PublicReport, facts: Report, *, digest: bytes, code: str) -> Taken:
    arrival = Arrival(
        report=facts,
        digest=digest,
        reference=f"public-{recovery_digest(code).hex()[:_REFERENCE_HEX]}",
        untimed=True,
        language=told.language,
    )
    report, facts = unread(desk, _DELIVERY, arrival)
    report = replace(report, country=told.country)
    sender = built_in(desk.store, SenderKind.PUBLIC, desk.clock)
    prepared = read_through(desk, sender, report, facts, report.received_at)
    (taken,) = desk.store.transact(lambda unit: store_all(unit, _DELIVERY, [prepared]))
    return taken


def _timeless(desk: IntakeDesk, facts: Report) -> str:
    """The facts as they are stored, without the moment at which they were sent."""
    return desk.write(replace(facts, incident=replace(facts.incident, at=_NO_TIME)))
