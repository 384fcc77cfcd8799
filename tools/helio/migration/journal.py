"""The journal of an import: what became of each resource, durable, next to the file.

A creation is noted before it is sent and after it was answered. One that was only sent is
uncertain: it is looked up at the target before anything is sent again.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson

from helio.migration.keys import Key
from servicekit.failures import StartError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS resource (
  type TEXT NOT NULL,
  source_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  state TEXT NOT NULL,
  target_id TEXT,
  reason TEXT NOT NULL DEFAULT '',
  due TEXT NOT NULL DEFAULT '[]',
  sent TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (type, source_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS resource_by_target ON resource (type, target_id);
CREATE INDEX IF NOT EXISTS resource_by_state ON resource (state);
CREATE TEMP TABLE survey (
  type TEXT NOT NULL, source_id TEXT NOT NULL, line INTEGER NOT NULL,
  PRIMARY KEY (type, source_id)
) WITHOUT ROWID;
"""


class State(StrEnum):
    """Where a resource stands."""

    NEW = "new"
    SENT = "sent"
    """Its creation was sent; whether it took effect is not known."""
    CREATED = "created"
    MATCHED = "matched"
    """The target had it, and it was left as it is there."""
    TO_UPDATE = "to update"
    UPDATED = "updated"
    UNCERTAIN = "uncertain"
    """Nobody can tell whether its creation took effect: it is never sent again."""
    CONFLICT = "conflict"
    REFUSED = "refused"


SETTLED: Final = frozenset({State.CREATED, State.UPDATED, State.UNCERTAIN})
"""Those of a former run that stay as they are."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one resource."""

    type: str
    source_id: str
    line: int
    state: State
    target_id: str | None = None
    reason: str = ""
    due: tuple[str, ...] = ()
    """The paths of the references that have to be added to it yet."""
    key: Key | None = None
    """By what it is looked up, of one that was sent."""
    before: tuple[str, ...] = ()
    """The ids of those at the target that had that key before."""


class Journal:
    """The rows of one import into one target."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def row(self, type_name: str, source_id: str) -> Row | None:
        """Return what is known of a resource."""
        found = self.connection.execute(
            "SELECT * FROM resource WHERE type = ? AND source_id = ?", (type_name, source_id)
        ).fetchone()
        return None if found is None else _row(found)

    def is_empty(self) -> bool:
        """Say whether no run has noted anything yet."""
        return self.connection.execute("SELECT 1 FROM resource LIMIT 1").fetchone() is None

    def is_complete(self) -> bool:
        """Say whether no resource is to be updated, and no reference to be added."""
        found = self.connection.execute(
            "SELECT 1 FROM resource WHERE state = ? OR due != '[]' LIMIT 1", (State.TO_UPDATE,)
        )
        return found.fetchone() is None

    def rows_in(self, state: State) -> Sequence[Row]:
        """Return the rows in a state."""
        found = self.connection.execute("SELECT * FROM resource WHERE state = ?", (state,))
        return [_row(each) for each in found]

    def is_of_another(self, row: Row, target_id: str) -> bool:
        """Say whether a resource at the target is known to be another one of the source."""
        found = self.connection.execute(
            "SELECT 1 FROM resource"
            " WHERE type = ? AND target_id = ? AND source_id != ? AND state != ?",
            (row.type, target_id, row.source_id, State.CONFLICT),
        )
        return found.fetchone() is not None

    def write(self, rows: Iterable[Row]) -> None:
        """Note rows, together and durably."""
        with self.transaction():
            self.connection.executemany(
                "INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                map(_values, rows),
            )

    def survey(self, entries: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int]]:
        """Note which resources the file has, by type, id and line; gives those it has twice."""
        with self.transaction():
            for entry in entries:
                done = self.connection.execute(
                    "INSERT OR IGNORE INTO survey VALUES (?, ?, ?)", entry
                )
                if not done.rowcount:
                    yield entry

    def line_of(self, type_name: str, source_id: str) -> int | None:
        """Return in which line of the file a resource is; None when it is not in it."""
        found = self.connection.execute(
            "SELECT line FROM survey WHERE type = ? AND source_id = ?", (type_name, source_id)
        ).fetchone()
        return None if found is None else int(found[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is done in the block durable together."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


@contextmanager
def opened_journal(path: Path, *, target: str, in_memory: bool) -> Iterator[Journal]:
    """Give the journal at a path, which is made if need be; or a copy of it that is lost again.

    Raises `StartError` when it is that of another target, in use, or cannot be written.
    """
    try:
        connection = _copy(path) if in_memory else _open(path)
        try:
            connection.executescript(_SCHEMA)
            _check_target(connection, path, target)
            yield Journal(connection)
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        why = "another `helio import` is at work" if "locked" in str(error) else str(error)
        raise StartError(f"{path}: {why}") from None
    except sqlite3.DatabaseError as error:
        raise StartError(f"{path}: {error}; it is no journal: name another by --journal") from None


def _open(path: Path) -> sqlite3.Connection:
    try:
        # It says who is whom: for its owner alone.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StartError(f"cannot write {path}: {error.strerror}") from None
    connection = sqlite3.connect(path, isolation_level=None, timeout=0.5)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")
    return connection


def _copy(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    if path.exists():
        original = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        original.backup(connection)
        original.close()
    return connection


def _check_target(connection: sqlite3.Connection, path: Path, target: str) -> None:
    connection.execute("INSERT OR IGNORE INTO about VALUES ('target', ?)", (target,))
    (known,) = connection.execute("SELECT value FROM about WHERE name = 'target'").fetchone()
    if known != target:
        raise StartError(
            f"{path} is the journal of an import into {known}: name another by --journal"
        )


def _values(row: Row) -> tuple[object, ...]:
    sent = {}
    if row.key is not None:
        key = [row.key.attribute, row.key.value, row.key.case_exact, row.key.is_strong]
        sent = {"key": key, "before": row.before}
    return (
        *(row.type, row.source_id, row.line, row.state, row.target_id, row.reason),
        orjson.dumps(row.due).decode(),
        orjson.dumps(sent).decode(),
    )


def _row(values: Sequence[str]) -> Row:
    sent = orjson.loads(values[7])
    return Row(
        *(values[0], values[1], int(values[2]), State(values[3]), values[4], values[5]),
        due=tuple(orjson.loads(values[6])),
        key=Key(*sent["key"]) if sent else None,
        before=tuple(sent["before"]) if sent else (),
    )
