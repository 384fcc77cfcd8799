"""`helio events tail` and `helio events show`: reading the event log."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
import typer
from rich.console import Console

from helio.admin_api import AdminApi, admin_api, print_json
from helio.api import ApiError
from helio.options import Data, Json, TransmitterUrl
from helio.times import shown_time

_SERVICE: Final = "set-transmitter"
_EVENTS: Final = "/events"
_WAIT_SECONDS: Final = 20
_PAUSE_SECONDS: Final = 0.5
_LARGEST_PAGE: Final = 1000
_TIMES: Final = frozenset({"committed", "origin_clock"})

_console = Console(emoji=False)


def tail(
    *,
    stream: Annotated[
        str | None, typer.Option(metavar="STREAM_ID", help="What one stream delivers.")
    ] = None,
    lines: Annotated[int, typer.Option(min=1, max=_LARGEST_PAGE, help="How many first.")] = 10,
    no_follow: Annotated[bool, typer.Option("--no-follow", help="End after those.")] = False,
    json: Json = False,
    data: Data = None,
    url: TransmitterUrl = None,
) -> None:
    """Show the last events of the log, and those that come, until Ctrl-C."""

    async def followed() -> None:
        async with admin_api(_SERVICE, data=data, url=url) as api:
            async for event in _events(api, stream, lines, follow=not no_follow):
                if json:
                    print(orjson.dumps(event).decode(), flush=True)
                else:
                    _print_line(event)

    try:
        asyncio.run(followed())
    except KeyboardInterrupt:
        raise typer.Exit from None


def show(
    place: Annotated[
        str, typer.Argument(metavar="POSITION|JTI", help="As `tail` shows it, or of a SET.")
    ],
    *,
    json: Json = False,
    data: Data = None,
    url: TransmitterUrl = None,
) -> None:
    """Show one event whole, and where it stands for each stream that delivers it."""

    async def got() -> Mapping[str, Any]:
        async with admin_api(_SERVICE, data=data, url=url) as api:
            shown: Mapping[str, Any] = await api.get(f"{_EVENTS}/{quote(place, safe='')}")
            return shown

    event = asyncio.run(got())
    if json:
        print_json(event)
        return
    for name, value in event.items():
        if name != "streams":
            _tell(f"{name:>15}  {shown_time(value) if name in _TIMES else _shown(value)}")
    for told in event["streams"]:
        _tell(f"{told['standing']:>15}  {told['stream_id']}  {told['event_type']}  {told['jti']}")


async def _events(
    api: AdminApi, stream: str | None, lines: int, *, follow: bool
) -> AsyncIterator[Mapping[str, Any]]:
    """Give the last events, and each that comes."""
    wanted = {"stream": stream}
    page = await api.get(_EVENTS, {**wanted, "order": "newest", "limit": lines})
    while True:
        for event in page["events"]:
            yield event
        if not follow:
            return
        page = await _what_comes(api, {**wanted, "after": page["next"]})


async def _what_comes(api: AdminApi, wanted: Mapping[str, object]) -> Mapping[str, Any]:
    """Return the next page, empty if need be; wait while the transmitter is away."""
    try:
        page: Mapping[str, Any] = await api.get(
            _EVENTS, {**wanted, "limit": _LARGEST_PAGE, "wait": _WAIT_SECONDS}
        )
    except ApiError as error:
        if error.status not in {None, 503}:
            raise
        page = {"events": [], "next": wanted["after"]}
    if not page["events"]:
        await asyncio.sleep(_PAUSE_SECONDS)
    return page


def _print_line(event: Mapping[str, Any]) -> None:
    attributes = ", ".join(event["attributes"])
    what = event["event_type"].rpartition("/")[2] or event["kind"]
    _tell(
        f"{event['position']:>8}  {shown_time(event['committed'])}  {what:<10}"
        f"  {event['subject_uri']}  {attributes}"
    )


def _shown(value: object) -> object:
    is_plain = value is None or isinstance(value, str | int)
    return value if is_plain else orjson.dumps(value).decode()


def _tell(text: str) -> None:
    _console.print(text, markup=False, highlight=False, soft_wrap=True)
