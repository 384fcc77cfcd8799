"""Where the demo's clusters keep their state: each embedded, or each a set of databases."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from heliograph_demo.clusters import ClusterError
from heliograph_mongod.server import MongodUnavailableError, running_mongod

EMBEDDED: Final = "sqlite"
OWN_MONGOD: Final = "mongodb"


class Store(Protocol):
    """What clusters keep their state in; each has a data folder in `folder`, by its name."""

    def environment(self, folder: Path, name: str) -> Mapping[str, str]:
        """Return what a cluster finds in its environment."""

    def remove(self, folder: Path, name: str) -> None:
        """Remove what a cluster kept outside its data folder. Raises `ClusterError`."""


class EmbeddedStore:
    """All of it is in the data folders."""

    def environment(self, folder: Path, name: str) -> Mapping[str, str]:
        """Return nothing: it is the default."""
        del folder, name
        return {}

    def remove(self, folder: Path, name: str) -> None:
        """Leave that to whoever removes the data folder."""


@dataclass(frozen=True, slots=True)
class MongoStore:
    """A database for each service of each cluster, in one replica set."""

    url: str = field(repr=False)
    master_key: str = field(
        repr=False, default_factory=lambda: base64.b64encode(secrets.token_bytes(32)).decode()
    )
    """Made up: both clusters are gone before anybody needs it again."""

    def environment(self, folder: Path, name: str) -> Mapping[str, str]:
        """Return the URL with the name of the cluster's databases, and the master key."""
        return {
            "HELIOGRAPH_STORE": database_url(self.url, _databases(folder, name)),
            "HELIOGRAPH_MASTER_KEY": self.master_key,
        }

    def remove(self, folder: Path, name: str) -> None:
        """Drop the cluster's databases."""
        ours = f"{_databases(folder, name)}-"
        try:
            with MongoClient[dict[str, object]](self.url) as client:
                for database in client.list_database_names():
                    if database.startswith(ours):
                        client.drop_database(database)
        except PyMongoError as error:
            sentence = f"cannot drop the databases {ours}…: {type(error).__name__}"
            raise ClusterError(sentence, exit_code=1) from None


def _databases(folder: Path, name: str) -> str:
    """Return what the names of a cluster's databases begin with: the folder's is made up."""
    return f"{folder.name}-{name.lower()}"


@contextmanager
def opened(store: str, *, keep: bool) -> Iterator[Store]:
    """Give what `--store` names; "mongodb" alone is a mongod of the demo's own.

    Raises `ClusterError`.
    """
    if store == EMBEDDED:
        yield EmbeddedStore()
    elif store.startswith(("mongodb://", "mongodb+srv://")):
        yield MongoStore(store)
    elif store != OWN_MONGOD:
        raise ClusterError(
            f"--store must be {EMBEDDED}, {OWN_MONGOD} or mongodb://HOST/?replicaSet=NAME",
            exit_code=2,
        )
    elif keep:
        raise ClusterError(
            "--keep takes a MongoDB that stays: name it by --store mongodb://HOST/?replicaSet=NAME",
            exit_code=2,
        )
    else:
        with _own_mongod() as url:
            yield MongoStore(url)


@contextmanager
def _own_mongod() -> Iterator[str]:
    try:
        with running_mongod() as url:
            yield url
    except MongodUnavailableError as error:
        raise ClusterError(str(error), exit_code=2) from None


def database_url(url: str, name: str) -> str:
    """Return a MongoDB URL with another database's name, and the credentials' database as it was.

    Without an authSource that is the one of the URL's path, or else "admin".
    """
    parts = urlsplit(url)
    query = parts.query
    if "@" in parts.netloc and "authSource" not in parse_qs(query):
        source = f"authSource={parts.path.strip('/') or 'admin'}"
        query = f"{query}&{source}" if query else source
    return parts._replace(path=f"/{name}", query=query).geturl()
