"""What roles and scopes are called, and what they let somebody do, in a line each."""

from clew.records.people import Role
from clew.records.screening import Scope

ROLES: dict[Role, tuple[str, str]] = {
    Role.ADMINISTRATOR: ("Administrator", "people, keys and settings; no evidence by that alone"),
    Role.REVIEWER: ("Reviewer", "works the queue and gives verdicts"),
    Role.SENIOR_REVIEWER: ("Senior reviewer", "second opinions, reversals and appeals"),
    Role.REPORTER: ("Reporter", "composes and files reports, keeps evidence"),
    Role.AUDITOR: ("Auditor", "reads what was done, changes nothing"),
    Role.READ_ONLY: ("Read only", "reads counts and states, changes nothing"),
}
SCOPES: dict[Scope, str] = {
    Scope.SCREEN: "screen content",
    Scope.LISTS_READ: "read lists",
    Scope.LISTS_WRITE: "change lists",
    Scope.HITS_READ: "read hits",
    Scope.MEASURE_READ: "read counts and metrics",
    Scope.CASES_WRITE: "send accounts, their contents and flags",
    Scope.REPORTS_READ: "read how reports were filed, with receipts",
    Scope.REPORTS_FILE: "file reports that a person has saved, and take them back",
    Scope.URLS_READ: "read reported addresses, and how far each is worked",
    Scope.URLS_WRITE: "report addresses",
    Scope.INTAKE_READ: "read reports that were taken in, with their contents",
    Scope.INTAKE_WRITE: "give reports in, for any sender",
    Scope.QUEUE_READ: "read the queue, without names and words",
    Scope.QUEUE_WORK: "work the queue, decide and take back",
}
