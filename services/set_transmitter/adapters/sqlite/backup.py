"""What a copy of the event log is checked by."""

import sqlite3


def feed_cursor_of(connection: sqlite3.Connection) -> str:
    """Return up to where the change feed has been taken in; empty: not at all."""
    row = connection.execute("SELECT feed_cursor FROM log").fetchone()
    return "" if row is None else str(row[0])
