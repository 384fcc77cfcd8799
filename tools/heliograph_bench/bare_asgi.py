"""`python -m heliograph_bench.bare_asgi PORT`: what a GET costs that has nothing to do."""

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

BODY = b'{"userName":"' + b"x" * 1500 + b'"}'
_HEADERS = [
    (b"content-type", b"application/scim+json"),
    (b"content-length", str(len(BODY)).encode()),
    (b"etag", b'W/"1"'),
]


async def app(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer everything with the same bytes."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        http="httptools",
        loop="uvloop",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
