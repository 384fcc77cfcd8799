"""When tokens were used last: noted on the way, and told in batches beside it."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Final

import structlog

from servicekit.failures import RemoteError, RemoteUnavailableError

_log = structlog.get_logger()
_MOST: Final = 20_000
_BATCH: Final = 1000
_EARLIEST_SECONDS: Final = 30.0
_LATEST_SECONDS: Final = 60.0
_LAST_SECONDS: Final = 1.0
"""How long the end of the service may wait for what is not told yet."""

Record = Callable[[Mapping[bytes, int]], Awaitable[None]]
"""Tells whoever keeps tokens of uses, by their hashes; raises `RemoteError`."""


class TokenUses:
    """The last use of each token that was used since it was told of.

    It holds so many tokens, and of more the oldest are forgotten.
    """

    def __init__(self, *, most: int = _MOST) -> None:
        self._most = most
        self._used: dict[bytes, int] = {}

    def note(self, hashed: bytes, used: int) -> None:
        """Note that a token was used, at a time in seconds since 1970."""
        self._used[hashed] = used
        if len(self._used) > self._most:
            del self._used[next(iter(self._used))]

    def take(self) -> dict[bytes, int]:
        """Remove and return a batch of uses."""
        taken = dict(islice(self._used.items(), _BATCH))
        for hashed in taken:
            del self._used[hashed]
        return taken

    def put_back(self, uses: Mapping[bytes, int]) -> None:
        """Take uses back that could not be told, where there is room and nothing later."""
        for hashed, used in uses.items():
            if len(self._used) < self._most:
                self._used.setdefault(hashed, used)


async def tell_of_uses(uses: TokenUses, record: Record) -> None:
    """Tell of uses every 30 to 60 seconds until cancelled; then of those that there still are."""
    try:
        while True:
            # Replicas that started together need not tell together.
            await asyncio.sleep(random.uniform(_EARLIEST_SECONDS, _LATEST_SECONDS))  # noqa: S311
            await tell_once(uses, record)
    except asyncio.CancelledError:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await tell_once(uses, record)
        raise


async def tell_once(uses: TokenUses, record: Record) -> None:
    """Tell of all uses; those that could not be told for now are kept for the next time."""
    while batch := uses.take():
        try:
            await record(batch)
        except RemoteUnavailableError:
            uses.put_back(batch)
            return
        except RemoteError as error:
            # To tell it again would not help.
            _log.warning("token_uses.refused", reason=error.reason, uses=len(batch))
        except asyncio.CancelledError:
            uses.put_back(batch)
            raise
