"""What a copy of the registrar's database is checked by."""

import sqlite3
from pathlib import Path

from ssf_registrar.adapters.master_key import stored_master_key
from ssf_registrar.adapters.sealing import AesGcmSealer
from ssf_registrar.adapters.sqlite.keys import sealed_key_of
from ssf_registrar.adapters.unlocking import check_opens


def check_master_key(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `StartError` when the key file does not open what the database holds sealed."""
    sealed = sealed_key_of(connection)
    sealer = AesGcmSealer(stored_master_key(path, may_make=False))
    if sealed is not None:
        check_opens(sealer, *sealed, source=str(path))
