"""A whole installation in processes of its own, into which everything is planted that may not come out again.

A service, a worker and a strict clearinghouse run as an operator starts them, with the most talkative log; their
streams are files. What is planted goes in by the doors that people and programs use.
"""

import hashlib
import html
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from clew.ground.clock import system_clock
from clew.ground.identity import new_id
from clew.ground.tokens import digest_of, form_token, new_token
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.installation import open_store
from clew.pipelines.people import add_user
from clew.records.identifiers import UserId
from clew.records.people import Role, Session, Stage, User
from clew.records.screening import Scope
from clew.settings import load
from clew.web.console.links import Links
from clew.web.console.sessions import COOKIE
from clew.web.rules import RULES, Rules
from tests.browser.browser_desk import free_port
from tests.canary.canaries import Canary
from tests.pictures import encoded, landscape

_READY_S, _DONE_S = 60, 60
PICTURE = encoded(landscape(917, 160, 120), "PNG")
OTHER = encoded(landscape(919, 160, 120), "PNG")
STRANGER = encoded(landscape(918, 160, 120), "PNG")

# What the platform says of an account, its uploads and its chats.
TEXTS = {
    "subject.reference": "acct-kestrelmoor-7731",
    "subject.second": "acct-grebewater-7732",
    "subject.screen_name": "Vexil Otterby",
    "subject.display_name": "Otterby the Vexillologist",
    "subject.first_name": "Theodoric",
    "subject.last_name": "Wrenfathom",
    "subject.biography": "collects lighthouse stamps of Quarnholm",
    "subject.email": "vexil.otterby@quarnholm.example",
    "subject.phone": "6555077319",
    "subject.address": "Wendelgracht 9171",
    "subject.ip": "203.0.113.187",
    "subject.device": "356938035643809",
    "subject.payment": "bc1qquarnholmferrymoney",
    "upload.reference": "upload-plinthorne-44",
    "upload.file_name": "Möwe über Trivax.png",
    "upload.url": "https://board.example/f/quorvane-88",
    "upload.ip": "198.51.100.231",
    "upload.prompt": "a lake in vermilion tarskwood",
    "chat.text": "come to the blue jetty of Zorvathin",
    "chat.author": "acct-murrelax-5",
    "free.hold_ground": "order of the Skarnholt harbour court",
    "free.process_reference": "WR-quinzalbeck-77",
    "free.authority": "Harbour police of Ulmswater",
    "free.draft": "the master of the ferry Ondrabell telephoned",
    "staff.name": "Ottoline Praxworth",
    "staff.oidc": "ottoline@praxworth.example",
    "company.email": "duty-desk@fennimorequay.example",
    "company.last_name": "Fennimorequay",
    "key.label": "uploads of the marrowgate board",
    "caller.agent": "ploverine-agent/4.1",
    "caller.referer": "http://localhost/tamrindle",
    "caller.forwarded": "192.0.2.143",
    "secret.clearinghouse_password": "gravelling-hourglass-51",
    "secret.oidc_secret": "oidc-brindlecombe-secret",
    "secret.password": "nine lanterns over fog",
    "secret.wrong_password": "eight lanterns over smoke",
}

PAGES = tuple(rule for rule in RULES if rule.method == "GET" and isinstance(rule.need, frozenset))
_RULES = Rules()
API = tuple(rule for rule in RULES if isinstance(rule.need, Scope) and rule.method == "GET" and rule.path != "/metrics")


class Between(ThreadingHTTPServer):
    """Stands before the clearinghouse; told so, it refuses what comes and says all of it back, credentials too."""

    echoes = False
    daemon_threads = True
    behind = ""


