"""Reading a remote server's answer, of which nothing is to be taken for granted."""

import aiohttp


class TooLargeError(Exception):
    """An answer is larger than it may be."""


async def read_at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the body. Raises `TooLargeError` as soon as it exceeds `limit` bytes."""
    chunks = []
    length = 0
    async for chunk in response.content.iter_any():
        length += len(chunk)
        if length > limit:
            raise TooLargeError(f"the answer is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
