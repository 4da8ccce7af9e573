"""A day of work in the installation, all that can go wrong with it, and a look at every place that says something."""

import hashlib
import re
import sqlite3
from datetime import timedelta
from typing import Any

import httpx

from clew.ground.clock import system_clock
from clew.ground.tokens import form_token
from clew.ground.totp import code_of
from clew.records.people import Role
from clew.records.screening import Scope
from clew.web.console.sessions import COOKIE
from clew.web.rules import RULES
from tests.canary.canary_house import API, OTHER, PAGES, PICTURE, STRANGER, TEXTS, House

# Every field that some form has.
_FIELDS = (
    "content verdict lease want act path value facts whole number filed_at until answer lane view hold process issued "
    "kind route roles role scope because confirm name code token credential"
)


def work_a_day(house: House) -> None:
    """Everything is planted by the doors that take it: an upload, a flag, a review, a hold, a draft, a filing."""
    _send_in(house, TEXTS["subject.reference"], PICTURE)
    _review(house)
    _keep(house)
    _order(house)
    _until(house, "filed")
    filed = dict(house.ids)
    house.receiver.echoes = True
    _send_in(house, TEXTS["subject.second"], OTHER)
    _review(house)
    _order(house)
    _until(house, "failed")
    house.receiver.echoes = False
    with sqlite3.connect(house.data / "clew.db", timeout=30) as connection:
        house.dump = list(connection.iterdump())
    house.ids |= {f"failed_{name}": house.ids[name] for name in ("case_id", "filing_id")} | {
        name: filed[name] for name in ("case_id", "filing_id", "job_id", "hit_id")
    }
    _sign_in(house)


def _send_in(house: House, account: str, picture: bytes) -> None:
    t = TEXTS
    subject = {
        "service": "board",
        "screen_name": t["subject.screen_name"],
        "display_names": [t["subject.display_name"]],
        "biography": t["subject.biography"],
        "first_name": t["subject.first_name"],
        "last_name": t["subject.last_name"],
        "emails": [{"address": t["subject.email"]}],
        "phones": [{"number": t["subject.phone"], "calling_code": "+31"}],
        "addresses": [{"street": t["subject.address"], "city": "Lake", "country": "NL"}],
        "location": {"country": "NL", "verified": False},
        "ip_events": [{"address": t["subject.ip"], "use": "login", "at": "2026-03-01T07:59:00Z", "port": 41200}],
        "devices": [{"kind": "IMEI", "value": t["subject.device"]}],
        "payments": [{"method": "bitcoin", "amount_minor": 1250, "currency": "BTC", "account": t["subject.payment"]}],
    }
    upload = {
        "reference": t["upload.reference"],
        "subject": account,
        "file_name": t["upload.file_name"],
        "url": t["upload.url"],
        "uploaded_at": "2026-03-01T08:00:00Z",
        "ip": t["upload.ip"],
        "ip_port": "41201",
        "ip_at": "2026-03-01T08:00:00Z",
    }
    kind = {"content-type": "image/png"}
    said = house.api(Scope.SCREEN, "POST", "/api/v1/screen", params=upload, content=picture, headers=kind).json()
    house.ids["hit_id"] = said["hit"]
    house.api(Scope.SCREEN, "POST", "/api/v1/screen", params=upload, content=STRANGER, headers=kind)
    house.api(Scope.CASES_WRITE, "PUT", f"/api/v1/subjects/{account}", json=subject)
    provenance = {"generated": True, "model": "m-1", "prompt": t["upload.prompt"], "upload_source": "output"}
    messages = [{"text": t["chat.text"], "author": t["chat.author"], "at": "2026-03-01T07:00:00Z"}]
    thread = {"subject": account, "messages": messages, "upload": {"provenance": provenance}}
    house.ids["case_id"] = house.api(Scope.CASES_WRITE, "POST", "/api/v1/contents", json=thread).json()["case"]
    ((house.ids["job_id"],),) = house.rows(f"SELECT id FROM review_jobs WHERE case_id = '{house.ids['case_id']}'")


