"""`helio requests`: what SCIM clients sent, what they got, and why."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
import typer

from helio.admin_api import admin_api, print_json
from helio.options import Data, GatewayUrl, Json
from helio.request_lines import print_line, print_request
from helio.request_tail import LARGEST_PAGE, REQUESTS, Tail
from helio.times import microseconds_given

_SERVICE: Final = "scim-gateway"

app = typer.Typer(
    help="Requests of SCIM clients, what they were answered, and why.", no_args_is_help=True
)

Status = Annotated[str | None, typer.Option(metavar="404|4xx", help="Answered so.")]
Method = Annotated[str | None, typer.Option(metavar="METHOD", help="GET, PATCH and so on.")]
InPath = Annotated[str | None, typer.Option("--path", metavar="TEXT", help="A part of the path.")]
Principal = Annotated[str | None, typer.Option(metavar="NAME", help="Whose token it was.")]
User = Annotated[str | None, typer.Option(metavar="USERNAME", help="About this user.")]
Resource = Annotated[str | None, typer.Option(metavar="ID", help="About this resource.")]
_SINCE: Final = typer.Option(
    parser=microseconds_given, metavar="TIME", help="Answered then or later; 15m: ago."
)
_BEFORE: Final = typer.Option(
    parser=microseconds_given, metavar="TIME", help="Answered before then."
)


@app.command()
def find(  # noqa: PLR0913  each is an option
    *,
    status: Status = None,
    method: Method = None,
    path: InPath = None,
    principal: Principal = None,
    user: User = None,
    resource: Resource = None,
    since: Annotated[int | None, _SINCE] = None,
    before: Annotated[int | None, _BEFORE] = None,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST_PAGE, help="How many.")] = 50,
    beyond: Annotated[
        str | None, typer.Option(metavar="ID", help="What the page before gave as next.")
    ] = None,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Find requests, the newest first."""
    wanted = {
        **_wanted(status, method, path, principal, user, resource),
        "answered_from": since,
        "answered_before": before,
        "limit": limit,
        "beyond": beyond,
    }
    page = asyncio.run(_get(REQUESTS, wanted, data=data, url=url))
    if json:
        print_json(page)
        return
    for line in page["requests"]:
        print_line(line)
    if page["next"] is not None:
        print(f"more: --beyond {page['next']}")


@app.command()
def show(
    request_id: Annotated[
        str, typer.Argument(metavar="ID", help="As in a line of `find`, or in X-Request-Id.")
    ],
    *,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Show one request whole."""
    path = f"{REQUESTS}/{quote(request_id, safe='')}"
    found = asyncio.run(_get(path, None, data=data, url=url))
    if json:
        print_json(found)
    else:
        print_request(found)


@app.command()
def tail(  # noqa: PLR0913  as above
    *,
    status: Status = None,
    method: Method = None,
    path: InPath = None,
    principal: Principal = None,
    user: User = None,
    resource: Resource = None,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Show the last requests, and those that come, until Ctrl-C."""
    wanted = _wanted(status, method, path, principal, user, resource)

    async def followed() -> None:
        async with admin_api(_SERVICE, data=data, url=url) as api:
            async for line in Tail(api, wanted).lines():
                if json:
                    print(orjson.dumps(line).decode(), flush=True)
                else:
                    print_line(line)

    try:
        asyncio.run(followed())
    except KeyboardInterrupt:
        raise typer.Exit from None


def _wanted(
    status: str | None,
    method: str | None,
    path: str | None,
    principal: str | None,
    user: str | None,
    resource: str | None,
) -> Mapping[str, object]:
    return {
        "status": status,
        "method": method,
        "path": path,
        "principal": principal,
        "user": user,
        "resource": resource,
    }


async def _get(
    path: str, query: Mapping[str, object] | None, *, data: Data, url: str | None
) -> Any:  # noqa: ANN401  JSON
    async with admin_api(_SERVICE, data=data, url=url) as api:
        return await api.get(path, query)
