"""`helio events publish`: an event of CAEP, RISC or a type of one's own."""

import asyncio
from typing import Annotated, Any, Final

import orjson
import typer

from helio.admin_api import admin_api, print_json
from helio.options import Data, Json, TransmitterUrl
from secevent.signals import SIGNAL_TYPES

_TYPES: Final = {uri.rpartition("/")[2]: uri for uri in SIGNAL_TYPES}


def event_type_of(text: str) -> str:
    """Return the URI that a short name of CAEP or RISC stands for; a URI stands for itself."""
    if ":" not in text and text not in _TYPES:
        raise typer.BadParameter(f"{text} is no URI, and not one of {', '.join(_TYPES)}")
    return _TYPES.get(text, text)


def subject_of(text: str) -> str:
    """Return the JSON of a subject identifier that may be written shorter."""
    if text.startswith("/"):
        return orjson.dumps({"format": "scim", "uri": text}).decode()
    if "@" in text and not text.startswith("{"):
        return orjson.dumps({"format": "email", "email": text}).decode()
    return object_of(text)


def object_of(text: str) -> str:
    """Return the text of a JSON object."""
    try:
        is_object = isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        is_object = False
    if not is_object:
        raise typer.BadParameter("it must be a JSON object")
    return text


def publish(
    event_type: Annotated[
        str,
        typer.Argument(
            parser=event_type_of,
            metavar="TYPE",
            help="A URI, or a name of CAEP or RISC such as session-revoked.",
        ),
    ],
    *,
    subject: Annotated[
        str,
        typer.Option(
            parser=subject_of,
            metavar="SUBJECT",
            help="An email address, /Users/ID, or a subject identifier as JSON (RFC 9493).",
        ),
    ],
    payload: Annotated[
        str, typer.Option(parser=object_of, metavar="JSON", help="What the event holds.")
    ] = "{}",
    txn: Annotated[
        str | None, typer.Option(metavar="TXN", help="By which a repetition is recognised.")
    ] = None,
    json: Json = False,
    data: Data = None,
    url: TransmitterUrl = None,
) -> None:
    """Publish an event to the streams that request its type."""
    body = {"sub_id": orjson.loads(subject), "events": {event_type: orjson.loads(payload)}}
    answer = _sent(body if txn is None else {**body, "txn": txn}, data=data, url=url)
    if json:
        print_json(answer)
    else:
        print(f"published, txn {answer['txn']}")


def _sent(body: object, *, data: Data, url: str | None) -> Any:  # noqa: ANN401  JSON
    async def sent() -> Any:  # noqa: ANN401  JSON
        async with admin_api("set-transmitter", data=data, url=url) as admin:
            return await admin.api.call("POST", f"{admin.origin}/ssf/events", body)

    return asyncio.run(sent())
