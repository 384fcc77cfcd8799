"""Carries out the requests that wait, in one gateway at a time, and notes what became of them."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import orjson
import structlog

from scim_gateway.commands.carry_out_request import CarryOutRequest, Ended
from scim_gateway.domain.async_requests import (
    AsyncRequest,
    BulkMessage,
    Completion,
    LoneRequest,
    Waiting,
)
from scim_gateway.domain.bulk_operations import Method
from scim_gateway.domain.errors import StoreUnavailableError
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.turns import Chain, turns
from scim_gateway.entrypoints.errors import INTERNAL
from scim_gateway.entrypoints.operation_results import operation_result
from scim_gateway.ports.async_requests import AsyncRequests
from servicekit.leases import Held, Leases, lead
from servicekit.signals import News

TURN: Final = "async-requests"
_LEASE_SECONDS: Final = 6.0
_AT_ONCE: Final = 64
_LOOK_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.25
_MOST_ATTEMPTS: Final = 20
"""Then it is told as 503, so that a request that no store will ever take keeps no other waiting."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AsyncLoop:
    """Looks as soon as this gateway has accepted a request, and each second for those of others."""

    requests: AsyncRequests
    carry_out: CarryOutRequest
    leases: Leases
    accepted: News
    holder: str = field(default_factory=lambda: uuid4().hex)
    pause_seconds: float = _PAUSE_SECONDS
    _attempts: Counter[str] = field(default_factory=Counter)
    """How often a request, by its txn, has met no store though others do."""

    async def run(self) -> None:
        """Run until cancelled."""
        await lead(self.leases, TURN, holder=self.holder, seconds=_LEASE_SECONDS, work=self._work)

    async def _work(self, _held: Held) -> None:
        while True:
            edition = self.accepted.edition
            try:
                waiting = await self.requests.waiting(limit=_AT_ONCE)
                if not waiting:
                    await self.accepted.wait_past(edition, seconds=_LOOK_SECONDS)
                for chains in turns(waiting):
                    await _all([self._in_order(chain) for chain in chains])
            except StoreUnavailableError:
                # What has not come to its end waits on, and is carried out again in its order.
                await asyncio.sleep(self.pause_seconds)

    async def _in_order(self, chain: Chain) -> None:
        for waiting in chain:
            completions = await self._completions(waiting)
            if completions:
                await self.requests.settle(waiting.tenant, waiting.txn, completions)
            self._attempts.pop(waiting.txn, None)

    async def _completions(self, waiting: Waiting) -> Sequence[Completion]:
        if waiting.request is None:
            _log.error("async.unreadable", txn=waiting.txn)
            return [_failed(waiting.txn, None, Method.POST)]
        is_last = self._attempts[waiting.txn] >= _MOST_ATTEMPTS
        try:
            ended = await self.carry_out(waiting.request, is_last=is_last)
            return [_completion(each) for each in ended]
        except StoreUnavailableError:
            self._attempts[waiting.txn] += 1
            raise
        except Exception:  # noqa: BLE001  one request must not keep all others waiting
            _log.exception("async.failed", txn=waiting.txn)
            return [_internal(waiting.request)]


def _completion(ended: Ended) -> Completion:
    result = operation_result(ended.method, ended.bulk_id, ended.outcome)
    return Completion(ended.txn, ended.ref, orjson.dumps(result))


def _internal(request: AsyncRequest) -> Completion:
    match request.asked:
        case LoneRequest() as lone:
            return _failed(request.txn, lone.ref, lone.method)
        case BulkMessage():
            return _failed(request.txn, None, Method.POST)


def _failed(txn: str, ref: ResourceRef | None, method: str) -> Completion:
    response = {
        "method": method,
        "status": str(INTERNAL.status),
        "response": orjson.Fragment(INTERNAL.body),
    }
    return Completion(txn, ref, orjson.dumps(response))


async def _all(chains: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Wait for all, and only then raise what one of them raised."""
    results = await asyncio.gather(*chains, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
