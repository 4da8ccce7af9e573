"""Every setting, once: its default, its meaning, and how the file and the environment change it.

Order of precedence: the command's flag, the environment (CLEW_DECODE_WORKERS=4), the TOML file
(`[decode] workers = 4`), the default. The file is the one that CLEW_SETTINGS names, else `clew.toml` in the data
folder.
"""

import dataclasses
import os
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clew.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Decode:
    """How untrusted bytes are decoded.

    Attributes:
        workers: processes; 0 is one a core.
        memory_mb: address space that one worker may use above what it needs to start.
        seconds: longest time for one file.
        pixels: largest picture, width times height times frames decoded at once; a larger JPEG is decoded scaled.
        file_mb: largest upload over HTTP, in millions of bytes; a larger file in a folder gets its digests and is not
            decoded.
        files_each: a worker is replaced after so many files.
        frames: most frames of an animated picture that are hashed; when some are left out, the answer says so.
    """

    workers: int = 0
    memory_mb: int = 1536
    seconds: float = 20.0
    pixels: int = 100_000_000
    file_mb: int = 100
    files_each: int = 20_000
    frames: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """How signals are compared; a list's own radius goes before.

    Attributes:
        limit: most matches that one hit bears; more are counted, and the hit is marked as a flood.
        dihedral: also look up the eight turned and mirrored forms of each picture.
        delta_entries: the in-memory delta is written as a segment when it is larger.
        follow_ms: how often each process looks for list changes.
        huge_pages: copy segments into private huge pages: faster, and no longer shared between processes.
    """

    limit: int = 100
    dihedral: bool = True
    delta_entries: int = 100_000
    follow_ms: int = 200
    huge_pages: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """The HTTP service.

    Attributes:
        host: address to listen on; anything but loopback needs a proxy that ends TLS in front.
        public_url: the address people use, for links; empty is http://HOST:PORT.
        per_minute: contents or calls a minute for a key made without its own limit; 0 is without a limit.
        drain_seconds: how long a graceful stop waits for requests under way.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    per_minute: int = 0
    drain_seconds: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one installation.

    Attributes:
        data_dir: the folder that holds all state, unless `database` names PostgreSQL.
        database: empty is SQLite in the data folder; else `postgresql://user@host/name`.
        environment: "production", or "test": stamped on the console and on every record that leaves.
        log: "info", "warning", "debug" or "error".
    """

    data_dir: Path = Path("clew-data")
    database: str = ""
    environment: str = "test"
    log: str = "info"
    decode: Decode = field(default_factory=Decode)
    matching: Matching = field(default_factory=Matching)
    web: Web = field(default_factory=Web)

    @property
    def database_url(self) -> str:
        """The URL of the store."""
        return self.database or f"sqlite:///{(self.data_dir / 'clew.db').absolute()}"

    @property
    def index_dir(self) -> Path:
        """Where index segments stand."""
        return self.data_dir / "index"


def load(data_dir: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force.

    Args:
        data_dir: the command's flag; None takes CLEW_DATA_DIR, else ./clew-data.
        environ: the environment.
    Raises:
        InputError: the file is no TOML, or a name or a value is not one of ours; all faults are named at once.
    """
    folder = data_dir or Path(environ.get("CLEW_DATA_DIR", "clew-data"))
    path = Path(environ["CLEW_SETTINGS"]) if "CLEW_SETTINGS" in environ else folder / "clew.toml"
    table: dict[str, object] = {}
    if path.exists():
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path} is not TOML: {error}") from error
    elif "CLEW_SETTINGS" in environ:
        raise InputError(f"CLEW_SETTINGS names {path}, which does not exist")
    faults: list[str] = []
    _overlay_environment(table, environ)
    table["data_dir"] = str(folder)
    settings = _build(Settings, table, "", faults)
    faults += _unknown_words(settings)
    faults += (f"{name} is no setting of ours" for name in sorted(set(environ) - _known_names()) if _is_ours(name))
    if faults:
        raise InputError(f"settings ({path}, CLEW_ variables): " + "; ".join(faults))
    return settings


# Variables that are ours and no settings: the tests', the kernels', the commands' own.
_NO_SETTINGS = frozenset({"CLEW_DATA_DIR", "CLEW_SETTINGS", "CLEW_CPU", "CLEW_CYBERTIPLINE_XSD", "CLEW_ISPWS_PASSWORD"})
_WORDS = {"environment": ("production", "test"), "log": ("debug", "info", "warning", "error")}


def _is_ours(name: str) -> bool:
    return name.startswith("CLEW_") and not name.startswith("CLEW_TEST_")


def _known_names() -> set[str]:
    """Every variable of the environment that means something."""
    names = set(_NO_SETTINGS)
    for outer in dataclasses.fields(Settings):
        if dataclasses.is_dataclass(outer.type):
            names |= {f"CLEW_{outer.name}_{inner.name}".upper() for inner in dataclasses.fields(outer.type)}
        else:
            names.add(f"CLEW_{outer.name}".upper())
    return names


def _unknown_words(settings: Settings) -> list[str]:
    """A misspelt environment would pass for a test's, a misspelt level would keep the log silent or loud."""
    given = {name: getattr(settings, name) for name in _WORDS}
    return [f"{name} must be one of {', '.join(_WORDS[name])}" for name in _WORDS if given[name] not in _WORDS[name]]


def _overlay_environment(table: dict[str, object], environ: Mapping[str, str]) -> None:
    """CLEW_DATABASE and CLEW_SECTION_NAME become entries of the table, as text."""
    for outer in dataclasses.fields(Settings):
        if dataclasses.is_dataclass(outer.type):
            for inner in dataclasses.fields(outer.type):
                text = environ.get(f"CLEW_{outer.name}_{inner.name}".upper())
                if text is not None:
                    section = table.setdefault(outer.name, {})
                    if isinstance(section, dict):
                        section[inner.name] = text
        elif (text := environ.get(f"CLEW_{outer.name}".upper())) is not None:
            table[outer.name] = text


T = typing.TypeVar("T")


def _build(kind: type[T], table: Mapping[str, object], prefix: str, faults: list[str]) -> T:
    fields = {each.name: each for each in dataclasses.fields(kind)}  # type: ignore[arg-type]
    faults.extend(f"{prefix}{name} is no setting of ours" for name in table if name not in fields)
    values: dict[str, object] = {}
    for name, given in table.items():
        if name not in fields:
            continue
        wanted = fields[name].type
        if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
            if isinstance(given, Mapping):
                values[name] = _build(wanted, given, f"{prefix}{name}.", faults)
            else:
                faults.append(f"{prefix}{name} must be a table, got {type(given).__name__}")
        else:
            value = _convert(wanted, given)
            if value is None:
                faults.append(f"{prefix}{name} must be {getattr(wanted, '__name__', wanted)}, got {given!r}")
            else:
                values[name] = value
    return kind(**values)


_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _convert(wanted: object, given: object) -> object | None:
    """The value as the field wants it; None when it cannot be one. Text comes from the environment."""
    if isinstance(wanted, types.UnionType):
        wanted = typing.get_args(wanted)[0]
    try:
        if wanted is bool:
            text = str(given).lower()
            return True if text in _TRUE else False if text in _FALSE else None
        if wanted is int:
            number = int(given) if isinstance(given, (str, int)) and not isinstance(given, bool) else None
            return number if number is not None and number >= 0 else None
        if wanted is float:
            return float(given) if isinstance(given, (str, int, float)) and not isinstance(given, bool) else None
        if wanted is Path:
            return Path(str(given))
    except ValueError:
        return None
    return given if isinstance(given, str) else None
