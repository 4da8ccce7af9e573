"""Which permission each route needs: one table, and what is not in it does not exist."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from starlette.routing import compile_path

from clew.records.people import Role
from clew.records.screening import Scope


class Need(Enum):
    """What a route asks for when it is neither a key's scope nor a person's role."""

    NOTHING = "nothing"  # anybody who reaches the port
    SESSION = "session"  # anybody signed in to the console, whatever their roles: their own account, signing out
    SIGN_IN = "sign-in"  # nobody yet: the pages by which one signs in
    PUBLIC = "public"  # anybody, in a browser, without a session or a cookie: the form by which the public reports
    HALF_WAY = "half-way"  # somebody who has given one proof, or followed a set-up link, and is not in yet


_CONSOLE_NEEDS = frozenset({Need.SESSION, Need.SIGN_IN, Need.HALF_WAY})

# A person who has one of them.
Roles = frozenset[Role]


def roles(*some: Role) -> Roles:
    """A person who has one of these roles."""
    return frozenset(some)


ANY_ROLE: Roles = frozenset(Role)
# Single hits, with the platform's reference of what was uploaded, and the search for a hash; not for who reads counts.
_HITS: Roles = ANY_ROLE - {Role.READ_ONLY}
_ADMINISTRATOR = roles(Role.ADMINISTRATOR)
_AUDIT = roles(Role.ADMINISTRATOR, Role.AUDITOR)
# What is kept, why and until when; no bytes.
_EVIDENCE = roles(Role.REPORTER, Role.SENIOR_REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR)
# How reports stand, and the documents that were sent.
_REPORTS = roles(Role.REPORTER, Role.SENIOR_REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR)
# Composing and filing.
_FILES = roles(Role.REPORTER, Role.SENIOR_REVIEWER)
# Judging what was found.
_REVIEW = roles(Role.REVIEWER, Role.SENIOR_REVIEWER)
# Passing on an appeal against what somebody decided.
_SENIOR = roles(Role.SENIOR_REVIEWER)
# What stands until somebody has seen to it, without content.
_ALERTS = _REPORTS | _REVIEW
# Totals of exposure, in which nobody can be told apart.
_TEAM = roles(Role.SENIOR_REVIEWER, Role.ADMINISTRATOR)
# Addresses of a hotline: worked by who judges and who reports, read by auditors too.
_URLS_WORK = roles(Role.REVIEWER, Role.SENIOR_REVIEWER, Role.REPORTER)
_URLS = _URLS_WORK | roles(Role.AUDITOR)
# Reports that were taken in: worked by who judges and who reports, read by auditors too.
QUEUE_WORK = roles(Role.REVIEWER, Role.SENIOR_REVIEWER, Role.REPORTER)
_QUEUE = QUEUE_WORK | roles(Role.AUDITOR)
# What the order of work would do to a site, reckoned here; nothing of a report is read.
_SIMULATES = QUEUE_WORK | _ADMINISTRATOR
# Holds, legal process, destruction.
_HOLDS = roles(Role.REPORTER, Role.SENIOR_REVIEWER)


# First words of the paths that are one desk's alone; where it is not open, they do not exist. The others are common.
_DESK_OF = {
    word: desk
    for desk, words in {
        "platform": "screen lists hits flags subjects contents appeals reports measure screening find review exposure",
        "clearinghouse": "urls queue simulator order intake senders clusters routing referrals cases",
        "public": "write",
    }.items()
    for word in words.split()
}


# A request's body where no route says otherwise: forms and small documents.
_SMALL_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One method of one path, who may call it, and how much it takes.

    Attributes:
        path: as the route declares it, with parameters in braces.
        need: a key with that scope, or a person with one of those roles.
        body_bytes: largest body; None leaves it to the route, which reads by parts and has limits of its own.
        step_up: the person must have proved themselves anew within the time that the settings give.
        plays_films: its page plays films that its script received.
    """

    method: str
    path: str
    need: Scope | Need | Roles
    body_bytes: int | None = _SMALL_BYTES
    step_up: bool = False
    plays_films: bool = False

    @property
    def console(self) -> bool:
        """Whether people see it in a browser: their errors are pages, and other sites' requests are refused."""
        return isinstance(self.need, frozenset) or self.need in _CONSOLE_NEEDS

    @property
    def desk(self) -> str:
        """The desk whose it is; "" for what all have."""
        word = self.path.removeprefix("/api/v1").split("/")[1].partition(".")[0]
        return _DESK_OF.get(word, "")

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method not in {"GET", "HEAD"}


