"""Being the active replica, and what ends with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from servicekit.leases import Held, always_held
from set_transmitter.entrypoints.standby import StandbyError
from set_transmitter.entrypoints.terms import Term, Terms

HELD = always_held("transmitter")


def test_a_replica_stands_by_until_its_term_begins() -> None:
    terms = Terms(_no_term)

    assert not terms.is_active
    with pytest.raises(StandbyError, match="stands by"):
        terms.present()


async def test_a_term_is_present_while_its_loops_run() -> None:
    running, closed = asyncio.Event(), asyncio.Event()
    terms = Terms(lambda _held: _term(running, closed))
    serving = asyncio.create_task(terms.serve(HELD))
    await running.wait()

    assert terms.is_active
    assert terms.present().loops.keys() == {"one"}
    serving.cancel()
    await asyncio.wait([serving])
    assert not terms.is_active
    assert closed.is_set()


@asynccontextmanager
async def _term(running: asyncio.Event, closed: asyncio.Event) -> AsyncIterator[Term]:
    async def loop() -> None:
        running.set()
        await asyncio.Event().wait()

    parts: Any = None
    try:
        yield Term({"one": loop}, *cast("tuple[Any, ...]", (parts,) * 8))
    finally:
        closed.set()


@asynccontextmanager
async def _no_term(_held: Held) -> AsyncIterator[Term]:
    raise AssertionError
    yield
