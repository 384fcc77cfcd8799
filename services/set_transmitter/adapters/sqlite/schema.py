"""The tables of the event log and of what has been delivered of it."""

from typing import Final

from servicekit.restoring import RESTORE_MIGRATION

MIGRATIONS: Final = (
    """
    CREATE TABLE log (
        epoch TEXT NOT NULL,
        feed_cursor TEXT NOT NULL,
        end_position INTEGER NOT NULL
    ) STRICT;

    -- what is looked at comes first: data may be long, and a scan does not read that far
    CREATE TABLE event (
        position INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        kind TEXT NOT NULL,
        committed INTEGER NOT NULL,
        resource_type TEXT NOT NULL,
        subject_uri TEXT NOT NULL,
        external_id TEXT NOT NULL,
        txn TEXT NOT NULL,
        origin_clock INTEGER NOT NULL,
        origin_cluster TEXT NOT NULL,
        lineage TEXT NOT NULL,
        version_before TEXT NOT NULL,
        version_after TEXT NOT NULL,
        attributes TEXT NOT NULL,
        traceparent TEXT NOT NULL,
        data BLOB
    ) STRICT;

    CREATE INDEX event_of_tenant ON event (tenant, position, kind, committed);

    CREATE TABLE stream (
        stream_id TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        acknowledged INTEGER NOT NULL,
        dead_letters INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- above the stream's cursor: a SET that was attempted; without its JWT, one that is settled
    CREATE TABLE delivery (
        stream_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        jwt TEXT,
        PRIMARY KEY (stream_id, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dead_letter (
        stream_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        jti TEXT NOT NULL,
        err TEXT NOT NULL,
        description TEXT NOT NULL,
        subject_uri TEXT NOT NULL,
        event_type TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (stream_id, position)
    ) STRICT, WITHOUT ROWID;
    """,
    RESTORE_MIGRATION,
    """
    ALTER TABLE event ADD COLUMN only_for TEXT NOT NULL DEFAULT '';

    DROP INDEX event_of_tenant;
    CREATE INDEX event_of_tenant ON event (tenant, position, kind, committed, only_for);

    -- the last one of each stream
    CREATE TABLE snapshot (
        stream_id TEXT PRIMARY KEY,
        started INTEGER NOT NULL,
        total INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- how far a snapshot was; an empty key: everywhere
    CREATE TABLE snapshot_boundary (
        stream_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        position INTEGER NOT NULL,
        key TEXT NOT NULL,
        walked INTEGER NOT NULL,
        resource_types TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        resource_id TEXT NOT NULL,
        PRIMARY KEY (stream_id, number)
    ) STRICT, WITHOUT ROWID;
    """,
    # of what was logged before, it is not known what the resource was like
    """
    ALTER TABLE event ADD COLUMN state BLOB;
    ALTER TABLE event ADD COLUMN replaced BLOB;
    """,
    """
    -- how far the requests in the registrar's journal have been answered
    ALTER TABLE log ADD COLUMN journal_cursor TEXT NOT NULL DEFAULT '';

    -- a status that a stream is going to have, as the event at the position says
    CREATE TABLE status_change (
        stream_id TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        status TEXT NOT NULL,
        reason TEXT NOT NULL,
        expected TEXT NOT NULL,
        asked INTEGER NOT NULL,
        position INTEGER NOT NULL
    ) STRICT;
    """,
    """
    -- [[position, generation], ...], ascending: since where SETs have been issued anew
    ALTER TABLE stream ADD COLUMN generations TEXT NOT NULL DEFAULT '[]';
    -- that of the last reset through the stream's configuration
    ALTER TABLE stream ADD COLUMN reset_revision INTEGER NOT NULL DEFAULT 0;
    -- how many events retention took before they were settled
    ALTER TABLE stream ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
    -- set back since the SET was last handed out
    ALTER TABLE delivery ADD COLUMN is_reset INTEGER NOT NULL DEFAULT 0;

    -- how far retention has been through a tenant's events, and when the latest was committed
    CREATE TABLE removed (
        tenant TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        committed INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    """
    -- of what was received: by which it is known again, and what else there is to keep as JSON
    ALTER TABLE event ADD COLUMN routed_key TEXT NOT NULL DEFAULT '';
    ALTER TABLE event ADD COLUMN routed TEXT NOT NULL DEFAULT '';
    CREATE UNIQUE INDEX event_routed ON event (routed_key) WHERE routed_key <> '';
    """,
    """
    -- of a signal; its kind is the URI of its type
    ALTER TABLE event ADD COLUMN subject BLOB;

    -- what applications published under a txn of their own, for a while
    CREATE TABLE publication (
        tenant TEXT NOT NULL,
        txn TEXT NOT NULL,
        identity TEXT NOT NULL,
        digest TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (tenant, txn, identity)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX publication_at ON publication (at);

    -- where a young stream begins, if the feed is behind what is published and received
    CREATE INDEX event_of_others ON event (tenant, committed, position) WHERE resource_type = '';
    """,
)
