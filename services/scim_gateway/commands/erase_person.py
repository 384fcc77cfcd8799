"""Erases a person from the store and from the request log (docs/lifecycle.md)."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from scim_gateway.domain.errors import StoreRefusedError
from scim_gateway.domain.lifecycle import DeletedSelection, Erasure, ErasureRequest
from scim_gateway.domain.representations import DERIVED_ATTRIBUTES
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.ports.lifecycle import Lifecycle
from scim_gateway.ports.resource_store import ResourceStore

Forget = Callable[[str, str, Collection[str]], Awaitable[int]]
"""Removes what the request log of a tenant has about an id and names; returns how many entries."""

_ENTRIES = "request_log_entries"


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Begins an erasure, and completes it once the other services have done their part.

    The request log first, as long as the store still knows the userName that it is searched by;
    and again at the end, for what was answered meanwhile. All of it may be repeated.
    """

    store: ResourceStore
    lifecycle: Lifecycle
    forget: Forget

    async def begin(self, request: ErasureRequest) -> Erasure:
        """Return the report as it is once the store is done."""
        names = await self._names(request.tenant, request.id)
        removed = await self.forget(request.tenant, request.id, names)
        await self.lifecycle.erase(request)
        removed += await self.forget(request.tenant, request.id, names)
        return await self.lifecycle.record(
            request.tenant, request.id, {_ENTRIES: removed}, is_complete=False
        )

    async def complete(self, tenant: str, resource_id: str, removed: Mapping[str, int]) -> Erasure:
        """Return the report, with what other services removed."""
        entries = await self.forget(tenant, resource_id, ())
        told = {**removed, _ENTRIES: entries}
        return await self.lifecycle.record(tenant, resource_id, told, is_complete=True)

    async def _names(self, tenant: str, resource_id: str) -> Collection[str]:
        selected = DeletedSelection(tenant, id=resource_id)
        kept = await self.lifecycle.deleted(selected, after="", limit=1)
        names = {each.user_name for each in kept} | {await self._user_name(tenant, resource_id)}
        return names - {""}

    async def _user_name(self, tenant: str, resource_id: str) -> str:
        try:
            found = await self.store.read(
                ResourceRef("User", resource_id),
                tenant=tenant,
                omitted_attributes=DERIVED_ATTRIBUTES,
            )
        except StoreRefusedError:
            return ""
        attributes: dict[str, Any] = orjson.loads(found.attributes)
        return str(attributes.get("userName", ""))