class _Passing(BaseHTTPRequestHandler):
    server: Between

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.server.echoes and self.command == "POST":
            basic = self.headers.get("authorization", "").partition(" ")[2]
            said = html.escape(f"{b64decode(basic).decode()} {body.decode('utf-8', 'replace')}")
            answer = f"<reportResponse><responseCode>4100</responseCode><responseDescription>{said}"
            self._send(400, f"{answer}</responseDescription></reportResponse>".encode(), "text/xml")
            return
        passed = {
            name: value for name, value in self.headers.items() if name.lower() in {"authorization", "content-type"}
        }
        got = httpx.request(self.command, self.server.behind + self.path, content=body, headers=passed, timeout=60)
        self._send(got.status_code, got.content, got.headers.get("content-type", "text/xml"))

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: what it sees is not what is tested."""


@contextmanager
def _between(address: str) -> Iterator[Between]:
    server = Between(("127.0.0.1", 0), _Passing)
    server.behind = address.removesuffix("/ispws")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class House:
    """The installation, what was planted, and what was seen of it.

    Attributes:
        seen: texts by place; see the table in test_canary.py.
        ids: a real thing for each parameter of a route.
        dump: all that the database held when the work was done.
    """

    folder: Path
    address: str = ""
    planted: list[Canary] = field(default_factory=lambda: [Canary(*each) for each in TEXTS.items()])
    seen: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ids: dict[str, str] = field(default_factory=dict)
    cookies: dict[Role, str] = field(default_factory=dict)
    keys: dict[Scope, str] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)
    receiver: Between = field(init=False)
    dump: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def plant(self, name: str, text: str, *, digest: bool = False) -> str:
        self.planted.append(Canary(name, text, digest))
        return text

    # ---- calls

    def call(self, method: str, path: str, *, by: str = "nobody", **more: Any) -> httpx.Response:
        """A request of a talkative caller; its answer stands at the place that the route, and who called it, make."""
        headers = {
            "user-agent": TEXTS["caller.agent"],
            "referer": TEXTS["caller.referer"],
            "x-forwarded-for": TEXTS["caller.forwarded"],
            "origin": self.address,
            **more.pop("headers", {}),
        }
        answer = httpx.request(method, f"{self.address}{path}", headers=headers, timeout=60, **more)
        heard = "\n".join([answer.text, *(f"{name}: {value}" for name, value in answer.headers.items())])
        # The cookie is the session's own; its place is the browser that it was given to.
        heard = re.sub(r"(?im)^set-cookie: .*$", "", heard)
        self.statuses.add(answer.status_code)
        known = _RULES.of(path.partition("?")[0]).get(method)
        refused = "refused " if answer.status_code >= 400 else ""
        self.seen[f"{refused}{method} {known.path if known else '(none)'} as {by}"].append(heard)
        return answer

    def api(self, scope: Scope, method: str, path: str, **more: Any) -> httpx.Response:
        bearer = {"authorization": f"Bearer {self.keys[scope]}", **more.pop("headers", {})}
        return self.call(method, path, by=scope, headers=bearer, **more)

    def post(self, role: Role, to: str, /, **fields: object) -> httpx.Response:
        token = self.cookies[role]
        headers = {"cookie": f"{COOKIE}={token}", "x-clew-form": form_token(token)}
        return self.call("POST", to, by=role, headers=headers, data=fields)

    def page(self, role: Role, path: str) -> str:
        return self.call("GET", path, by=role, headers={"cookie": f"{COOKIE}={self.cookies[role]}"}).text

    # ---- the machine's own

    def clew(self, *words: str, ok: Sequence[int] = (0, 1, 6)) -> str:
        """A command of the operator; its output stands at "command WORDS", what it says of errors among the logs."""
        done = subprocess.run(_command(self.data, *words), capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode in ok, done.stderr
        self.seen[f"command {' '.join(words[:2])}"].append(done.stdout)
        self.seen["log of commands"].append(done.stderr)
        return done.stdout

    def until(self, what: str, true: Any) -> None:
        end = time.monotonic() + _DONE_S
        while not true():
            assert time.monotonic() < end, f"{what} did not come"
            time.sleep(0.1)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.data / "clew.db", timeout=30) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def canary_house(folder: Path) -> Iterator[House]:
    """All of it runs; at the end it is stopped, and its streams are among what was seen."""
    house = House(folder)
    house.data.mkdir(parents=True)
    with _clearinghouse(folder) as (address, receiver_log), _between(address) as between:
        house.receiver = between
        port = free_port()
        house.address = f"http://localhost:{port}"
        _settle(house, port, f"http://127.0.0.1:{between.server_port}/ispws")
        with (
            _process(folder / "worker.log", house.data, "worker", said="working"),
            _process(folder / "serve.log", house.data, "serve", "--no-worker", said="ready"),
        ):
            yield house
        logs = {
            "log of the service": folder / "serve.log",
            "log of the worker": folder / "worker.log",
            "log of the clearinghouse": receiver_log,
        }
        for place, path in logs.items():
            house.seen[place].append(path.read_text("utf-8"))


def _settle(house: House, port: int, receiver: str) -> None:
    """Settings, people of each role, keys of each scope, a list."""
    t = TEXTS
    lines = [
        'log = "debug"',
        "[web]",
        f"port = {port}",
        "[decode]",
        "workers = 1",
        "[oidc]",
        f'client_secret = "{t["secret.oidc_secret"]}"',
        "[reporting]",
        "filing = true",
        f'test_url = "{receiver}"',
        'test_user = "esp"',
        f'test_password = "{t["secret.clearinghouse_password"]}"',
        f'email = "{t["company.email"]}"',
        f'last_name = "{t["company.last_name"]}"',
    ]
    (house.data / "clew.toml").write_text("\n".join(lines) + "\n", "utf-8")
    (house.data / "clew.toml").chmod(0o600)
    settings = load(house.data, os.environ)
    store, at = open_store(settings), system_clock()
    for role in Role:
        name = t["staff.name"] if role is Role.REVIEWER else f"somebody who is {role}"
        user = User(id=UserId(new_id(at)), name=name, roles=frozenset({role}), created_at=at)
        token = house.plant(f"secret.session_of_{role}", new_token())
        session = Session(
            digest=digest_of(token),
            user_id=user.id,
            stage=Stage.OPEN,
            began_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=12),
            proved_at=at,
            device="Firefox on Linux",
        )
        store.transact(partial(_put, user, session))
        house.cookies[role] = token
        house.ids["user_id"] = user.id
    _, house.ids["setup_token"] = add_user(
        store,
        "Newcomer of Brackenhythe",
        [Role.READ_ONLY],
        oidc_name=t["staff.oidc"],
        setup_for=timedelta(hours=1),
        actor="command:test",
        clock=system_clock,
    )
    house.plant("secret.setup_token", house.ids["setup_token"])
    house.plant("staff.newcomer", "Newcomer of Brackenhythe")
    house.ids["link_token"] = house.plant("secret.link_token", Links(store, system_clock).make("command:test"))
    store.close()
    for scope in Scope:
        text = house.clew("keys", "create", t["key.label"], "--scope", scope.value).split()[0]
        house.plant(f"secret.key_of_{scope}", text.rpartition("_")[2], digest=True)
        house.keys[scope] = text
    house.seen.pop("command keys create")  # shown this once, to whoever asked for it
    for name in ("md5", "sha1", "sha256"):
        house.plant(f"digest.{name}", hashlib.new(name, PICTURE, usedforsecurity=False).hexdigest(), digest=True)
        house.plant(f"digest.{name}", hashlib.new(name, OTHER, usedforsecurity=False).hexdigest(), digest=True)
    unseen = house.plant("digest.of_a_list", hashlib.sha256(b"listed and never uploaded").hexdigest(), digest=True)
    file = house.folder / "national.csv"
    listed = "\n".join(f"sha256,{hashlib.sha256(each).hexdigest()}" for each in (PICTURE, OTHER))
    file.write_text(f"type,value\n{listed}\nsha256,{unseen}\nsha256,{unseen[:40]}\npdq,{unseen[:12]}xyz\n")
    since = str((at - timedelta(days=30)).date())
    ground = ["--kind", "hotline", "--jurisdiction", "INT", "--legal-basis", "Agreement", "--since", since, "--vetted"]
    house.clew("lists", "import", str(file), "--list", "national", "--source", "hotline", *ground)
    house.ids["name"] = "national"


def _put(user: User, session: Session, unit: UnitOfWork) -> None:
    unit.put_user(user)
    unit.put_session(session)


# ---------------------------------------------------------------- processes


def _command(data: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "clew", "--data-dir", str(data), *words]


@contextmanager
def _process(log: Path, data: Path, *words: str, said: str) -> Iterator[None]:
    """A process whose two streams go to the file; it has said that it is ready."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    with log.open("wb") as stream:
        made = subprocess.Popen(
            _command(data, *words), stdout=stream, stderr=stream, env={**environ, "COLUMNS": "400", **_PASSWORD}
        )
        try:
            end = time.monotonic() + _READY_S
            while said not in log.read_text("utf-8"):
                assert made.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < end, log.read_text("utf-8")
                time.sleep(0.1)
            yield
        finally:
            made.send_signal(signal.SIGTERM)
            made.wait(60)


_PASSWORD = {"CLEW_ISPWS_PASSWORD": TEXTS["secret.clearinghouse_password"]}


@contextmanager
def _clearinghouse(folder: Path) -> Iterator[tuple[str, Path]]:
    log, data = folder / "clearinghouse.log", folder / "clearinghouse"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with _process(log, data, "clearinghouse", "serve", "--port", str(port), "--user", "esp", said="ready"):
        yield f"http://127.0.0.1:{port}/ispws", log
