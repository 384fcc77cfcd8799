"""The loop that forgets what became of old requests; several replicas do it without harm."""

import asyncio
from dataclasses import dataclass
from typing import Final

from resource_store.commands.keep_requests import KeepRequests

_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Looks every ten minutes."""

    keep_requests: KeepRequests

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self.keep_requests.forget_old()
            await asyncio.sleep(_SECONDS)
