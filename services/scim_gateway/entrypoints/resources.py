"""The endpoints of one resource type: /Users, /Users/{id} (RFC 7644 sections 3.3 to 3.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request

from scim.projection import Projection
from scim.quirks import Quirk
from scim.schema import ResourceType
from scim_gateway.commands.read_resource import Conditions, ReadResource
from scim_gateway.commands.write_resource import WriteResource
from scim_gateway.domain.async_requests import LoneRequest, Promise
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.queries import parse_shown
from scim_gateway.domain.representations import supplied_paths
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.writes import ClientChange, Create, Delete, Patch, Replace, Transaction
from scim_gateway.entrypoints.answers import Answer, resource_answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.early_answers import EarlyAnswers, Given, refusal_in
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
    early_answers: EarlyAnswers
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

        def change(body: bytes) -> ClientChange:
            return Create(self.resource_type.name, body)

        return await self._written(request, 201, change)

    async def replace(self, request: Request) -> Answer:
        """PUT."""

        def change(body: bytes) -> ClientChange:
            return Replace(self._ref(request), body, header(request, "if-match"))

        return await self._written(request, 200, change)

    async def patch(self, request: Request) -> Answer:
        """PATCH; answers with a body, as several clients insist on one, where any may be read."""

        def change(body: bytes) -> ClientChange:
            return Patch(self._ref(request), body, header(request, "if-match"))

        is_unread = await self._is_unread(request)
        return await self._written(request, 200, change, is_unread=is_unread)

    async def _is_unread(self, request: Request) -> bool:
        caller = await self.authentication.caller(request)
        if not caller.policy.profile.has(Quirk.GROUP_PATCH_WITHOUT_BODY):
            return False
        has_members = "members" in self.resource_type.members
        return has_members and parse_shown(parameters(request)) is None

    async def delete(self, request: Request) -> Answer:
        """DELETE."""
        caller = await self.authentication.caller(request)
        transaction = self._transaction(request, caller)
        change = Delete(self._ref(request), header(request, "if-match"))
        given = Given(caller, transaction, LoneRequest(change), b"", {})
        if early := await self._early(request, given, None):
            return early
        await self.write_resource(
            change, self.resource_type, caller=caller, transaction=transaction, projection=None
        )
        return Answer(204)

    async def _written(
        self,
        request: Request,
        status: int,
        change: Callable[[bytes], ClientChange],
        *,
        is_unread: bool = False,
    ) -> Answer:
        caller = await self.authentication.caller(request)
        projection = parse_shown(parameters(request))
        body, attributes = await read_object(request, max_bytes=self.max_body_bytes)
        transaction = self._transaction(request, caller)
        asked = change(body)
        given = Given(caller, transaction, LoneRequest(asked), body, attributes)
        if early := await self._early(request, given, projection):
            return early
        shown = await self.write_resource(
            asked,
            self.resource_type,
            caller=caller,
            transaction=transaction,
            projection=_ID_ALONE if is_unread else projection,
            supplied=supplied_paths(attributes, self.resource_type),
        )
        if shown is None:
            raise LookupError("the store answered a write with a deletion")
        answer = resource_answer(status, shown)
        return Answer(204, headers=answer.headers) if is_unread else answer

    async def _early(
        self, request: Request, given: Given, projection: Projection | None
    ) -> Answer | None:
        async def ordinary(promise: Promise) -> Answer | None:
            (completion,) = promise.completions
            response = orjson.loads(completion.response)
            if refused := refusal_in(request, response):
                return refused
            status = int(response["status"])
            if status == 204 or completion.ref is None:
                return Answer(status)
            shown = await self.early_answers.promise_answer.written(
                completion.ref,
                self.resource_type,
                caller=given.caller,
                projection=projection,
                supplied=supplied_paths(given.message, self.resource_type),
            )
            return resource_answer(status, shown) if shown else None

        return await self.early_answers.answer(request, given, ordinary)

    def _ref(self, request: Request) -> ResourceRef:
        return ResourceRef(self.resource_type.name, request.path_params["id"])

    def _transaction(self, request: Request, caller: Caller) -> Transaction:
        txn = self.new_txn()
        notes_of(request).txn = txn
        return Transaction(caller.tenant, txn, current_traceparent(), caller.principal)
