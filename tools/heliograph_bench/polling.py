"""Draining a big backlog by poll, beside a small one: an event is to cost the same."""

import asyncio
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson

from heliograph_bench.loading import BULK_OPERATIONS, Load
from heliograph_bench.measuring import ROUNDS, Row, Way, per_cpu_second
from heliograph_bench.services import Server, cluster
from heliograph_bench.transmitting import TRANSMITTER, TRANSMITTING, Streams
from set_transmitter.domain.streams import CLOCK_TOLERANCE

_SMALL: Final = 2 * BULK_OPERATIONS
_ALGORITHM: Final = "ES256"
_BATCH: Final = 100
"""What set-receiver asks for in a poll."""
_JSON: Final = {"Content-Type": "application/json"}


async def polling(events: int, *, store: str | None) -> Row:
    """Measure polls that drain a backlog of so many events, each acknowledging what came last."""
    async with cluster(*TRANSMITTING, connections=2, url=store) as transmitting:
        streams = Streams(transmitting)
        origin = transmitting.origin_of("scim-gateway")
        load = Load(Server(f"{origin}/scim/v2", [], transmitting.session))
        big_stream = await streams.make(algorithm=_ALGORITHM)
        await load.in_bulk(max(events - _SMALL, _SMALL))
        # or the second stream, too, would have some of these events
        await asyncio.sleep(CLOCK_TOLERANCE / 1_000_000)
        small_stream = await streams.make(algorithm=_ALGORITHM)
        await load.in_bulk(_SMALL)
        big = _Backlog(streams, big_stream, max(events, 2 * _SMALL))
        small = _Backlog(streams, small_stream, _SMALL)
        few = [await _cost(small) for _ in range(ROUNDS)]
        many = await _cost(big)
        few += [await _cost(small) for _ in range(ROUNDS)]
    return Row(
        f"poll: a backlog of {big.events:,} events drained, beside one of {_SMALL:,}",
        ours=many,
        reference=statistics.median(few),
        target="≥ 67 %",
        note=f"the CPU of set-transmitter, by polls of {_BATCH} SETs that acknowledge those before",
    )


@dataclass(frozen=True, slots=True)
class _Backlog:
    """What a poll stream has, again and again."""

    streams: Streams
    stream_id: str
    events: int

    async def restore(self) -> None:
        """Have all of it pending, and nothing of it signed."""
        await self.streams.set_back(self.stream_id)
        await self.streams.until_pending(self.stream_id, self.events)

    async def drain(self) -> int:
        """Poll until there is no more; return how many SETs came."""
        drained, sets = 0, await self._poll(())
        while sets:
            drained += len(sets)
            sets = await self._poll(tuple(sets))
        return drained

    async def _poll(self, acknowledged: Sequence[str]) -> Mapping[str, Any]:
        cluster_ = self.streams.cluster
        url = f"{cluster_.origin_of('set-transmitter')}/ssf/poll/{self.stream_id}"
        body = {"maxEvents": _BATCH, "returnImmediately": True, "ack": acknowledged}
        async with cluster_.session.post(url, data=orjson.dumps(body), headers=_JSON) as response:
            response.raise_for_status()
            sets: Mapping[str, Any] = orjson.loads(await response.read())["sets"]
            return sets


async def _cost(backlog: _Backlog) -> float:
    cpu_seconds = partial(backlog.streams.cluster.cpu_seconds, TRANSMITTER)
    return await per_cpu_second(Way(backlog.drain, cpu_seconds, backlog.restore))
