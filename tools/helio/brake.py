"""`helio brake`: deletions and deactivations that are held, and what is to become of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final, TypeVar

import typer

from helio.admin_api import AdminApi, admin_api, print_json
from helio.options import Data, GatewayUrl, Json
from helio.times import shown_time

_SERVICE: Final = "scim-gateway"
_BRAKE: Final = "/brake"
_LARGEST_PAGE: Final = 500

T = TypeVar("T")

app = typer.Typer(
    help="The brake on mass deletion and deactivation, and what it holds.", no_args_is_help=True
)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Of these people alone.")]
All = Annotated[bool, typer.Option("--all", help="Of all that are held.")]


@app.command()
def show(
    *,
    limit: Annotated[int, typer.Option(min=1, max=_LARGEST_PAGE, help="How many.")] = 100,
    beyond: Annotated[
        str | None, typer.Option(metavar="ID", help="What the page before gave as next.")
    ] = None,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Show where the brake stands, and what it holds."""

    async def shown(api: AdminApi) -> dict[str, Any]:
        page = await api.get(f"{_BRAKE}/held", {"limit": limit, "beyond": beyond})
        return {**await api.get(_BRAKE), **page}

    found = _asked(shown, data=data, url=url)
    if json:
        print_json(found)
        return
    _print_brake(found)
    for operation in found["operations"]:
        _print_operation(operation)
    if found["next"] is not None:
        print(f"more: --beyond {found['next']}")


@app.command()
def release(
    *,
    changes: Annotated[
        int | None,
        typer.Option(min=0, help="At most so many; 0: let none through, and count anew."),
    ] = None,
    minutes: Annotated[
        int | None, typer.Option(min=1, help="For so long. [default: the brake's own window]")
    ] = None,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Let deletions and deactivations through, so that the client's next attempts succeed."""
    body = {"changes": changes, "minutes": minutes}
    brake = _asked(lambda api: api.post(f"{_BRAKE}/release", body), data=data, url=url)
    if json:
        print_json(brake)
    else:
        _print_brake(brake)


@app.command()
def apply(
    ids: Ids = None,
    *,
    everything: All = False,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Delete and deactivate now who was to be.

    The exit code is 1 where something is still held, as the person was changed since.
    """
    _refuse_unclear(ids, everything=everything)
    applied = _asked(lambda api: _apply(api, ids or []), data=data, url=url)
    refused = [each for each in applied if each["outcome"] == "refused"]
    if json:
        print_json({"operations": applied})
    else:
        print(f"{sum(each['outcome'] == 'applied' for each in applied)} carried out")
        for each in refused:
            print(f"{each['id']}  {each['resource_type']}  still held: {each['detail']}")
    if refused:
        raise typer.Exit(1)


@app.command()
def dismiss(
    ids: Ids = None,
    *,
    everything: All = False,
    json: Json = False,
    data: Data = None,
    url: GatewayUrl = None,
) -> None:
    """Forget what is held: nobody is deleted or deactivated, and the brake stays as it is."""
    _refuse_unclear(ids, everything=everything)
    body = {"ids": ids or []}
    answer = _asked(lambda api: api.post(f"{_BRAKE}/dismiss", body), data=data, url=url)
    if json:
        print_json(answer)
    else:
        print(f"{answer['dismissed']} dismissed")


def _refuse_unclear(ids: list[str] | None, *, everything: bool) -> None:
    """Decide about all people only where that is said."""
    if bool(ids) is everything:
        raise typer.BadParameter("name people by their ids, or give --all")


async def _apply(api: AdminApi, ids: list[str]) -> list[dict[str, Any]]:
    """Carry out page after page; what was refused on one is not asked for again."""
    applied: list[dict[str, Any]] = []
    beyond = ""
    while True:
        page = await api.post(f"{_BRAKE}/apply", {"ids": ids, "beyond": beyond})
        applied += page["operations"]
        if page["next"] is None:
            return applied
        beyond = page["next"]


def _asked(ask: Callable[[AdminApi], Awaitable[T]], *, data: Data, url: str | None) -> T:
    async def asked() -> T:
        async with admin_api(_SERVICE, data=data, url=url) as api:
            return await ask(api)

    return asyncio.run(asked())


def _print_brake(brake: Mapping[str, Any]) -> None:
    limit = brake["limit"]
    rows = {
        "brake": f"on since {shown_time(brake['on_since'])}" if brake["is_on"] else "not on",
        "limit": "none" if limit is None else _limit(limit),
        "released": _released(brake),
        "held": brake["held"],
    }
    for name, value in rows.items():
        print(f"{name:>8}  {value}")


def _limit(limit: Mapping[str, Any]) -> str:
    return f"{limit['changes']} within {limit['within_minutes']:g} minutes"


def _released(brake: Mapping[str, Any]) -> str:
    if not brake["pass_until"]:
        return "never"
    left = brake["pass_left"]
    number = "any number" if left is None else f"{left} more"
    return f"until {shown_time(brake['pass_until'])}, {number}"


def _print_operation(held: Mapping[str, Any]) -> None:
    print(
        f"{held['id']}  {held['resource_type']}  {held['operation']}  {held['asked_by'] or '–'}"
        f"  {shown_time(held['last_asked'])}  {held['attempts']}×  txn {held['txn']}"
    )
