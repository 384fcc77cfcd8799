"""Answers a request before it is carried out, and waits a while for what becomes of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scim.projection import Projection
from scim.schema import ResourceType
from scim_gateway.domain.async_requests import AsyncRequest, LoneRequest, Promise
from scim_gateway.domain.base_uris import RepresentationsBelow
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.errors import StoreRefusedError
from scim_gateway.domain.policies import Policy
from scim_gateway.domain.representations import DERIVED_ATTRIBUTES, omitted_attributes
from scim_gateway.domain.resources import Representation, ResourceRef
from scim_gateway.domain.writes import Transaction, Write
from scim_gateway.ports.async_requests import AsyncRequests
from scim_gateway.ports.resource_store import ResourceStore

_SHORTEST_LOOK: Final = 0.02
_LONGEST_LOOK: Final = 0.25


@dataclass(frozen=True, slots=True)
class PromiseAnswer:
    """RFC 9967 section 2.5."""

    requests: AsyncRequests
    store: ResourceStore
    representations: RepresentationsBelow

    async def __call__(self, request: AsyncRequest, policy: Policy) -> None:
        """Make the request durable, unless it would be refused now: then raise as the store does.

        Of a bulk request the operations are judged when they are carried out.
        """
        if isinstance(request.asked, LoneRequest):
            transaction = Transaction(request.tenant, request.txn, request.traceparent)
            await self.requests.check(
                Write(transaction, request.asked.change, DERIVED_ATTRIBUTES, policy)
            )
        await self.requests.queue(request)

    async def outcome(self, request: AsyncRequest, *, seconds: float) -> Promise | None:
        """Return what became of a request within some seconds; None while it still waits."""
        loop = asyncio.get_running_loop()
        ends, pause = loop.time() + seconds, _SHORTEST_LOOK
        while seconds > 0:
            promise = await self.requests.find(request.tenant, request.txn)
            if promise is not None and promise.is_kept:
                return promise
            if loop.time() >= ends:
                break
            await asyncio.sleep(min(pause, max(0.0, ends - loop.time())))
            pause = min(2 * pause, _LONGEST_LOOK)
        return None

    async def written(
        self,
        ref: ResourceRef,
        resource_type: ResourceType,
        *,
        caller: Caller,
        projection: Projection | None,
        supplied: Sequence[str],
    ) -> Representation | None:
        """Return the resource as it is now; None where somebody has deleted it since."""
        omitted = omitted_attributes((resource_type,), projection)
        try:
            found = await self.store.read(ref, tenant=caller.tenant, omitted_attributes=omitted)
        except StoreRefusedError as error:
            if error.reason == "RESOURCE_NOT_FOUND":
                return None
            raise
        representations = self.representations(caller.base_uri)
        return representations.represent(found, projection=projection, supplied=supplied)
