"""`helio hello`: the job done once. A person goes in over SCIM, a signed event comes out."""

import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
from joserfc.util import urlsafe_b64decode
from rich.console import Console
from rich.syntax import Syntax

from helio.api import Api, ApiError, running_cluster
from helio.settings import ClusterSettings
from helio.summary import down_command, print_summary
from secevent.errors import SetError
from secevent.poll import PollRequest, PollResponse, parse_poll_response, poll_request_body
from secevent.scim_events import CREATE_FULL
from secevent.token import SecurityEventToken, claims
from secevent.verification import ExpectedToken, KeySet, verify
from servicekit.failures import StartError

_POLL = "urn:ietf:rfc:8936"
_SCIM = "application/scim+json"
_EVENT_SECONDS = 30.0


class HelloError(Exception):
    """The job could not be done; the message says at which step, and why."""


async def say_hello(settings: ClusterSettings, console: Console) -> None:
    """Do the job, showing each step. Raises `HelloError`, or `StartError` when nothing runs."""
    running = running_cluster(settings)
    if running is None:
        raise StartError(f"nothing runs on {settings.data}; `helio up` starts it")
    where, token = running
    async with aiohttp.ClientSession() as session:
        try:
            await _do_the_job(Api(session, where, token), console)
        except ApiError as error:
            raise HelloError(str(error)) from None
        except SetError as error:
            raise HelloError(f"the SET does not verify: {error}") from None
    print_summary(console, where, how_to_stop=down_command(where))


async def _do_the_job(api: Api, console: Console) -> None:
    steps = _Steps(console)
    async with _poll_stream(api) as stream:
        steps.tell(f"made a stream, to be polled at {stream['delivery']['endpoint_url']}")
        async with _person(api) as person:
            steps.tell(f"created {person['userName']} over SCIM: {_user_url(api, person)}")
            compact = await _event_of(api, stream, person)
            token = await _verified(api, stream, compact)
            steps.tell("polled the signed SET of that change:")
            header = steps.show(compact, token)
            steps.tell(f"verified: {header['alg']}, kid {header['kid']}; acknowledged")
        steps.tell(f"removed {person['userName']} and the stream")
    console.print("A change made over SCIM became a signed Security Event.", highlight=False)


class _Steps:
    """Numbered lines, and what was received."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._number = 0

    def tell(self, text: str) -> None:
        self._number += 1
        self._console.print(
            f"{self._number}. {text}", markup=False, highlight=False, soft_wrap=True
        )

    def show(self, compact: str, token: SecurityEventToken) -> Mapping[str, Any]:
        header: Mapping[str, Any] = orjson.loads(
            urlsafe_b64decode(compact.split(".", maxsplit=1)[0].encode())
        )
        for part in (header, claims(token)):
            text = orjson.dumps(part, option=orjson.OPT_INDENT_2).decode()
            self._console.print(Syntax(text, "json", background_color="default", word_wrap=True))
        return header


@asynccontextmanager
async def _poll_stream(api: Api) -> AsyncIterator[Mapping[str, Any]]:
    streams = api.url("ssf-registrar", "/ssf/streams")
    request = {"delivery": {"method": _POLL}, "events_requested": [CREATE_FULL]}
    stream = await api.call("POST", streams, {**request, "description": "helio hello"})
    try:
        yield stream
    finally:
        await api.call("DELETE", f"{streams}?stream_id={stream['stream_id']}")


@asynccontextmanager
async def _person(api: Api) -> AsyncIterator[Mapping[str, Any]]:
    name = f"ada.{secrets.token_hex(4)}@example.com"
    attributes = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "displayName": "Ada Lovelace",
        "emails": [{"value": name, "type": "work", "primary": True}],
        "active": True,
    }
    users = api.url("scim-gateway", "/scim/v2/Users")
    person = await api.call("POST", users, attributes, media_type=_SCIM)
    try:
        yield person
    finally:
        await api.call("DELETE", _user_url(api, person))


def _user_url(api: Api, person: Mapping[str, Any]) -> str:
    return api.url("scim-gateway", f"/scim/v2/Users/{person['id']}")


async def _event_of(api: Api, stream: Mapping[str, Any], person: Mapping[str, Any]) -> str:
    """Poll and acknowledge until the SET of the person's creation is there; return it."""
    ends = time.monotonic() + _EVENT_SECONDS
    while time.monotonic() < ends:
        response = await _poll(api, stream, _NEXT)
        await _poll(api, stream, _acknowledgement(response))
        for compact in response.sets.values():
            if _subject_uri(compact) == f"/Users/{person['id']}":
                return compact
    raise HelloError(f"no SET of {person['userName']} came within {_EVENT_SECONDS:.0f} s")


_NEXT = PollRequest(max_events=10, return_immediately=False, ack=(), set_errs={})


def _acknowledgement(response: PollResponse) -> PollRequest:
    return PollRequest(max_events=0, return_immediately=True, ack=tuple(response.sets), set_errs={})


async def _poll(api: Api, stream: Mapping[str, Any], request: PollRequest) -> PollResponse:
    url = stream["delivery"]["endpoint_url"]
    return parse_poll_response(await api.call("POST", url, poll_request_body(request)))


def _subject_uri(compact: str) -> object:
    """Return whom a SET is about, before it is verified."""
    payload = orjson.loads(urlsafe_b64decode(compact.split(".")[1].encode()))
    return payload.get("sub_id", {}).get("uri")


async def _verified(api: Api, stream: Mapping[str, Any], compact: str) -> SecurityEventToken:
    """Verify a SET as a receiver does: by the keys that the issuer's metadata leads to."""
    metadata = await api.call("GET", api.url("ssf-registrar", "/.well-known/ssf-configuration"))
    keys = KeySet.from_jwks(await api.call("GET", metadata["jwks_uri"]))
    aud = stream["aud"]
    audiences = frozenset([aud] if isinstance(aud, str) else aud)
    expected = ExpectedToken(iss=metadata["issuer"], audiences=audiences)
    return verify(compact, expected=expected, keys=keys, now=int(time.time()))
