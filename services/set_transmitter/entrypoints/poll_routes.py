"""Where polls are answered (RFC 8936)."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from servicekit.http import NamedRoute
from set_transmitter.entrypoints.terms import Terms


def add_poll_routes(app: FastAPI, terms: Terms) -> None:
    """Serve the polls of all streams; a replica that stands by answers 503."""

    async def poll(request: Request) -> Response:
        return await terms.present().poll(request)

    for path in ("/ssf/poll/{stream_id}", "/poll/{stream_id}"):
        app.router.routes.append(NamedRoute(path, poll, methods=["POST"]))
