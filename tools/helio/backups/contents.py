"""What a backup holds, and in which order it is copied (docs/adr/0015)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helio.settings import ClusterSettings
from resource_store.adapters.sqlite.tables import MIGRATIONS as STORE_MIGRATIONS
from servicekit.failures import StartError
from servicekit.stores import MongoUrl, SqliteFolder
from set_receiver.adapters.sqlite.schema import MIGRATIONS as RECEIPT_MIGRATIONS
from set_transmitter.adapters.sqlite.schema import MIGRATIONS as LOG_MIGRATIONS
from ssf_registrar.adapters.sqlite.schema import MIGRATIONS as REGISTRAR_MIGRATIONS


class BackupError(StartError):
    """There is no backup to be made or restored; the message is one line that says why."""


def embedded_store(settings: ClusterSettings) -> SqliteFolder:
    """Return where a cluster's databases are. Raises `BackupError` for MongoDB."""
    location = settings.location()
    if isinstance(location, MongoUrl):
        raise BackupError(
            "a cluster on MongoDB is backed up and restored by mongodump and mongorestore:"
            ' see docs/operations.md, "On MongoDB"'
        )
    return location


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """The SQLite file of one service."""

    service: str
    newest_schema: int
    """The newest `PRAGMA user_version` that this release knows."""

    @property
    def file(self) -> str:
        """The file's name, in the data folder and in a backup."""
        return SqliteFolder(Path()).file_of(self.service).name


# In the order of copying: each refers only to what those after it hold, and they are copied later.
DATABASES: Final = (
    ServiceDatabase("set-transmitter", len(LOG_MIGRATIONS)),
    ServiceDatabase("set-receiver", len(RECEIPT_MIGRATIONS)),
    ServiceDatabase("resource-store", len(STORE_MIGRATIONS)),
    ServiceDatabase("ssf-registrar", len(REGISTRAR_MIGRATIONS)),
)

SECRETS_FOLDER: Final = "secrets"
MASTER_KEY: Final = f"{SECRETS_FOLDER}/master-key"
# Neither needs to be there: both can be given by the environment.
SECRETS: Final = (MASTER_KEY, f"{SECRETS_FOLDER}/admin-token")

MANIFEST: Final = "manifest.json"
