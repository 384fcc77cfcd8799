"""`helio erase`: all that a cluster has of a person, but a tombstone and a report."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from helio.admin_api import admin_api, print_json
from helio.api import ApiError
from helio.options import Data, Json
from helio.times import shown_time

_ERASURES: Final = "/erasures"
_REWRITING_SECONDS: Final = 600.0
"""An embedded store rewrites its file."""
_ATTEMPTS: Final = 30
_PAUSE_SECONDS: Final = 0.5
"""A replica that stands by says 503, and so does what is about to take over."""

Origins = Mapping[str, str | None]
"""By service, where it is not one of this machine's cluster."""


def _origin(service: str) -> Any:  # noqa: ANN401  typer's own
    return typer.Option(metavar="URL", help=f"The own origin of {service}, if not run by helio.")


def erase(
    resource_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the resource.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    data: Data = None,
    gateway_url: Annotated[str | None, _origin("scim-gateway")] = None,
    transmitter_url: Annotated[str | None, _origin("set-transmitter")] = None,
    receiver_url: Annotated[str | None, _origin("set-receiver")] = None,
) -> None:
    """Erase a person for good: the resource, what is kept of it, events, receipts, requests."""
    if not yes:
        typer.confirm(f"erase all data of {resource_id} for good?", abort=True)
    origins = {
        "scim-gateway": gateway_url,
        "set-transmitter": transmitter_url,
        "set-receiver": receiver_url,
    }
    report = asyncio.run(erased(resource_id, data=data, origins=origins))
    if json:
        print_json(report)
    else:
        _print_report(report)


async def erased(resource_id: str, *, data: Path | None, origins: Origins) -> Any:  # noqa: ANN401  JSON
    """Return the report. Each step may be repeated, so whatever was interrupted is just repeated.

    The store is first, so that nothing more is made of what the others erase then.
    """

    async def post(service: str, path: str, body: object) -> Any:  # noqa: ANN401  JSON
        for _ in range(_ATTEMPTS - 1):
            try:
                return await post_once(service, path, body)
            except ApiError as error:
                if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            await asyncio.sleep(_PAUSE_SECONDS)
        return await post_once(service, path, body)

    async def post_once(service: str, path: str, body: object) -> Any:  # noqa: ANN401  JSON
        async with admin_api(service, data=data, url=origins.get(service)) as api:
            return await api.post(path, body, seconds=_REWRITING_SECONDS)

    named = {"id": resource_id}
    begun = await post("scim-gateway", _ERASURES, named)
    log = await post("set-transmitter", _ERASURES, {**named, "through": begun["through"]})
    receipts = await post("set-receiver", _ERASURES, named)
    completion = f"{_ERASURES}/{quote(resource_id, safe='')}/completion"
    return await post("scim-gateway", completion, {**log, **receipts})


def _print_report(report: Mapping[str, Any]) -> None:
    kind = report["resource_type"] or "nothing that the store knew"
    print(f"erased: {report['id']} ({kind})")
    print(f"  begun      {shown_time(report['begun'])} by {report['requested_by']}")
    print(f"  completed  {shown_time(report['completed'])}")
    for name, count in report["removed"].items():
        print(f"  {name}  {count}")
