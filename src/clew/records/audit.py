"""What the audit log holds: who did what to which record, when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One act, written in the transaction of the change that it records.

    Attributes:
        actor: "user:ada", "key:a1b2c3", "command:root", "system:index".
        act: noun.verb, as "list.import", "entry.remove", "key.create".
        subject: the record acted on, as "list:national-a".
        facts: counts and names that explain the act; never hashes, secrets or free text.
    """

    at: datetime
    actor: str
    act: str
    subject: str
    facts: Mapping[str, str | int | bool | None]
