"""The tables of the request log's SQLite file."""

from typing import Final

MIGRATIONS: Final = (
    """
    CREATE TABLE request (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, status INTEGER NOT NULL, method TEXT NOT NULL,
        path TEXT NOT NULL, principal TEXT NOT NULL, line TEXT NOT NULL, rest TEXT NOT NULL
    ) STRICT;
    -- Has all that is searched by, so that no body is read on the way.
    CREATE INDEX request_searched ON request (tenant, id, status, method, path, principal);
    CREATE TABLE about (
        named TEXT NOT NULL, id TEXT NOT NULL REFERENCES request ON DELETE CASCADE,
        PRIMARY KEY (named, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX about_of_request ON about (id)
    """,
)
