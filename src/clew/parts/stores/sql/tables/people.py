"""People, how they prove who they are, and their sessions.

Secrets that need only be recognised are kept as digests. An authenticator's secret must be computed with: it is sealed
under a key that is not in the database.
"""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, FLAG, index, metadata

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # The name without regard to case: what must be unique, and is looked up.
    Column("folded", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("local", FLAG, nullable=False),
    Column("oidc_name", Text),
    Column("created_at", BIG, nullable=False),
    Column("disabled_at", BIG),
    sqlite_strict=True,
)
index("users_folded", users.c.folded, unique=True)
index("users_oidc_name", users.c.oidc_name, unique=True)

passwords = Table(
    "passwords",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_at", BIG, nullable=False),
    sqlite_strict=True,
)

totp_secrets = Table(
    "totp_secrets",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("confirmed", FLAG, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BIG, nullable=False),
    Column("last_step", BIG, nullable=False),
    sqlite_strict=True,
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BIG, nullable=False),
    Column("label", Text, nullable=False),
    Column("made_at", BIG, nullable=False),
    Column("used_at", BIG),
    sqlite_strict=True,
)
index("passkeys_of_user", passkeys.c.user_id, passkeys.c.made_at)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    sqlite_strict=True,
)

setups = Table(
    "setups",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("digest", LargeBinary),
    Column("expires_at", BIG, nullable=False),
    sqlite_strict=True,
)
index("setups_digest", setups.c.digest, unique=True)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("began_at", BIG, nullable=False),
    Column("seen_at", BIG, nullable=False),
    Column("expires_at", BIG, nullable=False),
    Column("proved_at", BIG, nullable=False),
    Column("device", Text, nullable=False),
    sqlite_strict=True,
)
index("sessions_of_user", sessions.c.user_id, sessions.c.seen_at)
index("sessions_expiry", sessions.c.expires_at)

handshakes = Table(
    "handshakes",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("caller", LargeBinary, nullable=False),
    Column("bound_to", LargeBinary, nullable=False),
    Column("facts", Text, nullable=False),
    Column("expires_at", BIG, nullable=False),
    sqlite_strict=True,
)
index("handshakes_expiry", handshakes.c.expires_at)
index("handshakes_of_caller", handshakes.c.kind, handshakes.c.caller, handshakes.c.expires_at)

# How often a name or an address was tried; the key is a digest, so that no list of tried names lies about.
tries = Table(
    "tries",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("wait_until", BIG, nullable=False),
    Column("forget_at", BIG, nullable=False),
    sqlite_strict=True,
)
index("tries_forget", tries.c.forget_at)
