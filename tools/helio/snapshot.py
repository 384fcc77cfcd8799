"""`helio snapshot`: bring the receivers of streams up to the present state."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from helio.api import Api, ApiError, running_cluster
from helio.settings import ClusterSettings
from servicekit.failures import StartError

_STREAMS = "/admin/v1/streams"
_LOOK_SECONDS = 0.3

State = Mapping[str, Any]


class SnapshotError(Exception):
    """A snapshot could not be begun, or its progress not be seen."""


async def take_snapshots(
    settings: ClusterSettings, stream_id: str | None, console: Console, *, wait: bool
) -> None:
    """Begin snapshots, of one stream or of all that can have one; wait until they are settled.

    Raises `SnapshotError`, or `StartError` when nothing runs.
    """
    running = running_cluster(settings)
    if running is None:
        raise StartError(f"nothing runs on {settings.data}; `helio up` starts it")
    async with aiohttp.ClientSession() as session:
        api = Api(session, *running)
        try:
            begun = await _begin(api, stream_id, console)
            if wait:
                await _follow(api, begun, console)
        except ApiError as error:
            raise SnapshotError(str(error)) from None


async def _begin(api: Api, stream_id: str | None, console: Console) -> Sequence[str]:
    wanted = [stream_id] if stream_id else [state["stream_id"] for state in await _states(api)]
    begun = [wanted_id for wanted_id in wanted if await _begin_one(api, wanted_id, console)]
    if not begun:
        raise SnapshotError("no snapshot was begun: there is no transmit stream that can have one")
    return begun


async def _begin_one(api: Api, stream_id: str, console: Console) -> bool:
    url = api.url("set-transmitter", f"{_STREAMS}/{stream_id}/snapshot")
    try:
        await api.call("POST", url)
    except ApiError as error:
        if error.status != 409:
            raise
        _tell(console, str(error))
        return False
    _tell(console, f"began a snapshot of the stream {stream_id}")
    return True


async def _follow(api: Api, begun: Sequence[str], console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        bars = {stream_id: progress.add_task(stream_id, total=None) for stream_id in begun}
        while bars:
            await asyncio.sleep(_LOOK_SECONDS)
            states = {state["stream_id"]: state for state in await _states(api)}
            for stream_id, bar in tuple(bars.items()):
                shown = _shown(states.get(stream_id), stream_id)
                progress.update(bar, completed=shown["settled"], total=shown["total"] or None)
                if shown["is_finished"]:
                    del bars[stream_id]
    _tell(console, "all of it is acknowledged, or among the dead letters")


def _shown(state: State | None, stream_id: str) -> State:
    snapshot: State | None = state["snapshot"] if state else None
    if snapshot is None:
        raise SnapshotError(f"the stream {stream_id} was deleted meanwhile")
    return snapshot


async def _states(api: Api) -> Sequence[State]:
    listed = await api.call("GET", api.url("set-transmitter", _STREAMS))
    states: Sequence[State] = listed["streams"]
    return states


def _tell(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
