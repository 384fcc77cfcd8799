"""`helio dead-letters`: what a receiver would not have, and what could not be applied here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from helio.admin_api import AdminApi, admin_api, print_json
from helio.options import Data, Json
from helio.tables import print_table
from helio.times import shown_time

_LETTERS: Final = "/dead-letters"
_RECEIPTS: Final = "/receipts"
_TIMES: Final = frozenset({"at", "received", "settled", "origin_clock", "next_attempt"})
_PATIENCE_SECONDS: Final = 60.0

app = typer.Typer(
    help="Events that were set aside, on the way out (sent) or on the way in (received).",
    no_args_is_help=True,
)
_console = Console(emoji=False)


class Side(StrEnum):
    """Which end of a stream set it aside."""

    SENT = "sent"
    RECEIVED = "received"

    @property
    def service(self) -> str:
        """The service that has them."""
        return "set-transmitter" if self is Side.SENT else "set-receiver"


LetterId = Annotated[str, typer.Argument(metavar="ID", help="The id that `list` shows.")]
SomeId = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="One; or else all of a --stream.")
]
Stream = Annotated[str | None, typer.Option(metavar="STREAM_ID", help="Of one stream alone.")]
Where = Annotated[
    Side | None,
    typer.Option(help="Which side's; where it is absent, the ID says it, or else sent."),
]


@app.command("list")
def list_letters(
    *,
    side: Where = None,
    stream: Stream = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 100,
    after: Annotated[str | None, typer.Option(help="What the page before gave as next.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List what was set aside, oldest first."""
    here = side or Side.SENT
    wanted: dict[str, object] = {"stream_id": stream, "limit": limit, "after": after}
    if here is Side.SENT:
        page = _call(here, data, lambda api: api.get(_LETTERS, wanted))
    else:
        page = _call(here, data, lambda api: api.get(_RECEIPTS, {**wanted, "state": "dead"}))
    if json:
        print_json(page)
        return
    _print_table(page["dead_letters"] if here is Side.SENT else page["receipts"])
    if page["next"] is not None:
        _console.print(f"more: --after {page['next']}", markup=False, highlight=False)


@app.command()
def show(letter_id: LetterId, *, side: Where = None, json: Json = False, data: Data = None) -> None:
    """Show one, decoded where it was to be sent."""
    here = side or _side_of(letter_id)
    path = f"{_LETTERS if here is Side.SENT else _RECEIPTS}/{quote(letter_id, safe='')}"
    row = _call(here, data, lambda api: api.get(path))
    if json:
        print_json(row)
        return
    for name, value in row.items():
        if name == "set":
            continue
        shown = shown_time(value) if name in _TIMES else value
        _console.print(f"{name:>12}  {shown}", markup=False, highlight=False, soft_wrap=True)
    if row.get("set") is not None:
        print_json(row["set"])


@app.command()
def replay(
    letter_id: SomeId = None,
    *,
    side: Where = None,
    stream: Stream = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Tell or apply again; where later events of its subject went out, its present state."""
    here = _chosen(side, letter_id, stream)
    total: dict[str, int] = {}
    while True:
        answer = _call(here, data, lambda api: _replayed(api, here, letter_id, stream))
        for name, count in answer.items():
            total[name] = count if name == "left" else total.get(name, 0) + count
        told = answer.get("original", 0) + answer.get("state", 0)
        if letter_id is not None or not answer.get("left") or not told:
            break
    if json:
        print_json(total)
    elif here is Side.SENT:
        print(
            f"{total['original']} as they were, {total['state']} by their subjects' present state"
        )
    else:
        print(f"{total['reapplied']} to be applied again")


@app.command()
def drop(
    letter_id: SomeId = None,
    *,
    side: Where = None,
    stream: Stream = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Forget what was to be sent; ignore what was received, which `helio receipts` still has."""
    here = _chosen(side, letter_id, stream)
    answer = _call(here, data, lambda api: _dropped(api, here, letter_id, stream))
    if json:
        print_json(answer)
    else:
        print(f"{answer['dropped']} dropped")


async def _replayed(api: AdminApi, side: Side, letter_id: str | None, stream: str | None) -> Any:  # noqa: ANN401  JSON
    named = quote(letter_id or "", safe="")
    if side is Side.SENT:
        path = f"{_LETTERS}/{named}/replay" if letter_id else f"{_LETTERS}/replay"
        body: object = None if letter_id else {"stream_id": stream}
    else:
        path = f"{_RECEIPTS}/{named}/reapply" if letter_id else f"{_RECEIPTS}/reapply"
        body = None if letter_id else {"state": "dead", "stream_id": stream}
    return await api.post(path, body, seconds=_PATIENCE_SECONDS)


async def _dropped(api: AdminApi, side: Side, letter_id: str | None, stream: str | None) -> Any:  # noqa: ANN401  JSON
    named = quote(letter_id or "", safe="")
    if side is Side.SENT and letter_id:
        await api.send("DELETE", f"{_LETTERS}/{named}")
        return {"dropped": 1}
    if side is Side.SENT:
        return await api.send("DELETE", f"{_LETTERS}?{urlencode({'stream_id': stream})}")
    if letter_id:
        return await api.post(f"{_RECEIPTS}/{named}/drop")
    return await api.post(f"{_RECEIPTS}/drop", {"stream_id": stream})


def _chosen(side: Side | None, letter_id: str | None, stream: str | None) -> Side:
    if (letter_id is None) is (stream is None):
        raise typer.BadParameter("give either an ID, or --stream for all of a stream's")
    return side or (_side_of(letter_id) if letter_id is not None else Side.SENT)


def _side_of(letter_id: str) -> Side:
    """Return where an id is from: receipts are numbered, and what was sent is named by its jti."""
    return Side.RECEIVED if letter_id.isascii() and letter_id.isdigit() else Side.SENT


def _call(side: Side, data: Data, ask: Callable[[AdminApi], Awaitable[Any]]) -> Any:  # noqa: ANN401  JSON
    async def called() -> Any:  # noqa: ANN401  JSON
        async with admin_api(side.service, data=data) as api:
            return await ask(api)

    return asyncio.run(called())


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table("id", "at", "stream", "subject", "event", "reason", box=None)
    for row in rows:
        event = row["event_type"].removeprefix("urn:ietf:params:scim:event:")
        reason = row["reason"] if "reason" in row else f"{row['err']}: {row['description']}"
        at = row["at"] if "at" in row else row["settled"]
        cells = (row["stream_id"], row["subject_uri"], event, reason)
        table.add_row(escape(row["id"]), shown_time(at), *map(escape, cells))
    print_table(table)
