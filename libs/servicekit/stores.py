"""Where state is kept: what HELIOGRAPH_STORE says (docs/configuration.md)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from servicekit.failures import StartError

_SQLITE: Final = "sqlite"
_MONGODB: Final = frozenset({"mongodb", "mongodb+srv"})


@dataclass(frozen=True, slots=True)
class SqliteFolder:
    """A SQLite file for each service, in one folder."""

    folder: Path

    def file_of(self, service: str) -> Path:
        """Return the file of a service."""
        return self.folder / f"{service}.sqlite3"


@dataclass(frozen=True, slots=True)
class MongoUrl:
    """A database for each service, in one MongoDB replica set. The URL may hold a password."""

    url: str = field(repr=False)


StoreLocation = SqliteFolder | MongoUrl


def parse_store(store: str, *, data: Path) -> StoreLocation:
    """Return what a store's URL names; "sqlite:" alone is the data folder.

    Raises `StartError` for any other scheme.
    """
    scheme, _, rest = store.partition(":")
    if scheme == _SQLITE:
        return SqliteFolder(Path(rest).expanduser() if rest else data)
    if scheme in _MONGODB:
        return MongoUrl(store)
    # Only the scheme: the rest of a URL can hold a password.
    raise StartError(
        f"HELIOGRAPH_STORE: {scheme[:20]}: is no store: use sqlite:, sqlite:FOLDER or"
        " mongodb://HOST/?replicaSet=NAME"
    )
