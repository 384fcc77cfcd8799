"""The admin API of the brake on mass deletion: see it, release it, decide on what it holds."""

from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse

from scim_gateway.domain.brakes import LimitOf
from scim_gateway.domain.errors import StoreRefusedError, StoreUnavailableError
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
from servicekit.bearer import BearerTokens, Grant
from servicekit.telemetry import current_traceparent

_SCOPE: Final = "admin"
_SECONDS: Final = 60
# Where no limit says how long a window is.
_USUAL_SECONDS: Final = 600

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BrakeRoutes:
    """Serves holders of the scope admin the brake of their tenant.

    What becomes of those who may not pass is with the routes of the request log.
    """

    tokens: BearerTokens
    brakes: Brakes
    limit_of: LimitOf

    def add_to(self, app: FastAPI) -> None:
        """Add the routes, and the answers of a store that is away or refuses."""
        router = APIRouter(prefix="/admin/v1/brake", tags=["admin"])
        router.add_api_route("", self.show, response_model=BrakeView)
        router.add_api_route("/held", self.held, response_model=HeldList)
        router.add_api_route("/release", self.release, methods=["POST"], response_model=BrakeView)
        router.add_api_route("/apply", self.apply, methods=["POST"], response_model=AppliedList)
        router.add_api_route("/dismiss", self.dismiss, methods=["POST"], response_model=Dismissed)
        app.include_router(router)
        app.add_exception_handler(StoreUnavailableError, _try_again)
        app.add_exception_handler(StoreRefusedError, _refused)

    async def show(self, request: Request) -> BrakeView:
        """Show where the brake stands."""
        tenant = (await self._administrator(request)).tenant
        return brake_view(self.limit_of(tenant), await self.brakes.standing(tenant))

    async def held(
        self,
        request: Request,
        beyond: str = "",
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    ) -> HeldList:
        """List what is held, in the order of the ids."""
        tenant = (await self._administrator(request)).tenant
        return held_list(await self.brakes.held(tenant, beyond=beyond, limit=limit))

    async def release(self, request: Request, wanted: Release) -> BrakeView:
        """Let changes through, so that who asks again succeeds; what is held stays so meanwhile."""
        grant = await self._administrator(request)
        limit = self.limit_of(grant.tenant)
        own_seconds = limit.within_seconds if limit else _USUAL_SECONDS
        seconds = own_seconds if wanted.minutes is None else wanted.minutes * _SECONDS
        standing = await self.brakes.release(grant.tenant, seconds=seconds, changes=wanted.changes)
        _tell("brake.released", grant, seconds=seconds, changes=wanted.changes)
        return brake_view(limit, standing)

    async def apply(self, request: Request, wanted: Applying) -> AppliedList:
        """Carry out what is held, with its events, where nobody changed the person since."""
        grant = await self._administrator(request)
        page = await self.brakes.apply(
            grant.tenant,
            wanted.ids,
            beyond=wanted.beyond,
            limit=wanted.limit,
            traceparent=current_traceparent(),
        )
        _tell("brake.applied", grant, operations=len(page.operations))
        return applied_list(page)

    async def dismiss(self, request: Request, wanted: Choice) -> Dismissed:
        """Forget what is held; nobody is deleted or deactivated."""
        grant = await self._administrator(request)
        dismissed = await self.brakes.dismiss(grant.tenant, wanted.ids)
        _tell("brake.dismissed", grant, operations=dismissed)
        return Dismissed(dismissed=dismissed)

    async def _administrator(self, request: Request) -> Grant:
        return await self.tokens.authenticate(request.headers.get("authorization"), scope=_SCOPE)


def _tell(event: str, grant: Grant, **numbers: int | None) -> None:
    """Say who decided it: what becomes of people must not be silent."""
    _log.warning(event, tenant=grant.tenant, principal=grant.subject, **numbers)


async def _try_again(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": "2"})


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=400)
