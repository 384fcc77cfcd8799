"""`helio tokens`: the API tokens of a tenant, rotated without a gap."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.table import Table

from helio.admin_api import admin_api, print_json
from helio.options import Data, Json, RegistrarUrl
from helio.tables import print_table
from helio.tenants import SERVICE
from helio.times import moment_ahead, seconds_given

app = typer.Typer(help="API tokens, such as those of IdPs.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(metavar="TENANT", help="Whose tokens.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The token's name, such as okta.")]
_EXPIRES = typer.Option(parser=moment_ahead, metavar="TIME", help="2030-01-31, 90d or never.")
_OVERLAP = typer.Option(
    parser=seconds_given, metavar="SPAN", help="So long the former secret still works: 24h, or 0."
)


@app.command("list")
def list_tokens(
    *,
    tenant: Tenant = "default",
    json: Json = False,
    data: Data = None,
    url: RegistrarUrl = None,
) -> None:
    """List tokens, never their secrets."""
    answer = _send("GET", _path(tenant), data=data, url=url)
    if json:
        print_json(answer)
        return
    table = Table("name", "scopes", "created (UTC)", "expires", "last used", "", box=None)
    for row in answer["tokens"]:
        times = (_shown(row["created"]), _shown(row["expires"]), _shown(row["last_used"]))
        note = "former" if row["is_former"] else ""
        table.add_row(row["name"], " ".join(row["scopes"]), *times, note)
    print_table(table)


@app.command()
def create(  # noqa: PLR0913  each is an option
    name: Name,
    *,
    tenant: Tenant = "default",
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help="May be repeated. [default: scim]")
    ] = None,
    expires: Annotated[str | None, _EXPIRES] = None,
    user: Annotated[
        str | None, typer.Option(metavar="ID", help="The id of the User whom /Me is.")
    ] = None,
    json: Json = False,
    data: Data = None,
    url: RegistrarUrl = None,
) -> None:
    """Make a token: its secret is shown this once."""
    body = {
        "name": name,
        "scopes": scope or None,
        "expires": None if expires == "never" else expires,
        "user_id": user,
    }
    given = {member: value for member, value in body.items() if value is not None}
    _print_made(_send("POST", _path(tenant), given, data=data, url=url), json=json)


@app.command()
def rotate(
    name: Name,
    *,
    tenant: Tenant = "default",
    overlap: Annotated[int | None, _OVERLAP] = None,
    expires: Annotated[str | None, _EXPIRES] = None,
    json: Json = False,
    data: Data = None,
    url: RegistrarUrl = None,
) -> None:
    """Give a token another secret; the former one works on for 24 hours, or --overlap."""
    body: dict[str, object] = {} if overlap is None else {"overlap_seconds": overlap}
    if expires is not None:
        body["expires"] = None if expires == "never" else expires
    path = f"{_path(tenant, name)}/rotate"
    _print_made(_send("POST", path, body, data=data, url=url), json=json)


@app.command()
def revoke(
    name: Name,
    *,
    tenant: Tenant = "default",
    json: Json = False,
    data: Data = None,
    url: RegistrarUrl = None,
) -> None:
    """Let a token, and its former secrets, work no more."""
    _send("DELETE", _path(tenant, name), data=data, url=url)
    if json:
        print_json({"revoked": name})
    else:
        print(f"{name} is revoked")


def _shown(time: str | None) -> str:
    return "–" if time is None else time[:16].replace("T", " ")


def _path(tenant: str, *names: str) -> str:
    return "/".join(
        ("/tenants", quote(tenant, safe=""), "tokens", *(quote(n, safe="") for n in names))
    )


def _send(method: str, path: str, body: object = None, *, data: Data, url: str | None) -> Any:  # noqa: ANN401  JSON
    async def sent() -> Any:  # noqa: ANN401  JSON
        async with admin_api(SERVICE, data=data, url=url) as api:
            return await api.send(method, path, body)

    return asyncio.run(sent())


def _print_made(made: Mapping[str, Any], *, json: bool) -> None:
    if json:
        print_json(made)
        return
    print(made["token"])
    lines = [f"{made['name']} may {' '.join(made['scopes'])}; keep it: it is not shown again."]
    lines.append(f"It expires {made['expires'] or 'never'}.")
    if made["former_expires"]:
        lines.append(f"The former secret works until {made['former_expires']}.")
    Console(stderr=True, emoji=False).print(
        "\n".join(lines), markup=False, highlight=False, soft_wrap=True
    )
