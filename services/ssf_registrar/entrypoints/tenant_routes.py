"""The admin API of tenants."""

from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from ssf_registrar.commands.change_tenant import ChangeTenant
from ssf_registrar.commands.create_tenant import CreateTenant
from ssf_registrar.domain.tenants import Tenant, issuer_of
from ssf_registrar.entrypoints.admin_callers import AdminCallers
from ssf_registrar.entrypoints.answers import JSON, MERGE_PATCH, json_answer, json_object
from ssf_registrar.entrypoints.tenant_views import (
    NEW_TENANT,
    TENANT_PATCH,
    TenantList,
    TenantView,
    tenant_view,
)
from ssf_registrar.ports.tenants import Tenants

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TenantRoutes:
    """Serves administrators of the default tenant all tenants, and others their own."""

    callers: AdminCallers
    tenants: Tenants
    create_tenant: CreateTenant
    change_tenant: ChangeTenant
    public_issuer: str

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        add, one = router.add_api_route, "/tenants/{tenant}"
        add("/tenants", self.list, response_model=TenantList)
        add(
            "/tenants",
            self.create,
            methods=["POST"],
            status_code=201,
            response_model=TenantView,
            openapi_extra=NEW_TENANT,
        )
        add(one, self.show, response_model=TenantView)
        add(
            one,
            self.patch,
            methods=["PATCH"],
            response_model=TenantView,
            openapi_extra=TENANT_PATCH,
        )
        add(one, self.delete, methods=["DELETE"], status_code=202, response_model=TenantView)

    async def list(self, request: Request) -> Response:
        """List the tenants that the caller may see, those being deleted too."""
        own = await self.callers.who_lists(request)
        found = await self.tenants.all()
        seen = [self._view(tenant) for tenant in found if own in {None, tenant.name}]
        return json_answer({"tenants": seen})

    async def create(self, request: Request) -> Response:
        """Create a tenant: its name is in its issuer, and cannot be changed."""
        await self.callers.who_creates(request)
        tenant = await self.create_tenant(await json_object(request))
        _log.info("tenant.created", tenant=tenant.name)
        return json_answer(self._view(tenant), status=201)

    async def show(self, request: Request, tenant: str) -> Response:
        """Show a tenant, and how far its deletion is."""
        await self.callers.who_sees(request, tenant)
        return json_answer(self._view(await self.change_tenant.get(tenant)))

    async def patch(self, request: Request, tenant: str) -> Response:
        """Change display_name and configuration by a JSON merge patch (RFC 7396)."""
        await self.callers.who_changes(request, tenant)
        body = await json_object(request, media_types=(MERGE_PATCH, JSON))
        changed = await self.change_tenant.patch(tenant, body)
        _log.info("tenant.changed", tenant=tenant, revision=changed.revision)
        return json_answer(self._view(changed))

    async def delete(self, request: Request, tenant: str) -> Response:
        """Begin to delete a tenant, for ever: GET shows how far it is, then 404."""
        await self.callers.who_changes(request, tenant)
        closed = await self.change_tenant.begin_deletion(tenant)
        _log.info("tenant.deleting", tenant=tenant, waits_for=closed.waits_for)
        return json_answer(self._view(closed), status=202)

    def _view(self, tenant: Tenant) -> dict[str, object]:
        return tenant_view(tenant, issuer_of(tenant.name, public_issuer=self.public_issuer))
