"""Reports and senders for tests of what is taken in."""

import hashlib

from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.intake import IntakeForm, IntakeReport, IntakeSender, IntakeState, SenderKind
from clew.records.mention import IdentifierKind, Mention, Origin, Part
from tests.parts.stores.store_records import NOON

HARBOUR = SenderId("harbour")


def sender_of(name: str, **particulars) -> IntakeSender:
    return IntakeSender(
        **{
            "id": SenderId(name.lower()),
            "name": name,
            "kind": SenderKind.PLATFORM,
            "created_at": NOON,
            "created_by": "user:ada",
            **particulars,
        }
    )


def intake_of(what: str, **particulars) -> IntakeReport:
    return IntakeReport(
        **{
            "number": IntakeNumber(0),
            "sender_id": HARBOUR,
            "form": IntakeForm.FACTS,
            "state": IntakeState.TAKEN_IN,
            "reference": what,
            "digest": hashlib.sha256(what.encode()).digest(),
            "received_at": NOON,
            "document": "{}",
            **particulars,
        }
    )


def mention_of(kind: IdentifierKind, value: str, **particulars) -> Mention:
    return Mention(
        **{
            "kind": kind,
            "value": value,
            "raw": value,
            "origin": Origin(path="subjects[0].person.emails[0]"),
            "part": Part.SUBJECT,
            **particulars,
        }
    )
