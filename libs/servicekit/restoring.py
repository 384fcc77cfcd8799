"""Knowing at the start that the data came out of a backup (docs/adr/0016).

A restored log is shorter than the one that its readers know, so its positions stand for other
things. Whoever hands out positions gives them a new epoch when its data were restored.
"""

import sqlite3
from pathlib import Path
from typing import Final

from servicekit.failures import StartError

RESTORE_ID_FILE: Final = "restore-id"

RESTORE_MIGRATION: Final = """
    -- The last restore that this database knows of: an epoch ends when there is another.
    CREATE TABLE restore (id TEXT NOT NULL) STRICT;
    INSERT INTO restore VALUES ('');
"""


def restore_id(data: Path, *, given: str) -> str:
    """Return what names the last restore of a cluster's data; empty when there was none.

    A restore is told of by a file of the data folder (`helio restore`) and by what is `given` as
    HELIOGRAPH_RESTORE_ID: a change of either is a new restore. Raises `StartError`.
    """
    path = data / RESTORE_ID_FILE
    try:
        noted = path.read_text("ascii").strip()
    except FileNotFoundError:
        noted = ""
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"cannot read {path}: {error}") from None
    return " ".join(filter(None, (noted, given)))


def note_restore(connection: sqlite3.Connection, restore_id: str) -> bool:
    """Return whether the database was restored since this was last asked, and note that it was.

    To be called in the transaction that makes the new epoch: so a crash leaves both undone. Without
    a restore's id nothing is known of one, which ends no epoch.
    """
    noted = connection.execute(
        "UPDATE restore SET id = ?1 WHERE id <> ?1 AND ?1 <> ''", (restore_id,)
    )
    return noted.rowcount > 0
