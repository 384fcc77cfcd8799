"""Whole requests, by the CPU time of the processes that answer them."""

import itertools
from collections.abc import Iterator

import orjson

from heliograph_bench.measuring import Row, Way, compare
from heliograph_bench.people import user
from heliograph_bench.sending import send_all
from heliograph_bench.services import MEMORY_STORE, REAL_STORE, Server, bare_server, scim_services

WAITING = 64
GETS = 3000
CREATES = 1500


async def reading(connections: int, *, store: str | None, target: str) -> Row:
    """Measure GETs of one user, with token check and ETag, beside a server that only answers."""
    async with (
        scim_services(REAL_STORE, connections=connections, url=store) as scim,
        bare_server("bare_asgi", connections=connections) as bare,
    ):
        location = await _create(scim, 0)
        return await compare(
            f"GET by id at {connections} waiting, with token check and ETag, beside bare ASGI",
            ours=_gets(scim, location, connections),
            reference=_gets(bare, bare.url, connections),
            target=target,
        )


async def creating(*, store: str | None) -> Row:
    """Measure durable creations beside those of a store that keeps nothing on disk."""
    numbers = itertools.count()
    async with (
        scim_services(REAL_STORE, connections=WAITING, url=store) as durable,
        scim_services(MEMORY_STORE, connections=WAITING) as forgetful,
    ):
        return await compare(
            f"create at {WAITING} waiting, beside a store that keeps nothing on disk",
            ours=_creations(durable, numbers),
            reference=_creations(forgetful, numbers),
            target="≥ 45 %",
        )


def _gets(server: Server, url: str, connections: int) -> Way:
    async def get(_: int) -> None:
        async with server.session.get(url) as response:
            response.raise_for_status()
            await response.read()

    return Way(
        lambda: send_all(range(GETS), get, senders=connections), cpu_seconds=server.cpu_seconds
    )


def _creations(server: Server, numbers: Iterator[int]) -> Way:
    async def create(number: int) -> None:
        await _create(server, number)

    return Way(
        lambda: send_all(itertools.islice(numbers, CREATES), create, senders=WAITING),
        cpu_seconds=server.cpu_seconds,
    )


async def _create(server: Server, number: int) -> str:
    """Create a user; return its location."""
    body = orjson.dumps(user(number))
    async with server.session.post(f"{server.url}/Users", data=body) as response:
        response.raise_for_status()
        await response.read()
        return response.headers["Location"]
