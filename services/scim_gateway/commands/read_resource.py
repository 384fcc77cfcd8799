"""Reads one resource."""

from dataclasses import dataclass

from scim.preconditions import if_match_holds, if_none_match_holds
from scim.projection import Projection
from scim.schema import ResourceType
from scim_gateway.domain.base_uris import RepresentationsBelow
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.errors import PreconditionFailedError
from scim_gateway.domain.representations import omitted_attributes
from scim_gateway.domain.resources import (
    NotModified,
    Representation,
    ResourceRef,
    StoredResource,
)
from scim_gateway.ports.resource_store import ResourceStore


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditional headers of a request, as they came (RFC 7644 section 3.14)."""

    if_match: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True)
class ReadResource:
    """RFC 7644 section 3.4.1."""

    store: ResourceStore
    representations: RepresentationsBelow

    async def __call__(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        caller: Caller,
        projection: Projection | None,
        conditions: Conditions,
    ) -> Representation | NotModified:
        """Return the resource as it is to be shown, unless the client has it already."""
        resource = await self.store.read(
            ResourceRef(resource_type.name, resource_id),
            tenant=caller.tenant,
            omitted_attributes=omitted_attributes((resource_type,), projection),
        )
        representations = self.representations(caller.base_uri)
        if _is_held_by_client(resource, conditions):
            return NotModified(representations.location(resource.ref), resource.version)
        return representations.represent(resource, projection=projection)


def _is_held_by_client(resource: StoredResource, conditions: Conditions) -> bool:
    if conditions.if_match is not None and not if_match_holds(
        conditions.if_match, resource.version
    ):
        raise PreconditionFailedError(
            "If-Match does not name the resource's current version", clause="RFC 7644 section 3.14"
        )
    return conditions.if_none_match is not None and not if_none_match_holds(
        conditions.if_none_match, resource.version
    )
