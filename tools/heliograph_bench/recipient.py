"""`python -m heliograph_bench.recipient PORT`: accepts every push, and tells a GET how many."""

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

_NO_BODY = [(b"content-length", b"0")]


class Recipient:
    """Reads what is pushed, and keeps nothing of it."""

    def __init__(self) -> None:
        self._accepted = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 202 to a POST (RFC 8935 section 2.2), and to a GET how many there were."""
        if scope["type"] != "http":
            return
        if scope["method"] == "GET":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": str(self._accepted).encode()})
            return
        while (await receive()).get("more_body"):
            pass
        self._accepted += 1
        await send({"type": "http.response.start", "status": 202, "headers": _NO_BODY})
        await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(
        Recipient(),
        port=int(sys.argv[1]),
        http="httptools",
        loop="uvloop",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
