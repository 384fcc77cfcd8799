"""The loop that purges."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from resource_store.commands.purge_deleted import PurgeDeleted

_PAUSE_SECONDS: Final = 60.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PurgeLoop:
    """Purges what is due, every minute."""

    purge: PurgeDeleted

    async def run(self, _held: object = None) -> None:
        """Purge until cancelled."""
        while True:
            if purged := await self.purge():
                _log.info("deleted.purged", resources=purged)
            await asyncio.sleep(_PAUSE_SECONDS)
