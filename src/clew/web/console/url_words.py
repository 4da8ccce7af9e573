"""What the console says of addresses: states, acts, ends, and what is to be done next, in people's words."""

from datetime import datetime, timedelta

from clew.records.url_report import HostRole, UrlAct, UrlCame, UrlEnd, UrlFound, UrlState
from clew.web.console.words import left

STATES = {
    UrlState.RECEIVED: "Received",
    UrlState.ASSESSED: "Assessed",
    UrlState.POLICE_HOLD: "With the police",
    UrlState.NOTICE_SENT: "Notice sent",
    UrlState.CHECKED: "Checked",
    UrlState.CLOSED: "Closed",
}
CAME = {
    UrlCame.PUBLIC: "the public form",
    UrlCame.PARTNER: "a partner",
    UrlCame.BY_HAND: "a person here",
    UrlCame.REPORT: "a report that mentions it",
    UrlCame.MOVED: "another address that moved",
}
NEXT = {
    UrlAct.ASSESS: "Assess it",
    UrlAct.HOLD: "Tell the police",
    UrlAct.NOTICE: "Write to who hosts it",
    UrlAct.ORDER_CHECK: "Say when to look again",
    UrlAct.CHECK: "Look whether it is there",
    UrlAct.CLOSE: "Close it",
}
TITLES = {
    UrlAct.ASSESS: "Nobody has assessed this address yet",
    UrlAct.HOLD: "The police come first, and nobody told them yet",
    UrlAct.NOTICE: "Whoever hosts it may be told now",
    UrlAct.ORDER_CHECK: "Nobody ordered a look whether it is still there",
    UrlAct.CHECK: "A person looks whether it is still there",
    UrlAct.CLOSE: "Nothing is left but to close it",
}
ACTS = {
    UrlAct.RECEIVE: "Received",
    UrlAct.SIGHT: "Reported again",
    UrlAct.ASSESS: "Assessed",
    UrlAct.HOST: "Looked up who hosts it",
    UrlAct.HOLD: "The police were told",
    UrlAct.RELEASE: "The police released it",
    UrlAct.ORDER_NOTICE: "A notice waits to be mailed",
    UrlAct.NOTICE: "A notice left",
    UrlAct.NOTICE_FAILED: "A notice did not leave",
    UrlAct.ORDER_CHECK: "Checks were ordered",
    UrlAct.CHECK: "A person looked",
    UrlAct.CLOSE: "Closed",
    UrlAct.REOPEN: "Opened again",
}
FOUND = {
    UrlFound.UP: "It is still there",
    UrlFound.DOWN: "It is gone",
    UrlFound.MOVED: "It moved to another address",
    UrlFound.CANNOT_TELL: "It could not be told",
}
ENDS = {
    UrlEnd.REMOVED: "It was removed",
    UrlEnd.NOT_ILLEGAL: "It is not illegal",
    UrlEnd.NOTHING_THERE: "There was nothing to assess",
    UrlEnd.HANDED_ON: "Another hotline or the police work it",
    UrlEnd.POLICE_ASK: "The police ask that nothing be done",
    UrlEnd.NO_ANSWER: "Nobody who could remove it answers",
}
ROLES = {HostRole.HOST: "Host", HostRole.REGISTRAR: "Registrar"}

# What a page says once something was done.
SAID = {
    "received": "The address is taken in.",
    "known": "The address was known: it is sighted once more.",
    "assess": "Assessed.",
    "host": "Who hosts it is looked up.",
    "hold": "That the police were told is recorded. Nobody else is told before they release it, or their time is over.",
    "release": "The police released it: whoever hosts it may be told.",
    "sent": "The notice is recorded as sent.",
    "mailed": "A worker hands the notice to the mail server.",
    "order-check": "The order stands.",
    "check": "What you found is recorded.",
    "close": "Closed.",
    "reopen": "It is open again, to be assessed anew.",
}
EVERY_H = {6: "every 6 hours", 24: "every day", 72: "every 3 days", 168: "every week", 0: "never: take the order back"}

# Work of days: by how few minutes something is late says nothing.
_NOW = timedelta(hours=1)


def due(at: datetime, now: datetime) -> str:
    """That something is due, and since when where that says something."""
    return f"Due {left(at, now)}" if now - at >= _NOW else "Due now"
