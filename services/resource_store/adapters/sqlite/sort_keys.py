"""Sort keys as columns hold them: no key is a blob, which to SQLite is behind all else."""

from typing import Final

from resource_store.domain.keys import Key

NO_KEY: Final = b""


def kept_key(key: Key | None) -> Key | bytes:
    """Return a key as it is kept."""
    return NO_KEY if key is None else key


def key_of(kept: Key | bytes | None) -> Key | None:
    """Return a key that was kept."""
    return None if isinstance(kept, bytes) else kept
