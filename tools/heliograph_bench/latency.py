"""How long it takes from a change to the receipt of its SET, in a cluster that has nothing else."""

import asyncio
import itertools
import statistics
import time
from typing import Final

import orjson
from aiohttp import web

from heliograph_bench.measuring import Figure
from heliograph_bench.own_server import serving
from heliograph_bench.people import user
from heliograph_bench.services import cluster
from heliograph_bench.transmitting import TRANSMITTING, Streams
from scim.messages import PATCH_OP

_CHANGES: Final = 200
_WARMING_UP: Final = 20
_SECONDS: Final = 60.0


async def latency(*, store: str | None) -> Figure:
    """Measure PATCHes, one after another, from when each is sent to when its SET is pushed."""
    pushed: asyncio.Queue[float] = asyncio.Queue()

    async def receive(request: web.Request) -> web.Response:
        await request.read()
        pushed.put_nowait(time.perf_counter())
        return web.Response(status=202)

    async with (
        serving("POST", receive) as url,
        cluster(*TRANSMITTING, connections=2, url=store) as changing,
    ):
        await Streams(changing).make(push_to=url)
        users = f"{changing.origin_of('scim-gateway')}/scim/v2/Users"
        async with changing.session.post(users, data=orjson.dumps(user(0))) as response:
            response.raise_for_status()
            location = response.headers["Location"]
        await asyncio.wait_for(pushed.get(), _SECONDS)

        async def change(number: int) -> float:
            operation = {"op": "replace", "path": "title", "value": f"Guide {number}"}
            body = orjson.dumps({"schemas": [PATCH_OP], "Operations": [operation]})
            began = time.perf_counter()
            async with changing.session.patch(location, data=body) as response:
                response.raise_for_status()
                await response.read()
            return await asyncio.wait_for(pushed.get(), _SECONDS) - began

        numbers = itertools.count()
        for _ in range(_WARMING_UP):
            await change(next(numbers))
        taken = [await change(next(numbers)) for _ in range(_CHANGES)]
    percentiles = statistics.quantiles((1000 * each for each in taken), n=100)
    return Figure(
        f"latency: from a PATCH at scim-gateway to the push of its SET, {_CHANGES} in turn",
        f"p50 {percentiles[49]:.1f} ms, p99 {percentiles[98]:.1f} ms",
        aim="p50 ≤ 20 ms, p99 ≤ 100 ms",
        note="by the clock, so it is of this machine and of what else runs on it",
    )
