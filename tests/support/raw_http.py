"""HTTP as bytes: what a client can send that no library holds back."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def exchange(origin: str, request: bytes) -> RawAnswer:
    """Send the bytes over a connection of their own; return the answer, which must come."""
    place = urlsplit(origin)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    sending = asyncio.create_task(_send(writer, request))
    try:
        async with asyncio.timeout(60):
            return await _answer(reader)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()


async def _send(writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    await writer.drain()


async def _answer(reader: asyncio.StreamReader) -> RawAnswer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status_line, *lines = head.strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return RawAnswer(int(status_line.split()[1]), headers, body)


def request_bytes(
    method: str, target: bytes, headers: dict[str, bytes], body: bytes = b""
) -> bytes:
    """Return an HTTP/1.1 request, whose length is told truly unless a header says otherwise."""
    told = {"Host": b"localhost", "Content-Length": str(len(body)).encode()} | headers
    head = [method.encode() + b" " + target + b" HTTP/1.1"]
    head += [name.encode() + b": " + value for name, value in told.items()]
    return b"\r\n".join(head) + b"\r\n\r\n" + body
