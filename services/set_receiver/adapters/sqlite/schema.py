"""The tables of the receiver's SQLite file."""

from typing import Final

MIGRATIONS: Final = (
    """
    CREATE TABLE receipt (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL, stream_id TEXT NOT NULL, iss TEXT NOT NULL, jti TEXT NOT NULL,
        token TEXT NOT NULL, txn TEXT NOT NULL, event_type TEXT NOT NULL,
        subject_uri TEXT NOT NULL, origin_clock INTEGER NOT NULL, received INTEGER NOT NULL,
        traceparent TEXT NOT NULL,
        state INTEGER NOT NULL, reason TEXT NOT NULL, settled INTEGER NOT NULL,
        attempts INTEGER NOT NULL, first_failed INTEGER NOT NULL, next_attempt INTEGER NOT NULL,
        UNIQUE (tenant, stream_id, iss, jti)
    ) STRICT;
    CREATE INDEX receipt_pending ON receipt (position, tenant, stream_id, subject_uri, next_attempt)
        WHERE state = 1;
    CREATE INDEX receipt_of_stream ON receipt (tenant, stream_id, position);
    CREATE TABLE tally (
        tenant TEXT NOT NULL, stream_id TEXT NOT NULL, state INTEGER NOT NULL,
        receipts INTEGER NOT NULL,
        PRIMARY KEY (tenant, stream_id, state)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE INDEX receipt_of_tenant ON receipt (tenant, position);
    CREATE INDEX receipt_dead ON receipt (tenant, position) WHERE state = 5
    """,
    """
    -- those that are being deleted, or have been
    CREATE TABLE closed_tenant (tenant TEXT PRIMARY KEY) STRICT, WITHOUT ROWID
    """,
    """
    -- the states that verification events are going to have; the last ones of each stream
    CREATE TABLE asked_state (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL, stream_id TEXT NOT NULL, state TEXT NOT NULL
    ) STRICT;
    CREATE INDEX asked_state_of_stream ON asked_state (tenant, stream_id);
    -- what transmitters have told of their streams
    CREATE TABLE remote_status (
        tenant TEXT NOT NULL, stream_id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
        told INTEGER NOT NULL,
        PRIMARY KEY (tenant, stream_id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    -- resources that are in a stream's feed, at the publisher's version that was applied last
    CREATE TABLE link (
        tenant TEXT NOT NULL, stream_id TEXT NOT NULL, subject_uri TEXT NOT NULL,
        version TEXT NOT NULL,
        PRIMARY KEY (tenant, stream_id, subject_uri)
    ) STRICT, WITHOUT ROWID
    """,
    """
    ALTER TABLE receipt ADD COLUMN handling TEXT NOT NULL DEFAULT '';
    ALTER TABLE receipt ADD COLUMN routed TEXT NOT NULL DEFAULT ''
    """,
)
