"""Say what is known of a subject."""

from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.case_marks import mark_safeguarding
from clew.pipelines.review_desk import ReviewDesk
from clew.records.audit import AuditEvent
from clew.records.identifiers import SubjectId
from clew.records.subject import Particulars, Subject


def put_subject(
    desk: ReviewDesk, reference: str, particulars: Particulars, *, safeguarding: bool | None = None, actor: str
) -> Subject:
    """The subject has these particulars from now on; it need not have a case yet."""
    at = desk.clock()

    def work(unit: UnitOfWork) -> Subject:
        made = Subject(
            id=SubjectId(new_id(at)),
            reference=reference,
            particulars=particulars,
            safeguarding=bool(safeguarding),
            created_at=at,
            changed_at=at,
        )
        (there,) = unit.take_subjects([made])
        if there.id != made.id:
            unit.change_subject(there.id, at, particulars=particulars, safeguarding=safeguarding)
        open_case = unit.find_open_case(there.id, desk.environment)
        if safeguarding is not None and open_case is not None and open_case.safeguarding != safeguarding:
            mark_safeguarding(unit, unit.take_case(open_case.id), safeguarding, at, actor)
        facts: dict[str, str | int | bool | None] = {
            "emails": len(particulars.emails),
            "phones": len(particulars.phones),
            "ip_events": len(particulars.ip_events),
            "devices": len(particulars.devices),
            "payments": len(particulars.payments),
            "safeguarding": safeguarding,
        }
        unit.audit(AuditEvent(at=at, actor=actor, act="subject.put", subject=f"subject:{there.id}", facts=facts))
        return unit.get_subject(there.id)

    return desk.store.transact(work)
