"""The admin API of deleted resources and of erasures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from scim_gateway.commands.erase_person import ErasePerson
from scim_gateway.commands.restore_resource import RestoreResource
from scim_gateway.domain.errors import NotFoundError
from scim_gateway.domain.lifecycle import (
    DeletedResource,
    DeletedSelection,
    Erasure,
    ErasureRequest,
)
from scim_gateway.domain.writes import Transaction
from scim_gateway.entrypoints.administration import Administrators
from scim_gateway.ports.lifecycle import Lifecycle

_LATEST: Final = 2**63 - 1

ResourceId = Annotated[str, Path(max_length=1000, description="the id of the resource")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Count = Annotated[int, Field(ge=0, le=_LATEST)]


class DeletedRow(BaseModel):
    """A deleted resource that can be restored; what it had not is empty."""

    id: str
    resource_type: str
    user_name: str
    display_name: str
    external_id: str
    deleted: int = Field(description="microseconds since 1970")
    purge_after: int = Field(description="microseconds since 1970")


class DeletedList(BaseModel):
    """A page, in the order of ids; `next` is the `after` of the one that follows, or null."""

    resources: list[DeletedRow]
    next: str | None


class RestoredView(BaseModel):
    """A resource that is back."""

    id: str
    resource_type: str
    version: str


class ErasureWanted(BaseModel):
    """Whose data to erase."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=1000, description="the id of the resource")


class ErasureView(BaseModel):
    """The report of an erasure; times are microseconds since 1970."""

    id: str
    resource_type: str = Field(description="empty where there never was such a resource")
    requested_by: str = Field(description="the subject of the token that asked for it")
    begun: int
    completed: int = Field(description="0 until all services are done")
    through: int = Field(description="what was changed until then is not to be told any more")
    removed: dict[str, int] = Field(description="how much, by what it was")


class ErasureList(BaseModel):
    """A page, in the order of ids; `next` is the `after` of the one that follows, or null."""

    erasures: list[ErasureView]
    next: str | None


class Completion(BaseModel):
    """How much the other services removed, by what it was."""

    model_config = ConfigDict(extra="forbid")

    events: Count
    sets: Count
    dead_letters: Count
    receipts: Count


@dataclass(frozen=True, slots=True)
class LifecycleRoutes:
    """Serves holders of the scope admin what concerns their tenant."""

    administrators: Administrators
    lifecycle: Lifecycle
    restore_resource: RestoreResource
    erase_person: ErasePerson
    new_txn: Callable[[], str]

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        router = APIRouter(prefix="/admin/v1", tags=["admin"])
        get, post = router.get, router.post
        get("/deleted-resources", response_model=DeletedList)(self.list_deleted)
        post("/deleted-resources/{resource_id}/restore", response_model=RestoredView)(self.restore)
        get("/erasures", response_model=ErasureList)(self.list_erasures)
        get("/erasures/{resource_id}", response_model=ErasureView)(self.show_erasure)
        post("/erasures", response_model=ErasureView)(self.erase)
        post("/erasures/{resource_id}/completion", response_model=ErasureView)(self.complete)
        app.include_router(router)

    async def list_deleted(
        self, request: Request, *, resource_type: str = "", limit: Limit = 100, after: str = ""
    ) -> DeletedList:
        """List deleted resources that can be restored."""
        tenant = (await self.administrators.who_asks(request)).tenant
        selected = DeletedSelection(tenant, resource_type)
        found = await self.lifecycle.deleted(selected, after=after, limit=limit + 1)
        page = [_deleted_row(each) for each in found[:limit]]
        return DeletedList(resources=page, next=page[-1].id if len(found) > limit else None)

    async def restore(self, request: Request, resource_id: ResourceId) -> RestoredView:
        """Bring a resource back as it last was, but without memberships."""
        tenant = (await self.administrators.who_asks(request)).tenant
        transaction = Transaction(tenant, self.new_txn(), traceparent="")
        restored = await self.restore_resource(resource_id, transaction=transaction)
        return RestoredView(
            id=restored.ref.id,
            resource_type=restored.ref.resource_type,
            version=restored.version,
        )

    async def list_erasures(
        self, request: Request, *, limit: Limit = 100, after: str = ""
    ) -> ErasureList:
        """List the reports of erasures."""
        tenant = (await self.administrators.who_asks(request)).tenant
        found = await self.lifecycle.erasures(tenant, resource_id="", after=after, limit=limit + 1)
        page = [_erasure_view(each) for each in found[:limit]]
        return ErasureList(erasures=page, next=page[-1].id if len(found) > limit else None)

    async def show_erasure(self, request: Request, resource_id: ResourceId) -> ErasureView:
        """Show the report of one erasure."""
        tenant = (await self.administrators.who_asks(request)).tenant
        found = await self.lifecycle.erasures(tenant, resource_id=resource_id, after="", limit=1)
        if not found:
            raise NotFoundError(f"no erasure of {resource_id[:100]!a} has begun")
        return _erasure_view(found[0])

    async def erase(self, request: Request, wanted: ErasureWanted) -> ErasureView:
        """Begin an erasure: the store, and the request log. It may be repeated.

        Then the event log and the receipts are to be erased by the admin APIs of their services,
        and after that the erasure is to be completed; `helio erase` does all of that.
        """
        grant = await self.administrators.who_asks(request)
        asked = ErasureRequest(grant.tenant, wanted.id, self.new_txn(), grant.subject)
        return _erasure_view(await self.erase_person.begin(asked))

    async def complete(
        self, request: Request, resource_id: ResourceId, removed: Completion
    ) -> ErasureView:
        """Complete an erasure: the request log once more, and the report."""
        tenant = (await self.administrators.who_asks(request)).tenant
        erasure = await self.erase_person.complete(tenant, resource_id, removed.model_dump())
        return _erasure_view(erasure)


def _deleted_row(deleted: DeletedResource) -> DeletedRow:
    return DeletedRow(
        id=deleted.ref.id,
        resource_type=deleted.ref.resource_type,
        user_name=deleted.user_name,
        display_name=deleted.display_name,
        external_id=deleted.external_id,
        deleted=deleted.deleted,
        purge_after=deleted.purge_after,
    )


def _erasure_view(erasure: Erasure) -> ErasureView:
    return ErasureView(
        id=erasure.ref.id,
        resource_type=erasure.ref.resource_type,
        requested_by=erasure.requested_by,
        begun=erasure.begun,
        completed=erasure.completed,
        through=erasure.through,
        removed=dict(erasure.removed),
    )
