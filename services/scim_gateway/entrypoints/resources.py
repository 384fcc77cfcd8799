"""The endpoints of one resource type: /Users, /Users/{id} (RFC 7644 sections 3.3 to 3.6)."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from scim.schema import ResourceType
from scim_gateway.commands.read_resource import Conditions, ReadResource
from scim_gateway.commands.write_resource import WriteResource
from scim_gateway.domain.queries import parse_shown
from scim_gateway.domain.representations import supplied_paths
from scim_gateway.domain.resources import Representation, ResourceRef
from scim_gateway.domain.writes import Change, Create, Delete, Patch, Replace, Transaction
from scim_gateway.entrypoints.answers import Answer, resource_answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.requests import header, parameters, read_object
from servicekit.telemetry import current_traceparent


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
            tenant=await self.authentication.tenant(request),
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
        """PATCH; answers with a body always, as several clients insist on one."""

        def change(body: bytes) -> Change:
            return Patch(self._ref(request), body, header(request, "if-match"))

        return resource_answer(200, await self._written(request, change))

    async def delete(self, request: Request) -> Answer:
        """DELETE."""
        tenant = await self.authentication.tenant(request)
        await self.write_resource(
            Delete(self._ref(request), header(request, "if-match")),
            self.resource_type,
            transaction=self._transaction(request, tenant),
            projection=None,
        )
        return Answer(204)

    async def _written(self, request: Request, change: Callable[[bytes], Change]) -> Representation:
        tenant = await self.authentication.tenant(request)
        projection = parse_shown(parameters(request))
        body, attributes = await read_object(request, max_bytes=self.max_body_bytes)
        shown = await self.write_resource(
            change(body),
            self.resource_type,
            transaction=self._transaction(request, tenant),
            projection=projection,
            supplied=supplied_paths(attributes, self.resource_type),
        )
        if shown is None:
            raise LookupError("the store answered a write with a deletion")
        return shown

    def _ref(self, request: Request) -> ResourceRef:
        return ResourceRef(self.resource_type.name, request.path_params["id"])

    def _transaction(self, request: Request, tenant: str) -> Transaction:
        notes = notes_of(request)
        notes.txn = self.new_txn()
        return Transaction(tenant, notes.txn, current_traceparent(), notes.principal)
