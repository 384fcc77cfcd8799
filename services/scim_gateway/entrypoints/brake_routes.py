"""The admin API of the brake on mass deletion: see it, release it, decide on what it holds."""

from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, FastAPI, Query, Request

from scim_gateway.domain.policies import PolicyOf
from scim_gateway.entrypoints.administration import Administrators
from scim_gateway.entrypoints.brake_views import (
    LARGEST_PAGE,
    AppliedList,
    Applying,
    BrakeView,
    Choice,
    Dismissed,
    HeldList,
    Release,
    applied_list,
    brake_view,
    held_list,
)
from scim_gateway.ports.brakes import Brakes
from servicekit.bearer import Grant
from servicekit.telemetry import current_traceparent

_SECONDS: Final = 60
# Where no limit says how long a window is.
_USUAL_SECONDS: Final = 600

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BrakeRoutes:
    """Serves holders of the scope admin the brake of their tenant."""

    administrators: Administrators
    brakes: Brakes
    policy_of: PolicyOf

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        router = APIRouter(prefix="/admin/v1/brake", tags=["admin"])
        router.add_api_route("", self.show, response_model=BrakeView)
        router.add_api_route("/held", self.held, response_model=HeldList)
        router.add_api_route("/release", self.release, methods=["POST"], response_model=BrakeView)
        router.add_api_route("/apply", self.apply, methods=["POST"], response_model=AppliedList)
        router.add_api_route("/dismiss", self.dismiss, methods=["POST"], response_model=Dismissed)
        app.include_router(router)

    async def show(self, request: Request) -> BrakeView:
        """Show where the brake stands."""
        tenant = (await self.administrators.who_asks(request)).tenant
        return brake_view(self.policy_of(tenant).limit, await self.brakes.standing(tenant))

    async def held(
        self,
        request: Request,
        beyond: str = "",
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    ) -> HeldList:
        """List what is held, in the order of the ids."""
        tenant = (await self.administrators.who_asks(request)).tenant
        return held_list(await self.brakes.held(tenant, beyond=beyond, limit=limit))

    async def release(self, request: Request, wanted: Release) -> BrakeView:
        """Let changes through, so that who asks again succeeds; what is held stays so meanwhile."""
        grant = await self.administrators.who_asks(request)
        limit = self.policy_of(grant.tenant).limit
        own_seconds = limit.within_seconds if limit else _USUAL_SECONDS
        seconds = own_seconds if wanted.minutes is None else wanted.minutes * _SECONDS
        standing = await self.brakes.release(grant.tenant, seconds=seconds, changes=wanted.changes)
        _tell("brake.released", grant, seconds=seconds, changes=wanted.changes)
        return brake_view(limit, standing)

    async def apply(self, request: Request, wanted: Applying) -> AppliedList:
        """Carry out what is held, with its events, where nobody changed the person since."""
        grant = await self.administrators.who_asks(request)
        page = await self.brakes.apply(
            grant.tenant,
            wanted.ids,
            beyond=wanted.beyond,
            limit=wanted.limit,
            retention_days=self.policy_of(grant.tenant).lifecycle.retention_days,
            traceparent=current_traceparent(),
        )
        _tell("brake.applied", grant, operations=len(page.operations))
        return applied_list(page)

    async def dismiss(self, request: Request, wanted: Choice) -> Dismissed:
        """Forget what is held; nobody is deleted or deactivated."""
        grant = await self.administrators.who_asks(request)
        dismissed = await self.brakes.dismiss(grant.tenant, wanted.ids)
        _tell("brake.dismissed", grant, operations=dismissed)
        return Dismissed(dismissed=dismissed)


def _tell(event: str, grant: Grant, **numbers: int | None) -> None:
    """Say who decided it: what becomes of people must not be silent."""
    _log.warning(event, tenant=grant.tenant, principal=grant.subject, **numbers)