def _review(house: House) -> None:
    """A reviewer takes the job, looks at the fields and decides each content."""
    role, job = Role.REVIEWER, f"/review/{house.ids['job_id']}"
    assert house.post(role, f"{job}/claim").status_code == 303
    house.page(role, f"{job}?facts=true")
    case = house.ids["case_id"]
    for content, reference in house.rows(f"SELECT id, reference FROM contents WHERE case_id = '{case}' ORDER BY id"):
        ((lease,),) = house.rows(f"SELECT token FROM review_jobs WHERE id = '{house.ids['job_id']}'")
        bears = {"content": content, "lease": str(lease)}
        if reference is not None:
            assert house.post(role, f"{job}/view", want="fields", **bears).status_code == 200
        else:
            assert house.post(role, f"{job}/messages", **bears).status_code == 200
        decision = "1" if reference is not None else "3"
        assert house.post(role, f"{job}/verdict", verdict=decision, **bears).status_code == 303


def _keep(house: House) -> None:
    """A hold for a court and a legal process, with words of a person."""
    case, t = f"/evidence/{house.ids['case_id']}", TEXTS
    until = str((system_clock() + timedelta(days=500)).date())
    issued = str(system_clock().date())
    assert house.post(Role.REPORTER, f"{case}/hold", ground=t["free.hold_ground"], until=until).status_code == 303
    process = {"reference": t["free.process_reference"], "authority": t["free.authority"], "issued": issued}
    kept = house.post(Role.REPORTER, f"{case}/process", kind="subpoena", due=until, **process)
    assert kept.status_code == 303, kept.text


def _order(house: House) -> None:
    """A draft with a person's words, filed; the worker does the rest."""
    draft = f"/reports/draft/{house.ids['case_id']}"
    words = {"path": "law_enforcement.agency", "value": TEXTS["free.draft"]}
    saved = house.post(Role.REPORTER, draft, version="0", act="save", **words)
    assert saved.status_code == 303, saved.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', house.page(Role.REPORTER, draft)))
    hidden.pop("form_token", None)
    filed = house.post(Role.REPORTER, draft, **{**hidden, "act": "file"})
    assert filed.status_code == 303, filed.text
    house.ids["filing_id"] = filed.headers["location"].rpartition("/")[2]


def _until(house: House, state: str) -> None:
    query = f"SELECT state FROM filings WHERE id = '{house.ids['filing_id']}'"
    house.until(f"a filing that is {state}", lambda: house.rows(query) == [(state,)])


def _sign_in(house: House) -> None:
    """A person sets up by a link, signs out and in again, wrongly and rightly."""
    t, client = TEXTS, {"origin": house.address}
    begun = house.call("POST", "/setup", data={"token": house.ids["setup_token"]})
    token = house.plant("secret.session_setting_up", begun.cookies[COOKIE])
    headers = {"cookie": f"{COOKIE}={token}", "x-clew-form": form_token(token), **client}
    twice = {"password": t["secret.password"], "again": t["secret.password"]}
    house.call("POST", "/setup/password", data=twice, headers=headers)
    page = httpx.get(f"{house.address}/setup/go", headers=headers).text  # whose secret is for these eyes
    found = re.search(r'id="app-secret">([A-Z2-7 ]+)<', page)
    assert found
    secret = house.plant("secret.totp", found[1].replace(" ", ""))
    code = code_of(secret, system_clock())
    done = httpx.post(f"{house.address}/setup/totp", data={"code": code}, headers=headers)
    (first, *_) = re.findall(r"<li>([a-z0-9-]{19})</li>", done.text)
    house.plant("secret.recovery_code", first)
    house.plant("secret.session_set_up", done.cookies[COOKIE])
    for name, password in (
        ("Newcomer of Brackenhythe", t["secret.wrong_password"]),
        (t["staff.name"], t["secret.wrong_password"]),
        (t["subject.email"], t["secret.password"]),
    ):
        house.call("POST", "/signin", data={"name": name, "password": password})
    half = house.call("POST", "/signin", data={"name": "newcomer of brackenhythe", "password": twice["again"]})
    token = house.plant("secret.session_half", half.cookies[COOKIE])
    headers = {"cookie": f"{COOKIE}={token}", "x-clew-form": form_token(token)}
    house.call("POST", "/signin/recovery", data={"code": "aaaa-bbbb-cccc-dddd"}, headers=headers)
    house.call("POST", "/signin/recovery", data={"code": first}, headers=headers)
    house.call("GET", f"/signin?token={house.ids['link_token']}", by="who has the link")
    house.call("POST", "/signin", data={"token": house.ids["link_token"]})


