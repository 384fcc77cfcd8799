"""Fetching for the turns of lanes, under the lease to apply."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from servicekit.failures import StorageError
from servicekit.leases import Held
from servicekit.signals import News
from set_receiver.commands.fetch_resources import FetchResources
from set_receiver.domain.errors import StoreUnavailableError
from set_receiver.domain.fetching import Unfetched
from set_receiver.domain.lanes import Lanes, Turn
from set_receiver.domain.receipts import Receipt, ReceiptState
from set_receiver.entrypoints.leading import seconds_to_act

_MOST_BY_ONE_FETCH: Final = 256
_STORE_AWAY_SECONDS: Final = 0.5

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fetching:
    """Fetches for a turn, and for what follows it in its lane as far as that answers it."""

    fetch_resources: FetchResources
    lanes: Lanes
    moved: News
    """Published when a turn has ended."""
    held: Held
    record: Callable[[Sequence[Receipt]], Awaitable[None]]
    """Makes standings durable."""
    recorded: Callable[[Sequence[Receipt]], None]
    """Is told of receipts whose turns have ended."""

    async def __call__(self, turn: Turn) -> Unfetched | None:
        """End a turn, and return why the publisher did not give the resource."""
        try:
            fetched = await self.fetch_resources(
                self.lanes.ahead(turn, _MOST_BY_ONE_FETCH),
                time_left=lambda: seconds_to_act(self.held),
            )
        except (StoreUnavailableError, StorageError) as error:
            _log.warning("store.unavailable", detail=str(error))
            await asyncio.sleep(_STORE_AWAY_SECONDS)
            self._put_back(turn)
            return None
        if not fetched.receipts:
            # removed, erased, or without a publisher now: it is for who applies to see
            self._put_back(turn)
            return None
        await self.record(fetched.receipts)
        self._end(turn, fetched.receipts)
        return fetched.unfetched

    def _put_back(self, turn: Turn) -> None:
        self.lanes.put_back(turn)
        self.moved.publish()

    def _end(self, turn: Turn, fetched: Sequence[Receipt]) -> None:
        first, *others = fetched
        if first.standing.state is ReceiptState.PENDING:
            self.lanes.park(turn, until=first.standing.next_attempt)
        else:
            self.lanes.finish(turn, also=[receipt.position for receipt in others])
        self.moved.publish()
        self.recorded(fetched)
