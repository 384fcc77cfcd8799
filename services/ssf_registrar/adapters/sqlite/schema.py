"""The registrar's tables in SQLite."""

import sqlite3
from typing import Final

from servicekit.restoring import RESTORE_MIGRATION
from servicekit.sqlite import Database

MIGRATIONS: Final = (
    """
    CREATE TABLE tenants (tenant TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    INSERT INTO tenants VALUES ('default');

    -- A journal's epoch ends when a backup takes its place.
    CREATE TABLE epochs (epoch TEXT NOT NULL) STRICT;
    INSERT INTO epochs VALUES (lower(hex(randomblob(8))));

    CREATE TABLE journal (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        tenant TEXT NOT NULL,
        stream_id TEXT,
        direction TEXT,
        token_hash BLOB
    ) STRICT;

    CREATE TABLE streams (
        tenant TEXT NOT NULL REFERENCES tenants,
        stream_id TEXT NOT NULL,
        direction TEXT NOT NULL,
        revision INTEGER NOT NULL,
        created INTEGER NOT NULL,
        configuration TEXT NOT NULL,
        sealed_authorization_header BLOB,
        PRIMARY KEY (tenant, stream_id)
    ) STRICT;

    CREATE TABLE keys (
        tenant TEXT NOT NULL REFERENCES tenants,
        kid TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        public_jwk TEXT NOT NULL,
        sealed_private_jwk BLOB NOT NULL,
        signs INTEGER NOT NULL,
        PRIMARY KEY (tenant, kid)
    ) STRICT;
    CREATE UNIQUE INDEX signing_keys ON keys (tenant, algorithm) WHERE signs = 1;

    CREATE TABLE tokens (
        token_hash BLOB PRIMARY KEY,
        tenant TEXT NOT NULL REFERENCES tenants,
        name TEXT NOT NULL,
        subject TEXT NOT NULL,
        scopes TEXT NOT NULL,
        expires INTEGER NOT NULL,
        UNIQUE (tenant, name)
    ) STRICT;
    """,
    RESTORE_MIGRATION,
    """
    ALTER TABLE tenants ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
    -- 'active', 'deleting', or 'deleted': that row keeps the name from being used again
    ALTER TABLE tenants ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
    ALTER TABLE tenants ADD COLUMN configuration TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE tenants ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE tenants ADD COLUMN purged TEXT NOT NULL DEFAULT '';
    ALTER TABLE tenants ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

    -- A name has one current token, and former ones that live on for a while.
    CREATE TABLE rotating_tokens (
        token_hash BLOB PRIMARY KEY,
        tenant TEXT NOT NULL REFERENCES tenants,
        name TEXT NOT NULL,
        subject TEXT NOT NULL,
        scopes TEXT NOT NULL,
        expires INTEGER NOT NULL,
        user_id TEXT NOT NULL DEFAULT '',
        created INTEGER NOT NULL DEFAULT 0,
        last_used INTEGER NOT NULL DEFAULT 0,
        is_former INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    INSERT INTO rotating_tokens (token_hash, tenant, name, subject, scopes, expires)
        SELECT token_hash, tenant, name, subject, scopes, expires FROM tokens;
    DROP TABLE tokens;
    ALTER TABLE rotating_tokens RENAME TO tokens;
    CREATE INDEX tokens_of_tenants ON tokens (tenant, name);
    CREATE UNIQUE INDEX current_tokens ON tokens (tenant, name) WHERE is_former = 0;
    """,
    """
    -- of a request for a verification event: all that there is to know, in JSON
    ALTER TABLE journal ADD COLUMN verification TEXT;
    -- when a management call last named the stream, and when it was last to be verified
    ALTER TABLE streams ADD COLUMN managed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE streams ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;
    """,
    """
    -- Seconds since 1970 from which on a published key is signed with; 0: that is not to come.
    ALTER TABLE keys ADD COLUMN signs_from INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX waiting_keys ON keys (signs_from) WHERE signs_from > 0;
    """,
)


async def answers(database: Database) -> bool:
    """Tell whether the tables can be read."""
    try:
        await database.read(
            lambda connection: connection.execute("SELECT * FROM epochs").fetchone()
        )
    except sqlite3.Error:
        return False
    return True