# ---------------------------------------------------------------- what goes wrong


def fail_everywhere(house: House) -> None:
    """Bad input, refusals, and a database that breaks in the middle: what was sent comes back from nowhere."""
    _send_badly(house)
    _post_badly(house)
    _break(house)


def _send_badly(house: House) -> None:
    t, everything = TEXTS, " ".join(TEXTS.values())
    signal_of = {"type": "sha256", "value": hashlib.sha256(PICTURE).hexdigest() + "00"}
    bad: list[dict[str, Any]] = [
        {"json": {t["subject.email"]: t["chat.text"]}},
        {"json": {"signals": [signal_of], "reference": t["upload.reference"]}},
        {"json": {"signals": [{"type": t["subject.screen_name"], "value": t["chat.text"]}]}},
        {"json": {"batch": everything}},
        {"json": [everything]},
        {"content": everything.encode(), "headers": {"content-type": "application/json"}},
        {"content": b"\xff" + everything.encode(), "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"params": {t["subject.email"]: t["chat.text"]}, "content": PICTURE},
        {"params": {"uploaded_at": t["chat.text"], "ip": t["subject.address"]}, "content": PICTURE},
        {"params": {"list": t["subject.last_name"]}, "content": PICTURE},
        {"files": {"file": (t["upload.file_name"], PICTURE)}, "data": {t["subject.email"]: t["chat.text"]}},
        {"headers": {"x-clew-channel": t["subject.first_name"]}, "content": PICTURE},
    ]
    for each in bad:
        assert house.api(Scope.SCREEN, "POST", "/api/v1/screen", **each).status_code >= 400, each
        for path in ("/api/v1/flags", "/api/v1/contents"):
            house.api(Scope.CASES_WRITE, "POST", path, **each)
        house.api(Scope.LISTS_WRITE, "POST", "/api/v1/lists", **each)
        house.api(Scope.LISTS_WRITE, "POST", "/api/v1/lists/national/entries", **each)
    flag = {"subject": t["subject.reference"], "reason": t["chat.text"], "messages": [{"text": t["chat.text"]}]}
    house.api(Scope.CASES_WRITE, "POST", "/api/v1/flags", json=flag)
    house.api(Scope.CASES_WRITE, "PUT", "/api/v1/subjects/a", json={"phones": [{"number": [t["subject.phone"]]}]})
    house.api(Scope.CASES_WRITE, "PUT", f"/api/v1/subjects/{'x' * 256}{t['subject.reference']}", json={})
    for path in ("/api/v1/hits/{}", "/api/v1/lists/{}", "/api/v1/{}", "/{}", "/hits/{}", "/setup?token={}"):
        house.call("GET", path.format(httpx.QueryParams({"q": t["subject.email"]})))
    for key in (f"clew_0123456789_{'0' * 64}", t["secret.password"], house.keys[Scope.SCREEN][:-1] + "x"):
        bearer = {"authorization": f"Bearer {key}"}
        house.call("POST", "/api/v1/screen", headers=bearer, params={"reference": t["upload.reference"]})
    house.clew("lists", "import", str(house.folder / "national.csv"), "--list", "national", ok=range(7))
    house.clew("screen", str(house.folder / "national.csv"), ok=range(7))


def _post_badly(house: House) -> None:
    """Each form of each page, filled with words that do not belong there, by somebody who may send it."""
    fields = {name.partition(".")[2]: text for name, text in TEXTS.items() if not name.startswith("caller")}
    given = f"{TEXTS['chat.text']} {TEXTS['subject.email']}"
    fields |= dict.fromkeys(_FIELDS.split(), given)
    for rule in RULES:
        if rule.method != "POST" or not rule.console or rule.path in {"/signout", "/preferences"}:
            continue
        role = next(iter(sorted(rule.need)), Role.AUDITOR) if isinstance(rule.need, frozenset) else Role.AUDITOR
        house.post(role, fill(rule.path, house.ids), **fields)


def _break(house: House) -> None:
    """The database breaks under the service and the worker: what they meet bears what stands in it."""
    t, log = TEXTS, house.folder / "worker.log"
    poison = t["chat.text"]
    _change(house, f"UPDATE contents SET origin = '{poison}'", f"UPDATE cases SET route = '{poison}'")
    task = f"'01', 'filing', '{poison}', '{poison}', 'waiting', 0, 0, 0, 0, NULL, NULL, NULL, NULL"
    _change(house, f"INSERT INTO tasks VALUES ({task})")
    for path in ("/review/{job_id}?facts=true", "/evidence/{case_id}", "/hits/{hit_id}", "/reports/draft/{case_id}"):
        house.page(Role.REVIEWER if "review" in path else Role.REPORTER, fill(path, house.ids))
    assert 500 in house.statuses
    house.until("a worker that meets a fault", lambda: "fault" in log.read_text("utf-8"))
    names = ("subjects", "tasks")
    away = [f"ALTER TABLE {name} RENAME TO {name}_away" for name in names]
    _change(house, "PRAGMA legacy_alter_table = ON", *away)
    subject = {"screen_name": t["subject.screen_name"], "emails": [{"address": t["subject.email"]}]}
    path = f"/api/v1/subjects/{t['subject.reference']}"
    assert house.api(Scope.CASES_WRITE, "PUT", path, json=subject).status_code >= 500
    flag = {"subject": t["subject.reference"], "reason": "other", "messages": [{"text": t["chat.text"]}]}
    assert house.api(Scope.CASES_WRITE, "POST", "/api/v1/flags", json=flag).status_code >= 500
    house.page(Role.REVIEWER, f"/review/{house.ids['job_id']}?facts=true")
    back = [f"ALTER TABLE {name}_away RENAME TO {name}" for name in names]
    _change(house, "PRAGMA legacy_alter_table = ON", *back)


def _change(house: House, *statements: str) -> None:
    with sqlite3.connect(house.data / "clew.db", timeout=30) as connection:
        for statement in statements:
            connection.execute(statement)


# ---------------------------------------------------------------- looking


def look_everywhere(house: House) -> None:
    """Each page as each role, each call as each key, what is measured and what is exported."""
    for role in Role:
        for rule in PAGES:
            house.page(role, fill(rule.path, house.ids))
        for path in ("/account", "/stepup"):
            house.page(role, path)
        digest = next(each.text for each in house.planted if each.name == "digest.sha256")
        house.page(role, f"/find?q={digest}")
        house.page(role, f"/reports/{house.ids['failed_filing_id']}")
    for scope in Scope:
        for rule in API:
            bearer = {"authorization": f"Bearer {house.keys[scope]}"}
            house.call("GET", fill(rule.path, house.ids), by=scope, headers=bearer)
        bearer = {"authorization": f"Bearer {house.keys[scope]}"}
        house.call("GET", "/metrics", by=scope, headers=bearer)
    for path in ("/healthz", "/readyz", "/api/openapi.json", "/signin", "/setup"):
        house.call("GET", path)
    for words in (
        ("audit", "export"),
        ("audit", "show"),
        ("audit", "verify"),
        ("doctor",),
        ("users", "list"),
        ("keys", "show"),
        ("reports", "list"),
        ("hits",),
        ("review", "show"),
        ("review", "alerts"),
        ("evidence", "show"),
    ):
        house.clew(*words, ok=range(7))


def fill(path: str, ids: dict[str, str]) -> str:
    """The path of a route with real things in it."""
    known = {**ids, "document": "x"}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: known.get(found[1], "01M822MD2WZ41659TDG2SXE3X0"), path)
