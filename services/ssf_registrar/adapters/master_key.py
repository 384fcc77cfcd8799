"""The master key: from the environment, or a file of the embedded store's own."""

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Final

from servicekit.durable_files import sync_folder, write_private
from servicekit.failures import StartError
from servicekit.settings import private_folder

_KEY_BYTES: Final = 32


def given_master_key(text: str) -> bytes:
    """Return the key of HELIOGRAPH_MASTER_KEY."""
    return _decoded(text, source="HELIOGRAPH_MASTER_KEY")


def stored_master_key(path: Path, *, may_make: bool) -> bytes:
    """Return the key of a file, which is made where there is none and `may_make` allows it."""
    try:
        if path.exists():
            return _read(path)
        if not may_make:
            raise StartError(
                f"{path} is missing, and the database holds what was encrypted with it:"
                " put it back, or set HELIOGRAPH_MASTER_KEY"
            )
        private_folder(path.parent)
        return _make(path)
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"cannot use the master key {path}: {error}") from None


def _read(path: Path) -> bytes:
    return _decoded(path.read_text("ascii"), source=str(path))


def _make(path: Path) -> bytes:
    """Make a key file that is either whole and durable or not there at all, and return its key.

    When another process has made it at the same moment, its key is the one.
    """
    key = secrets.token_bytes(_KEY_BYTES)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_private(temporary, base64.urlsafe_b64encode(key) + b"\n")
        # unlike a rename, a link never takes the place of a key that another process has made
        os.link(temporary, path)
    except FileExistsError:
        key = _read(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return key


def _decoded(text: str, *, source: str) -> bytes:
    try:
        standard = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise StartError(f"{source} must hold {_KEY_BYTES} bytes in base64")
    return key
