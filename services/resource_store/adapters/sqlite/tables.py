"""The tables of a store in one SQLite file."""

from typing import Final

from servicekit.restoring import RESTORE_MIGRATION

MIGRATIONS: Final = (
    """
    CREATE TABLE meta (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;

    -- What lists need stands before the blob, which goes on to further pages.
    CREATE TABLE resources (
        tenant TEXT NOT NULL,
        id TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        display TEXT NOT NULL,
        version TEXT NOT NULL,
        created INTEGER NOT NULL,
        last_modified INTEGER NOT NULL,
        origin_clock INTEGER NOT NULL,
        origin_cluster TEXT NOT NULL,
        password_hash TEXT,
        attributes BLOB NOT NULL
    );
    CREATE UNIQUE INDEX resources_by_id ON resources (tenant, id);
    CREATE INDEX resources_by_type ON resources (tenant, resource_type, id);

    -- "key" has no type, so that texts, numbers and truth values stay what they are.
    CREATE TABLE index_keys (
        tenant TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        path TEXT NOT NULL,
        key NOT NULL,
        id TEXT NOT NULL,
        PRIMARY KEY (tenant, resource_type, path, key, id)
    ) WITHOUT ROWID;

    CREATE TABLE members (
        tenant TEXT NOT NULL,
        group_id TEXT NOT NULL,
        member_id TEXT NOT NULL,
        member_type TEXT,
        PRIMARY KEY (tenant, group_id, member_id)
    ) WITHOUT ROWID;
    CREATE INDEX groups_by_member ON members (tenant, member_id, group_id);

    CREATE TABLE tombstones (
        tenant TEXT NOT NULL,
        id TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        clock INTEGER NOT NULL,
        cluster TEXT NOT NULL,
        PRIMARY KEY (tenant, id)
    ) WITHOUT ROWID;

    CREATE TABLE changes (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        clock INTEGER NOT NULL,
        tenant TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        txn TEXT NOT NULL,
        origin_clock INTEGER NOT NULL,
        origin_cluster TEXT NOT NULL,
        lineage TEXT NOT NULL,
        version_before TEXT NOT NULL,
        version_after TEXT NOT NULL,
        data BLOB NOT NULL,
        attributes TEXT NOT NULL,
        external_id TEXT NOT NULL,
        activation TEXT NOT NULL,
        traceparent TEXT NOT NULL,
        committed INTEGER NOT NULL,
        routed INTEGER NOT NULL
    );

    -- The order of the rows is the order of time: the oldest are pruned by their row numbers.
    CREATE TABLE transactions (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        key TEXT NOT NULL,
        made INTEGER NOT NULL,
        resource_type TEXT NOT NULL,
        id TEXT NOT NULL,
        deleted INTEGER NOT NULL,
        UNIQUE (tenant, key)
    );
    CREATE TABLE effects (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        key TEXT NOT NULL,
        made INTEGER NOT NULL,
        resource_type TEXT NOT NULL,
        id TEXT NOT NULL,
        deleted INTEGER NOT NULL,
        UNIQUE (tenant, key)
    );
    """,
    RESTORE_MIGRATION,
    """
    CREATE TABLE async_requests (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        txn TEXT NOT NULL,
        operation BLOB NOT NULL,
        accepted INTEGER NOT NULL,
        status INTEGER,
        location TEXT,
        version TEXT,
        error BLOB,
        UNIQUE (tenant, txn)
    );
    CREATE INDEX async_requests_waiting ON async_requests (accepted, number) WHERE status IS NULL;
    CREATE INDEX async_requests_settled ON async_requests (accepted) WHERE status IS NOT NULL;
    """,
    """
    CREATE INDEX resources_by_created ON resources (tenant, resource_type, created, id);
    CREATE INDEX resources_by_last_modified
        ON resources (tenant, resource_type, last_modified, id);
    """,
    """
    ALTER TABLE tombstones ADD COLUMN is_back INTEGER NOT NULL DEFAULT 0;

    -- What is kept of deleted resources for a while; the columns are those of the resources.
    CREATE TABLE deleted_resources (
        tenant TEXT NOT NULL,
        id TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        external_id TEXT NOT NULL,
        deleted INTEGER NOT NULL,
        purge_after INTEGER NOT NULL,
        version TEXT NOT NULL,
        created INTEGER NOT NULL,
        last_modified INTEGER NOT NULL,
        origin_clock INTEGER NOT NULL,
        origin_cluster TEXT NOT NULL,
        password_hash TEXT,
        attributes BLOB NOT NULL
    );
    CREATE UNIQUE INDEX deleted_by_id ON deleted_resources (tenant, id);
    CREATE INDEX deleted_by_external_id
        ON deleted_resources (tenant, resource_type, external_id, deleted);
    CREATE INDEX deleted_due ON deleted_resources (purge_after);

    ALTER TABLE changes ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE erasures (
        tenant TEXT NOT NULL,
        id TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        requested_by TEXT NOT NULL,
        begun INTEGER NOT NULL,
        completed INTEGER NOT NULL,
        through INTEGER NOT NULL,
        removed TEXT NOT NULL,
        PRIMARY KEY (tenant, id)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE brakes (
        tenant TEXT PRIMARY KEY,
        counted INTEGER NOT NULL,
        on_since INTEGER NOT NULL,
        pass_until INTEGER NOT NULL,
        pass_left INTEGER
    ) WITHOUT ROWID;
    -- The last changes that were counted, no more than the brake allows.
    CREATE TABLE brake_counts (
        tenant TEXT NOT NULL,
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        made INTEGER NOT NULL,
        PRIMARY KEY (tenant, number)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX brake_counts_by_id ON brake_counts (tenant, id);
    CREATE TABLE held_operations (
        tenant TEXT NOT NULL,
        id TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        risk TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        txn TEXT NOT NULL,
        version TEXT NOT NULL,
        first_asked INTEGER NOT NULL,
        last_asked INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (tenant, id)
    ) WITHOUT ROWID;
    """,
    # No release has queued a request yet.
    """
    DROP TABLE async_requests;
    CREATE TABLE async_requests (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        txn TEXT NOT NULL,
        principal TEXT NOT NULL,
        operation BLOB NOT NULL,
        accepted INTEGER NOT NULL,
        settled INTEGER,
        completions BLOB,
        UNIQUE (tenant, txn)
    );
    CREATE INDEX async_requests_waiting ON async_requests (accepted, number) WHERE settled IS NULL;
    CREATE INDEX async_requests_settled ON async_requests (settled) WHERE settled IS NOT NULL;
    """,
    """
    -- Those that are being deleted, or have been; their changes are gone up to a position.
    CREATE TABLE closed_tenants (
        tenant TEXT PRIMARY KEY,
        scanned INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    # A change of before has neither: it is not known what its resource was like.
    """
    ALTER TABLE changes ADD COLUMN state BLOB;
    ALTER TABLE changes ADD COLUMN replaced BLOB;
    """,
)
