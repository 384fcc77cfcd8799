"""Receivers that note every SET: one that is pushed to, one that polls."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from helio.api import Api, ApiError
from heliograph_soak.tellings import Tellings, Told
from secevent.errors import SetError
from secevent.poll import PollRequest, parse_poll_response, poll_request_body
from secevent.push import error_body
from secevent.scim_events import CREATE_FULL, DELETE, PATCH_FULL, PUT_FULL
from secevent.verification import ExpectedToken, KeySet, verify

_AUDIENCE = "urn:heliograph:soak"
_EVENTS = [CREATE_FULL, PUT_FULL, PATCH_FULL, DELETE]
_AGAIN_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Recorder:
    """Verifies SETs of one cluster and notes what they tell."""

    tellings: Tellings
    expected: ExpectedToken
    keys: KeySet

    def note(self, compact: str) -> None:
        """Take in one SET. Raises `SetError` when it does not verify."""
        token = verify(compact, expected=self.expected, keys=self.keys, now=int(time.time()))
        self.tellings.add(Told.of(token))


async def recorder(api: Api, name: str) -> Recorder:
    """Return a recorder of what a cluster tells."""
    metadata = await api.call("GET", api.url("ssf-registrar", "/.well-known/ssf-configuration"))
    keys = KeySet.from_jwks(await api.call("GET", metadata["jwks_uri"]))
    expected = ExpectedToken(iss=metadata["issuer"], audiences=frozenset({_AUDIENCE}))
    return Recorder(Tellings(name), expected, keys)


@asynccontextmanager
async def pushed_to(recorders: Mapping[str, Recorder]) -> AsyncIterator[str]:
    """Serve a push endpoint for each recorder, at its name below the URL that is given."""

    async def receive(request: web.Request) -> web.Response:
        try:
            recorders[request.match_info["name"]].note(await request.text())
        except SetError as error:
            # A refused SET becomes a dead letter, which fails the soak.
            return web.json_response(error_body(error), status=400)
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/{name}", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def push_stream(api: Api, endpoint_url: str) -> None:
    """Make a stream that pushes to an endpoint."""
    await _make(api, {"method": "urn:ietf:rfc:8935", "endpoint_url": endpoint_url})


async def poll_stream(api: Api) -> str:
    """Make a stream to be polled; return where."""
    made = await _make(api, {"method": "urn:ietf:rfc:8936"})
    return str(made["delivery"]["endpoint_url"])


async def _make(api: Api, delivery: Mapping[str, str]) -> Mapping[str, Any]:
    request = {"delivery": delivery, "events_requested": _EVENTS, "aud": [_AUDIENCE]}
    made: Mapping[str, Any] = await api.call(
        "POST", api.url("ssf-registrar", "/ssf/streams"), request
    )
    return made


async def keep_polling(api: Api, url: str, into: Recorder) -> None:
    """Poll, note, and acknowledge with the next poll, until cancelled."""
    ack: tuple[str, ...] = ()
    while True:
        request = PollRequest(max_events=None, return_immediately=False, ack=ack, set_errs={})
        try:
            answer = parse_poll_response(await api.call("POST", url, poll_request_body(request)))
            for compact in answer.sets.values():
                into.note(compact)
            ack = tuple(answer.sets)
        except (ApiError, SetError):
            await asyncio.sleep(_AGAIN_SECONDS)
