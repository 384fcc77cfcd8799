"""Files that are on the disk, whole, when the call that wrote them returns."""

import os
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read. Raises `OSError`, also when it exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make durable which names a folder has. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
