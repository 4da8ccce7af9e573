"""A service for tests: a real installation on a folder of the test's own, its application, and a caller."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
from fastapi import FastAPI

from clew.ground.identity import new_id
from clew.ground.tokens import digest_of, form_token, new_token
from clew.pipelines.installation import Installation, open_installation
from clew.pipelines.keys import make_key
from clew.pipelines.lists import create_list
from clew.pipelines.people import LOCAL_NAME
from clew.pipelines.sources import SourceClaim
from clew.records.hashlist import Category, NewEntry, ServiceKind
from clew.records.identifiers import ListName, SignalType, UserId
from clew.records.people import Role, Session, Stage, User
from clew.records.screening import ApiKey, Scope
from clew.settings import DESKS, Decode, Oidc, People, Public, Settings, Web
from clew.web.app import create_app
from clew.web.console.links import Links
from clew.web.console.sessions import COOKIE
from tests.pipelines.filing_house import SetClock as StandingClock

MORNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class SetClock(StandingClock):
    """One that begins with the service's morning."""

    def __init__(self) -> None:
        super().__init__(MORNING)


def pdq(seed: int) -> bytes:
    """A value as PDQ's are: half of its bits set."""
    bits = Random(seed).sample(range(256), 128)
    return sum(1 << bit for bit in bits).to_bytes(32)


def near(value: bytes, bits: int) -> bytes:
    """The value with so many bits turned."""
    return (int.from_bytes(value) ^ ((1 << bits) - 1)).to_bytes(32)


def signal(value: bytes, kind: str = "pdq", **more: object) -> dict[str, object]:
    return {"type": kind, "value": value.hex(), **more}


@dataclass
class WebDesk:
    installation: Installation
    app: FastAPI
    client: httpx.AsyncClient
    runner: asyncio.Runner
    clock: SetClock

    def key(self, *scopes: Scope, per_minute: int = 0, expires_at: datetime | None = None) -> str:
        """A new key's text."""
        key, text = make_key("test", scopes, per_minute=per_minute, at=self.clock(), expires_at=expires_at)
        self.installation.store.transact(lambda unit: unit.put_key(key))
        return text

    def revoke(self, text: str) -> None:
        def work(unit: object) -> None:
            key = unit.find_key(text.split("_")[1])  # type: ignore[attr-defined]
            assert isinstance(key, ApiKey)
            unit.put_key(replace(key, revoked_at=self.clock()))  # type: ignore[attr-defined]

        self.installation.store.transact(work)

    def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: dict[str, str] | list[tuple[str, str]] | None = None,
        **more: object,
    ) -> httpx.Response:
        """A request; one that may change something bears the form token of whoever is signed in, as pages' forms do."""
        sent = {"authorization": f"Bearer {key}"} if key else {}
        session = self.client.cookies.get(COOKIE)
        if session and method not in {"GET", "HEAD"}:
            sent["x-clew-form"] = form_token(session)
        # What a test gives takes the place of what is sent anyway; a list may bear a name several times.
        others = headers if isinstance(headers, list) else list((headers or {}).items())
        own = [each for each in sent.items() if each[0] not in {name.lower() for name, _ in others}]
        asked = self.client.request(method, path, headers=[*own, *others], **more)  # type: ignore[arg-type]
        return self.runner.run(asked)

    def get(self, path: str) -> httpx.Response:
        return self.call("GET", path)

    def screen(self, key: str, **more: object) -> httpx.Response:
        return self.call("POST", "/api/v1/screen", key=key, **more)  # type: ignore[arg-type]

    def add_list(
        self,
        name: str = "national",
        values: Sequence[bytes] = (),
        kind: str = "pdq",
        *,
        vetted: bool = True,
        category: Category | None = None,
        until: datetime | None = None,
    ) -> None:
        """A list of its own source, searched at once."""
        claim = SourceClaim(
            name=f"source-of-{name}",
            kind=ServiceKind.HOTLINE,
            jurisdiction="INT",
            legal_basis="Agreement of the test",
            since=MORNING - timedelta(days=30),
            until=until,
        )
        store = self.installation.store
        made = create_list(store, ListName(name), claim, vetted=vetted, actor="command:test", clock=self.clock)
        entries = [NewEntry(type=SignalType(kind), value=value, category=category) for value in values]
        store.transact(lambda unit: unit.add_entries(made.id, entries, self.clock()))
        self.installation.index.follow_once()
        # The screener reads the lists anew after half a second; the test does not wait for it.
        self.installation.screener._book = None

    def sign_in(self, *roles: Role) -> User:
        """The client bears a session from now on: the local administrator's, or one of a new user with those roles."""
        self.client.cookies.clear()
        if not roles:
            token = Links(self.installation.store, self.clock).make("command:test")
            answer = self.call("POST", "/signin", data={"token": token}, headers=SAME_SITE)
            assert answer.status_code == 303, answer.text
            with self.installation.store.read() as reader:
                found = reader.find_user(LOCAL_NAME)
            assert found is not None
            return found
        at = self.clock()
        user_id = UserId(new_id(at))
        user = User(id=user_id, name=f"user {user_id}", roles=frozenset(roles), created_at=at)
        self.bear(user)
        return user

    def bear(self, user: User, stage: Stage = Stage.OPEN) -> Session:
        """The client bears a session of that user, who is stored too."""
        token, at = new_token(), self.clock()
        session = Session(
            digest=digest_of(token),
            user_id=user.id,
            stage=stage,
            began_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=12),
            proved_at=at,
            device="Firefox on Linux",
        )
        self.installation.store.transact(lambda unit: [unit.put_user(user), unit.put_session(session)])
        self.app.state.door.sessions.forget()
        self.client.cookies.clear()
        # Where the jar keeps what the service itself sets, so that the two never stand side by side.
        self.client.cookies.set(COOKIE, token, domain="localhost.local")
        return session


SAME_SITE = {"sec-fetch-site": "same-origin"}


@contextmanager
def open_desk(
    folder: Path,
    template: Path,
    *,
    hashing: bool = False,
    database: str = "",
    oidc: Oidc | None = None,
    people: People | None = None,
    desks: tuple[str, ...] = DESKS,
    public: Public | None = None,
    **web: object,
) -> Iterator[WebDesk]:
    """A service over a new data folder.

    Args:
        template: a migrated database, copied; migrating one takes longer than most tests.
        database: as in the settings.
        hashing: also start decode workers, which takes a second.
    """
    clock = SetClock()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "clew.db")
    settings = Settings(
        data_dir=folder,
        database=database,
        desks=desks,
        decode=Decode(workers=1, file_mb=2),
        web=Web(**web),  # type: ignore[arg-type]
        people=people or People(),
        oidc=oidc or Oidc(),
        public=public or Public(),
    )
    with open_installation(settings, clock=clock, follow=False) as installation, asyncio.Runner() as runner:
        app = create_app(installation)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost")
        desk = WebDesk(installation, app, client, runner, clock)
        if not hashing:
            yield desk
            app.state.door.close()
            return
        serving = app.router.lifespan_context(app)
        runner.run(serving.__aenter__())
        yield desk
        runner.run(serving.__aexit__(None, None, None))
