"""The request log is written beside the requests, and whatever fails of it fails alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from prometheus_client import REGISTRY
from support.eventually import eventually
from support.memory_request_log import MemoryRequestLog
from support.request_log_entries import NOW, entry, exchange

from scim.registry import standard_registry
from scim_gateway.domain.secret_names import SecretNames
from scim_gateway.entrypoints.exchange_queue import ExchangeQueue
from scim_gateway.entrypoints.request_log_loop import LogNotOpenError, RequestLogLoop, Retention
from servicekit.cancelling import cancelled
from servicekit.failures import StartError


def loop_of(log: MemoryRequestLog, *, days: int = 3650) -> RequestLogLoop:
    @asynccontextmanager
    async def opened() -> AsyncIterator[MemoryRequestLog]:
        yield log

    names = SecretNames(standard_registry())
    return RequestLogLoop(ExchangeQueue(), names, opened, Retention(days, 10**9))


def dropped(reason: str) -> float:
    name = "heliograph_request_log_dropped_total"
    return REGISTRY.get_sample_value(name, {"reason": reason}) or 0.0


async def test_what_is_in_the_queue_is_written_masked() -> None:
    log = MemoryRequestLog()
    loop = loop_of(log)
    running = asyncio.create_task(loop.run())

    loop.queue.put(exchange(request=b'{"password":"hunter2"}'))
    await eventually(lambda: log.entries)
    await cancelled([running])

    assert [each.request.text for each in log.entries] == ['{"password":"***"}']


async def test_what_is_still_in_the_queue_at_the_end_is_written() -> None:
    log = MemoryRequestLog()
    loop = loop_of(log)
    running = asyncio.create_task(loop.run())
    await eventually(lambda: loop.log)

    for number in range(500):
        loop.queue.put(exchange(id=f"{number:014x}-0"))
    await cancelled([running])

    assert len(log.entries) == 500


async def test_what_could_not_be_stored_is_counted_and_the_next_is_kept() -> None:
    log = MemoryRequestLog(failures=1)
    loop = loop_of(log)
    before = dropped("not stored")
    running = asyncio.create_task(loop.run())

    loop.queue.put(exchange(id="00000000000001-0"))
    await eventually(lambda: dropped("not stored") > before)
    loop.queue.put(exchange(id="00000000000002-0"))
    await eventually(lambda: log.entries)
    await cancelled([running])

    assert [each.line.id for each in log.entries] == ["00000000000002-0"]
    assert dropped("not stored") == before + 1


async def test_a_log_that_cannot_be_opened_leaves_the_queue_as_it_is() -> None:
    attempts = 0

    @asynccontextmanager
    async def closed() -> AsyncIterator[MemoryRequestLog]:
        nonlocal attempts
        attempts += 1
        raise StartError("there is no MongoDB")
        yield

    names = SecretNames(standard_registry())
    loop = RequestLogLoop(ExchangeQueue(), names, closed, Retention(1, 1))
    running = asyncio.create_task(loop.run())

    loop.queue.put(exchange())
    await eventually(lambda: attempts)
    await cancelled([running])

    assert (len(loop.queue), loop.log) == (1, None)


async def test_what_is_too_old_is_removed_when_the_log_is_opened() -> None:
    old = entry(-(NOW // 1_000_000) + 1)
    log = MemoryRequestLog()
    log.entries.append(old)
    running = asyncio.create_task(loop_of(log, days=1).run())

    await eventually(lambda: not log.entries)
    await cancelled([running])


async def test_what_is_on_its_way_is_forgotten_too() -> None:
    log = MemoryRequestLog()
    loop = loop_of(log)
    running = asyncio.create_task(loop.run())
    await eventually(lambda: loop.log)
    for number in range(300):
        loop.queue.put(exchange(id=f"{number:014x}-0", request=b'{"userName":"Ann"}'))
    loop.queue.put(exchange(id=f"{999:014x}-0", request=b'{"userName":"bob"}'))

    removed = await loop.forget("default", "id-1", ["Ann"])

    await cancelled([running])
    assert removed == 300
    assert [each.about for each in log.entries] == [frozenset({"bob"})]


async def test_a_log_that_is_not_open_forgets_nothing() -> None:
    with pytest.raises(LogNotOpenError):
        await loop_of(MemoryRequestLog()).forget("default", "id-1", [])
