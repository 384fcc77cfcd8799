"""Links in the embedded database of the receipts."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from servicekit.sqlite import Database
from set_receiver.adapters.sqlite.purging import closed_among
from set_receiver.domain.links import Link, LinkKey

_READ: Final = """
    SELECT version FROM link WHERE tenant = ? AND stream_id = ? AND subject_uri = ?
"""
_LINK: Final = """
    INSERT INTO link VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version
"""
_UNLINK: Final = "DELETE FROM link WHERE tenant = ? AND stream_id = ? AND subject_uri = ?"


class SqliteLinks:
    """Implements the port `Links`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, keys: Sequence[LinkKey]) -> Mapping[LinkKey, Link]:
        """Return links."""

        def read_all(connection: sqlite3.Connection) -> dict[LinkKey, Link]:
            found = {key: connection.execute(_READ, _values(key)).fetchone() for key in keys}
            return {
                key: Link(key, is_linked=True, version=row[0])
                for key, row in found.items()
                if row is not None
            }

        return await self._database.read(read_all)

    async def write(
        self,
        links: Sequence[Link],
        *,
        fence: int,  # noqa: ARG002  the file has one process, which no other can take over from
    ) -> None:
        """Keep links."""

        def write_all(connection: sqlite3.Connection) -> None:
            closed = closed_among(connection, {link.key.tenant for link in links})
            for link in links:
                if link.is_linked and link.key.tenant not in closed:
                    connection.execute(_LINK, (*_values(link.key), link.version))
                else:
                    connection.execute(_UNLINK, _values(link.key))

        await self._database.write(write_all)


def _values(key: LinkKey) -> tuple[str, str, str]:
    return key.tenant, key.stream_id, key.subject_uri
