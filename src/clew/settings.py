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
class Review:
    """How people work at hits and flags, and what protects them. It is policy: no person changes it for themselves.

    Attributes:
        open_jobs: a hit of the HTTP interface becomes a review job at once.
        lease_minutes: how long a claimed job is held without a sign of its holder.
        jobs_held: how many jobs one person holds at once; an urgent one is never refused for it.
        four_eyes: which verdicts need a second person: "none", "unlisted" (reportable, on no list), "reportable" or
            "all".
        one_person: nobody else is there: the same person looks again after a delay, and the audit says so.
        self_review_hours: that delay.
        live_danger_minutes, extortion_minutes, infant_minutes, accessible_child_minutes: clocks of the urgent lanes.
        views_a_day: servings of any kind that one person gets within 24 hours.
        whole_views_a_day: how many of them may be whole and unfiltered.
        views_before_break: servings after which a break is due.
        break_minutes: how long a break lasts; a pause as long as that counts as one.
        confirm_minutes: how long after a whole serving its viewer may confirm it; a later word is memory, no viewing.
        smallest_team: totals of a team are shown only when so many of it were served anything.
        page_mail: addresses of people on call, separated by commas.
        page_from: the sender of these mails.
        smtp_host: "HOST:PORT" of the mail server, or "tls://HOST:PORT".
        page_webhook: an address that gets each page as JSON.
    """

    open_jobs: bool = True
    lease_minutes: int = 30
    jobs_held: int = 10
    four_eyes: str = "unlisted"
    one_person: bool = False
    self_review_hours: int = 12
    live_danger_minutes: int = 15
    extortion_minutes: int = 60
    infant_minutes: int = 60
    accessible_child_minutes: int = 60
    views_a_day: int = 40
    whole_views_a_day: int = 15
    views_before_break: int = 10
    break_minutes: int = 15
    confirm_minutes: int = 60
    smallest_team: int = 3
    page_mail: str = ""
    page_from: str = ""
    smtp_host: str = ""
    page_webhook: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """How reports that were taken in are ordered and worked. It is policy: no person changes it for themselves.

    Attributes:
        order: new reports are ordered by this installation's workers, and by `clew serve` beside them.
        follow_ms: how often a worker looks for new reports.
        batch: how many reports are ordered in one transaction at most.
        lease_minutes: how long a claimed place is held without a sign of its holder.
        reserve_permille: turns of a thousand that are reserved for the oldest and the audit.
        audit_permille: reserved turns of a thousand that take what a lot drew.
        audit_after_hours: how long a place must have waited before nobody counts as having reached it.
        audit_cuts: scores (log-odds) that part the strata of the audit, ascending, with commas between.
        audit_chances: the chance of being drawn in each stratum, lowest scores first; one more than cuts.
        classifier: the part on the shelf `classifiers` whose opinion enters the order; empty is none. It adds a bounded
            factor, and overrides and decides nothing.
    """

    order: bool = True
    follow_ms: int = 200
    batch: int = 500
    lease_minutes: int = 30
    reserve_permille: int = 50
    audit_permille: int = 500
    audit_after_hours: float = 24.0
    audit_cuts: str = "-6,-4.5"
    audit_chances: str = "0.002,0.01,0.05"
    classifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Where sealed evidence lies, and who keeps the master key.

    Attributes:
        part: "local", a folder; or "s3", a bucket of S3-compatible storage.
        folder: of the local vault; empty is `vault` in the data folder.
        keyring: "file", master keys in a file; or "command", a program that asks their keeper.
        key_file: of the file keyring; empty is `keys/vault.keys` in the data folder. It belongs on another disk.
        key_command: the program of the command keyring, with its arguments.
        s3_bucket: the bucket; it must have Object Lock unless `s3_lock` is "off".
        s3_endpoint: its address when it is not Amazon's.
        s3_region: its region; empty takes the environment's.
        s3_prefix: put before the name of each object.
        s3_lock: "governance", "compliance" (nobody at all shortens it) or "off".
        permit_minutes: how long a permit to open an object is good.
    """

    part: str = "local"
    folder: str = ""
    keyring: str = "file"
    key_file: str = ""
    key_command: str = ""
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_prefix: str = ""
    s3_lock: str = "governance"
    permit_minutes: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How people sign in to the console.

    Attributes:
        local_link: the one-time link of `clew run` and `clew keys link` signs in the local administrator; switch it
            off once there are users.
        session_hours: longest time from signing in until one must do so again.
        idle_minutes: a session ends after so long without a page.
        step_up_minutes: how long ago a person may have proved who they are when they change how people sign in.
        setup_hours: how long a one-time set-up link is good.
        key_file: of the key that seals authenticators' secrets; empty is `keys/people.key` in the data folder. Machines
            that share a database share the key.
    """

    local_link: bool = True
    session_hours: float = 12.0
    idle_minutes: float = 60.0
    step_up_minutes: float = 15.0
    setup_hours: float = 72.0
    key_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """Signing in by way of a provider (OpenID Connect); it stands for the password, never for the second factor.

    Attributes:
        issuer: the provider's address, as its tokens name it; empty is no provider.
        client_id, client_secret: what the provider knows this installation by.
        claim: which claim of the token names the person, as `clew users add --oidc` records them.
        scopes: what the provider is asked for.
        label: what the sign-in page calls it.
    """

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    claim: str = "email"
    scopes: str = "openid email"
    label: str = "single sign-on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How the audit log is sealed.

    Attributes:
        seal_seconds: how often what was written is numbered and signed; what was not yet is the log's unsealed window.
        witness: a file outside of this machine, as on a mounted share, that takes checkpoints too; empty is none.
        signing_key: the file of the Ed25519 key; empty is `keys/signing.key` in the data folder. Machines that share a
            database share the key.
    """

    seal_seconds: float = 5.0
    witness: str = ""
    signing_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ispws:
    """The clearinghouse's side of the CyberTipline interface: in production, and as the server to try clients on.

    Attributes:
        upload_mb: an uploaded file may have at most so many megabytes.
    """

    upload_mb: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Geography:
    """Where addresses are, for routing: files that the operator supplies. Nothing is ever looked up elsewhere.

    Attributes:
        files: "PART:PATH" each, separated by commas, as in "mmdb:/srv/country.mmdb, tor_ranges:/usr/share/tor/geoip".
        exits: a folder of dated lists of Tor exits, VPN and shared addresses; empty is none.
        stale_days: a file that was made so long before or after an event counts half.
    """

    files: str = ""
    exits: str = ""
    stale_days: int = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Who reports, to whom, and how a filing is sent.

    Attributes:
        filing: reports that are filed leave the house; else they wait, and that is shown.
        clearinghouse: the part that takes them: "cybertipline" or "folder".
        profile: the dated version of the schema; empty is the newest that was verified.
        test_url, production_url: where each environment is; which one a report goes to says `environment`.
        test_user, test_password, production_user, production_password: as the clearinghouse issued them.
        test_password_file, production_password_file: a file that holds the password, and goes before it.
        authority_file: certificates that are trusted instead of the system's.
        proxy: URL of a proxy; none is ever taken from the environment.
        folder: of the folder part, with one folder below it for each environment; empty is `handover` in the data
            folder.
        journal: the file in which the numbers that clearinghouses gave stand, beside the database; empty is
            `filing-journal.jsonl` in the data folder.
        retry_hours: how long a filing is tried again before a person must act.
        receipt_hours: how long a package that was handed over may stay without a receipt before an alert stands.
        first_name, last_name, email, phone: the person who answers for reports.
        company: what every report says of the platform.
        terms_url, legal_url: pages of the platform.
        emergency_contact: whom authorities reach in an emergency, day and night; recorded for the onboarding check.
        registered: when and under which name the platform was registered with the clearinghouse; for the same.
    """

    filing: bool = False
    clearinghouse: str = "cybertipline"
    profile: str = ""
    test_url: str = "https://exttest.cybertip.org/ispws"
    test_user: str = ""
    test_password: str = ""
    test_password_file: str = ""
    production_url: str = "https://report.cybertip.org/ispws"
    production_user: str = ""
    production_password: str = ""
    production_password_file: str = ""
    authority_file: str = ""
    proxy: str = ""
    folder: str = ""
    journal: str = ""
    retry_hours: int = 72
    receipt_hours: int = 48
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    terms_url: str = ""
    legal_url: str = ""
    emergency_contact: str = ""
    registered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    """How a hotline works the addresses that are reported to it.

    Attributes:
        name: what notices call the hotline.
        categories: CSV file of the scheme (code, words, actionable); empty is the built-in one.
        hosting: CSV file of hosts and registrars by name, range and network number.
        resolver: CSV file of addresses that the operator's own resolver noted; Clew resolves nothing.
        notices: folder of the operator's words, a file ROLE.LANGUAGE.txt each.
        notice_from: the sender of notices that leave by mail, by way of `review.smtp_host`; empty is no mail.
        assess_hours: by when a reported address is to be assessed.
        hold_hours: how long the police agreed to keep others waiting at most; 0 is until they release it.
    """

    name: str = ""
    categories: str = ""
    hosting: str = ""
    resolver: str = ""
    notices: str = ""
    notice_from: str = ""
    assess_hours: int = 24
    hold_hours: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """The form by which anybody reports.

    Attributes:
        name: who runs it, as its pages say.
        languages: of its pages, the first for whoever asks for none of them.
        exit_url: the page that "Leave this page" opens.
        numbers: CSV file of emergency numbers and helplines; Clew knows none.
        promises: folder of your words on who reads a report and what follows, a file LANGUAGE.txt each.
        per_hour: how many forms one address may send in an hour.
        address_header: the header in which your proxy writes the caller's address; empty is the connection's own.
    """

    name: str = ""
    languages: tuple[str, ...] = ("en", "nl", "de", "fr", "es", "ar")
    exit_url: str = "https://www.wikipedia.org/"
    numbers: str = ""
    promises: str = ""
    per_hour: int = 20
    address_header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one installation.

    Attributes:
        data_dir: the folder that holds all state, unless `database` names PostgreSQL.
        database: empty is SQLite in the data folder; else `postgresql://user@host/name`.
        environment: "production", or "test": stamped on the console and on every record that leaves.
        log: "info", "warning", "debug" or "error".
        jurisdiction: whose law the platform is under: "us", "uk", "eu", or a part from outside.
        desks: which desks are open; the pages, calls and doors of the others do not exist. "platform" screens, reviews
            and reports; "clearinghouse" takes reports in, and ranks, links and routes them; "public" is the form by
            which anybody reports.
    """

    data_dir: Path = Path("clew-data")
    database: str = ""
    environment: str = "test"
    log: str = "info"
    jurisdiction: str = "us"
    desks: tuple[str, ...] = ("platform", "clearinghouse")
    decode: Decode = field(default_factory=Decode)
    matching: Matching = field(default_factory=Matching)
    web: Web = field(default_factory=Web)
    people: People = field(default_factory=People)
    oidc: Oidc = field(default_factory=Oidc)
    review: Review = field(default_factory=Review)
    triage: Triage = field(default_factory=Triage)
    vault: Vault = field(default_factory=Vault)
    reporting: Reporting = field(default_factory=Reporting)
    audit: Audit = field(default_factory=Audit)
    ispws: Ispws = field(default_factory=Ispws)
    geography: Geography = field(default_factory=Geography)
    hotline: Hotline = field(default_factory=Hotline)
    public: Public = field(default_factory=Public)

    @property
    def database_url(self) -> str:
        """The URL of the store."""
        return self.database or f"sqlite:///{(self.data_dir / 'clew.db').absolute()}"

    @property
    def signing_key_path(self) -> Path:
        """Where the key stands that signs checkpoints, certificates and manifests."""
        return Path(self.audit.signing_key) if self.audit.signing_key else self.data_dir / "keys" / "signing.key"

    @property
    def people_key_path(self) -> Path:
        """Where the key stands that seals the secrets of authenticators."""
        return Path(self.people.key_file) if self.people.key_file else self.data_dir / "keys" / "people.key"

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
# Stamped on every record that leaves; a case of one never goes to the other.
ENVIRONMENTS = ("production", "test")
DESKS = ("platform", "clearinghouse", "public")
_WORDS = {"environment": ENVIRONMENTS, "log": ("debug", "info", "warning", "error"), "desks": DESKS}


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
    faults = []
    for name, words in _WORDS.items():
        value = getattr(settings, name)
        given = value if isinstance(value, tuple) else (value,)
        if not given or not set(given) <= set(words):
            faults.append(f"{name} must be {'some' if value is given else 'one'} of {', '.join(words)}")
    return faults


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


def _texts(given: object) -> tuple[str, ...] | None:
    """A list of the file, or the environment's text with commas between."""
    some = given.split(",") if isinstance(given, str) else given
    if not isinstance(some, list) or not all(isinstance(each, str) for each in some):
        return None
    return tuple(each.strip() for each in some if each.strip())


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
    texts = _texts(given) if wanted == tuple[str, ...] else given
    return texts if isinstance(texts, str | tuple) else None
