"""Opening what the database holds sealed, before anything else is done with it."""

from pathlib import Path

from servicekit.failures import StartError
from servicekit.sqlite import Database
from ssf_registrar.adapters.master_key import given_master_key, stored_master_key
from ssf_registrar.adapters.sealing import AesGcmSealer
from ssf_registrar.adapters.sqlite_keys import first_sealed_key
from ssf_registrar.ports.sealing import UnsealingError


async def unlock(database: Database, *, given: str | None, path: Path) -> AesGcmSealer:
    """Return the sealer under the master key that is `given`, or else in the file at `path`.

    The file is made only for a database that holds nothing sealed. Raises `StartError` when the key
    is missing, malformed, or not the one that the database was sealed with.
    """
    sealed = await first_sealed_key(database)
    if given is not None:
        key = given_master_key(given)
    else:
        key = stored_master_key(path, may_make=sealed is None)
    sealer = AesGcmSealer(key)
    if sealed is not None:
        source = "HELIOGRAPH_MASTER_KEY" if given is not None else str(path)
        check_opens(sealer, *sealed, source=source)
    return sealer


def check_opens(sealer: AesGcmSealer, sealed: bytes, identity: str, *, source: str) -> None:
    """Try a master key, which is from `source`. Raises `StartError` when it is another one."""
    try:
        sealer.unseal(sealed, identity=identity)
    except UnsealingError:
        raise StartError(
            f"{source} is not the master key that the database was encrypted with:"
            " put the former one back"
        ) from None
