"""Opening what the database holds sealed, before anything else is done with it."""

from pathlib import Path

from servicekit.failures import StartError
from ssf_registrar.adapters.master_key import given_master_key, stored_master_key
from ssf_registrar.adapters.sealing import AesGcmSealer
from ssf_registrar.ports.sealing import UnsealingError


def unlock(sealed: tuple[bytes, str] | None, *, given: str | None, path: Path) -> AesGcmSealer:
    """Return the sealer under the master key that is `given`, or else in the file at `path`.

    `sealed` is what the database holds sealed, with its identity; the file is made only for a
    database that holds nothing sealed. Raises `StartError` when the key is missing, malformed, or
    not the one that the database was sealed with.
    """
    if given is not None:
        source, key = "HELIOGRAPH_MASTER_KEY", given_master_key(given)
    else:
        source, key = str(path), stored_master_key(path, may_make=sealed is None)
    sealer = AesGcmSealer(key)
    if sealed is not None:
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
