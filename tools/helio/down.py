"""`helio down`: stops a cluster, and waits until all of it has ended."""

import os
import signal
import time
from contextlib import suppress

from helio.data_folder import DataFolder

# The supervisor itself needs at most 5 s.
_SECONDS = 10.0
_PAUSE_SECONDS = 0.05


def stop(folder: DataFolder) -> float | None:
    """Stop the cluster of a data folder.

    Returns how many seconds that took, or None when nothing ran. Raises `TimeoutError`.
    """
    pid = folder.owner()
    if pid is None:
        return None
    began = time.monotonic()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    while folder.owner() == pid:
        if time.monotonic() - began > _SECONDS:
            raise TimeoutError(f"the supervisor (pid {pid}) did not end within {_SECONDS:.0f} s")
        time.sleep(_PAUSE_SECONDS)
    return time.monotonic() - began
