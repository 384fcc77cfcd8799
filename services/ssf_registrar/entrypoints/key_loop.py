"""Seeing to it that every tenant has all the keys that this release works with."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from servicekit.failures import StorageError
from ssf_registrar.commands.ensure_keys import EnsureKeys
from ssf_registrar.ports.tenants import Tenants

# beside this one, replicas of the release before may go on making tenants for a while
_LOOK_SECONDS: Final = 3600.0
_AFTER_FAILURE_SECONDS: Final = 10.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KeyLoop:
    """Looks at all tenants at the start, and every hour."""

    ensure_keys: EnsureKeys
    tenants: Tenants

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self.ensure_keys.of_all(self.tenants)
                pause = _LOOK_SECONDS
            except StorageError as error:
                _log.warning("keys.not_stored", error=str(error))
                pause = _AFTER_FAILURE_SECONDS
            await asyncio.sleep(pause)
