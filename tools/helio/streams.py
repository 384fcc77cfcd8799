"""`helio streams`: how the streams fare, and pausing, resuming, resetting and verifying them."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Final, TypeVar

import aiohttp
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from helio.admin_api import print_json
from helio.api import Api, running_cluster
from helio.options import Data, Json
from helio.settings import cluster_settings
from helio.stream_states import RECEIVER, REGISTRAR, TRANSMITTER, StreamState, stream_states
from helio.tables import print_table
from helio.times import microseconds_given, rfc_3339, shown_time
from servicekit.failures import StartError

_LOOK_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 20.0

app = typer.Typer(help="Streams of events, and how they fare.", no_args_is_help=True)
_console = Console(emoji=False)

StreamId = Annotated[str, typer.Argument(metavar="STREAM_ID", help="The id that `list` shows.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; its receiver reads it.")]
_DATE: Final = typer.Option(
    parser=microseconds_given, metavar="TIME", help="Send again what happened since then."
)
T = TypeVar("T")


@app.command("list")
def list_(*, json: Json = False, data: Data = None) -> None:
    """List all streams: status, lag, the last contact and what was set aside."""
    states = _run(data, stream_states)
    if json:
        print_json({"streams": [state.members() for state in states]})
        return
    _print_table(states)


@app.command()
def show(stream_id: StreamId, *, json: Json = False, data: Data = None) -> None:
    """Show one stream."""
    state = _run(data, lambda api: _found(api, stream_id))
    _print_one(state, json=json)


@app.command()
def pause(
    stream_id: StreamId, *, reason: Reason = "", json: Json = False, data: Data = None
) -> None:
    """Send nothing more, and hold what comes; a receiver is told before."""
    state = _run(data, lambda api: _set_status(api, stream_id, "paused", reason))
    _print_one(state, json=json)


@app.command()
def resume(
    stream_id: StreamId, *, reason: Reason = "", json: Json = False, data: Data = None
) -> None:
    """Go on, with what was held; a receiver is told."""
    state = _run(data, lambda api: _set_status(api, stream_id, "enabled", reason))
    _print_one(state, json=json)


@app.command()
def reset(
    stream_id: StreamId,
    *,
    jti: Annotated[
        str | None, typer.Option(metavar="JTI", help="Send again that SET and what followed.")
    ] = None,
    date: Annotated[int | None, _DATE] = None,
    beginning: Annotated[
        bool, typer.Option("--beginning", help="Send again all that there is.")
    ] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Send a transmit stream's events once more, from a place in the past on."""
    if [jti is not None, date is not None, beginning].count(True) != 1:
        raise typer.BadParameter("give one of --jti, --date and --beginning")
    to: object = "beginning"
    if jti is not None:
        to = {"jti": jti}
    elif date is not None:
        to = {"date": rfc_3339(date)}
    state = _run(data, lambda api: _reset(api, stream_id, to))
    _print_one(state, json=json)


@app.command()
def verify(
    stream_id: StreamId,
    *,
    state: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The state to echo. [default: a random one]")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Have a verification event sent; of a stream that receives, agree on its state."""
    wanted = state or secrets.token_urlsafe(24)
    found = _run(data, lambda api: _verify(api, stream_id, wanted))
    if json:
        print_json({"stream_id": stream_id, "state": wanted})
        return
    _tell(f"state: {wanted}")
    if found.is_transmitted:
        _tell("the event is on its way, or held while the stream is paused")
    else:
        _tell("now ask the transmitter: POST its verification_endpoint, with its own stream_id")


async def _found(api: Api, stream_id: str) -> StreamState:
    for state in await stream_states(api):
        if state.stream_id == stream_id:
            return state
    raise StartError(f"there is no stream {stream_id}")


async def _set_status(api: Api, stream_id: str, status: str, reason: str) -> StreamState:
    """Set a status, and wait until it is in effect."""
    found = await _found(api, stream_id)
    body = {"status": status} | ({"reason": reason} if reason else {})
    if found.is_transmitted:
        await api.call("POST", api.url(TRANSMITTER, f"/admin/v1/streams/{stream_id}/status"), body)
    else:
        url = api.url(REGISTRAR, "/ssf/status")
        await api.call("POST", url, {"stream_id": stream_id, **body})
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            found = await _found(api, stream_id)
            if found.status == status:
                return found
            await asyncio.sleep(_LOOK_SECONDS)


async def _reset(api: Api, stream_id: str, to: object) -> StreamState:
    await api.call("POST", api.url(TRANSMITTER, f"/admin/v1/streams/{stream_id}/reset"), {"to": to})
    return await _found(api, stream_id)


async def _verify(api: Api, stream_id: str, state: str) -> StreamState:
    found = await _found(api, stream_id)
    if found.is_transmitted:
        url = api.url(REGISTRAR, "/ssf/verify")
        await api.call("POST", url, {"stream_id": stream_id, "state": state})
    else:
        path = f"/admin/v1/receive-streams/{stream_id}/verify"
        await api.call("POST", api.url(RECEIVER, path), {"state": state})
    return found


def _run(data: Data, work: Callable[[Api], Awaitable[T]]) -> T:
    async def worked() -> T:
        async with _api(data) as api:
            return await work(api)

    return asyncio.run(worked())


@asynccontextmanager
async def _api(data: Data) -> AsyncIterator[Api]:
    settings = cluster_settings(data=data)
    running = running_cluster(settings)
    if running is None:
        raise StartError(f"nothing runs on {settings.data}; `helio up` starts it")
    async with aiohttp.ClientSession() as session:
        yield Api(session, *running)


def _print_table(states: Sequence[StreamState]) -> None:
    others = ("", "status", "lag", "oldest", "contact", "dead", "last error")
    table = Table("stream", *others, box=None)
    for state in states:
        table.add_row(
            state.stream_id,
            f"{state.direction} {state.method}",
            state.status,
            f"{state.lag_events}",
            _shown_seconds(state.lag_seconds),
            _shown_seconds(time.time() - state.last_contact / 1e6) if state.last_contact else "–",
            f"{state.dead_letters}",
            escape(state.last_error),
        )
    print_table(table)


def _shown_seconds(seconds: float) -> str:
    return f"{max(seconds, 0.0):,.1f} s" if seconds else "–"


def _print_one(state: StreamState, *, json: bool) -> None:
    if json:
        print_json(state.members())
        return
    for name, value in state.members().items():
        shown = shown_time(state.last_contact) if name == "last_contact" else value
        _tell(f"{name:>18}  {shown}")


def _tell(line: str) -> None:
    _console.print(line, markup=False, highlight=False, soft_wrap=True)
