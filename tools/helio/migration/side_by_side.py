"""Batches side by side: while one is under way, the next is made ready."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from helio.migration.sending import Entry

_AT_ONCE: Final = 3
"""One is answered and one on its way while a target has its work with the third."""

Batch = Sequence[Entry]


async def send_side_by_side(
    batches: Iterable[Batch], send: Callable[[Batch], Awaitable[None]]
) -> None:
    """Send batches, a few at a time; those that have a key in common, one after the other.

    Raises what `send` does, once nothing is under way any more: what was sent gets its answer, so
    that nothing becomes uncertain by the failure of another.
    """
    under_way: dict[asyncio.Task[None], frozenset[str]] = {}
    try:
        for batch in batches:
            keys = _keys(batch)
            while len(under_way) >= _AT_ONCE or any(map(keys.intersection, under_way.values())):
                await _one_of(under_way)
            under_way[asyncio.ensure_future(send(batch))] = keys
            # It is sent before the next one is made.
            await asyncio.sleep(0)
        while under_way:
            await _one_of(under_way)
    except asyncio.CancelledError:
        for task in under_way:
            task.cancel()
        raise
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)


async def _one_of(under_way: dict[asyncio.Task[None], frozenset[str]]) -> None:
    done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        del under_way[task]
    for task in done:
        task.result()


def _keys(batch: Batch) -> frozenset[str]:
    return frozenset(row.key.folded for _, row in batch if row.key is not None)
