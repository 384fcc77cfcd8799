"""When tokens were last used at the registrar's own door: noted at once, written once a minute."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from servicekit.bearer import BearerTokens, Grant, presented_token, token_hash
from servicekit.failures import StorageError
from ssf_registrar.ports.tokens import Tokens

_SECONDS: Final = 60.0
_log = structlog.get_logger()


class UsedTokens(BearerTokens):
    """Authenticates bearer tokens, and notes those that let somebody in."""

    def __init__(
        self, look_up: Callable[[bytes], Awaitable[Grant | None]], *, clock: Callable[[], float]
    ) -> None:
        super().__init__(look_up, clock=clock)
        self._now = clock
        self._uses: dict[bytes, int] = {}

    async def authenticate(self, authorization: str | None, *, scope: str) -> Grant:
        """Return the grant of an Authorization header's value, which must include `scope`."""
        grant = await super().authenticate(authorization, scope=scope)
        self._uses[token_hash(presented_token(authorization))] = int(self._now())
        return grant

    async def keep_uses(self, tokens: Tokens, ending: asyncio.Event) -> None:
        """Write the uses every minute, and those of the last one at the end."""
        while not ending.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), _SECONDS)
            await self._write(tokens)

    async def _write(self, tokens: Tokens) -> None:
        uses, self._uses = self._uses, {}
        if not uses:
            return
        try:
            await tokens.record_uses(uses)
        except StorageError as error:
            _log.warning("tokens.uses_not_kept", error=str(error))
            self._uses = {**uses, **self._uses}
