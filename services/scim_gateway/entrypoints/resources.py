"""The endpoints of one resource type: /Users, /Users/{id} (RFC 7644 sections 3.3 to 3.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from scim.projection import Projection
from scim.quirks import Quirk
from scim.schema import ResourceType
from scim_gateway.commands.read_resource import Conditions, ReadResource
from scim_gateway.commands.write_resource import WriteResource
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.queries import parse_shown
from scim_gateway.domain.representations import supplied_paths
from scim_gateway.domain.resources import Representation, ResourceRef
from scim_gateway.domain.writes import Change, Create, Delete, Patch, Replace, Transaction
from scim_gateway.entrypoints.answers import Answer, resource_answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.requests import header, parameters, read_object
from servicekit.telemetry import current_traceparent

_ID_ALONE: Final = Projection(attributes=frozenset({"id"}), excluded_attributes=None)


@dataclass(frozen=True, slots=True)
class ResourceEndpoints:
    """Handlers for one resource type."""

    resource_type: ResourceType
    authentication: Authentication
    read_resource: ReadResource
    write_resource: WriteResource
    new_txn: Callable[[], str]
    max_body_bytes: int

    async def read(self, request: Request) -> Answer:
        """GET of a known resource."""
        shown = await self.read_resource(
            self.resource_type,
            request.path_params["id"],
            caller=await self.authentication.caller(request),
            projection=parse_shown(parameters(request)),
            conditions=Conditions(header(request, "if-match"), header(request, "if-none-match")),
        )
        return resource_answer(200, shown)

    async def create(self, request: Request) -> Answer:
        """POST."""

        def change(body: bytes) -> Change:
            return Create(self.resource_type.name, body)

        return resource_answer(201, await self._written(request, change))

    async def replace(self, request: Request) -> Answer:
        """PUT."""

        def change(body: bytes) -> Change:
            return Replace(self._ref(request), body, header(request, "if-match"))

        return resource_answer(200, await self._written(request, change))

    async def patch(self, request: Request) -> Answer:
        """PATCH; answers with a body, as several clients insist on one, where any may be read."""
        caller = await self.authentication.caller(request)
        projection = parse_shown(parameters(request))
        is_unread = projection is None and self._is_unread(caller)

        def change(body: bytes) -> Change:
            return Patch(self._ref(request), body, header(request, "if-match"))

        shown = await self._shown(
            request, change, caller=caller, projection=_ID_ALONE if is_unread else projection
        )
        answer = resource_answer(200, shown)
        return Answer(204, headers=answer.headers) if is_unread else answer

    def _is_unread(self, caller: Caller) -> bool:
        has_members = "members" in self.resource_type.members
        return has_members and caller.policy.profile.has(Quirk.GROUP_PATCH_WITHOUT_BODY)

    async def delete(self, request: Request) -> Answer:
        """DELETE."""
        caller = await self.authentication.caller(request)
        await self.write_resource(
            Delete(self._ref(request), header(request, "if-match")),
            self.resource_type,
            caller=caller,
            transaction=self._transaction(request, caller),
            projection=None,
        )
        return Answer(204)

    async def _written(self, request: Request, change: Callable[[bytes], Change]) -> Representation:
        caller = await self.authentication.caller(request)
        projection = parse_shown(parameters(request))
        return await self._shown(request, change, caller=caller, projection=projection)

    async def _shown(
        self,
        request: Request,
        change: Callable[[bytes], Change],
        *,
        caller: Caller,
        projection: Projection | None,
    ) -> Representation:
        body, attributes = await read_object(request, max_bytes=self.max_body_bytes)
        shown = await self.write_resource(
            change(body),
            self.resource_type,
            caller=caller,
            transaction=self._transaction(request, caller),
            projection=projection,
            supplied=supplied_paths(attributes, self.resource_type),
        )
        if shown is None:
            raise LookupError("the store answered a write with a deletion")
        return shown

    def _ref(self, request: Request) -> ResourceRef:
        return ResourceRef(self.resource_type.name, request.path_params["id"])

    def _transaction(self, request: Request, caller: Caller) -> Transaction:
        txn = self.new_txn()
        notes_of(request).txn = txn
        return Transaction(caller.tenant, txn, current_traceparent(), caller.principal)
