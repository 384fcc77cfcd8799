"""Tokens in SQLite, by their hashes."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.sqlite.journal import record
from ssf_registrar.adapters.sqlite.tenants import check_active
from ssf_registrar.domain.api_tokens import Rotation
from ssf_registrar.domain.errors import TokenExistsError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.tokens import Token, TokenRecord
from ssf_registrar.ports.tokens import StaleTokenError

_COLUMNS: Final = (
    "token_hash, tenant, name, subject, scopes, expires, user_id, created, last_used, is_former"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM tokens"  # noqa: S608  constants
_ONE: Final = f"{_SELECT} WHERE token_hash = ?"
_NAMED: Final = f"{_SELECT} WHERE tenant = ? AND name = ?"
_CURRENT: Final = f"{_NAMED} AND is_former = 0"
_OF_TENANT: Final = f"{_SELECT} WHERE tenant = ? ORDER BY name, is_former, expires DESC"
_DELETE: Final = "DELETE FROM tokens WHERE token_hash = ?"
_TAKE_NAMED: Final = "DELETE FROM tokens WHERE tenant = ? AND name = ? RETURNING token_hash"
_FORGET_FORMER: Final = (
    "DELETE FROM tokens WHERE tenant = ? AND name = ? AND is_former = 1 AND expires <= ?"
)
_MAKE_FORMER: Final = "UPDATE tokens SET is_former = 1, expires = ? WHERE token_hash = ?"
_INSERT: Final = f"INSERT INTO tokens ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)"  # noqa: S608
_USE: Final = "UPDATE tokens SET last_used = ?2 WHERE token_hash = ?1 AND last_used < ?2"


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
        return _decode(rows[0]).token if rows else None

    async def replace(self, token: Token) -> None:
        """Make `token` the only one of its tenant and name."""
        await self._database.write(lambda connection: _replace(connection, token))
        self._news.publish()

    async def add(self, token: Token) -> None:
        """Store a new token."""

        def insert(connection: sqlite3.Connection) -> None:
            check_active(connection, token.tenant)
            if connection.execute(_CURRENT, (token.tenant, token.name)).fetchone():
                raise TokenExistsError(token.name)
            connection.execute(_INSERT, _encode(token))
            _tell(connection, token.tenant, (token.token_hash,))

        await self._database.write(insert)
        self._news.publish()

    async def of_tenant(self, tenant: str) -> tuple[TokenRecord, ...]:
        """Return the tenant's tokens by name, the current one of a name before its former ones."""
        rows = await self._database.read(
            lambda connection: connection.execute(_OF_TENANT, (tenant,)).fetchall()
        )
        return tuple(map(_decode, rows))

    async def rotate(self, rotation: Rotation, *, current_hash: bytes, now: int) -> None:
        """Let a token take the place of the current one of its name."""
        new, former = rotation.new, rotation.former

        def change(connection: sqlite3.Connection) -> None:
            named = (new.tenant, new.name)
            current = connection.execute(_CURRENT, named).fetchone()
            if current is None or _decode(current).token.token_hash != current_hash:
                raise StaleTokenError(new.name)
            connection.execute(_FORGET_FORMER, (*named, now))
            if former is None:
                connection.execute(_DELETE, (current_hash,))
            else:
                connection.execute(_MAKE_FORMER, (former.expires, current_hash))
            connection.execute(_INSERT, _encode(new))
            _tell(connection, new.tenant, (current_hash, new.token_hash))

        await self._database.write(change)
        self._news.publish()

    async def remove(self, tenant: str, name: str) -> bool:
        """Remove all tokens of a name; False when there is none."""

        def delete(connection: sqlite3.Connection) -> bool:
            rows = connection.execute(_TAKE_NAMED, (tenant, name)).fetchall()
            _tell(connection, tenant, (token_hash for (token_hash,) in rows))
            return bool(rows)

        removed = await self._database.write(delete)
        self._news.publish()
        return removed

    async def record_uses(self, uses: Mapping[bytes, int]) -> None:
        """Keep when tokens were last used."""

        def update(connection: sqlite3.Connection) -> None:
            connection.executemany(_USE, list(uses.items()))

        await self._database.write(update)


def _replace(connection: sqlite3.Connection, token: Token) -> None:
    named = (token.tenant, token.name)
    former = [_decode(row).token for row in connection.execute(_NAMED, named).fetchall()]
    if former == [token]:
        return
    connection.execute(_TAKE_NAMED, named).fetchall()
    connection.execute(_INSERT, _encode(token))
    _tell(connection, token.tenant, [*(old.token_hash for old in former), token.token_hash])


def _tell(connection: sqlite3.Connection, tenant: str, token_hashes: Iterable[bytes]) -> None:
    for token_hash in dict.fromkeys(token_hashes):
        kind = JournalKind.TOKEN_CHANGED
        record(connection, JournalEntry(kind, tenant, token_hash=token_hash))


def _encode(token: Token) -> tuple[bytes, str, str, str, str, int, str, int]:
    return (
        token.token_hash,
        token.tenant,
        token.name,
        token.subject,
        " ".join(sorted(token.scopes)),
        token.expires,
        token.user_id,
        token.created,
    )


def _decode(row: tuple[Any, ...]) -> TokenRecord:
    token_hash, tenant, name, subject, scopes, *rest, last_used, is_former = row
    token = Token(token_hash, tenant, name, subject, frozenset(scopes.split()), *rest)
    return TokenRecord(token, last_used, bool(is_former))
