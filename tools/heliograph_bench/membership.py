"""One member more in a big group, beside one more in a small one: they are to cost the same."""

import itertools
import statistics
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Final

import orjson

from heliograph_bench.loading import WAITING, Load
from heliograph_bench.measuring import ROUNDS, Row
from heliograph_bench.services import REAL_STORE, Server, scim_services
from scim.messages import GROUP_SCHEMA, PATCH_OP

SMALL: Final = 100
BIG: Final = 100_000
_AT_ONCE: Final = 1_000
_EACH: Final = 100
_JOINING: Final = (ROUNDS + 1) * _EACH


async def joining_a_group(*, store: str | None) -> Row:
    """Measure PATCHes that add one member, with `excludedAttributes=members`."""
    async with scim_services(REAL_STORE, connections=WAITING, url=store) as server:
        await Load(server).in_bulk(BIG + _JOINING)
        ids = [each async for each in _ids(server)]
        big, small = await _group(server, ids[:BIG]), await _group(server, ids[:SMALL])
        joining = iter(ids[BIG:])
        costs = [
            await _per_cpu_seconds(server, (big, small), itertools.islice(joining, _EACH))
            for _ in range(ROUNDS)
        ]
    return Row(
        f"members: one more in a group of {BIG:,}, beside a group of {SMALL:,}",
        ours=statistics.median(ours for ours, _ in costs),
        reference=statistics.median(reference for _, reference in costs),
        target="≥ 67 %",
    )


async def _ids(server: Server) -> AsyncIterator[str]:
    query = "attributes=id&count=1000&cursor="
    cursor = ""
    while True:
        page = await _sent(server, "GET", f"{server.url}/Users?{query}{cursor}")
        for each in page["Resources"]:
            yield str(each["id"])
        if "nextCursor" not in page:
            return
        cursor = page["nextCursor"]


async def _group(server: Server, ids: list[str]) -> str:
    """Make a group of these members; return its location."""
    body = {"schemas": [GROUP_SCHEMA], "displayName": f"A group of {len(ids)}"}
    created = await _sent(server, "POST", f"{server.url}/Groups", body)
    location = str(created["meta"]["location"])
    for start in range(0, len(ids), _AT_ONCE):
        await _add(server, location, ids[start : start + _AT_ONCE])
    return location


async def _per_cpu_seconds(
    server: Server, groups: Iterable[str], joining: Iterator[str]
) -> list[float]:
    members = list(joining)
    return [await _per_cpu_second(server, group, members) for group in groups]


async def _per_cpu_second(server: Server, location: str, members: list[str]) -> float:
    began = server.cpu_seconds()
    for each in members:
        await _add(server, location, [each])
    return len(members) / (server.cpu_seconds() - began)


async def _add(server: Server, location: str, ids: list[str]) -> None:
    operation = {"op": "add", "path": "members", "value": [{"value": each} for each in ids]}
    body = {"schemas": [PATCH_OP], "Operations": [operation]}
    await _sent(server, "PATCH", f"{location}?excludedAttributes=members", body)


async def _sent(server: Server, method: str, url: str, body: object = None) -> Any:  # noqa: ANN401  JSON
    data = None if body is None else orjson.dumps(body)
    async with server.session.request(method, url, data=data) as response:
        response.raise_for_status()
        content = await response.read()
        return orjson.loads(content) if content else {}
