"""Erasing what was received of a resource, for an administrator."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from set_receiver.commands.erase_receipts import EraseReceipts


class ErasureWanted(BaseModel):
    """Which resource."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=1000, description="the id of the resource")


class RemovedView(BaseModel):
    """How much was removed."""

    receipts: int = Field(description="receipts whose tokens were removed")


@dataclass(frozen=True, slots=True)
class ErasureRoutes:
    """Serves the caller's tenant."""

    tenant_of: Callable[[Request], Awaitable[str]]
    """Raises where the caller may not pass."""
    erase_receipts: EraseReceipts

    def add_to(self, router: APIRouter) -> None:
        """Add the route."""
        router.add_api_route("/erasures", self.erase, methods=["POST"], response_model=RemovedView)

    async def erase(self, request: Request, wanted: ErasureWanted) -> RemovedView:
        """Erase the receipts of a resource. It may be repeated."""
        tenant = await self.tenant_of(request)
        return RemovedView(receipts=await self.erase_receipts(tenant, wanted.id))
