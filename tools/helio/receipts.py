"""`helio receipts`: what arrived, what was done with it, and doing it once more."""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from helio.admin_api import admin_api, print_json
from helio.options import Data, Json
from helio.tables import print_table
from helio.times import microseconds_given, shown_time

_SERVICE: Final = "set-receiver"
_RECEIPTS: Final = "/receipts"
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
    ROUTED = "routed"


ReceiptId = Annotated[str, typer.Argument(metavar="ID", help="The id that `list` shows.")]
Stream = Annotated[str | None, typer.Option(metavar="STREAM_ID", help="Of one stream alone.")]
_SINCE: Final = typer.Option(
    parser=microseconds_given, metavar="TIME", help="Received then or later."
)
_BEFORE: Final = typer.Option(
    parser=microseconds_given, metavar="TIME", help="Received before then."
)


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
    page = _get(data, _RECEIPTS, wanted)
    if json:
        print_json(page)
        return
    _print_table(page["receipts"])
    if page["next"] is not None:
        _console.print(f"more: --after {page['next']}", markup=False, highlight=False)


@app.command()
def show(receipt_id: ReceiptId, *, json: Json = False, data: Data = None) -> None:
    """Show one receipt."""
    row = _get(data, f"{_RECEIPTS}/{quote(receipt_id, safe='')}")
    if json:
        print_json(row)
        return
    for name, value in row.items():
        shown = shown_time(value) if name in _TIMES else value
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
        answer = _post(data, f"{_RECEIPTS}/{quote(receipt_id, safe='')}/reapply")
    else:
        answer = _post(data, f"{_RECEIPTS}/reapply", {"state": state, **body})
    if json:
        print_json(answer)
    else:
        print(f"{answer['reapplied']} to be applied again")


def _get(data: Data, path: str, query: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401  JSON
    async def got() -> Any:  # noqa: ANN401  JSON
        async with admin_api(_SERVICE, data=data) as api:
            return await api.get(path, query)

    return asyncio.run(got())


def _post(data: Data, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401  JSON
    async def posted() -> Any:  # noqa: ANN401  JSON
        async with admin_api(_SERVICE, data=data) as api:
            return await api.post(path, body)

    return asyncio.run(posted())


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table("id", "received", "state", "stream", "subject", "event", "reason", box=None)
    for row in rows:
        event = row["event_type"].removeprefix("urn:ietf:params:scim:event:")
        cells = (row["state"], row["stream_id"], row["subject_uri"], event, row["reason"])
        table.add_row(row["id"], shown_time(row["received"]), *map(escape, cells))
    print_table(table)
