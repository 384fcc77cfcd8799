"""TenantService: the tenants and what is configured for each, for the other services."""

from types import MappingProxyType
from typing import Final

import orjson
import structlog

from heliograph.ssf.v1 import tenant_service_pb2 as pb
from heliograph.ssf.v1.tenant_service_pb2_grpc import TenantServiceServicer
from ssf_registrar.commands.change_tenant import ChangeTenant
from ssf_registrar.domain.tenants import (
    DeletionBrake,
    JwtIssuer,
    Tenant,
    TenantConfiguration,
    TenantState,
)
from ssf_registrar.ports.tenants import Tenants

_log = structlog.get_logger()
_STATES: Final = MappingProxyType(
    {
        TenantState.ACTIVE: pb.TENANT_STATE_ACTIVE,
        TenantState.DELETING: pb.TENANT_STATE_DELETING,
    }
)


class TenantServicer(TenantServiceServicer):
    """Reads come straight from the port."""

    def __init__(self, tenants: Tenants, change_tenant: ChangeTenant) -> None:
        self._tenants = tenants
        self._change_tenant = change_tenant

    async def ListTenants(  # noqa: N802  the contract's name
        self, request: pb.ListTenantsRequest, context: object
    ) -> pb.ListTenantsResponse:
        """List the tenants with the cursor of the same moment."""
        del request, context
        snapshot = await self._tenants.snapshot()
        return pb.ListTenantsResponse(
            tenants=[_message(tenant) for tenant in snapshot.tenants], cursor=str(snapshot.cursor)
        )

    async def GetTenant(  # noqa: N802
        self, request: pb.GetTenantRequest, context: object
    ) -> pb.GetTenantResponse:
        """Read one tenant."""
        del context
        return pb.GetTenantResponse(tenant=_message(await self._change_tenant.get(request.tenant)))

    async def ReportPurged(  # noqa: N802
        self, request: pb.ReportPurgedRequest, context: object
    ) -> pb.ReportPurgedResponse:
        """Note that a service keeps nothing more of a tenant."""
        del context
        tenant = await self._change_tenant.note_purged(request.tenant, request.service)
        _log.info(
            "tenant.purged",
            tenant=request.tenant,
            service=request.service,
            waits_for=tenant.waits_for,
        )
        return pb.ReportPurgedResponse()


def _message(tenant: Tenant) -> pb.Tenant:
    return pb.Tenant(
        tenant=tenant.name,
        display_name=tenant.display_name,
        state=_STATES[tenant.state],
        configuration=_configuration(tenant.configuration),
    )


def _configuration(configuration: TenantConfiguration) -> pb.TenantConfiguration:
    return pb.TenantConfiguration(
        profile=configuration.profile,
        deletion_brake=_brake(configuration.deletion_brake),
        retention_days=configuration.retention_days,
        reuses_ids=configuration.reuses_ids,
        jwt_issuers=[_issuer(issuer) for issuer in configuration.jwt_issuers],
        is_authoritative_for_emails=configuration.is_authoritative_for_emails,
    )


def _brake(brake: DeletionBrake | None) -> pb.DeletionBrake | None:
    return None if brake is None else pb.DeletionBrake(changes=brake.changes, minutes=brake.minutes)


def _issuer(issuer: JwtIssuer) -> pb.JwtIssuer:
    return pb.JwtIssuer(
        issuer=issuer.issuer,
        audiences=issuer.audiences,
        jwks_uri=issuer.jwks_uri,
        jwks=b"" if issuer.jwks is None else orjson.dumps(issuer.jwks),
        required_scope=issuer.required_scope,
        me_claim=issuer.me_claim,
        me_attribute=issuer.me_attribute,
    )
