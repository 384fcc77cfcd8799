"""`helio deleted`: resources that clients deleted, and that can be restored."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.markup import escape
from rich.table import Table

from helio.admin_api import admin_api, print_json
from helio.options import Data, GatewayUrl, Json
from helio.tables import print_table
from helio.times import shown_time

_SERVICE: Final = "scim-gateway"
_DELETED: Final = "/deleted-resources"

app = typer.Typer(help="Deleted resources, which can be restored.", no_args_is_help=True)


@app.command("list")
def list_(
    *,
    resource_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="User, Group and so on.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 100,
    after: Annotated[
        str | None, typer.Option(metavar="ID", help="What the page before gave as next.")
    ] = None,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """List what can be restored, by ids."""

    async def got() -> Any:  # noqa: ANN401  JSON
        wanted = {"resource_type": resource_type, "limit": limit, "after": after}
        async with admin_api(_SERVICE, data=data, url=url) as api:
            return await api.get(_DELETED, wanted)

    page = asyncio.run(got())
    if json:
        print_json(page)
        return
    _print_table(page["resources"])
    if page["next"] is not None:
        print(f"more: --after {page['next']}")


@app.command()
def restore(
    resource_id: Annotated[str, typer.Argument(metavar="ID", help="As in the list.")],
    *,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Bring a resource back as it last was, but without memberships."""

    async def posted() -> Any:  # noqa: ANN401  JSON
        async with admin_api(_SERVICE, data=data, url=url) as api:
            return await api.post(f"{_DELETED}/{quote(resource_id, safe='')}/restore")

    restored = asyncio.run(posted())
    if json:
        print_json(restored)
    else:
        print(f"restored: {restored['resource_type']} {restored['id']}")


def _print_table(rows: list[Mapping[str, Any]]) -> None:
    table = Table("id", "type", "name", "externalId", "deleted", "purged after", box=None)
    for row in rows:
        name = row["user_name"] or row["display_name"]
        cells = (row["id"], row["resource_type"], name, row["external_id"])
        times = (shown_time(row["deleted"]), shown_time(row["purge_after"]))
        table.add_row(*map(escape, cells), *times)
    print_table(table)
