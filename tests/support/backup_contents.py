"""What is in a backup, and in a folder."""

from pathlib import Path

FILES = [
    "set-transmitter.sqlite3",
    "set-receiver.sqlite3",
    "resource-store.sqlite3",
    "ssf-registrar.sqlite3",
    "secrets/master-key",
    "secrets/admin-token",
]


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def databases(folder: Path) -> dict[str, bytes]:
    """Return the databases of a folder, without what SQLite keeps beside open ones."""
    return {path.name: path.read_bytes() for path in folder.glob("*.sqlite3")}
