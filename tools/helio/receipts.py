"""`helio receipts`: what arrived, what was done with it, and doing it once more."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import aiohttp
import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from helio.api import Api, running_cluster
from helio.options import Data, Json
from helio.settings import cluster_settings
from servicekit.failures import StartError

_RECEIPTS: Final = "/admin/v1/receipts"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TIMES: Final = frozenset({"received", "settled", "origin_clock", "next_attempt"})

app = typer.Typer(help="Received events, and what was done with them.", no_args_is_help=True)
_console = Console()


class State(StrEnum):
    """Where a receipt stands."""

    PENDING = "pending"
    APPLIED = "applied"
    WITHOUT_EFFECT = "without_effect"
    IGNORED = "ignored"
    DEAD = "dead"


def _time(text: str) -> int:
    """Return a time of ISO 8601 in microseconds since 1970; one without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: write 2026-01-31T09:30:00Z") from None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


ReceiptId = Annotated[str, typer.Argument(metavar="ID", help="The id that `list` shows.")]
Stream = Annotated[str | None, typer.Option(metavar="STREAM_ID", help="Of one stream alone.")]
_SINCE: Final = typer.Option(parser=_time, metavar="TIME", help="Received then or later.")
_BEFORE: Final = typer.Option(parser=_time, metavar="TIME", help="Received before then.")


@app.command("list")
def list_receipts(
    *,
    stream: Stream = None,
    state: Annotated[State | None, typer.Option(help="In one state alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 100,
    after: Annotated[str | None, typer.Option(help="What the page before gave as next.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List receipts in the order of their arrival."""
    wanted = {"stream_id": stream, "state": state, "limit": limit, "after": after}
    query = urlencode({name: value for name, value in wanted.items() if value is not None})
    page = _call(data, "GET", f"{_RECEIPTS}?{query}")
    if json:
        _print_json(page)
        return
    _print_table(page["receipts"])
    if page["next"] is not None:
        _console.print(f"more: --after {page['next']}", markup=False, highlight=False)


@app.command()
def show(receipt_id: ReceiptId, *, json: Json = False, data: Data = None) -> None:
    """Show one receipt."""
    row = _call(data, "GET", f"{_RECEIPTS}/{quote(receipt_id, safe='')}")
    if json:
        _print_json(row)
        return
    for name, value in row.items():
        shown = _moment(value) if name in _TIMES else value
        _console.print(f"{name:>12}  {shown}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def reapply(
    receipt_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One receipt; or else choose by --state.")
    ] = None,
    *,
    state: Annotated[State | None, typer.Option(help="All that are settled so.")] = None,
    stream: Stream = None,
    since: Annotated[int | None, _SINCE] = None,
    before: Annotated[int | None, _BEFORE] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Apply settled receipts once more: heals what was dead, harmless for what took effect."""
    chosen = {"stream_id": stream, "received_from": since, "received_before": before}
    body = {name: value for name, value in chosen.items() if value is not None}
    if (receipt_id is None) is (state is None) or (receipt_id is not None and body):
        raise typer.BadParameter(
            "give either an ID, or --state, which --stream, --since and --before may narrow down"
        )
    if state is State.PENDING:
        raise typer.BadParameter("--state pending: what is pending is going to be applied anyway")
    if receipt_id is not None:
        answer = _call(data, "POST", f"{_RECEIPTS}/{quote(receipt_id, safe='')}/reapply")
    else:
        answer = _call(data, "POST", f"{_RECEIPTS}/reapply", {"state": state, **body})
    if json:
        _print_json(answer)
    else:
        print(f"{answer['reapplied']} to be applied again")


def _call(data: Data, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401  JSON
    settings = cluster_settings(data=data)
    running = running_cluster(settings)
    if running is None:
        raise StartError(f"nothing runs on {settings.data}; `helio up` starts it")
    where, token = running

    async def called() -> Any:  # noqa: ANN401  JSON
        async with aiohttp.ClientSession() as session:
            api = Api(session, where, token)
            return await api.call(method, api.url("set-receiver", path), body)

    return asyncio.run(called())


def _print_json(value: object) -> None:
    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table("id", "received", "state", "stream", "subject", "event", "reason", box=None)
    for row in rows:
        event = row["event_type"].removeprefix("urn:ietf:params:scim:event:")
        cells = (row["state"], row["stream_id"], row["subject_uri"], event, row["reason"])
        table.add_row(row["id"], _moment(row["received"]), *map(escape, cells))
    _console.print(table)


def _moment(microseconds: int) -> str:
    if not microseconds:
        return "–"
    return (_EPOCH + microseconds * _MICROSECOND).isoformat(timespec="milliseconds")
