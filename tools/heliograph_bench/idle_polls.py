"""Polls that wait for events: what each holds, what all of them cost, and how all are woken."""

import asyncio
import time
from pathlib import Path
from typing import Final

import orjson

from heliograph_bench.measuring import Figure
from heliograph_bench.people import user
from heliograph_bench.services import Cluster, cluster, until
from heliograph_bench.transmitting import TRANSMITTER, TRANSMITTING, Streams

_POLLS: Final = 1_000
_IDLE_SECONDS: Final = 10.0
_SETTINGS: Final = {"HELIOGRAPH_POLL_WAIT_SECONDS": "50"}
_JSON: Final = {"Content-Type": "application/json"}


async def idle_polls(*, store: str | None) -> Figure:
    """Measure a long poll of each of 1,000 streams, and an event that is for all of them."""
    connections = _POLLS + 2
    async with cluster(
        *TRANSMITTING, connections=connections, url=store, settings=_SETTINGS
    ) as polled:
        stream_ids = await Streams(polled).make_many(_POLLS)
        before = _resident_kilobytes(polled)
        polls = [asyncio.create_task(_poll(polled, each)) for each in stream_ids]
        await until(lambda: _are_waiting(polled))
        kilobytes = (_resident_kilobytes(polled) - before) / _POLLS
        cpu = polled.cpu_seconds(TRANSMITTER)
        await asyncio.sleep(_IDLE_SECONDS)
        cpu = polled.cpu_seconds(TRANSMITTER) - cpu
        began, waking = time.perf_counter(), polled.cpu_seconds(TRANSMITTER)
        await _create_user(polled)
        woken = sum(await asyncio.gather(*polls))
        seconds = time.perf_counter() - began
        waking = polled.cpu_seconds(TRANSMITTER) - waking
    return Figure(
        f"idle polls: {_POLLS:,} long polls of as many streams at one set-transmitter",
        f"{kilobytes:.0f} KB each; {cpu / _IDLE_SECONDS:.1%} of a core",
        aim=f"an event wakes {_POLLS:,}",
        note=f"an event for all woke {woken:,} of them, each with a SET, within {seconds:.1f} s,"
        f" {waking:.1f} s of it CPU",
    )


async def _poll(polled: Cluster, stream_id: str) -> bool:
    """Wait for a SET; tell whether there was one."""
    url = f"{polled.origin_of('set-transmitter')}/ssf/poll/{stream_id}"
    async with polled.session.post(url, data=b"{}", headers=_JSON) as response:
        response.raise_for_status()
        return bool(orjson.loads(await response.read())["sets"])


async def _are_waiting(polled: Cluster) -> bool:
    url = f"{polled.origin_of('set-transmitter')}/metrics"
    async with polled.session.get(url) as response:
        lines = (await response.text()).splitlines()
    return f"heliograph_polls_waiting {float(_POLLS)}" in lines


async def _create_user(polled: Cluster) -> None:
    url = f"{polled.origin_of('scim-gateway')}/scim/v2/Users"
    async with polled.session.post(url, data=orjson.dumps(user(0))) as response:
        response.raise_for_status()
        await response.read()


def _resident_kilobytes(polled: Cluster) -> int:
    status = Path(f"/proc/{polled.pids[TRANSMITTER]}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])
