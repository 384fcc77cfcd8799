"""Changing a stream that others may be changing at the same time."""

from collections.abc import Awaitable, Callable
from typing import Final

from ssf_registrar.domain.errors import StreamChangedError
from ssf_registrar.domain.streams import Stream
from ssf_registrar.ports.streams import StaleStreamError, Streams

_ATTEMPTS: Final = 5


async def saved(
    streams: Streams,
    stream_id: str,
    read: Callable[[], Awaitable[Stream]],
    change: Callable[[Stream], Awaitable[Stream]],
) -> Stream:
    """Return the stream as it is once it is changed and stored; unchanged, nothing is stored.

    It is read and changed anew where somebody else was faster. Raises what `read` and `change` do,
    and `StreamChangedError` when that goes on.
    """
    for _ in range(_ATTEMPTS):
        current = await read()
        changed = await change(current)
        if changed is current:
            return current
        try:
            await streams.save(changed)
        except StaleStreamError:
            continue
        return changed
    raise StreamChangedError(stream_id)