def _rule(
    call: str,
    need: Scope | Need | Roles,
    body_bytes: int | None = _SMALL_BYTES,
    *,
    step_up: bool = False,
    plays_films: bool = False,
) -> Rule:
    method, path = call.split(" ")
    return Rule(method=method, path=path, need=need, body_bytes=body_bytes, step_up=step_up, plays_films=plays_films)


RULES: tuple[Rule, ...] = (
    _rule("POST /api/v1/screen", Scope.SCREEN, None),
    _rule("GET /api/v1/lists", Scope.LISTS_READ),
    _rule("POST /api/v1/lists", Scope.LISTS_WRITE),
    _rule("GET /api/v1/lists/{name}", Scope.LISTS_READ),
    _rule("POST /api/v1/lists/{name}/entries", Scope.LISTS_WRITE, 8_000_000),
    _rule("DELETE /api/v1/lists/{name}/entries", Scope.LISTS_WRITE, 8_000_000),
    _rule("GET /api/v1/hits", Scope.HITS_READ),
    _rule("GET /api/v1/hits/{hit_id}", Scope.HITS_READ),
    _rule("POST /api/v1/flags", Scope.CASES_WRITE, 8_000_000),
    _rule("PUT /api/v1/subjects/{reference}", Scope.CASES_WRITE),
    _rule("POST /api/v1/contents", Scope.CASES_WRITE, 8_000_000),
    _rule("POST /api/v1/appeals", Scope.CASES_WRITE),
    _rule("GET /api/v1/reports", Scope.REPORTS_READ),
    _rule("POST /api/v1/reports", Scope.REPORTS_FILE),
    _rule("GET /api/v1/reports/{filing_id}", Scope.REPORTS_READ),
    _rule("POST /api/v1/reports/{filing_id}/retract", Scope.REPORTS_FILE),
    _rule("GET /api/v1/urls", Scope.URLS_READ),
    _rule("POST /api/v1/urls", Scope.URLS_WRITE),
    _rule("GET /api/v1/urls/{url_id}", Scope.URLS_READ),
    _rule("GET /api/v1/intake", Scope.INTAKE_READ),
    _rule("POST /api/v1/intake", Scope.INTAKE_WRITE, 8_000_000),
    _rule("GET /api/v1/intake/search", Scope.INTAKE_READ),
    _rule("GET /api/v1/intake/{number}", Scope.INTAKE_READ),
    _rule("GET /api/v1/senders", Scope.INTAKE_READ),
    _rule("GET /api/v1/queue", Scope.QUEUE_READ),
    _rule("GET /api/v1/queue/{place_id}", Scope.QUEUE_READ),
    _rule("POST /api/v1/queue/next", Scope.QUEUE_WORK),
    _rule("POST /api/v1/queue/{place_id}/claim", Scope.QUEUE_WORK),
    _rule("POST /api/v1/queue/{place_id}/renew", Scope.QUEUE_WORK),
    _rule("POST /api/v1/queue/{place_id}/release", Scope.QUEUE_WORK),
    _rule("POST /api/v1/queue/{place_id}/decide", Scope.QUEUE_WORK),
    _rule("POST /api/v1/queue/{place_id}/undo/{decision_id}", Scope.QUEUE_WORK),
    _rule("POST /api/v1/queue/{place_id}/outcome", Scope.QUEUE_WORK),
    _rule("GET /api/v1/measure/screening", Scope.MEASURE_READ),
    _rule("GET /api/openapi.json", Need.NOTHING),
    _rule("GET /healthz", Need.NOTHING),
    _rule("GET /readyz", Need.NOTHING),
    _rule("GET /metrics", Scope.MEASURE_READ),
    _rule("GET /static/{path:path}", Need.NOTHING),
    _rule("GET /favicon.ico", Need.NOTHING),
    _rule("GET /write", Need.PUBLIC),
    _rule("GET /write/{language}", Need.PUBLIC),
    _rule("POST /write/{language}", Need.PUBLIC),
    _rule("GET /write/{language}/more", Need.PUBLIC),
    _rule("POST /write/{language}/more", Need.PUBLIC),
    _rule("GET /signin", Need.SIGN_IN),
    _rule("POST /signin", Need.SIGN_IN),
    _rule("POST /signout", Need.SESSION),
    _rule("POST /preferences", Need.SESSION),
    _rule("POST /signin/passkey/ask", Need.SIGN_IN),
    _rule("POST /signin/passkey", Need.SIGN_IN),
    _rule("POST /signin/oidc", Need.SIGN_IN),
    _rule("GET /signin/oidc/back", Need.SIGN_IN),
    _rule("GET /signin/second", Need.HALF_WAY),
    _rule("POST /signin/code", Need.HALF_WAY),
    _rule("POST /signin/recovery", Need.HALF_WAY),
    _rule("POST /signin/second/passkey/ask", Need.HALF_WAY),
    _rule("POST /signin/second/passkey", Need.HALF_WAY),
    _rule("GET /setup", Need.SIGN_IN),
    _rule("POST /setup", Need.SIGN_IN),
    _rule("GET /setup/go", Need.HALF_WAY),
    _rule("POST /setup/password", Need.HALF_WAY),
    _rule("POST /setup/totp", Need.HALF_WAY),
    _rule("POST /setup/passkey/ask", Need.HALF_WAY),
    _rule("POST /setup/passkey", Need.HALF_WAY),
    _rule("GET /stepup", Need.SESSION),
    _rule("POST /stepup/code", Need.SESSION),
    _rule("POST /stepup/passkey/ask", Need.SESSION),
    _rule("POST /stepup/passkey", Need.SESSION),
    _rule("POST /stepup/link", Need.SESSION),
    _rule("GET /account", Need.SESSION),
    _rule("POST /account/password", Need.SESSION, step_up=True),
    _rule("POST /account/totp", Need.SESSION, step_up=True),
    _rule("POST /account/totp/confirm", Need.SESSION, step_up=True),
    _rule("POST /account/totp/remove", Need.SESSION, step_up=True),
    _rule("POST /account/recovery", Need.SESSION, step_up=True),
    _rule("POST /account/passkey/ask", Need.SESSION, step_up=True),
    _rule("POST /account/passkey", Need.SESSION, step_up=True),
    _rule("POST /account/passkey/remove", Need.SESSION, step_up=True),
    _rule("POST /account/sessions/end", Need.SESSION),
    _rule("GET /administration", _ADMINISTRATOR, step_up=True),
    _rule("POST /administration/people", _ADMINISTRATOR, step_up=True),
    _rule("GET /administration/people/{user_id}", _ADMINISTRATOR, step_up=True),
    _rule("POST /administration/people/{user_id}/roles", _ADMINISTRATOR, step_up=True),
    _rule("POST /administration/people/{user_id}/disable", _ADMINISTRATOR, step_up=True),
    _rule("POST /administration/people/{user_id}/enable", _ADMINISTRATOR, step_up=True),
    _rule("POST /administration/people/{user_id}/reset", _ADMINISTRATOR, step_up=True),
    _rule("POST /administration/keys", _ADMINISTRATOR, step_up=True),
    _rule("POST /administration/keys/{key_id}/revoke", _ADMINISTRATOR, step_up=True),
    _rule("GET /", ANY_ROLE),
    _rule("GET /hits", _HITS),
    _rule("GET /hits/{hit_id}", _HITS),
    _rule("GET /lists", ANY_ROLE),
    _rule("GET /lists/{name}", ANY_ROLE),
    _rule("GET /screening", ANY_ROLE),
    _rule("GET /screening.csv", ANY_ROLE),
    _rule("GET /find", _HITS),
    _rule("GET /review", _REVIEW),
    _rule("POST /review/next", _REVIEW),
    _rule("GET /review/{job_id}", _REVIEW, plays_films=True),
    _rule("POST /review/{job_id}/claim", _REVIEW),
    _rule("POST /review/{job_id}/release", _REVIEW),
    _rule("POST /review/{job_id}/renew", _REVIEW),
    _rule("POST /review/{job_id}/escalate", _REVIEW),
    _rule("POST /review/{job_id}/second", _REVIEW),
    _rule("POST /review/{job_id}/verdict", _REVIEW),
    _rule("POST /review/{job_id}/undo", _REVIEW),
    _rule("POST /review/{job_id}/lane", _REVIEW),
    _rule("POST /review/{job_id}/appeal", _REVIEW),
    _rule("POST /review/{job_id}/appeals", _SENIOR),
    _rule("POST /review/{job_id}/route", _REVIEW),
    _rule("POST /review/{job_id}/safeguarding", _REVIEW),
    _rule("POST /review/{job_id}/view", _REVIEW),
    _rule("POST /review/{job_id}/messages", _REVIEW),
    _rule("POST /review/{job_id}/confirm", _REVIEW),
    _rule("GET /review/{job_id}/views/{view_id}", _REVIEW),
    _rule("GET /review/{job_id}/views/{view_id}/bytes", _REVIEW),
    _rule("GET /exposure", _REVIEW),
    _rule("GET /exposure/team", _TEAM),
    _rule("GET /evidence", _EVIDENCE),
    _rule("GET /evidence/{case_id}", _EVIDENCE),
    _rule("GET /evidence/{case_id}/certificate", _EVIDENCE),
    _rule("POST /evidence/{case_id}/hold", _HOLDS),
    _rule("POST /evidence/{case_id}/extend", _HOLDS),
    _rule("POST /evidence/{case_id}/release", _HOLDS, step_up=True),
    _rule("POST /evidence/{case_id}/process", _HOLDS, step_up=True),
    _rule("POST /evidence/{case_id}/approve", _HOLDS, step_up=True),
    _rule("POST /evidence/{case_id}/answered", _HOLDS),
    _rule("POST /evidence/{case_id}/void", _HOLDS, step_up=True),
    _rule("POST /evidence/{case_id}/destroy", _HOLDS, step_up=True),
    _rule("POST /evidence/{case_id}/withdraw", _HOLDS),
    _rule("GET /audit", _AUDIT),
    _rule("GET /audit/checkpoint", _AUDIT),
    _rule("POST /audit/verify", _AUDIT),  # it changes nothing; a form, so that no browser fetches it beforehand
    _rule("GET /audit/verified", _AUDIT),
    _rule("GET /urls", _URLS),
    _rule("POST /urls", _URLS_WORK),
    _rule("GET /urls/{url_id}", _URLS),
    _rule("POST /urls/{url_id}/assess", _URLS_WORK),
    _rule("POST /urls/{url_id}/host", _URLS_WORK),
    _rule("POST /urls/{url_id}/hold", _URLS_WORK),
    _rule("POST /urls/{url_id}/release", _URLS_WORK),
    _rule("GET /urls/{url_id}/notice", _URLS_WORK),
    _rule("POST /urls/{url_id}/notice", _URLS_WORK),
    _rule("POST /urls/{url_id}/checks", _URLS_WORK),
    _rule("POST /urls/{url_id}/check", _URLS_WORK),
    _rule("POST /urls/{url_id}/close", _URLS_WORK),
    _rule("POST /urls/{url_id}/reopen", _URLS_WORK),
    _rule("GET /clusters", _QUEUE),
    _rule("GET /clusters/{cluster_id}", _QUEUE),
    _rule("GET /clusters/{cluster_id}/part", QUEUE_WORK),
    _rule("POST /clusters/{cluster_id}/split", QUEUE_WORK),
    _rule("POST /clusters/{cluster_id}/take-out", QUEUE_WORK),
    _rule("POST /clusters/{cluster_id}/merge", QUEUE_WORK),
    _rule("POST /clusters/{cluster_id}/undo", QUEUE_WORK),
    _rule("POST /clusters/suggestions/{suggestion_id}", QUEUE_WORK),
    _rule("GET /intake", _QUEUE),
    _rule("GET /intake/search", _QUEUE),
    _rule("GET /queue", _QUEUE),
    _rule("GET /queue/standing", _QUEUE),
    _rule("POST /queue/next", QUEUE_WORK),
    _rule("GET /queue/{place_id}", _QUEUE),
    _rule("GET /queue/{place_id}/reports/{number}", _QUEUE),
    _rule("POST /queue/{place_id}/claim", QUEUE_WORK),
    _rule("POST /queue/{place_id}/renew", QUEUE_WORK),
    _rule("POST /queue/{place_id}/release", QUEUE_WORK),
    _rule("POST /queue/{place_id}/decide", QUEUE_WORK),
    _rule("POST /queue/{place_id}/undo", QUEUE_WORK),
    _rule("POST /queue/{place_id}/wake", QUEUE_WORK),
    _rule("POST /queue/{place_id}/outcome", QUEUE_WORK),
    _rule("POST /queue/{place_id}/outcome/withdraw", QUEUE_WORK),
    _rule("POST /queue/{place_id}/fact", QUEUE_WORK),
    _rule("POST /queue/{place_id}/fact/withdraw", QUEUE_WORK),
    _rule("GET /simulator", _SIMULATES),
    _rule("POST /simulator", _SIMULATES),
    _rule("GET /order", ANY_ROLE),
    _rule("GET /alerts", _ALERTS),
    _rule("POST /alerts/{alert_id}/end", _FILES),
    _rule("GET /reports", _REPORTS),
    _rule("GET /reports/draft/{case_id}", _FILES),
    _rule("POST /reports/draft/{case_id}", _FILES),
    _rule("POST /reports/draft/{case_id}/discard", _FILES),
    _rule("GET /reports/draft/{case_id}/receiver", _FILES),
    _rule("GET /reports/{filing_id}", _REPORTS),
    _rule("GET /reports/{filing_id}/papers/{number}", _FILES),
    _rule("GET /reports/{filing_id}/documents/{name}", _FILES),
    _rule("POST /reports/{filing_id}/again", _FILES),
    _rule("POST /reports/{filing_id}/by-hand", _FILES),
    _rule("POST /reports/{filing_id}/withdraw", _FILES),
    _rule("POST /reports/{filing_id}/alerts/{alert_id}/clear", _FILES),
)


def rules_of(desks: Collection[str]) -> list[Rule]:
    """Those of the desks that are open, and what is common."""
    return [rule for rule in RULES if not rule.desk or rule.desk in desks]


class Rules:
    """The table, ready to be asked for each request."""

    def __init__(self, rules: Iterable[Rule] = RULES) -> None:
        self._plain: dict[str, dict[str, Rule]] = {}
        self._patterns: list[tuple[re.Pattern[str], Rule]] = []
        for rule in rules:
            if "{" in rule.path:
                # The router's own pattern, so that the table and the router never read one path differently.
                self._patterns.append((compile_path(rule.path)[0], rule))
            else:
                self._plain.setdefault(rule.path, {})[rule.method] = rule

    def of(self, path: str) -> dict[str, Rule]:
        """The rules of a path by method; empty when there is no such path."""
        plain = self._plain.get(path)
        if plain is not None:
            return plain
        return {rule.method: rule for pattern, rule in self._patterns if pattern.match(path)}
