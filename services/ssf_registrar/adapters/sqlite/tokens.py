"""Tokens in SQLite, by their hashes."""

import sqlite3
from typing import Final

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.sqlite.journal import record
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.tokens import Token

_COLUMNS: Final = "token_hash, tenant, name, subject, scopes, expires"
_ONE: Final = f"SELECT {_COLUMNS} FROM tokens WHERE token_hash = ?"  # noqa: S608  constants
_NAMED: Final = f"SELECT {_COLUMNS} FROM tokens WHERE tenant = ? AND name = ?"  # noqa: S608
_DELETE: Final = "DELETE FROM tokens WHERE token_hash = ?"
_INSERT: Final = f"INSERT INTO tokens ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608


class SqliteTokens:
    """Keeps what tokens may do."""

    def __init__(self, database: Database, news: News) -> None:
        self._database = database
        self._news = news

    async def look_up(self, token_hash: bytes) -> Token | None:
        """Return a token, expired or not, or None."""
        rows = await self._database.read(
            lambda connection: connection.execute(_ONE, (token_hash,)).fetchall()
        )
        return _decode(rows[0]) if rows else None

    async def replace(self, token: Token) -> None:
        """Make `token` the only one of its tenant and name."""
        await self._database.write(lambda connection: _replace(connection, token))
        self._news.publish()


def _replace(connection: sqlite3.Connection, token: Token) -> None:
    rows = connection.execute(_NAMED, (token.tenant, token.name)).fetchall()
    former = [_decode(row) for row in rows]
    if former == [token]:
        return
    for old in former:
        connection.execute(_DELETE, (old.token_hash,))
    connection.execute(_INSERT, _encode(token))
    for token_hash in dict.fromkeys([*(old.token_hash for old in former), token.token_hash]):
        kind = JournalKind.TOKEN_CHANGED
        record(connection, JournalEntry(kind, token.tenant, token_hash=token_hash))


def _encode(token: Token) -> tuple[bytes, str, str, str, str, int]:
    scopes = " ".join(sorted(token.scopes))
    return token.token_hash, token.tenant, token.name, token.subject, scopes, token.expires


def _decode(row: tuple[bytes, str, str, str, str, int]) -> Token:
    token_hash, tenant, name, subject, scopes, expires = row
    return Token(token_hash, tenant, name, subject, frozenset(scopes.split()), expires)
