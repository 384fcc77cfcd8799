"""`helio tenants`: who they are, what is configured for each, and their end."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from helio.admin_api import admin_api, print_json
from helio.options import Data, Json, RegistrarUrl
from helio.tables import print_table
from helio.tenant_options import (
    Brake,
    DisplayName,
    From,
    Profile,
    RetentionDays,
    ReusesIds,
    tenant_body,
)

SERVICE: Final = "ssf-registrar"
_TENANTS: Final = "/tenants"

app = typer.Typer(help="Tenants of this cluster.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="a-z, 0-9 and -, a letter first.")]


@app.command("list")
def list_tenants(*, json: Json = False, data: Data = None, url: RegistrarUrl = None) -> None:
    """List tenants, those being deleted too."""
    answer = _send("GET", _TENANTS, data=data, url=url)
    if json:
        print_json(answer)
        return
    table = Table("tenant", "state", "name", "issuer", box=None)
    for row in answer["tenants"]:
        table.add_row(row["tenant"], row["state"], escape(row["display_name"]), row["issuer"])
    print_table(table)


@app.command()
def show(tenant: Name, *, json: Json = False, data: Data = None, url: RegistrarUrl = None) -> None:
    """Show a tenant, and how far its deletion is."""
    _print(_send("GET", _one(tenant), data=data, url=url), json=json)


@app.command()
def create(  # noqa: PLR0913  each is an option
    tenant: Name,
    *,
    display_name: DisplayName = None,
    profile: Profile = None,
    retention_days: RetentionDays = None,
    brake: Brake = None,
    reuses_ids: ReusesIds = None,
    given: From = None,
    json: Json = False,
    data: Data = None,
    url: RegistrarUrl = None,
) -> None:
    """Create a tenant: its name is in its issuer, and can be changed and used again never."""
    body = tenant_body(display_name, profile, retention_days, brake, reuses_ids, given)
    _print(_send("POST", _TENANTS, {"tenant": tenant, **body}, data=data, url=url), json=json)


@app.command()
def configure(  # noqa: PLR0913  as above
    tenant: Name,
    *,
    display_name: DisplayName = None,
    profile: Profile = None,
    retention_days: RetentionDays = None,
    brake: Brake = None,
    reuses_ids: ReusesIds = None,
    given: From = None,
    json: Json = False,
    data: Data = None,
    url: RegistrarUrl = None,
) -> None:
    """Change what is given, and leave the rest as it is."""
    body = tenant_body(display_name, profile, retention_days, brake, reuses_ids, given)
    _print(_send("PATCH", _one(tenant), body, data=data, url=url), json=json)


@app.command()
def delete(
    tenant: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    data: Data = None,
    url: RegistrarUrl = None,
) -> None:
    """Delete a tenant and all that is kept of it, for ever."""
    if not yes:
        typer.confirm(
            f"Delete {tenant}, all its resources, tokens and streams, for ever?", abort=True
        )
    _print(_send("DELETE", _one(tenant), data=data, url=url), json=json)


def _one(tenant: str) -> str:
    return f"{_TENANTS}/{quote(tenant, safe='')}"


def _send(method: str, path: str, body: object = None, *, data: Data, url: str | None) -> Any:  # noqa: ANN401  JSON
    async def sent() -> Any:  # noqa: ANN401  JSON
        async with admin_api(SERVICE, data=data, url=url) as api:
            return await api.send(method, path, body)

    return asyncio.run(sent())


def _print(row: Mapping[str, Any], *, json: bool) -> None:
    if json:
        print_json(row)
        return
    for name, value in row.items():
        if name not in {"configuration", "deletion"}:
            print(f"{name:>14}  {value}")
    for name, value in row["configuration"].items():
        print(f"{name:>14}  {value if isinstance(value, str) else orjson.dumps(value).decode()}")
    for name, services in row.get("deletion", {}).items():
        print(f"{name:>14}  {', '.join(services) or '–'}")
