"""Loading users over SCIM bulk, beside the same bodies one by one."""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import orjson

from heliograph_bench.measuring import Row
from heliograph_bench.people import user
from heliograph_bench.sending import send_all
from heliograph_bench.services import REAL_STORE, Server, scim_services
from scim.messages import BULK_REQUEST

BULK_OPERATIONS: Final = 500
BULK_REQUESTS: Final = 2
"""At a time: one is being written while the next is being read."""
WAITING: Final = 64
_WARMING_UP: Final = 1000
_LEAST_IN_A_TENTH: Final = 4
_SHARE_ONE_BY_ONE: Final = 10


class LoadError(Exception):
    """A server did not create what it was asked to."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a load was at a moment."""

    users: int
    wall: float
    cpu: float


@dataclass(slots=True)
class Load:
    """Creates users at one server; each has a number of its own."""

    server: Server
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def one_by_one(self, count: int) -> Sequence[Moment]:
        """Create users by POSTs, `WAITING` of them at a time."""
        bodies = (orjson.dumps(user(next(self._numbers))) for _ in range(count))
        return await self._sent("/Users", bodies, senders=WAITING, each=1)

    async def in_bulk(self, count: int) -> Sequence[Moment]:
        """Create users by bulk requests, `BULK_REQUESTS` of them at a time."""
        numbers = [next(self._numbers) for _ in range(count)]
        parts = [
            numbers[start : start + BULK_OPERATIONS] for start in range(0, count, BULK_OPERATIONS)
        ]
        bodies = map(_bulk_request, parts)
        return await self._sent("/Bulk", bodies, senders=BULK_REQUESTS, each=BULK_OPERATIONS)

    async def _sent(
        self, path: str, bodies: Iterable[bytes], *, senders: int, each: int
    ) -> Sequence[Moment]:
        """Send all bodies, each of which makes so many users; return how it went on."""
        moments = [self._moment(0)]

        async def send(body: bytes) -> None:
            _check(await self._post(path, body))
            moments.append(self._moment(moments[-1].users + each))

        await send_all(bodies, send, senders=senders)
        return moments

    async def _post(self, path: str, body: bytes) -> Any:  # noqa: ANN401  JSON
        async with self.server.session.post(self.server.url + path, data=BytesIO(body)) as response:
            if not response.ok:
                raise LoadError(f"POST {path}: {response.status} {(await response.text())[:200]}")
            return orjson.loads(await response.read())

    def _moment(self, users: int) -> Moment:
        return Moment(users, time.monotonic(), self.server.cpu_seconds())


async def loading(users: int, *, store: str | None) -> Row:
    """Measure a load of so many users; `store` is a URL, and None the embedded one.

    One by one is measured before and after, so that a larger store counts for both.
    """
    async with scim_services(REAL_STORE, connections=WAITING, url=store) as server:
        load = Load(server)
        few = max(WAITING, users // _SHARE_ONE_BY_ONE // 2)
        await load.in_bulk(_WARMING_UP)
        before = await load.one_by_one(few)
        loaded = await load.in_bulk(users)
        after = await load.one_by_one(few)
    return Row(
        f"load: {users:,} users over SCIM bulk, beside one by one at {WAITING} waiting",
        ours=_per_cpu_second(loaded),
        reference=_per_cpu_second(before, after),
        target="≥ 1.5×",
        note=f"{_per_second(loaded):,.0f} users/s, one by one {_per_second(before, after):,.0f}"
        + _flatness(loaded),
    )


def _bulk_request(numbers: Sequence[int]) -> bytes:
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": str(number), "data": user(number)}
        for number in numbers
    ]
    return orjson.dumps({"schemas": [BULK_REQUEST], "Operations": operations})


def _check(answer: dict[str, Any]) -> None:
    for result in answer.get("Operations", ()):
        if result["status"] != "201":
            raise LoadError(f"an operation was answered {result['status']}: {result}")


def _per_cpu_second(*loads: Sequence[Moment]) -> float:
    return _users(loads) / sum(load[-1].cpu - load[0].cpu for load in loads)


def _per_second(*loads: Sequence[Moment]) -> float:
    return _users(loads) / sum(load[-1].wall - load[0].wall for load in loads)


def _users(loads: Sequence[Sequence[Moment]]) -> int:
    return sum(load[-1].users - load[0].users for load in loads)


def _flatness(load: Sequence[Moment]) -> str:
    """Tell the speed of the last tenth as a share of the first's, where a tenth says something."""
    part = len(load) // 10
    if part < _LEAST_IN_A_TENTH:
        return ""
    share = _per_cpu_second(load[-part - 1 :]) / _per_cpu_second(load[: part + 1])
    return f"; the last tenth at {share:.0%} of the first, per CPU-second"
