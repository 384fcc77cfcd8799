"""`python -m heliograph_bench.bare_receiver PORT FILE JWK`: what receiving a SET costs at least.

It reads the body of a POST, verifies its signature by one public key, and inserts it in a commit
that it shares with others that wait.
"""

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

from heliograph_bench.raw_signing import PublicKey, public_key_of, verified
from servicekit.sqlite import Database

_TABLE: Final = "CREATE TABLE received (id INTEGER PRIMARY KEY, compact BLOB)"
_NO_BODY: Final = [(b"content-length", b"0")]


class BareReceiver:
    """Accepts what is signed, and answers once it is durable; a GET is answered 200."""

    def __init__(self, database: Database, key: PublicKey) -> None:
        self._database = database
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 202 to a POST (RFC 8935 section 2.2)."""
        if scope["type"] != "http":
            return
        status = 200
        if scope["method"] == "POST":
            compact = await _body(receive)
            verified(self._key, compact)
            await self._database.write_each(_insert, [(None, compact)])
            status = 202
        await send({"type": "http.response.start", "status": status, "headers": _NO_BODY})
        await send({"type": "http.response.body", "body": b""})


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _insert(connection: sqlite3.Connection, compacts: Sequence[bytes]) -> Sequence[None]:
    connection.executemany(
        "INSERT INTO received (compact) VALUES (?)", [(each,) for each in compacts]
    )
    return [None] * len(compacts)


def _serve(port: str, path: str, jwk: str) -> None:
    receiver = BareReceiver(Database(Path(path), [_TABLE]), public_key_of(orjson.loads(jwk)))
    uvicorn.run(
        receiver,
        port=int(port),
        http="httptools",
        loop="uvloop",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    _serve(*sys.argv[1:])
