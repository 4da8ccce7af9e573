"""People who work here: what they may do, how they prove who they are, and where they are signed in."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import UserId


class Role(enum.StrEnum):
    """What a person may do; one person may have several roles, and may do what any of them allows."""

    ADMINISTRATOR = "administrator"  # people, keys, policy; no evidence by that role alone
    REVIEWER = "reviewer"  # works the queue and gives verdicts
    SENIOR_REVIEWER = "senior_reviewer"  # second opinions, reversals, appeals
    REPORTER = "reporter"  # composes and files reports, holds and hand-overs
    AUDITOR = "auditor"  # reads everything that was done, changes nothing
    READ_ONLY = "read_only"  # reads counts and states, changes nothing

    @property
    def may_write(self) -> bool:
        """Whether the role changes anything but its bearer's own account."""
        return self not in {Role.AUDITOR, Role.READ_ONLY}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may sign in.

    Attributes:
        name: what they sign in with; unique whatever its case.
        roles: may be empty, for somebody who waits for a role.
        local: the local administrator, who signs in by a one-time link from the machine itself and has no password.
        oidc_name: the value of the configured claim by which a provider names this person; None for nobody.
        disabled_at: from then on they are nobody here; None while they may sign in.
    """

    id: UserId
    name: str
    roles: frozenset[Role]
    created_at: datetime
    local: bool = False
    oidc_name: str | None = None
    disabled_at: datetime | None = None

    @property
    def actor(self) -> str:
        """As audit rows name them."""
        return f"user:{self.id}"

    def has(self, *roles: Role) -> bool:
        """Whether they have one of the roles."""
        return not self.roles.isdisjoint(roles)


# ---------------------------------------------------------------- what proves who they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """A password's argon2id hash, in its own text form with its parameters."""

    user_id: UserId
    hash: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """A shared secret of an authenticator app.

    Attributes:
        sealed: the secret, sealed under a key that is not in the database; see `pipelines/authenticators.py`.
        confirmed: False until its owner has shown a code of it; until then it proves nothing.
        last_step: the 30-second step of the last code taken; a code of that step or an earlier one is a replay.
    """

    user_id: UserId
    sealed: bytes
    made_at: datetime
    confirmed: bool = False
    last_step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A WebAuthn credential: the public half of a key that never leaves its device.

    Attributes:
        id: as the device named it.
        sign_count: the device's own counter when it was last used; many devices leave it at 0.
        label: what its owner calls it.
    """

    id: bytes
    user_id: UserId
    public_key: bytes
    sign_count: int
    label: str
    made_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """That a person may set up how they sign in, until then.

    Attributes:
        digest: of the one-time link's token; None when a password was given instead.
    """

    user_id: UserId
    digest: bytes | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Which ways of proving themselves a person has set up."""

    password: bool = False
    totp: bool = False
    passkeys: int = 0
    recovery_codes: int = 0

    @property
    def second_factor(self) -> bool:
        """Whether there is one; without it nobody signs in."""
        return self.totp or self.passkeys > 0


# ---------------------------------------------------------------- where they are signed in


class Stage(enum.StrEnum):
    """How far a person has come in signing in."""

    SETTING_UP = "setting-up"  # came by a set-up link; has yet to set a second factor
    HALF = "half"  # one proof is given, the second is awaited
    OPEN = "open"  # signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that somebody signed in with, or is about to; known by the digest of what its cookie bears.

    Attributes:
        expires_at: its absolute end; it ends earlier when it is not seen for long.
        proved_at: when its person last proved themselves in full, for what asks for a recent proof.
        device: browser and system in two words, as its owner knows them; never an address.
    """

    digest: bytes
    user_id: UserId
    stage: Stage
    began_at: datetime
    seen_at: datetime
    expires_at: datetime
    proved_at: datetime
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """A question that was put to a browser, a passkey or a provider, and is answered once.

    Attributes:
        digest: of what the answer must bear: a challenge or a state.
        kind: what the answer is for.
        caller: a digest of who asked for it, so that nobody's questions take the place of others'.
        bound_to: the digest of the session or cookie it was put to; the answer must come from the same.
        facts: small texts that the answer is checked against.
    """

    digest: bytes
    kind: str
    caller: bytes
    bound_to: bytes
    facts: dict[str, str]
    expires_at: datetime
