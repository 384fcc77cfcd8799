"""Leases of a process that has its database to itself, as a SQLite file's owner has."""

import asyncio
from typing import Final

from servicekit.leases import Lease

_FREE: Final = ""


class LoneLeases:
    """Leases in memory: they end with the process, so whoever comes after it need not wait.

    There is no other process that could write under one, so nothing stored has to be fenced.
    """

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}

    async def acquire(self, name: str, *, holder: str, seconds: float) -> Lease | None:
        """Take or renew a lease."""
        now = asyncio.get_running_loop().time()
        held = self._leases.get(name, Lease(name, _FREE, fence=0, ends=now))
        is_same = held.holder == holder
        if not is_same and held.ends > now:
            return None
        taken = Lease(name, holder, held.fence if is_same else held.fence + 1, now + seconds)
        self._leases[name] = taken
        return taken

    async def release(self, lease: Lease) -> None:
        """Give a lease back."""
        held = self._leases.get(lease.name)
        if held is not None and (held.holder, held.fence) == (lease.holder, lease.fence):
            self._leases[lease.name] = Lease(lease.name, _FREE, held.fence, ends=0)
