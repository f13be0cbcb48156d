"""The desk's own tables, on SQLite and PostgreSQL alike; times are ISO text in UTC, as in the ledger."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
_ID = BigInteger().with_variant(Integer, "sqlite")

accounts = Table(
    "desk_accounts",
    metadata,
    Column("account_id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("skills", JSON, nullable=False),
    Column("device", String(200), nullable=False),
    Column("password", String(200)),  # argon2id; None signs in by OIDC only
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("issuer", String(200)),
    Column("subject", String(200)),
    Column("created_at", String(40), nullable=False),
    UniqueConstraint("issuer", "subject", name="desk_accounts_subject"),
)

# The cookie holds a random key; the table only its SHA-256, so that a copy of the table opens no session.
sessions = Table(
    "desk_sessions",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("account_id", String(32), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("revoked_at", String(40)),
    Column("address", String(64), nullable=False),
    Column("browser", String(200), nullable=False),
    Index("desk_sessions_account", "account_id"),
)

api_keys = Table(
    "desk_api_keys",
    metadata,
    Column("prefix", String(16), primary_key=True),
    Column("key_hash", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("used_at", String(40)),
    Column("revoked_at", String(40)),
)

attempts = Table(
    "desk_attempts",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("started_at", BigInteger, nullable=False),  # seconds since 1970
    Column("count", Integer, nullable=False),
)

oidc_flows = Table(
    "desk_oidc_flows",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("next", String(200), nullable=False),
    Column("expires_at", String(40), nullable=False),
)

# Who did what at the desk itself; what was done to a call is in the ledger.
audit = Table(
    "desk_audit",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(40), nullable=False),
    Column("target", String(100), nullable=False),
    Column("data", JSON, nullable=False),
)

webhooks = Table(
    "desk_webhooks",
    metadata,
    Column("webhook_id", String(32), primary_key=True),
    Column("url", String(500), nullable=False),
    Column("secret", String(80), nullable=False),
    Column("types", JSON, nullable=False),  # event types or prefixes ending in "."; empty means the default set
    Column("numbers", Boolean, nullable=False),  # whether whole telephone numbers are sent
    Column("active", Boolean, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("created_by", String(64), nullable=False),
)

webhook_deliveries = Table(
    "desk_webhook_deliveries",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("webhook_id", String(32), nullable=False),
    Column("event_id", String(40), nullable=False),
    Column("type", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(8), nullable=False),  # pending | sent | dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(40), nullable=False),
    Column("status", Integer),  # HTTP status of the last attempt
    Column("error", String(200)),
    Column("created_at", String(40), nullable=False),
    Column("sent_at", String(40)),
    UniqueConstraint("webhook_id", "event_id", name="desk_webhook_once"),
    Index("desk_webhook_due", "state", "next_at"),
)

# How far a reader of the ledger has come, per writer: ids of one writer are committed in order, those of all are not.
cursors = Table(
    "desk_cursors",
    metadata,
    Column("reader", String(40), primary_key=True),
    Column("writer", String(64), primary_key=True),
    Column("event_id", BigInteger, nullable=False),
)
