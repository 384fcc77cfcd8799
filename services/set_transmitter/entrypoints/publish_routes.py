"""Where applications publish events."""

import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Final

import orjson
import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from secevent.json_members import parse_json_object
from servicekit.bearer import (
    BearerTokens,
    Grant,
    InsufficientScopeError,
    presented_token,
    token_hash,
)
from servicekit.http import NamedRoute
from servicekit.telemetry import current_traceparent
from set_transmitter.domain.publications import Fresh, parse_publication
from set_transmitter.entrypoints.http_errors import (
    ContentTooLargeError,
    UnsupportedMediaTypeError,
)
from set_transmitter.entrypoints.publish_errors import refusals_answered
from set_transmitter.entrypoints.terms import Terms

SCOPE: Final = "events.publish"
_DEFAULT_TENANT: Final = "default"
_JSON: Final = "application/json"
_LARGEST_BODY: Final = 256 * 1024

_log = structlog.get_logger()


def add_publish_routes(app: FastAPI, terms: Terms) -> None:
    """Serve POST /ssf/events, for the default tenant and for others."""

    async def publish(request: Request) -> Response:
        term = terms.present()
        grant = await _admitted(term.tokens, request)
        body = parse_json_object(await _body(request))
        publication = parse_publication(grant.tenant, body, fresh())
        await term.publisher(publication)
        event = publication.event
        _log.info("event.published", tenant=event.tenant, txn=event.txn, by=grant.subject)
        return Response(
            orjson.dumps({"txn": event.txn}),
            status_code=202,
            media_type=_JSON,
            headers={"Cache-Control": "no-store"},
        )

    _serve(app, refusals_answered(publish))


def fresh() -> Fresh:
    """Return what is given to an event that is published now."""
    return Fresh(time.time_ns() // 1000, secrets.token_hex(16), current_traceparent())


def _serve(app: FastAPI, handler: Callable[[Request], Awaitable[Response]]) -> None:
    for path in ("/ssf/events", "/t/{tenant}/ssf/events"):
        app.router.routes.append(NamedRoute(path, handler, methods=["POST"]))


async def _admitted(tokens: BearerTokens, request: Request) -> Grant:
    """Return the grant of a token of the path's tenant that may publish."""
    hashed = token_hash(presented_token(request.headers.get("authorization")))
    tenant = str(request.path_params.get("tenant", _DEFAULT_TENANT))
    try:
        return await tokens.admit(hashed, scope="admin", tenant=tenant)
    except InsufficientScopeError:
        return await tokens.admit(hashed, scope=SCOPE, tenant=tenant)


async def _body(request: Request) -> bytes:
    media_type = request.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    if media_type != _JSON:
        raise UnsupportedMediaTypeError(f"send the body with Content-Type: {_JSON}")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise ContentTooLargeError(f"an event has at most {_LARGEST_BODY:,} bytes here")
    return body
