"""Searches among many users, beside the same searches among few: they are to cost the same."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from heliograph_bench.loading import BULK_OPERATIONS, Load
from heliograph_bench.measuring import ROUNDS, Row
from heliograph_bench.services import REAL_STORE, Server, scim_services

FEW: Final = 10_000
_PAGE: Final = 50
_LATEST: Final = 100
_PAGES_DEEP: Final = 20
_EACH: Final = 100
_TARGET: Final = "≥ 67 %"
"""A cost within 1.5 times that among few."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a search costs: requests per CPU-second of gateway and store, and seconds by the clock.

    The CPU time of a MongoDB is not among it, as that may be anywhere.
    """

    per_cpu_second: float
    seconds: float


async def searching(users: int, *, store: str | None) -> Sequence[Row]:
    """Measure searches that find as much among `FEW` as among so many users."""
    async with scim_services(REAL_STORE, connections=2, url=store) as server:
        load = Load(server)
        few = await _costs(server, load, up_to=FEW)
        many = await _costs(server, load, up_to=max(users, FEW + BULK_OPERATIONS))
    return [
        Row(
            f"search: {name} among {users:,} users, beside {FEW:,}",
            ours=many[name].per_cpu_second,
            reference=few[name].per_cpu_second,
            target=_TARGET,
            note=f"{many[name].seconds * 1000:.1f} ms, beside {few[name].seconds * 1000:.1f} ms",
        )
        for name in few
    ]


async def _costs(server: Server, load: Load, *, up_to: int) -> Mapping[str, Cost]:
    """Load users up to a number, and search."""
    missing = up_to - await _total(server)
    await load.in_bulk(missing - missing % BULK_OPERATIONS - _LATEST)
    moment = await _last_modified(server)
    await load.one_by_one(_LATEST)
    later = f'meta.lastModified gt "{moment}"'
    queries: Mapping[str, Mapping[str, Any]] = {
        "userName eq": {"filter": 'userName eq "user-0001234@example.com"'},
        "emails.value sw": {"filter": 'emails.value sw "user-000123"'},
        "meta.lastModified gt, sorted": {
            "filter": later,
            "sortBy": "meta.lastModified",
            "count": _PAGE,
        },
        f"a cursor's page {_PAGES_DEEP} pages deep": await _deep(server),
    }
    return {name: await _cost(server, query) for name, query in queries.items()}


async def _total(server: Server) -> int:
    return int((await _found(server, {"count": 0}))["totalResults"])


async def _last_modified(server: Server) -> str:
    query = {"sortBy": "meta.lastModified", "sortOrder": "descending", "count": 1}
    (last,) = (await _found(server, query))["Resources"]
    return str(last["meta"]["lastModified"])


async def _deep(server: Server) -> Mapping[str, Any]:
    """Return the query of a page deep in a walk, which is counted no more."""
    query: dict[str, Any] = {"sortBy": "userName", "count": _PAGE, "cursor": ""}
    for _ in range(_PAGES_DEEP):
        query["cursor"] = (await _found(server, query))["nextCursor"]
    return query


async def _cost(server: Server, query: Mapping[str, Any]) -> Cost:
    await _found(server, query)
    rounds = [await _round(server, query) for _ in range(ROUNDS)]
    return Cost(
        statistics.median(each.per_cpu_second for each in rounds),
        statistics.median(each.seconds for each in rounds),
    )


async def _round(server: Server, query: Mapping[str, Any]) -> Cost:
    cpu, wall = server.cpu_seconds(), time.monotonic()
    for _ in range(_EACH):
        await _found(server, query)
    seconds = time.monotonic() - wall
    return Cost(_EACH / (server.cpu_seconds() - cpu), seconds / _EACH)


async def _found(server: Server, query: Mapping[str, Any]) -> Any:  # noqa: ANN401  JSON
    async with server.session.get(f"{server.url}/Users?{urlencode(query)}") as response:
        response.raise_for_status()
        return orjson.loads(await response.read())
