"""Leases of a process that has its database to itself, as a SQLite file's owner has."""

import asyncio
from typing import Final

from servicekit.leases import Lease

_FENCE: Final = 1


class LoneLeases:
    """Gives every lease at once, also after a crash: there is nobody else to hold it.

    Nothing is stored, so there is no fence to check.
    """

    async def acquire(self, name: str, *, holder: str, seconds: float) -> Lease | None:
        """Give or renew a lease."""
        return Lease(name, holder, _FENCE, asyncio.get_running_loop().time() + seconds)

    async def release(self, lease: Lease) -> None:
        """Take a lease back, of which nothing is known."""
